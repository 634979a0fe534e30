//! Flags and `CLAIMTRAIL_…` variables → [`Config`]; read once, by `main`, and nowhere else.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// Reads news, finds claims and denials with the characters they stand on, and serves their trail.
#[derive(Debug, Parser)]
#[command(name = "claimtrail", version, propagate_version = true)]
pub struct Config {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,

    /// Where Postgres is and how to log.
    #[command(flatten)]
    pub global: GlobalConfig,
}

/// Flags that every command takes.
#[derive(Debug, Clone, Args)]
pub struct GlobalConfig {
    /// An existing Postgres, as postgres://user:password@host/database. Without it the program runs a private one in the data folder.
    #[arg(long, env = "DATABASE_URL", global = true, hide_env_values = true, value_name = "URL")]
    pub database_url: Option<String>,

    /// Where the private Postgres keeps its files. [default: $XDG_DATA_HOME/claimtrail, ~/.local/share/claimtrail, or /var/lib/claimtrail as root]
    #[arg(long, env = "CLAIMTRAIL_DATA_DIR", global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,

    /// Folder with initdb and postgres for the private Postgres. [default: what pg_config, /usr/lib/postgresql or the cache offers]
    #[arg(long, env = "CLAIMTRAIL_POSTGRES_BIN", global = true, value_name = "DIR")]
    pub postgres_bin: Option<PathBuf>,

    /// Where a fetched Postgres is kept. [default: $XDG_CACHE_HOME/claimtrail, ~/.cache/claimtrail, or /var/cache/claimtrail as root]
    #[arg(long, env = "CLAIMTRAIL_CACHE_DIR", global = true, value_name = "DIR")]
    pub cache_dir: Option<PathBuf>,

    /// What to log, as tracing directives: warn, info, claimtrail=debug …
    #[arg(
        long,
        env = "CLAIMTRAIL_LOG",
        global = true,
        default_value = "info",
        value_name = "DIRECTIVES"
    )]
    pub log: String,

    /// How to write the log on standard error.
    #[arg(long, env = "CLAIMTRAIL_LOG_FORMAT", global = true, value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people: one line an event, coloured on a terminal.
    Text,
    /// For programs: one JSON object a line.
    Json,
}

impl GlobalConfig {
    /// The data folder, as named or by the custom of the system; `None` when neither it nor a home folder is known.
    pub fn data_dir(&self) -> Option<PathBuf> {
        self.data_dir.clone().or_else(|| own_folder("/var/lib", "XDG_DATA_HOME", ".local/share"))
    }

    /// The cache folder, as named or by the custom of the system; `None` when neither it nor a home folder is known.
    pub fn cache_dir(&self) -> Option<PathBuf> {
        self.cache_dir.clone().or_else(|| own_folder("/var/cache", "XDG_CACHE_HOME", ".cache"))
    }
}

/// Our folder below the system's, when we are root, or else below the user's. Root's home is closed to the
/// account that root's server runs under.
fn own_folder(system: &str, variable: &str, in_home: &str) -> Option<PathBuf> {
    let base = if rustix::process::geteuid().is_root() {
        PathBuf::from(system)
    } else {
        let absolute =
            |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        absolute(variable).or_else(|| Some(absolute("HOME")?.join(in_home)))?
    };
    Some(base.join("claimtrail"))
}

/// What `serve` and `demo` take.
#[derive(Debug, Clone, Args)]
pub struct ServeConfig {
    /// Address to listen on; loopback unless told otherwise.
    #[arg(long, env = "CLAIMTRAIL_BIND", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub bind: SocketAddr,

    /// Where the known claims are kept in a file for the next start, which then need not ask the database for all of them. One for each database and process.
    #[arg(long, env = "CLAIMTRAIL_INDEX_FILE", value_name = "FILE")]
    pub index_file: Option<PathBuf>,

