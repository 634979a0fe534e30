//! Redaction: removes a document's text from every table, past states too, and leaves a tombstone.
//!
//! Rows are deleted and not blanked: most of a document's rows quote it, and a quote without its words
//! proves nothing. What other documents say stays, and the claims that they share are judged anew.
//! Numbers that were counted from the removed rows stay in the past states of those claims.

mod remove;
mod tombstone;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Binary, Nullable, Text, Uuid as SqlUuid};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::sql::{IdRow, Sql};
use super::writing::{hold_merges, lock_documents, lock_wordings, take_time};
use super::{Connection, Error, documents};
use crate::domain::{ClaimId, DocumentId, Tombstone};

pub use tombstone::{lift, refuse};
pub(super) use tombstone::{missing, refuse_digests};

/// Who has a document redacted, and why; the reason stays, so it must not repeat what is removed.
pub use super::audit::Request;

#[derive(QueryableByName)]
struct KeyRow {
    #[diesel(sql_type = Nullable<Text>)]
    key: Option<String>,
    #[diesel(sql_type = Nullable<Binary>)]
    content_sha256: Option<Vec<u8>>,
}

#[derive(QueryableByName)]
struct RevisionRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    language: String,
}

/// What tells the document from others.
struct Known {
    keys: Vec<String>,
    content: Option<Vec<u8>>,
}

impl Known {
    async fn of(connection: &Connection, id: DocumentId) -> Result<Self, Error> {
        let mut sql = Sql::new(
            "select u.key, d.content_sha256
               from documents d left join document_urls u on u.document_id = d.id",
        );
        sql.push("where d.id = {} order by u.key", [id.0.into()]);
        let rows: Vec<KeyRow> = sql.look_up(connection).await?;
        let content = rows.first().ok_or(Error::NotFound)?.content_sha256.clone();
        Ok(Known { keys: rows.into_iter().filter_map(|row| row.key).collect(), content })
    }

    fn digests(&self) -> Vec<Vec<u8>> {
        let words = self.content.iter().cloned();
        self.keys.iter().map(|key| address_digest(key)).chain(words).collect()
    }

    fn lock_names(&self) -> BTreeSet<String> {
        let words = self.content.iter().map(|digest| super::views::hex(digest));
        self.keys.iter().cloned().chain(words).collect()
    }
}

/// What is locked of a stored document.
pub(super) async fn lock_names(
    connection: &Connection,
    id: DocumentId,
) -> Result<BTreeSet<String>, Error> {
    Ok(Known::of(connection, id).await?.lock_names())
}

/// The digest that an address is known by after its document is gone.
pub(super) fn address_digest(key: &str) -> Vec<u8> {
    let mut digest = Sha256::new();
    digest.update("address");
    digest.update([0]);
    digest.update(key);
    digest.finalize().to_vec()
}

/// Removes a document and all its text, and leaves a tombstone; call it in a transaction. Asked again it
/// answers the tombstone that stands. Documents that were merged with it have the same words and go with it.
///
/// # Errors
/// [`Error::NotFound`] for an id that no document has or had.
pub async fn redact(
    connection: &mut Connection,
    id: DocumentId,
    request: Request<'_>,
) -> Result<Tombstone, Error> {
    if let Some(tombstone) = tombstone::find(connection, id).await? {
        return Ok(tombstone);
    }
    let asked = id;
    let id = documents::survivor(connection, asked).await?.unwrap_or(asked);
    // Read again under the locks: an address may come to the document meanwhile.
    let known = Known::of(connection, id).await?;
    lock_documents(connection, &known.lock_names()).await?;
    hold_merges(connection).await?;
    let known = match Known::of(connection, id).await {
        Err(Error::NotFound) => {
            return tombstone::find(connection, asked).await?.ok_or(Error::NotFound);
        }
        known => known?,
    };
    let merged = documents::merged(connection, id).await?;
    let all: Vec<Uuid> = merged.iter().copied().chain([id.0]).collect();
    let mut sql = Sql::new("select id, language from document_revisions");
    sql.push(
        "where document_id = any({}) order by document_id = {}, number",
        [all.clone().into(), id.0.into()],
    );
    let revisions: Vec<RevisionRow> = sql.look_up(connection).await?;
    let language = revisions.last().map_or(String::new(), |it| it.language.clone());
    let revisions: Vec<Uuid> = revisions.into_iter().map(|row| row.id).collect();

    let claims = remove::claims_of(connection, &revisions).await?;
    lock_wordings(connection, &language, &claims).await?;
    let at = take_time(connection).await?;
    let actors = remove::actors_of(connection, &revisions).await?;
    for &document in &all {
        remove::jobs(connection, DocumentId(document), &known.keys).await?;
    }
    remove::rows(connection, &all, &revisions).await?;
    let gone = remove::claims(connection, &claims, at).await?;
    let staying = claims.into_iter().filter(|claim| !gone.contains(claim)).collect();
    super::writing::judge_anew(connection, staying, at).await?;
    remove::actors(connection, &actors).await?;
    // The addresses are the survivor's.
    for document in merged {
        tombstone::put(connection, DocumentId(document), request, &[], at).await?;
    }
    let tombstone = tombstone::put(connection, id, request, &known.digests(), at).await?;
    if asked == id {
        return Ok(tombstone);
    }
    tombstone::find(connection, asked).await?.ok_or(Error::NotFound)
}

/// The claims that went with documents since this time.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn claims_since(
    connection: &Connection,
    since: DateTime<Utc>,
) -> Result<Vec<ClaimId>, Error> {
    let mut sql = Sql::new("select claim_id as id from redacted_claims where recorded_at >=");
    sql.push("{} order by recorded_at, claim_id", [since.into()]);
    let rows: Vec<IdRow> = sql.look_up(connection).await?;
    Ok(rows.into_iter().map(|row| ClaimId(row.id)).collect())
}
