//! `ingest`: texts, pages and NDJSON → stored documents with all they say.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use super::database::Database;
use super::input::{Inputs, Item, Reader};
use super::ordered::map_in_order;
use crate::config::{GlobalConfig, IngestConfig};
use crate::domain::Extraction;
use crate::domain::view::StoreOutcome;
use crate::ingest::Ingested;
use crate::jobs::extract_document::{self, NewDocument};
use crate::store::{self, Pool, PoolOptions, writing};

/// How often progress is logged.
const PROGRESS: Duration = Duration::from_secs(5);

/// What became of the documents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Summary {
    created: usize,
    revised: usize,
    unchanged: usize,
    refused: usize,
}

impl Summary {
    fn count(&mut self, outcome: StoreOutcome) {
        match outcome {
            StoreOutcome::Created => self.created += 1,
            StoreOutcome::Revised => self.revised += 1,
            StoreOutcome::Unchanged => self.unchanged += 1,
        }
    }

    fn documents(self) -> usize {
        self.created + self.revised + self.unchanged + self.refused
    }
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Summary { created, revised, unchanged, refused } = self;
        let documents = self.documents();
        write!(
            f,
            "{documents} documents: {created} created, {revised} revised, {unchanged} unchanged, {refused} refused"
        )
    }
}

/// Stores every input document, in order; running it again goes on where it was stopped.
///
/// # Errors
/// Where an input is not found, the database fails, or, after all else is stored, where a document
/// was refused.
pub async fn run(global: &GlobalConfig, config: IngestConfig) -> anyhow::Result<()> {
    let inputs = Inputs::find(&config.input)?;
    let database = Database::open(global).await?;
    let outcome = load(database.url(), inputs, &config).await;
    let closed = database.close().await;
    let summary = outcome?;
    closed?;
    // Whoever reads may have gone; the documents are stored all the same.
    let _ = writeln!(io::stdout(), "{summary}");
    anyhow::ensure!(summary.refused == 0, "{} documents were refused", summary.refused);
    Ok(())
}

async fn load(url: &str, inputs: Inputs, config: &IngestConfig) -> anyhow::Result<Summary> {
    store::migrate(url).await?;
    let threads = usize::from(config.threads);
    // A connection for each thread that looks a document up, and the one that writes.
    let options = PoolOptions { size: threads + 1, ..PoolOptions::default() };
    let pool = Pool::new(url, options)?;
    let reader = Reader::new(&config.input);
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || {
        let mut summary = Summary::default();
        let mut told = Instant::now();
        let mut fatal = None;
        let written = map_in_order(
            threads,
            |send| inputs.each(send),
            |item| read(&reader, &pool, &runtime, &item),
            // Written in order and one by one: of two texts at one address the later line wins, on
            // any number of threads.
            |read| {
                match runtime.block_on(write(&pool, read)) {
                    Ok(outcome) => summary.count(outcome),
                    Err(Failure::Refused(reason)) => {
                        summary.refused += 1;
                        eprintln!("claimtrail: {reason}");
                    }
                    Err(Failure::Fatal(error)) => {
                        fatal = Some(error);
                        return Err(io::ErrorKind::Other.into());
                    }
                }
                if told.elapsed() > PROGRESS {
                    told = Instant::now();
                    tracing::info!("{summary}");
                }
                Ok(())
            },
        );
        if let Some(error) = fatal {
            return Err(error.context(format!("stopped after {summary}; run it again to go on")));
        }
        written?;
        Ok(summary)
    })
    .await?
}

/// A document on its way, with the place it came from.
struct Prepared {
    place: String,
    new: Arc<NewDocument>,
    /// `None` where the same words are stored already.
    extraction: Option<Extraction>,
}

enum Failure {
    /// This document cannot be stored; the next may.
    Refused(String),
    /// No document can.
    Fatal(anyhow::Error),
}

impl Failure {
    /// The database being away, or a fault of ours, ends the run; a rule that a document breaks
    /// does not.
    fn of(place: &str, error: anyhow::Error) -> Self {
        match error.downcast_ref::<store::Error>() {
            Some(store::Error::Unavailable(_) | store::Error::Query(_)) => {
                Failure::Fatal(error.context(place.to_owned()))
            }
            _ => Failure::Refused(format!("{place}: {error:#}")),
        }
    }
}

/// Reads one item and extracts from it, unless the same words are stored already.
fn read(reader: &Reader, pool: &Pool, runtime: &Handle, item: &Item) -> Result<Prepared, Failure> {
    let place = item.place();
    let ingested = reader
        .read(item)
        .document
        .map_err(|error| Failure::Refused(format!("{place}: {error}")))?;
    let new = Arc::new(new_document(ingested));
    let extraction = runtime.block_on(async {
        let known = {
            let mut connection = pool.get().await?;
            writing::unchanged(&mut connection, &new.document).await?
        };
        anyhow::Ok(match known {
            Some(_) => None,
            None => Some(extract_document::read(new.clone()).await?),
        })
    });
    match extraction {
        Ok(extraction) => Ok(Prepared { place, new, extraction }),
        Err(error) => Err(Failure::of(&place, error)),
    }
}

async fn write(pool: &Pool, read: Result<Prepared, Failure>) -> Result<StoreOutcome, Failure> {
    let Prepared { place, new, extraction } = read?;
    let stored = match extraction {
        Some(extraction) => {
            async {
                let mut connection = pool.get().await?;
                let stored = store::transaction(&mut connection, async |connection| {
                    extract_document::store(connection, &new, &extraction).await
                });
                anyhow::Ok(stored.await?)
            }
            .await
        }
        // Looked up again, since a line before this one may have changed the document since.
        None => extract_document::run(pool, NewDocument::clone(&new)).await,
    };
    stored.map(|stored| stored.outcome).map_err(|error| Failure::of(&place, error))
}

/// The document as the store takes it.
pub(super) fn new_document(ingested: Ingested) -> NewDocument {
    NewDocument {
        document: ingested.document,
        received: ingested.bytes,
        media_type: ingested.media_type.as_str().to_owned(),
    }
}
