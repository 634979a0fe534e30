//! What handlers, pages and jobs are given: pool, limits and the pipeline's settings.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::ServeConfig;
use crate::store::Pool;

/// What one service shares between all that it does.
#[derive(Debug)]
pub struct App {
    /// Connections to the database.
    pub pool: Pool,
    /// Longest text or HTML that is taken, in bytes.
    pub max_text_bytes: usize,
    reading: ReadingSlots,
}

impl App {
    /// An app over the database of `pool`, with the limits of `config`.
    pub fn new(pool: Pool, config: &ServeConfig) -> Self {
        App {
            pool,
            max_text_bytes: config.max_text_bytes,
            reading: ReadingSlots::new(usize::from(config.max_readings)),
        }
    }

    /// Waits for a processor to read a text on; keep the slot as long as the text is being read.
    ///
    /// # Errors
    /// Too many are waiting already, or none came free in time.
    pub async fn reading_slot(&self) -> Result<ReadingSlot, Overloaded> {
        self.reading.take().await
    }
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
}
