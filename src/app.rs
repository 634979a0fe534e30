//! What handlers, pages and jobs are given: pool, limits and the pipeline's settings.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::config::{FetchConfig, GearChoice, ServeConfig};
use crate::domain::view::{FeedCounts, QueueDepth};
use crate::domain::{Document, Extraction};
use crate::fetch::{FetchError, FetchOptions, Fetcher};
use crate::index::KnownClaims;
use crate::metrics::{Moment, metrics};
use crate::pipeline::{self, Gear};
use crate::store::{self, Pool, PoolOptions};

/// How long those who run the service wait to learn whether its database answers.
const PROBE_TIME: Duration = Duration::from_secs(1);

/// Reads a document and counts what that took.
///
/// It takes a processor for as long as it lasts: call it from a thread that answers nothing else.
pub fn extract(document: &Document, gear: Gear) -> Extraction {
    let begun = Instant::now();
    let extraction = pipeline::extract_with(document, gear);
    let words = document.text.split_whitespace().count();
    metrics().extracted(u64::try_from(words).unwrap_or(u64::MAX), begun.elapsed());
    extraction
}

impl From<GearChoice> for Gear {
    fn from(choice: GearChoice) -> Self {
        match choice {
            GearChoice::Fast => Gear::Fast,
            GearChoice::Accurate => Gear::Accurate,
        }
    }
}

/// What one service shares between all that it does.
#[derive(Debug)]
pub struct App {
    /// Connections to the database.
    pub pool: Pool,
    /// A connection that no request can take away, to ask whether the database answers.
    probe: Pool,
    /// The connections of this process's workers, if it has any.
    jobs: Option<Pool>,
    /// How much the reading of a text may cost.
    pub gear: Gear,
    /// Longest text or HTML that is taken, in bytes.
    pub max_text_bytes: usize,
    /// Fetches pages; `None` where the operator wants none fetched.
    pub fetcher: Option<Arc<Fetcher>>,
    /// The claims in memory; whoever runs the service has a [`Keeper`](crate::index::Keeper) keep them.
    pub known: Arc<KnownClaims>,
    reading: ReadingSlots,
    batches: Batches,
    stop: watch::Sender<bool>,
    exports: Arc<Semaphore>,
}

impl App {
    /// An app over the database of `pool`, with the limits of `config`.
    ///
    /// # Errors
    /// As [`Pool::beside`].
    pub fn new(pool: Pool, config: &ServeConfig) -> Result<Self, store::Error> {
        let probe = pool.beside(PoolOptions { size: 1, ..PoolOptions::default() })?;
        Ok(App {
            pool,
            probe,
            jobs: None,
            gear: config.work.gear.into(),
            max_text_bytes: config.max_text_bytes,
            fetcher: None,
            known: Arc::default(),
            reading: ReadingSlots::new(usize::from(config.max_readings)),
            batches: Batches::new(usize::from(config.max_readings)),
            stop: watch::Sender::new(false),
            exports: Arc::new(Semaphore::new(usize::from(config.max_exports))),
        })
    }

    /// With workers in the same process, over these connections.
    pub fn with_jobs(mut self, jobs: Option<Pool>) -> Self {
        self.jobs = jobs;
        self
    }

    /// Whether the database answers, known within about a second.
    ///
    /// # Errors
    /// [`store::Error::Unavailable`] when it does not.
    pub async fn ready(&self) -> Result<(), store::Error> {
        self.probe.ping(PROBE_TIME).await
    }

    /// What is so at this moment, known within about a second.
    pub async fn moment(&self) -> Moment {
        let depth = tokio::time::timeout(PROBE_TIME, self.depth()).await;
        let (queue, feeds) = depth.ok().and_then(Result::ok).unzip();
        // A count that takes too long says nothing about the database.
        let postgres_up = queue.is_some() || self.ready().await.is_ok();
        let mut pools = vec![("requests", self.pool.usage())];
        pools.extend(self.jobs.as_ref().map(|jobs| ("jobs", jobs.usage())));
        Moment { pools, postgres_up, queue, feeds }
    }

    async fn depth(&self) -> Result<(QueueDepth, FeedCounts), store::Error> {
        let mut connection = self.probe.get().await?;
        let queue = store::jobs::depth(&mut connection).await?;
        Ok((queue, store::feeds::counts(&mut connection).await?))
    }

    /// The same app, fetching with `fetcher`.
    pub fn fetching(self, fetcher: Option<Arc<Fetcher>>) -> Self {
        App { fetcher, ..self }
    }

    /// Waits for a processor to read a text on; keep the slot as long as the text is being read.
    ///
    /// # Errors
    /// Too many are waiting already, or none came free in time.
    pub async fn reading_slot(&self) -> Result<ReadingSlot, Overloaded> {
        self.reading.take().await
    }

    /// Admits a batch; keep the place as long as the batch lasts.
    ///
    /// # Errors
    /// As many batches as memory is meant for are under way.
    pub fn batch_place(&self) -> Result<Place, Overloaded> {
        let place = self.batches.admitted.clone().try_acquire_owned().map_err(|_| Overloaded)?;
        Ok(Place { _held: vec![place] })
    }

    /// Waits, as long as it takes, for a processor to read a line of a batch on.
    ///
    /// All batches together stand in the queue of [`App::reading_slot`] with one line for each
    /// processor, so that a single text waits for two readings at most.
    pub async fn batch_reading_slot(&self) -> Place {
        self.batches.reading_slot(&self.reading).await
    }

    /// Waits for the right of a batch to hold a connection; all batches together leave most
    /// connections to others.
    pub async fn batch_connection(&self) -> Place {
        Place { _held: acquire(&self.batches.connections).await.into_iter().collect() }
    }