    /// Listen on an address that other machines can reach, though the service has no keys yet and takes every request. For a container whose port is published on loopback only.
    #[arg(long, env = "CLAIMTRAIL_ALLOW_REMOTE_WITHOUT_KEYS")]
    pub allow_remote_without_keys: bool,

    /// Serve only; leave queued jobs to other processes.
    #[arg(long, env = "CLAIMTRAIL_NO_WORKER")]
    pub no_worker: bool,

    /// How queued jobs are worked on.
    #[command(flatten)]
    pub work: WorkConfig,

    /// Longest text or HTML that a request may carry, in bytes.
    #[arg(long, env = "CLAIMTRAIL_MAX_TEXT_BYTES", value_name = "BYTES", default_value_t = 2 * 1024 * 1024)]
    pub max_text_bytes: usize,

    /// Texts read at once; more wait their turn, and past that are turned away. [default: one a processor]
    #[arg(long, env = "CLAIMTRAIL_MAX_READINGS", value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=1024), default_value_t = processors(), hide_default_value = true)]
    pub max_readings: u16,

    /// Exports streamed at once, each on a connection of its own; more are turned away.
    #[arg(long, env = "CLAIMTRAIL_MAX_EXPORTS", value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=256), default_value_t = 4)]
    pub max_exports: u16,
}

/// How addresses are fetched.
#[derive(Debug, Clone, Args)]
pub struct FetchConfig {
    /// Fetch no address: documents must come with their words.
    #[arg(long, env = "CLAIMTRAIL_NO_FETCH")]
    pub no_fetch: bool,

    /// Address of a page or of mail where sites can ask who fetches from them; sent with every request.
    #[arg(long, env = "CLAIMTRAIL_FETCH_CONTACT", value_parser = header_words)]
    pub fetch_contact: Option<String>,

    /// An address inside, as IP:PORT, that may be fetched from all the same; may be given several times. DANGEROUS: whoever can post an address can then read what is served there.
    #[arg(long, env = "CLAIMTRAIL_FETCH_ALLOW", value_name = "IP:PORT", value_delimiter = ',')]
    pub fetch_allow: Vec<SocketAddr>,

    /// Certificates (PEM) that servers may show beside those that the system trusts, such as those of a company's own authority.
    #[arg(long, env = "CLAIMTRAIL_FETCH_CA", value_name = "FILE", value_parser = certificates)]
    pub fetch_ca: Option<Certificates>,

    /// Shortest pause between two requests to one host, in milliseconds.
    #[arg(
        long,
        env = "CLAIMTRAIL_FETCH_PAUSE",
        value_name = "MILLISECONDS",
        default_value_t = 1_000
    )]
    pub fetch_pause: u32,
}

/// Certificates of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificates(pub Vec<CertificateDer<'static>>);

/// The certificates in a PEM file; whatever else stands in it, such as a key, is not looked at.
fn certificates(file: &str) -> Result<Certificates, String> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect);
    let found: Vec<CertificateDer<'static>> = read.map_err(|error| error.to_string())?;
    // One that cannot be trusted would only show when somebody is to be asked.
    let mut roots = rustls::RootCertStore::empty();
    for certificate in &found {
        roots.add(certificate.clone()).map_err(|error| error.to_string())?;
    }
    if found.is_empty() {
        Err("there is no certificate in it".to_owned())
    } else {
        Ok(Certificates(found))
    }
}

/// What may stand in a header: visible ASCII.
fn header_words(written: &str) -> Result<String, &'static str> {
    let plain = !written.is_empty() && written.bytes().all(|byte| byte.is_ascii_graphic());
    plain
        .then(|| written.to_owned())
        .ok_or("only letters, digits and signs of ASCII, without spaces")
}

/// What whoever works on the queue takes.
#[derive(Debug, Clone, Args)]
pub struct WorkConfig {
    /// Jobs worked on at once.
    #[arg(long, env = "CLAIMTRAIL_WORKERS", value_name = "COUNT", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub workers: u16,

