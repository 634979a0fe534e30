//! `claimtrail import-reviews`, out of files and into a database of its own.

use std::io::Write;
use std::process::Output;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::{run_with_input, stderr, stdout};
use crate::support::database::TestDatabase;
use crate::support::newsroom::Newsroom;

fn block(number: usize, rating: &str) -> Value {
    json!({
        "@type": "ClaimReview",
        "url": format!("https://check.test/{number}"),
        "claimReviewed": format!("The pier of Lorne has {number} gulls on it."),
        "author": {"@type": "Organization", "name": "Lorne Check"},
        "datePublished": "2026-03-04",
        "reviewRating": {"alternateName": rating}
    })
}

fn lines(output: &Output) -> Vec<Value> {
    stdout(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_dry_run_tells_every_part_and_needs_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("check.html");
    let script =
        format!("<script type=\"application/ld+json\">{}</script>", block(1, "Misleading"));
    std::fs::write(&page, script).unwrap();
    let list = folder.path().join("list.json");
    std::fs::write(&list, json!([block(2, "True"), {"@type": "NewsArticle"}]).to_string()).unwrap();
    let (page, list) = (page.to_str().unwrap(), list.to_str().unwrap());
    let output = run_with_input(&["import-reviews", "--dry-run", page, list], b"");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let told = lines(&output);
    assert_eq!(told.len(), 3);
    assert_eq!(told[0]["place"], format!("{page}: script 1"));
    assert_eq!(told[0]["review"]["verdict"], "mostly_false");
    let raw = told[0]["review"]["raw"].as_str().unwrap();
    assert_eq!(raw, block(1, "Misleading").to_string());
    let unread: Vec<&str> = told[0]["review"]["unread"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["pointer"].as_str().unwrap())
        .collect();
    assert!(unread.contains(&"/itemReviewed"), "{unread:?}");
    assert_eq!(told[1]["place"], format!("{list}: /0"));
    assert_eq!(told[2]["outcome"], "refused");
    assert!(told[2]["error"].as_str().unwrap().contains("NewsArticle"));
    assert!(stderr(&output).contains("3 blocks read, 1 refused"), "{}", stderr(&output));
}

#[tokio::test]
async fn lines_of_any_number_are_stored_once() {
    let database = TestDatabase::new().await;
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    for number in 0..60 {
        writeln!(packed, "{}", block(number, "False")).unwrap();
    }
    let packed = packed.finish().unwrap();
    let flags = ["import-reviews", "--format", "ndjson", "--database-url", database.url()];
    for outcome in ["created", "unchanged"] {
        let output = run_with_input(&flags, &packed);
        assert!(output.status.success(), "{}", stderr(&output));
        let told = lines(&output);
        assert_eq!(told.len(), 60);
        assert!(told.iter().all(|line| line["outcome"] == outcome), "{:?}", told[0]);
        assert_eq!(told[59]["place"], "-: line 60");
    }
    let counted = "select (select count(*) from reviews), (select count(*) from claims)";
    let row = database.client().await.query_one(counted, &[]).await.unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (60, 60));
}

#[test]
fn a_list_longer_than_memory_is_meant_for_is_read_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("checks.json");
    let body = "x".repeat(900_000);
    let mut blocks: Vec<Value> = (0..40).map(|number| block(number, "False")).collect();
    blocks.iter_mut().for_each(|block| block["reviewBody"] = json!(body));
    std::fs::write(&file, json!(blocks).to_string()).unwrap();
    let output = run_with_input(&["import-reviews", "--dry-run", file.to_str().unwrap()], b"");
    assert!(output.status.success(), "{}", stderr(&output));
    let told = lines(&output);
    assert_eq!(told.len(), 40);
    assert_eq!(told[39]["place"], format!("{}: /39", file.display()));
    let mut one = block(1, "False");
    one["other"] = json!(blocks);
    std::fs::write(&file, one.to_string()).unwrap();
    let output = run_with_input(&["import-reviews", "--dry-run", file.to_str().unwrap()], b"");
    assert!(stderr(&output).contains("more than 33554432 bytes"), "{}", stderr(&output));
}

#[tokio::test]
async fn pages_are_fetched_from_outside_only() {
    let room = Newsroom::new().await;
    let script = format!("<script type=\"application/ld+json\">{}</script>", block(1, "False"));
    room.put("/check", "200 OK\r\nContent-Type: text/html", &script);
    let run = async |flags: Vec<String>| {
        let run = move || {
            let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
            run_with_input(&[&["import-reviews", "--dry-run"], flags.as_slice()].concat(), b"")
        };
        tokio::task::spawn_blocking(run).await.unwrap()
    };
    let url = room.url("/check");
    let allowed = run(room.flags().into_iter().chain([url.clone()]).collect()).await;
    assert!(allowed.status.success(), "{}", stderr(&allowed));
    assert_eq!(lines(&allowed)[0]["place"], format!("{url} script 1"));
    let asked = room.asked("/check");
    for (flags, said) in [
        (vec![url.clone()], "inside_address"),
        (vec!["--no-fetch".to_owned(), url.clone()], "--no-fetch"),
    ] {
        let refused = run(flags).await;
        assert_eq!(refused.status.code(), Some(1));
        assert!(stderr(&refused).contains(said), "{}", stderr(&refused));
    }
    assert_eq!(room.asked("/check"), asked);
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let long = format!("{{\"x\":\"{}\"}}\n", "y".repeat(3 << 20));
    for (flags, input, said) in [
        (vec!["--format", "ndjson"], long.as_bytes(), "line 1 is longer"),
        (vec!["--format", "ndjson"], &b"\xff\xfe\n"[..], "line 1 is not UTF-8"),
        (vec!["--format", "json"], &b"[\"\xff\"]"[..], "byte 2 is not UTF-8"),
        (vec!["nowhere.json"], &b""[..], "nowhere.json"),
        (vec!["--address", "nowhere"], &b"[]"[..], "not an address"),
    ] {
        let flags = [vec!["import-reviews", "--dry-run"], flags].concat();
        let output = run_with_input(&flags, input);
        assert_eq!(output.status.code(), Some(1), "{flags:?}");
        assert!(stderr(&output).contains(said), "{flags:?}: {}", stderr(&output));
    }
}
