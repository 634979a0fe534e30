//! `serve`: the database, migrations, workers and the API in one process, until it is told to stop.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::sync::watch;

use super::database::Database;
use super::signals::{Signals, Told};
use super::worker::worker;
use crate::api::server::server;
use crate::app::{self, App};
use crate::config::{GlobalConfig, ServeConfig};
use crate::index::Keeper;
use crate::store::{self, Pool, PoolOptions};

/// How long the end may take from the signal on. Requests and jobs get five seconds of it, and a
/// private Postgres what is left.
pub(super) const STOP_WITHIN: Duration = Duration::from_secs(9);

/// What a private Postgres gets at least, however long the rest took.
const LEAST_TIME: Duration = Duration::from_secs(1);

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
    let mut signals = Signals::listen()?;
    let Some(database) = before_stop(&mut signals, Database::open(global)).await else {
        return Ok(());
    };
    let database = database?;
    let outcome = serve(&database, listener, config, first, signals).await;
    let told = outcome.as_ref().map_or_else(|_| Instant::now(), |told| told.at);
    let left = STOP_WITHIN.saturating_sub(told.elapsed()).max(LEAST_TIME);
    let closed = database.close_within(left).await;
    outcome?;
    closed?;
    tracing::info!(seconds = told.elapsed().as_secs_f64(), "stopped");
    Ok(())
}

/// Does what comes before serving; `None` when a signal came first.
pub(super) async fn before_stop<T>(
    signals: &mut Signals,
    work: impl Future<Output = T>,
) -> Option<T> {
    tokio::select! {
        done = work => Some(done),
        told = signals.told() => {
            tracing::info!(signal = told.signal, "stopping before it began");
            None
        }
    }
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

/// Keeps the claims that are searched in memory, over a connection of its own.
fn keep_known_claims(app: &App, config: &ServeConfig) -> Result<Keeper, store::Error> {
    let pool = app.pool.beside(PoolOptions { size: 1, ..PoolOptions::default() })?;
    Ok(Keeper::new(app.known.clone(), pool).keeping_file(config.index_file.clone()))
}

/// Migrates, then works and answers until told to stop; answers by what.
///
/// # Errors
/// The database cannot be migrated, or the HTTP server ends by itself.
async fn serve(
    database: &Database,
    listener: TcpListener,
    config: &ServeConfig,
    first: impl AsyncFnOnce(&Pool, SocketAddr) -> anyhow::Result<()>,
    mut signals: Signals,
) -> anyhow::Result<Told> {
    let address = listener.local_addr()?;
    let prepare = async {
        let applied =
            store::migrate(database.url()).await.context("cannot migrate the database")?;
        if !applied.is_empty() {
            tracing::info!(migrations = applied.join(", "), "migrated");
        }
        let pool = Pool::new(database.url(), PoolOptions::default())?;
        first(&pool, address).await?;
        Ok::<_, anyhow::Error>(pool)
    };
    // A signal during the slow parts is not lost, and need not wait for their end.
    let pool = tokio::select! {
        pool = prepare => pool?,
        told = signals.told() => {
            tracing::info!(signal = told.signal, "stopping before it began");
            signals.end_at_the_next();
            return Ok(told);
        }
    };

    let fetcher = app::fetcher(&config.work.fetch)?;
    let (stopper, stopped) = watch::channel(false);
    let stop_heard = |mut stopped: watch::Receiver<bool>| async move {
        // A sender that is gone means the same.
        let _ = stopped.wait_for(|&stopped| stopped).await;
    };
    let (jobs, working) = match config.no_worker {
        true => (None, None),
        false => {
            let (pool, worker) = worker(&pool, &config.work, fetcher.clone())?;
            (Some(pool), Some(tokio::spawn(worker.run(stop_heard(stopped.clone())))))
        }
    };

    let app = Arc::new(App::new(pool, config)?.with_jobs(jobs).fetching(fetcher));
    let keeping = keep_known_claims(&app, config)?;
    let keeping = tokio::spawn(keeping.run(stop_heard(stopped)));
    let server = server(listener, app.clone())?;
    let handle = server.handle();
    let mut answering = tokio::spawn(server);
    tracing::info!(
        address = %format_args!("http://{address}"),
        docs = %format_args!("http://{address}/docs"),
        workers = if config.no_worker { 0 } else { config.work.workers },
        "serving"
    );

    let told = tokio::select! {
        told = signals.told() => told,
        ended = &mut answering => {
            stopper.send_replace(true);
            ended?.context("the HTTP server ended")?;
            bail!("the HTTP server ended");
        }
    };
    tracing::info!(signal = told.signal, "stopping");
    signals.end_at_the_next();
    stopper.send_replace(true);
    app.stop();
    let requests = async {
        handle.stop(true).await;
        answering.await
    };
    let jobs = async {
        if let Some(working) = working
            && let Err(error) = working.await
        {
            tracing::error!(%error, "the workers ended early");
        }
    };
    let keeping = async {
        if let Err(error) = keeping.await {
            tracing::error!(%error, "the known claims were no longer kept");
        }
    };
    let (ended, (), ()) = tokio::join!(requests, jobs, keeping);
    ended?.context("the HTTP server ended")?;
    Ok(told)
}
