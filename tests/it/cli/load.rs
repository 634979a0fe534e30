//! `claimtrail load`: what `extract` printed, checked and stored as `ingest` would have stored it.

use std::collections::BTreeMap;

use regex::{Captures, Regex};
use serde_json::{Value, json};

use super::{claimtrail, run_with_input, stderr, stdout};
use crate::support::database::TestDatabase;

/// Documents with all that can be told of one: addresses, authors, times, notes of
/// corrections, a relayed denial, letters of several bytes, none of English.
fn archive() -> String {
    let told = "🌊 “The pier is shut,” said harbour master Dana Orrin. Moorland Rail told the Lorne Courier \
                that reports of a crash were “a hoax”. Ida Brandt, a docker, denied that the pier was shut.";
    let page = "<html><head><title>Pier open</title>\
        <link rel=canonical href=\"https://quay.test/pier-open\"><script type=\"application/ld+json\">\
        {\"@type\":\"NewsArticle\",\"author\":[{\"@type\":\"Person\",\"name\":\"Uma Reth\"}],\
        \"datePublished\":\"2026-03-02\",\"correction\":\"An earlier version misspelt the name of the pier.\"}\
        </script></head><body><article><h1>Pier open</h1><p>The Harbour Ministry denied on Monday that the \
        east pier was shut, and called the report misleading.</p><p>Correction: An earlier version of this \
        article said the east pier was shut. It is open.</p></article></body></html>";
    let lines = [
        json!({"id": "a", "url": "https://lorne.test/1", "title": "Pier – shut?", "text": told,
            "published_at": "2026-03-02T08:30:00Z", "authors": ["Ewa Tal"], "outlet": "Lorne Courier"}),
        json!({"id": "b", "url": "https://www.quay.test/amp/pier-open", "html": page}),
        json!({"id": "c", "text": "The mayor said that the bridge had sunk. The council denied it."}),
        json!({"id": "d", "url": "https://kelm.test/2", "published_at": "2026-02-27T23:59:00+05:30",
            "text": "Das Ministerium hat am Montag bestritten, dass die Brücke gesperrt worden sei."}),
        json!({"id": "e", "url": "https://lorne.test/1", "title": "Pier open", "published_at": "2026-03-03",
            "text": "Harbour master Dana Orrin denied that the pier had been shut. “It never was,” she said."}),
    ];
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn extracted(archive: &str) -> String {
    let output = run_with_input(&["extract", "--format", "ndjson"], archive.as_bytes());
    assert!(output.status.success(), "{}", stderr(&output));
    stdout(&output).to_owned()
}

/// Summary without the time it took, log, and exit code.
fn store(
    command: &str,
    database: &TestDatabase,
    input: &str,
    arguments: &[&str],
) -> (String, String, Option<i32>) {
    let all = [&[command, "--database-url", database.url()], arguments].concat();
    let output = run_with_input(&all, input.as_bytes());
    let time = Regex::new(r"; [\d.]+ s, [\d.]+ documents a second").unwrap();
    let summary = time.replace(stdout(&output), "").into_owned();
    (summary, stderr(&output).to_owned(), output.status.code())
}

/// Every row of every table as JSON. Ids are counted off in their order, which is that of their making, and
/// so are times: both differ from run to run, and what refers to what does not.
async fn rows(database: &TestDatabase) -> Vec<String> {
    // The bytes as received stay where the extractor ran.
    const LEFT_OUT: &str = "'{received,media_type}'::text[]";
    let client = database.client().await;
    let tables = "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                   where c.relkind = 'r' and n.nspname = 'public' and c.relname not like '\\_\\_diesel%'
                     and c.relname <> 'ingest_checkpoints' order by 1";
    let mut rows = Vec::new();
    for table in client.query(tables, &[]).await.unwrap() {
        let table: String = table.get(0);
        let sql = format!("select (to_jsonb(t) - {LEFT_OUT})::text from {table} t");
        let found = client.query(&sql, &[]).await.unwrap();
        rows.extend(found.iter().map(|row| format!("{table} {}", row.get::<_, String>(0))));
    }
    let volatile = Regex::new(
        r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+(?:\+00:00|Z)",
    )
    .unwrap();
    let mut counted: BTreeMap<&str, usize> =
        rows.iter().flat_map(|row| volatile.find_iter(row)).map(|it| (it.as_str(), 0)).collect();
    counted.values_mut().enumerate().for_each(|(place, number)| *number = place);
    let mut shown: Vec<String> = rows
        .iter()
        .map(|row| {
            let number = |found: &Captures<'_>| format!("#{}", counted[&found[0]]);
            volatile.replace_all(row, number).into_owned()
        })
        .collect();
    shown.sort();
    shown
}

#[tokio::test]
async fn what_was_extracted_elsewhere_is_stored_as_if_it_had_been_ingested() {
    let (ingested, loaded) = (TestDatabase::new().await, TestDatabase::new().await);
    let (summary, log, code) = store("ingest", &ingested, &archive(), &["--format", "ndjson"]);
    assert_eq!(code, Some(0), "{log}");
    assert_eq!(summary, "5 documents: 4 created, 1 revised, 0 unchanged, 0 refused\n");
    let lines = extracted(&archive());
    let expected = rows(&ingested).await;
    let (same, log, code) = store("load", &loaded, &lines, &["--threads", "3"]);
    assert_eq!((same, code), (summary, Some(0)), "{log}");
    assert_eq!(rows(&loaded).await, expected);
    // What would be lost first: nothing of it may be missing on both sides.
    for words in [
        "\"role\": \"via\"",
        "\"Ewa Tal\"",
        "\"Uma Reth\"",
        "\"day\"",
        "amp/pier-open",
        "misspelt",
        "language_unsupported",
        "🌊",
        "denial_mention_spans",
    ] {
        assert!(expected.iter().any(|row| row.contains(words)), "{words}");
    }
}

#[tokio::test]
async fn loading_twice_changes_nothing() {
    let database = TestDatabase::new().await;
    let lines =
        extracted(&archive().lines().take(4).map(|it| format!("{it}\n")).collect::<String>());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("part-00000.ndjson");
    std::fs::write(&path, &lines).unwrap();
    let path = path.to_str().unwrap();
    let (summary, log, _) = store("load", &database, "", &[path]);
    assert_eq!(summary, "4 documents: 4 created, 0 revised, 0 unchanged, 0 refused\n", "{log}");
    let before = rows(&database).await;
    let (summary, ..) = store("load", &database, "", &["--again", path]);
    assert_eq!(summary, "4 documents: 0 created, 0 revised, 4 unchanged, 0 refused\n");
    let (summary, ..) = store("load", &database, "", &[folder.path().to_str().unwrap()]);
    let nothing =
        "0 documents: 0 created, 0 revised, 0 unchanged, 0 refused; 1 files were finished before\n";
    assert_eq!(summary, nothing);
    // By way of the articles themselves too.
    let (summary, ..) = store("ingest", &database, &archive(), &["--format", "ndjson"]);
    assert_eq!(summary, "5 documents: 0 created, 1 revised, 4 unchanged, 0 refused\n");
    let kept: Vec<_> =
        rows(&database).await.into_iter().filter(|it| it.contains("Ewa Tal")).collect();
    assert_eq!(kept.len(), before.iter().filter(|it| it.contains("Ewa Tal")).count());
}

/// One thing is changed, and where that is told.
type Tampering = (fn(&mut Value), &'static str);

const TAMPERINGS: &[Tampering] = &[
    (|it| it["statements"][0]["cue"]["start"] = json!(0), "#/statements/0/cue/quote: "),
    (|it| it["statements"][0]["cue"]["end"] = json!(100_000), "#/statements/0/cue: "),
    (|it| it["statements"][0]["cue"]["end"] = json!(-1), "#/statements/0/cue: "),
    (|it| it["statements"][0]["cue"]["quote"] = json!("denied"), "#/statements/0/cue/quote: "),
    (|it| it["statements"][0]["cue"]["field"] = json!("title"), "#/statements/0/cue"),
    (
        |it| it["statements"][0]["contents"][0]["field"] = json!("body"),
        "#/statements/0/contents/0/field: ",
    ),
    (|it| it["statements"][0]["id"] = json!("s2"), "#/statements/0/id: "),
    (|it| it["statements"][0]["parent"] = json!("s1"), "#/statements/0/parent: "),
    (|it| it["statements"][0]["speaker"] = json!("a99"), "#/statements/0/speaker: "),
    (|it| it["statements"][0]["speaker"] = json!("s1"), "#/statements/0/speaker: "),
    (|it| it["statements"][0]["speaker"] = json!("a01"), "#/statements/0/speaker: "),
    (|it| it["statements"][0]["mode"] = json!("shouted"), "#/statements/0/mode: is unknown"),
    (|it| it["statements"][0]["confidence"] = json!(1.5), "#/statements/0/confidence: "),
    (|it| it["statements"][0]["colour"] = json!("red"), "#/statements/0/colour: is unknown"),
    (|it| it["claims"][0]["text"] = json!(" "), "#/claims/0/text: must not be empty"),
    (|it| it["claims"][0]["claimants"] = json!(["a0"]), "#/claims/0/claimants/0: "),
    (
        |it| it["claims"][0]["appearances"][0]["statement"] = json!("s77"),
        "#/claims/0/appearances/0/statement: ",
    ),
    (
        |it| it["claims"][0]["appearances"][0]["span"]["quote"] = json!("!"),
        "#/claims/0/appearances/0/span/quote: ",
    ),
    (|it| it["claims"].as_array_mut().unwrap().swap(0, 1), "#/claims/0/id: "),
    (
        |it| {
            let denial = denial(it);
            denial["mentions"] = json!([]);
        },
        "/mentions: must not be empty",
    ),
    (|it| denial(it)["kind"] = json!("review"), "/kind: a review is no denial"),
    (|it| denial(it)["label"] = json!("x".repeat(401)), "/label: must have at most 400"),
    (|it| denial(it)["stated_at"] = json!("2026-03-02T00:00:00Z"), "/stated_precision: is missing"),
    (|it| denial(it)["mentions"][0]["denied"]["quote"] = json!("x"), "/mentions/0/denied/quote: "),
    (|it| it["actors"][0]["speaks_for"] = json!("a0"), "#/actors/0/speaks_for: "),
    (|it| it["actors"][0]["name"] = json!("Da\u{0}na"), "#/actors/0/name: must not contain U+0000"),
    (|it| it["actors"][0]["mentions"][0]["start"] = json!(1), "#/actors/0/mentions/0/quote: "),
    (
        |it| it["extractor"]["version"] = json!("99.0.0"),
        "#/extractor/version: \"99.0.0\" is no version",
    ),
    (|it| it["extractor"]["version"] = json!("latest"), "#/extractor/version: "),
    (|it| it["document"]["text"] = json!("Other words."), "#/document/sha256: "),
    (|it| it["document"]["title"] = json!("Another title"), "#/document/sha256: "),
    (|it| it["document"]["url"] = json!("file:///etc/passwd"), "#/document/url: "),
    (|it| it["document"]["url"] = json!("https://Lorne.test:443/1#top"), "#/document/url: "),
    (|it| it["document"]["language"] = json!("en us"), "#/document/language: "),
    (|it| it["document"]["published_at"] = json!("yesterday"), "#/document/published_at: "),
    (
        |it| it["document"]["published_precision"] = json!("century"),
        "#/document/published_precision: is unknown",
    ),
    (|it| it["document"]["published_at"] = Value::Null, "#/document/published_at: is missing"),
    (|it| it["document"]["outlet"] = json!(7), "#/document/outlet: is of the wrong type"),
    (|it| drop(it.as_object_mut().unwrap().remove("actors")), "#/actors: is missing"),
    (
        |it| drop(it["document"].as_object_mut().unwrap().remove("text")),
        "#/document/text: is missing",
    ),
    (
        |it| *it = json!({"error": "there is no text in it", "line": 3}),
        "#/error: the extractor could not",
    ),
    (|it| *it = json!([]), "#: must be an object"),
];

/// The first denial with a place for what is denied.
fn denial(line: &mut Value) -> &mut Value {
    let claims = line["claims"].as_array_mut().unwrap();
    let mut denials = claims.iter_mut().flat_map(|it| it["denials"].as_array_mut().unwrap());
    denials.find(|it| it["mentions"][0]["denied"].is_object()).expect("a denial")
}

#[tokio::test]
async fn what_was_tampered_with_is_named_by_line_and_field_and_the_rest_is_stored() {
    let database = TestDatabase::new().await;
    let lines = extracted(&archive());
    let lines: Vec<&str> = lines.lines().collect();
    let mut input = format!("{}\n", lines[2]);
    for (tamper, _) in TAMPERINGS {
        let mut line: Value = serde_json::from_str(lines[0]).unwrap();
        let untouched = line.clone();
        tamper(&mut line);
        assert_ne!(line, untouched);
        input += &format!("{line}\n");
    }
    input += &format!("{}\n{{\"document\"\n{} {{}}\n{}", lines[3], lines[3], lines[4]);
    let folder = tempfile::tempdir().unwrap();
    let refused = folder.path().join("refused.ndjson");
    let arguments = ["--threads", "2", "--refused", refused.to_str().unwrap()];
    let (summary, log, code) = store("load", &database, &input, &arguments);
    assert_eq!(code, Some(3), "{log}");
    let bad = TAMPERINGS.len() + 2;
    let expected =
        format!("{} documents: 3 created, 0 revised, 0 unchanged, {bad} refused\n", bad + 3);
    assert_eq!(summary, expected, "{log}");
    for (number, (_, told)) in TAMPERINGS.iter().enumerate() {
        let place = format!("standard input:{}: ", number + 2);
        let line =
            log.lines().find(|it| it.contains(&place)).unwrap_or_else(|| panic!("{place}\n{log}"));
        assert!(line.contains(told), "{told}\n{line}");
    }
    for number in [bad + 1, bad + 2] {
        let place = format!("standard input:{number}: #: it is not JSON: ");
        assert!(log.contains(&place), "{place}\n{log}");
    }
    assert_eq!(std::fs::read_to_string(&refused).unwrap().lines().count(), bad);
    let client = database.client().await;
    let unproven = client.query_one("select count(*) from unproven_spans", &[]).await.unwrap();
    assert_eq!(unproven.get::<_, i64>(0), 0);
}

#[tokio::test]
async fn packed_files_are_read_and_an_article_is_no_extraction() {
    let database = TestDatabase::new().await;
    let folder = tempfile::tempdir().unwrap();
    let packed = folder.path().join("part-0.ndjson.gz");
    std::fs::write(&packed, super::archives::packed(extracted(&archive()).as_bytes())).unwrap();
    let plain = folder.path().join("part-1.ndjson");
    std::fs::write(&plain, archive()).unwrap();
    let (summary, log, code) = store("load", &database, "", &[folder.path().to_str().unwrap()]);
    assert_eq!(code, Some(3));
    assert_eq!(summary, "10 documents: 4 created, 1 revised, 0 unchanged, 5 refused\n", "{log}");
    assert!(log.contains("part-1.ndjson:3: #/text: is unknown; known are "), "{log}");
    // The same file as an archive of articles is another thing, and is not taken for read.
    let (summary, ..) = store("ingest", &database, "", &[plain.to_str().unwrap()]);
    assert!(summary.starts_with("5 documents: "), "{summary}");
}

#[test]
fn a_database_that_is_away_ends_the_command_with_its_reason() {
    let output =
        claimtrail(&["load", "--database-url", "postgres://nobody@127.0.0.1:1/none"]).output();
    let output = output.expect("runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("not available"), "{}", stderr(&output));
}
