//! `claimtrail ingest`, into a database of its own.

use serde_json::json;

use super::{claimtrail, run_with_input, stderr, stdout};
use crate::support::database::TestDatabase;
use claimtrail::domain::view::{DocumentFilter, PageRequest};
use claimtrail::store;

fn record(number: usize, text: &str) -> String {
    let url = format!("https://quay.test/{number}");
    json!({"url": url, "title": format!("Port {number}"), "text": text}).to_string() + "\n"
}

fn archive(documents: usize) -> String {
    (0..documents).map(|number| record(number, "The port denied that it was shut.")).collect()
}

fn ingest(database: &TestDatabase, input: &str, arguments: &[&str]) -> (String, String, bool) {
    let all = [&["ingest", "--database-url", database.url()], arguments].concat();
    let output = run_with_input(&all, input.as_bytes());
    (stdout(&output).to_owned(), stderr(&output).to_owned(), output.status.success())
}

/// Titles and texts of all documents, in order of title.
async fn stored(database: &TestDatabase) -> Vec<(String, String)> {
    let mut connection = store::connect(database.url()).await.expect("connects");
    let (filter, first) = (DocumentFilter::default(), PageRequest::first(100));
    let page = store::documents::list(&mut connection, &filter, &first).await;
    let mut documents = Vec::new();
    for document in page.expect("lists").items {
        let detail = store::documents::find(&mut connection, document.id).await.expect("finds");
        documents.push((document.title.unwrap_or_default(), detail.text));
    }
    documents.sort();
    documents
}

#[tokio::test]
async fn loading_twice_changes_nothing() {
    let database = TestDatabase::new().await;
    let (first, log, ok) = ingest(&database, &archive(12), &["--threads", "3"]);
    assert!(ok, "{log}");
    assert_eq!(first, "12 documents: 12 created, 0 revised, 0 unchanged, 0 refused\n");
    let before = stored(&database).await;
    assert_eq!(before.len(), 12);
    let (second, log, ok) = ingest(&database, &archive(12), &["--threads", "3"]);
    assert!(ok, "{log}");
    assert_eq!(second, "12 documents: 0 created, 0 revised, 12 unchanged, 0 refused\n");
    assert_eq!(stored(&database).await, before);
}

#[tokio::test]
async fn bad_lines_are_named_and_good_ones_stored() {
    let database = TestDatabase::new().await;
    let input = record(1, "The port denied it.")
        + "not json\n"
        + &record(2, " ")
        + &record(3, "So it said.");
    let (answer, log, ok) = ingest(&database, &input, &[]);
    assert!(!ok);
    assert_eq!(answer, "4 documents: 2 created, 0 revised, 0 unchanged, 2 refused\n");
    assert!(log.contains("standard input:2: expected ident"), "{log}");
    assert!(log.contains("standard input:3: there is no text"), "{log}");
    let titles: Vec<_> = stored(&database).await.into_iter().map(|(title, _)| title).collect();
    assert_eq!(titles, ["Port 1", "Port 3"]);
}

#[tokio::test]
async fn of_two_texts_at_one_address_the_later_line_wins_on_any_number_of_threads() {
    for threads in ["1", "4"] {
        let database = TestDatabase::new().await;
        // The first text takes longest to read, and the last is the first again.
        let long = "The port denied that it was shut. ".repeat(300);
        let input: String =
            [long.as_str(), "The port is shut.", long.as_str(), "The port is open."]
                .iter()
                .map(|text| record(1, text))
                .collect();
        let (answer, log, ok) = ingest(&database, &input, &["--threads", threads]);
        assert!(ok, "{log}");
        assert_eq!(answer, "4 documents: 1 created, 3 revised, 0 unchanged, 0 refused\n");
        let (again, ..) = ingest(&database, &record(1, "The port is open."), &[]);
        assert_eq!(again, "1 documents: 0 created, 0 revised, 1 unchanged, 0 refused\n");
        assert_eq!(
            stored(&database).await,
            [("Port 1".to_owned(), "The port is open.".to_owned())]
        );
    }
}

#[tokio::test]
async fn a_folder_of_texts_and_pages_is_stored() {
    let database = TestDatabase::new().await;
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, words: &str| {
        std::fs::write(folder.path().join(name), words).expect("a file");
    };
    write("a.txt", "Port shut\n\nThe port was shut, a docker said.");
    write("b.html", "<h1>Port open</h1><p>The port denied that it was shut.</p>");
    let path = folder.path().to_str().expect("UTF-8");
    let (answer, log, ok) = ingest(&database, "", &[path]);
    assert!(ok, "{log}");
    assert_eq!(answer, "2 documents: 2 created, 0 revised, 0 unchanged, 0 refused\n");
    let titles: Vec<_> = stored(&database).await.into_iter().map(|(title, _)| title).collect();
    assert_eq!(titles, ["Port open", "Port shut"]);
}

#[test]
fn a_database_that_is_away_ends_the_command_with_its_reason() {
    let output =
        claimtrail(&["ingest", "--database-url", "postgres://nobody@127.0.0.1:1/none"]).output();
    let output = output.expect("runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("not available"), "{}", stderr(&output));
}
