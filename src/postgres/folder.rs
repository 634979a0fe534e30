//! A path → a data folder that is ours alone, with a password, a cluster, a log and a place for the socket.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::account::{Account, give_to_owner_of, own_ids};
use super::binaries::Binaries;
use super::error::{Error, file};
use super::{ROLE, hex, server};

/// Size in bytes at which a start puts the server's log aside.
const LOG_LIMIT: u64 = 8 * 1024 * 1024;

/// How the folders begin that a cluster is made in before it is moved into its place.
const DRAFT: &str = "postgres.new";

/// A data folder, locked for this process as long as the value lives.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    lock: File,
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Closing is not enough: a program that another thread is just starting holds a copy of the
        // file until it runs, and the lock with it.
        let _ = self.lock.unlock();
    }
}

impl Folder {
    /// Makes the folder if need be, and locks it.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        make(path)?;
        // The server has another working folder, so a relative path would mean another place to it.
        let path = path.canonicalize().map_err(file("find", path))?;
        let lock = lock(&path)?;
        Ok(Self { path, lock })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn cluster(&self) -> PathBuf {
        self.path.join("postgres")
    }

    pub(super) fn log_path(&self) -> PathBuf {
        self.path.join("postgres.log")
    }

    /// The major version of Postgres that made the cluster; `None` when there is no cluster yet.
    pub(super) fn made_by(&self) -> Result<Option<u32>, Error> {
        let path = self.cluster().join("PG_VERSION");
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(file("read", path)(error)),
        };
        let invalid =
            || io::Error::new(io::ErrorKind::InvalidData, format!("not a version: {text:?}"));
        text.trim().parse().map(Some).map_err(|_| file("read", path)(invalid()))
    }

    /// Makes the cluster and its password where they are missing; returns the password.
    pub(super) fn prepare(
        &self,
        binaries: &Binaries,
        account: &Account,
        durable: bool,
    ) -> Result<String, Error> {
        let password_path = self.path.join("password");
        if self.made_by()?.is_some() {
            return read_password(&password_path);
        }
        let password = match read_password(&password_path) {
            Ok(password) => password,
            Err(Error::PasswordMissing { .. }) => self.write_password(&password_path, account)?,
            Err(other) => return Err(other),
        };
        // initdb in a folder aside, then one rename: a start that is killed half way leaves no half cluster.
        // Each start has its own: the initdb of one that was killed empties its folder behind us.
        let draft = self.path.join(format!("{DRAFT}.{}", std::process::id()));
        self.remove_drafts();
        match fs::remove_dir_all(&draft) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(file("remove", draft)(error));
            }
            _ => {}
        }
        DirBuilder::new().mode(0o700).create(&draft).map_err(file("make", &draft))?;
        account.give(&draft)?;
        // Some C libraries have no C.UTF-8; text is UTF-8 either way, and C orders it the same.
        let tried = initdb(binaries, account, &draft, &password_path, "C.UTF-8", durable);
        match tried {
            Err(Error::Initdb { said }) if said.contains("invalid locale name") => {
                initdb(binaries, account, &draft, &password_path, "C", durable)?;
            }
            other => other?,
        }
        let cluster = self.cluster();
        fs::rename(&draft, &cluster).map_err(file("move into place", &draft))?;
        File::open(&self.path)
            .and_then(|folder| folder.sync_all())
            .map_err(file("sync", &self.path))?;
        Ok(password)
    }

    /// Removes what starts left that were killed half way, as far as it can be removed now.
    fn remove_drafts(&self) {
        let left = fs::read_dir(&self.path).into_iter().flatten().flatten();
        for draft in left.filter(|entry| entry.file_name().to_string_lossy().starts_with(DRAFT)) {
            if let Err(error) = fs::remove_dir_all(draft.path()) {
                tracing::debug!(draft = %draft.path().display(), %error, "left for the next start");
            }
        }
    }

    fn write_password(&self, path: &Path, account: &Account) -> Result<String, Error> {
        let password = hex(&rand::random::<[u8; 24]>());
        let draft = self.path.join("password.new");
        let _ = fs::remove_file(&draft);
        let mut new = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&draft)
            .map_err(file("make", &draft))?;
        writeln!(new, "{password}").and_then(|()| new.sync_all()).map_err(file("write", &draft))?;
        // initdb reads it under that account.
        account.give(&draft)?;
        fs::rename(&draft, path).map_err(file("move into place", &draft))?;
        Ok(password)
    }

    /// The server's log, to append to; one that has grown long is put aside first.
    pub(super) fn log(&self) -> Result<File, Error> {
        let path = self.log_path();
        if fs::symlink_metadata(&path).is_ok_and(|found| found.len() > LOG_LIMIT) {
            fs::rename(&path, self.path.join("postgres.log.1"))
                .map_err(file("put aside", &path))?;
        }
        let log = open_own(OpenOptions::new().append(true), &path, 0o600)?;
        give_to_owner_of(&self.path, &log, &path)?;
        Ok(log)
    }

    /// The folder for the server's socket, which only the server's account can enter.
    ///
    /// Its name follows from the data folder, so that a killed run leaves one behind and not one each time.
    /// Anybody may make such a name below `/tmp` first, hence the checks; `mkdir` does not follow a link.
    pub(super) fn sockets(&self, account: &Account) -> Result<PathBuf, Error> {
        let digest = Sha256::digest(self.path.as_os_str().as_bytes());
        let short = hex(&digest[..8]);
        let path = PathBuf::from(format!("/tmp/claimtrail-{}-{short}", account.uid()));
        match DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => account.give(&path)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(file("make", path)(error)),
        }
        let found = fs::symlink_metadata(&path).map_err(file("read", &path))?;
        let reason = if !found.is_dir() {
            "it is no folder"
        } else if found.uid() != account.uid() {
            "it belongs to somebody else"
        } else if found.mode() & 0o077 != 0 {
            "others may enter it"
        } else {
            return Ok(path);
        };
        Err(Error::SocketFolder { path, reason })
    }
}

