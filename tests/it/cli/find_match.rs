//! `claimtrail match`, out of a database of its own.

use claimtrail::domain::{ActorKind, Stance};
use serde_json::Value;

use super::{run_with_input, stderr, stdout};
use crate::support::builders::Story;
use crate::support::database::TestDatabase;

#[tokio::test]
async fn each_text_is_answered_on_a_line_with_what_speaks_against_the_claim() {
    let database = TestDatabase::new().await;
    let text = "The dam at Kelm is about to break. The water board denied it.";
    let mut story = Story::new("https://quay.test/dam", text);
    let board = story.actor("The water board", Some(ActorKind::Organisation));
    story
        .claim("The dam at Kelm is about to break.")
        .appears(Stance::Asserts, "The dam at Kelm is about to break")
        .denied_by(board, "denied");
    story.store(&database.pool()).await.unwrap();

    let ask = |more: &[&str], input: &str| {
        let arguments = [&["match", "--database-url", database.url()], more].concat();
        run_with_input(&arguments, input.as_bytes())
    };
    let output = ask(&[], "Will the Kelm dam break?\n\nSomething else entirely\n");
    assert!(output.status.success(), "{}", stderr(&output));
    let lines: Vec<Value> =
        stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["text"], "Will the Kelm dam break?");
    let found = &lines[0]["matches"][0];
    assert_eq!(found["claim"]["text"], "The dam at Kelm is about to break.");
    assert_eq!(found["rebuttals"][0]["denier"]["name"], "The water board");

    let output = ask(&["the dam at Kelm is about to break", "--min-score", "1"], "");
    assert!(output.status.success(), "{}", stderr(&output));
    let line: Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!(line["matches"], serde_json::json!([]));
    assert!(stderr(&ask(&["a", "--min-score", "2"], "")).contains("from 0 to 1"));
}
