//! `claimtrail serve` and `migrate`: the whole process, from its start line to its end.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::{claimtrail, run_with_input, stderr, stdout};
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
    let fixed = ["serve", "--bind", "127.0.0.1:0", "--database-url", database.url()];
    let mut child =
        claimtrail(&[&fixed, flags].concat()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut log = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut line = String::new();
    let address = loop {
        line.clear();
        assert_ne!(log.read_line(&mut line).expect("UTF-8"), 0, "it ended before it served");
        if let Some((_, rest)) = line.split_once("address=") {
            break rest.split_whitespace().next().expect("an address").to_owned();
        }
    };
    Serving { child, log, address }
}

impl Serving {
    /// Tells it to stop; answers the rest of its log and how long it took.
    fn stop(mut self, signal: Signal) -> (String, Duration) {
        let asked = Instant::now();
        kill_process(Pid::from_child(&self.child), signal).expect("it runs");
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
    let client = reqwest::Client::new();
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
    let client = reqwest::Client::new();
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
