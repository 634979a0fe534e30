//! `postgres`: the private Postgres alone, for `psql`, for backups and for the move to a new version.

use std::io::Write;

use tokio::signal::unix::{SignalKind, signal};

use super::database::start_private;
use crate::config::GlobalConfig;

/// Starts the private Postgres, prints its address, and stops it when told to end.
pub async fn run(global: &GlobalConfig) -> anyhow::Result<()> {
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    let postgres = start_private(global).await?;
    writeln!(std::io::stdout(), "{}", postgres.url())?;
    tokio::select! {
        _ = interrupted.recv() => {}
        _ = terminated.recv() => {}
    }
    tokio::task::spawn_blocking(|| postgres.stop()).await??;
    Ok(())
}
