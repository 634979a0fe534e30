//! One file a command.

use crate::config::{Command, Config};

/// Runs the command that `config` names.
pub async fn run(config: Config) -> anyhow::Result<()> {
    match config.command {
        Command::Serve(_) => anyhow::bail!("serve is not built yet"),
    }
}
