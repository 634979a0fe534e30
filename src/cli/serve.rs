//! `serve`: the database, migrations, workers and the API in one process, until it is told to stop.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::database::Database;
use crate::api::server::server;
use crate::app::App;
use crate::config::{GlobalConfig, ServeConfig};
use crate::jobs::{Worker, WorkerOptions};
use crate::store::{self, Pool, PoolOptions};

/// How long jobs under way may take once the process is told to stop; then they go back.
const JOB_STOP_TIME: Duration = Duration::from_secs(5);

/// Connections of the workers beside one for each job: to renew leases while a job's own is in use.
const SPARE_CONNECTIONS: usize = 2;

/// Serves until SIGINT or SIGTERM.
pub async fn run(global: &GlobalConfig, config: &ServeConfig) -> anyhow::Result<()> {
    run_after(global, config, async |_, _| Ok(())).await
}

/// Serves until SIGINT or SIGTERM, once `first` is done with the migrated database and the address
/// that will be answered at.
pub(super) async fn run_after(
    global: &GlobalConfig,
    config: &ServeConfig,
    first: impl AsyncFnOnce(&Pool, SocketAddr) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    // Bound before the database starts: an address in use is told at once.
    let listener = listen(config)?;
    let database = Database::open(global).await?;
    let outcome = serve(&database, listener, config, first).await;
    let closed = database.close().await;
    outcome.and(closed)
}

/// Takes the address to listen on.
///
/// # Errors
/// It is in use, or other machines could reach it and nobody said that they may.
pub fn listen(config: &ServeConfig) -> anyhow::Result<TcpListener> {
    let address = config.bind;
    if !address.ip().is_loopback() {
        if !config.allow_remote_without_keys {
            bail!(
                "{address} can be reached by other machines, and this service has no keys yet, so \
                 everybody there could read and write: bind to 127.0.0.1, or say \
                 --allow-remote-without-keys if something in front of it keeps strangers out"
            );
        }
        tracing::warn!(%address, "every machine that reaches this address may read and write");
    }
    TcpListener::bind(address).with_context(|| format!("cannot listen on {address}"))
}

/// Migrates, then works and answers until told to stop.
///
/// # Errors
/// The database cannot be migrated, or the HTTP server ends by itself.
pub(super) async fn serve(
    database: &Database,
    listener: TcpListener,
    config: &ServeConfig,
    first: impl AsyncFnOnce(&Pool, SocketAddr) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    // Asked for before the slow parts, so that a signal during them is not lost.
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    let applied = store::migrate(database.url()).await.context("cannot migrate the database")?;
    if !applied.is_empty() {
        tracing::info!(migrations = applied.join(", "), "migrated");
    }
    let pool = Pool::new(database.url(), PoolOptions::default())?;
    let address = listener.local_addr()?;
    first(&pool, address).await?;

    let (stopper, stopped) = watch::channel(false);
    let stop_heard = |mut stopped: watch::Receiver<bool>| async move {
        // A sender that is gone means the same.
        let _ = stopped.wait_for(|&stopped| stopped).await;
    };
    let working = match config.no_worker {
        true => None,
        false => {
            // A pool of its own: connections live on the runtime that opened them, and requests
            // cannot take the workers' connections away.
            let jobs = usize::from(config.workers);
            let pool = Pool::new(
                database.url(),
                PoolOptions { size: jobs + SPARE_CONNECTIONS, ..PoolOptions::default() },
            )?;
            let worker = Worker::new(pool, WorkerOptions { jobs, ..WorkerOptions::default() });
            Some(tokio::spawn(worker.run(stop_heard(stopped.clone()))))
        }
    };

    let app = Arc::new(App::new(pool, config));
    let server = server(listener, app.clone())?;
    let handle = server.handle();
    let mut answering = tokio::spawn(server);
    tracing::info!(
        address = %format_args!("http://{address}"),
        docs = %format_args!("http://{address}/docs"),
        workers = if config.no_worker { 0 } else { config.workers },
        "serving"
    );

    let signal = tokio::select! {
        _ = interrupted.recv() => "SIGINT",
        _ = terminated.recv() => "SIGTERM",
        ended = &mut answering => {
            stopper.send_replace(true);
            return ended?.context("the HTTP server ended");
        }
    };
    tracing::info!(signal, "stopping");
    stopper.send_replace(true);
    app.stop();
    let requests = async {
        handle.stop(true).await;
        answering.await
    };
    let jobs = async {
        let Some(mut working) = working else { return };
        if tokio::time::timeout(JOB_STOP_TIME, &mut working).await.is_err() {
            // Their leases run out and somebody else takes them; nothing of them is half stored.
            tracing::warn!("jobs under way are left to be done again");
            working.abort();
        }
    };
    let (ended, ()) = tokio::join!(requests, jobs);
    ended?.context("the HTTP server ended")?;
    tracing::info!("stopped");
    Ok(())
}
