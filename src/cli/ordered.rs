//! A stream of items → the same stream worked on by several threads, in order, with few items in flight.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

/// Items waiting or under way for each thread. More would not go faster and would cost memory.
const WINDOW_PER_THREAD: usize = 8;

/// Stack of a working thread, in bytes.
const STACK: usize = 16 << 20;

/// Calls `work` for every item that `produce` sends, on `threads` threads, and hands the results to
/// `consume` in the order the items were sent, on the calling thread.
///
/// Ends early, without an error of its own, once `consume` fails.
///
/// # Errors
/// What `consume` answered, or that a thread could not be started.
pub fn map_in_order<I: Send, O: Send>(
    threads: usize,
    produce: impl FnOnce(&mut dyn FnMut(I) -> bool) + Send,
    work: impl Fn(I) -> O + Sync,
    mut consume: impl FnMut(O) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let threads = threads.max(1);
    // Each item travels with the place its result is to be put; the places wait in order.
    let (to_workers, jobs) = sync_channel::<(I, SyncSender<O>)>(threads);
    let (to_writer, places) = sync_channel::<Receiver<O>>(threads * WINDOW_PER_THREAD);
    let jobs = &Mutex::new(jobs);
    let work = &work;
    // The scope owns the sending ends, so that they go, and the threads with them, if it ends early.
    std::thread::scope(move |scope| {
        for _ in 0..threads {
            std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, move || {
                loop {
                    let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok((item, place)) = job else { break };
                    // Nobody waits for the result once writing has failed.
                    let _ = place.send(work(item));
                }
            })?;
        }
        std::thread::Builder::new().spawn_scoped(scope, move || {
            produce(&mut |item| {
                let (place, result) = sync_channel(1);
                to_writer.send(result).is_ok() && to_workers.send((item, place)).is_ok()
            });
        })?;
        for place in places {
            if let Ok(result) = place.recv() {
                consume(result)?;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn squares(threads: usize) -> Vec<u64> {
        let mut seen = Vec::new();
        map_in_order(
            threads,
            |send| {
                for item in 0..500u64 {
                    send(item);
                }
            },
            |item| (0..(item % 7) * 1_000).fold(item * item, |sum, _| std::hint::black_box(sum)),
            |result| {
                seen.push(result);
                Ok(())
            },
        )
        .expect("nothing fails");
        seen
    }

    #[test]
    fn order_is_kept_for_any_number_of_threads() {
        let expected: Vec<u64> = (0..500).map(|item| item * item).collect();
        for threads in [0, 1, 2, 7] {
            assert_eq!(squares(threads), expected);
        }
    }

    #[test]
    fn a_failing_consumer_ends_an_endless_producer() {
        let result = map_in_order(
            2,
            |send| while send(1) {},
            |item| item,
            |_| Err(std::io::Error::from(std::io::ErrorKind::BrokenPipe)),
        );
        assert_eq!(result.map_err(|error| error.kind()), Err(std::io::ErrorKind::BrokenPipe));
    }
}
