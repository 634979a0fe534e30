//! Takes jobs from the queue and does them.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::{Notify, watch};
use uuid::Uuid;

use super::extract_document::{self, read_payload};
use crate::domain::JobId;
use crate::domain::view::{JobKind, StoredDocument};
use crate::store::jobs::{CHANNEL, TakenJob};
use crate::store::{self, Pool};

/// Limits of a [`Worker`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerOptions {
    /// Jobs worked on at once.
    pub jobs: usize,
    /// How long a job stays with a worker that no longer answers.
    pub lease: Duration,
    /// How often to look without having been woken: for jobs whose time comes, and for those of
    /// a worker that died.
    pub poll: Duration,
}

impl Default for WorkerOptions {
    /// Two jobs, five minutes, one second.
    fn default() -> Self {
        WorkerOptions { jobs: 2, lease: Duration::from_secs(300), poll: Duration::from_secs(1) }
    }
}

/// Longest wait between two attempts at one job.
const LONGEST_DELAY: Duration = Duration::from_secs(300);

/// Works on the queue of one database until it is told to stop.
#[derive(Debug, Clone)]
pub struct Worker {
    pool: Pool,
    options: WorkerOptions,
    id: Uuid,
}

impl Worker {
    /// A worker over `pool`; it does nothing before [`Worker::run`].
    pub fn new(pool: Pool, options: WorkerOptions) -> Self {
        Worker { pool, options, id: Uuid::now_v7() }
    }

    /// Works until `stop` is done, then lets the jobs under way finish and returns.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let (stopper, stopped) = watch::channel(false);
        let woken = Arc::new(Notify::new());
        let mut tasks = tokio::task::JoinSet::new();
        tasks.spawn(self.clone().listen(woken.clone(), stopped.clone()));
        for _ in 0..self.options.jobs.max(1) {
            tasks.spawn(self.clone().work(woken.clone(), stopped.clone()));
        }
        stop.await;
        stopper.send_replace(true);
        while let Some(ended) = tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a worker ended early");
            }
        }
    }

    /// Does the job that waits longest, if one is due; answers whether there was one.
    ///
    /// # Errors
    /// [`store::Error::Unavailable`] when the database is away. A failed job is no error here: it
    /// goes back to the queue with its reason.
    pub async fn work_once(&self) -> Result<bool, store::Error> {
        let taken =
            store::jobs::take(&mut *self.pool.get().await?, self.id, self.options.lease).await?;
        let Some(job) = taken else { return Ok(false) };
        let (id, attempt) = (job.id, job.attempt);
        let Some(done) = self.while_leased(id, self.perform(job)).await else {
            tracing::warn!(job = %id, "gave up a job whose lease was lost");
            return Ok(true);
        };
        match done {
            Ok(stored) => tracing::debug!(job = %id, document = %stored.document, "job done"),
            Err(error) => {
                tracing::warn!(job = %id, attempt, error = format!("{error:#}"), "job failed");
                let delay = (!error.is::<Hopeless>()).then(|| delay(attempt));
                let connection = &mut *self.pool.get().await?;
                match store::jobs::fail(connection, id, self.id, &format!("{error:#}"), delay).await
                {
                    // The lease ran out meanwhile: somebody else has the job.
                    Ok(()) | Err(store::Error::NotFound) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(true)
    }

    async fn perform(&self, job: TakenJob) -> anyhow::Result<StoredDocument> {
        match job.kind {
            JobKind::ExtractDocument => {
                let new = read_payload(job.payload, job.attachment)
                    .map_err(|error| error.context(Hopeless))?;
                let new = Arc::new(new);
                let extraction = extract_document::read(new.clone()).await?;
                let mut connection = self.pool.get().await?;
                let (id, worker) = (job.id, self.id);
                let stored = store::transaction(&mut connection, async |connection| {
                    let stored = extract_document::store(connection, &new, &extraction).await?;
                    store::jobs::finish(connection, id, worker, &stored).await?;
                    Ok(stored)
                });
                stored.await.context("the document could not be stored")
            }
        }
    }

    /// Runs `work` and keeps the lease alive meanwhile; `None` when the lease is lost.
    async fn while_leased<T>(&self, id: JobId, work: impl Future<Output = T>) -> Option<T> {
        // Both go on at once: renewing waits for the row that `work` holds before it commits.
        tokio::select! {
            biased;
            done = work => Some(done),
            () = self.renew_until_lost(id) => None,
        }
    }

    async fn renew_until_lost(&self, id: JobId) {
        let beat = (self.options.lease / 3).max(Duration::from_millis(10));
        loop {
            tokio::time::sleep(beat).await;
            // A database that is away for a moment costs nothing: the lease outlasts two beats.
            if let Ok(mut connection) = self.pool.get().await
                && let Err(store::Error::NotFound) =
                    store::jobs::renew(&mut connection, id, self.id, self.options.lease).await
            {
                return;
            }
        }
    }

    async fn work(self, woken: Arc<Notify>, mut stopped: watch::Receiver<bool>) {
        while !*stopped.borrow() {
            match self.work_once().await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::warn!(error = %chain(&error), "the queue cannot be read"),
            }
            tokio::select! {
                () = woken.notified() => {}
                () = tokio::time::sleep(self.options.poll) => {}
                _ = stopped.changed() => {}
            }
        }
    }

    /// Wakes workers when a job is added. Losing the connection only makes them slower: they look
    /// by themselves too.
    async fn listen(self, woken: Arc<Notify>, mut stopped: watch::Receiver<bool>) {
        while !*stopped.borrow() {
            tokio::select! {
                error = self.hear(&woken) => {
                    tracing::debug!(error = %chain(&error), "not listening for jobs");
                }
                _ = stopped.changed() => return,
            }
            tokio::select! {
                () = tokio::time::sleep(self.options.poll) => {}
                _ = stopped.changed() => {}
            }
        }
    }

    async fn hear(&self, woken: &Notify) -> store::Error {
        let mut listener = match self.pool.listen(CHANNEL).await {
            Ok(listener) => listener,
            Err(error) => return error,
        };
        loop {
            match listener.heard().await {
                Ok(()) => woken.notify_one(),
                Err(error) => return error,
            }
        }
    }
}

/// An error that another attempt cannot mend.
#[derive(Debug, thiserror::Error)]
#[error("this job can never succeed")]
struct Hopeless;

/// How long to wait after an attempt: 2, 4, 8 … seconds.
fn delay(attempt: i32) -> Duration {
    let exponent = u32::try_from(attempt).unwrap_or(1).min(16);
    Duration::from_secs(1 << exponent).min(LONGEST_DELAY)
}

fn chain(error: &store::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_longer_after_each_attempt_up_to_a_limit() {
        let seconds: Vec<u64> = (1..=9).map(|attempt| delay(attempt).as_secs()).collect();
        assert_eq!(seconds, [2, 4, 8, 16, 32, 64, 128, 256, 300]);
        assert_eq!(delay(i32::MAX), LONGEST_DELAY);
    }
}
