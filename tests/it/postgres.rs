//! The private Postgres: starts, is kept apart, survives. As root and as a normal user alike, and when
//! the tests run as root, also with a program that does not.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::{MetadataExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use claimtrail::postgres::{Error, Options, PrivatePostgres};
use rustix::process::{Pid, Signal, geteuid, kill_process};
use tempfile::TempDir;

use crate::support::database::TestDatabase;

/// The number of `nobody`, who owns nothing and is nobody's superuser.
const NOBODY: u32 = 65_534;

/// How long anything here may take before the test fails; generous, for machines under load.
const LIMIT: Duration = Duration::from_secs(60);

/// A running `claimtrail postgres`, killed when dropped.
struct Program {
    child: Child,
    url: String,
    server: i32,
}

impl Program {
    fn start(data_dir: &Path) -> Self {
        Self::start_with(command(data_dir), data_dir)
    }

    fn start_with(mut command: Command, data_dir: &Path) -> Self {
        let mut child = command.spawn().unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        if url.is_empty() {
            let (status, stderr) = end(child);
            panic!("{status}: {stderr}");
        }
        let server = postmaster(data_dir).unwrap();
        Self { child, url: url.trim().to_owned(), server }
    }

    fn pid(&self) -> i32 {
        self.child.id().cast_signed()
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn terminate(mut self) -> ExitStatus {
        signal(self.pid(), Signal::TERM);
        self.child.wait().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        wait_until(|| !lives(self.server));
        let _ = fs::remove_dir(socket_folder(&self.url));
    }
}

fn command(data_dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_claimtrail"));
    as_postgres(&mut command, data_dir);
    command
}

fn as_postgres(command: &mut Command, data_dir: &Path) {
    command
        .arg("postgres")
        .arg("--data-dir")
        .arg(data_dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    for variable in ["DATABASE_URL", "CLAIMTRAIL_DATA_DIR", "CLAIMTRAIL_POSTGRES_BIN"] {
        command.env_remove(variable);
    }
}

fn end(mut child: Child) -> (ExitStatus, String) {
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    (child.wait().unwrap(), stderr)
}

/// The process in the cluster's own lock file.
fn postmaster(data_dir: &Path) -> Option<i32> {
    let text = fs::read_to_string(data_dir.join("postgres/postmaster.pid")).ok()?;
    text.lines().next()?.trim().parse().ok()
}

/// Whether a process is there and is more than an entry that waits to be collected.
fn lives(pid: i32) -> bool {
    let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
    !stat.rsplit(')').next().unwrap().trim_start().starts_with('Z')
}

fn signal(pid: i32, signal: Signal) {
    kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
}

fn wait_until(mut done: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < LIMIT, "waited in vain");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn socket_folder(url: &str) -> PathBuf {
    let host = url.split('@').nth(1).unwrap().split('/').next().unwrap();
    PathBuf::from(host.replace("%2F", "/"))
}

/// An empty folder of our own. Below /tmp, because root's server may not be able to enter another place.
fn folder() -> TempDir {
    tempfile::tempdir_in("/tmp").unwrap()
}

fn options(data_dir: &Path) -> Options {
    let cache_dir = data_dir.join("no-cache");
    Options { data_dir: data_dir.to_owned(), bin_dir: None, cache_dir, durable: false }
}

async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn ask(url: &str, sql: &str) -> String {
    connect(url).await.query_one(sql, &[]).await.unwrap().get(0)
}

async fn count(url: &str) -> String {
    ask(url, "SELECT count(*)::text FROM kept").await
}

#[tokio::test]
async fn gives_each_test_a_migrated_database_of_its_own() {
    let (one, other) = tokio::join!(TestDatabase::new(), TestDatabase::new());
    connect(one.url()).await.batch_execute("CREATE TABLE mine (id int)").await.unwrap();
    assert_eq!(ask(other.url(), "SELECT (to_regclass('mine') IS NULL)::text").await, "true");
    for database in [&one, &other] {
        assert_eq!(ask(database.url(), "SELECT count(*)::text FROM documents").await, "0");
    }
}

#[tokio::test]
async fn keeps_every_committed_row_when_the_program_is_killed() {
    let folder = folder();
    let mut first = Program::start(folder.path());
    let client = connect(&first.url).await;
    client.batch_execute("CREATE TABLE kept (id int)").await.unwrap();
    client.batch_execute("INSERT INTO kept SELECT generate_series(1, 1000)").await.unwrap();
    client.batch_execute("BEGIN; INSERT INTO kept VALUES (0)").await.unwrap();
    first.kill();

    // At once, while the old server may still be writing.
    let mut second = Program::start(folder.path());
    assert_eq!(count(&second.url).await, "1000");
    assert!(!lives(first.server));

    // The server is not left running when nobody starts a program again.
    second.kill();
    wait_until(|| !lives(second.server));
}

#[tokio::test]
async fn keeps_every_committed_row_when_the_server_is_killed_too() {
    let folder = folder();
    let mut first = Program::start(folder.path());
    let client = connect(&first.url).await;
    client.batch_execute("CREATE TABLE kept AS SELECT generate_series(1, 1000)").await.unwrap();
    signal(first.pid(), Signal::STOP);
    signal(first.server, Signal::KILL);
    first.kill();
    let second = Program::start(folder.path());
    assert_eq!(count(&second.url).await, "1000");
}

#[tokio::test]
async fn is_durable_and_finds_its_data_after_being_told_to_end() {
    let folder = folder();
    let first = Program::start(folder.path());
    for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
        assert_eq!(ask(&first.url, &format!("SHOW {setting}")).await, "on", "{setting}");
    }
    connect(&first.url).await.batch_execute("CREATE TABLE kept AS SELECT 1").await.unwrap();
    let (server, url) = (first.server, first.url.clone());
    assert!(first.terminate().success());
    assert!(!lives(server));
    assert!(!socket_folder(&url).exists());

    let second = Program::start(folder.path());
    assert_eq!(second.url, url, "the address stays, for those who wrote it down");
    assert_eq!(count(&second.url).await, "1");
}

#[test]
fn a_second_program_on_the_folder_names_the_first_and_stops() {
    let folder = folder();
    let first = Program::start(folder.path());
    let (status, stderr) = end(command(folder.path()).spawn().unwrap());
    assert!(!status.success());
    assert!(stderr.contains(&format!("in use by process {}", first.pid())), "{stderr}");
    assert!(lives(first.server));
}

#[test]
fn starts_although_a_leftover_lock_file_names_a_process_of_today() {
    let folder = folder();
    let first = Program::start(folder.path());
    let pid_file = folder.path().join("postgres/postmaster.pid");
    let left = fs::read_to_string(&pid_file).unwrap();
    let owner = fs::metadata(folder.path().join("postgres")).unwrap().uid();
    assert!(first.terminate().success());

    // Postgres itself takes any living process of its own user for a server.
    let mut sleep = Command::new("sleep");
    if geteuid().is_root() {
        sleep.uid(owner);
    }
    let mut other = sleep.arg("600").spawn().unwrap();
    let rest = left.split_once('\n').unwrap().1;
    fs::write(&pid_file, format!("{}\n{rest}", other.id())).unwrap();
    let second = Program::start(folder.path());
    assert_ne!(second.server, other.id().cast_signed());
    assert!(other.try_wait().unwrap().is_none(), "a process that is none of ours was ended");
    other.kill().unwrap();
    other.wait().unwrap();
}

#[test]
fn refuses_a_folder_of_another_major_version_with_instructions() {
    let folder = folder();
    fs::create_dir(folder.path().join("postgres")).unwrap();
    fs::write(folder.path().join("postgres/PG_VERSION"), "9\n").unwrap();
    let (status, stderr) = end(command(folder.path()).spawn().unwrap());
    assert!(!status.success());
    for part in ["made by Postgres 9", "--postgres-bin", "pg_dumpall"] {
        assert!(stderr.contains(part), "no {part} in: {stderr}");
    }
}

#[tokio::test]
async fn runs_as_a_normal_user() {
    let folder = folder();
    let data_dir = folder.path().join("data");
    let mut command = if geteuid().is_root() {
        // Root's build folder may be closed to others.
        chown(folder.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        let copy = folder.path().join("claimtrail");
        let copied =
            Command::new("cp").arg(env!("CARGO_BIN_EXE_claimtrail")).arg(&copy).status().unwrap();
        assert!(copied.success());
        let mut command = Command::new(copy);
        command.uid(NOBODY).gid(NOBODY).current_dir("/");
        command
    } else {
        Command::new(env!("CARGO_BIN_EXE_claimtrail"))
    };
    as_postgres(&mut command, &data_dir);
    let program = Program::start_with(command, &data_dir);
    assert_eq!(ask(&program.url, "SELECT current_user::text").await, "claimtrail");
    let owner = fs::metadata(folder.path()).unwrap().uid();
    for name in ["postgres", "password", "lock", "postgres.log"] {
        assert_eq!(fs::metadata(data_dir.join(name)).unwrap().uid(), owner, "{name}");
    }
    assert_ne!(owner, 0);
}

#[tokio::test]
async fn can_be_reached_by_its_socket_and_password_only() {
    let folder = folder();
    let postgres = PrivatePostgres::start(&options(folder.path())).unwrap();
    assert_eq!(ask(postgres.url(), "SHOW listen_addresses").await, "");
    assert_eq!(ask(postgres.url(), "SHOW server_encoding").await, "UTF8");
    assert_eq!(fs::metadata(folder.path().join("password")).unwrap().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(socket_folder(postgres.url())).unwrap().mode() & 0o777, 0o700);
    let password = fs::read_to_string(folder.path().join("password")).unwrap();
    let wrong = postgres.url().replace(password.trim(), "guessed");
    let refused = tokio_postgres::connect(&wrong, tokio_postgres::NoTls).await.err().unwrap();
    assert_eq!(refused.code().map(|code| code.code()), Some("28P01"), "{refused}");
    postgres.stop().unwrap();
}

#[test]
fn refuses_a_socket_folder_that_somebody_put_there_first() {
    let (folder, elsewhere) = (folder(), folder());
    let postgres = PrivatePostgres::start(&options(folder.path())).unwrap();
    let sockets = socket_folder(postgres.url());
    postgres.stop().unwrap();
    symlink(elsewhere.path(), &sockets).unwrap();
    let refused = PrivatePostgres::start(&options(folder.path()));
    fs::remove_file(&sockets).unwrap();
    assert!(
        matches!(refused, Err(Error::SocketFolder { ref path, .. }) if *path == sockets),
        "{refused:?}"
    );
}

#[test]
fn tells_what_postgres_wrote_when_it_does_not_start() {
    let folder = folder();
    PrivatePostgres::start(&options(folder.path())).unwrap().stop().unwrap();
    fs::write(folder.path().join("postgres/postgresql.conf"), "no_such_setting = on\n").unwrap();
    let error = PrivatePostgres::start(&options(folder.path())).unwrap_err().to_string();
    assert!(error.contains("no_such_setting"), "{error}");
}

#[test]
fn refuses_a_cluster_whose_password_is_lost() {
    let folder = folder();
    PrivatePostgres::start(&options(folder.path())).unwrap().stop().unwrap();
    fs::remove_file(folder.path().join("password")).unwrap();
    let refused = PrivatePostgres::start(&options(folder.path()));
    assert!(matches!(refused, Err(Error::PasswordMissing { .. })), "{refused:?}");
}

/// What makes a cluster outlives a start that is killed by a moment, and removes what it made.
#[test]
fn starts_while_an_ended_first_start_is_removed_behind_it() {
    let folder = folder();
    let theirs = folder.path().join("postgres.new");
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                let _ = fs::remove_dir_all(&theirs);
                std::thread::yield_now();
            }
        });
        let started = PrivatePostgres::start(&options(folder.path())).and_then(|it| it.stop());
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        started.unwrap();
    });
}

#[test]
fn starts_anew_after_a_first_start_that_was_killed_half_way() {
    let folder = folder();
    let half = folder.path().join("postgres.new");
    fs::create_dir(&half).unwrap();
    fs::write(half.join("PG_VERSION"), "15\n").unwrap();
    // Such a folder is not empty any more, and as root was opened to the server's account by the first start.
    fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o711))
        .unwrap();
    PrivatePostgres::start(&options(folder.path())).unwrap().stop().unwrap();
    assert!(!half.exists());
}
