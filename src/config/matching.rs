//! What `match` takes.

use clap::Args;

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
