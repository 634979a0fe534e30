//! Documents a second into Postgres through our own path, beside the same rows by plain SQL.
//!
//! Extraction is done beforehand and timed apart. Both sides use as many connections, one
//! transaction a document, the same server and equal databases, and take turns.

mod peer;
#[path = "../support/mod.rs"]
mod support;

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use claimtrail::domain::Extraction;
use claimtrail::ingest::{self, Meta};
use claimtrail::jobs::extract_document::{self, NewDocument};
use claimtrail::store::{self, Pool, PoolOptions};
use clap::Parser;
use flate2::read::MultiGzDecoder;
use serde::Deserialize;

use peer::Peer;
use support::{Server, median, own_cpu_seconds};

/// How many documents a second are stored, beside plain SQL.
#[derive(Parser)]
struct Options {
    /// NDJSON with `url`, `title`, `outlet`, `published_at` and `text` a line, gzip or not.
    archive: PathBuf,
    /// How many of its documents to take.
    #[arg(long, default_value_t = 2_000)]
    documents: usize,
    /// How often each side runs; the middle figure counts.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Connections of each side.
    #[arg(long, default_value_t = 2)]
    workers: usize,
    /// What `cargo bench` says to every bench.
    #[arg(long, hide = true)]
    bench: bool,
}

/// A document with what was read from it.
struct Read {
    new: NewDocument,
    extraction: Extraction,
}

/// What one run took.
pub struct Run {
    documents: usize,
    time: Duration,
    /// Of this process and of Postgres.
    cpu_seconds: f64,
}

impl Run {
    fn rate(&self) -> f64 {
        self.documents as f64 / self.time.as_secs_f64()
    }

    fn milliseconds_each(&self) -> f64 {
        1_000.0 * self.cpu_seconds / self.documents as f64
    }
}

fn main() -> Result<()> {
    let options = Options::parse();
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(options.workers)
        .enable_all()
        .build()?
        .block_on(run(options))
}

async fn run(options: Options) -> Result<()> {
    let documents = read_archive(&options.archive, options.documents)?;
    let before = own_cpu_seconds()?;
    let read: Vec<Read> = documents
        .into_iter()
        .map(|new| Read { extraction: claimtrail::pipeline::extract(&new.document), new })
        .collect();
    let extracting = own_cpu_seconds()? - before;
    let read = Arc::new(read);
    let server = Server::start().await?;

    let mut ours = vec![store_all(&server, &options, &read).await?];
    let peer = Arc::new(Peer::of(&server.database("ours")).await?);
    println!(
        "{} documents, {} rows, {} workers, {} rounds; middle figures, then each round's",
        peer.documents(),
        peer.rows(),
        options.workers,
        options.rounds
    );
    let mut theirs = vec![peer.write_all(&server, options.workers).await?];
    for _ in 1..options.rounds {
        ours.push(store_all(&server, &options, &read).await?);
        theirs.push(peer.write_all(&server, options.workers).await?);
    }
    let shown = |name: &str, runs: &[Run]| {
        let rates: Vec<f64> = runs.iter().map(Run::rate).collect();
        let costs: Vec<f64> = runs.iter().map(Run::milliseconds_each).collect();
        let (rate, cost) = (median(rates.clone()), median(costs));
        println!("{name}: {rate:.1} documents/s, {cost:.2} CPU-ms a document {rates:.1?}");
        (rate, cost)
    };
    let (our_rate, our_cost) = shown("claimtrail", &ours);
    let (their_rate, their_cost) = shown("plain SQL ", &theirs);
    let pairs: Vec<f64> =
        ours.iter().zip(&theirs).map(|(ours, theirs)| ours.rate() / theirs.rate()).collect();
    println!(
        "ratio: {:.2} of plain SQL's documents a second (each round {pairs:.2?}), {:.2} of its CPU time",
        our_rate / their_rate,
        our_cost / their_cost
    );
    let extracting = 1_000.0 * extracting / read.len() as f64;
    println!(
        "extraction: {extracting:.2} CPU-ms a document, {:.0} % of extracting and storing",
        100.0 * extracting / (extracting + our_cost)
    );
    Ok(())
}

/// One line of the archive.
#[derive(Deserialize)]
struct Line {
    url: Option<String>,
    title: Option<String>,
    outlet: Option<String>,
    published_at: Option<String>,
    text: String,
}

fn read_archive(path: &Path, most: usize) -> Result<Vec<NewDocument>> {
    let mut file = BufReader::new(File::open(path).with_context(|| path.display().to_string())?);
    let packed = file.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    let lines: Box<dyn BufRead> =
        if packed { Box::new(BufReader::new(MultiGzDecoder::new(file))) } else { Box::new(file) };
    let mut documents = Vec::new();
    for line in lines.lines().take(most) {
        let line: Line = serde_json::from_str(&line?)?;
        let meta = Meta {
            url: line.url.as_deref().map(ingest::parse_url).transpose()?,
            outlet: line.outlet,
            title: line.title,
            published: line.published_at.as_deref().and_then(|at| ingest::parse_published(at).ok()),
            ..Meta::default()
        };
        let ingested = ingest::from_plain_text(line.text.as_str(), meta)?;
        documents.push(NewDocument {
            document: ingested.document,
            received: ingested.bytes,
            media_type: ingested.media_type.as_str().to_owned(),
        });
    }
    ensure!(!documents.is_empty(), "{} has no documents", path.display());
    Ok(documents)
}

/// Our own path: what a worker does with a document once it is read.
async fn store_all(server: &Server, options: &Options, read: &Arc<Vec<Read>>) -> Result<Run> {
    let url = server.fresh("ours").await?;
    let pool = Pool::new(&url, PoolOptions { size: options.workers, ..PoolOptions::default() })?;
    let mut connections = Vec::new();
    for _ in 0..options.workers {
        connections.push(pool.get().await?);
    }
    let next = Arc::new(AtomicUsize::new(0));
    measure(server, read.len(), async {
        let workers = connections.into_iter().map(|mut connection| {
            let (next, read) = (next.clone(), read.clone());
            tokio::spawn(async move {
                while let Some(Read { new, extraction }) =
                    read.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    store::transaction(&mut connection, async |connection| {
                        extract_document::store(connection, new, extraction).await
                    })
                    .await?;
                }
                anyhow::Ok(())
            })
        });
        for worker in workers.collect::<Vec<_>>() {
            worker.await??;
        }
        Ok(())
    })
    .await
}

/// Times `work`.
async fn measure(
    server: &Server,
    documents: usize,
    work: impl Future<Output = Result<()>>,
) -> Result<Run> {
    let (cpu, begun) = (own_cpu_seconds()? + server.cpu_seconds()?, Instant::now());
    work.await?;
    let time = begun.elapsed();
    let cpu_seconds = own_cpu_seconds()? + server.cpu_seconds()? - cpu;
    Ok(Run { documents, time, cpu_seconds })
}
