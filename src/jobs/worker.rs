//! Takes jobs from the queue and does them.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::{Notify, watch};
use tracing::Instrument;
use url::Url;
use uuid::Uuid;

use super::extract_document::{self, NewDocument, read_payload};
use super::fetch_document::{self, Gave, PageError};
use super::poll_feed::{self, PollOutcome};
use crate::domain::view::{JobKind, StoredDocument};
use crate::domain::{JobId, Validators};
use crate::fetch::Fetcher;
use crate::metrics::{JobEnd, metrics};
use crate::pipeline::Gear;
use crate::store::jobs::{CHANNEL, TakenJob};
use crate::store::{self, Pool, writing};

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
    /// How long jobs under way may take once the worker is told to stop; then they are given back.
    pub stop_time: Duration,
    /// How long a job that is done can be asked for; then its row is removed.
    pub keep_done: Duration,
    /// How much the reading of a document may cost.
    pub gear: Gear,
}

impl Default for WorkerOptions {
    /// Two jobs, five minutes, one second, five seconds, seven days, the fast gear.
    fn default() -> Self {
        WorkerOptions {
            jobs: 2,
            lease: Duration::from_secs(300),
            poll: Duration::from_secs(1),
            stop_time: Duration::from_secs(5),
            keep_done: Duration::from_secs(7 * 24 * 60 * 60),
            gear: Gear::default(),
        }
    }
}

/// Longest wait between two attempts at one job.
const LONGEST_DELAY: Duration = Duration::from_secs(300);

/// How long giving a job back may take at the end; after that its lease has to run out.
const GIVE_BACK_TIME: Duration = Duration::from_secs(1);

/// How often old jobs are looked for.
const TIDY: Duration = Duration::from_secs(600);

/// Why a job was given back whose fate the database did not tell.
const AWAY: &str = "the database went away meanwhile";

/// What a worker's tasks are to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// Take jobs.
    Working,
    /// Take no more, and end those under way.
    Stopping,
    /// Give back those under way.
    Over,
}

/// Tells a task when its phase comes.
#[derive(Debug, Clone)]
struct Phases(watch::Receiver<Phase>);

impl Phases {
    fn working(&self) -> bool {
        *self.0.borrow() == Phase::Working
    }

    /// Returns when `phase` has come. A sender that is gone means that all is over.
    async fn reached(&mut self, phase: Phase) {
        let _ = self.0.wait_for(|&now| now >= phase).await;
    }
}

/// What a job gave, committed with its end.
enum Done {
    Stored(StoredDocument),
    /// `None` where the feed is not polled any more.
    Polled(Option<PollOutcome>),
}

/// How the work on one job ended.
enum Ended {
    Finished(anyhow::Result<Done>),
    LeaseLost,
    CutShort,
}

/// Works on the queue of one database until it is told to stop.
#[derive(Debug, Clone)]
pub struct Worker {
    pool: Pool,
    options: WorkerOptions,
    fetcher: Option<Arc<Fetcher>>,
    id: Uuid,
}

impl Worker {
    /// A worker over `pool`; it does nothing before [`Worker::run`].
    pub fn new(pool: Pool, options: WorkerOptions) -> Self {
        Worker { pool, options, fetcher: None, id: Uuid::now_v7() }
    }

    /// The same worker, fetching with `fetcher`; without one, jobs that fetch fail for good.
    pub fn fetching(self, fetcher: Option<Arc<Fetcher>>) -> Self {
        Worker { fetcher, ..self }
    }

