//! One file a command.

pub mod database;
pub mod postgres;

use crate::config::{Command, Config};

/// Runs the command that `config` names.
pub async fn run(config: Config) -> anyhow::Result<()> {
    match config.command {
        Command::Postgres => postgres::run(&config.global).await,
        Command::Serve(_) => anyhow::bail!("serve is not built yet"),
    }
}
