//! `worker`: works on the queue without serving, until it is told to stop.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;

use super::database::Database;
use super::serve::{STOP_WITHIN, before_stop};
use super::signals::Signals;
use crate::app;
use crate::config::{GlobalConfig, WorkConfig};
use crate::fetch::Fetcher;
use crate::jobs::{Worker, WorkerOptions};
use crate::store::{self, Pool, PoolOptions};

/// Connections of the workers beside one for each job: to renew leases while a job's own is in use.
const SPARE_CONNECTIONS: usize = 2;

/// Works until SIGINT or SIGTERM.
///
/// # Errors
/// The database cannot be opened or migrated.
pub async fn run(global: &GlobalConfig, config: &WorkConfig) -> anyhow::Result<()> {
    let mut signals = Signals::listen()?;
    let Some(database) = before_stop(&mut signals, Database::open(global)).await else {
        return Ok(());
    };
    let database = database?;
    let prepared = before_stop(&mut signals, async {
        store::migrate(database.url()).await.context("cannot migrate the database")?;
        Ok::<_, anyhow::Error>(Pool::new(database.url(), PoolOptions::default())?)
    });
    let Some(pool) = prepared.await else { return database.close_within(STOP_WITHIN).await };
    let (_, worker) = worker(&pool?, config, app::fetcher(&config.fetch)?)?;
    tracing::info!(workers = config.workers, "working on the queue");
    let (told, heard) = tokio::sync::oneshot::channel();
    let stop = async {
        let by = signals.told().await;
        tracing::info!(signal = by.signal, "stopping");
        signals.end_at_the_next();
        let _ = told.send(by.at);
    };
    worker.run(stop).await;
    let left = heard.await.map_or(STOP_WITHIN, |at| STOP_WITHIN.saturating_sub(at.elapsed()));
    database.close_within(left).await?;
    tracing::info!("stopped");
    Ok(())
}

/// A worker over the database of `pool`, with connections of its own, so that requests cannot take
/// them away.
pub(super) fn worker(
    pool: &Pool,
    config: &WorkConfig,
    fetcher: Option<Arc<Fetcher>>,
) -> anyhow::Result<(Pool, Worker)> {
    let jobs = usize::from(config.workers);
    let pool =
        pool.beside(PoolOptions { size: jobs + SPARE_CONNECTIONS, ..PoolOptions::default() })?;
    let keep_done = Duration::from_secs(u64::from(config.keep_done_jobs) * 24 * 60 * 60);
    let gear = config.gear.into();
    let options = WorkerOptions { jobs, keep_done, gear, ..WorkerOptions::default() };
    let worker = Worker::new(pool.clone(), options);
    Ok((pool, worker.fetching(fetcher)))
}
