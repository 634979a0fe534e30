//! Several writers at once: they make what one makes, and wait only for what they share.

use std::time::Duration;

use claimtrail::domain::view::StoreOutcome;
use claimtrail::domain::{ActorKind, Stance};
use claimtrail::jobs::extract_document;
use claimtrail::store;
use futures_util::future::join_all;
use tokio::sync::oneshot;

use super::{WRONG_SUMMARIES, report, rumour};
use crate::support::builders::Story;
use crate::support::database::TestDatabase;

const CLAIMS: [&str; 4] = ["Pier 1 sank.", "Pier 2 sank.", "Pier 3 sank.", "Pier 4 sank."];
const ACTORS: [&str; 5] = ["Dana Orrin", "Pia Storm", "Harbour Board", "Lorne", "Tharn"];

/// One of many documents over the same few claims, actors and outlets; `turn` makes another text.
fn overlapping(number: usize, turn: usize) -> Story {
    let claims: Vec<&str> = (0..CLAIMS.len())
        .filter(|claim| (number + turn).is_multiple_of(claim + 2))
        .map(|claim| CLAIMS[claim])
        .collect();
    // The order in which a document names what it shares is its own.
    let mut actors: Vec<&str> = ACTORS.into_iter().cycle().skip(number).take(4).collect();
    if number.is_multiple_of(2) {
        actors.reverse();
    }
    let text = format!("{} {} denied it {turn}.", claims.join(" "), actors.join(", "));
    let mut story = Story::new(&format!("https://outlet{}.test/{number}", number % 3), &text)
        .published(&format!("2026-03-{:02}T08:00:00Z", 1 + number % 28))
        .language(if number.is_multiple_of(7) { "de" } else { "en" });
    let ids: Vec<_> =
        actors.iter().map(|name| story.actor(name, Some(ActorKind::Organisation))).collect();
    story.extraction.actors[ids[0].0].speaks_for = Some(ids[1]);
    story.extraction.actors[ids[2].0].aliases.push(format!("the {} one", number % 4));
    for claim in claims {
        let built = story.claim(claim).appears(Stance::Asserts, claim).claimed_by(ids[3]);
        if (number + turn).is_multiple_of(3) {
            built.denied_by(ids[0], "denied");
        }
    }
    story
}

/// What the rows say, without ids and recorded times.
async fn facts(database: &TestDatabase) -> Vec<String> {
    let client = database.client().await;
    let mut facts = Vec::new();
    for sql in [
        "select format('claim %s %s: %s', c.language, c.text,
                       (to_jsonb(s) - 'id' - 'claim_id' - 'recorded_at')::text)
           from claims c join claim_summaries s on s.claim_id = c.id and s.superseded_at is null",
        "select format('actor %s %s', name_key, kind) from actors",
        "select format('alias %s %s %s', a.name_key, l.form, l.alias_key)
           from actor_aliases l join actors a on a.id = l.actor_id",
        "select format('%s speaks for %s', a.name_key, b.name_key) from actor_affiliations f
           join actors a on a.id = f.actor_id join actors b on b.id = f.speaks_for_id",
        "select format('%s by %s in %s: %s', c.text, a.name_key, u.url, x.superseded_at is null)
           from claimants x join claims c on c.id = x.claim_id join actors a on a.id = x.actor_id
           join document_revisions r on r.id = x.revision_id
           join document_urls u on u.document_id = r.document_id",
        "select format('%s denied by %s in %s: %s', c.text, a.name_key, u.url, x.superseded_at is null)
           from denials x join claims c on c.id = x.claim_id join actors a on a.id = x.denier_id
           join document_revisions r on r.id = x.revision_id
           join document_urls u on u.document_id = r.document_id",
        "select format('outlet %s', key) from outlets",
    ] {
        facts.extend(client.query(sql, &[]).await.unwrap().iter().map(|row| row.get::<_, String>(0)));
    }
    facts.sort();
    facts
}

async fn count(database: &TestDatabase, from: &str) -> i64 {
    let sql = format!("select count(*) from {from}");
    database.client().await.query_one(&sql, &[]).await.unwrap().get(0)
}

