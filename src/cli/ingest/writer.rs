//! What was read, in order → stored documents, the checkpoint behind them, and the sum of it all.

use std::collections::BTreeMap;
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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// What became of the documents.
    pub counts: Counts,
    /// Records that are no documents by their kind, by its name.
    passed_over: BTreeMap<&'static str, u64>,
    /// Lines that an earlier run had read.
    passed_lines: u64,
    /// Files of another form of which an earlier run had read a part.
    begun_files: u64,
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
        for (what, count) in &self.passed_over {
            write!(f, "; passed over {count} {what}")?;
        }
        if self.passed_lines > 0 {
            write!(f, "; {} lines were read before", self.passed_lines)?;
        }
        if self.begun_files > 0 {
            write!(f, "; {} files were begun before", self.begun_files)?;
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
            Done::PassedOver(what, end) => {
                *self.summary.passed_over.entry(what).or_default() += 1;
                self.behind(end);
                self.progress.passed_over(end.read);
                self.keep_now_and_then()
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
        let Begun { name, bytes, lines, begin } = begun;
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
                let Position { part, bytes: read, records, .. } = start;
                if start != Position::default() {
                    tracing::info!(
                        file = name,
                        part,
                        bytes = read,
                        records,
                        "goes on behind what was read"
                    );
                    // Only of lines it is known how many there were.
                    if lines {
                        self.summary.passed_lines += records;
                    } else {
                        self.summary.begun_files += 1;
                    }
                }
                self.current = Some((bytes, checkpoint));
            }
        }
    }

    fn document(&mut self, end: Position, read: Result<Prepared, Failure>) -> anyhow::Result<()> {
        let outcome = match self.store(read) {
            Ok(outcome) => Some(outcome),
            Err(Failure::Refused { reason, line }) => {
                self.progress.say(&reason);
                self.keep_refused(line)?;
                None
            }
            Err(Failure::Fatal(error)) => return Err(error),
        };
        count(&mut self.summary.counts, outcome);
        if let Some((_, Some(checkpoint))) = &mut self.current {
            count(&mut checkpoint.counts, outcome);
        }
        self.behind(end);
        self.progress.document(end.read);
        self.keep_now_and_then()
    }

    /// What lies before `end` is committed.
    fn behind(&mut self, end: Position) {
        if let Some((_, Some(checkpoint))) = &mut self.current {
            (checkpoint.part, checkpoint.position, checkpoint.line) =
                (end.part, end.bytes, end.records);
        }
    }

    fn store(&self, read: Result<Prepared, Failure>) -> Result<StoreOutcome, Failure> {
        let prepared = read?;
        let stored = self.runtime.block_on(write(self.pool, &prepared.new, prepared.extraction));
        let Prepared { place, line, .. } = prepared;
        stored.map(|stored| stored.outcome).map_err(|error| Failure::of(&place, line, error))
    }

    fn keep_refused(&mut self, line: Option<Vec<u8>>) -> anyhow::Result<()> {
        let (Some(file), Some(mut line)) = (&mut self.refused, line) else { return Ok(()) };
        if !line.ends_with(b"\n") {
            line.push(b'\n');
        }
        file.write_all(&line).context("cannot write down a refused line")
    }

    fn finish(&mut self, end: Position) -> anyhow::Result<()> {
        if let Some((bytes, checkpoint)) = self.current.take() {
            self.progress.file(bytes);
            self.finished.extend(checkpoint.map(|checkpoint| Checkpoint {
                part: end.part,
                position: end.bytes,
                line: end.records,
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
