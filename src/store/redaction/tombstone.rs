//! What is left, and that it keeps the document from coming back.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid};
use url::Url;
use uuid::Uuid;

use super::{Request, address_digest};
use crate::domain::{DocumentId, Tombstone, address_key};
use crate::store::sql::Sql;
use crate::store::{Connection, Error, audit};

#[derive(QueryableByName)]
struct TombstoneRow {
    #[diesel(sql_type = SqlUuid)]
    document_id: Uuid,
    #[diesel(sql_type = Text)]
    reason: String,
    #[diesel(sql_type = Text)]
    redacted_by: String,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    superseded_at: Option<DateTime<Utc>>,
}

impl From<TombstoneRow> for Tombstone {
    fn from(row: TombstoneRow) -> Self {
        Tombstone {
            document: DocumentId(row.document_id),
            reason: row.reason,
            redacted_by: row.redacted_by,
            recorded_at: row.recorded_at,
            lifted_at: row.superseded_at,
        }
    }
}

const TOMBSTONES: &str = "select t.document_id, t.reason, t.redacted_by, t.recorded_at, t.superseded_at from tombstones t";

/// The tombstone of a document, lifted or not.
pub(super) async fn find(
    connection: &Connection,
    id: DocumentId,
) -> Result<Option<Tombstone>, Error> {
    let mut sql = Sql::new(TOMBSTONES);
    sql.push("where t.document_id = {}", [id.0.into()]);
    let rows: Vec<TombstoneRow> = sql.look_up(connection).await?;
    Ok(rows.into_iter().next().map(Tombstone::from))
}

/// Why there is no document of this id: it was redacted, or there never was one.
pub(in crate::store) async fn missing(connection: &Connection, id: DocumentId) -> Error {
    match find(connection, id).await {
        Ok(Some(tombstone)) => Error::Redacted(Box::new(tombstone)),
        Ok(None) => Error::NotFound,
        Err(error) => error,
    }
}

/// Fails where a redacted document was known by one of these digests.
pub(in crate::store) async fn refuse_digests(
    connection: &Connection,
    digests: Vec<Vec<u8>>,
) -> Result<(), Error> {
    let mut sql = Sql::new(TOMBSTONES);
    sql.push("join", []);
    sql.each(["tombstone_digests", "digest", "document_id", "g"], digests.into()).push(
        "on g.document_id = t.document_id
         where t.superseded_at is null order by t.recorded_at limit 1",
        [],
    );
    let rows: Vec<TombstoneRow> = sql.look_up(connection).await?;
    match rows.into_iter().next() {
        Some(row) => Err(Error::Redacted(Box::new(row.into()))),
        None => Ok(()),
    }
}

/// Fails where the document at `url` was redacted: before its page is asked for or its words are kept
/// for a job.
///
/// # Errors
/// [`Error::Redacted`].
pub async fn refuse(connection: &mut Connection, url: &Url) -> Result<(), Error> {
    let digests = address_key(url).iter().map(|key| address_digest(key)).collect();
    refuse_digests(connection, digests).await
}

pub(super) async fn put(
    connection: &mut Connection,
    id: DocumentId,
    request: Request<'_>,
    digests: &[Vec<u8>],
    at: DateTime<Utc>,
) -> Result<Tombstone, Error> {
    let mut sql = Sql::new("with stone as (insert into tombstones");
    sql.push(
        "(document_id, reason, redacted_by, recorded_at) values ({}, {}, {}, {})
         returning document_id)
         insert into tombstone_digests (document_id, digest)
         select document_id, digest from stone, unnest({}) as digest",
        [id.0.into(), request.reason.into(), request.by.into(), at.into(), digests.to_vec().into()],
    );
    sql.run(connection).await?;
    audit::log(connection, "redact", id.0, request, at).await?;
    find(connection, id).await?.ok_or(Error::NotFound)
}

/// Lets the document's address be stored again, as another document; call it in a transaction. The text
/// does not come back. Lifted again it changes nothing.
///
/// # Errors
/// [`Error::NotFound`] where nothing was redacted under this id.
pub async fn lift(
    connection: &mut Connection,
    id: DocumentId,
    request: Request<'_>,
) -> Result<Tombstone, Error> {
    let standing = find(connection, id).await?.ok_or(Error::NotFound)?;
    if standing.lifted_at.is_some() {
        return Ok(standing);
    }
    let at = crate::store::writing::take_time(connection).await?;
    let mut sql = Sql::new("update tombstones set superseded_at =");
    sql.push("{} where document_id = {} and superseded_at is null", [at.into(), id.0.into()]);
    sql.run(connection).await?;
    audit::log(connection, "lift_redaction", id.0, request, at).await?;
    find(connection, id).await?.ok_or(Error::NotFound)
}
