//! What the processes take that serve and work on the queue.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::{FetchConfig, GearChoice, processors};

/// What `serve` and `demo` take.
#[derive(Debug, Clone, Args)]
pub struct ServeConfig {
    /// Address to listen on; loopback unless told otherwise.
    #[arg(long, env = "CLAIMTRAIL_BIND", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub bind: SocketAddr,

    /// Where the known claims are kept in a file for the next start, which then need not ask the database for all of them. One for each database and process.
    #[arg(long, env = "CLAIMTRAIL_INDEX_FILE", value_name = "FILE")]
    pub index_file: Option<PathBuf>,

    /// Listen on an address that other machines can reach, though the service has no keys yet and takes every request. For a container whose port is published on loopback only.
    #[arg(long, env = "CLAIMTRAIL_ALLOW_REMOTE_WITHOUT_KEYS")]
    pub allow_remote_without_keys: bool,

    /// Serve only; leave queued jobs to other processes.
    #[arg(long, env = "CLAIMTRAIL_NO_WORKER")]
    pub no_worker: bool,

    /// How queued jobs are worked on.
    #[command(flatten)]
    pub work: WorkConfig,

    /// Longest text or HTML that a request may carry, in bytes.
    #[arg(long, env = "CLAIMTRAIL_MAX_TEXT_BYTES", value_name = "BYTES", default_value_t = 2 * 1024 * 1024)]
    pub max_text_bytes: usize,

    /// Texts read at once; more wait their turn, and past that are turned away. [default: one a processor]
    #[arg(long, env = "CLAIMTRAIL_MAX_READINGS", value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=1024), default_value_t = processors(), hide_default_value = true)]
    pub max_readings: u16,

    /// Exports streamed at once, each on a connection of its own; more are turned away.
    #[arg(long, env = "CLAIMTRAIL_MAX_EXPORTS", value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=256), default_value_t = 4)]
    pub max_exports: u16,
}

/// What whoever works on the queue takes.
#[derive(Debug, Clone, Args)]
pub struct WorkConfig {
    /// Jobs worked on at once.
    #[arg(long, env = "CLAIMTRAIL_WORKERS", value_name = "COUNT", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub workers: u16,

    /// How long a job that is done can be asked for, in days; then its row is removed. What failed stays.
    #[arg(long, env = "CLAIMTRAIL_KEEP_DONE_JOBS", value_name = "DAYS", default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=3650))]
    pub keep_done_jobs: u16,

    /// How much the reading of a document may cost: fast, meant for archives, takes rules and linear models, accurate the trained encoder. [default: accurate, for extract and ingest fast]
    #[arg(long, env = "CLAIMTRAIL_GEAR", value_enum, default_value_t = GearChoice::Accurate, hide_default_value = true)]
    pub gear: GearChoice,

    /// Whether and how addresses are fetched.
    #[command(flatten)]
    pub fetch: FetchConfig,
}
