//! The invented story that `demo` loads.

use std::collections::BTreeSet;

use claimtrail::cli::seeds::articles;
use claimtrail::domain::Document;

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
