//! Kills in mid-batch: whatever is stored is whole, nothing is stored twice, and the rest comes in later.

use std::collections::BTreeMap;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use serde_json::{Value, json};

use super::archives::{captured, zipped};
use super::claimtrail;
use super::serve::{PATIENCE, serve};
use crate::support::client::client;
use crate::support::database::TestDatabase;

/// Documents of the batch; `benches/kills` does the same with thousands.
const DOCUMENTS: usize = 90;

/// Kills, evenly over the batch.
const KILLS: usize = 4;

/// Articles that speak of the same few claims, so that each one touches what others wrote.
fn archive() -> String {
    (0..DOCUMENTS)
        .map(|number| {
            let (pier, town) = (number % 7, ["Lorne", "Tharn", "Kelm"][number % 3]);
            let text = format!(
                "Harbour master Dana Orrin said on Monday that pier {pier} in {town} had sunk. The \
                 Harbour Board of {town} denied that pier {pier} had sunk and called the report \"a \
                 hoax\".\\n\\nA fisherman told the {town} Courier that he had seen nothing. \"The pier \
                 stands,\" he said. Article {number} ends here."
            );
            let url = format!("https://{}-courier.test/{number}", town.to_lowercase());
            json!({"url": url, "title": format!("Pier {pier}"), "text": text}).to_string() + "\n"
        })
        .collect()
}

/// How much of each kind stands in a document, by its address.
type Contents = BTreeMap<String, Vec<i64>>;

/// What is stored of each document, once in all tables that hang on it.
const CONTENTS: &str = "
    select u.url,
           (select count(*) from document_revisions where document_id = u.document_id),
           (select count(*) from extractions where revision_id = r.id),
           (select count(*) from statements where revision_id = r.id),
           (select count(*) from statement_spans where revision_id = r.id),
           (select count(*) from appearances where revision_id = r.id),
           (select count(*) from claimants where revision_id = r.id),
           (select count(*) from denials where revision_id = r.id),
           (select count(*) from denial_mentions where revision_id = r.id),
           (select count(*) from actor_mentions where revision_id = r.id)
      from document_urls u left join document_revisions r on r.document_id = u.document_id";

/// How much there is of what documents share.
const SHARED: &str = "
    select (select count(*) from documents), (select count(*) from outlets),
           (select count(*) from actors), (select count(*) from claims),
           (select count(*) from rebuttals), (select count(*) from claim_summaries
             where superseded_at is null), (select sum(appearances) from claim_summaries
             where superseded_at is null)::bigint";

async fn contents(database: &TestDatabase) -> Contents {
    let rows = database.client().await.query(CONTENTS, &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0), (1..10).map(|at| row.get(at)).collect())).collect()
}

async fn shared(database: &TestDatabase) -> Vec<i64> {
    let row = database.client().await.query_one(SHARED, &[]).await.unwrap();
    (0..7).map(|at| row.get(at)).collect()
}

async fn count(database: &TestDatabase, what: &str) -> usize {
    let asked = format!("select count(*) from {what}");
    let row = database.client().await.query_one(&asked, &[]).await.unwrap();
    usize::try_from(row.get::<_, i64>(0)).unwrap()
}

/// What a run gives that nobody disturbs.
async fn undisturbed() -> (Contents, Vec<i64>) {
    undisturbed_over("-", archive()).await
}

/// As [`undisturbed`], of a file, or of what comes by a pipe.
async fn undisturbed_over(path: &str, input: String) -> (Contents, Vec<i64>) {
    let database = TestDatabase::new().await;
    let arguments = ["ingest", "--database-url", database.url(), path];
    let output = tokio::task::spawn_blocking({
        let arguments = arguments.map(str::to_owned);
        move || super::run_with_input(&arguments.each_ref().map(String::as_str), input.as_bytes())
    });
    let output = output.await.unwrap();
    assert!(output.status.success(), "{}", super::stderr(&output));
    let whole = contents(&database).await;
    assert_eq!(whole.len(), DOCUMENTS);
    // A count that is nowhere above zero would compare nothing.
    for at in 0..9 {
        assert!(whole.values().any(|counts| counts[at] > 0), "{at}");
    }
    (whole, shared(&database).await)
}

