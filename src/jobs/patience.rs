//! Work on the database that waits out its short absences.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::store;

/// How long a database that is away is waited for: a restart takes seconds.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// The first pause between two attempts; each one is twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// Longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Does `work`, again and again while the database is away, for [`PATIENCE`] at most.
///
/// `work` must bear to be done twice: an answer may be lost on its way though the commit was not.
///
/// # Errors
/// What `work` answered last.
pub async fn patiently<T>(
    work: impl AsyncFn() -> Result<T, store::Error>,
) -> Result<T, store::Error> {
    let begun = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        match work().await {
            Err(error) if error.is_transient() && begun.elapsed() + pause < PATIENCE => {
                // The pool tells once that the database is away.
                tracing::debug!(%error, "trying again");
                sleep(pause).await;
                pause = (2 * pause).min(LONGEST_PAUSE);
            }
            done => return done,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn away() -> store::Error {
        store::Error::Unavailable("away".into())
    }

    #[tokio::test(start_paused = true)]
    async fn a_database_that_comes_back_costs_nothing_but_time() {
        let attempts = Cell::new(0);
        let done = patiently(async || {
            attempts.set(attempts.get() + 1);
            if attempts.get() < 5 { Err(away()) } else { Ok(attempts.get()) }
        });
        assert_eq!(done.await.expect("it came back"), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn patience_ends_and_a_refusal_is_not_waited_for() {
        let begun = Instant::now();
        assert!(patiently(async || Err::<(), _>(away())).await.is_err());
        assert!(begun.elapsed() <= PATIENCE && begun.elapsed() > PATIENCE / 2);
        let begun = Instant::now();
        assert!(patiently(async || Err::<(), _>(store::Error::NotFound)).await.is_err());
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }
}
