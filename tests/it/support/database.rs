//! One private Postgres for the test run, and in it one fresh database for each test.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use claimtrail::config::Config;
use claimtrail::postgres::{Options, PrivatePostgres};
use claimtrail::store::{Pool, PoolOptions};
use clap::Parser;
use tokio::sync::Mutex;
use tokio_postgres::NoTls;
use uuid::Uuid;

/// The start of the names of test folders below `/tmp`; the number of the test process follows.
const FOLDER: &str = "claimtrail-it-";

/// The database that all others are copied from, with every migration applied.
const TEMPLATE: &str = "template_claimtrail";

/// The address of the run's server. The server ends with the test process.
static SERVER: OnceLock<Server> = OnceLock::new();

/// One copy at a time: Postgres refuses to copy a template that somebody is connected to.
static COPYING: Mutex<()> = Mutex::const_new(());

struct Server {
    postgres: PrivatePostgres,
}

/// A database with the current schema and nothing in it; dropped with the value, whoever is still connected.
pub struct TestDatabase {
    name: String,
    url: String,
}

impl TestDatabase {
    /// Copies the migrated template; the first call of a run starts the server.
    pub async fn new() -> Self {
        let server = tokio::task::spawn_blocking(|| SERVER.get_or_init(start)).await.unwrap();
        let name = format!("test_{}", Uuid::now_v7().simple());
        let _turn = COPYING.lock().await;
        let sql = format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY wal_log");
        execute(server.postgres.url(), &sql).await;
        Self { url: in_database(server.postgres.url(), &name), name }
    }

    /// A database without any table, for the migrations themselves.
    pub async fn empty() -> Self {
        let server = tokio::task::spawn_blocking(|| SERVER.get_or_init(start)).await.unwrap();
        let name = format!("test_{}", Uuid::now_v7().simple());
        execute(server.postgres.url(), &format!("CREATE DATABASE {name} TEMPLATE template0")).await;
        Self { url: in_database(server.postgres.url(), &name), name }
    }

    /// Connections to it.
    pub fn pool(&self) -> Pool {
        // A machine that builds and tests at once needs its time to open sixteen sessions.
        let connect_timeout = std::time::Duration::from_secs(60);
        Pool::new(&self.url, PoolOptions { connect_timeout, ..Default::default() }).unwrap()
    }

    /// A connection for questions that the store does not ask.
    pub async fn client(&self) -> tokio_postgres::Client {
        let (client, connection) = tokio_postgres::connect(&self.url, NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    /// Ends every session and lets nobody in, as if the server were away.
    pub async fn shut(&self) {
        let admin = in_database(&self.url, "postgres");
        execute(&admin, &format!("ALTER DATABASE {} ALLOW_CONNECTIONS false", self.name)).await;
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname";
        execute(&admin, &format!("{end} = '{}'", self.name)).await;
    }

    /// Lets everybody in again.
    pub async fn open(&self) {
        let admin = in_database(&self.url, "postgres");
        execute(&admin, &format!("ALTER DATABASE {} ALLOW_CONNECTIONS true", self.name)).await;
    }

    /// Where to connect to.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let sql = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        let admin = in_database(&self.url, "postgres");
        // A thread of its own, since a runtime cannot be waited for from within another.
        let dropped = std::thread::spawn(move || block_on(execute(&admin, &sql))).join();
        if dropped.is_err() && !std::thread::panicking() {
            panic!("cannot drop {}", self.name);
        }
    }
}

fn start() -> Server {
    remove_stale_folders();
    let folder = PathBuf::from(format!("/tmp/{FOLDER}{}", std::process::id()));
    fs::create_dir(&folder).unwrap();
    let options = Options {
        data_dir: folder.clone(),
        bin_dir: None,
        cache_dir: Config::parse_from(["claimtrail", "serve"]).global.cache_dir().unwrap(),
        durable: false,
    };
    let postgres = PrivatePostgres::start(&options).unwrap_or_else(|error| panic!("{error}"));
    remove_at_the_end(&folder, postgres.url());
    let admin = postgres.url().to_owned();
    // A thread of its own, for the same reason as above.
    std::thread::spawn(move || block_on(make_template(&admin))).join().unwrap();
    Server { postgres }
}

async fn make_template(admin: &str) {
    execute(admin, &format!("CREATE DATABASE {TEMPLATE}")).await;
    claimtrail::store::migrate(&in_database(admin, TEMPLATE)).await.unwrap();
}

/// Removes the folder once this process and the server have ended, however they end: a static is never
/// dropped, so somebody else has to wait. Our end closes the pipe; the server's takes its lock file away.
fn remove_at_the_end(folder: &Path, url: &str) {
    let sockets = url.split('@').nth(1).unwrap().split('/').next().unwrap().replace("%2F", "/");
    let script = r#"read -r _; i=0
        while [ -e "$0/postgres/postmaster.pid" ] && [ $i -lt 100 ]; do sleep 0.1; i=$((i+1)); done
        rm -rf -- "$0" "$1""#;
    let remover = Command::new("sh")
        .args(["-c", script])
        .arg(folder)
        .arg(sockets)
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap();
    // Never dropped, so that the pipe stays open as long as we live.
    std::mem::forget(remover);
}

/// Removes what runs left behind whose remover was killed with them.
fn remove_stale_folders() {
    let own = rustix::process::geteuid().as_raw();
    for entry in fs::read_dir("/tmp").unwrap().flatten() {
        let name = entry.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.strip_prefix(FOLDER)) else { continue };
        let is_ours = entry.metadata().is_ok_and(|found| found.is_dir() && found.uid() == own);
        if is_ours && !Path::new("/proc").join(pid).exists() {
            // Another run may be at it too.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// The address of another database on the same server.
fn in_database(url: &str, name: &str) -> String {
    let (server, _) = url.rsplit_once('/').unwrap();
    format!("{server}/{name}")
}

async fn execute(url: &str, sql: &str) {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    client.batch_execute(sql).await.unwrap();
    drop(client);
    // Gone means gone: the next copy of the template must not find us connected.
    connection.await.unwrap().unwrap();
}

/// Runs a future to its end on a runtime with threads, which diesel's migrations need.
fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}