    /// How long a job that is done can be asked for, in days; then its row is removed. What failed stays.
    #[arg(long, env = "CLAIMTRAIL_KEEP_DONE_JOBS", value_name = "DAYS", default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=3650))]
    pub keep_done_jobs: u16,

    /// How much the reading of a document may cost: fast, meant for archives, takes rules and linear models, accurate the trained encoder. [default: accurate, for extract and ingest fast]
    #[arg(long, env = "CLAIMTRAIL_GEAR", value_enum, default_value_t = GearChoice::Accurate, hide_default_value = true)]
    pub gear: GearChoice,

    /// Whether and how addresses are fetched.
    #[command(flatten)]
    pub fetch: FetchConfig,
}

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

/// What `export` takes.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = EXPORT_HELP)]
pub struct ExportConfig {
    /// What to write out.
    #[arg(value_enum)]
    pub noun: ExportNoun,

    /// Which of it, as NAME=VALUE with the parameters of the API's list of the noun, and its order.
    #[arg(value_name = "FILTER", value_parser = filter)]
    pub filters: Vec<(String, String)>,

    /// How rows are written. [default: what the ending of --out says, else ndjson]
    #[arg(long, env = "CLAIMTRAIL_EXPORT_FORMAT", value_enum)]
    pub format: Option<ExportFormat>,

    /// File to write; it is there when all of it is. [default: standard output]
    #[arg(long, env = "CLAIMTRAIL_EXPORT_OUT", value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// What can be exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ExportNoun {
    /// Propositions with who asserts and denies them.
    Claims,
    /// Attributions: source said (cue) that contents.
    Statements,
    /// Whatever speaks against a claim.
    Rebuttals,
    /// Where claims stand.
    Appearances,
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ExportFormat {
    /// For spreadsheets: RFC 4180 with a header line; texts that begin as a formula does have a ' before them.
    Csv,
    /// For programs: one JSON object a line, as the API's lists have them.
    Ndjson,
}

fn filter(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("must be NAME=VALUE, such as status=denied")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// What `redact` takes.
#[derive(Debug, Clone, Args)]
pub struct RedactConfig {
    /// Id of the document.
    #[arg(value_name = "DOCUMENT")]
    pub document: uuid::Uuid,

    /// Why. It stays, so it must not repeat what is removed.
    #[arg(long, env = "CLAIMTRAIL_REASON", value_name = "WORDS")]
    pub reason: String,

    /// Who does it, by a name that people here know.
    #[arg(long, env = "CLAIMTRAIL_BY", value_name = "NAME")]
    pub by: String,

    /// Let the addresses of a redacted document be stored again, as another document; its text does not come back.
    #[arg(long, env = "CLAIMTRAIL_LIFT")]
    pub lift: bool,
}

/// What `reprocess` takes.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = REPROCESS_HELP)]
pub struct ReprocessConfig {
    /// Only what this extractor read last.
    #[arg(long, env = "CLAIMTRAIL_EXTRACTOR_VERSION", value_name = "VERSION")]
    pub extractor_version: Option<String>,

    /// Only what this outlet published, by its domain or name.
    #[arg(long, env = "CLAIMTRAIL_OUTLET", value_name = "OUTLET")]
    pub outlet: Option<String>,

    /// Only what was recorded at this time (RFC 3339) or later.
    #[arg(long, env = "CLAIMTRAIL_SINCE", value_name = "TIME")]
    pub since: Option<String>,

    /// How much the reading of a document may cost: fast, meant for archives, takes rules and linear models, accurate the trained encoder. [default: accurate, for extract and ingest fast]
    #[arg(long, env = "CLAIMTRAIL_GEAR", value_enum, default_value_t = GearChoice::Accurate, hide_default_value = true)]
    pub gear: GearChoice,

    /// Also what the present extractor read last.
    #[arg(long, env = "CLAIMTRAIL_REREAD")]
    pub again: bool,
}

/// Shown below the flags of `reprocess --help`.
const REPROCESS_HELP: &str = "\
Reads the present text of each document again, in the order in which they came, one document a transaction.
Statements, appearances and denials whose words and meaning stayed keep their ids; the others end, and what
is new gets the version of this extractor. Past states are answered as they were, and what people put right
stays. Stopped at any moment, the next run goes on with what is left.

  claimtrail reprocess --outlet courier.test --since 2026-03-01T00:00:00Z";

/// What `match` takes.
#[derive(Debug, Clone, Args)]
pub struct MatchConfig {
    /// Claims, headlines or posts. [default: each line of standard input]
    #[arg(value_name = "TEXT")]
    pub texts: Vec<String>,

    /// Claims answered for each text at most.
    #[arg(long, env = "CLAIMTRAIL_MATCH_LIMIT", value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=1000), default_value_t = 10)]
    pub limit: u16,

    /// Claims that are less likely are left out, 0 to 1.
    #[arg(long, env = "CLAIMTRAIL_MATCH_MIN_SCORE", value_name = "SCORE", value_parser = score, default_value = "0.02")]
    pub min_score: f32,
}

/// A number from 0 to 1.
fn score(text: &str) -> Result<f32, String> {
    let score = text.parse().ok().filter(|score| (0.0..=1.0).contains(score));
    score.ok_or_else(|| "must be a number from 0 to 1".to_owned())
}

/// Shown below the flags of `export --help`.
const EXPORT_HELP: &str = "\
Filters of each noun, as in the API (/docs):
  claims       q, tag, status, claimant, denied_by, about, outlet, language, from, to, as_of,
               min_check_worthiness, min_confidence, sort
  statements   document, speaker, q
  rebuttals    kind, denier, denier_role, label, outlet, from, to, as_of, claim, document
  appearances  claim, document, stance, outlet, from, to, as_of, min_confidence

All rows are of one moment, whatever is written meanwhile. Their number is told on standard error.

  claimtrail export claims status=denied from=2026-03-01 --out denied.csv
  claimtrail export rebuttals 'denier=Harbour Ministry' | jq .label";

/// What reviews are published in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ReviewsFormat {
    /// One object, a list, a `@graph` or a Data Commons feed.
    Json,
    /// One of these a line.
    Ndjson,
    /// A page with JSON-LD scripts.
    Html,
}

/// What `import-reviews` takes.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = IMPORT_REVIEWS_HELP)]
pub struct ImportReviewsConfig {
    /// Files of JSON, NDJSON (.ndjson, .jsonl) or pages (.html), packed with gzip or not; http and https addresses, whose pages are fetched; `-` or none for standard input.
    pub files: Vec<PathBuf>,

