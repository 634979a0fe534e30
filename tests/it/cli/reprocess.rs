//! `claimtrail reprocess`, over a database of its own.

use serde_json::Value;

use super::{run_with_input, stderr, stdout};
use crate::support::builders::Story;
use crate::support::database::TestDatabase;

const TEXT: &str = "Kelm Harbour Master Ilva Brandt said on Monday that the dam at Kelm had broken. The \
                    Harbour Ministry has denied that the dam had broken.";

fn reprocess(database: &TestDatabase, more: &[&str]) -> Value {
    let arguments = [&["reprocess", "--database-url", database.url()], more].concat();
    let output = run_with_input(&arguments, b"");
    assert!(output.status.success(), "{}", stderr(&output));
    serde_json::from_str(stdout(&output)).unwrap()
}

fn numbers(told: &Value) -> [u64; 5] {
    ["revisions", "unchanged", "kept", "ended", "added"].map(|name| told[name].as_u64().unwrap())
}

async fn count(database: &TestDatabase, what: &str) -> i64 {
    let sql = format!("select count(*) from {what}");
    database.client().await.query_one(&sql, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn stored_texts_are_read_by_the_present_extractor_once() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    for outlet in ["courier", "gazette"] {
        // As an extractor that found nothing left it.
        let mut story = Story::new(&format!("https://{outlet}.test/dam"), TEXT);
        story.extraction.extractor.version = "0.1.0".to_owned();
        story.store(&pool).await.unwrap();
    }
    assert_eq!(count(&database, "statements").await, 0);

    let told = reprocess(&database, &["--outlet", "courier.test", "--extractor-version", "0.1.0"]);
    let [revisions, unchanged, kept, ended, added] = numbers(&told);
    assert_eq!((revisions, unchanged, kept, ended), (1, 0, 0, 0), "{told}");
    assert!(added > 2, "statements, appearances and a denial: {told}");
    assert_eq!(count(&database, "rebuttals where superseded_at is null").await, 1);
    let of_courier = "actor_sightings where superseded_at is null and form = 'name'";
    let named = count(&database, of_courier).await;
    assert!(named >= 2, "what the actors are called where");

    let told = reprocess(&database, &[]);
    assert_eq!(numbers(&told)[0], 1, "what the present extractor read is passed over: {told}");
    assert_eq!(count(&database, of_courier).await, 2 * named);
    assert_eq!(numbers(&reprocess(&database, &[])), [0; 5]);

    // Read again it stays as it is, row for row.
    let rows = "(select id from statements union all select id from appearances
                 union all select id from denials union all select actor_id from actor_sightings) x";
    let before = count(&database, rows).await;
    let told = reprocess(&database, &["--again"]);
    assert_eq!((numbers(&told)[0], numbers(&told)[1], numbers(&told)[3]), (2, 2, 0), "{told}");
    assert_eq!(count(&database, rows).await, before);
}

#[tokio::test]
async fn a_fact_check_from_before_claimants_were_actors_gets_them() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let block = |number: u32, name: &str| {
        serde_json::json!({
            "@type": "ClaimReview",
            "url": format!("https://check.test/{number}"),
            "claimReviewed": format!("Pier {number} of Lorne has been shut since Monday."),
            "author": {"@type": "Organization", "name": "Lorne Check", "url": "https://check.test/"},
            "itemReviewed": {"@type": "Claim", "author": {"@type": "Person", "name": name}},
            "reviewRating": {"alternateName": "False"}
        })
        .to_string()
    };
    for text in [block(1, "Rhoda Roe"), block(2, "Facebook posts")] {
        let found = claimtrail::ingest::review::from_json(&text, &Default::default());
        let review = found[0].outcome.as_ref().unwrap();
        claimtrail::jobs::import_reviews::store(&pool, review).await.unwrap();
    }
    // As an earlier version stored them: the names are data, and no actor stands behind them.
    let client = database.client().await;
    client
        .batch_execute(
            "delete from claimants; delete from actor_aliases; delete from actor_keys;
             delete from actors; update review_revisions set extractor_version = 'reviews-1'",
        )
        .await
        .unwrap();
    let claimed = "(select c.text from claimants x join actors a on a.id = x.actor_id
                     join claims c on c.id = x.claim_id
                    where a.name = 'Rhoda Roe' and x.superseded_at is null
                      and c.text like 'Pier 1 %' and x.extractor_version <> 'reviews-1') x";
    assert_eq!(count(&database, claimed).await, 0);
    let elsewhere = reprocess(&database, &["--outlet", "gazette.test"]);
    assert_eq!(elsewhere["reviews_renewed"], 0, "{elsewhere}");
    let told = reprocess(&database, &[]);
    assert_eq!((&told["reviews_renewed"], &told["revisions"]), (&1.into(), &0.into()), "{told}");
    assert_eq!(count(&database, claimed).await, 1);
    // Said again it changes nothing, though all are looked at.
    for more in [&[][..], &["--again"]] {
        assert_eq!(reprocess(&database, more)["reviews_renewed"], 0, "{more:?}");
    }
    assert_eq!(count(&database, "claimants").await, 1);
    assert_eq!(count(&database, "actors").await, 1);

    // Whom the present version takes for somebody else is that one from now on, and another before.
    client
        .batch_execute("update review_revisions set claimants = '[{\"name\": \"R. Doe\"}]' where url like '%/1'")
        .await
        .unwrap();
    assert_eq!(reprocess(&database, &["--again"])["reviews_renewed"], 1);
    assert_eq!(count(&database, claimed).await, 0);
    assert_eq!(count(&database, "claimants where superseded_at is not null").await, 1);
}

#[tokio::test]
async fn a_time_that_is_none_is_refused() {
    let database = TestDatabase::new().await;
    let url = database.url();
    let arguments = ["reprocess", "--database-url", url, "--since", "yesterday"];
    let output = run_with_input(&arguments, b"");
    assert!(!output.status.success());
    assert!(stderr(&output).contains("--since yesterday is no time"), "{}", stderr(&output));
}
