//! `import-reviews`: published fact-checks in files, on pages or at addresses → stored reviews.

use std::io::{self, BufRead, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use flate2::read::MultiGzDecoder;
use serde::Serialize;
use tokio::sync::mpsc;

use super::PartlyRefused;
use super::bytes::{self, peek};
use super::database::Database;
use super::serve::{STOP_WITHIN, before_stop};
use super::signals::Signals;
use crate::api::dto::review::ImportedBlock;
use crate::app;
use crate::config::{GlobalConfig, ImportReviewsConfig, ReviewsFormat};
use crate::domain::PublishedReview;
use crate::fetch::{Fetched, Fetcher, Known};
use crate::ingest;
use crate::ingest::review::{self, Context, Found};
use crate::jobs::import_reviews;
use crate::store::{self, Pool, PoolOptions};

/// Bytes of a file at most that is read as a whole. NDJSON, lists and feeds may have any length.
const LONGEST_WHOLE: u64 = 32 << 20;

/// Bytes of a line of NDJSON at most; a block may stand in a field beside others.
const LONGEST_LINE: u64 = 2 * review::LONGEST_BLOCK as u64;

/// Blocks that wait for the database, beside those of the file or line at hand.
const WAITING: usize = 64;

/// Bytes looked at to tell what a file holds.
const LOOKED_AT: usize = 4_096;

/// A block that would be stored, as `--dry-run` prints it.
#[derive(Serialize)]
struct ReadBlock<'b> {
    place: &'b str,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    review: Option<&'b PublishedReview>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Reads every file, stores what it holds and prints what became of each block, a line of JSON each.
///
/// # Errors
/// The database cannot be opened or fails, a file cannot be read, or blocks were refused and the
/// others stored.
pub async fn run(global: &GlobalConfig, config: ImportReviewsConfig) -> anyhow::Result<()> {
    if config.dry_run {
        return import(None, config).await;
    }
    let mut signals = Signals::listen()?;
    let Some(database) = before_stop(&mut signals, Database::open(global)).await else {
        return Ok(());
    };
    let database = database?;
    let work = async {
        store::migrate(database.url()).await.context("cannot migrate the database")?;
        let pool = Pool::new(database.url(), PoolOptions { size: 1, ..PoolOptions::default() })?;
        import(Some(&pool), config).await
    };
    let outcome = before_stop(&mut signals, work).await;
    let closed = database.close_within(STOP_WITHIN).await;
    outcome.unwrap_or(Ok(()))?;
    closed
}

/// What is read, or why a file is read no further.
type Reading = anyhow::Result<Found>;

async fn import(pool: Option<&Pool>, config: ImportReviewsConfig) -> anyhow::Result<()> {
    let (blocks, mut found) = mpsc::channel(WAITING);
    let reading = tokio::spawn(read_inputs(config, blocks));
    let (mut read, mut refused) = (0_u64, 0_u64);
    let mut out = io::BufWriter::new(io::stdout());
    while let Some(next) = found.recv().await {
        let Found { place, outcome } = next?;
        read += 1;
        let line = match (outcome, pool) {
            (Err(refusal), _) => {
                refused += 1;
                let error = Some(refusal.to_string());
                let block = ReadBlock { place: &place, outcome: "refused", review: None, error };
                serde_json::to_string(&block)?
            }
            (Ok(review), None) => {
                let review = Some(&review);
                let block = ReadBlock { place: &place, outcome: "read", review, error: None };
                serde_json::to_string(&block)?
            }
            (Ok(review), Some(pool)) => match import_reviews::store(pool, &review).await {
                Ok(stored) => {
                    serde_json::to_string(&ImportedBlock::stored(place, stored, &review))?
                }
                Err(error @ store::Error::Conflict { .. }) => {
                    refused += 1;
                    serde_json::to_string(&ImportedBlock::refused(place, error))?
                }
                Err(error) => return Err(anyhow::Error::new(error).context(place)),
            },
        };
        // Whoever reads may have gone; what is left is stored all the same.
        let _ = writeln!(out, "{line}");
    }
    reading.await?;
    let _ = out.flush();
    eprintln!("claimtrail: {read} blocks read, {refused} refused");
    if refused > 0 {
        return Err(PartlyRefused { refused, what: "blocks" }.into());
    }
    Ok(())
}

/// Reads files and pages in order; one that cannot be read ends the run.
async fn read_inputs(config: ImportReviewsConfig, blocks: mpsc::Sender<Reading>) {
    let config = Arc::new(config);
    let standard_input = [PathBuf::from("-")];
    let inputs = if config.files.is_empty() { &standard_input[..] } else { &config.files };
    let mut fetcher = None;
    for input in inputs {
        let name = input.display().to_string();
        let read = match name.starts_with("http://") || name.starts_with("https://") {
            true => read_page(&name, &mut fetcher, &config, &blocks).await,
            false => {
                let (input, config, blocks) = (input.clone(), config.clone(), blocks.clone());
                let reading =
                    tokio::task::spawn_blocking(move || read_file(&input, &config, &blocks));
                reading.await.context("the reader stopped").and_then(|read| read)
            }
        };
        if let Err(error) = read {
            let _ = blocks.send(Err(error.context(name))).await;
            return;
        }
    }
}

/// Fetches a page as documents are fetched: politely, and never from inside the network.
async fn read_page(
    written: &str,
    fetcher: &mut Option<Arc<Fetcher>>,
    config: &ImportReviewsConfig,
    blocks: &mpsc::Sender<Reading>,
) -> anyhow::Result<()> {
    let url = ingest::parse_url(written)?;
    if fetcher.is_none() {
        *fetcher = app::fetcher(&config.fetch)?;
    }
    let Some(fetcher) = fetcher else { bail!("nothing is fetched with --no-fetch") };
    let page = match fetcher.fetch(&url, &Known::default()).await {
        Ok(Fetched::Page(page)) => page,
        Ok(Fetched::NotModified { .. }) => {
            bail!("it is not modified, though nothing is known of it")
        }
        Err(error) => bail!("{}: {error}", error.name()),
    };
    let context = Context { address: Some(page.url), charset: page.charset, language: None };
    let reading =
        tokio::task::spawn_blocking(move || review::from_html(page.bytes.as_slice(), &context));
    for mut block in reading.await.context("the reader stopped")?? {
        block.place = format!("{url} {}", block.place);
        if blocks.send(Ok(block)).await.is_err() {
            break;
        }
    }
    Ok(())
}

fn read_file(
    path: &Path,
    config: &ImportReviewsConfig,
    blocks: &mpsc::Sender<Reading>,
) -> anyhow::Result<()> {
    let opened = bytes::open(path, 0)?;
    let (head, input) = peek(opened.bytes, 2)?;
    let input: Box<dyn BufRead> = match head.as_slice() {
        [0x1f, 0x8b] => Box::new(io::BufReader::new(MultiGzDecoder::new(input))),
        _ => input,
    };
    let (head, input) = peek(input, LOOKED_AT)?;
    let address = config.address.as_deref().map(ingest::parse_url).transpose()?;
    let context = Context { address, ..Context::default() };
    let name = path.display().to_string();
    let send = |found: Vec<Found>| {
        for mut block in found {
            block.place = format!("{name}: {}", block.place);
            block.place.truncate(block.place.trim_end_matches([' ', ':']).len());
            // Whoever stores gave up, and told why.
            if blocks.blocking_send(Ok(block)).is_err() {
                return false;
            }
        }
        true
    };
    match config.format.unwrap_or_else(|| told_format(path, &head)) {
        ReviewsFormat::Ndjson => {
            let mut input = input;
            for number in 1_u64.. {
                let Some(line) = next_line(&mut *input)? else { break };
                let found = match line {
                    Line::Text(line) => review::from_line(number, &line, &context),
                    Line::Unreadable(reason) => bail!("line {number} {reason}"),
                };
                if !send(found) {
                    break;
                }
            }
        }
        format => {
            let mut whole = Vec::new();
            let mut input = input;
            (&mut input).take(LONGEST_WHOLE + 1).read_to_end(&mut whole)?;
            let is_longer = whole.len() as u64 > LONGEST_WHOLE;
            let is_html = format == ReviewsFormat::Html;
            if is_longer && !is_html && review::is_streamable(&String::from_utf8_lossy(&head)) {
                let input = io::BufReader::new(io::Cursor::new(whole).chain(input));
                review::from_reader(input, &context, |block| send(vec![block]))?;
                return Ok(());
            }
            if is_longer {
                bail!(
                    "it has more than {LONGEST_WHOLE} bytes; only NDJSON, a list or a feed may have more"
                );
            }
            let found = if is_html {
                review::from_html(whole.as_slice(), &context)?
            } else {
                let text = String::from_utf8(whole).map_err(|error| {
                    anyhow::anyhow!("byte {} is not UTF-8", error.utf8_error().valid_up_to())
                })?;
                review::from_json(&text, &context)
            };
            send(found);
        }
    }
    Ok(())
}

enum Line {
    Text(String),
    Unreadable(&'static str),
}

fn next_line(input: &mut dyn BufRead) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    input.take(LONGEST_LINE + 1).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.len() as u64 > LONGEST_LINE {
        return Ok(Some(Line::Unreadable("is longer than a block may be")));
    }
    Ok(Some(match String::from_utf8(line) {
        Ok(line) => Line::Text(line),
        Err(_) => Line::Unreadable("is not UTF-8"),
    }))
}

/// What a file holds, by its name, else by its beginning.
fn told_format(path: &Path, head: &[u8]) -> ReviewsFormat {
    let name = path.to_string_lossy().to_ascii_lowercase();
    let name = name.trim_end_matches(".gz");
    if name.ends_with(".ndjson") || name.ends_with(".jsonl") {
        return ReviewsFormat::Ndjson;
    }
    let bare = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    if name.ends_with(".html") || name.ends_with(".htm") || bare.starts_with(b"<") {
        return ReviewsFormat::Html;
    }
    ReviewsFormat::Json
}