    /// What the files hold, where neither name nor content should decide.
    #[arg(long, env = "CLAIMTRAIL_REVIEWS_FORMAT", value_enum)]
    pub format: Option<ReviewsFormat>,

    /// Address of the page that the files are: completes addresses that have lost their beginning.
    #[arg(long, env = "CLAIMTRAIL_REVIEWS_ADDRESS", value_name = "URL")]
    pub address: Option<String>,

    /// Print what would be stored, with every part that could not be read, and store nothing; needs no database.
    #[arg(long, env = "CLAIMTRAIL_DRY_RUN")]
    pub dry_run: bool,

    /// Whether and how addresses are fetched.
    #[command(flatten)]
    pub fetch: FetchConfig,
}

/// Shown below the flags of `import-reviews --help`.
const IMPORT_REVIEWS_HELP: &str = "\
Prints a line of JSON for each block: where it stood, what became of it (created, revised, unchanged or
refused), the review and its claim, the verdict, and each part that could not be read with the reason.
Importing again changes nothing. A block that is no ClaimReview is refused and the others are stored;
the command ends with 3 then.

NDJSON, a list and a Data Commons feed may have any length; other files may have 32 MiB. Pages are fetched
politely, and never from inside the network.

  claimtrail import-reviews --dry-run fact-check.html | jq .review.unread
  claimtrail import-reviews fact_checks.json.gz https://lorne-check.test/pier";

