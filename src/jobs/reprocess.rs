//! A stored revision → read again by the present extractor, and stored under the ids that stay.

use std::sync::Arc;

use anyhow::Context;

use super::extract_document::{identify, keys};
use super::{patiently, revising};
use crate::app;
use crate::domain::Extraction;
use crate::pipeline::Gear;
use crate::store::writing::{self, Reread, Stored};
use crate::store::{self, Connection, Pool};

/// Reads it; on a thread of its own, because it takes a CPU for as long as it lasts.
///
/// # Errors
/// When the reader panics, which it never should.
pub async fn read(stored: &Stored, gear: Gear) -> anyhow::Result<Extraction> {
    let document = Arc::new(stored.read.clone());
    tokio::task::spawn_blocking(move || app::extract(&document, gear))
        .await
        .context("the extractor stopped on this document")
}

/// Reads a revision again and stores what is new; `None` where another one took its place meanwhile.
///
/// # Errors
/// As [`read`], and [`store::Error`] of the database.
pub async fn run(pool: &Pool, stored: &Stored, gear: Gear) -> anyhow::Result<Option<Reread>> {
    // No connection is held while the CPU works.
    let extraction = read(stored, gear).await?;
    let reread = patiently(async || {
        let mut connection = pool.get().await?;
        store::transaction(&mut connection, async |connection| {
            store(connection, stored, &extraction).await
        })
        .await
    });
    Ok(reread.await?)
}

/// Stores what was read in a revision again; call it in a transaction.
///
/// # Errors
/// [`store::Error::Conflict`] where a rule of the schema refuses a row; nothing of it may be committed then.
pub async fn store(
    connection: &mut Connection,
    stored: &Stored,
    extraction: &Extraction,
) -> Result<Option<Reread>, store::Error> {
    let notes = revising::notes(&stored.read).await?;
    let begun = writing::begin_again(connection, stored, &keys(extraction)).await?;
    let Some(draft) = begun else { return Ok(None) };
    let revised = revising::revise(connection, &draft, &stored.read, extraction, notes).await?;
    let extraction = &*revised.extraction;
    let identities =
        identify(connection, &stored.read.language, extraction, keys(extraction)).await?;
    let notes = revised.notes(&identities);
    draft.refill(connection, &stored.read, extraction, &identities, &notes).await.map(Some)
}
