//! Data folder → a private Postgres: find binaries, initdb, start, stop. Knows no table.
//!
//! The data folder holds:
//!
//! | name | what it is |
//! | --- | --- |
//! | `lock` | locked by the program that uses the folder; its text is that program's process id |
//! | `password` | the server's password, readable by its account only |
//! | `postgres/` | the cluster, made by initdb |
//! | `postgres.log` | what the server wrote; the one before is `postgres.log.1` |
//!
//! The server listens on a Unix socket only, in a folder below `/tmp` that nobody else may enter: a
//! socket's path is limited to 107 bytes, and a data folder's path is not.

mod account;
mod binaries;
mod error;
mod fetch;
mod folder;
mod leftover;
mod server;
mod supervisor;

use std::path::{Path, PathBuf};
use std::time::Duration;

pub use error::Error;

use account::Account;
use binaries::Places;
use folder::Folder;
use server::{Launch, Server};
use supervisor::Supervisor;

/// How long the server may take to write everything down and end, where nobody says otherwise.
const STOP_WITHIN: Duration = Duration::from_secs(30);

/// How and where to run a private Postgres.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder that keeps everything; made when it is missing.
    pub data_dir: PathBuf,
    /// The folder with `initdb` and `postgres`; `None` looks for one.
    pub bin_dir: Option<PathBuf>,
    /// Where fetched binaries are kept; made when it is needed.
    pub cache_dir: PathBuf,
    /// Whether a commit is on disk when it is answered. `false` is for tests, whose data nobody needs.
    pub durable: bool,
}

/// A running private Postgres; it is stopped when this is dropped, and started again when it ends alone.
///
/// When the program is killed instead, the kernel tells the server to stop, and the next start finds
/// every committed row.
#[derive(Debug)]
pub struct PrivatePostgres {
    url: String,
    // Holds the folder too, which stays locked as long as a server may be started in it.
    server: Supervisor,
}

impl PrivatePostgres {
    /// Makes the data folder if need be, and starts a server on it; returns when it answers.
    ///
    /// Blocks: about 0.1 s, seconds for a new folder, longer after a crash. Call it from
    /// `spawn_blocking` in async code.
    ///
    /// # Errors
    /// One variant for each step that can fail; see [`Error`]. Notable are [`Error::Busy`], when another
    /// program uses the folder, [`Error::OtherMajor`], when another version of Postgres made it, and
    /// [`Error::NoBinaries`], when the machine has no Postgres.
    pub fn start(options: &Options) -> Result<Self, Error> {
        let folder = Folder::open(&options.data_dir)?;
        let account = Account::for_server(&folder.cluster())?;
        let binaries =
            binaries::find(options, &account, folder.made_by()?, &Places::of_this_machine())?;
        let password = folder.prepare(&binaries, &account, options.durable)?;
        let sockets = folder.sockets(&account)?;
        let url = url(&sockets, &password);
        let path = folder.path().to_owned();
        let (program, durable) = (binaries.postgres(), options.durable);
        let server = Supervisor::start(move |halt| {
            // A server that ended took its folder away, or left something behind in it.
            let sockets = folder.sockets(&account)?;
            leftover::clear(&folder, &sockets, halt)?;
            let launch = Launch {
                program: program.clone(),
                cluster: folder.cluster(),
                sockets,
                log: folder.log()?,
                log_path: folder.log_path(),
                account: account.clone(),
                durable,
            };
            Server::start(&launch, halt)
        })?;
        tracing::info!(folder = %path.display(), major = binaries.major, "private Postgres is running");
        Ok(Self { url, server })
    }

    /// The address to connect to, with the password in it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops the server and waits for its end; open connections are closed.
    ///
    /// # Errors
    /// [`Error::NotStopped`] when it did not end in time.
    pub fn stop(self) -> Result<(), Error> {
        self.stop_within(STOP_WITHIN)
    }

    /// As [`PrivatePostgres::stop`], but after `limit` the server ends at once and leaves it to its next
    /// start to put its files in order. Nothing committed is lost.
    ///
    /// # Errors
    /// As [`PrivatePostgres::stop`].
    pub fn stop_within(mut self, limit: Duration) -> Result<(), Error> {
        self.server.stop(limit)
    }
}

/// The name of the database's owner, and of nobody else: the server has this one role.
const ROLE: &str = "claimtrail";

fn url(sockets: &Path, password: &str) -> String {
    // The folder's name is made by us from ASCII letters, digits and hyphens; only its slashes need escapes.
    let host = sockets.to_string_lossy().replace('/', "%2F");
    format!("postgres://{ROLE}:{password}@{host}/postgres")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod fakes {
    use std::path::Path;
    use std::process::Command;

    /// Writes an executable script. Another process does it: a file that this one holds open for writing
    /// could be inherited by the child of a neighbouring test, and then cannot be run ("text file busy").
    pub(super) fn program(path: &Path, script: &str) {
        let command = r#"printf %s "$1" > "$0" && chmod 755 "$0""#;
        let status =
            Command::new("sh").args(["-c", command]).arg(path).arg(script).status().unwrap();
        assert!(status.success());
    }
}
