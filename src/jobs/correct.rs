//! A correction → kept, and applied to its document at once.

use super::reprocess;
use crate::domain::view::{CorrectionView, NewCorrection};
use crate::domain::{CorrectionId, DocumentId, Extraction};
use crate::store::audit::Request;
use crate::store::writing::{Choice, Stored, stored};
use crate::store::{self, Connection, Pool, corrections};

/// The text of a document that is read now.
///
/// # Errors
/// [`store::Error::NotFound`] where there is none.
pub async fn standing(pool: &Pool, document: DocumentId) -> Result<Stored, store::Error> {
    let choice = Choice { document: Some(document), ..Choice::default() };
    let some = stored(&mut *pool.get().await?, &choice, None, 1).await?;
    some.into_iter().next().ok_or(store::Error::NotFound)
}

/// Keeps a correction and stores what is read in its document with it; call it in a transaction.
///
/// # Errors
/// As [`corrections::insert`] and [`reprocess::store`].
pub async fn store(
    connection: &mut Connection,
    stored: &Stored,
    extraction: &Extraction,
    new: &NewCorrection,
    request: Request<'_>,
) -> Result<CorrectionView, store::Error> {
    let id = corrections::insert(connection, stored, new, request).await?;
    reprocess::store(connection, stored, extraction).await?;
    corrections::find(connection, id).await
}

/// Takes a correction back, and stores what is read in its document without it; call it in a transaction.
/// Where the text changed meanwhile, the next reading goes without it.
///
/// # Errors
/// [`store::Error::NotFound`], and as [`reprocess::store`].
pub async fn withdraw(
    connection: &mut Connection,
    stored: &Stored,
    extraction: &Extraction,
    id: CorrectionId,
    request: Request<'_>,
) -> Result<CorrectionView, store::Error> {
    corrections::withdraw(connection, id, request).await?;
    reprocess::store(connection, stored, extraction).await?;
    corrections::find(connection, id).await
}
