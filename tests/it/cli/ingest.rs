//! `claimtrail ingest`, into a database of its own.

use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use super::{claimtrail, run_with_input, stderr, stdout};
use crate::support::database::TestDatabase;
use claimtrail::domain::view::{DocumentFilter, PageRequest};
use claimtrail::store;

/// How long anything here may take; a machine at work is slow, but not for ever.
const PATIENCE: Duration = Duration::from_secs(60);

fn record(number: usize, text: &str) -> String {
    let url = format!("https://quay.test/{number}");
    json!({"url": url, "title": format!("Port {number}"), "text": text}).to_string() + "\n"
}

fn archive(documents: usize) -> String {
    (0..documents).map(|number| record(number, "The port denied that it was shut.")).collect()
}

/// Summary without the time it took, log, and whether all went well.
fn ingest(database: &TestDatabase, input: &str, arguments: &[&str]) -> (String, String, bool) {
    let all = [&["ingest", "--database-url", database.url()], arguments].concat();
    let output = run_with_input(&all, input.as_bytes());
    let time = regex::Regex::new(r"; [\d.]+ s, [\d.]+ documents a second").unwrap();
    let summary = time.replace(stdout(&output), "").into_owned();
    (summary, stderr(&output).to_owned(), output.status.success())
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

/// Longer than a row of an index can be, and nothing that Postgres could pack.
#[tokio::test]
async fn an_outlet_with_an_endless_name_costs_no_document() {
    let database = TestDatabase::new().await;
    let name: String = (0..4_000_u32)
        .map(|at| char::from(b'a' + (at.wrapping_mul(2_654_435_761) >> 16) as u8 % 26))
        .collect();
    let named = json!({"text": "The port denied that it was shut.", "outlet": name}).to_string();
    let (summary, log, ok) = ingest(&database, &format!("{named}\n{}", archive(1)), &[]);
    assert!(ok, "{log}");
    assert_eq!(summary, "2 documents: 2 created, 0 revised, 0 unchanged, 0 refused\n");
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

/// A folder with an archive of so many documents in it.
fn folder(documents: usize) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("archive.ndjson");
    std::fs::write(&path, archive(documents)).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_finished_file_is_not_read_again_unless_it_is_asked_for_or_changed() {
    let database = TestDatabase::new().await;
    let (folder, path) = folder(5);
    let (first, log, ok) = ingest(&database, "", &[&path]);
    assert!(ok, "{log}");
    assert_eq!(first, "5 documents: 5 created, 0 revised, 0 unchanged, 0 refused\n");
    let nothing =
        "0 documents: 0 created, 0 revised, 0 unchanged, 0 refused; 1 files were finished before\n";
    // By another name too.
    let around = folder.path().join("../").join(folder.path().file_name().unwrap());
    for path in [path.as_str(), around.join("archive.ndjson").to_str().unwrap()] {
        let (again, log, ok) = ingest(&database, "", &[path]);
        assert!(ok, "{log}");
        assert_eq!(again, nothing);
        assert!(log.contains("--again reads it anew"), "{log}");
    }
    let (anew, ..) = ingest(&database, "", &["--again", &path]);
    assert_eq!(anew, "5 documents: 0 created, 0 revised, 5 unchanged, 0 refused\n");
    std::fs::write(&path, archive(6)).unwrap();
    let (changed, ..) = ingest(&database, "", &[&path]);
    assert_eq!(changed, "6 documents: 1 created, 0 revised, 5 unchanged, 0 refused\n");
}

/// Sets the checkpoint of the only file back behind so many lines.
async fn set_back(database: &TestDatabase, lines: usize) {
    let position = archive(lines).len();
    let set = format!(
        "update ingest_checkpoints set position = {position}, line = {lines}, finished_at = null"
    );
    assert_eq!(database.client().await.execute(&set, &[]).await.unwrap(), 1);
}

#[tokio::test]
async fn a_stopped_file_goes_on_behind_its_checkpoint_and_what_is_before_is_not_read() {
    for name in ["archive.ndjson", "archive.ndjson.gz", "without-a-name"] {
        let database = TestDatabase::new().await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        let content = archive(8);
        let bytes = if name.ends_with("gz") { packed(content.as_bytes()) } else { content.into() };
        std::fs::write(&path, &bytes).unwrap();
        let path = path.to_str().unwrap();
        let (_, log, ok) = ingest(&database, "", &[path]);
        assert!(ok, "{name}: {log}");
        // Whatever was read again would be created again.
        let client = database.client().await;
        client.batch_execute("truncate documents cascade").await.unwrap();
        set_back(&database, 5).await;
        let (rest, log, ok) = ingest(&database, "", &[path]);
        assert!(ok, "{name}: {log}");
        assert_eq!(
            rest,
            "3 documents: 3 created, 0 revised, 0 unchanged, 0 refused; 5 lines were read before\n",
            "{name}"
        );
        let titles: Vec<_> = stored(&database).await.into_iter().map(|(title, _)| title).collect();
        assert_eq!(titles, ["Port 5", "Port 6", "Port 7"], "{name}");
        let row = client
            .query_one(
                "select line, position, finished_at is not null from ingest_checkpoints",
                &[],
            )
            .await
            .unwrap();
        let row: (i64, i64, bool) = (row.get(0), row.get(1), row.get(2));
        assert_eq!(row, (8, archive(8).len() as i64, true), "{name}");
    }
}

#[tokio::test]
async fn a_run_that_is_told_to_stop_keeps_its_place() {
    let database = TestDatabase::new().await;
    let (_folder, path) = folder(3000);
    let arguments = ["ingest", "--database-url", database.url(), "--threads", "2", &path];
    let child = claimtrail(&arguments).stderr(Stdio::piped()).spawn().unwrap();
    let client = database.client().await;
    let asked = Instant::now();
    loop {
        let row = client.query_one("select count(*) from documents", &[]).await.unwrap();
        if row.get::<_, i64>(0) >= 20 {
            break;
        }
        assert!(asked.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    let output = tokio::task::spawn_blocking(|| child.wait_with_output().unwrap()).await.unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("run it again to go on"), "{}", stderr(&output));
    // The checkpoint is where the documents end: nothing is read twice, nothing is left out.
    let row = client
        .query_one(
            "select (select count(*) from documents), line, created from ingest_checkpoints",
            &[],
        )
        .await
        .unwrap();
    let row: [i64; 3] = [row.get(0), row.get(1), row.get(2)];
    assert!(row[0] < 3000 && row[0] == row[1] && row[1] == row[2], "{row:?}");
}

#[tokio::test]
async fn refused_lines_are_counted_kept_aside_and_named_in_their_run_alone() {
    let database = TestDatabase::new().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("archive.jsonl");
    let bad = [record(2, " "), "not json\n".to_owned()].concat();
    let content = [record(1, "The port denied it."), bad.clone(), record(3, "So it said.")];
    std::fs::write(&path, content.concat()).unwrap();
    let refused = folder.path().join("refused.txt");
    let path = path.to_str().unwrap();
    let arguments = ["--refused", refused.to_str().unwrap(), path];
    let all = [&["ingest", "--database-url", database.url()], &arguments[..]].concat();
    let output = run_with_input(&all, b"");
    // Told apart from a run that could not come to its end.
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stdout(&output).contains("2 created, 0 revised, 0 unchanged, 2 refused"));
    assert!(stderr(&output).contains("2 documents were refused"), "{}", stderr(&output));
    assert_eq!(std::fs::read_to_string(&refused).unwrap(), bad);
    let (_, log, ok) = ingest(&database, "", &arguments);
    assert!(ok && !log.contains("archive.jsonl:2"), "{log}");
    assert_eq!(std::fs::read_to_string(&refused).unwrap(), bad);
    let row = database.client().await;
    let row = row.query_one("select created, refused from ingest_checkpoints", &[]).await.unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (2, 2));
}

#[tokio::test]
async fn an_input_that_cannot_be_read_to_its_end_is_not_finished() {
    let database = TestDatabase::new().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("archive.ndjson.gz");
    let whole = packed(archive(60).as_bytes());
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let other = folder.path().join("other.ndjson");
    std::fs::write(&other, record(1000, "The port is open.")).unwrap();
    let (_, log, ok) = ingest(&database, "", &[folder.path().to_str().unwrap()]);
    assert!(!ok && log.contains("archive.ndjson.gz:"), "{log}");
    let client = database.client().await;
    let unfinished = "select path from ingest_checkpoints where finished_at is null";
    let rows = client.query(unfinished, &[]).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert!(rows[0].get::<_, String>(0).ends_with("archive.ndjson.gz"));
}
