//! `claimtrail ingest` and `claimtrail extract` over archives of every kind.

use std::io::{Cursor, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{run_with_input, stderr, stdout};
use crate::support::database::TestDatabase;

pub(super) fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A page of a web archive, packed as a member of its own, behind the request for it.
pub(super) fn captured(url: &str, title: &str, paragraphs: &[&str]) -> Vec<u8> {
    let words: String = paragraphs.iter().map(|words| format!("<p>{words}</p>")).collect();
    let page = format!(
        "<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{words}</article></body></html>"
    );
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{page}");
    let record = |kind: &str, content: &str| {
        let head = format!(
            "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2026-11-01T10:00:00Z\r\n\
             Content-Type: application/http; msgtype={kind}\r\nContent-Length: {}\r\n\r\n",
            content.len()
        );
        packed(format!("{head}{content}\r\n\r\n").as_bytes())
    };
    [record("request", "GET / HTTP/1.1\r\n\r\n"), record("response", &answer)].concat()
}

pub(super) fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn capture(at: usize) -> Vec<u8> {
    let words = format!("The port denied on Monday that pier {at} had sunk.");
    captured(&format!("https://quay.test/{at}"), &format!("Pier {at}"), &[&words])
}

fn row(at: usize) -> String {
    format!(
        "Pier {at},\"The port denied on Monday\nthat pier {at} had sunk.\",https://quay.test/{at}\n"
    )
}

fn line(at: usize) -> String {
    let text = format!("The port denied on Monday that pier {at} had sunk.");
    json!({"headline": format!("Pier {at}"), "body": text, "link": format!("https://quay.test/{at}")}).to_string() + "\n"
}

/// One file of each kind, each with other documents, and a folder in a ZIP of them all.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let csv = ["title,text,url\n".to_owned(), row(1), row(2), row(3)].concat();
    let warc = [capture(11), capture(12), capture(13)].concat();
    let ndjson: String = (21..24).map(line).collect();
    let page = b"<html><head><link rel=canonical href='https://quay.test/31'></head><body><h1>Pier 31</h1>\
        <p>The port denied on Monday that pier 31 had sunk.</p></body></html>";
    vec![
        ("a.csv", csv.into_bytes()),
        ("b.warc.gz", warc),
        ("c.jsonl.gz", packed(ndjson.as_bytes())),
        ("d.html", page.to_vec()),
        ("e.txt", b"Pier 41\n\nThe port denied on Monday that pier 41 had sunk.".to_vec()),
    ]
}

const TITLES: [&str; 11] = [
    "Pier 1", "Pier 11", "Pier 12", "Pier 13", "Pier 2", "Pier 21", "Pier 22", "Pier 23", "Pier 3",
    "Pier 31", "Pier 41",
];

