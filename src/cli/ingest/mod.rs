//! `ingest`: texts, pages and archives → stored documents with all they say.
//!
//! ```text
//! files, from their checkpoints → items → (read, several at once) → in order: stored → checkpoint
//! ```
//!
//! One connection writes, in the order of the input: of two texts at one address the later line
//! wins, and a claim is worded as the first document words it, on any number of threads.

mod addresses;
mod checkpoints;
mod progress;
mod writer;

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;
use tokio::runtime::Handle;
use tokio::signal::unix::{SignalKind, signal};
use url::Url;

use self::checkpoints::{Begin, Known, digests};
use self::progress::Progress;
use self::writer::{Summary, Writer};
use super::PartlyRefused;
use super::database::Database;
use super::input::{Inputs, Item, Position, Reader, Step};
use super::ordered::map_in_order;
use crate::config::{GlobalConfig, IngestConfig, InputConfig};
use crate::domain::Extraction;
use crate::domain::view::StoredDocument;
use crate::ingest::Ingested;
use crate::ingest::archive::{Form, Kind, ReadRecord};
use crate::jobs::extract_document::{self, NewDocument};
use crate::jobs::patiently;
use crate::pipeline::Gear;
use crate::store::{self, Pool, PoolOptions, writing};

/// Stores every input document, in order; running it again goes on where it was stopped.
///
/// # Errors
/// Where an input is not found, the database fails, or somebody stops the run;
/// [`PartlyRefused`] where, after all else was stored, a document was refused.
pub async fn run(global: &GlobalConfig, mut config: IngestConfig) -> anyhow::Result<()> {
    let stop = stop_when_told()?;
    let addresses = addresses::take(&mut config.input.files)?;
    // Without a name standard input is read, unless an address was one.
    let inputs = match config.input.files.is_empty() && !addresses.is_empty() {
        true => None,
        false => Some(Inputs::find(&config.input)?),
    };
    let refused = config.refused.as_deref().map(open_refused).transpose()?;
    let database = Database::open(global).await?;
    let outcome = all(database.url(), inputs, addresses, &config, refused, stop).await;
    let closed = database.close().await;
    let (refused, stopped) = outcome?;
    closed?;
    ended(refused, stopped)
}

/// Files to be read, and how.
pub(super) struct Files {
    pub inputs: Inputs,
    /// A file that was read in another way is another file.
    pub way: String,
    pub threads: u16,
    /// Whether they are read from their start, whatever was read of them.
    pub again: bool,
    /// Where refused lines go.
    pub refused: Option<File>,
}

/// As [`run`], over files alone, with each item read by `read`, several at once.
pub(super) async fn run_with<R>(global: &GlobalConfig, files: Files, read: R) -> anyhow::Result<()>
where
    R: Fn(&Pool, &Handle, Item) -> Result<Prepared, Failure> + Send + Sync + 'static,
{
    let stop = stop_when_told()?;
    let database = Database::open(global).await?;
    let outcome = load(database.url(), files, read, stop).await;
    let closed = database.close().await;
    let (summary, stopped) = outcome?;
    closed?;
    // Whoever reads may have gone; the documents are stored all the same.
    let _ = writeln!(io::stdout(), "{summary}");
    ended(summary.counts.refused, stopped)
}

/// How a run ends that has closed its database.
fn ended(refused: u64, stopped: bool) -> anyhow::Result<()> {
    anyhow::ensure!(!stopped, "stopped; run it again to go on");
    match refused {
        0 => Ok(()),
        refused => Err(PartlyRefused { refused, what: "documents" }.into()),
    }
}

/// Reads the files, then fetches the pages; answers how many documents were refused, and whether
/// somebody stopped it before the end.
async fn all(
    url: &str,
    inputs: Option<Inputs>,
    addresses: Vec<Url>,
    config: &IngestConfig,
    refused: Option<File>,
    stop: Arc<AtomicBool>,
) -> anyhow::Result<(u64, bool)> {
    let (mut refusals, mut stopped) = (0, false);
    if let Some(inputs) = inputs {
        let InputConfig { files: _, format, language, charset } = &config.input;
        let way = format!("{format:?} {language:?} {charset:?}");
        let IngestConfig { threads, again, .. } = *config;
        let files = Files { inputs, way, threads, again, refused };
        let reader = Reader::new(&config.input);
        let gear = config.gear.into();
        let read = move |pool: &Pool, runtime: &Handle, item| {
            self::read(&reader, gear, pool, runtime, item)
        };
        let (summary, was_stopped) = load(url, files, read, stop.clone()).await?;
        // Whoever reads may have gone; the documents are stored all the same.
        let _ = writeln!(io::stdout(), "{summary}");
        (refusals, stopped) = (summary.counts.refused, was_stopped);
    }
    if !addresses.is_empty() && !stopped {
        let fetched = addresses::store(url, addresses, config, &stop).await?;
        let _ = writeln!(io::stdout(), "{fetched}");
        refusals += fetched.refused;
        stopped = stop.load(Ordering::Relaxed);
    }
    Ok((refusals, stopped))
}

