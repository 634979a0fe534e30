//! Postgres goes away under load, again and again; nothing is lost, nothing is there twice.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use claimtrail::jobs::extract_document;
use claimtrail::pipeline::Gear;
use reqwest::{Client, Response, StatusCode};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::serve::serve_over;
use crate::support::builders::Story;
use crate::support::client::client;
use crate::support::database::TestDatabase;

/// How long anything here may take; a machine at work is slow, but not for ever.
const PATIENCE: Duration = Duration::from_secs(120);

/// How Postgres ends, each time in another way: told to end in good order, at once, and killed.
const ENDS: [Signal; 5] = [Signal::INT, Signal::KILL, Signal::QUIT, Signal::KILL, Signal::INT];

/// What is logged: no line for each request, because nobody reads the pipe meanwhile.
const LOG: &str = "warn,claimtrail::cli=info,claimtrail::store=info,claimtrail::postgres=info";

/// Documents that are posted with `wait` and as many without.
const DOCUMENTS: usize = 60;

/// Documents stored between two ends of Postgres.
const BETWEEN: usize = 8;

/// What is counted in the end; all of it follows from the documents, whatever their order.
const COUNTS: &str = "select (select count(*) from documents), (select count(*) from document_revisions),
    (select count(*) from statements), (select count(*) from claims), (select count(*) from appearances),
    (select count(*) from denials), (select count(*) from denial_mentions)";

fn address(n: usize) -> String {
    format!("https://harbour-post.test/{n}")
}

fn text(n: usize) -> String {
    let town = ["Lorne", "Tharn", "Kelm"][n % 3];
    format!(
        "The Harbour Ministry has denied that pier {n} in {town} is closed. Dana Orrin said the \
         ferry Mirelle had sunk off {town}. The ministry called the report a hoax."
    )
}

struct Load {
    client: Client,
    base: String,
    accepted: AtomicUsize,
    refused: AtomicUsize,
    over: AtomicBool,
}

impl Load {
    /// Posts a document until it is accepted; answers how often that was said with a job.
    async fn post(&self, n: usize, wait: bool) {
        let body = json!({"url": address(n), "text": text(n)});
        let path = if wait { "?wait=true" } else { "" };
        let asked = Instant::now();
        loop {
            assert!(asked.elapsed() < PATIENCE, "document {n} is not accepted");
            let post = self.client.post(format!("{}/v1/documents{path}", self.base)).json(&body);
            let answer = post.send().await.expect("every request is answered");
            match (wait, answer.status().as_u16()) {
                // 200: it was stored before, though nobody heard of it.
                (true, 200 | 201) | (false, 202) => break,
                _ => self.check_refusal(answer).await,
            }
        }
        self.accepted.fetch_add(1, Ordering::Relaxed);
    }

