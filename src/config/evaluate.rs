//! What `evaluate` takes.

use std::path::PathBuf;

use clap::Args;

use super::GearChoice;

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

    /// The checked claims, for `matching` and `clustering`: lines {vclaim_id, vclaim, title, subtitle, date}.
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
