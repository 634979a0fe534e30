//! The tables: one file a noun, with what is inserted.

pub(super) mod actor;
pub(super) mod claim;
pub(super) mod document;
pub(super) mod rebuttal;
pub(super) mod statement;

use diesel_async::RunQueryDsl;

use super::{Connection, Error};

/// Rows an INSERT carries at most; with the widest table this stays below the 65,535 values that
/// one statement may bind.
pub(super) const CHUNK: usize = 2_000;

/// Inserts rows of one table, however many.
macro_rules! insert_all {
    ($connection:expr, $table:expr, $rows:expr) => {{
        for chunk in $rows.chunks($crate::store::rows::CHUNK) {
            diesel_async::RunQueryDsl::execute(
                diesel::insert_into($table).values(chunk),
                &mut *$connection,
            )
            .await?;
        }
    }};
}
pub(super) use insert_all;

/// Ends the life of a revision's rows in every table that hangs on it.
pub(super) async fn supersede_revision(
    connection: &mut Connection,
    revision: uuid::Uuid,
    at: chrono::DateTime<chrono::Utc>,
) -> Result<(), Error> {
    for table in [
        "extractions",
        "actor_mentions",
        "statements",
        "appearances",
        "claimants",
        "claim_subjects",
        "denials",
        "denial_mentions",
    ] {
        diesel::sql_query(format!(
            "update {table} set superseded_at = $1 where revision_id = $2 and superseded_at is null"
        ))
        .bind::<diesel::sql_types::Timestamptz, _>(at)
        .bind::<diesel::sql_types::Uuid, _>(revision)
        .execute(&mut *connection)
        .await?;
    }
    for statement in [
        "update rebuttals r set superseded_at = $1 from denials d
          where d.id = r.denial_id and d.revision_id = $2 and r.superseded_at is null",
        "update document_revisions set superseded_at = $1 where id = $2 and superseded_at is null",
    ] {
        diesel::sql_query(statement)
            .bind::<diesel::sql_types::Timestamptz, _>(at)
            .bind::<diesel::sql_types::Uuid, _>(revision)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
