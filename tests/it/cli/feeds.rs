//! `claimtrail feeds`, as a user runs it: against a site on loopback, killed at every turn.

use std::collections::BTreeMap;
use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use super::serve::PATIENCE;
use super::{claimtrail, run_with_input, stderr, stdout};
use crate::support::database::TestDatabase;
use crate::support::newsroom::Newsroom;

const WORDS: &str = "The Harbour Board denied that the pier had sunk.";

/// The arguments of `feeds` over this database and site.
fn arguments(database: &TestDatabase, room: &Newsroom, more: &[&str]) -> Vec<String> {
    let fixed = ["feeds", "--log", "warn", "--database-url", database.url()];
    let more = more.iter().map(|argument| (*argument).to_owned());
    fixed.map(str::to_owned).into_iter().chain(room.flags()).chain(more).collect()
}

/// Runs it to its end, while the site answers.
async fn feeds(database: &TestDatabase, room: &Newsroom, more: &[&str]) -> Output {
    let arguments = arguments(database, room, more);
    let run = move || {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        run_with_input(&arguments, b"")
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

fn spawn(database: &TestDatabase, room: &Newsroom, more: &[&str]) -> Child {
    let arguments = arguments(database, room, more);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    claimtrail(&arguments).stdout(Stdio::null()).spawn().unwrap()
}

async fn count(client: &tokio_postgres::Client, what: &str) -> i64 {
    client.query_one(&format!("select count(*) from {what}"), &[]).await.unwrap().get(0)
}

/// Waits until so many rows are there.
async fn until(client: &tokio_postgres::Client, what: &str, rows: i64) {
    let asked = Instant::now();
    while count(client, what).await < rows {
        assert!(asked.elapsed() < PATIENCE, "{rows} of {what}");
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
}

#[tokio::test]
async fn feeds_are_added_listed_polled_paused_and_forgotten() {
    let room = Newsroom::new().await;
    room.publish(1, WORDS);
    room.list(&[(1, "2026-03-01T08:00:00Z")]);
    let home = "<html><link rel=alternate type=application/rss+xml href=/feed></html>";
    room.put("/home", "200 OK\r\nContent-Type: text/html", home);
    let database = TestDatabase::new().await;
    let run = async |more: &[&str]| feeds(&database, &room, more).await;
    let (home, feed) = (room.url("/home"), room.url("/feed"));

    let added = run(&["add", &home, &room.url("/nothing"), "--interval", "300"]).await;
    assert_eq!(added.status.code(), Some(3), "{}", stderr(&added));
    assert!(stdout(&added).starts_with("added\t"), "{}", stdout(&added));
    assert!(stdout(&added).contains(&format!("\trss\t{feed}\n")), "{}", stdout(&added));
    assert!(stderr(&added).contains("/nothing: http_404"), "{}", stderr(&added));
    let known = run(&["add", &feed]).await;
    assert!(stdout(&known).starts_with("known\t"), "{}", stdout(&known));

    let polled = run(&["run", "--once"]).await;
    assert_eq!(stdout(&polled), format!("ok\t{feed}\t1 new of 1\n"), "{}", stderr(&polled));
    let again = run(&["run", "--once", &feed]).await;
    assert_eq!(stdout(&again), format!("not_modified\t{feed}\t0 new of 1\n"));
    assert_eq!(count(&database.client().await, "documents").await, 1);

    let paused = run(&["pause", &feed]).await;
    assert!(paused.status.success() && stdout(&paused).starts_with("paused\t"));
    let listed = run(&["list"]).await;
    let line = stdout(&listed).lines().nth(1).unwrap();
    let cells: Vec<&str> = line.split('\t').collect();
    assert_eq!(cells[1..5], ["paused", "rss", "not_modified", "1"], "{line}");
    let refused = run(&["run", "--once", &feed]).await;
    assert!(stderr(&refused).contains("is paused; resume it first"), "{}", stderr(&refused));
    assert!(run(&["resume", cells[0]]).await.status.success());
    assert!(run(&["remove", &feed]).await.status.success());
    let unknown = run(&["remove", &feed]).await;
    assert_eq!(unknown.status.code(), Some(3), "{}", stderr(&unknown));
    assert_eq!(stdout(&run(&["list"]).await).lines().count(), 1);
}

#[tokio::test]
async fn a_list_is_imported_with_its_bad_outlines_named_and_a_failing_feed_told() {
    let room = Newsroom::new().await;
    room.list(&[]);
    let database = TestDatabase::new().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.opml");
    let opml = format!(
        "<opml><body>\n<outline text=\"A\" xmlUrl=\"{}\"/>\n<outline text=\"B\" xmlUrl=\"x:y\"/>\n\
         <outline text=\"C\" xmlUrl=\"{}\"/></body></opml>",
        room.url("/feed"),
        room.url("/missing")
    );
    std::fs::write(&path, opml).unwrap();
    let imported = feeds(&database, &room, &["import", path.to_str().unwrap()]).await;
    assert_eq!(imported.status.code(), Some(3), "{}", stderr(&imported));
    assert!(stdout(&imported).ends_with("mine.opml: 2 added, 0 known, 1 refused\n"));
    assert!(stderr(&imported).contains("mine.opml:3: B: "), "{}", stderr(&imported));
    let polled = feeds(&database, &room, &["run", "--once"]).await;
    assert_eq!(stdout(&polled), format!("ok\t{}\t0 new of 0\n", room.url("/feed")));
    let missing = format!("{}: http_404: ", room.url("/missing"));
    assert!(stderr(&polled).contains(&missing), "{}", stderr(&polled));
    assert_eq!(polled.status.code(), Some(1));
}

#[test]
fn what_is_not_said_or_said_too_much_is_refused_before_anything_starts() {
    for (arguments, told) in [
        (&["feeds", "add"][..], "name the addresses"),
        (&["feeds", "import"], "OPML"),
        (&["feeds", "pause"], "feeds list"),
        (&["feeds", "list", "x"], "takes no names"),
    ] {
        let output = run_with_input(arguments, b"");
        assert!(!output.status.success());
        assert!(stderr(&output).contains(told), "{}", stderr(&output));
    }
    let output = run_with_input(&["feeds", "add", "https://n.test/", "--interval", "59"], b"");
    assert!(stderr(&output).contains("60"), "{}", stderr(&output));
}

/// What is stored of each document, by the path of its address.
async fn documents(database: &TestDatabase) -> BTreeMap<String, Vec<String>> {
    let sql = "select regexp_replace(u.url, '^https?://[^/]*', ''), coalesce(r.title, ''), r.text,
                      coalesce(r.published_at::text, ''), coalesce(r.published_precision, ''),
                      r.language, o.key,
                      (select count(*) from document_revisions n where n.document_id = u.document_id)::text,
                      (select coalesce(string_agg(a.quote, '|' order by a.span_start, a.quote), '')
                         from appearances a where a.revision_id = r.id),
                      (select count(*) from statements s where s.revision_id = r.id)::text,
                      (select count(*) from denials d where d.revision_id = r.id)::text
                 from document_urls u join documents d on d.id = u.document_id
                 join document_revisions r on r.document_id = d.id and r.superseded_at is null
                 join outlets o on o.id = d.outlet_id
                where u.canonical";
    let rows = database.client().await.query(sql, &[]).await.unwrap();
    let cells = |row: &tokio_postgres::Row| (1..11).map(|at| row.get::<_, String>(at)).collect();
    rows.iter().map(|row| (row.get(0), cells(row))).collect()
}

/// The same articles, as NDJSON and behind an RSS feed: half of them as pages, half as texts.
#[tokio::test]
async fn articles_behind_a_feed_end_in_the_same_documents_as_their_ndjson() {
    let room = Newsroom::new().await;
    let mut archive = String::new();
    let mut listed = Vec::new();
    let times: Vec<String> = (0..14).map(|n| format!("2026-03-{:02}T08:30:00Z", n + 1)).collect();
    for (number, at) in times.iter().enumerate() {
        let town = ["Lorne", "Tharn", "Kelm"][number % 3];
        let text = format!(
            "Harbour master Dana Orrin said on Monday that pier {number} in {town} had sunk. The \
             Harbour Board of {town} denied that pier {number} had sunk and called the report \"a hoax\"."
        );
        match number % 2 {
            0 => room.publish(number, &text),
            _ => room.put(&format!("/{number}"), "200 OK\r\nContent-Type: text/plain", &text),
        }
        let title = format!("Pier {number}");
        let url = room.url(&format!("/{number}"));
        let record = json!({"url": url, "title": title, "text": text, "published_at": at});
        archive.push_str(&format!("{record}\n"));
        listed.push((number, at.as_str()));
    }
    room.list(&listed);

    let from_lines = TestDatabase::new().await;
    let arguments = ["ingest", "--database-url", from_lines.url(), "--log", "warn"];
    let arguments = arguments.map(str::to_owned);
    let ingested = tokio::task::spawn_blocking(move || {
        run_with_input(&arguments.each_ref().map(String::as_str), archive.as_bytes())
    });
    assert!(ingested.await.unwrap().status.success());

    let from_feed = TestDatabase::new().await;
    let feed = room.url("/feed");
    assert!(feeds(&from_feed, &room, &["add", &feed]).await.status.success());
    let polled = feeds(&from_feed, &room, &["run", "--once"]).await;
    assert_eq!(stdout(&polled), format!("ok\t{feed}\t14 new of 14\n"), "{}", stderr(&polled));

    let (expected, found) = (documents(&from_lines).await, documents(&from_feed).await);
    assert_eq!(expected.len(), 14);
    assert!(expected.values().all(|cells| cells[9] != "0"), "no denial was found: {expected:?}");
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_feed_that_is_silent_does_not_stall_the_others() {
    let room = Newsroom::new().await;
    for number in 0..5 {
        room.publish(number, WORDS);
        room.put(
            &format!("/feed-{number}"),
            "200 OK\r\nContent-Type: text/xml",
            room.rss(&[(number, "")]),
        );
    }
    // On a host of its own: what is shared is asked one after the other anyway.
    let silent = Newsroom::at("127.0.0.2").await;
    silent.put("/feed", "silence", "");
    let database = TestDatabase::new().await;
    let client = database.client().await;
    let outline = |url: String| format!("<outline xmlUrl=\"{url}\"/>");
    let outlines: String = std::iter::once(outline(silent.url("/feed")))
        .chain((0..5).map(|number| outline(room.url(&format!("/feed-{number}")))))
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.opml");
    std::fs::write(&path, format!("<opml><body>{outlines}</body></opml>")).unwrap();
    let imported = feeds(&database, &room, &["import", path.to_str().unwrap()]).await;
    assert!(imported.status.success(), "{}", stderr(&imported));
    let allowed = silent.site.address.to_string();
    let mut child = spawn(&database, &room, &["run", "--fetch-allow", &allowed]);
    until(&client, "documents", 5).await;
    // All five came while the silent one was still being waited for.
    assert_eq!(silent.asked("/feed"), 1);
    assert_eq!(count(&client, "jobs where kind = 'poll_feed' and state = 'running'").await, 1);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Kills, in turn in the middle of a poll and among the pages that it queued.
const KILLS: usize = 20;

/// Articles that are published between two kills.
const NEWS: usize = 2;

#[tokio::test]
async fn a_feed_run_that_is_killed_loses_nothing_and_fetches_nothing_twice() {
    let room = Newsroom::new().await;
    let database = TestDatabase::new().await;
    let client = database.client().await;
    room.list(&[]);
    let feed = room.url("/feed");
    assert!(feeds(&database, &room, &["add", &feed]).await.status.success());
    let mut published: Vec<(usize, &str)> = Vec::new();
    for kill in 0..KILLS {
        if kill % 2 == 0 {
            for _ in 0..NEWS {
                let number = published.len();
                room.publish(number, &format!("{WORDS} This is article {number}."));
                published.push((number, "2026-03-01T08:00:00Z"));
            }
            room.list(&published);
        }
        // What was taken by the process that is dead is taken anew, as after the end of its lease.
        let later =
            "update jobs set locked_until = now() - interval '1 second' where state = 'running';
                     update feeds set next_poll_at = now()";
        client.batch_execute(later).await.unwrap();
        let mut child = spawn(&database, &room, &["run", "--workers", "2"]);
        match kill % 2 {
            0 => until(&client, "jobs where kind = 'poll_feed' and state = 'running'", 1).await,
            _ => {
                let stored = i64::try_from(published.len()).unwrap() - 1;
                until(&client, "documents", stored).await;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // Whatever was noted as queued is queued, and the other way round.
        let noted = count(&client, "feed_entries where queued_at is not null").await;
        assert_eq!(
            count(&client, "jobs where kind = 'fetch_document'").await,
            noted,
            "kill {kill}"
        );
    }
    let later =
        "update jobs set locked_until = now() - interval '1 second' where state = 'running';
                 update feeds set next_poll_at = now()";
    client.batch_execute(later).await.unwrap();
    let last = feeds(&database, &room, &["run", "--once"]).await;
    assert!(last.status.success(), "{}", stderr(&last));
    let all = i64::try_from(published.len()).unwrap();
    assert_eq!(count(&client, "documents").await, all);
    assert_eq!(count(&client, "document_revisions").await, all);
    assert_eq!(count(&client, "jobs where kind = 'fetch_document'").await, all);
    assert_eq!(count(&client, "jobs where state <> 'done'").await, 0);
}
