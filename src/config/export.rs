//! What `export` takes.

use std::path::PathBuf;

use clap::Args;

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
