//! `redact`: removes a document's text from the database on request, or lets its address come back.

use std::io::Write;

use anyhow::Context;

use super::database::Database;
use crate::config::{GlobalConfig, RedactConfig};
use crate::domain::{DocumentId, Tombstone};
use crate::store::redaction::{self, Request};
use crate::store::{self, Pool, PoolOptions};

/// Redacts or lifts, and prints the tombstone as JSON.
pub async fn run(global: &GlobalConfig, config: &RedactConfig) -> anyhow::Result<()> {
    let database = Database::open(global).await?;
    let done = redact(database.url(), config).await;
    let closed = database.close().await;
    let tombstone = done?;
    closed?;
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, &tombstone)?;
    writeln!(out)?;
    Ok(())
}

async fn redact(url: &str, config: &RedactConfig) -> anyhow::Result<Tombstone> {
    let (by, reason) = (config.by.trim(), config.reason.trim());
    anyhow::ensure!(!by.is_empty() && !reason.is_empty(), "--by and --reason must not be empty");
    store::migrate(url).await.context("cannot migrate the database")?;
    let pool = Pool::new(url, PoolOptions::default())?;
    let id = DocumentId(config.document);
    let request = Request { by, reason };
    let mut connection = pool.get().await?;
    let tombstone = store::transaction(&mut connection, async |connection| match config.lift {
        true => redaction::lift(connection, id, request).await,
        false => redaction::redact(connection, id, request).await,
    });
    match tombstone.await {
        Err(store::Error::NotFound) if config.lift => {
            anyhow::bail!("no document was redacted under the id {id}")
        }
        Err(store::Error::NotFound) => anyhow::bail!("no document has the id {id}"),
        other => other.context("nothing was changed"),
    }
}