pub(super) fn write(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

struct Run {
    summary: String,
    log: String,
    code: Option<i32>,
}

fn ingest(database: &TestDatabase, arguments: &[&str]) -> Run {
    let all = [&["ingest", "--database-url", database.url()], arguments].concat();
    let output = run_with_input(&all, b"");
    let time = regex::Regex::new(r"; [\d.]+ s, [\d.]+ documents a second").unwrap();
    Run {
        summary: time.replace(stdout(&output), "").trim_end().to_owned(),
        log: stderr(&output).to_owned(),
        code: output.status.code(),
    }
}

async fn titles(database: &TestDatabase) -> Vec<String> {
    let asked = "select title from document_revisions where superseded_at is null order by title collate \"C\"";
    let rows = database.client().await.query(asked, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn a_folder_of_every_kind_is_stored_and_finished() {
    let database = TestDatabase::new().await;
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files() {
        write(folder.path(), name, &bytes);
    }
    let path = folder.path().to_str().unwrap();
    let run = ingest(&database, &[path]);
    assert_eq!(run.code, Some(0), "{}", run.log);
    assert_eq!(
        run.summary,
        "11 documents: 11 created, 0 revised, 0 unchanged, 0 refused; passed over 3 requests"
    );
    assert_eq!(titles(&database).await, TITLES);
    let run = ingest(&database, &[path]);
    assert_eq!(
        run.summary,
        "0 documents: 0 created, 0 revised, 0 unchanged, 0 refused; 5 files were finished before"
    );
}

#[tokio::test]
async fn a_zip_of_every_kind_is_the_same_documents_and_names_what_it_does_not_read() {
    let database = TestDatabase::new().await;
    let folder = tempfile::tempdir().unwrap();
    let (files, inner) = (files(), zipped(&[("x.txt", b"The port denied it.")]));
    let mut all: Vec<_> = files.iter().map(|(name, bytes)| (*name, &bytes[..])).collect();
    all.insert(2, ("inner.zip", &inner));
    all.insert(4, ("notes.bin", b"\0\0"));
    let path = write(folder.path(), "all.zip", &zipped(&all));
    let run = ingest(&database, &[&path]);
    assert_eq!(run.code, Some(3), "{}", run.log);
    assert_eq!(
        run.summary,
        "12 documents: 11 created, 0 revised, 0 unchanged, 1 refused; passed over 1 files of no known kind; \
         passed over 3 requests"
    );
    assert!(run.log.contains("all.zip/inner.zip: a ZIP in a ZIP is not read"), "{}", run.log);
    assert_eq!(titles(&database).await, TITLES);
    // Nothing of it was written to disk.
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_list_of_json_that_is_named_is_stored_and_goes_on_behind_its_checkpoint() {
    let database = TestDatabase::new().await;
    let folder = tempfile::tempdir().unwrap();
    let objects: Vec<String> = (1..=4).map(|at| line(at).trim_end().to_owned()).collect();
    let list = format!("[\n  {},\n  {{\"text\": none}}\n]\n", objects.join(",\n  "));
    let path = write(folder.path(), "news.json", list.as_bytes());
    // Most of what is so called is no news.
    let run = ingest(&database, &[folder.path().to_str().unwrap()]);
    assert!(run.summary.starts_with("0 documents: "), "{}", run.summary);
    let kept = folder.path().join("refused");
    let run = ingest(&database, &["--refused", kept.to_str().unwrap(), &path]);
    assert_eq!(run.code, Some(3), "{}", run.log);
    assert_eq!(run.summary, "5 documents: 4 created, 0 revised, 0 unchanged, 1 refused");
    assert!(run.log.contains("news.json, byte "), "{}", run.log);
    assert_eq!(std::fs::read_to_string(kept).unwrap(), "{\"text\": none}\n");
    assert_eq!(titles(&database).await, ["Pier 1", "Pier 2", "Pier 3", "Pier 4"]);
    // Stopped behind the second.
    let behind = list.find(&objects[2]).unwrap() - ",\n  ".len();
    set_back(&database, [0, behind, 2]).await;
    let run = ingest(&database, &[&path]);
    assert!(
        run.summary.starts_with("3 documents: 2 created, 0 revised, 0 unchanged, 1 refused"),
        "{}",
        run.summary
    );
    assert_eq!(titles(&database).await, ["Pier 3", "Pier 4"]);
}

#[tokio::test]
async fn a_page_is_known_by_what_it_says_or_by_the_address_in_its_name() {
    let database = TestDatabase::new().await;
    let folder = tempfile::tempdir().unwrap();
    let words = "<h1>Pier</h1><p>The port denied on Monday that the pier had sunk.</p>";
    let telling =
        format!("<head><meta property='og:url' content='https://quay.test/own'></head>{words}");
    write(folder.path(), "https%3A%2F%2Fquay.test%2Fnamed%3Fid%3D7.html", words.as_bytes());
    write(folder.path(), "page.html", telling.as_bytes());
    write(folder.path(), "https%3A%2F%2Fquay.test%2Fnote.txt", b"The port denied it again.");
    let run = ingest(&database, &[folder.path().to_str().unwrap()]);
    assert_eq!(run.code, Some(0), "{}", run.log);
    let rows = database
        .client()
        .await
        .query("select url from document_urls order by url", &[])
        .await
        .unwrap();
    let urls: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(
        urls,
        ["https://quay.test/named?id=7", "https://quay.test/note", "https://quay.test/own"]
    );
}

/// Sets the checkpoint of the only file back to a place between two documents.
async fn set_back(database: &TestDatabase, [part, position, line]: [usize; 3]) {
    let set = format!(
        "update ingest_checkpoints set part = {part}, position = {position}, line = {line}, finished_at = null"
    );
    let client = database.client().await;
    assert_eq!(client.execute(&set, &[]).await.unwrap(), 1);
    // Whatever was read again would be created again.
    client.batch_execute("truncate documents cascade").await.unwrap();
}

#[tokio::test]
async fn archives_go_on_behind_their_checkpoint_and_what_is_before_is_not_read() {
    let csv: String =
        std::iter::once("title,text,url\n".to_owned()).chain((0..8).map(row)).collect();
    let rows: usize = 15 + (0..5).map(|at| row(at).len()).sum::<usize>();
    let warc: Vec<u8> = (0..8).flat_map(capture).collect();
    let members: usize = (0..5).map(|at| capture(at).len()).sum();
    let whole: Vec<u8> = (0..8).map(line).collect::<String>().into_bytes();
    let lines: usize = (3..5).map(|at| line(at).len()).sum();
    let three: Vec<u8> = (0..3).flat_map(capture).collect();
    let zip = zipped(&[
        ("a.warc.gz", &three),
        ("b.jsonl", &whole[(0..3).map(|at| line(at).len()).sum()..]),
    ]);
    for (name, bytes, place, said) in [
        ("a.csv", csv.clone().into_bytes(), [0, rows, 11], "; 11 lines were read before"),
        ("a.csv.gz", packed(csv.as_bytes()), [0, rows, 11], "; 11 lines were read before"),
        (
            "a.warc.gz",
            warc.clone(),
            [0, members, 0],
            "; passed over 3 requests; 1 files were begun before",
        ),
        ("no-name", warc, [0, members, 0], "; passed over 3 requests; 1 files were begun before"),
        ("a.zip", zip, [1, lines, 2], "; 1 files were begun before"),
    ] {
        let database = TestDatabase::new().await;
        let folder = tempfile::tempdir().unwrap();
        let path = write(folder.path(), name, &bytes);
        let run = ingest(&database, &[&path]);
        assert_eq!(run.code, Some(0), "{name}: {}", run.log);
        set_back(&database, place).await;
        let run = ingest(&database, &[&path]);
        assert_eq!(run.code, Some(0), "{name}: {}", run.log);
        assert_eq!(
            run.summary,
            format!("3 documents: 3 created, 0 revised, 0 unchanged, 0 refused{said}"),
            "{name}"
        );
        assert_eq!(titles(&database).await, ["Pier 5", "Pier 6", "Pier 7"], "{name}");
        assert!(
            ingest(&database, &[&path]).summary.ends_with("; 1 files were finished before"),
            "{name}"
        );
    }
}

#[tokio::test]
async fn refused_rows_can_be_mended_and_read_in_again() {
    let database = TestDatabase::new().await;
    let folder = tempfile::tempdir().unwrap();
    let csv =
        ["title,text,url\n", &row(1), "Pier 2,The port denied it.,quay\n", "Pier 3\n", &row(4)]
            .concat();
    let path = write(folder.path(), "a.csv", csv.as_bytes());
    let refused = folder.path().join("refused.ndjson");
    let run = ingest(&database, &["--refused", refused.to_str().unwrap(), &path]);
    assert_eq!(run.code, Some(3), "{}", run.log);
    assert!(run.log.contains("a.csv:4: \"quay\" is not an address of a document"), "{}", run.log);
    assert!(run.log.contains("a.csv:5: it has 1 cells where 3 are named"), "{}", run.log);
    let kept = std::fs::read_to_string(&refused).unwrap();
    assert_eq!(kept.lines().nth(1), Some(r#"{"cells":["Pier 3"]}"#));
    let mended = kept.lines().next().unwrap().replace("quay", "https://quay.test/2");
    let path = write(folder.path(), "mended.ndjson", mended.as_bytes());
    assert_eq!(ingest(&database, &[&path]).code, Some(0));
    assert_eq!(titles(&database).await, ["Pier 1", "Pier 2", "Pier 4"]);
}

#[tokio::test]
async fn passages_never_stand_in_the_place_of_the_article() {
    let passages = json!({
        "date": "2026-03-04T01:15:00Z", "url": "https://quay.test/1", "title": "Pier 1", "lang": "English",
        "quotes": [{"pre": "The harbour master said ", "quote": "pier 1 stands", "post": " and left."}],
    })
    .to_string() + "\n";
    for (first, second, summaries) in [
        (
            line(1),
            passages.clone(),
            ["1 created, 0 revised, 0 unchanged", "0 created, 0 revised, 1 unchanged"],
        ),
        (
            passages,
            line(1),
            ["1 created, 0 revised, 0 unchanged", "0 created, 1 revised, 0 unchanged"],
        ),
    ] {
        let database = TestDatabase::new().await;
        let folder = tempfile::tempdir().unwrap();
        for (name, content, summary) in
            [("1.ndjson", first, summaries[0]), ("2.ndjson", second, summaries[1])]
        {
            let path = write(folder.path(), name, content.as_bytes());
            let run = ingest(&database, &[&path]);
            assert!(run.summary.contains(summary), "{} {}", run.summary, run.log);
        }
        let asked = "select text from document_revisions where superseded_at is null";
        let row = database.client().await.query_one(asked, &[]).await.unwrap();
        assert_eq!(row.get::<_, String>(0), "The port denied on Monday that pier 1 had sunk.");
    }
}

#[test]
fn extract_reads_archives_from_a_pipe_and_names_records_by_their_byte() {
    let mut broken = capture(2);
    let at = broken.len() - 20;
    broken[at] ^= 0x55;
    let archive = [capture(1), broken, capture(3)].concat();
    let output = run_with_input(&["extract", "--verify"], &archive);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let answers: Vec<Value> =
        stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let urls: Vec<_> = answers.iter().map(|answer| answer["document"]["url"].as_str()).collect();
    assert_eq!(urls, [Some("https://quay.test/1"), None, Some("https://quay.test/3")]);
    assert!(answers[1]["byte"].as_u64() > Some(capture(1).len() as u64), "{}", answers[1]);
    assert!(
        answers[1]["error"]
            .as_str()
            .is_some_and(|it| it.starts_with("its packed bytes are broken"))
    );
    let csv = ["Title;Text\n", "Pier 1;The port denied it.\n"].concat();
    let output = run_with_input(&["extract"], csv.as_bytes());
    assert!(output.status.success(), "{}", stderr(&output));
    let zip = run_with_input(&["extract"], &zipped(&[("a.txt", b"The port denied it.")]));
    assert!(stderr(&zip).contains("a ZIP begins with its end"), "{}", stderr(&zip));
}
