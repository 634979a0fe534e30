//! Documents that turn out to be one → one document with the addresses of both.
//!
//! The one of the canonical address answers for the other from then on. What the other says has ended,
//! as what a revision says ends with the next one, so nothing is counted twice and `as_of` before that
//! answers as it did.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Bool, Uuid as SqlUuid};
use uuid::Uuid;

use super::summaries;
use crate::store::rows::supersede_revision;
use crate::store::sql::Sql;
use crate::store::{Connection, Error};

/// A document that stood at another address of one, before anybody knew that this was its address.
#[derive(Debug, Clone, Copy, QueryableByName)]
pub(super) struct Other {
    #[diesel(sql_type = SqlUuid)]
    pub document_id: Uuid,
    /// Its live revision.
    #[diesel(sql_type = SqlUuid)]
    pub revision_id: Uuid,
    /// Whether people corrected what it says: then it stays, since their words point into it.
    #[diesel(sql_type = Bool)]
    pub corrected: bool,
}

/// The documents at these addresses that are the same as `document`: each such address was the canonical
/// one of a document with words that this one has or had. The words decide too, because a site's
/// `/latest` leads to another article every day.
pub(super) async fn same(
    connection: &Connection,
    document: Uuid,
    other_keys: Vec<String>,
    sha256: &[u8],
) -> Result<Vec<Other>, Error> {
    let mut sql = Sql::new(
        "select u.document_id, r.id as revision_id, exists (
                    select from corrections k
                     where k.document_id = u.document_id and k.superseded_at is null) as corrected
           from document_urls u",
    );
    sql.push(
        "join document_revisions r on r.document_id = u.document_id and r.superseded_at is null
         where u.key = any({}) and u.canonical and u.document_id <> {}
           and (r.sha256 = any({})
                or r.sha256 in (select sha256 from document_revisions where document_id = {}))
         order by u.document_id",
        [other_keys.into(), document.into(), vec![sha256.to_vec()].into(), document.into()],
    );
    sql.look_up(connection).await
}

/// Keeps that these are one, though each goes on by itself.
pub(super) async fn link(
    connection: &Connection,
    document: Uuid,
    others: &[Other],
) -> Result<(), Error> {
    for other in others {
        let mut sql = Sql::new("insert into document_links (id, document_id, same_as_id)");
        sql.push(
            "values ({}, {}, {}) on conflict do nothing",
            [Uuid::now_v7().into(), document.into(), other.document_id.into()],
        );
        sql.run(connection).await?;
    }
    Ok(())
}

/// Has `document` answer for the others and for what was merged into them, at their addresses too. What they say
/// is ended by [`end`].
pub(super) async fn merge(
    connection: &Connection,
    document: Uuid,
    others: &[Other],
    at: DateTime<Utc>,
) -> Result<(), Error> {
    for &Other { document_id: other, .. } in others {
        let mut sql = Sql::new("update document_links set superseded_at =");
        sql.push(
            "{} where superseded_at is null and not merged
                and least(document_id, same_as_id) = least({}::uuid, {}::uuid)
                and greatest(document_id, same_as_id) = greatest({}::uuid, {}::uuid)",
            [at.into(), document.into(), other.into(), document.into(), other.into()],
        );
        sql.run(connection).await?;
        let mut sql = Sql::new("insert into document_links");
        sql.push(
            "(id, document_id, same_as_id, merged, recorded_at) values ({}, {}, {}, true, {})",
            [Uuid::now_v7().into(), document.into(), other.into(), at.into()],
        );
        sql.run(connection).await?;
        // Marks of answers hold for the words that came with them, which the survivor may not have.
        let mut sql = Sql::new("update document_urls set");
        sql.push(
            "document_id = {}, canonical = false, etag = null, last_modified = null,
                stood_for_id = case when canonical then document_id else stood_for_id end
              where document_id = {}",
            [document.into(), other.into()],
        );
        sql.run(connection).await?;
    }
    Ok(())
}

/// Ends what merged documents say, and answers which claims that touches.
pub(super) async fn end(
    connection: &Connection,
    revisions: &[Uuid],
    at: DateTime<Utc>,
) -> Result<BTreeSet<Uuid>, Error> {
    let mut claims = BTreeSet::new();
    for &revision in revisions {
        claims.extend(summaries::claims_of(connection, revision).await?);
        supersede_revision(connection, revision, at).await?;
    }
    Ok(claims)
}
