//! A correction → kept, and applied to its document at once.

use super::reprocess;
use crate::domain::view::{ClaimGiven, CorrectionView, NewCorrection, PartView};
use crate::domain::{ClaimId, CorrectionId, DocumentId, Extraction};
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

/// A document with what the present extractor reads in it.
#[derive(Debug)]
pub struct Read {
    /// The document.
    pub stored: Stored,
    /// What is read.
    pub extraction: Extraction,
}

/// Parts places off a claim, and stores what is read in their documents with that; call it in a transaction.
///
/// # Errors
/// As [`corrections::part`] and [`reprocess::store`].
pub async fn part(
    connection: &mut Connection,
    from: ClaimId,
    places: &[(Read, Vec<NewCorrection>)],
    into: &ClaimGiven,
    request: Request<'_>,
) -> Result<PartView, store::Error> {
    let of_documents: Vec<(&Stored, &[NewCorrection])> =
        places.iter().map(|(read, new)| (&read.stored, new.as_slice())).collect();
    let parted = corrections::part(connection, from, &of_documents, into, request).await?;
    for (Read { stored, extraction }, _) in places {
        reprocess::store(connection, stored, extraction).await?;
    }
    Ok(parted)
}

/// Takes corrections back, and stores what is read in their documents without them; call it in a transaction.
/// Where a text changed meanwhile, the next reading goes without it.
///
/// # Errors
/// [`store::Error::NotFound`], and as [`reprocess::store`].
pub async fn withdraw(
    connection: &mut Connection,
    documents: &[Read],
    ids: &[CorrectionId],
    request: Request<'_>,
) -> Result<(), store::Error> {
    corrections::withdraw(connection, ids, request).await?;
    for Read { stored, extraction } in documents {
        reprocess::store(connection, stored, extraction).await?;
    }
    Ok(())
}
