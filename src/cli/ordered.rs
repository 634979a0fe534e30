//! A stream of items → the same stream worked on by several threads, in order, with few items in flight.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Condvar, Mutex, PoisonError};

/// Items waiting or under way for each thread. More would not go faster and would cost memory.
const WINDOW_PER_THREAD: usize = 8;

/// Bytes of items waiting or under way; one item alone may be larger.
const BYTES: usize = 24 << 20;

/// Stack of a working thread, in bytes.
const STACK: usize = 16 << 20;

/// The bytes in flight. Whoever produces waits until there is room.
#[derive(Default)]
struct Load {
    /// Bytes, and whether nobody takes any more.
    now: Mutex<(usize, bool)>,
    lighter: Condvar,
}

impl Load {
    /// Waits for room; answers whether anybody still takes.
    fn add(&self, bytes: usize) -> bool {
        let now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |(load, over): &mut (usize, bool)| !*over && *load > 0 && *load + bytes > BYTES;
        let mut now = self.lighter.wait_while(now, full).unwrap_or_else(PoisonError::into_inner);
        now.0 += bytes;
        !now.1
    }

    fn take(&self, bytes: usize) {
        self.now.lock().unwrap_or_else(PoisonError::into_inner).0 -= bytes;
        self.lighter.notify_all();
    }
}

/// Tells whoever produces, in whatever way the consuming ends.
struct Ending<'l>(&'l Load);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.now.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
        self.0.lighter.notify_all();
    }
}

/// Calls `work` for every item that `produce` sends, on `threads` threads, and hands the results to
/// `consume` in the order the items were sent, on the calling thread. `size` tells the bytes that an
/// item keeps in memory: few large ones are in flight at a time.
///
/// Ends early, without an error of its own, once `consume` fails.
///
/// # Errors
/// What `consume` answered, or that a thread could not be started.
pub fn map_in_order<I: Send, O: Send>(
    threads: usize,
    size: impl Fn(&I) -> usize + Send,
    produce: impl FnOnce(&mut dyn FnMut(I) -> bool) + Send,
    work: impl Fn(I) -> O + Sync,
    mut consume: impl FnMut(O) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let threads = threads.max(1);
    // Each item travels with the place its result is to be put; the places wait in order.
    let (to_workers, jobs) = sync_channel::<(I, SyncSender<O>)>(threads);
    let (to_writer, places) = sync_channel::<(Receiver<O>, usize)>(threads * WINDOW_PER_THREAD);
    let jobs = &Mutex::new(jobs);
    let work = &work;
    let load = &Load::default();
    // The scope owns the sending ends, so that they go, and the threads with them, if it ends early.
    std::thread::scope(move |scope| {
        let _ending = Ending(load);
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
                let bytes = size(&item);
                load.add(bytes)
                    && to_writer.send((result, bytes)).is_ok()
                    && to_workers.send((item, place)).is_ok()
            });
        })?;
        for (place, bytes) in places {
            if let Ok(result) = place.recv() {
                consume(result)?;
            }
            load.take(bytes);
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
            |_| 1,
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
    fn few_large_items_are_in_flight_and_one_beyond_all_limits_is_worked_on_alone() {
        let sizes = [BYTES / 3, BYTES / 3, BYTES / 3, 5 * BYTES, 1, 1, BYTES, 0];
        let (now, most, alone) = (&Mutex::new(0usize), &Mutex::new(0usize), &Mutex::new(0usize));
        let mut consumed = 0;
        map_in_order(
            8,
            |&size| size,
            |send| {
                for size in sizes.into_iter().cycle().take(80) {
                    send(size);
                }
            },
            |size| {
                let mut now = now.lock().expect("nobody panics");
                *now += size;
                let limit = if size > BYTES { alone } else { most };
                let mut limit = limit.lock().expect("nobody panics");
                *limit = (*limit).max(*now);
                size
            },
            |size| {
                consumed += 1;
                *now.lock().expect("nobody panics") -= size;
                Ok(())
            },
        )
        .expect("nothing fails");
        assert_eq!(consumed, 80);
        assert!(*most.lock().expect("nobody panics") <= BYTES);
        assert_eq!(*alone.lock().expect("nobody panics"), 5 * BYTES);
    }

    #[test]
    fn a_consumer_that_fails_ends_a_producer_that_waits_for_room() {
        let result = map_in_order(
            2,
            |_| 2 * BYTES,
            |send| while send(1) {},
            |item| item,
            |_| Err(std::io::Error::from(std::io::ErrorKind::BrokenPipe)),
        );
        assert!(result.is_err());
    }

    #[test]
    fn a_failing_consumer_ends_an_endless_producer() {
        let result = map_in_order(
            2,
            |_| 0,
            |send| while send(1) {},
            |item| item,
            |_| Err(std::io::Error::from(std::io::ErrorKind::BrokenPipe)),
        );
        assert_eq!(result.map_err(|error| error.kind()), Err(std::io::ErrorKind::BrokenPipe));
    }
}
