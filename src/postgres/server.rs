//! A prepared data folder → a running `postgres`, watched until its end.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::{Errno, retry_on_intr};
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, getpid, getppid, kill_process,
    set_parent_process_death_signal, waitid,
};

use super::account::Account;
use super::error::{Error, file};
use super::supervisor::Halt;

/// The port, which on a Unix socket is a part of its name and nothing else.
pub(super) const PORT: &str = "5432";
/// How long a start may take; replaying the log after a crash under load takes minutes, not more.
const READY_WITHIN: Duration = Duration::from_secs(300);
/// How often a server that is starting is asked whether it is ready.
const READY_POLL: Duration = Duration::from_millis(10);
/// How long it may take to end at once, which leaves the rest to the next start.
const QUIT_WITHIN: Duration = Duration::from_secs(5);
/// Lines of a log that an error message carries.
const TAIL_LINES: usize = 15;

/// What a server is started with.
pub(super) struct Launch {
    pub(super) program: PathBuf,
    pub(super) cluster: PathBuf,
    pub(super) sockets: PathBuf,
    pub(super) log: File,
    pub(super) log_path: PathBuf,
    pub(super) account: Account,
    pub(super) durable: bool,
}

/// A running server; it is stopped when this is dropped.
#[derive(Debug)]
pub(super) struct Server {
    pid: Pid,
    sockets: PathBuf,
    life: Arc<Life>,
}

/// Whether the server lives, told by the thread that watches it.
#[derive(Debug, Default)]
pub(super) struct Life {
    ended: Mutex<bool>,
    changed: Condvar,
}

impl Life {
    /// The lock is held while the server is signalled and while its end is taken, so that a signal can
    /// never reach another process that was given the same number.
    fn ended(&self) -> MutexGuard<'_, bool> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the server has ended, or for `limit`; tells whether it has.
    fn wait(&self, limit: Duration) -> bool {
        let (ended, _) = self
            .changed
            .wait_timeout_while(self.ended(), limit, |ended| !*ended)
            .unwrap_or_else(PoisonError::into_inner);
        *ended
    }

    pub(super) fn wait_for_the_end(&self) {
        drop(
            self.changed
                .wait_while(self.ended(), |ended| !*ended)
                .unwrap_or_else(PoisonError::into_inner),
        );
    }

    fn signal(&self, pid: Pid, signal: Signal) {
        let ended = self.ended();
        if !*ended && let Err(error) = kill_process(pid, signal) {
            tracing::warn!(%error, "cannot signal Postgres");
        }
    }
}

impl Server {
    /// Starts the server and returns when it accepts connections.
    pub(super) fn start(launch: &Launch, halt: &Halt) -> Result<Self, Error> {
        let life = Arc::new(Life::default());
        let command = command(launch)?;
        let logged = launch.log.metadata().map_or(0, |found| found.len());
        let pid = keep(command, Arc::clone(&life))
            .map_err(|error| launch.account.explain(&launch.program, error))?;
        let server = Self { pid, sockets: launch.sockets.clone(), life };
        server.wait_until_ready(launch, logged, halt)?;
        Ok(server)
    }

    /// `logged` is the log's length at the start; what it held before is not this start's doing.
    fn wait_until_ready(&self, launch: &Launch, logged: u64, halt: &Halt) -> Result<(), Error> {
        let begun = Instant::now();
        while begun.elapsed() < READY_WITHIN && !halt.is_told() {
            if self.life.wait(READY_POLL) {
                let tail = tail(&written_since(&launch.log_path, logged));
                return Err(Error::Ended { log: launch.log_path.clone(), tail });
            }
            if is_ready(&launch.cluster, self.pid) {
                return Ok(());
            }
        }
        Err(Error::NotReady { seconds: READY_WITHIN.as_secs(), log: launch.log_path.clone() })
    }

    /// Whether it lives, for whoever waits for its end.
    pub(super) fn life(&self) -> Arc<Life> {
        Arc::clone(&self.life)
    }

    /// Stops the server: first so that it closes its connections and writes everything down, which may
    /// take as long as `limit`, then at once.
    pub(super) fn stop(&mut self, limit: Duration) -> Result<(), Error> {
        self.life.signal(self.pid, Signal::INT);
        if !self.life.wait(limit) {
            tracing::info!("Postgres is ended at once; its next start takes a little longer");
            self.life.signal(self.pid, Signal::QUIT);
            if !self.life.wait(QUIT_WITHIN) {
                let seconds = (limit + QUIT_WITHIN).as_secs();
                return Err(Error::NotStopped { pid: self.pid.as_raw_nonzero().get(), seconds });
            }
        }
        // The server has taken its socket away; a folder that is not empty then is left as it is.
        let _ = fs::remove_dir(&self.sockets);
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = self.stop(super::STOP_WITHIN) {
            tracing::warn!(%error, "private Postgres");
        }
    }
}

