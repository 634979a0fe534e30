//! What claims mean to an encoder, kept for those who search by meaning.

use diesel::QueryableByName;
use diesel::sql_types::{Binary, Uuid as SqlUuid};
use uuid::Uuid;

use super::sql::Sql;
use super::{Connection, Error};
use crate::domain::ClaimId;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    claim_id: Uuid,
    #[diesel(sql_type = Binary)]
    meaning: Vec<u8>,
}

/// What these claims mean to `encoder`, as far as it is known, as bytes.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn of(
    connection: &Connection,
    encoder: &str,
    claims: &[ClaimId],
) -> Result<Vec<(ClaimId, Vec<u8>)>, Error> {
    let ids: Vec<Uuid> = claims.iter().map(|id| id.0).collect();
    let mut sql = Sql::new("select claim_id, meaning from claim_meanings");
    sql.push("where encoder = {} and claim_id = any({})", [encoder.into(), ids.into()]);
    let rows: Vec<Row> = sql.look_up(connection).await?;
    Ok(rows.into_iter().map(|row| (ClaimId(row.claim_id), row.meaning)).collect())
}

/// Keeps what claims mean to `encoder`, in place of what they meant to another; of claims that are
/// gone nothing is kept.
///
/// # Errors
/// [`Error::Conflict`] for a meaning of another length.
pub async fn keep(
    connection: &Connection,
    encoder: &str,
    meanings: &[(ClaimId, Vec<u8>)],
) -> Result<(), Error> {
    // In the order of their keys, so that two who keep the same never wait for each other.
    let mut meanings: Vec<&(ClaimId, Vec<u8>)> = meanings.iter().collect();
    meanings.sort_by_key(|(id, _)| *id);
    let ids: Vec<Uuid> = meanings.iter().map(|(id, _)| id.0).collect();
    let bytes: Vec<Vec<u8>> = meanings.iter().map(|(_, meaning)| meaning.clone()).collect();
    let mut sql = Sql::new("insert into claim_meanings (encoder, claim_id, meaning)");
    sql.push(
        "select {}, u.id, u.meaning from unnest({}, {}) u (id, meaning) join claims c on c.id = u.id
         on conflict (claim_id) do update
            set encoder = excluded.encoder, meaning = excluded.meaning,
                recorded_at = excluded.recorded_at
          where claim_meanings.encoder <> excluded.encoder",
        [encoder.into(), ids.into(), bytes.into()],
    );
    sql.run(connection).await
}
