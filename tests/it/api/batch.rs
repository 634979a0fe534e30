//! `POST /v1/documents:batch`, by clients that send slowly, do not read, or hang up.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::timeout;

use crate::support::app::{Answer, TestApp, send};
use crate::support::newsroom::Newsroom;

const PATH: &str = "/v1/documents:batch";
const NDJSON: &str = "application/x-ndjson";

/// How long anything here may take; a machine at work is slow, but not for ever.
const PATIENCE: Duration = Duration::from_secs(60);

fn document(number: usize) -> Value {
    json!({
        "id": number,
        "url": format!("https://lorne-courier.test/{number}"),
        "text": format!("The ferry office denied reports that pier {number} had sunk."),
    })
}

fn body(lines: &[Value]) -> Vec<u8> {
    lines.iter().flat_map(|line| format!("{line}\n").into_bytes()).collect()
}

async fn post(app: &TestApp, body: Vec<u8>) -> Answer {
    app.post_bytes(PATH, NDJSON, body).await
}

/// The lines of an answer.
#[track_caller]
fn lines(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    assert_eq!(answer.header("content-type"), NDJSON);
    let text = std::str::from_utf8(&answer.body).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn summary(counts: [u64; 4]) -> Value {
    let [created, revised, unchanged, refused] = counts;
    json!({"summary": {
        "lines": created + revised + unchanged + refused,
        "created": created, "revised": revised, "unchanged": unchanged, "queued": 0,
        "refused": refused, "complete": true,
    }})
}

/// A request whose body is sent and whose answer is read piece by piece.
struct Exchange {
    to: OwnedWriteHalf,
    from: BufReader<OwnedReadHalf>,
    /// What was answered and not yet read as lines.
    answered: Vec<u8>,
    begun: bool,
}

impl Exchange {
    async fn begin(app: &TestApp) -> Self {
        let (from, mut to) = app.connect().await.into_split();
        let head = format!(
            "POST {PATH} HTTP/1.1\r\nhost: localhost\r\ncontent-type: {NDJSON}\r\n\
             transfer-encoding: chunked\r\n\r\n"
        );
        to.write_all(head.as_bytes()).await.unwrap();
        Exchange { to, from: BufReader::new(from), answered: Vec::new(), begun: false }
    }

    async fn send(&mut self, bytes: &[u8]) {
        let chunk = [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat();
        self.to.write_all(&chunk).await.unwrap();
    }

    /// The next line of the answer; `None` at its end.
    async fn line(&mut self) -> Option<Value> {
        timeout(PATIENCE, self.read_line()).await.expect("an answer in good time")
    }

    async fn read_line(&mut self) -> Option<Value> {
        if !std::mem::replace(&mut self.begun, true) {
            let mut head = String::new();
            while self.from.read_line(&mut head).await.unwrap() > 2 {}
            assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        }
        loop {
            if let Some(at) = self.answered.iter().position(|&byte| byte == b'\n') {
                let line: Vec<u8> = self.answered.drain(..=at).collect();
                return Some(serde_json::from_slice(&line).unwrap());
            }
            let mut size = String::new();
            self.from.read_line(&mut size).await.unwrap();
            let size = usize::from_str_radix(size.trim_end(), 16).expect("a chunk or the end");
            let mut chunk = vec![0; size + 2];
            self.from.read_exact(&mut chunk).await.unwrap();
            if size == 0 {
                return None;
            }
            self.answered.extend_from_slice(&chunk[..size]);
        }
    }
}

async fn count(app: &TestApp, what: &str) -> i64 {
    let client = app.database().client().await;
    client.query_one(&format!("select count(*) from {what}"), &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn each_line_is_answered_while_the_body_is_still_arriving() {
    let app = TestApp::new().await;
    let mut exchange = Exchange::begin(&app).await;
    for number in 1..=3 {
        let line = body(&[document(number)]);
        // In two pieces, neither of which is a line.
        exchange.send(&line[..20]).await;
        exchange.send(&line[20..]).await;
        let answer = exchange.line().await.unwrap();
        assert_eq!(
            (&answer["line"], &answer["id"], &answer["outcome"]),
            (&json!(number), &json!(number), &json!("created"))
        );
        let stored =
            app.get(&format!("/v1/documents/{}", answer["document"].as_str().unwrap())).await;
        assert_eq!(stored.expect(200)["revision"], answer["revision"]);
    }
    // The last line needs no line feed.
    exchange.send(document(3).to_string().as_bytes()).await;
    exchange.to.write_all(b"0\r\n\r\n").await.unwrap();
    assert_eq!(exchange.line().await.unwrap()["outcome"], "unchanged");
    assert_eq!(exchange.line().await.unwrap(), summary([3, 0, 1, 0]));
    assert_eq!(exchange.line().await, None);
}

#[tokio::test]
async fn a_bad_line_is_named_by_number_and_field_and_costs_only_itself() {
    let app = TestApp::with(&["--max-text-bytes", "1000"]).await;
    let long = "x".repeat(4 * 1000 + 64 * 1024);
    let bad = [
        r#"{"text": "#.to_owned(),
        r#"{"id":"b","text":"The pier is shut.","txt":1}"#.to_owned(),
        r#"{"id":["c"],"text":"The pier is shut."}"#.to_owned(),
        format!(r#"{{"id":"d","text":"{long}"}}"#),
        format!(r#"{{"id":"e","text":"{}"}}"#, &long[..1001]),
        r#"{"id":"f","url":"https://lorne-courier.test/f"}"#.to_owned(),
        r#"{"id":"g","text":"a\u0000"}"#.to_owned(),
        r#"[1]"#.to_owned(),
        r#"{"id":"i","text":"The pier is shut.","published_at":"soon"}"#.to_owned(),
    ];
    let mut sent = body(&[document(1)]);
    for line in &bad {
        sent.extend_from_slice(format!("{line}\n \r\n").as_bytes());
    }
    sent.extend_from_slice(&body(&[document(2)]));
    let answer = post(&app, sent).await;
    let answered = lines(&answer);
    let shown: Vec<Value> = answered
        .iter()
        .filter(|line| line.get("error").is_some())
        .map(|line| {
            let error = &line["error"];
            assert_eq!(error["instance"], format!("urn:uuid:{}", answer.header("x-request-id")));
            json!([line["line"], line["id"], error["type"], error["errors"][0]["pointer"]])
        })
        .collect();
    assert_eq!(
        Value::from(shown),
        json!([
            [2, null, "/problems/malformed-body", null],
            [4, "b", "/problems/invalid-body", "#/txt"],
            [6, null, "/problems/invalid-body", "#/id"],
            [8, null, "/problems/content-too-large", null],
            [10, "e", "/problems/content-too-large", "#/text"],
            [12, "f", "/problems/fetching-unavailable", "#/url"],
            [14, null, "/problems/invalid-body", "#/text"],
            [16, null, "/problems/invalid-body", "#"],
            [18, "i", "/problems/invalid-body", "#/published_at"],
        ])
    );
    assert_eq!(answered[0]["outcome"], "created");
    assert_eq!((&answered[10]["line"], &answered[10]["outcome"]), (&json!(20), &json!("created")));
    assert_eq!(answered[11], summary([2, 0, 0, 9]));
    assert_eq!(count(&app, "documents").await, 2);
}

#[tokio::test]
async fn the_same_batch_again_changes_nothing_and_of_two_texts_the_later_line_wins() {
    let app = TestApp::new().await;
    let mut sent: Vec<Value> = (0..30).map(document).collect();
    // The text that takes longest to read comes first.
    let long = "The ferry office denied reports that the pier had sunk. ".repeat(200);
    let at = |text: &str| json!({"url": "https://lorne-courier.test/last", "text": text});
    sent.extend([at(&long), at("The pier had sunk."), at(&long), at("The pier stands.")]);
    let answered = lines(&post(&app, body(&sent)).await);
    assert_eq!(answered[34], summary([31, 3, 0, 0]));
    let last = format!("/v1/documents/{}", answered[33]["document"].as_str().unwrap());
    assert_eq!(app.get(&last).await.expect(200)["text"], "The pier stands.");

    let rows = count(&app, "document_revisions").await;
    sent.drain(30..33);
    let again = lines(&post(&app, body(&sent)).await);
    assert_eq!(again[31], summary([0, 0, 31, 0]));
    assert_eq!(again[0]["document"], answered[0]["document"]);
    assert_eq!(count(&app, "document_revisions").await, rows);
    assert_eq!(count(&app, "unproven_spans").await, 0);
}

#[tokio::test]
async fn a_client_that_does_not_read_is_not_read_from_either() {
    let app = TestApp::new().await;
    let mut exchange = Exchange::begin(&app).await;
    let name = "n".repeat(200);
    let line = format!("{{\"id\":\"{name}\",\"title\":\"{}\"}}\n", "t".repeat(2000)).repeat(20);
    let limit = 200 << 20;
    let mut sent = 0;
    // When nothing moves for two seconds, the service has stopped reading.
    while timeout(Duration::from_secs(2), exchange.send(line.as_bytes())).await.is_ok() {
        sent += line.len();
        assert!(sent < limit, "{sent} bytes went in and nobody read an answer");
    }
    // Others are served meanwhile, and no connection is held.
    app.get("/v1/claims").await.expect(200);
    let held = "pg_stat_activity where datname = current_database() and state <> 'idle'
                and pid <> pg_backend_pid()";
    assert_eq!(count(&app, held).await, 0);
    // And it goes on once the client reads.
    for number in 1..=1000 {
        assert_eq!(exchange.line().await.unwrap()["line"], number);
    }
}

#[tokio::test]
async fn a_client_that_hangs_up_in_mid_line_loses_that_line_alone() {
    let app = TestApp::new().await;
    let mut exchange = Exchange::begin(&app).await;
    exchange.send(&body(&[document(1), document(2)])).await;
    exchange.send(&body(&[document(3)])[..40]).await;
    assert_eq!(exchange.line().await.unwrap()["line"], 1);
    assert_eq!(exchange.line().await.unwrap()["line"], 2);
    // The connection is closed one way first: the answer says how far it came.
    exchange.to.shutdown().await.unwrap();
    let end = exchange.line().await.unwrap();
    assert_eq!((&end["summary"]["lines"], &end["summary"]["complete"]), (&json!(2), &json!(false)));
    assert_eq!(end["summary"]["error"]["type"], "/problems/malformed-body");
    assert_eq!(exchange.line().await, None);

    // And both ways at once, which nobody can be told of: the batch's place comes free.
    for _ in 0..20 {
        let mut exchange = Exchange::begin(&app).await;
        exchange.send(&body(&[document(4)])).await;
        exchange.send(b"{\"text\":").await;
        assert_eq!(exchange.line().await.unwrap()["line"], 1);
    }
    let answered = timeout(PATIENCE, async {
        loop {
            let answer = post(&app, body(&[document(5)])).await;
            if answer.status == 200 {
                break lines(&answer);
            }
            tokio::task::yield_now().await;
        }
    });
    assert_eq!(answered.await.expect("places come free")[1], summary([1, 0, 0, 0]));
    assert_eq!(count(&app, "documents").await, 4);
}

#[tokio::test]
async fn a_service_that_stops_says_how_far_it_came() {
    let app = TestApp::new().await;
    let mut exchange = Exchange::begin(&app).await;
    exchange.send(&body(&[document(1)])).await;
    assert_eq!(exchange.line().await.unwrap()["outcome"], "created");
    app.app().stop();
    let end = exchange.line().await.unwrap();
    assert_eq!((&end["summary"]["lines"], &end["summary"]["complete"]), (&json!(1), &json!(false)));
    assert_eq!(end["summary"]["error"]["type"], "/problems/stopping");
    assert_eq!(exchange.line().await, None);
}

#[tokio::test]
async fn a_database_that_is_away_for_a_moment_is_waited_for() {
    let app = TestApp::new().await;
    let mut exchange = Exchange::begin(&app).await;
    exchange.send(&body(&[document(1)])).await;
    assert_eq!(exchange.line().await.unwrap()["outcome"], "created");
    app.database().shut().await;
    exchange.send(&body(&[document(2)])).await;
    assert!(timeout(Duration::from_millis(300), exchange.read_line()).await.is_err());
    app.database().open().await;
    assert_eq!(exchange.line().await.unwrap()["outcome"], "created");
}

#[tokio::test]
async fn a_database_that_stays_away_ends_the_batch() {
    let app = TestApp::new().await;
    let mut exchange = Exchange::begin(&app).await;
    exchange.send(&body(&[document(1)])).await;
    assert_eq!(exchange.line().await.unwrap()["outcome"], "created");
    app.database().shut().await;
    exchange.send(&body(&[document(2), document(3)])).await;
    let refused = exchange.line().await.unwrap();
    assert_eq!(refused["line"], 2);
    assert_eq!(refused["error"]["type"], "/problems/database-unavailable");
    let end = exchange.line().await.unwrap();
    assert_eq!((&end["summary"]["lines"], &end["summary"]["complete"]), (&json!(2), &json!(false)));
    assert_eq!(end["summary"]["error"]["type"], "/problems/database-unavailable");
    // Before its first line a batch is refused by its status.
    let refused = post(&app, body(&[document(3)])).await;
    assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (503, "5"));
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_gzip_body_is_unpacked_as_it_arrives_unless_it_is_a_trap() {
    let app = TestApp::new().await;
    let post = async |bytes: Vec<u8>| {
        let request = app.request(Method::POST, PATH).header("content-type", NDJSON);
        lines(&send(request.header("content-encoding", "gzip").body(bytes)).await)
    };
    let documents: Vec<Value> = (1..=20).map(document).collect();
    let whole = packed(&body(&documents));
    // Two members, one after the other, are one body.
    let two = [whole.clone(), packed(&body(&[document(21)]))].concat();
    assert_eq!(post(two).await[21], summary([21, 0, 0, 0]));

    let cut = post(whole[..whole.len() - 9].to_vec()).await;
    let end = &cut.last().unwrap()["summary"];
    assert_eq!((&end["complete"], &end["error"]["status"]), (&json!(false), &json!(400)));
    let plain = post(body(&documents)).await;
    assert_eq!(plain[0]["summary"]["error"]["type"], "/problems/malformed-body");
    let trap = post(packed(&vec![b'\n'; 10 << 20])).await;
    assert_eq!(trap[0]["summary"]["error"]["type"], "/problems/content-too-large");
}

#[tokio::test]
async fn other_types_and_codings_are_refused_before_anything_is_read() {
    let app = TestApp::new().await;
    let answer = app.post_bytes(PATH, "application/json", body(&[document(1)])).await;
    assert_eq!(answer.problem()["type"], "/problems/unsupported-media-type");
    let request = app.request(Method::POST, PATH).header("content-type", NDJSON);
    let answer = send(request.header("content-encoding", "br").body("x")).await;
    assert_eq!(answer.problem()["type"], "/problems/unsupported-media-type");
    assert_eq!(count(&app, "documents").await, 0);
}

#[tokio::test]
async fn an_address_alone_is_queued_to_be_fetched_and_its_job_is_named() {
    let room = Newsroom::new().await;
    room.publish(1, "The ferry office denied reports that the pier had sunk.");
    let flags = room.flags();
    let app = TestApp::with(&flags.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let sent = [
        json!({"id": "a", "url": room.url("/1"), "title": "Given"}),
        document(2),
        json!({"id": "c", "url": "ftp://lorne-courier.test/3"}),
    ];
    let answered = lines(&post(&app, body(&sent)).await);
    assert_eq!((&answered[0]["line"], &answered[0]["id"]), (&json!(1), &json!("a")));
    assert_eq!(answered[1]["outcome"], "created");
    assert_eq!(answered[2]["error"]["errors"][0]["pointer"], "#/url");
    let summary = &answered[3]["summary"];
    let counts = ["lines", "created", "queued", "refused"].map(|name| summary[name].clone());
    assert_eq!(counts, [3, 1, 1, 1].map(|count| json!(count)));
    app.work().await;
    let job = format!("/v1/jobs/{}", answered[0]["job"].as_str().unwrap());
    let job = app.get(&job).await.expect(200);
    assert_eq!((&job["state"], &job["result"]["outcome"]), (&json!("done"), &json!("created")));
    assert!(job["request_id"].is_string());
    let found = app.get(&format!("/v1/documents?url={}", room.url("/1"))).await.expect(200);
    assert_eq!(found["items"][0]["title"], "Given");
}

#[tokio::test]
async fn an_address_alone_is_refused_where_nothing_is_fetched() {
    let app = TestApp::new().await;
    let sent = [json!({"url": "https://lorne-courier.test/1"}), document(2)];
    let answered = lines(&post(&app, body(&sent)).await);
    assert_eq!(answered[0]["error"]["type"], "/problems/fetching-unavailable");
    assert_eq!(answered[1]["outcome"], "created");
    assert_eq!(app.get("/v1/jobs").await.expect(200)["items"], json!([]));
}
