//! `import-reviews`: published fact-checks in files, on pages or at addresses → stored reviews.

use std::io::{self, BufRead, Read, Write};
use std::path::{Path, PathBuf};

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
use crate::config::{GlobalConfig, ImportReviewsConfig, ReviewsFormat};
use crate::domain::PublishedReview;
use crate::ingest;
use crate::ingest::review::{self, Context, Found};
use crate::jobs::import_reviews;
use crate::store::{self, Pool, PoolOptions};

/// Bytes of a file at most that is read as a whole: JSON and pages. NDJSON may have any length.
const LONGEST_FILE: u64 = 256 << 20;

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
    let reading = tokio::task::spawn_blocking(move || read_files(&config, &blocks));
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

/// Reads the files in order; a file that cannot be read ends the run.
fn read_files(config: &ImportReviewsConfig, blocks: &mpsc::Sender<Reading>) {
    let standard_input = [PathBuf::from("-")];
    let files = if config.files.is_empty() { &standard_input[..] } else { &config.files };
    for path in files {
        let read = read_file(path, config, blocks);
        if let Err(error) = read.with_context(|| path.display().to_string()) {
            let _ = blocks.blocking_send(Err(error));
            return;
        }
    }
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
            input.take(LONGEST_FILE + 1).read_to_end(&mut whole)?;
            if whole.len() as u64 > LONGEST_FILE {
                bail!(
                    "it has more than {LONGEST_FILE} bytes, which is too much for one piece of JSON; \
                     as NDJSON it may have any length"
                );
            }
            let found = match format {
                ReviewsFormat::Html => review::from_html(whole.as_slice(), &context)?,
                _ => {
                    let text = String::from_utf8(whole).map_err(|error| {
                        anyhow::anyhow!("byte {} is not UTF-8", error.utf8_error().valid_up_to())
                    })?;
                    review::from_json(&text, &context)
                }
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