    /// The one refusal that an outage may cause.
    async fn check_refusal(&self, answer: Response) {
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.headers()["retry-after"], "5");
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["type"], "/problems/database-unavailable");
        self.refused.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    async fn read(&self) {
        while !self.over.load(Ordering::Relaxed) {
            for path in ["/v1/claims?limit=5", "/v1/documents?limit=5", "/v1/jobs?state=failed"] {
                let answer = self.client.get(format!("{}{path}", self.base)).send().await;
                let answer = answer.expect("every request is answered");
                if answer.status() != StatusCode::OK {
                    self.check_refusal(answer).await;
                }
            }
        }
    }

    async fn status(&self, path: &str) -> u16 {
        let answer = self.client.get(format!("{}{path}", self.base)).send().await;
        answer.expect("every request is answered").status().as_u16()
    }

    async fn until(&self, path: &str, status: u16) {
        let asked = Instant::now();
        while self.status(path).await != status {
            assert!(asked.elapsed() < PATIENCE, "{path} never answers {status}");
            assert_eq!(self.status("/healthz").await, 200);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// The process of the private server, once it is ready for the program that watches it.
fn postmaster(data_dir: &Path) -> Pid {
    let text = fs::read_to_string(data_dir.join("postgres/postmaster.pid")).unwrap();
    Pid::from_raw(text.lines().next().unwrap().trim().parse().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_ends_of_postgres_under_load_lose_nothing_and_double_nothing() {
    let folder = tempfile::tempdir_in("/tmp").unwrap();
    let serving = serve_over(&["--data-dir", folder.path().to_str().unwrap(), "--log", LOG]);
    let load = Arc::new(Load {
        client: client(),
        base: serving.address.clone(),
        accepted: AtomicUsize::new(0),
        refused: AtomicUsize::new(0),
        over: AtomicBool::new(false),
    });
    let posting: Vec<_> = [true, false]
        .into_iter()
        .map(|wait| {
            let load = Arc::clone(&load);
            tokio::spawn(async move {
                for n in (usize::from(wait)..2 * DOCUMENTS).step_by(2) {
                    load.post(n, wait).await;
                }
            })
        })
        .collect();
    let reading = tokio::spawn({
        let load = Arc::clone(&load);
        async move { load.read().await }
    });

    for (round, end) in ENDS.into_iter().enumerate() {
        let asked = Instant::now();
        while load.accepted.load(Ordering::Relaxed) < (round + 1) * BETWEEN {
            assert!(asked.elapsed() < PATIENCE, "no documents are accepted");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        kill_process(postmaster(folder.path()), end).unwrap();
        load.until("/readyz", 503).await;
        load.until("/readyz", 200).await;
    }
    for posting in posting {
        posting.await.unwrap();
    }
    load.over.store(true, Ordering::Relaxed);
    reading.await.unwrap();
    assert!(load.refused.load(Ordering::Relaxed) > 0, "Postgres was never missed");

    let metrics = format!("{}/metrics", serving.address);
    let asked = Instant::now();
    loop {
        let text = load.client.get(&metrics).send().await.unwrap().text().await.unwrap();
        let left = ["queued", "running", "failed"]
            .map(|state| format!("claimtrail_queue_jobs{{state=\"{state}\"}} 0\n"));
        if left.iter().all(|line| text.contains(line)) {
            break;
        }
        assert!(asked.elapsed() < PATIENCE, "jobs are left: {text}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (log, took) = tokio::task::spawn_blocking(|| serving.stop(Signal::TERM)).await.unwrap();
    assert!(took < Duration::from_secs(10), "{took:?}");
    for told in ["Postgres is away", "Postgres is back", "it is started again"] {
        let times = log.matches(told).count();
        assert!((ENDS.len()..=4 * ENDS.len()).contains(&times), "{told:?} {times} times: {log}");
    }

    let undisturbed = TestDatabase::new().await;
    let pool = undisturbed.pool();
    for n in 0..2 * DOCUMENTS {
        let new = Story::new(&address(n), &text(n)).new_document();
        extract_document::run(&pool, new, Gear::Fast).await.unwrap();
    }
    let again = claimtrail::postgres::PrivatePostgres::start(&claimtrail::postgres::Options {
        data_dir: folder.path().to_owned(),
        bin_dir: None,
        cache_dir: folder.path().join("no-cache"),
        durable: false,
    })
    .unwrap();
    let (client, connection) =
        tokio_postgres::connect(again.url(), tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let urls = client.query("select url from document_urls", &[]).await.unwrap();
    let stored: BTreeSet<String> = urls.iter().map(|row| row.get(0)).collect();
    assert_eq!(stored, (0..2 * DOCUMENTS).map(address).collect());
    let counts = |row: tokio_postgres::Row| (0..7).map(|at| row.get(at)).collect::<Vec<i64>>();
    assert_eq!(
        counts(client.query_one(COUNTS, &[]).await.unwrap()),
        counts(undisturbed.client().await.query_one(COUNTS, &[]).await.unwrap()),
    );
    drop(client);
    tokio::task::spawn_blocking(|| again.stop()).await.unwrap().unwrap();
}
