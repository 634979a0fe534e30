//! What the commands take that change what is stored: `redact` and `reprocess`.

use clap::Args;

use super::GearChoice;

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

Then whom stored fact-checks name as claimants are taken for actors, as at an import by this version.

  claimtrail reprocess --outlet courier.test --since 2026-03-01T00:00:00Z";