/// Makes the data folder. As root it stays root's, and the server's account may only pass through it: a
/// folder that the account owned could be filled with links for root to follow.
fn make(path: &Path) -> Result<(), Error> {
    let mode = if own_ids().0 == 0 { 0o711 } else { 0o700 };
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(file("make", parent))?;
    }
    match DirBuilder::new().mode(mode).create(path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(file("make", path)(error)),
    }
    let found = fs::metadata(path).map_err(file("read", path))?;
    let closed = own_ids().0 == 0 && found.uid() == 0 && found.mode() & 0o001 == 0;
    // An empty folder was made for us (`mktemp -d`), so it may be opened for the server; one with other
    // things in it may be closed for a reason.
    if closed && fs::read_dir(path).map_err(file("read", path))?.next().is_none() {
        let open = Permissions::from_mode(found.mode() & 0o7777 | 0o011);
        fs::set_permissions(path, open).map_err(file("open", path))?;
    }
    Ok(())
}

fn lock(folder: &Path) -> Result<File, Error> {
    let path = folder.join("lock");
    let mut lock = open_own(OpenOptions::new().read(true).write(true), &path, 0o600)?;
    give_to_owner_of(folder, &lock, &path)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            let holder = lock.read_to_string(&mut pid).ok().and_then(|_| pid.trim().parse().ok());
            return Err(Error::Busy { folder: folder.to_owned(), holder });
        }
        Err(TryLockError::Error(error)) => return Err(file("lock", path)(error)),
    }
    lock.set_len(0)
        .and_then(|()| writeln!(lock, "{}", std::process::id()))
        .map_err(file("write", &path))?;
    Ok(lock)
}

/// Opens one of our own files in the data folder, or makes it; never through a link.
fn open_own(options: &mut OpenOptions, path: &Path, mode: u32) -> Result<File, Error> {
    let no_follow = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();
    options.create(true).mode(mode).custom_flags(no_follow).open(path).map_err(file("open", path))
}

fn read_password(path: &Path) -> Result<String, Error> {
    match open_password(path) {
        Ok(text) if !text.trim().is_empty() => Ok(text.trim().to_owned()),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(file("read", path)(error)),
        _ => Err(Error::PasswordMissing { path: path.to_owned() }),
    }
}

fn open_password(path: &Path) -> io::Result<String> {
    let no_follow = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();
    let mut text = String::new();
    OpenOptions::new().read(true).custom_flags(no_follow).open(path)?.read_to_string(&mut text)?;
    Ok(text)
}

fn initdb(
    binaries: &Binaries,
    account: &Account,
    cluster: &Path,
    password: &Path,
    locale: &str,
    durable: bool,
) -> Result<(), Error> {
    let program = binaries.initdb();
    let mut command = account.command(&program);
    command
        .args(["--username", ROLE, "--auth", "scram-sha-256", "--encoding", "UTF8"])
        .args(["--locale", locale, "--no-instructions"])
        .arg("--pwfile")
        .arg(password)
        .arg("--pgdata")
        .arg(cluster)
        .current_dir(cluster);
    if !durable {
        command.arg("--no-sync");
    }
    server::end_with_us(&mut command);
    // The program itself has told its version before, so it is the folder that cannot be entered.
    let output = command.output().map_err(|error| account.explain(cluster, error))?;
    if output.status.success() {
        return Ok(());
    }
    Err(Error::Initdb { said: server::tail(&String::from_utf8_lossy(&output.stderr)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_free_when_it_is_let_go_though_a_copy_of_the_lock_is_open() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = Folder::open(place.path()).expect("it is free");
        assert!(Folder::open(place.path()).is_err(), "it is in use");
        let copy = folder.lock.try_clone().expect("a copy, as a started program has it");
        drop(folder);
        assert!(Folder::open(place.path()).is_ok());
        drop(copy);
    }
}
