//! Parses the command line, starts the log and calls [`claimtrail::cli`].

use std::io::IsTerminal;
use std::panic::PanicHookInfo;
use std::process::ExitCode;

use anyhow::Context;
use claimtrail::cli::{PARTLY_REFUSED, PartlyRefused};
use claimtrail::config::{Config, GlobalConfig, LogFormat};
use clap::Parser;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    match run(Config::parse()) {
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

fn run(config: Config) -> anyhow::Result<()> {
    start_log(&config.global)?;
    std::panic::set_hook(Box::new(log_panic));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start threads")?;
    let outcome = runtime.block_on(claimtrail::cli::run(config));
    // A text that is still being read, for a request or job that was given up, holds nobody up.
    runtime.shutdown_background();
    outcome
}

fn start_log(config: &GlobalConfig) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.log)
        .with_context(|| format!("--log {:?} is not understood", config.log))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match config.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).with_span_list(false).init(),
    }
    Ok(())
}

/// Says where something panicked. The message may quote the text that was being read, so only those
/// see it who ask for more than the log tells by itself.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(place, "panicked");
    tracing::debug!(message = panic.payload_as_str().unwrap_or_default(), "panicked");
}
