//! Flags and `CLAIMTRAIL_…` variables → [`Config`]; read once, by `main`, and nowhere else.

mod documents;
mod evaluate;
mod export;
mod feeds;
mod fetch;
mod global;
mod matching;
mod reviews;
mod serve;
mod stored;

use clap::{Parser, Subcommand};

pub use documents::{ExtractConfig, IngestConfig, InputConfig, InputFormat, LoadConfig};
pub use evaluate::{EvaluateConfig, EvaluateKind};
pub use export::{ExportConfig, ExportFormat, ExportNoun};
pub use feeds::{FeedsAction, FeedsConfig};
pub use fetch::{Certificates, FetchConfig};
pub use global::{GlobalConfig, LogFormat};
pub use matching::MatchConfig;
pub use reviews::{ImportReviewsConfig, ReviewsFormat};
pub use serve::{ServeConfig, WorkConfig};
pub use stored::{RedactConfig, ReprocessConfig};

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
