//! Whether a document's page is still there, as its publisher's server tells.

use diesel::sql_types::{Integer, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use url::Url;
use uuid::Uuid;

use super::identity::{answer, at_canonical, take_time};
use super::locks::lock_document;
use crate::domain::view::{StoreOutcome, StoredDocument};
use crate::domain::{DocumentId, RemovalStatus, address_key};
use crate::store::{Connection, Error};

/// Keeps that the page at `url` is gone, and answers which document stood there; `None`, keeping
/// nothing, where `url` is no document's canonical address: another address may go while the page stays.
///
/// Told again it changes nothing. Call it in a transaction.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn record_removal(
    connection: &mut Connection,
    url: &Url,
    status: RemovalStatus,
) -> Result<Option<StoredDocument>, Error> {
    let Some(key) = address_key(url) else { return Ok(None) };
    lock_document(connection, &key).await?;
    let Some(live) = at_canonical(connection, &key).await? else { return Ok(None) };
    let at = take_time(connection).await?;
    diesel::sql_query(
        "update document_removals set superseded_at = $2
          where document_id = $1 and superseded_at is null and status <> $3",
    )
    .bind::<SqlUuid, _>(live.document_id)
    .bind::<Timestamptz, _>(at)
    .bind::<Integer, _>(status.code())
    .execute(connection)
    .await?;
    diesel::sql_query(
        "insert into document_removals (id, document_id, status, recorded_at)
         values ($1, $2, $3, $4)
         on conflict (document_id) where superseded_at is null do nothing",
    )
    .bind::<SqlUuid, _>(Uuid::now_v7())
    .bind::<SqlUuid, _>(live.document_id)
    .bind::<Integer, _>(status.code())
    .bind::<Timestamptz, _>(at)
    .execute(connection)
    .await?;
    Ok(Some(StoredDocument { outcome: StoreOutcome::Removed, ..answer(live) }))
}

/// Keeps that the document's page was fetched, so that it is there: call it in the transaction that
/// stores what came.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn record_presence(
    connection: &mut Connection,
    document: DocumentId,
) -> Result<(), Error> {
    diesel::sql_query(
        "update document_removals set superseded_at = clock_timestamp()
          where document_id = $1 and superseded_at is null",
    )
    .bind::<SqlUuid, _>(document.0)
    .execute(connection)
    .await?;
    Ok(())
}
