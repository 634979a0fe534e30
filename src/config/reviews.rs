//! What `import-reviews` takes.

use std::path::PathBuf;

use clap::Args;

use super::FetchConfig;

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
