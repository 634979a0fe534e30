//! The invented story that `demo` loads.

use std::collections::BTreeSet;

use claimtrail::cli::demo::load_seeds;
use claimtrail::cli::seeds::articles;
use claimtrail::cli::trail;
use claimtrail::domain::{Document, RebuttalKind};
use claimtrail::pipeline::Gear;
use claimtrail::store::{Pool, PoolOptions};

use crate::support::database::TestDatabase;

fn documents() -> Vec<Document> {
    articles().expect("the seeds are well-formed").into_iter().map(|seed| seed.document).collect()
}

#[test]
fn the_story_has_enough_articles_outlets_and_days() {
    let documents = documents();
    assert!(documents.len() >= 12);
    let outlets: BTreeSet<_> = documents.iter().map(|document| document.outlet.clone()).collect();
    assert!(outlets.len() >= 4, "{outlets:?}");
    let times: Vec<_> =
        documents.iter().map(|document| document.published.expect("a time").at).collect();
    assert!(times.is_sorted(), "told in order");
    let days: BTreeSet<_> = times.iter().map(chrono::DateTime::date_naive).collect();
    assert!(days.len() >= 4, "{days:?}");
}

#[test]
fn every_article_is_marked_as_invented() {
    for document in documents() {
        let url = document.url.expect("an address");
        assert!(url.host_str().is_some_and(|host| host.ends_with(".test")), "{url}");
        assert!(document.outlet.is_some_and(|outlet| outlet.ends_with("(fictional)")), "{url}");
    }
}

#[test]
fn addresses_are_unique_and_texts_are_english_and_whole() {
    let seeds = articles().expect("the seeds are well-formed");
    let addresses: BTreeSet<_> = seeds.iter().map(|seed| seed.document.url.clone()).collect();
    assert_eq!(addresses.len(), seeds.len());
    for seed in seeds {
        assert_eq!(seed.document.language, "en", "{:?}", seed.document.title);
        assert_eq!(seed.changes.removed_lines, [], "{:?}", seed.document.title);
        assert!(seed.document.text.split_whitespace().count() >= 40, "{:?}", seed.document.title);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn loading_the_story_twice_changes_nothing() {
    let database = TestDatabase::new().await;
    let pool = Pool::new(database.url(), PoolOptions::default()).expect("a pool");
    let articles = documents().len();
    assert_eq!(load_seeds(&pool, Gear::Fast).await.expect("loads"), articles);
    let trail = trail::richest(&mut pool.get().await.expect("a connection")).await.expect("reads");
    assert_eq!(load_seeds(&pool, Gear::Fast).await.expect("loads"), 0);
    let again = trail::richest(&mut pool.get().await.expect("a connection")).await.expect("reads");
    assert_eq!(again, trail);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_story_has_a_trail_worth_looking_at() {
    let database = TestDatabase::new().await;
    let pool = Pool::new(database.url(), PoolOptions::default()).expect("a pool");
    load_seeds(&pool, Gear::Fast).await.expect("loads");
    let mut connection = pool.get().await.expect("a connection");
    let trail = trail::richest(&mut connection).await.expect("reads").expect("there is a claim");
    assert!(trail.claim.outlets >= 4, "{trail}");
    let claimants: BTreeSet<_> = trail.claim.claimants.iter().map(|actor| &actor.name).collect();
    assert!(!claimants.is_empty(), "{trail}");
    let deniers: BTreeSet<_> = trail.claim.denied_by.iter().map(|actor| &actor.name).collect();
    assert!(deniers.len() >= 2, "{trail}");
    let kinds: BTreeSet<_> =
        trail.rebuttals.iter().map(|rebuttal| rebuttal.kind.as_str()).collect();
    for kind in [RebuttalKind::Denial, RebuttalKind::Debunk, RebuttalKind::Retraction] {
        assert!(kinds.contains(kind.as_str()), "no {} in\n{trail}", kind.as_str());
    }
    assert!(trail.rebuttals.iter().any(|rebuttal| rebuttal.via.is_some()), "{trail}");
    assert!(
        trail.rebuttals.iter().any(|rebuttal| rebuttal.label.as_deref() == Some("hoax")),
        "{trail}"
    );
}
