//! `migrate`: brings the database to the schema that this program speaks, and says how.

use std::io::Write;

use anyhow::Context;

use super::database::Database;
use crate::config::GlobalConfig;
use crate::store;

/// Applies what is missing and prints its names, one a line.
pub async fn run(global: &GlobalConfig) -> anyhow::Result<()> {
    let database = Database::open(global).await?;
    let applied = store::migrate(database.url()).await.context("cannot migrate the database");
    let closed = database.close().await;
    let applied = applied?;
    closed?;
    let mut out = std::io::stdout().lock();
    if applied.is_empty() {
        writeln!(out, "nothing to apply: the schema is current")?;
    }
    for name in applied {
        writeln!(out, "applied {name}")?;
    }
    Ok(())
}
