//! Parses the command line, starts tracing and calls [`claimtrail::cli`].

use std::io::IsTerminal;
use std::process::ExitCode;

use claimtrail::cli::{PARTLY_REFUSED, PartlyRefused};
use claimtrail::config::Config;
use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    let config = Config::parse();
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(&config.global.log))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    match claimtrail::cli::run(config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("claimtrail: {error:#}");
            match error.downcast_ref() {
                Some(PartlyRefused { .. }) => ExitCode::from(PARTLY_REFUSED),
                None => ExitCode::FAILURE,
            }
        }
    }
}
