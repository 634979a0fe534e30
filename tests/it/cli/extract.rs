//! `claimtrail extract`.

use std::io::{Read, Write};
use std::path::Path;
use std::process::Stdio;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::{claimtrail, run_with_input, stderr, stdout};

const ARTICLE: &str = "Port of Sella denies closure\n\n\
    The port of Sella denied on Monday that it had been closed.\n\
    “The ferries are running,” harbour master Ida Moll said.\n\
    ADVERTISEMENT\n";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("compresses");
    encoder.finish().expect("compresses")
}

fn lines(output: &str) -> Vec<Value> {
    output.lines().map(|line| serde_json::from_str(line).expect("JSON on every line")).collect()
}

fn archive(documents: usize) -> String {
    (0..documents)
        .map(|number| {
            let text = format!(
                "The port denied report {number}. “It is a hoax,” said clerk No {number}. {}",
                "Ferries left on time. ".repeat(number % 13)
            );
            json!({"id": format!("a{number}"), "title": "Port denies", "text": text}).to_string()
                + "\n"
        })
        .collect()
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("a file");
    path.to_str().expect("a UTF-8 path").to_owned()
}

#[test]
fn a_text_file_gives_one_json_with_title_and_cleaned_body() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = write(folder.path(), "article.txt", ARTICLE.as_bytes());
    let output = claimtrail(&["extract", &file]).output().expect("runs");
    assert!(output.status.success(), "{}", stderr(&output));
    let [answer] = &lines(stdout(&output))[..] else { panic!("{}", stdout(&output)) };
    assert_eq!(answer["document"]["title"], "Port of Sella denies closure");
    assert_eq!(answer["document"]["language"], "en");
    let text = answer["document"]["text"].as_str().expect("a text");
    assert!(text.ends_with("Moll said."), "{text}");
    assert!(answer["extractor"]["version"].is_string());
    assert_eq!(answer.get("id"), None);
}

#[test]
fn pretty_spreads_the_same_answer_over_lines() {
    let compact = run_with_input(&["extract"], ARTICLE.as_bytes());
    let pretty = run_with_input(&["extract", "--pretty"], ARTICLE.as_bytes());
    assert!(stdout(&pretty).lines().count() > 10);
    let read = |output| serde_json::from_str::<Value>(stdout(output)).expect("JSON");
    assert_eq!(read(&pretty), read(&compact));
}

#[test]
fn standard_input_is_looked_into() {
    let html =
        "<html><body><h1>Port open</h1><p>The port denied that it was closed.</p></body></html>";
    let record = json!({"id": 7, "text": "The port denied it on Monday."}).to_string();
    for (input, title, id) in [
        (ARTICLE.as_bytes().to_vec(), json!("Port of Sella denies closure"), None),
        (html.as_bytes().to_vec(), json!("Port open"), None),
        (record.clone().into_bytes(), Value::Null, Some(json!(7))),
        (gzip(record.as_bytes()), Value::Null, Some(json!(7))),
        (gzip(ARTICLE.as_bytes()), json!("Port of Sella denies closure"), None),
    ] {
        let output = run_with_input(&["extract", "--verify"], &input);
        assert!(output.status.success(), "{}", stderr(&output));
        let [answer] = &lines(stdout(&output))[..] else { panic!("{}", stdout(&output)) };
        assert_eq!(answer["document"]["title"], title);
        assert_eq!(answer.get("id"), id.as_ref());
    }
}

#[test]
fn the_format_flag_beats_name_and_content() {
    let output = run_with_input(&["extract", "--format", "text"], b"{ is a brace, said the clerk.");
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(lines(stdout(&output))[0]["document"]["text"], "{ is a brace, said the clerk.");
}

