//! A whole service on a port of its own, asked over HTTP.

use std::net::TcpListener;
use std::sync::{Arc, OnceLock};

use claimtrail::api::server::server;
use claimtrail::app::{App, fetcher};
use claimtrail::config::{Command, Config, ServeConfig};
use claimtrail::index::Keeper;
use claimtrail::jobs::{Worker, WorkerOptions};
use claimtrail::store::{Pool, PoolOptions};
use clap::Parser;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;
use tokio::runtime::Runtime;

use super::client::client;
use super::database::TestDatabase;

/// Where the services of a run live; each test has a runtime of its own, which ends before they do.
static RUNTIME: OnceLock<Runtime> = OnceLock::new();

/// A service with nothing stored; stopped when dropped.
pub struct TestApp {
    address: String,
    client: reqwest::Client,
    handle: actix_web::dev::ServerHandle,
    app: Arc<App>,
    /// Dropped last, after the service was told to stop.
    database: TestDatabase,
}

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl TestApp {
    /// A service as `serve` runs it, with these flags more.
    pub async fn with(flags: &[&str]) -> Self {
        let database = TestDatabase::new().await;
        let pool = database.pool();
        Self::over(database, pool, flags)
    }

    fn over(database: TestDatabase, pool: Pool, flags: &[&str]) -> Self {
        let config = serve_config(flags);
        let listener = TcpListener::bind(config.bind).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let fetcher = fetcher(&config.work.fetch).unwrap();
        let app = Arc::new(App::new(pool, &config).unwrap().fetching(fetcher));
        let runtime = RUNTIME.get_or_init(|| Runtime::new().unwrap());
        let handle = {
            let _within = runtime.enter();
            let server = server(listener, app.clone()).unwrap();
            let handle = server.handle();
            runtime.spawn(server);
            handle
        };
        TestApp { address, client: client(), handle, app, database }
    }

    /// A service whose Postgres is away.
    pub async fn without_postgres() -> Self {
        let nowhere = Pool::new("postgres://nobody@%2Fnowhere/none", PoolOptions::default());
        Self::over(TestDatabase::new().await, nowhere.unwrap(), &[])
    }

    /// A service as `serve` runs it.
    pub async fn new() -> Self {
        Self::with(&[]).await
    }

    /// The database behind the service, to put something in without a request.
    pub fn pool(&self) -> Pool {
        self.database.pool()
    }

    /// The database itself, to take it away.
    pub fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// What the service shares, to tell it to stop.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// A connection to the service without a client on it.
    pub async fn connect(&self) -> tokio::net::TcpStream {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        // Small, so that a client that does not read is soon felt.
        socket.set_recv_buffer_size(4096).unwrap();
        let address = self.address.strip_prefix("http://").unwrap();
        socket.connect(address.parse().unwrap()).await.unwrap()
    }

    /// A connection to it for questions that the store does not ask.
    pub async fn client(&self) -> tokio_postgres::Client {
        self.database.client().await
    }

    /// Works on the queue until nothing is due.
    pub async fn work(&self) {
        let worker =
            Worker::new(self.pool(), WorkerOptions::default()).fetching(self.app.fetcher.clone());
        while worker.work_once().await.unwrap() {}
    }

    /// Has the claims in memory brought up to date, as `serve` does every second.
    pub async fn keep_known_claims(&self) {
        let mut keeper = Keeper::new(self.app.known.clone(), self.pool());
        keeper.look().await.unwrap();
        while keeper.read_some().await.unwrap() > 0 {}
    }

    /// Polls the feeds that are due, and works on the queue until nothing is.
    pub async fn poll(&self) {
        claimtrail::jobs::poll_feed::enqueue_due(&self.pool()).await.unwrap();
        self.work().await;
    }

    /// All items of a list, page by page; `path` has a query already.
    pub async fn walk(&self, path: &str) -> Vec<Value> {
        self.walk_from(path, None).await
    }

    /// The items of a list from a cursor on.
    pub async fn walk_from(&self, path: &str, cursor: Option<&str>) -> Vec<Value> {
        let mut items = Vec::new();
        let mut cursor = cursor.map(str::to_owned);
        loop {
            let more = cursor.map_or(String::new(), |cursor| format!("&cursor={cursor}"));
            let page = self.get(&format!("{path}{more}")).await.expect(200);
            items.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return items,
            }
        }
    }

    /// The address of a path of the service.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// A request to be completed.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url(path))
    }

    /// Reads a resource.
    pub async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    /// Posts JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_bytes(path, "application/json", serde_json::to_vec(body).unwrap()).await
    }

    /// Posts bytes as what they are said to be.
    pub async fn post_bytes(&self, path: &str, media_type: &str, bytes: Vec<u8>) -> Answer {
        send(self.request(Method::POST, path).header(CONTENT_TYPE, media_type).body(bytes)).await
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        // The command is sent at once; the future would only wait for its effect.
        drop(self.handle.stop(false));
    }
}

/// Sends a request and reads the whole answer.
pub async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    Answer {
        status: response.status(),
        headers: response.headers().clone(),
        body: response.bytes().await.unwrap().to_vec(),
    }
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| {
            panic!("{error}: {} {}", self.status, String::from_utf8_lossy(&self.body))
        })
    }

    /// The body as JSON, if the answer has this status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.body));
        self.json()
    }

    /// A header as text; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The problem it is, as its body without the id of the request, after the checks that hold
    /// for every problem.
    #[track_caller]
    pub fn problem(&self) -> Value {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{} {}",
            self.status,
            String::from_utf8_lossy(&self.body)
        );
        let mut problem = self.json();
        assert_eq!(problem["status"], self.status.as_u16());
        let id = self.header("x-request-id");
        assert_eq!(problem["instance"], format!("urn:uuid:{id}"));
        problem["instance"] = Value::from("urn:uuid:[request]");
        problem
    }
}

/// What `serve` is configured with for these flags.
pub fn serve_config(flags: &[&str]) -> ServeConfig {
    let fixed = ["claimtrail", "serve", "--bind", "127.0.0.1:0"];
    // No test asks the world; those that fetch name the place on loopback that they fetch from.
    let fetching: &[&str] = if flags.contains(&"--fetch-allow") { &[] } else { &["--no-fetch"] };
    // The encoder takes its time where it is not optimised; the tests that are about it ask for it.
    let gear: &[&str] = if flags.contains(&"--gear") { &[] } else { &["--gear", "fast"] };
    let words = fixed.iter().chain(fetching).chain(gear).chain(flags);
    let Command::Serve(config) = Config::parse_from(words).command else {
        unreachable!("the command is serve")
    };
    config
}
