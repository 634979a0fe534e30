//! `serve --index-file`: what one process knew, the next one knows.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use claimtrail::domain::{ActorKind, DocumentId, Stance};
use rustix::process::Signal;
use serde_json::{Value, json};

use super::serve::{PATIENCE, Serving, serve};
use crate::support::builders::Story;
use crate::support::client::client;
use crate::support::database::TestDatabase;

const CLAIMS: [&str; 4] = [
    "The ferry Aurora sank in Ostrel harbour.",
    "Bread will cost twice as much from Monday.",
    "The dam at Kelm is about to break.",
    "The mayor of Ostrel has left the country.",
];

const QUESTIONS: [&str; 4] = [
    "Did the ferry Aurora really sink in the harbour of Ostrel??",
    "loaf prices to double next week",
    "The Kelm dam will not break.",
    "something else entirely",
];

async fn store(database: &TestDatabase, number: usize, claim: &str) -> DocumentId {
    let url = format!("https://courier.test/kept/{number}");
    let text = format!("Tom Okafor said so: {claim} The Harbour Ministry has denied it.");
    let mut story = Story::new(&url, &text).published("2026-03-02T08:30:00Z");
    let ministry = story.actor("The Harbour Ministry", Some(ActorKind::Government));
    story.claim(claim).appears_in(Stance::Asserts, claim, None).denied_by(ministry, "has denied");
    story.store(&database.pool()).await.unwrap().document
}

/// What is answered once so many claims are known by words and meaning.
async fn answers(serving: &Serving, claims: usize) -> Value {
    let client = client();
    let asked = Instant::now();
    loop {
        let post = client.post(format!("{}/v1/claims:match", serving.address));
        let post = post.json(&json!({ "texts": QUESTIONS, "min_score": 0 }));
        let answer: Value = post.send().await.unwrap().json().await.unwrap();
        let index = &answer["index"];
        if index["claims"] == claims && index["without_meaning"] == 0 {
            return answer;
        }
        assert!(asked.elapsed() < PATIENCE, "{index}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn start(database: &TestDatabase, file: &Path) -> Serving {
    serve(database, &["--no-worker", "--index-file", file.to_str().unwrap()])
}

async fn stop(serving: Serving) {
    tokio::task::spawn_blocking(|| serving.stop(Signal::TERM)).await.unwrap();
}

/// Whether the database keeps so many meanings; they are read for who does not know them otherwise.
async fn keeps_meanings(database: &TestDatabase, count: i64) -> bool {
    let sql = "select count(*) from claim_meanings";
    database.client().await.query_one(sql, &[]).await.unwrap().get::<_, i64>(0) == count
}

async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let asked = Instant::now();
    while !holds().await {
        assert!(asked.elapsed() < PATIENCE, "never: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_service_starts_from_the_file_that_the_last_one_left_and_answers_the_same() {
    let (database, folder) = (TestDatabase::new().await, tempfile::tempdir().unwrap());
    let file = folder.path().join("known");
    for (number, claim) in CLAIMS.into_iter().enumerate() {
        store(&database, number, claim).await;
    }
    let first = start(&database, &file);
    let expected = answers(&first, CLAIMS.len()).await;
    assert_eq!(expected["results"][0]["matches"][0]["claim"]["text"], CLAIMS[0]);
    stop(first).await;
    let mode = fs::metadata(&file).expect("it leaves a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    // Whoever has not the file's meanings would read them again, and keep them.
    let client = database.client().await;
    client.execute("delete from claim_meanings", &[]).await.unwrap();
    let second = start(&database, &file);
    assert_eq!(answers(&second, CLAIMS.len()).await, expected);
    stop(second).await;
    assert!(keeps_meanings(&database, 0).await);

    // What came meanwhile comes from the database, and only that.
    store(&database, CLAIMS.len(), "The lighthouse of Ostrel is for sale.").await;
    let third = start(&database, &file);
    answers(&third, CLAIMS.len() + 1).await;
    until("it reads one meaning", async || keeps_meanings(&database, 1).await).await;
    stop(third).await;
}

#[tokio::test]
async fn a_torn_file_is_made_anew_while_the_service_answers() {
    let (database, folder) = (TestDatabase::new().await, tempfile::tempdir().unwrap());
    let file = folder.path().join("known");
    for (number, claim) in CLAIMS.into_iter().enumerate() {
        store(&database, number, claim).await;
    }
    let first = start(&database, &file);
    let expected = answers(&first, CLAIMS.len()).await;
    stop(first).await;
    let whole = fs::read(&file).unwrap();

    // Cut off, as by a full disk; and one bit another, as by a bad one.
    let mut changed = whole.clone();
    changed[whole.len() / 2] ^= 1;
    for torn in [&whole[..whole.len() / 2], &changed] {
        fs::write(&file, torn).unwrap();
        let serving = start(&database, &file);
        assert_eq!(answers(&serving, CLAIMS.len()).await, expected);
        // While it runs: what is killed later leaves it, too.
        until("the file is whole", async || fs::read(&file).is_ok_and(|now| now == whole)).await;
        stop(serving).await;
        assert_eq!(fs::read(&file).unwrap(), whole);
    }
}

/// Whether a file holds a word; a claim's words stand in it without their endings.
fn holds(file: &Path, word: &str) -> bool {
    let bytes = fs::read(file).unwrap_or_default();
    bytes.windows(word.len()).any(|run| run.eq_ignore_ascii_case(word.as_bytes()))
}

#[tokio::test]
async fn what_is_redacted_through_one_service_goes_from_the_memory_and_the_file_of_each() {
    let (database, folder) = (TestDatabase::new().await, tempfile::tempdir().unwrap());
    let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
    let mut documents = Vec::new();
    for (number, claim) in CLAIMS.into_iter().enumerate() {
        documents.push(store(&database, number, claim).await);
    }
    let services = [start(&database, &one), start(&database, &other)];
    for (serving, file) in services.iter().zip([&one, &other]) {
        answers(serving, CLAIMS.len()).await;
        until("the file has all", async || holds(file, "aurora") && holds(file, "bread")).await;
    }

    let path = format!("{}/v1/documents/{}:redact", services[0].address, documents[0]);
    let asked = json!({ "by": "desk editor", "reason": "asked for" });
    let answer = client().post(path).json(&asked).send().await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.status());

    for (serving, file) in services.iter().zip([&one, &other]) {
        let answer = answers(serving, CLAIMS.len() - 1).await;
        assert!(!answer.to_string().contains("Aurora sank"), "{answer}");
        assert_eq!(answer["results"][2]["matches"][0]["claim"]["text"], CLAIMS[2]);
        until("the word is gone", async || !holds(file, "aurora")).await;
        until("the others are in it again", async || holds(file, "bread")).await;
        assert!(!holds(file, "aurora"));
    }
    for serving in services {
        stop(serving).await;
    }
    assert!(!holds(&one, "aurora") && holds(&one, "bread"));
    let third = start(&database, &one);
    answers(&third, CLAIMS.len() - 1).await;
    stop(third).await;
}