    /// A place for one more export; keep it as long as the export goes on.
    ///
    /// `None` when as many as may go on at once do: each holds a connection and a snapshot for as
    /// long as its reader likes, so nobody is made to wait for one to end.
    pub fn export_place(&self) -> Option<Place> {
        let place = self.exports.clone().try_acquire_owned().ok()?;
        Some(Place { _held: vec![place] })
    }

    /// Tells whatever lasts that it should come to its end.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Waits until [`App::stop`] is called.
    pub async fn stopping(&self) {
        // The sender is ours, so waiting cannot fail.
        let _ = self.stop.subscribe().wait_for(|&stopped| stopped).await;
    }
}

/// A place among a bounded number, given back when dropped.
#[derive(Debug)]
pub struct Place {
    _held: Vec<OwnedSemaphorePermit>,
}

/// None of the semaphores here is ever closed; without a place nothing is bounded, and nothing fails.
async fn acquire(semaphore: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
    semaphore.clone().acquire_owned().await.ok()
}

/// Bounds what all batches take together.
#[derive(Debug)]
struct Batches {
    admitted: Arc<Semaphore>,
    reading: Arc<Semaphore>,
    connections: Arc<Semaphore>,
}

impl Batches {
    /// Batches under way at once; each may hold some lines of the longest kind in memory.
    const AT_ONCE: usize = 16;

    /// Connections that all batches hold at once; documents of one language are stored one after
    /// the other anyhow.
    const CONNECTIONS: usize = 4;

    fn new(slots: usize) -> Self {
        Batches {
            admitted: Arc::new(Semaphore::new(Self::AT_ONCE)),
            reading: Arc::new(Semaphore::new(slots)),
            connections: Arc::new(Semaphore::new(Self::CONNECTIONS)),
        }
    }

    async fn reading_slot(&self, slots: &ReadingSlots) -> Place {
        let turn = acquire(&self.reading).await;
        let running = acquire(&slots.running).await;
        Place { _held: turn.into_iter().chain(running).collect() }
    }
}

/// The fetcher that `config` asks for, to be shared by all that fetch in this process.
///
/// # Errors
/// [`FetchError::BadAddress`] for a contact that no header can carry.
pub fn fetcher(config: &FetchConfig) -> Result<Option<Arc<Fetcher>>, FetchError> {
    if config.no_fetch {
        return Ok(None);
    }
    if !config.fetch_allow.is_empty() {
        tracing::warn!(allowed = ?config.fetch_allow, "addresses inside may be fetched from");
    }
    let options = FetchOptions {
        contact: config.fetch_contact.clone(),
        allow: config.fetch_allow.clone(),
        trusted: config.fetch_ca.as_ref().map_or_else(Vec::new, |found| found.0.clone()),
        pause: Duration::from_millis(config.fetch_pause.into()),
        ..FetchOptions::default()
    };
    Ok(Some(Arc::new(Fetcher::new(options)?)))
}

/// Bounds how many texts are read at once, because reading one takes a whole processor.
#[derive(Debug)]
struct ReadingSlots {
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
}

/// A processor to read a text on, given back when dropped.
#[derive(Debug)]
pub struct ReadingSlot {
    _running: OwnedSemaphorePermit,
    _admitted: OwnedSemaphorePermit,
}

/// More texts are waiting to be read than the service can read in good time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many texts are waiting to be read")]
pub struct Overloaded;

impl ReadingSlots {
    /// Texts that may wait for each one being read; a waiting text holds its memory.
    const WAITING: usize = 32;

    /// How long a text waits at most.
    const PATIENCE: Duration = Duration::from_secs(10);

    fn new(slots: usize) -> Self {
        ReadingSlots {
            running: Arc::new(Semaphore::new(slots)),
            admitted: Arc::new(Semaphore::new(slots * (1 + Self::WAITING))),
        }
    }

    async fn take(&self) -> Result<ReadingSlot, Overloaded> {
        let admitted = self.admitted.clone().try_acquire_owned().map_err(|_| Overloaded)?;
        let running = tokio::time::timeout(Self::PATIENCE, self.running.clone().acquire_owned())
            .await
            .map_err(|_| Overloaded)?
            .map_err(|_| Overloaded)?;
        Ok(ReadingSlot { _running: running, _admitted: admitted })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_text_waits_its_turn_and_is_turned_away_when_none_comes() {
        let slots = ReadingSlots::new(1);
        let first = slots.take().await.expect("a free slot");
        assert_eq!(slots.take().await.err(), Some(Overloaded));
        drop(first);
        assert!(slots.take().await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_texts_wait_than_memory_is_meant_for() {
        let slots = ReadingSlots::new(1);
        let _first = slots.take().await.expect("a free slot");
        let waiting: Vec<_> = (0..ReadingSlots::WAITING).map(|_| slots.take()).collect();
        let mut waiting = futures_util::future::join_all(waiting);
        let at_once = futures_util::poll!(&mut waiting);
        assert!(at_once.is_pending());
        let asked = tokio::time::Instant::now();
        assert_eq!(slots.take().await.err(), Some(Overloaded));
        assert_eq!(asked.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_text_overtakes_the_lines_of_batches() {
        let (slots, batches) = (ReadingSlots::new(1), Batches::new(1));
        let first = batches.reading_slot(&slots).await;
        let lines: Vec<_> = (0..10).map(|_| batches.reading_slot(&slots)).collect();
        let mut lines = std::pin::pin!(futures_util::future::join_all(lines));
        assert!(futures_util::poll!(&mut lines).is_pending());
        let mut text = std::pin::pin!(slots.take());
        assert!(futures_util::poll!(&mut text).is_pending());
        drop(first);
        assert!(futures_util::poll!(&mut lines).is_pending());
        assert!(futures_util::poll!(&mut text).is_ready(), "behind more than one line");
    }
}
