//! What every command takes.

use std::path::PathBuf;

use clap::Args;

/// Flags that every command takes.
#[derive(Debug, Clone, Args)]
pub struct GlobalConfig {
    /// An existing Postgres, as postgres://user:password@host/database. Without it the program runs a private one in the data folder.
    #[arg(long, env = "DATABASE_URL", global = true, hide_env_values = true, value_name = "URL")]
    pub database_url: Option<String>,

    /// Where the private Postgres keeps its files. [default: $XDG_DATA_HOME/claimtrail, ~/.local/share/claimtrail, or /var/lib/claimtrail as root]
    #[arg(long, env = "CLAIMTRAIL_DATA_DIR", global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,

    /// Folder with initdb and postgres for the private Postgres. [default: what pg_config, /usr/lib/postgresql or the cache offers]
    #[arg(long, env = "CLAIMTRAIL_POSTGRES_BIN", global = true, value_name = "DIR")]
    pub postgres_bin: Option<PathBuf>,

    /// Where a fetched Postgres is kept. [default: $XDG_CACHE_HOME/claimtrail, ~/.cache/claimtrail, or /var/cache/claimtrail as root]
    #[arg(long, env = "CLAIMTRAIL_CACHE_DIR", global = true, value_name = "DIR")]
    pub cache_dir: Option<PathBuf>,

    /// What to log, as tracing directives: warn, info, claimtrail=debug …
    #[arg(
        long,
        env = "CLAIMTRAIL_LOG",
        global = true,
        default_value = "info",
        value_name = "DIRECTIVES"
    )]
    pub log: String,

    /// How to write the log on standard error.
    #[arg(long, env = "CLAIMTRAIL_LOG_FORMAT", global = true, value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people: one line an event, coloured on a terminal.
    Text,
    /// For programs: one JSON object a line.
    Json,
}

impl GlobalConfig {
    /// The data folder, as named or by the custom of the system; `None` when neither it nor a home folder is known.
    pub fn data_dir(&self) -> Option<PathBuf> {
        self.data_dir.clone().or_else(|| own_folder("/var/lib", "XDG_DATA_HOME", ".local/share"))
    }

    /// The cache folder, as named or by the custom of the system; `None` when neither it nor a home folder is known.
    pub fn cache_dir(&self) -> Option<PathBuf> {
        self.cache_dir.clone().or_else(|| own_folder("/var/cache", "XDG_CACHE_HOME", ".cache"))
    }
}

/// Our folder below the system's, when we are root, or else below the user's. Root's home is closed to the
/// account that root's server runs under.
fn own_folder(system: &str, variable: &str, in_home: &str) -> Option<PathBuf> {
    let base = if rustix::process::geteuid().is_root() {
        PathBuf::from(system)
    } else {
        let absolute =
            |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        absolute(variable).or_else(|| Some(absolute("HOME")?.join(in_home)))?
    };
    Some(base.join("claimtrail"))
}
