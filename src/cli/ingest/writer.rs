//! What was read, in order → stored documents, the checkpoint behind them, and the sum of it all.

use std::fs::File;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::runtime::Handle;

use super::checkpoints::Begin;
use super::progress::Progress;
use super::{Begun, Done, Failure, Prepared, write};
use crate::cli::input::Position;
use crate::domain::view::StoreOutcome;
use crate::jobs::patiently;
use crate::store::checkpoints::{self, Checkpoint, Counts};
use crate::store::{self, Pool};

/// How often the checkpoint is kept. What lies between it and a sudden end is read again, and known
/// without being extracted again.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(1);

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// What became of the documents.
    pub counts: Counts,
    /// Lines that an earlier run had read.
    passed_lines: u64,
    /// Files that an earlier run had finished.
    passed_files: u64,
    took: Duration,
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Counts { created, revised, unchanged, refused } = self.counts;
        let documents = created + revised + unchanged + refused;
        let seconds = self.took.as_secs_f64();
        write!(
            f,
            "{documents} documents: {created} created, {revised} revised, {unchanged} unchanged, \
             {refused} refused; {seconds:.1} s, {:.1} documents a second",
            documents as f64 / seconds.max(0.001)
        )?;
        if self.passed_lines > 0 {
            write!(f, "; {} lines were read before", self.passed_lines)?;
        }
        if self.passed_files > 0 {
            write!(f, "; {} files were finished before", self.passed_files)?;
        }
        Ok(())
    }
}

/// Stores documents in order and keeps the checkpoint behind them.
pub struct Writer<'r> {
    pool: &'r Pool,
    runtime: &'r Handle,
    progress: Progress,
    /// Where refused lines go.
    refused: Option<File>,
    summary: Summary,
    begun: Instant,
    /// The length of the file under way, and how far it is committed; none for what is no file.
    current: Option<(u64, Option<Box<Checkpoint>>)>,
    /// Files that are done and not yet kept as such.
    finished: Vec<Checkpoint>,
    kept: Instant,
    fatal: Option<anyhow::Error>,
}

impl<'r> Writer<'r> {
    /// A writer that has written nothing.
    pub fn new(
        pool: &'r Pool,
        runtime: &'r Handle,
        progress: Progress,
        refused: Option<File>,
    ) -> Self {
        let now = Instant::now();
        Writer {
            pool,
            runtime,
            progress,
            refused,
            summary: Summary::default(),
            begun: now,
            current: None,
            finished: Vec::new(),
            kept: now,
            fatal: None,
        }
    }

    /// Takes the next step of the inputs.
    ///
    /// # Errors
    /// No further step can be taken; [`Writer::end`] tells why.
    pub fn take(&mut self, done: Done) -> io::Result<()> {
        let taken = match done {
            Done::Begin(begun) => {
                self.begin(begun);
                Ok(())
            }
            Done::Read(end, read) => self.document(end, read),
            Done::End(end) => self.finish(end),
        };
        taken.map_err(|error| {
            self.fatal = Some(error);
            io::ErrorKind::Other.into()
        })
    }

    fn begin(&mut self, begun: Begun) {
        let Begun { name, bytes, begin } = begun;
        // A file before, which could not be read to its end, goes on where it broke off.
        self.finished
            .extend(self.current.take().and_then(|(_, checkpoint)| checkpoint).map(|c| *c));
        match begin {
            Begin::Finished => {
                tracing::info!(file = name, "was finished before; --again reads it anew");
                self.summary.passed_files += 1;
                self.progress.pass_file(bytes);
            }
            Begin::At(start, checkpoint) => {
                if start.lines > 0 {
                    tracing::info!(
                        file = name,
                        lines = start.lines,
                        "goes on behind what was read"
                    );
                    self.summary.passed_lines += start.lines;
                }
                self.current = Some((bytes, checkpoint));
            }
        }
    }