/// What to do with feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum FeedsAction {
    /// Follow the feeds at these addresses, or those that the pages there name.
    Add,
    /// Print what is followed, one line a feed, with what came of the last poll.
    List,
    /// Follow the feeds of these lists (OPML files; - for standard input).
    Import,
    /// Poll what is due and fetch what is new, until told to stop; these feeds at once.
    Run,
    /// Leave these feeds alone.
    Pause,
    /// Poll these feeds again, also those that were gone.
    Resume,
    /// Forget these feeds; documents stay.
    Remove,
}

/// What `feeds` takes.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = FEEDS_HELP)]
pub struct FeedsConfig {
    /// What to do.
    #[arg(value_enum)]
    pub action: FeedsAction,

    /// Addresses; files for import; ids or addresses of feeds that are followed for the others.
    pub what: Vec<String>,

    /// How often an added feed is polled, in seconds.
    #[arg(long, env = "CLAIMTRAIL_FEED_INTERVAL", value_name = "SECONDS", default_value_t = 900, value_parser = clap::value_parser!(i32).range(60..=604_800))]
    pub interval: i32,

    /// Publisher of what the added feeds name, as domain or name. [default: read off each address]
    #[arg(long, env = "CLAIMTRAIL_FEED_OUTLET", value_name = "OUTLET")]
    pub outlet: Option<String>,

    /// Leave out entries of the added feeds that are dated before; RFC 3339 or a date. [default: two days ago for sitemaps, else no bound]
    #[arg(long, env = "CLAIMTRAIL_FEED_SINCE", value_name = "TIME")]
    pub since: Option<String>,

    /// End when nothing is due and all that was new is fetched.
    #[arg(long, env = "CLAIMTRAIL_ONCE")]
    pub once: bool,

    /// How pages are fetched, and how many jobs run at once.
    #[command(flatten)]
    pub work: WorkConfig,
}

/// Shown below the flags of `feeds --help`.
const FEEDS_HELP: &str = "\
Feeds are RSS, Atom, JSON Feed, sitemaps (also of news, also as .gz) and indexes of sitemaps. Of a page,
the first feed that it names is followed, or else a sitemap of its site.

`serve` and `worker` poll by themselves what is due; `run` does the same alone. A poll that fails is
tried again after the interval, then after twice that, and so on up to a day; one that is answered with
410 puts the feed aside. An entry is fetched once, and again when the feed gives it another time of change.

  claimtrail feeds add https://lorne-courier.test/ --interval 300
  claimtrail feeds import subscriptions.opml
  claimtrail feeds run --once";

/// What a benchmark asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum EvaluateKind {
    /// Who said what, by which word. Lines {id, text}; writes {id, attributions}.
    Attribution,
    /// How much a sentence deserves a check. A table of id and sentence, parted by tabs, below a row that names the
    /// columns; writes a table of id and score, 0 to 1.
    Checkworthiness,
    /// Which texts are one claim, as they come in one after the other. Lines {id, headline}, or with --claims and
    /// --only posts and the claims they are about; writes {id, claim, matter}, and prints B-cubed where the
    /// right claim is told.
    Clustering,
    /// Who denies which claim. Lines {id, text}; writes {id, denials}.
    Denials,
    /// What a news page holds. Lines {id, url}, the page being {id}.html in --pages; writes {id,
    /// title, author, date, text, language}.
    Html,
    /// Which checked claim a post is about. A table of query_id and text, parted by tabs, and --claims; writes
    /// a table of query_id, claim_id and score, the best twenty of each.
    Matching,
    /// What a headline does to a claim. Lines {id, claim, headline}; writes {id, stance}: for, against or observing.
    Stance,
}

/// What `evaluate` takes. Answers that stand in the input are ignored.
#[derive(Debug, Clone, Args)]
pub struct EvaluateConfig {
    /// The question.
    #[arg(value_enum)]
    pub kind: EvaluateKind,

