//! SIGINT and SIGTERM → the one wish to stop, and the impatience of the second.

use std::time::Instant;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Hears the signals that tell a process to stop. From its making on they do nothing else.
pub struct Signals {
    interrupted: Signal,
    terminated: Signal,
}

/// A wish to stop.
#[derive(Debug, Clone, Copy)]
pub struct Told {
    /// The signal's name.
    pub signal: &'static str,
    /// What a shell calls the end by it.
    code: i32,
    /// When it came.
    pub at: Instant,
}

impl Signals {
    /// Begins to listen.
    ///
    /// # Errors
    /// The system takes no handler.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self {
            interrupted: signal(SignalKind::interrupt())?,
            terminated: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for a signal.
    pub async fn told(&mut self) -> Told {
        let (signal, code) = tokio::select! {
            _ = self.interrupted.recv() => ("SIGINT", 130),
            _ = self.terminated.recv() => ("SIGTERM", 143),
        };
        Told { signal, code, at: Instant::now() }
    }

    /// From now on a signal ends the process at once. Nothing is half stored then; a private Postgres
    /// is stopped by the kernel, and jobs under way wait for the end of their lease.
    pub fn end_at_the_next(mut self) {
        tokio::spawn(async move {
            let told = self.told().await;
            tracing::warn!(signal = told.signal, "told again: ending at once");
            std::process::exit(told.code);
        });
    }
}