    fn document(&mut self, end: Position, read: Result<Prepared, Failure>) -> anyhow::Result<()> {
        let outcome = match self.store(read) {
            Ok(outcome) => Some(outcome),
            Err(Failure::Refused { reason, record }) => {
                self.progress.say(&reason);
                self.keep_refused(record)?;
                None
            }
            Err(Failure::Fatal(error)) => return Err(error),
        };
        count(&mut self.summary.counts, outcome);
        if let Some((_, Some(checkpoint))) = &mut self.current {
            count(&mut checkpoint.counts, outcome);
            checkpoint.position = end.bytes;
            checkpoint.line = end.lines;
        }
        self.progress.document(end.read);
        self.keep_now_and_then()
    }

    fn store(&self, read: Result<Prepared, Failure>) -> Result<StoreOutcome, Failure> {
        let Prepared { place, new, extraction, record } = read?;
        let stored = self.runtime.block_on(write(self.pool, &new, extraction));
        stored.map(|stored| stored.outcome).map_err(|error| Failure::of(&place, record, error))
    }

    fn keep_refused(&mut self, record: Option<Vec<u8>>) -> anyhow::Result<()> {
        let (Some(file), Some(mut record)) = (&mut self.refused, record) else { return Ok(()) };
        if !record.ends_with(b"\n") {
            record.push(b'\n');
        }
        file.write_all(&record).context("cannot write down a refused line")
    }

    fn finish(&mut self, end: Position) -> anyhow::Result<()> {
        if let Some((bytes, checkpoint)) = self.current.take() {
            self.progress.file(bytes);
            self.finished.extend(checkpoint.map(|checkpoint| Checkpoint {
                position: end.bytes,
                line: end.lines,
                finished: true,
                ..*checkpoint
            }));
        }
        self.keep_now_and_then()
    }

    fn keep_now_and_then(&mut self) -> anyhow::Result<()> {
        if self.kept.elapsed() >= CHECKPOINT_EVERY { self.keep() } else { Ok(()) }
    }

    /// Keeps the checkpoints. All that they speak of is committed: this is called between
    /// documents, and documents are stored one by one.
    fn keep(&mut self) -> anyhow::Result<()> {
        self.kept = Instant::now();
        let current = self.current.iter().filter_map(|(_, checkpoint)| checkpoint.as_deref());
        let checkpoints: Vec<&Checkpoint> = self.finished.iter().chain(current).collect();
        self.runtime
            .block_on(patiently(async || {
                let mut connection = self.pool.get().await?;
                store::transaction(&mut connection, async |connection| {
                    for checkpoint in &checkpoints {
                        checkpoints::save(connection, checkpoint).await?;
                    }
                    Ok(())
                })
                .await
            }))
            .context("cannot keep how far the files are read")?;
        self.finished.clear();
        Ok(())
    }

    /// Keeps the last checkpoints and answers what was done.
    ///
    /// # Errors
    /// What [`Writer::take`] or `written`, the end of the stream of steps, failed with.
    pub fn end(mut self, written: io::Result<()>) -> anyhow::Result<Summary> {
        let fatal = self.fatal.take().map_or(written.map_err(Into::into), Err);
        // With a database that is away this would wait again; what is lost by it is known next time.
        let kept = if fatal.is_ok() { self.keep() } else { Ok(()) };
        self.progress.end();
        self.summary.took = self.begun.elapsed();
        fatal
            .and(kept)
            .with_context(|| format!("stopped after {}; run it again to go on", self.summary))?;
        Ok(self.summary)
    }
}

fn count(counts: &mut Counts, outcome: Option<StoreOutcome>) {
    match outcome {
        Some(StoreOutcome::Created) => counts.created += 1,
        Some(StoreOutcome::Revised) => counts.revised += 1,
        // No address is fetched for a line, so nothing is found to be removed.
        Some(StoreOutcome::Unchanged | StoreOutcome::Removed) => counts.unchanged += 1,
        None => counts.refused += 1,
    }
}