/// Where the refused lines go; behind those of earlier runs, which would be lost otherwise.
pub(super) fn open_refused(path: &Path) -> anyhow::Result<File> {
    let opened = OpenOptions::new().create(true).append(true).open(path);
    opened.with_context(|| path.display().to_string())
}

/// Tells SIGINT and SIGTERM; a second one ends the process at once, which loses nothing either.
fn stop_when_told() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    let told = stop.clone();
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = interrupted.recv() => {}
                _ = terminated.recv() => {}
            }
            if told.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
        }
    });
    Ok(stop)
}

/// What was done, and whether somebody stopped it before the end.
async fn load<R>(
    url: &str,
    files: Files,
    read: R,
    stop: Arc<AtomicBool>,
) -> anyhow::Result<(Summary, bool)>
where
    R: Fn(&Pool, &Handle, Item) -> Result<Prepared, Failure> + Send + Sync + 'static,
{
    let Files { inputs, way, threads, again, refused } = files;
    store::migrate(url).await?;
    let threads = usize::from(threads);
    // A connection for each thread that looks a document up, and the one that writes.
    let options = PoolOptions { size: threads + 1, ..PoolOptions::default() };
    let pool = Pool::new(url, options)?;
    let found = match again {
        true => Vec::new(),
        false => {
            store::checkpoints::find(&mut *pool.get().await?, &digests(inputs.paths())).await?
        }
    };
    let known = Known::new(found, way);
    let runtime = Handle::current();
    let progress = Progress::new(total_bytes(&inputs));
    tokio::task::spawn_blocking(move || {
        let stopped = AtomicBool::new(false);
        let mut writer = Writer::new(&pool, &runtime, progress, refused);
        let written = map_in_order(
            threads,
            |step| match step {
                Step::Item(item) => item.size(),
                _ => 0,
            },
            |send| {
                inputs.walk(&mut |path| begin(&inputs, &known, path), &mut |step| {
                    let stop = stop.load(Ordering::Relaxed);
                    stopped.fetch_or(stop, Ordering::Relaxed);
                    !stop && send(step)
                });
            },
            |step| match step {
                Step::Begin(begun) => Done::Begin(begun),
                Step::Item(item) => Done::Read(item.end, read(&pool, &runtime, item)),
                Step::PassedOver(what, end) => Done::PassedOver(what, end),
                Step::End(end) => Done::End(end),
            },
            |done| writer.take(done),
        );
        Ok((writer.end(written)?, stopped.into_inner()))
    })
    .await?
}

/// Bytes of all files; `None` where one of the inputs does not tell.
fn total_bytes(inputs: &Inputs) -> Option<u64> {
    let bytes = |path: &std::path::PathBuf| {
        let found = std::fs::metadata(path).ok().filter(|found| found.is_file())?;
        Some(found.len())
    };
    inputs.paths().iter().map(bytes).sum()
}

/// An input whose turn it is.
struct Begun {
    name: String,
    /// Its length; 0 where it does not tell.
    bytes: u64,
    /// Whether its records are lines.
    lines: bool,
    begin: Begin,
}

fn begin(inputs: &Inputs, known: &Known, path: &Path) -> (Option<Position>, Begun) {
    let begin = known.begin(path);
    let start = match &begin {
        Begin::Finished => None,
        Begin::At(start, _) => Some(*start),
    };
    let bytes = std::fs::metadata(path).map_or(0, |found| found.len());
    let lines = matches!(inputs.form_of(path), Ok(Form::One(Kind::Ndjson | Kind::Csv)));
    (start, Begun { name: path.display().to_string(), bytes, lines, begin })
}