    /// Questions, one JSON object a line.
    #[arg(long = "in", env = "CLAIMTRAIL_IN", value_name = "FILE")]
    pub input: PathBuf,

    /// Where the predictions go, one line for each question, in the same order.
    #[arg(long = "out", env = "CLAIMTRAIL_OUT", value_name = "FILE")]
    pub output: PathBuf,

    /// The folder of pages, for `html`.
    #[arg(long, env = "CLAIMTRAIL_PAGES", value_name = "DIR", required_if_eq("kind", "html"))]
    pub pages: Option<PathBuf>,

    /// The checked claims, for `matching` and `clustering`: lines {vclaim_id, vclaim, title, subtitle}.
    #[arg(
        long,
        env = "CLAIMTRAIL_CLAIMS",
        value_name = "FILE",
        required_if_eq("kind", "matching")
    )]
    pub claims: Option<PathBuf>,

    /// Answer only the queries that this table names in its first column, for `matching`; for `clustering` its third
    /// column names the right claim.
    #[arg(long, env = "CLAIMTRAIL_ONLY", value_name = "FILE")]
    pub only: Option<PathBuf>,

    /// Take only these folds, for `clustering`: 6-10 or 3.
    #[arg(long, env = "CLAIMTRAIL_FOLDS", value_name = "FOLDS")]
    pub folds: Option<String>,

    /// Which random order texts come in, for `clustering`.
    #[arg(long, env = "CLAIMTRAIL_SEED", default_value_t = 7)]
    pub seed: u64,

    /// How much the reading of a document may cost: fast, meant for archives, takes rules and linear models, accurate the trained encoder. [default: accurate, for extract and ingest fast]
    #[arg(long, env = "CLAIMTRAIL_GEAR", value_enum)]
    pub gear: Option<GearChoice>,
}

/// How much the reading of a document may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum GearChoice {
    /// Rules and linear models.
    Fast,
    /// The trained encoder in the seats it fills.
    Accurate,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the API and work on queued documents, in one process.
    Serve(ServeConfig),

    /// Serve with an invented story loaded; prints one claim's trail and what to ask. A second start finds the data.
    Demo(ServeConfig),

    /// Work on queued documents without serving: as many processes as you like over one Postgres.
    Worker(WorkConfig),

    /// Bring the database to the schema this program speaks, and say what was applied.
    Migrate,

    /// Run the private Postgres alone and print its address: for psql, backups and the move to a new version.
    Postgres,

    /// Read texts, pages or NDJSON and print their statements, claims and denials as JSON; no database, no network.
    Extract(ExtractConfig),

    /// Read texts, pages or NDJSON into the database, with all they say.
    Ingest(IngestConfig),

    /// Bring what extract printed, here or on other machines, into the database, checked and without extracting again.
    Load(LoadConfig),

    /// Bring published fact-checks (ClaimReview) into the database, with the claims that they are of.
    ImportReviews(ImportReviewsConfig),

    /// Write claims, statements, rebuttals or appearances as CSV or NDJSON.
    Export(ExportConfig),

    /// Read stored texts again with the present extractor, keeping ids where words and meaning stayed.
    Reprocess(ReprocessConfig),

    /// Remove a document's text from every state of the database, past ones too, and leave a tombstone.
    Redact(RedactConfig),
    /// Follow feeds and sitemaps, list what is followed, and fetch what is new in them.
    Feeds(FeedsConfig),

    /// Find the known claims that texts could be about, with what speaks against them: has this been denied?
    Match(MatchConfig),

    /// Write predictions for a benchmark's scorer, through the service's own code.
    Evaluate(EvaluateConfig),
}

/// Processors this process may use; 1 where the system does not tell.
fn processors() -> u16 {
    std::thread::available_parallelism()
        .map_or(1, |count| u16::try_from(count.get()).unwrap_or(1024))
        .min(1024)
}
