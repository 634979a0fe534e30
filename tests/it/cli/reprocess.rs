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
async fn a_time_that_is_none_is_refused() {
    let database = TestDatabase::new().await;
    let url = database.url();
    let arguments = ["reprocess", "--database-url", url, "--since", "yesterday"];
    let output = run_with_input(&arguments, b"");
    assert!(!output.status.success());
    assert!(stderr(&output).contains("--since yesterday is no time"), "{}", stderr(&output));
}
