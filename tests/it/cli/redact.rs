//! `claimtrail redact`, out of a database of its own.

use std::process::Output;

use claimtrail::store::{Error, documents};
use serde_json::Value;

use super::{run_with_input, stderr, stdout};
use crate::support::builders::Story;
use crate::support::database::TestDatabase;

fn redact(database: &TestDatabase, more: &[&str]) -> Output {
    run_with_input(&[&["redact", "--database-url", database.url()], more].concat(), b"")
}

#[tokio::test]
async fn a_document_is_redacted_and_its_address_let_free_again() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let story = Story::new("https://quay.test/1", "The pier was sold.");
    let stored = story.store(&pool).await.unwrap();
    let id = stored.document.to_string();
    let who = ["--by", "desk editor", "--reason", "asked for"];
    let asked = [&[id.as_str()], who.as_slice()].concat();

    let output = redact(&database, &asked);
    assert!(output.status.success(), "{}", stderr(&output));
    let tombstone: Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!(tombstone["document"], id);
    assert_eq!(
        (&tombstone["redacted_by"], &tombstone["lifted_at"]),
        (&"desk editor".into(), &Value::Null)
    );
    let connection = &mut *pool.get().await.unwrap();
    assert!(matches!(documents::find(connection, stored.document).await, Err(Error::Redacted(_))));
    assert!(matches!(story.store(&pool).await, Err(Error::Redacted(_))));

    let lifted = redact(&database, &[asked.as_slice(), &["--lift"]].concat());
    assert!(lifted.status.success(), "{}", stderr(&lifted));
    let tombstone: Value = serde_json::from_str(stdout(&lifted)).unwrap();
    assert!(tombstone["lifted_at"].is_string());
    assert!(story.store(&pool).await.is_ok());
}

#[tokio::test]
async fn what_cannot_be_redacted_is_named() {
    let database = TestDatabase::new().await;
    let unknown = "01890000-0000-7000-8000-000000000000";
    for (more, said) in [
        (vec![unknown, "--by", "desk", "--reason", "asked for"], "no document has the id"),
        (
            vec![unknown, "--by", "desk", "--reason", "asked for", "--lift"],
            "no document was redacted under the id",
        ),
        (vec![unknown, "--by", "desk", "--reason", " "], "must not be empty"),
        (vec![unknown, "--by", "desk"], "--reason"),
        (vec!["42", "--by", "desk", "--reason", "asked for"], "42"),
    ] {
        let output = redact(&database, &more);
        assert!(!output.status.success(), "{more:?}");
        assert!(stderr(&output).contains(said), "{more:?}: {}", stderr(&output));
        assert_eq!(stdout(&output), "");
    }
}