/// Stores the documents with so many writers, first each one's first text, then each one's second.
async fn store_with(writers: usize) -> TestDatabase {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    for turn in 0..2 {
        join_all((0..writers).map(async |writer| {
            for number in (writer..48).step_by(writers) {
                overlapping(number, turn).store(&pool).await.unwrap();
            }
        }))
        .await;
    }
    database
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_writers_make_the_rows_that_one_makes() {
    let (alone, together) = tokio::join!(store_with(1), store_with(8));
    assert_eq!(facts(&together).await, facts(&alone).await);
    for database in [&alone, &together] {
        assert_eq!(count(database, WRONG_SUMMARIES).await, 0);
        let backwards = "claim_summaries where superseded_at < recorded_at";
        assert_eq!(count(database, backwards).await, 0);
        assert_eq!(count(database, "unproven_spans").await, 0);
    }
}

/// Stores `first`, and before it is committed begins to store `second`. Answers whether `second`
/// was stored before `first` was committed, and how many locks `first` held.
async fn at_once(first: &Story, second: &Story) -> (bool, i64) {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let (written, is_written) = oneshot::channel();
    let (release, released) = oneshot::channel::<()>();
    let holding = async {
        let new = first.new_document();
        let extraction = &first.extraction;
        let mut connection = pool.get().await.unwrap();
        store::transaction(&mut connection, async |connection| {
            extract_document::store(connection, &new, extraction).await?;
            written.send(()).unwrap();
            released.await.unwrap();
            Ok(())
        })
        .await
        .unwrap();
    };
    let watching = async {
        is_written.await.unwrap();
        let client = database.client().await;
        let locks: i64 = client
            .query_one(
                "select count(*) from pg_locks where locktype = 'advisory' and granted
                    and database = (select oid from pg_database where datname = current_database())",
                &[],
            )
            .await
            .unwrap()
            .get(0);
        let storing = second.store(&pool);
        let waiting = async {
            let blocked =
                "pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
            while count(&database, blocked).await == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::pin!(storing);
        let done = tokio::select! {
            stored = &mut storing => { stored.unwrap(); true }
            () = waiting => false,
        };
        release.send(()).unwrap();
        if !done {
            assert_eq!(storing.await.unwrap().outcome, StoreOutcome::Created);
        }
        (done, locks)
    };
    let (_, seen) = tokio::join!(holding, watching);
    assert_eq!(count(&database, WRONG_SUMMARIES).await, 0);
    let twice = "(select from claims group by language, canonical_sha256 having count(*) > 1) c";
    assert_eq!(count(&database, twice).await, 0);
    seen
}

#[tokio::test]
async fn documents_without_a_common_claim_do_not_wait_for_each_other() {
    let first = rumour("https://a.test/1", "2026-03-01T08:00:00Z");
    let second = report("https://b.test/1", "2026-03-01T08:00:00Z", "Pier 4 sank.");
    assert!(at_once(&first, &second).await.0);
}

#[tokio::test]
async fn documents_that_found_the_same_claim_wait_and_found_it_once() {
    let first = report("https://a.test/1", "2026-03-01T08:00:00Z", "Pier 4 sank.");
    let second = report("https://b.test/1", "2026-03-01T08:00:00Z", "Pier 4 sank.");
    assert!(!at_once(&first, &second).await.0);
}

#[tokio::test]
async fn a_document_of_many_claims_holds_few_locks_and_others_wait_for_it() {
    let mut crowd = Story::new("https://a.test/1", "All of it sank.");
    for pier in 0..400 {
        crowd.claim(&format!("Pier {pier} sank.")).appears(Stance::Asserts, "All of it sank");
    }
    let second = report("https://b.test/1", "2026-03-01T08:00:00Z", "Pier 4 sank.");
    let (stored_before, locks) = at_once(&crowd, &second).await;
    assert!(!stored_before);
    assert!(locks < 5, "{locks} locks");
    let elsewhere = second.clone().language("de");
    assert!(at_once(&crowd, &elsewhere).await.0);
}
