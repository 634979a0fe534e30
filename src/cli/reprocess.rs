//! `reprocess`: reads stored revisions again with the present extractor, and takes the claimants of stored
//! fact-checks for actors.

use std::io::Write;

use anyhow::Context;
use serde::Serialize;

use super::PartlyRefused;
use super::database::Database;
use crate::config::{GlobalConfig, ReprocessConfig};
use crate::jobs::{import_reviews, reprocess};
use crate::pipeline::EXTRACTOR_VERSION;
use crate::store::writing::{Choice, stored};
use crate::store::{self, Pool, PoolOptions};

/// Revisions that are asked for at once; each waits in memory.
const AT_ONCE: i64 = 16;

/// Fact-checks that are asked for at once, by the names in them alone.
const REVIEWS_AT_ONCE: i64 = 256;

/// What became of all of them.
#[derive(Debug, Default, Serialize)]
struct Told {
    revisions: u64,
    unchanged: u64,
    replaced_meanwhile: u64,
    refused: u64,
    kept: usize,
    ended: usize,
    added: usize,
    /// Fact-checks that got or lost claimants.
    reviews_renewed: u64,
}

/// Reads again, one document a transaction, and prints the counts as JSON.
pub async fn run(global: &GlobalConfig, config: &ReprocessConfig) -> anyhow::Result<()> {
    let database = Database::open(global).await?;
    let done = again(database.url(), config).await;
    let closed = database.close().await;
    let told = done?;
    closed?;
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, &told)?;
    writeln!(out)?;
    if told.refused > 0 {
        anyhow::bail!(PartlyRefused { refused: told.refused, what: "revisions or reviews" });
    }
    Ok(())
}

async fn again(url: &str, config: &ReprocessConfig) -> anyhow::Result<Told> {
    store::migrate(url).await.context("cannot migrate the database")?;
    let pool = Pool::new(url, PoolOptions::default())?;
    let since = config.since.as_deref().map(|since| {
        since.parse().with_context(|| format!("--since {since} is no time in RFC 3339"))
    });
    let choice = Choice {
        document: None,
        read_by: config.extractor_version.clone(),
        // What the present one read last needs no reading again: so a run goes on where one ended.
        not_read_by: (!config.again).then(|| EXTRACTOR_VERSION.to_owned()),
        outlet: config.outlet.clone(),
        since: since.transpose()?,
    };
    let mut told = Told::default();
    let mut after = None;
    loop {
        let some = stored(&mut *pool.get().await?, &choice, after, AT_ONCE).await?;
        let Some(last) = some.last() else { break };
        after = Some(last.revision);
        for revision in &some {
            told.revisions += 1;
            match reprocess::run(&pool, revision, config.gear.into()).await {
                Ok(Some(reread)) => {
                    told.unchanged += u64::from(reread.ended + reread.added == 0);
                    told.kept += reread.kept;
                    told.ended += reread.ended;
                    told.added += reread.added;
                }
                Ok(None) => told.replaced_meanwhile += 1,
                Err(error) if is_refusal(&error) => {
                    tracing::error!(revision = %revision.revision, "{error:#}");
                    told.refused += 1;
                }
                Err(error) => return Err(error),
            }
        }
        tracing::info!(
            revisions = told.revisions,
            unchanged = told.unchanged,
            ended = told.ended,
            added = told.added,
            "read again"
        );
    }
    renew_claimants(&pool, &choice, &mut told).await?;
    Ok(told)
}

/// Has stored fact-checks name actors as they would if they were imported now.
async fn renew_claimants(pool: &Pool, choice: &Choice, told: &mut Told) -> anyhow::Result<()> {
    let mut after = None;
    loop {
        let some = import_reviews::named_claimants(pool, choice, after, REVIEWS_AT_ONCE).await?;
        let Some(last) = some.last() else { return Ok(()) };
        after = Some(last.revision);
        for named in &some {
            match import_reviews::renew_claimants(pool, named).await {
                Ok(renewed) => told.reviews_renewed += u64::from(renewed),
                Err(error @ (store::Error::Conflict { .. } | store::Error::Query(_))) => {
                    let error = anyhow::Error::new(error);
                    tracing::error!(review_revision = %named.revision, "{error:#}");
                    told.refused += 1;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// Whether it is one revision that cannot be stored, and not the database that is away.
fn is_refusal(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<store::Error>()
        .is_none_or(|error| matches!(error, store::Error::Conflict { .. } | store::Error::Query(_)))
}