/// A step of the inputs, after the part that many threads do.
enum Done {
    Begin(Begun),
    Read(Position, Result<Prepared, Failure>),
    PassedOver(&'static str, Position),
    End(Position),
}

/// A document on its way, with the place it came from.
pub(super) struct Prepared {
    pub place: String,
    pub new: NewOrPassages,
    /// `None` where there is nothing to store.
    pub extraction: Option<Extraction>,
    pub line: Option<Vec<u8>>,
}

/// A document as it is to be stored.
#[derive(Clone)]
pub(super) struct NewOrPassages {
    pub new: Arc<NewDocument>,
    /// Whether it is only passages of the article, which never stand in the place of another text of it.
    pub passages: bool,
    /// How much its reading may cost.
    pub gear: Gear,
}

pub(super) enum Failure {
    /// This document cannot be stored; the next may.
    Refused { reason: String, line: Option<Vec<u8>> },
    /// No document can.
    Fatal(anyhow::Error),
}

impl Failure {
    /// The database being away, or a fault of ours, ends the run; a rule that a document breaks
    /// does not.
    fn of(place: &str, line: Option<Vec<u8>>, error: anyhow::Error) -> Self {
        match error.downcast_ref::<store::Error>() {
            Some(
                store::Error::Unavailable(_) | store::Error::GaveUp(_) | store::Error::Query(_),
            ) => Failure::Fatal(error.context(place.to_owned())),
            _ => Failure::Refused { reason: format!("{place}: {error:#}"), line },
        }
    }
}

/// Reads one item and extracts from it, unless there is nothing to store.
fn read(
    reader: &Reader,
    gear: Gear,
    pool: &Pool,
    runtime: &Handle,
    item: Item,
) -> Result<Prepared, Failure> {
    let place = item.place();
    let ReadRecord { document, passages, .. } = reader.read(&item);
    let line = item.into_line();
    let ingested = match document {
        Ok(ingested) => ingested,
        Err(error) => return Err(Failure::Refused { reason: format!("{place}: {error}"), line }),
    };
    let new = NewOrPassages { new: Arc::new(new_document(ingested)), passages, gear };
    let extraction = runtime.block_on(async {
        anyhow::Ok(match nothing_to_store(pool, &new).await? {
            Some(_) => None,
            None => Some(extract_document::read(new.new.clone(), new.gear).await?),
        })
    });
    match extraction {
        Ok(extraction) => Ok(Prepared { place, new, extraction, line }),
        Err(error) => Err(Failure::of(&place, line, error)),
    }
}

/// The document that is stored already, where `new` would change nothing of it or may not.
async fn nothing_to_store(
    pool: &Pool,
    new: &NewOrPassages,
) -> Result<Option<StoredDocument>, store::Error> {
    let document = &new.new.document;
    patiently(async || {
        let mut connection = pool.get().await?;
        let unchanged = writing::unchanged(&mut connection, document).await?;
        match (&document.url, unchanged) {
            (Some(url), None) if new.passages => {
                match writing::at_address(&mut connection, url).await {
                    Err(store::Error::NotFound) => Ok(None),
                    stored => stored.map(Some),
                }
            }
            (_, unchanged) => Ok(unchanged),
        }
    })
    .await
}

async fn write(
    pool: &Pool,
    new: &NewOrPassages,
    extraction: Option<Extraction>,
) -> anyhow::Result<StoredDocument> {
    // Looked up again, since a line before this one may have changed the document since.
    let stored = match &extraction {
        Some(_) if !new.passages => None,
        _ => nothing_to_store(pool, new).await?,
    };
    if let Some(stored) = stored {
        return Ok(stored);
    }
    let NewOrPassages { new, gear, .. } = new;
    let extraction = match extraction {
        Some(extraction) => extraction,
        None => extract_document::read(new.clone(), *gear).await?,
    };
    let stored = patiently(async || {
        let mut connection = pool.get().await?;
        store::transaction(&mut connection, async |connection| {
            extract_document::store(connection, new, &extraction).await
        })
        .await
    });
    Ok(stored.await?)
}

/// The document as the store takes it.
pub(super) fn new_document(ingested: Ingested) -> NewDocument {
    NewDocument {
        document: ingested.document,
        received: ingested.bytes,
        media_type: ingested.media_type.as_str().to_owned(),
    }
}
