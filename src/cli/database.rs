//! Flags → the database to use: the one that was named, or a private one in the data folder.

use std::time::Duration;

use anyhow::Context;

use crate::config::GlobalConfig;
use crate::postgres::{Options, PrivatePostgres};

/// A database that can be connected to; a private one stops when this is dropped.
#[derive(Debug)]
pub struct Database {
    url: String,
    private: Option<PrivatePostgres>,
}

impl Database {
    /// The database that `--database-url` names, or else the private one, started.
    pub async fn open(global: &GlobalConfig) -> anyhow::Result<Self> {
        if let Some(url) = &global.database_url {
            return Ok(Self { url: url.clone(), private: None });
        }
        let private = start_private(global).await?;
        Ok(Self { url: private.url().to_owned(), private: Some(private) })
    }

    /// Where to connect to, with the password in it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops a private database and waits for its end; leaves any other as it is.
    pub async fn close(self) -> anyhow::Result<()> {
        if let Some(private) = self.private {
            tokio::task::spawn_blocking(|| private.stop()).await??;
        }
        Ok(())
    }

    /// As [`Database::close`], but a private database that is not done within `limit` ends at once; its
    /// next start then takes a little longer.
    pub async fn close_within(self, limit: Duration) -> anyhow::Result<()> {
        if let Some(private) = self.private {
            tokio::task::spawn_blocking(move || private.stop_within(limit)).await??;
        }
        Ok(())
    }
}

/// Starts the private Postgres.
pub(super) async fn start_private(global: &GlobalConfig) -> anyhow::Result<PrivatePostgres> {
    let home = "no home folder is known";
    let options = Options {
        data_dir: global
            .data_dir()
            .with_context(|| format!("{home}: name a folder with --data-dir"))?,
        bin_dir: global.postgres_bin.clone(),
        cache_dir: global
            .cache_dir()
            .with_context(|| format!("{home}: name a folder with --cache-dir"))?,
        durable: true,
    };
    tokio::task::spawn_blocking(move || PrivatePostgres::start(&options))
        .await?
        .context("cannot run a private Postgres")
}