#[test]
fn compressed_and_plain_archives_on_any_number_of_threads_give_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = archive(120);
    let plain = write(folder.path(), "a.ndjson", archive.as_bytes());
    let packed = write(folder.path(), "b.jsonl.gz", &gzip(archive.as_bytes()));
    let run = |file: &str, threads: &str| {
        let output = claimtrail(&["extract", "--threads", threads, "--verify", file]).output();
        let output = output.expect("runs");
        assert!(output.status.success(), "{}", stderr(&output));
        assert!(stderr(&output).contains("verified 120 documents"), "{}", stderr(&output));
        assert!(stderr(&output).contains(" 0 unproven"), "{}", stderr(&output));
        stdout(&output).to_owned()
    };
    let first = run(&plain, "1");
    let ids: Vec<_> = lines(&first).iter().map(|answer| answer["id"].clone()).collect();
    assert_eq!(ids, (0..120).map(|number| json!(format!("a{number}"))).collect::<Vec<_>>());
    for threads in ["2", "5"] {
        assert!(run(&packed, threads) == first, "{threads} threads give other bytes");
    }
}

#[test]
fn a_record_keeps_what_it_says_of_its_document() {
    let record = json!({
        "id": "x1", "url": "https://WWW.quay.test/a#top", "outlet": "The Quay", "title": "Port\nopen",
        "published_at": "2026-03-02T13:18:00+09:00", "text": "Ministry: hoax", "language": "en-GB",
        "section": "ignored",
    });
    let output = run_with_input(&["extract"], record.to_string().as_bytes());
    let document = &lines(stdout(&output))[0]["document"];
    assert_eq!(document["url"], "https://www.quay.test/a");
    assert_eq!(document["outlet"], "The Quay");
    assert_eq!(document["title"], "Port open");
    assert_eq!(document["published_at"], "2026-03-02T04:18:00Z");
    assert_eq!(document["language"], "en");
}

#[test]
fn an_empty_string_is_an_unknown_and_no_error() {
    let record = json!({
        "url": "", "outlet": " ", "title": "", "published_at": "", "language": "",
        "text": "The port denied that it was shut.",
    });
    let output = run_with_input(&["extract"], record.to_string().as_bytes());
    assert!(output.status.success(), "{}", stderr(&output));
    let document = &lines(stdout(&output))[0]["document"];
    for field in ["url", "outlet", "title", "published_at"] {
        assert_eq!(document[field], Value::Null, "{field}");
    }
    assert_eq!(document["language"], "en");
}

#[test]
fn bad_lines_are_named_in_their_place_and_good_ones_kept() {
    let input = [
        r#"{"id":"good","text":"The port denied it."}"#,
        "not json",
        "",
        r#"{"id":"both","text":"a","html":"b"}"#,
        r#"{"id":"none"}"#,
        r#"{"id":"type","text":5}"#,
        r#"{"id":"url","text":"a","url":"file:///etc/passwd"}"#,
        r#"{"id":"empty","text":"  "}"#,
        r#"{"id":"last","text":"The port denied it again."}"#,
    ]
    .join("\n");
    let output = run_with_input(&["extract", "--threads", "3"], input.as_bytes());
    assert!(!output.status.success());
    let answers = lines(stdout(&output));
    let seen: Vec<_> = answers
        .iter()
        .map(|answer| (answer["line"].as_u64(), answer.get("document").is_some()))
        .collect();
    let bad = |line| (Some(line), false);
    assert_eq!(seen, [(None, true), bad(2), bad(4), bad(5), bad(6), bad(7), bad(8), (None, true)]);
    assert_eq!(answers[2]["id"], "both");
    let errors: Vec<_> = answers.iter().filter_map(|answer| answer["error"].as_str()).collect();
    insta::assert_snapshot!(errors.join("\n"));
    assert!(stderr(&output).contains("standard input:7: "), "{}", stderr(&output));
    assert!(stderr(&output).contains("6 of 8 documents could not be read"), "{}", stderr(&output));
}

#[test]
fn a_date_that_cannot_be_read_is_unknown_and_told_and_the_article_kept() {
    let input = [
        r#"{"id":"year","text":"The port denied it.","published_at":"20189-01-01T00:00:00Z"}"#,
        r#"{"id":"order","text":"The port denied it.","published_at":"4/21/18"}"#,
    ]
    .join("\n");
    let output = run_with_input(&["extract"], input.as_bytes());
    assert!(output.status.success(), "{}", stderr(&output));
    for answer in lines(stdout(&output)) {
        assert_eq!(answer["document"]["published_at"], serde_json::Value::Null);
    }
    for place in ["standard input:1", "standard input:2"] {
        assert!(stderr(&output).contains(place), "{}", stderr(&output));
    }
}

