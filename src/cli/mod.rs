//! One file a command.

mod bytes;
pub mod database;
pub mod demo;
pub mod evaluate;
mod export;
mod extract;
mod feeds;
mod find_match;
mod import_reviews;
mod ingest;
mod input;
mod load;
mod migrate;
mod ordered;
pub mod postgres;
mod redact;
mod reprocess;
pub mod seeds;
pub mod serve;
mod signals;
pub mod trail;
mod verify;
mod worker;

use crate::config::{Command, Config};

/// Everything was read, and not everything could be stored. The program ends with
/// [`PARTLY_REFUSED`] then, to be told apart from a run that did not come to its end.
#[derive(Debug, thiserror::Error)]
#[error("{refused} {what} were refused")]
pub struct PartlyRefused {
    /// How many.
    pub refused: u64,
    /// Of what, in the plural.
    pub what: &'static str,
}

/// The program's exit code where documents were refused and the others stored.
pub const PARTLY_REFUSED: u8 = 3;

/// Runs the command that `config` names.
pub async fn run(config: Config) -> anyhow::Result<()> {
    match config.command {
        Command::Postgres => postgres::run(&config.global).await,
        Command::Extract(config) => {
            tokio::task::spawn_blocking(move || extract::run(&config)).await?
        }
        Command::Evaluate(config) => {
            tokio::task::spawn_blocking(move || evaluate::run(&config)).await?
        }
        Command::Export(export) => export::run(&config.global, &export).await,
        Command::Feeds(feeds) => feeds::run(&config.global, &feeds).await,
        Command::ImportReviews(reviews) => import_reviews::run(&config.global, reviews).await,
        Command::Ingest(input) => ingest::run(&config.global, input).await,
        Command::Load(extractions) => load::run(&config.global, extractions).await,
        Command::Match(texts) => find_match::run(&config.global, texts).await,
        Command::Worker(work) => worker::run(&config.global, &work).await,
        Command::Reprocess(choice) => reprocess::run(&config.global, &choice).await,
        Command::Redact(redaction) => redact::run(&config.global, &redaction).await,
        Command::Migrate => migrate::run(&config.global).await,
        Command::Demo(demo) => demo::run(&config.global, &demo).await,
        Command::Serve(serve) => serve::run(&config.global, &serve).await,
    }
}
