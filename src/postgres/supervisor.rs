//! A running server → a server that runs until it is told to stop: one that ends alone is started again.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::error::Error;
use super::server::Server;

/// How long to wait before a server that ended alone is started again; twice as long each time.
const FIRST_DELAY: Duration = Duration::from_millis(200);
/// The longest wait between two starts.
const LONGEST_DELAY: Duration = Duration::from_secs(30);
/// A server that ran so long ended by a new accident, and the waits begin anew.
const STEADY: Duration = Duration::from_secs(60);

/// Whether the server is to stop; asked by all that takes time.
#[derive(Debug, Default)]
pub(super) struct Halt {
    told: Mutex<bool>,
    changed: Condvar,
}

impl Halt {
    pub(super) fn is_told(&self) -> bool {
        *self.lock()
    }

    /// Waits for `limit`, or until told; answers whether it was told.
    fn wait(&self, limit: Duration) -> bool {
        let (told, _) = self
            .changed
            .wait_timeout_while(self.lock(), limit, |told| !*told)
            .unwrap_or_else(PoisonError::into_inner);
        *told
    }

    fn tell(&self) {
        *self.lock() = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A server and the thread that starts it again; both end when this is dropped.
#[derive(Debug)]
pub(super) struct Supervisor {
    halt: Arc<Halt>,
    server: Arc<Mutex<Server>>,
    thread: Option<JoinHandle<()>>,
}

impl Supervisor {
    /// Starts the server by `start`, and again whenever it ends alone.
    ///
    /// # Errors
    /// Those of the first start; later ones are logged and tried again.
    pub(super) fn start(
        start: impl Fn(&Halt) -> Result<Server, Error> + Send + 'static,
    ) -> Result<Self, Error> {
        let halt = Arc::new(Halt::default());
        let server = Arc::new(Mutex::new(start(&halt)?));
        let (watched, told) = (Arc::clone(&server), Arc::clone(&halt));
        let thread = thread::Builder::new()
            .name("postgres-supervisor".to_owned())
            .spawn(move || keep_running(&watched, &told, start))
            .map_err(Error::Thread)?;
        Ok(Self { halt, server, thread: Some(thread) })
    }

    /// Stops the server: within `limit` so that it writes everything down, then at once, which leaves
    /// that to the next start. Nothing committed is lost either way.
    pub(super) fn stop(&mut self, limit: Duration) -> Result<(), Error> {
        self.halt.tell();
        // The server in place, first: the thread waits for its end.
        let stopped = lock(&self.server).stop(limit);
        if let Some(thread) = self.thread.take() {
            // A panic there was logged; there is nothing left to supervise.
            let _ = thread.join();
        }
        // The thread may have put another in its place meanwhile.
        stopped.and(lock(&self.server).stop(limit))
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        if let Err(error) = self.stop(super::STOP_WITHIN) {
            tracing::warn!(%error, "private Postgres");
        }
    }
}

fn lock(server: &Mutex<Server>) -> MutexGuard<'_, Server> {
    server.lock().unwrap_or_else(PoisonError::into_inner)
}

fn keep_running(
    server: &Mutex<Server>,
    halt: &Halt,
    start: impl Fn(&Halt) -> Result<Server, Error>,
) {
    let mut delay = FIRST_DELAY;
    loop {
        let begun = Instant::now();
        let life = lock(server).life();
        life.wait_for_the_end();
        if halt.is_told() {
            return;
        }
        if begun.elapsed() >= STEADY {
            delay = FIRST_DELAY;
        }
        tracing::error!("private Postgres ended alone; it is started again");
        loop {
            if halt.wait(delay) {
                return;
            }
            delay = (delay * 2).min(LONGEST_DELAY);
            match start(halt) {
                Ok(started) => {
                    *lock(server) = started;
                    if halt.is_told() {
                        return;
                    }
                    tracing::info!("private Postgres is running again");
                    break;
                }
                Err(_) if halt.is_told() => return,
                Err(error) => tracing::error!(%error, "private Postgres does not start"),
            }
        }
    }
}