#[test]
fn a_broken_line_of_bytes_is_named_and_the_next_kept() {
    let input = b"{\"text\":\"\xff\xfe\"}\n{\"text\":\"The port denied it.\"}\n";
    let output = run_with_input(&["extract"], input);
    assert!(!output.status.success());
    let answers = lines(stdout(&output));
    assert_eq!(answers[0]["line"], 1);
    assert_eq!(answers[1]["document"]["text"], "The port denied it.");
}

#[test]
fn a_deeply_nested_line_is_an_error_and_no_crash() {
    let input = format!("{{\"id\":{}\n{{\"text\":\"The port denied it.\"}}\n", "[".repeat(100_000));
    let output = run_with_input(&["extract"], input.as_bytes());
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_eq!(lines(stdout(&output)).len(), 2);
}

#[test]
fn an_archive_that_is_cut_off_gives_what_came_before_and_says_so() {
    let packed = gzip(archive(400).as_bytes());
    let output = run_with_input(&["extract"], &packed[..packed.len() / 2]);
    assert!(!output.status.success());
    let answers = lines(stdout(&output));
    let (last, whole) = answers.split_last().expect("some lines");
    assert!(!whole.is_empty());
    assert!(whole.iter().all(|answer| answer.get("document").is_some()));
    assert!(last["error"].is_string());
}

#[test]
fn what_is_no_text_is_refused_without_output() {
    let garbage: Vec<u8> =
        (0..5_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 11) as u8).collect();
    for (input, reason) in
        [(&garbage[..], "this is not text"), (b"", "no text"), (b"\n \n", "no text")]
    {
        let output = run_with_input(&["extract"], input);
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(stdout(&output), "");
        assert!(stderr(&output).contains(reason), "{}", stderr(&output));
    }
}

#[test]
fn a_hostile_page_is_refused_and_the_next_file_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let deep = write(folder.path(), "deep.html", "<div>".repeat(100_000).as_bytes());
    let good = write(folder.path(), "good.txt", ARTICLE.as_bytes());
    let output = claimtrail(&["extract", &deep, &good]).output().expect("runs");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let answers = lines(stdout(&output));
    assert!(answers[0]["file"].as_str().is_some_and(|file| file.ends_with("deep.html")));
    assert!(answers[0]["error"].as_str().is_some_and(|error| error.contains("512 deep")));
    assert_eq!(answers[1]["document"]["title"], "Port of Sella denies closure");
}

#[test]
fn a_folder_is_read_in_order_of_name() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("b")).expect("a folder");
    write(folder.path(), "c.txt", b"Third\n\nThe port denied it.");
    write(folder.path(), "a.html", b"<h1>First</h1><p>The port denied it.</p>");
    write(folder.path(), "b/x.ndjson", br#"{"title":"Second","text":"The port denied it."}"#);
    write(folder.path(), "notes.bin", b"\0\0\0");
    let path = folder.path().to_str().expect("UTF-8");
    let output = claimtrail(&["extract", path]).output().expect("runs");
    assert!(output.status.success(), "{}", stderr(&output));
    let titles: Vec<_> =
        lines(stdout(&output)).iter().map(|answer| answer["document"]["title"].clone()).collect();
    assert_eq!(titles, ["First", "Second", "Third"]);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let output = claimtrail(&["extract", "no/such/file.txt"]).output().expect("runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("no/such/file.txt"), "{}", stderr(&output));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = write(folder.path(), "a.ndjson", archive(1_000).as_bytes());
    let mut child = claimtrail(&["extract", &file])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut first = [0; 64];
    child.stdout.take().expect("a pipe").read_exact(&mut first).expect("the first bytes");
    let output = child.wait_with_output().expect("ends");
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
}
