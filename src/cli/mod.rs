//! One file a command.

pub mod database;
pub mod demo;
mod evaluate;
mod extract;
mod ingest;
mod input;
mod migrate;
mod ordered;
pub mod postgres;
pub mod seeds;
pub mod serve;
pub mod trail;
mod verify;

use crate::config::{Command, Config, GearChoice};
use crate::pipeline::Gear;

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
        Command::Ingest(input) => ingest::run(&config.global, input).await,
        Command::Migrate => migrate::run(&config.global).await,
        Command::Demo(demo) => demo::run(&config.global, &demo).await,
        Command::Serve(serve) => serve::run(&config.global, &serve).await,
    }
}

/// The pipeline's gear of that name.
fn gear(choice: GearChoice) -> Gear {
    match choice {
        GearChoice::Fast => Gear::Fast,
        GearChoice::Accurate => Gear::Accurate,
    }
}
