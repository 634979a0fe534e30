//! `match`: texts → the known claims that they could be about, one JSON object a text.

use std::io::{BufRead, Write};
use std::sync::Arc;

use anyhow::Context;

use super::database::Database;
use crate::api::v1::matching::{self, Wanted};
use crate::config::{GlobalConfig, MatchConfig};
use crate::index::{Keeper, KnownClaims};
use crate::store::{self, Pool, PoolOptions};

/// Reads what claims mean as far as no service did, then answers each text, in order.
///
/// # Errors
/// The database cannot be opened, or standard input is not UTF-8.
pub async fn run(global: &GlobalConfig, config: MatchConfig) -> anyhow::Result<()> {
    let texts = texts(&config)?;
    let database = Database::open(global).await?;
    let done = answer(database.url(), &config, texts).await;
    let closed = database.close().await;
    done?;
    closed
}

/// Those of the command line, or each line of standard input.
fn texts(config: &MatchConfig) -> anyhow::Result<Vec<String>> {
    if !config.texts.is_empty() {
        return Ok(config.texts.clone());
    }
    let lines: Result<Vec<String>, _> = std::io::stdin().lock().lines().collect();
    let lines = lines.context("cannot read standard input")?;
    Ok(lines.into_iter().filter(|line| !line.trim().is_empty()).collect())
}

async fn answer(url: &str, config: &MatchConfig, texts: Vec<String>) -> anyhow::Result<()> {
    store::migrate(url).await.context("cannot migrate the database")?;
    let pool = Pool::new(url, PoolOptions::default())?;
    let known = Arc::new(KnownClaims::default());
    let mut keeper = Keeper::new(known.clone(), pool.clone());
    keeper.look().await?;
    let (claims, mut unread) = known.counts();
    if unread > 0 {
        tracing::info!("reading what {unread} of {claims} claims mean; it is kept");
    }
    while unread > 0 {
        unread = keeper.read_some().await?;
    }
    let wanted = Wanted { limit: config.limit.into(), min_score: config.min_score };
    let mut connection = pool.get().await?;
    for text in texts {
        let known = known.clone();
        let found = tokio::task::spawn_blocking(move || matching::ask(&known, &[text])).await?;
        let mut out = std::io::stdout().lock();
        for result in matching::results(&mut connection, found, wanted).await? {
            serde_json::to_writer(&mut out, &result)?;
            writeln!(out)?;
        }
    }
    Ok(())
}
