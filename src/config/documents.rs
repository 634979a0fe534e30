//! What the commands take that read documents: `extract`, `ingest` and `load`.

use std::path::PathBuf;

use clap::Args;

use super::{FetchConfig, GearChoice, processors};

/// What documents are read from.
#[derive(Debug, Clone, Args)]
pub struct InputConfig {
    /// Files and folders; `-` or none for standard input; for `ingest` also http and https addresses, whose pages are fetched. Names ending in .txt, .html, .htm, .ndjson, .jsonl, .csv, .tsv, .warc or .zip tell the format, also before .gz; other files are looked into. Gzip is recognised whatever the name.
    pub files: Vec<PathBuf>,

    /// What the inputs hold, where neither name nor content should decide.
    #[arg(long, env = "CLAIMTRAIL_FORMAT", value_enum)]
    pub format: Option<InputFormat>,

    /// Language, as BCP 47, where a text does not tell its own.
    #[arg(long, env = "CLAIMTRAIL_LANGUAGE")]
    pub language: Option<String>,

    /// Encoding of texts and pages, where it is known: utf-8, windows-1252 … [default: byte order mark, the page's own word, detection]
    #[arg(long, env = "CLAIMTRAIL_CHARSET")]
    pub charset: Option<String>,
}

/// How documents are written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum InputFormat {
    /// One article; its first line is the title where an empty line follows.
    Text,
    /// One page.
    Html,
    /// One JSON object a line: text or html, and id, url, title, outlet, published_at, authors, language where known, under these names or those of common news sets.
    Ndjson,
    /// A list of such objects, or objects one after the other over any number of lines.
    Json,
    /// A row for each document, under a row of the same names.
    Csv,
    /// Web archive: the pages that servers answered with.
    Warc,
    /// Files of any other format, packed together.
    Zip,
}

/// What `extract` takes.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = EXTRACT_HELP)]
pub struct ExtractConfig {
    /// What to read.
    #[command(flatten)]
    pub input: InputConfig,

    /// Threads that extract. The answer is the same, byte for byte, for any number. [default: one a processor]
    #[arg(long, env = "CLAIMTRAIL_THREADS", value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=1024), default_value_t = processors(), hide_default_value = true)]
    pub threads: u16,

    /// How much the reading of a document may cost: fast, meant for archives, takes rules and linear models, accurate the trained encoder. [default: accurate, for extract and ingest fast]
    #[arg(long, env = "CLAIMTRAIL_GEAR", value_enum, default_value_t = GearChoice::Fast, hide_default_value = true)]
    pub gear: GearChoice,

    /// Count the spans, prove each against the printed document, and fail where one does not stand where it says.
    #[arg(long, env = "CLAIMTRAIL_VERIFY")]
    pub verify: bool,

    /// Spread each answer over several lines for reading.
    #[arg(long, env = "CLAIMTRAIL_PRETTY")]
    pub pretty: bool,
}

/// What `ingest` takes.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = INGEST_HELP)]
pub struct IngestConfig {
    /// What to read.
    #[command(flatten)]
    pub input: InputConfig,

    /// Threads that extract; one connection writes, in the order of the input. [default: one a processor]
    #[arg(long, env = "CLAIMTRAIL_THREADS", value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=1024), default_value_t = processors(), hide_default_value = true)]
    pub threads: u16,

    /// Read files from their start, whatever earlier runs have read of them.
    #[arg(long, env = "CLAIMTRAIL_AGAIN")]
    pub again: bool,

    /// Add the lines of NDJSON that are refused to this file, as they stand, and refused rows of CSV as such lines, to be mended and read in again.
    #[arg(long, env = "CLAIMTRAIL_REFUSED", value_name = "FILE")]
    pub refused: Option<PathBuf>,

    /// How much the reading of a document may cost: fast, meant for archives, takes rules and linear models, accurate the trained encoder. [default: accurate, for extract and ingest fast]
    #[arg(long, env = "CLAIMTRAIL_GEAR", value_enum, default_value_t = GearChoice::Fast, hide_default_value = true)]
    pub gear: GearChoice,

    /// Whether and how addresses are fetched.
    #[command(flatten)]
    pub fetch: FetchConfig,
}

/// Shown below the flags of `ingest --help`.
const INGEST_HELP: &str = "\
A document is known by its address, or by its words where it has none. The same words again change
nothing; other words at a known address are a new revision.

How far each file is read is kept in the database. After any stop, the same command goes on behind what is
committed; a file that was finished is passed over, and one that has changed since is read from its start.
Standard input is read as it comes; of it, documents that are known are not extracted again.

What cannot be read is named on standard error. The command ends with 0 when all is stored, with 3 when
documents were refused and the others stored, with 1 when it did not come to the end.

An address is fetched as the API does it: politely, and never from inside the network. Whatever else is
named is read first.

  claimtrail ingest https://lorne-courier.test/rail
  claimtrail ingest archive.ndjson.gz
  claimtrail ingest articles/";

/// What `load` takes.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = LOAD_HELP)]
pub struct LoadConfig {
    /// Files of what extract printed, a line a document, packed with gzip or not, and folders that hold nothing else; `-` or none for standard input.
    pub files: Vec<PathBuf>,

    /// Threads that check what is read; one connection writes, in the order of the input. [default: one a processor]
    #[arg(long, env = "CLAIMTRAIL_THREADS", value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=1024), default_value_t = processors(), hide_default_value = true)]
    pub threads: u16,

    /// Read files from their start, whatever earlier runs have read of them.
    #[arg(long, env = "CLAIMTRAIL_AGAIN")]
    pub again: bool,

    /// Add the lines that are refused to this file, as they stand.
    #[arg(long, env = "CLAIMTRAIL_REFUSED", value_name = "FILE")]
    pub refused: Option<PathBuf>,
}

/// Shown below the flags of `load --help`.
const LOAD_HELP: &str = "\
Nothing in a line is taken on trust: the digest has to be that of the title and the text, each span has to
prove its quote, each id to refer to something, and the extractor to be none that is newer than this program.
What does not hold is named on standard error by line and field, and the other lines are stored.

A document is known by its address, or by its words where it has none, as for ingest: loading twice changes
nothing. One document is one transaction. After any stop, the same command goes on behind what is committed.
The command ends with 0 when all is stored, with 3 when lines were refused and the others stored, with 1 when
it did not come to the end.

  claimtrail extract archive.ndjson.gz | claimtrail load
  claimtrail load extractions/";

/// Shown below the flags of `extract --help`.
const EXTRACT_HELP: &str = "\
Every input document gives one JSON object on a line of its own, in the order of the input. An NDJSON
line's id is repeated in its answer. A document that cannot be read is named on standard error, gives
{\"error\":…,\"line\":…} in its place (unless it is the only one), and makes the command fail at the end.

  claimtrail extract --pretty article.txt
  curl -s https://quay.test/news/1 | claimtrail extract --format html
  claimtrail extract --threads 8 --verify archive.ndjson.gz > extractions.ndjson";