fn command(launch: &Launch) -> Result<Command, Error> {
    let mut command = launch.account.command(&launch.program);
    command
        .arg("-D")
        .arg(&launch.cluster)
        .arg("-k")
        .arg(&launch.sockets)
        .args(["-p", PORT, "-c", "listen_addresses=", "-c", "unix_socket_permissions=0700"])
        .args(["-c", "timezone=UTC", "-c", "log_timezone=UTC", "-c", "log_line_prefix=%m [%p] "])
        // The log must not keep text of documents: some of it may be redacted later.
        .args(["-c", "log_min_error_statement=panic", "-c", "log_error_verbosity=terse"])
        .stdin(Stdio::null())
        .stdout(launch.log.try_clone().map_err(file("open", &launch.log_path))?)
        .stderr(launch.log.try_clone().map_err(file("open", &launch.log_path))?)
        // Ctrl-C in a terminal reaches us, and we stop the server once nothing uses it any more.
        .process_group(0);
    if !launch.durable {
        for setting in ["fsync=off", "synchronous_commit=off", "full_page_writes=off"] {
            command.args(["-c", setting]);
        }
    }
    end_with_us(&mut command);
    Ok(command)
}

/// Has the kernel tell the child to stop when the thread that starts it ends, also if that is because we
/// are killed.
pub(super) fn end_with_us(command: &mut Command) {
    let us = getpid();
    let hook = move || {
        set_parent_process_death_signal(Some(Signal::INT))?;
        // If we ended between the fork and the line above, the signal will never come.
        if getppid() != Some(us) {
            return Err(Errno::SRCH.into());
        }
        Ok(())
    };
    // SAFETY: between fork and exec the hook makes two system calls; it neither allocates nor locks.
    unsafe { command.pre_exec(hook) };
}

/// Starts the command from a thread of its own, which lives until the child's end. The kernel sends the
/// death signal when the *thread* that started the child ends, and a thread of a pool may end any time.
fn keep(mut command: Command, life: Arc<Life>) -> io::Result<Pid> {
    let (sender, receiver) = mpsc::sync_channel(1);
    thread::Builder::new().name("postgres-keeper".to_owned()).spawn(move || {
        let child = command.spawn();
        // Lets go of our copies of the log file.
        drop(command);
        match child {
            Ok(child) => {
                let pid = Pid::from_child(&child);
                let _ = sender.send(Ok(pid));
                watch(child, pid, &life);
            }
            Err(error) => {
                let _ = sender.send(Err(error));
            }
        }
    })?;
    receiver.recv().unwrap_or_else(|_| Err(io::Error::other("the thread that starts it has ended")))
}

fn watch(mut child: Child, pid: Pid, life: &Life) {
    // Learns of the end without taking it, so that the number stays ours until the lock is held.
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    let _ = retry_on_intr(|| waitid(WaitId::Pid(pid), options));
    let mut ended = life.ended();
    match child.wait() {
        Ok(status) if status.success() => tracing::debug!("private Postgres has ended"),
        Ok(status) => tracing::warn!(%status, "private Postgres has ended"),
        Err(error) => tracing::warn!(%error, "cannot learn how Postgres ended"),
    }
    *ended = true;
    life.changed.notify_all();
}

/// Whether the cluster's lock file says that the server of this process accepts connections.
fn is_ready(cluster: &Path, pid: Pid) -> bool {
    let Ok(text) = fs::read_to_string(cluster.join("postmaster.pid")) else { return false };
    let mut lines = text.lines().map(str::trim);
    lines.next() == Some(pid.as_raw_nonzero().to_string().as_str()) && lines.nth(6) == Some("ready")
}

fn written_since(log: &Path, offset: u64) -> String {
    let mut bytes = Vec::new();
    let read = File::open(log).and_then(|mut file| {
        file.seek(SeekFrom::Start(offset))?;
        file.read_to_end(&mut bytes)
    });
    match read {
        Ok(_) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) => format!("(cannot be read: {error})"),
    }
}

/// The last lines of a text, for an error message.
pub(super) fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}
