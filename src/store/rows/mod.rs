//! The tables: one file a noun, with what is inserted.

pub(super) mod actor;
pub(super) mod claim;
pub(super) mod document;
pub(super) mod rebuttal;
pub(super) mod review;
pub(super) mod statement;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::sql::Sql;
use super::{Connection, Error};

/// Ends the life of a revision's rows in every table that hangs on it.
pub(super) async fn supersede_revision(
    connection: &Connection,
    revision: Uuid,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    let mut sql = Sql::new("with");
    for table in [
        "extractions",
        "actor_mentions",
        "actor_sightings",
        "statements",
        "appearances",
        "claimants",
        "claim_subjects",
        "denials",
        "denial_mentions",
        "correction_notes",
        "revision_origins",
    ] {
        sql.push(
            &format!(
                "of_{table} as (update {table} set superseded_at = {{}}
                  where revision_id = {{}} and superseded_at is null),"
            ),
            [at.into(), revision.into()],
        );
    }
    sql.push(
        "of_rebuttals as (update rebuttals r set superseded_at = {} from denials d
          where d.id = r.denial_id and d.revision_id = {} and r.superseded_at is null)
         update document_revisions set superseded_at = {}
          where id = {} and superseded_at is null",
        [at.into(), revision.into(), at.into(), revision.into()],
    );
    sql.run(connection).await
}
