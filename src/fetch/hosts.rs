//! Many fetches → one request at a time for each host, with a pause between them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;
use tokio::time::Instant;

use super::error::FetchError;
use super::robots::Robots;

/// Hosts that are remembered; past that those that need no pause any more are forgotten.
const REMEMBERED: usize = 10_000;

/// How long what a robots.txt said holds.
const ROBOTS_LAST: Duration = Duration::from_secs(24 * 3600);

/// The hosts that were asked lately.
#[derive(Debug, Default)]
pub(super) struct Hosts {
    known: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Host>>>>,
}

#[derive(Debug)]
pub(super) struct Host {
    free_from: Instant,
    robots: HashMap<String, (Instant, Robots)>,
}

/// The right to ask one host; given back, with a pause, when dropped.
#[derive(Debug)]
pub(super) struct Turn {
    host: OwnedMutexGuard<Host>,
    pause: Duration,
}

impl Hosts {
    /// Waits for the turn to ask `host`, no longer than `patience`.
    ///
    /// # Errors
    /// [`FetchError::HostBusy`], with when to come back.
    pub async fn turn(
        &self,
        host: &str,
        pause: Duration,
        patience: Duration,
    ) -> Result<Turn, FetchError> {
        let busy = |retry_in| FetchError::HostBusy { host: host.to_owned(), retry_in };
        let begun = Instant::now();
        let known = self.host(host);
        let held = tokio::time::timeout(patience, known.lock_owned())
            .await
            .map_err(|_| busy(pause.max(Duration::from_secs(1))))?;
        let wait = held.free_from.saturating_duration_since(Instant::now());
        if wait > patience.saturating_sub(begun.elapsed()) {
            return Err(busy(wait));
        }
        tokio::time::sleep(wait).await;
        Ok(Turn { host: held, pause })
    }

    fn host(&self, name: &str) -> Arc<tokio::sync::Mutex<Host>> {
        // Nothing panics while it is held; a map is whole in any case.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED && !known.contains_key(name) {
            let now = Instant::now();
            known.retain(|_, host| host.try_lock().map_or(true, |host| host.free_from > now));
        }
        let fresh = || Host { free_from: Instant::now(), robots: HashMap::new() };
        known
            .entry(name.to_owned())
            .or_insert_with(|| Arc::new(tokio::sync::Mutex::new(fresh())))
            .clone()
    }
}

impl Turn {
    /// What the robots.txt of `origin` said, if that still holds.
    pub fn robots(&self, origin: &str) -> Option<&Robots> {
        let (read, robots) = self.host.robots.get(origin)?;
        (read.elapsed() < ROBOTS_LAST).then_some(robots)
    }

    /// Keeps what the robots.txt of `origin` says.
    pub fn keep_robots(&mut self, origin: &str, robots: Robots) {
        self.host.robots.insert(origin.to_owned(), (Instant::now(), robots));
    }

    /// Leaves the host alone for `pause` at least once the turn is over.
    pub fn pause_for(&mut self, pause: Duration) {
        self.pause = self.pause.max(pause);
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.host.free_from = Instant::now() + self.pause;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn a_host_is_asked_one_at_a_time_with_a_pause() {
        let hosts = Hosts::default();
        let first = hosts.turn("n.test", SECOND, 5 * SECOND).await.expect("a turn");
        let begun = Instant::now();
        let busy = hosts.turn("n.test", SECOND, 5 * SECOND).await.expect_err("taken");
        assert_eq!(busy.name(), "host_busy");
        assert_eq!(begun.elapsed(), 5 * SECOND);
        hosts.turn("o.test", SECOND, Duration::ZERO).await.expect("another host");
        drop(first);
        let begun = Instant::now();
        hosts.turn("n.test", SECOND, 5 * SECOND).await.expect("after the pause");
        assert_eq!(begun.elapsed(), SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_asked_for_a_long_pause_is_not_waited_for() {
        let hosts = Hosts::default();
        let mut first = hosts.turn("n.test", SECOND, SECOND).await.expect("a turn");
        first.pause_for(60 * SECOND);
        drop(first);
        let begun = Instant::now();
        let busy = hosts.turn("n.test", SECOND, 5 * SECOND).await.expect_err("paused");
        assert_eq!((begun.elapsed(), busy.retry_after()), (Duration::ZERO, Some(60 * SECOND)));
    }

    #[tokio::test(start_paused = true)]
    async fn robots_are_read_again_after_a_day() {
        let hosts = Hosts::default();
        let mut turn = hosts.turn("n.test", SECOND, SECOND).await.expect("a turn");
        turn.keep_robots("https://n.test", Robots::default());
        assert!(turn.robots("https://n.test").is_some());
        assert!(turn.robots("http://n.test").is_none());
        tokio::time::advance(ROBOTS_LAST).await;
        assert!(turn.robots("https://n.test").is_none());
    }
}