    /// Works until `stop` is done, lets the jobs under way finish within the stop time, gives the
    /// others back, and returns.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let (phase, phases) = watch::channel(Phase::Working);
        let phases = Phases(phases);
        let woken = Arc::new(Notify::new());
        let mut tasks = tokio::task::JoinSet::new();
        tasks.spawn(self.clone().listen(woken.clone(), phases.clone()));
        tasks.spawn(self.clone().tidy(phases.clone()));
        // Who fetches nothing must not take the polls that others could do.
        if self.fetcher.is_some() {
            tasks.spawn(self.clone().schedule(phases.clone()));
        }
        for _ in 0..self.options.jobs.max(1) {
            tasks.spawn(self.clone().work(woken.clone(), phases.clone()));
        }
        stop.await;
        phase.send_replace(Phase::Stopping);
        if tokio::time::timeout(self.options.stop_time, join(&mut tasks)).await.is_err() {
            phase.send_replace(Phase::Over);
            join(&mut tasks).await;
        }
    }

    /// Does the job that waits longest, if one is due; answers whether there was one.
    ///
    /// # Errors
    /// [`store::Error::Unavailable`] when the database is away. A failed job is no error here: it
    /// goes back to the queue with its reason.
    pub async fn work_once(&self) -> Result<bool, store::Error> {
        let (_phase, phases) = watch::channel(Phase::Working);
        self.work_one(&mut Phases(phases)).await
    }

    async fn work_one(&self, phases: &mut Phases) -> Result<bool, store::Error> {
        let taken =
            store::jobs::take(&mut *self.pool.get().await?, self.id, self.options.lease).await?;
        let Some(job) = taken else { return Ok(false) };
        // Of the level of errors, so that no filter takes the names away from the lines below.
        let span = match job.request {
            Some(request) => tracing::error_span!("job", job = %job.id, request_id = %request),
            None => tracing::error_span!("job", job = %job.id),
        };
        self.do_job(job, phases).instrument(span).await?;
        Ok(true)
    }

    async fn do_job(&self, job: TakenJob, phases: &mut Phases) -> Result<(), store::Error> {
        let (id, kind, attempt) = (job.id, job.kind, job.attempt);
        match self.while_leased(id, self.perform(job), phases).await {
            Ended::Finished(Ok(done)) => {
                metrics().job_ended(kind, JobEnd::Done);
                tell(&done);
                Ok(())
            }
            Ended::Finished(Err(error)) if is_away(&error) => {
                metrics().job_ended(kind, JobEnd::Interrupted);
                tracing::debug!(error = format!("{error:#}"), "job cut short");
                Err(error.downcast().unwrap_or_else(|error| store::Error::Query(error.into())))
            }
            Ended::Finished(Err(error)) => {
                metrics().job_ended(kind, JobEnd::Failed);
                tracing::warn!(attempt, error = format!("{error:#}"), "job failed");
                self.fail(id, attempt, &error).await
            }
            Ended::LeaseLost => {
                tracing::warn!("gave up a job whose lease was lost");
                Ok(())
            }
            Ended::CutShort => {
                metrics().job_ended(kind, JobEnd::Interrupted);
                self.give_back_in_time("the worker was told to stop").await;
                Ok(())
            }
        }
    }

    async fn perform(&self, job: TakenJob) -> anyhow::Result<Done> {
        let stored = match job.kind {
            JobKind::ExtractDocument => {
                let new = read_payload(job.payload, job.attachment)
                    .map_err(|error| error.context(Hopeless))?;
                self.extract_and_finish(job.id, new, None).await
            }
            JobKind::FetchDocument => {
                let fetcher = self.fetcher.as_deref();
                match fetch_document::fetch_and_read(&self.pool, fetcher, job.payload).await? {
                    Gave::Document { new, url, validators } => {
                        self.extract_and_finish(job.id, *new, Some((url, validators))).await
                    }
                    Gave::NothingNew { url } => {
                        let mut connection = self.pool.get().await?;
                        let stored = store::transaction(&mut connection, async |connection| {
                            let stored = writing::at_address(connection, &url).await?;
                            writing::record_presence(connection, stored.document).await?;
                            store::jobs::finish(connection, job.id, self.id, Some(&stored)).await?;
                            Ok(stored)
                        });
                        Ok(stored.await?)
                    }
                    Gave::Nothing { url, status, error } => {
                        let mut connection = self.pool.get().await?;
                        let stored = store::transaction(&mut connection, async |connection| {
                            let stored = writing::record_removal(connection, &url, status).await?;
                            if let Some(stored) = &stored {
                                store::jobs::finish(connection, job.id, self.id, Some(stored))
                                    .await?;
                            }
                            Ok(stored)
                        });
                        stored.await?.ok_or_else(|| error.into())
                    }
                }
            }
            JobKind::PollFeed => return self.poll_and_finish(job).await.map(Done::Polled),
        };
        stored.map(Done::Stored)
    }

    /// Asks a feed, and keeps what came of it with what it queues and the end of the job.
    async fn poll_and_finish(&self, job: TakenJob) -> anyhow::Result<Option<PollOutcome>> {
        let fetcher = self.fetcher.as_deref();
        let poll = poll_feed::ask(&self.pool, fetcher, job.payload).await?;
        let pause = fetcher.map_or(Duration::ZERO, Fetcher::pause);
        let mut connection = self.pool.get().await?;
        let recorded = store::transaction(&mut connection, async |connection| {
            let outcome = match &poll {
                Some(poll) => poll_feed::record(connection, poll, pause).await?,
                None => None,
            };
            store::jobs::finish(connection, job.id, self.id, None).await?;
            Ok(outcome)
        });
        recorded.await.context("what the feed lists could not be queued")
    }

    async fn fail(
        &self,
        id: JobId,
        attempt: i32,
        error: &anyhow::Error,
    ) -> Result<(), store::Error> {
        let connection = &mut *self.pool.get().await?;
        let page = error.downcast_ref::<PageError>();
        owned(match page.and_then(PageError::untried) {
            Some(wait) => store::jobs::defer(connection, id, self.id, wait).await,
            None => {
                if is_redacted(error) {
                    // What it carries was removed on request while it waited.
                    store::jobs::forget(connection, id, self.id).await?;
                }
                let delay = next_attempt(error, attempt);
                store::jobs::fail(connection, id, self.id, &format!("{error:#}"), delay).await
            }
        })
    }

    /// Gives back what this worker holds: nobody else has it before its lease ends.
    async fn give_back(&self, reason: &str) -> Result<(), store::Error> {
        let given = store::jobs::give_back(&mut *self.pool.get().await?, self.id, reason).await?;
        if given > 0 {
            tracing::info!(reason, "gave a job back");
        }
        Ok(())
    }

    async fn give_back_in_time(&self, reason: &str) {
        let given = tokio::time::timeout(GIVE_BACK_TIME, self.give_back(reason)).await;
        if !matches!(given, Ok(Ok(()))) {
            tracing::warn!("a job may have to wait for the end of its lease");
        }
    }

    /// Reads a document and stores it with the end of its job and the marks of the answer it came in,
    /// or nothing of all.
    async fn extract_and_finish(
        &self,
        id: JobId,
        new: NewDocument,
        marked: Option<(Url, Validators)>,
    ) -> anyhow::Result<StoredDocument> {
        let new = Arc::new(new);
        let extraction = extract_document::read(new.clone(), self.options.gear).await?;
        let mut connection = self.pool.get().await?;
        let stored = store::transaction(&mut connection, async |connection| {
            let stored = extract_document::store(connection, &new, &extraction).await?;
            if let Some((url, marks)) = &marked {
                store::addresses::keep_validators(connection, stored.document, url, marks).await?;
                writing::record_presence(connection, stored.document).await?;
            }
            store::jobs::finish(connection, id, self.id, Some(&stored)).await?;
            Ok(stored)
        });
        stored.await.context("the document could not be stored")
    }

    /// Runs `work` and keeps the lease alive meanwhile.
    async fn while_leased(
        &self,
        id: JobId,
        work: impl Future<Output = anyhow::Result<Done>>,
        phases: &mut Phases,
    ) -> Ended {
        // All go on at once: renewing waits for the row that `work` holds before it commits.
        tokio::select! {
            biased;
            done = work => Ended::Finished(done),
            () = self.renew_until_lost(id) => Ended::LeaseLost,
            () = phases.reached(Phase::Over) => Ended::CutShort,
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

    /// One of the workers that [`Worker::run`] starts; it holds one job at a time.
    async fn work(mut self, woken: Arc<Notify>, mut phases: Phases) {
        self.id = Uuid::now_v7();
        let mut told = None;
        // Whether it may hold a job that it does not work on: the database went away before it said
        // what became of a question.
        let mut unsure = false;
        while phases.working() {
            let worked = async {
                if unsure {
                    self.give_back(AWAY).await?;
                }
                self.work_one(&mut phases).await
            };
            let outcome = worked.await;
            unsure = outcome.is_err();
            match outcome {
                Ok(true) => continue,
                Ok(false) => told = None,
                // The pool has told it, once.
                Err(store::Error::Unavailable(_)) => {}
                Err(error) => {
                    let error = chain(&error);
                    if told.as_ref() != Some(&error) {
                        tracing::warn!(error, "the queue cannot be worked on");
                    }
                    told = Some(error);
                }
            }
            tokio::select! {
                () = woken.notified() => {}
                () = tokio::time::sleep(self.options.poll) => {}
                () = phases.reached(Phase::Stopping) => {}
            }
        }
        if unsure {
            self.give_back_in_time(AWAY).await;
        }
    }

    /// Wakes workers when a job is added. Losing the connection only makes them slower: they look
    /// by themselves too.
    async fn listen(self, woken: Arc<Notify>, mut phases: Phases) {
        while phases.working() {
            tokio::select! {
                error = self.hear(&woken) => {
                    tracing::debug!(error = %chain(&error), "not listening for jobs");
                }
                () = phases.reached(Phase::Stopping) => return,
            }
            tokio::select! {
                () = tokio::time::sleep(self.options.poll) => {}
                () = phases.reached(Phase::Stopping) => {}
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

    /// Removes jobs that were done long ago, now and then.
    async fn tidy(self, mut phases: Phases) {
        while phases.working() {
            match self.remove_done().await {
                // There may be more.
                Ok(removed) if removed > 0 => {
                    tracing::debug!(removed, "removed jobs that were done long ago");
                    tokio::task::yield_now().await;
                    continue;
                }
                Ok(_) | Err(store::Error::Unavailable(_)) => {}
                Err(error) => tracing::warn!(error = %chain(&error), "old jobs cannot be removed"),
            }
            tokio::select! {
                () = tokio::time::sleep(TIDY) => {}
                () = phases.reached(Phase::Stopping) => {}
            }
        }
    }

    /// Queues the polls of feeds whose time has come.
    async fn schedule(self, mut phases: Phases) {
        while phases.working() {
            match self.enqueue_due().await {
                Ok(queued) if queued > 0 => tracing::debug!(queued, "queued polls of feeds"),
                Ok(_) | Err(store::Error::Unavailable(_)) => {}
                Err(error) => tracing::warn!(error = %chain(&error), "feeds cannot be scheduled"),
            }
            tokio::select! {
                () = tokio::time::sleep(self.options.poll) => {}
                () = phases.reached(Phase::Stopping) => {}
            }
        }
    }

    async fn enqueue_due(&self) -> Result<usize, store::Error> {
        poll_feed::enqueue_due(&self.pool).await
    }

    async fn remove_done(&self) -> Result<usize, store::Error> {
        store::jobs::remove_done(&mut *self.pool.get().await?, self.options.keep_done).await
    }
}

/// Counts and logs what a job gave.
fn tell(done: &Done) {
    match done {
        Done::Stored(stored) => {
            metrics().stored(stored.outcome);
            tracing::debug!(document = %stored.document, "job done");
        }
        Done::Polled(Some(outcome)) => {
            metrics().polled(outcome.end);
            tracing::debug!(feed = %outcome.feed, result = outcome.word, queued = outcome.queued, "polled");
        }
        Done::Polled(None) => tracing::debug!("a feed is not polled any more"),
    }
}

async fn join(tasks: &mut tokio::task::JoinSet<()>) {
    while let Some(ended) = tasks.join_next().await {
        if let Err(error) = ended {
            tracing::error!(%error, "a worker ended early");
        }
    }
}

/// An error that another attempt cannot mend.
#[derive(Debug, thiserror::Error)]
#[error("this job can never succeed")]
struct Hopeless;

/// Whether an attempt failed because the database was away, and not because of its document.
fn is_away(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref::<store::Error>(), Some(store::Error::Unavailable(_)))
}

/// Whether the document was removed on request and is not to come back.
fn is_redacted(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref::<store::Error>(), Some(store::Error::Redacted(_)))
}

/// A job that is not ours any more needs nothing from us: its lease ran out, or its end was
/// committed though nobody heard of it.
fn owned(told: Result<(), store::Error>) -> Result<(), store::Error> {
    match told {
        Err(store::Error::NotFound) => Ok(()),
        other => other,
    }
}

/// How long to wait after a failed attempt; `None` where another cannot mend it.
fn next_attempt(error: &anyhow::Error, attempt: i32) -> Option<Duration> {
    match error.downcast_ref::<PageError>() {
        _ if error.is::<Hopeless>() || is_redacted(error) => None,
        Some(page) if !page.is_transient() => None,
        Some(page) => Some(delay(attempt).max(page.retry_after().unwrap_or_default())),
        None => Some(delay(attempt)),
    }
}

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
