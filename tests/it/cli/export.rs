//! `claimtrail export`, out of a database of its own.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::process::Stdio;

use claimtrail::api::openapi::document;
use claimtrail::export::Noun;

use super::{claimtrail, run_with_input, stderr, stdout};
use crate::api::exports::parameters;
use crate::support::database::TestDatabase;
use crate::support::generated;

async fn database(claims: i32) -> TestDatabase {
    let database = TestDatabase::new().await;
    generated::claims(&database.client().await, 1, claims, 10).await;
    database
}

fn arguments<'a>(database: &'a TestDatabase, more: &[&'a str]) -> Vec<&'a str> {
    [&["export", "--database-url", database.url()], more].concat()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    entries
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect()
}

#[tokio::test]
async fn a_file_is_what_standard_output_would_be_and_its_rows_are_told() {
    let database = database(700).await;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("closed.CSV");
    let path = path.to_str().expect("UTF-8");
    std::fs::write(path, "what stood here before").expect("written");
    let output = run_with_input(&arguments(&database, &["claims", "--out", path]), b"");
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stdout(&output), "");
    assert!(stderr(&output).ends_with(&format!("claimtrail: 700 claims in {path}\n")));
    assert_eq!(names(folder.path()), ["closed.CSV"]);

    let printed = run_with_input(&arguments(&database, &["claims", "--format", "csv"]), b"");
    assert!(printed.status.success(), "{}", stderr(&printed));
    assert_eq!(stdout(&printed), std::fs::read_to_string(path).expect("readable"));
    assert_eq!(csv::Reader::from_reader(&printed.stdout[..]).records().count(), 700);
    assert!(stderr(&printed).ends_with("claimtrail: 700 claims\n"), "{}", stderr(&printed));
}

#[tokio::test]
async fn filters_are_those_of_the_api() {
    let database = database(30).await;
    let arguments = arguments(&database, &["claims", "q=\"pier 7\" or \"pier 9\"", "sort=oldest"]);
    let output = run_with_input(&arguments, b"");
    assert!(output.status.success(), "{}", stderr(&output));
    let texts: Vec<_> = stdout(&output)
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"))
        .map(|claim| claim["text"].as_str().expect("a text")[..6].to_owned())
        .collect();
    assert_eq!(texts, ["Pier 7", "Pier 9"]);
}

#[tokio::test]
async fn a_refused_filter_is_named_and_what_stood_there_is_left_as_it_was() {
    let database = database(1).await;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("claims.csv");
    std::fs::write(&path, "kept").expect("written");
    let out = path.to_str().expect("UTF-8");
    for (filter, told) in [
        ("colour=red", "colour: is unknown; known are `q`, `tag`"),
        ("status=red", "status: is unknown; known are `unverified`"),
        ("from=yesterday", "from: must be a time"),
    ] {
        let output = run_with_input(&arguments(&database, &["claims", filter, "--out", out]), b"");
        assert_eq!(output.status.code(), Some(1), "{filter}");
        assert!(stderr(&output).contains(told), "{filter}: {}", stderr(&output));
    }
    let output = run_with_input(&arguments(&database, &["claims", "status"]), b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("must be NAME=VALUE"), "{}", stderr(&output));
    assert_eq!(std::fs::read_to_string(&path).expect("readable"), "kept");
    assert_eq!(names(folder.path()), ["claims.csv"]);
}

#[tokio::test]
async fn an_export_that_breaks_leaves_no_file() {
    let database = database(3).await;
    let client = database.client().await;
    let sql = "insert into claim_status_events (id, claim_id, status, reasons, rules)
               select gen_random_uuid(), id, 'unverified', '[{\"code\": \"weather\"}]', 'test'
                 from claims limit 1";
    client.execute(sql, &[]).await.expect("inserted");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("claims.csv");
    let out = path.to_str().expect("UTF-8");
    let output = run_with_input(&arguments(&database, &["claims", "--out", out]), b"");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("weather"), "{}", stderr(&output));
    assert_eq!(names(folder.path()), [""; 0]);
}

#[tokio::test]
async fn what_is_no_file_is_not_replaced() {
    let database = database(1).await;
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().to_str().expect("UTF-8");
    for out in [out, "/dev/null"] {
        let output = run_with_input(&arguments(&database, &["claims", "--out", out]), b"");
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains("is no file"), "{}", stderr(&output));
    }
    assert!(folder.path().is_dir());
}

#[tokio::test]
async fn a_reader_that_leaves_is_no_failure() {
    let database = database(8000).await;
    let mut child = claimtrail(&arguments(&database, &["claims"]))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut begin = [0; 10];
    let mut out = child.stdout.take().expect("a pipe");
    out.read_exact(&mut begin).expect("some bytes");
    drop(out);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stderr(&output).contains("nobody reads on"), "{}", stderr(&output));
}

#[test]
fn a_database_that_is_away_ends_the_command_with_its_reason() {
    let nowhere = ["export", "claims", "--database-url", "postgres://nobody@127.0.0.1:1/none"];
    let output = run_with_input(&nowhere, b"");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("not available"), "{}", stderr(&output));
}

#[test]
fn the_help_lists_the_filters_of_each_noun() {
    let output = run_with_input(&["export", "--help"], b"");
    let mut listed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut noun = "";
    for line in stdout(&output).lines().skip_while(|line| !line.starts_with("Filters")).skip(1) {
        if !line.starts_with("  ") {
            break;
        }
        let words: Vec<&str> = line.split([' ', ',']).filter(|word| !word.is_empty()).collect();
        let (head, rest) = words.split_first().expect("words");
        let begins = Noun::ALL.iter().any(|noun| noun.as_str() == *head);
        noun = if begins { head } else { noun };
        let filters = if begins { rest } else { &words };
        let list = listed.entry(noun.to_owned()).or_default();
        list.extend(filters.iter().map(|filter| (*filter).to_owned()));
    }
    let document = serde_json::to_value(document()).expect("JSON");
    for noun in Noun::ALL {
        let path = format!("/v1/exports/{}.csv", noun.as_str());
        assert_eq!(listed[noun.as_str()], parameters(&document, &path), "{noun:?}");
    }
}
