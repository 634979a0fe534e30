//! `claimtrail serve` and `migrate`: the whole process, from its start line to its end.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::{claimtrail, run_with_input, stderr, stdout};
use crate::support::client::client;
use crate::support::database::TestDatabase;

/// How long anything here may take; a machine at work is slow, but not for ever.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

pub(super) struct Serving {
    pub(super) child: Child,
    log: BufReader<std::process::ChildStderr>,
    pub(super) address: String,
}

/// Starts the program on a port of its own and waits for its start line.
pub(super) fn serve(database: &TestDatabase, flags: &[&str]) -> Serving {
    serve_over(&[&["--database-url", database.url()], flags].concat())
}

/// As [`serve`], over the database that the flags name.
pub(super) fn serve_over(flags: &[&str]) -> Serving {
    let fixed = ["serve", "--bind", "127.0.0.1:0"];
    let mut child =
        claimtrail(&[&fixed, flags].concat()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut log = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut line = String::new();
    let address = loop {
        line.clear();
        assert_ne!(log.read_line(&mut line).expect("UTF-8"), 0, "it ended before it served");
        // As text or as JSON.
        if let Some(at) = line.find("http://127.0.0.1:") {
            let address = line[at..].split(|c: char| c.is_whitespace() || c == '"').next();
            break address.expect("an address").to_owned();
        }
    };
    Serving { child, log, address }
}

impl Serving {
    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it runs");
    }

    /// Tells it to stop; answers the rest of its log and how long it took.
    pub(super) fn stop(mut self, signal: Signal) -> (String, Duration) {
        let asked = Instant::now();
        self.signal(signal);
        let mut log = String::new();
        self.log.read_to_string(&mut log).expect("UTF-8");
        assert!(self.child.wait().expect("it ends").success(), "{log}");
        (log, asked.elapsed())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Ended already, unless a test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn a_posted_document_is_worked_on_and_the_process_stops_when_told() {
    let database = TestDatabase::new().await;
    let serving = serve(&database, &[]);
    let client = client();
    let body = json!({"text": "The Harbour Ministry has denied that the east pier is closed."});
    let posted = client.post(format!("{}/v1/documents", serving.address)).json(&body);
    let posted = posted.send().await.expect("it answers");
    assert_eq!(posted.status(), 202);
    let job = format!("{}{}", serving.address, posted.headers()["location"].to_str().unwrap());
    let asked = Instant::now();
    let done = loop {
        let job: Value = client.get(&job).send().await.unwrap().json().await.unwrap();
        if job["state"] == "done" {
            break job;
        }
        assert!(asked.elapsed() < PATIENCE, "{job}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(done["result"]["outcome"], "created");

    let (log, took) = tokio::task::spawn_blocking(|| serving.stop(Signal::TERM)).await.unwrap();
    assert!(took < Duration::from_secs(10), "{took:?}");
    assert!(log.contains("stopped"), "{log}");
    assert!(!log.contains('\u{1b}'), "colours in a pipe: {log}");
}

#[tokio::test]
async fn without_workers_jobs_wait() {
    let database = TestDatabase::new().await;
    let serving = serve(&database, &["--no-worker"]);
    let client = client();
    let posted = client.post(format!("{}/v1/documents", serving.address));
    let posted = posted.json(&json!({"text": "The pier is closed."})).send().await.unwrap();
    let job: Value = posted.json().await.unwrap();
    assert_eq!((&job["state"], &job["attempts"]), (&json!("queued"), &json!(0)));
    tokio::task::spawn_blocking(|| serving.stop(Signal::INT)).await.unwrap();
}

#[test]
fn an_address_that_others_reach_is_refused_unless_it_is_allowed() {
    let output = run_with_input(&["serve", "--bind", "0.0.0.0:0"], b"");
    assert!(!output.status.success());
    assert!(stderr(&output).contains("--allow-remote-without-keys"), "{}", stderr(&output));
}

#[test]
fn an_address_in_use_is_told_before_anything_starts() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = run_with_input(&["serve", "--bind", &address], b"");
    assert!(!output.status.success());
    let told = stderr(&output);
    assert!(told.contains(&format!("cannot listen on {address}")), "{told}");
}

#[tokio::test]
async fn migrate_says_what_it_applied() {
    let database = TestDatabase::new().await;
    let output = run_with_input(&["migrate", "--database-url", database.url()], b"");
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stdout(&output), "nothing to apply: the schema is current\n");
    claimtrail::store::revert_last_migration(database.url()).await.unwrap();
    let output = run_with_input(&["migrate", "--database-url", database.url()], b"");
    assert!(stdout(&output).starts_with("applied 2026"), "{}", stdout(&output));
    assert_eq!(stdout(&output).lines().count(), 1);
}

/// A document whose statements a held lock keeps from being stored.
async fn hold_documents(database: &TestDatabase) -> tokio_postgres::Client {
    let client = database.client().await;
    client.batch_execute("begin; lock table documents in access exclusive mode").await.unwrap();
    client
}

/// Waits until so many sessions of the program wait for a lock.
async fn until_blocked(database: &TestDatabase, sessions: i64) {
    let client = database.client().await;
    let blocked = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    let asked = Instant::now();
    while client.query_one(blocked, &[]).await.unwrap().get::<_, i64>(0) < sessions {
        assert!(asked.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn it_stops_within_ten_seconds_whatever_is_under_way_and_gives_its_jobs_back() {
    let database = TestDatabase::new().await;
    let serving = serve(&database, &[]);
    let address = serving.address.clone();
    let lock = hold_documents(&database).await;
    let client = client();
    // Two jobs and two requests that cannot end, and connections that are kept open.
    let mut jobs = Vec::new();
    for text in ["The east pier is closed.", "The west pier is closed."] {
        let posted = client.post(format!("{address}/v1/documents")).json(&json!({"text": text}));
        let job: Value = posted.send().await.unwrap().json().await.unwrap();
        jobs.push(job["id"].as_str().unwrap().to_owned());
    }
    let waiting: Vec<_> = (0..2)
        .map(|n| {
            let post = client.post(format!("{address}/v1/documents?wait=true"));
            let post = post.json(&json!({"text": format!("Pier {n} is open.")}));
            tokio::spawn(async move { post.send().await.map(|answer| answer.status().as_u16()) })
        })
        .collect();
    until_blocked(&database, 4).await;
    let idle: Vec<_> = (0..8)
        .map(|_| std::net::TcpStream::connect(address.trim_start_matches("http://")).unwrap())
        .collect();

    let (log, took) = tokio::task::spawn_blocking(|| serving.stop(Signal::TERM)).await.unwrap();
    assert!(took < Duration::from_secs(10), "{took:?}: {log}");
    assert!(log.contains("gave a job back"), "{log}");
    drop(idle);
    for answer in waiting {
        // Cut off, or told to come again; never an error of another kind.
        let answer = answer.await.unwrap();
        assert!(answer.as_ref().map_or(true, |status| *status == 503), "{answer:?}");
    }
    let left = lock.query("select id::text, state, attempts, interruptions from jobs", &[]);
    let left = left.await.unwrap();
    assert_eq!(left.len(), jobs.len());
    for row in left {
        assert!(jobs.contains(&row.get(0)));
        assert_eq!((row.get(1), row.get(2), row.get(3)), ("queued", 0, 1));
    }
}

#[tokio::test]
async fn a_second_signal_ends_it_at_once() {
    let database = TestDatabase::new().await;
    let mut serving = serve(&database, &["--no-worker"]);
    let _lock = hold_documents(&database).await;
    let post = client().post(format!("{}/v1/documents?wait=true", serving.address));
    tokio::spawn(post.json(&json!({"text": "The pier is open."})).send());
    until_blocked(&database, 1).await;
    serving.signal(Signal::TERM);
    let (log, took, status) = tokio::task::spawn_blocking(move || {
        let mut line = String::new();
        while !line.contains("stopping") {
            line.clear();
            assert_ne!(
                serving.log.read_line(&mut line).expect("UTF-8"),
                0,
                "it ended at the first"
            );
        }
        let asked = Instant::now();
        serving.signal(Signal::INT);
        let mut log = String::new();
        serving.log.read_to_string(&mut log).expect("UTF-8");
        (log, asked.elapsed(), serving.child.wait().expect("it ends"))
    })
    .await
    .unwrap();
    assert_eq!(status.code(), Some(130), "{log}");
    assert!(took < Duration::from_secs(3), "{took:?}: {log}");
}

#[tokio::test]
async fn the_log_in_json_follows_a_request_into_its_job_and_tells_no_words() {
    let database = TestDatabase::new().await;
    let serving = serve(&database, &["--log-format", "json"]);
    let client = client();
    let id = "0193f3a2-7e1c-4c5b-9c39-0a1b2c3d4e5f";
    let posted = client
        .post(format!("{}/v1/documents?title=zyxword", serving.address))
        .header("x-request-id", id)
        .header("content-type", "text/plain")
        .body("The zyxword pier is closed.")
        .send()
        .await
        .unwrap();
    assert_eq!(posted.status(), 202);
    for path in ["/v1/claims?q=zyxword", "/zyxword?a=zyxword", "/v1/claims/zyxword"] {
        client.get(format!("{}{path}", serving.address)).send().await.unwrap();
    }
    // A job that fails says so, under the request that asked for it.
    let asked = Instant::now();
    let done = "select count(*) from jobs where state = 'done'";
    let admin = database.client().await;
    while admin.query_one(done, &[]).await.unwrap().get::<_, i64>(0) == 0 {
        assert!(asked.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    admin
        .execute("update jobs set state = 'queued', finished_at = null, attempts = 0, payload = '{\"text\": 7}'", &[])
        .await
        .unwrap();
    while admin
        .query_one(done.replace("done", "failed").as_str(), &[])
        .await
        .unwrap()
        .get::<_, i64>(0)
        == 0
    {
        assert!(asked.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (log, _) = tokio::task::spawn_blocking(|| serving.stop(Signal::TERM)).await.unwrap();
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")))
        .collect();
    let answered = |line: &&Value| line["message"] == "answered";
    let post = lines.iter().filter(answered).find(|line| line["method"] == "POST").unwrap();
    assert_eq!(post["span"]["request_id"], id);
    assert_eq!((&post["route"], &post["status"]), (&json!("/v1/documents"), &json!(202)));
    assert!(post["bytes"].as_u64().unwrap() > 0 && post["milliseconds"].as_f64().unwrap() > 0.0);
    assert_eq!(post["complete"], true);
    let failed = lines.iter().find(|line| line["message"] == "job failed").unwrap();
    assert_eq!(failed["span"]["request_id"], id);
    assert_eq!(failed["span"]["name"], "job");
    let routes: Vec<_> = lines.iter().filter(answered).map(|line| line["route"].clone()).collect();
    assert_eq!(routes, ["/v1/documents", "/v1/claims", "none", "/v1/claims/{id}"]);
    assert!(!log.contains("zyxword"), "{log}");
}

#[test]
fn a_log_filter_that_is_none_is_refused() {
    let output = run_with_input(&["serve", "--log", "claimtrail=loud=er"], b"");
    assert!(!output.status.success());
    assert!(stderr(&output).contains("--log"), "{}", stderr(&output));
}

#[tokio::test]
async fn workers_alone_do_the_jobs_of_another_process_and_survive_its_death() {
    let database = TestDatabase::new().await;
    let serving = serve(&database, &["--no-worker"]);
    let client = client();
    for n in 0..3 {
        let post = client.post(format!("{}/v1/documents", serving.address));
        let post = post.json(&json!({"text": format!("The pier {n} is closed.")}));
        assert_eq!(post.send().await.unwrap().status(), 202);
    }
    let admin = database.client().await;
    let lock = hold_documents(&database).await;
    let work = || {
        let flags = ["worker", "--workers", "2", "--database-url", database.url()];
        claimtrail(&flags).stderr(Stdio::null()).spawn().expect("it starts")
    };
    let mut killed = work();
    until_blocked(&database, 2).await;
    killed.kill().unwrap();
    killed.wait().unwrap();
    lock.batch_execute("rollback").await.unwrap();
    // What it held comes back when the lease ends, which need not be waited for here.
    let held = "update jobs set locked_until = now() where state = 'running'";
    assert_eq!(admin.execute(held, &[]).await.unwrap(), 2);
    let mut alive = work();
    let asked = Instant::now();
    let left = "select count(*) from jobs where state <> 'done'";
    while admin.query_one(left, &[]).await.unwrap().get::<_, i64>(0) != 0 {
        assert!(asked.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    kill_process(Pid::from_child(&alive), Signal::TERM).unwrap();
    assert!(tokio::task::spawn_blocking(move || alive.wait()).await.unwrap().unwrap().success());
    let stored = "select count(*) from documents";
    assert_eq!(admin.query_one(stored, &[]).await.unwrap().get::<_, i64>(0), 3);
}
