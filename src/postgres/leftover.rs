//! What a killed run left behind → nothing that the next start could stumble over.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::error::{Error, file};
use super::folder::Folder;
use super::server::PORT;
use super::supervisor::Halt;

/// How long a server whose program was killed may take to end by itself.
const GRACE: Duration = Duration::from_secs(5);
/// How long it may take in all; it is told to end in between.
const LIMIT: Duration = Duration::from_secs(60);
/// How often its processes are looked for.
const POLL: Duration = Duration::from_millis(50);

/// Waits for a server that a killed run left behind, and removes its lock files.
///
/// Nobody but us can start another one meanwhile: the data folder is locked. The number in a lock file
/// proves nothing, since it may be anybody's by now, or that of a process which has ended and waits to be
/// collected; Postgres would refuse to start in both cases. So the processes are asked: a server's have its
/// cluster as their working folder.
pub(super) fn clear(folder: &Folder, sockets: &Path, halt: &Halt) -> Result<(), Error> {
    let begun = Instant::now();
    let mut told = false;
    loop {
        let Some(working) = working_in(&folder.cluster()) else {
            // Without /proc, Postgres's own checks decide.
            return Ok(());
        };
        let Some(&pid) = working.first() else { break };
        if begun.elapsed() > LIMIT || halt.is_told() {
            return Err(Error::StillRunning {
                folder: folder.path().to_owned(),
                pid: pid.unsigned_abs(),
            });
        }
        if begun.elapsed() > GRACE && !told {
            tracing::info!(pid, "stopping a Postgres that an earlier run left behind");
            for pid in working.into_iter().filter_map(Pid::from_raw) {
                let _ = kill_process(pid, Signal::INT);
            }
            told = true;
        }
        thread::sleep(POLL);
    }
    for path in [
        folder.cluster().join("postmaster.pid"),
        sockets.join(format!(".s.PGSQL.{PORT}.lock")),
        sockets.join(format!(".s.PGSQL.{PORT}")),
    ] {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(file("remove", path)(error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The processes of Postgres that work in the cluster, by number; `None` when the machine does not tell.
fn working_in(cluster: &Path) -> Option<Vec<i32>> {
    let home = fs::metadata(cluster).ok()?;
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").ok()? {
        let Some(pid) = entry.ok().and_then(|entry| entry.file_name().to_str()?.parse().ok())
        else {
            continue;
        };
        let process = PathBuf::from(format!("/proc/{pid}"));
        // Processes of others cannot be asked, and cannot be in the cluster: it is closed to them.
        let Ok(cwd) = fs::metadata(process.join("cwd")) else { continue };
        let named =
            fs::read_to_string(process.join("comm")).is_ok_and(|name| name.starts_with("postgres"));
        if named && (cwd.dev(), cwd.ino()) == (home.dev(), home.ino()) {
            found.push(pid);
        }
    }
    found.sort_unstable();
    Some(found)
}