/// Waits until so many documents are stored, then kills the process.
async fn kill_at(database: &TestDatabase, child: &mut Child, documents: usize) {
    let asked = Instant::now();
    while count(database, "documents").await < documents {
        assert!(asked.elapsed() < PATIENCE, "{documents} documents");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Every document that is there is there as it is in a run that nobody disturbs.
async fn look(database: &TestDatabase, whole: &Contents) {
    for (url, counts) in contents(database).await {
        assert_eq!(Some(&counts), whole.get(&url), "{url}");
    }
    assert_eq!(count(database, "unproven_spans").await, 0);
}

#[tokio::test]
async fn an_ingest_that_is_killed_goes_on_where_it_was() {
    let (whole, all) = undisturbed().await;
    let database = TestDatabase::new().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("archive.ndjson");
    std::fs::write(&path, archive()).unwrap();
    let arguments =
        ["ingest", "--database-url", database.url(), "--log", "error", path.to_str().unwrap()];
    for kill in 1..=KILLS {
        let mut child = claimtrail(&arguments).spawn().unwrap();
        kill_at(&database, &mut child, DOCUMENTS * kill / (KILLS + 1)).await;
        look(&database, &whole).await;
        let ahead = "ingest_checkpoints where line > (select count(*) from documents)";
        assert_eq!(count(&database, ahead).await, 0, "the checkpoint is ahead");
    }
    assert!(count(&database, "documents").await < DOCUMENTS, "the kills came too late");
    let status = tokio::task::spawn_blocking({
        let mut last = claimtrail(&arguments);
        move || last.status().unwrap()
    });
    assert!(status.await.unwrap().success());
    assert_eq!(contents(&database).await, whole);
    assert_eq!(shared(&database).await, all);
}

/// The articles as a web archive: a record each, packed one by one, behind the request for it.
fn web_archive(articles: std::ops::Range<usize>) -> Vec<u8> {
    let archive = archive();
    let lines = archive.lines().skip(articles.start).take(articles.len());
    lines
        .flat_map(|line| {
            let article: Value = serde_json::from_str(line).unwrap();
            let [url, title, text] =
                ["url", "title", "text"].map(|name| article[name].as_str().unwrap());
            captured(url, title, &text.split("\\n\\n").collect::<Vec<_>>())
        })
        .collect()
}

/// Kills an ingest of this file so many times, evenly over its documents, and lets it end.
async fn kill_ingests_of(name: &str, bytes: &[u8], kills: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let path = path.to_str().unwrap();
    let (whole, all) = undisturbed_over(path, String::new()).await;
    let database = TestDatabase::new().await;
    let arguments = ["ingest", "--database-url", database.url(), "--log", "error", path];
    for kill in 1..=kills {
        let mut child = claimtrail(&arguments).stderr(Stdio::null()).spawn().unwrap();
        kill_at(&database, &mut child, DOCUMENTS * kill / (kills + 1)).await;
        look(&database, &whole).await;
        let counted = "created + revised + unchanged + refused";
        let ahead =
            format!("ingest_checkpoints where {counted} > (select count(*) from documents)");
        assert_eq!(count(&database, &ahead).await, 0, "the checkpoint is ahead");
    }
    assert!(count(&database, "documents").await < DOCUMENTS, "the kills came too late");
    let status = tokio::task::spawn_blocking({
        let mut last = claimtrail(&arguments);
        move || last.status().unwrap()
    });
    assert!(status.await.unwrap().success());
    assert_eq!(contents(&database).await, whole);
    assert_eq!(shared(&database).await, all);
    assert_eq!(count(&database, "ingest_checkpoints where finished_at is not null").await, 1);
}

#[tokio::test]
async fn an_ingest_of_a_web_archive_that_is_killed_twenty_times_loses_nothing() {
    kill_ingests_of("archive.warc.gz", &web_archive(0..DOCUMENTS), 20).await;
}

#[tokio::test]
async fn a_load_that_is_killed_ends_with_what_an_ingest_gives() {
    let (whole, all) = undisturbed().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("extractions.ndjson");
    let input = archive();
    let output = super::run_with_input(&["extract", "--format", "ndjson"], input.as_bytes());
    std::fs::write(&path, &output.stdout).unwrap();
    let database = TestDatabase::new().await;
    let arguments =
        ["load", "--database-url", database.url(), "--log", "error", path.to_str().unwrap()];
    for kill in 1..=KILLS {
        let mut child = claimtrail(&arguments).stderr(Stdio::null()).spawn().unwrap();
        kill_at(&database, &mut child, DOCUMENTS * kill / (KILLS + 1)).await;
        look(&database, &whole).await;
    }
    assert!(count(&database, "documents").await < DOCUMENTS, "the kills came too late");
    let mut last = claimtrail(&arguments);
    let status = tokio::task::spawn_blocking(move || last.status().unwrap()).await.unwrap();
    assert!(status.success());
    assert_eq!(contents(&database).await, whole);
    assert_eq!(shared(&database).await, all);
}

#[tokio::test]
async fn an_ingest_of_a_zip_that_is_killed_goes_on_in_the_file_it_was_in() {
    let third = DOCUMENTS / 3;
    let lines: String = archive().split_inclusive('\n').skip(third).take(third).collect();
    let zip = zipped(&[
        ("a.warc.gz", &web_archive(0..third)),
        ("b.ndjson", lines.as_bytes()),
        ("c.warc.gz", &web_archive(2 * third..DOCUMENTS)),
    ]);
    kill_ingests_of("archive.zip", &zip, KILLS).await;
}

/// Sends the batch and reads what is answered, to the end or until the answer is cut.
async fn send(address: String) -> Vec<Value> {
    let request = client()
        .post(format!("{address}/v1/documents:batch"))
        .header("content-type", "application/x-ndjson")
        .body(archive());
    let mut answered = Vec::new();
    if let Ok(response) = request.send().await {
        let mut pieces = response.bytes_stream();
        while let Some(Ok(piece)) = pieces.next().await {
            answered.extend_from_slice(&piece);
        }
    }
    let whole = answered.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let lines = answered[..whole].split_inclusive(|&byte| byte == b'\n');
    lines.map(|line| serde_json::from_slice(line).unwrap()).collect()
}

#[tokio::test]
async fn a_server_that_is_killed_in_mid_batch_has_stored_what_it_answered_for() {
    let (whole, all) = undisturbed().await;
    let database = TestDatabase::new().await;
    let client = database.client().await;
    for kill in 1..=KILLS {
        let mut serving = serve(&database, &["--no-worker", "--log", "info"]);
        let sending = tokio::spawn(send(serving.address.clone()));
        kill_at(&database, &mut serving.child, DOCUMENTS * kill / (KILLS + 1)).await;
        let answered = sending.await.unwrap();
        assert!(answered.iter().all(|line| line.get("summary").is_none()), "killed too late");
        let ids: Vec<&str> =
            answered.iter().map(|line| line["document"].as_str().expect("stored")).collect();
        let found = "select count(*) from documents where id::text = any($1)";
        let found: i64 = client.query_one(found, &[&ids]).await.unwrap().get(0);
        assert_eq!(found, i64::try_from(ids.len()).unwrap(), "answered and not stored");
        look(&database, &whole).await;
    }
    let serving = serve(&database, &["--no-worker"]);
    let answered = send(serving.address.clone()).await;
    let summary = &answered.last().unwrap()["summary"];
    assert_eq!((&summary["lines"], &summary["complete"]), (&json!(DOCUMENTS), &json!(true)));
    assert!(summary["unchanged"].as_u64() >= Some((DOCUMENTS * KILLS / (KILLS + 1)) as u64));
    assert_eq!(contents(&database).await, whole);
    assert_eq!(shared(&database).await, all);
}
