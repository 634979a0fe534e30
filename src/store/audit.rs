//! What people did by hand: one line each, never changed.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{Connection, Error};

/// Who does something by hand, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request<'r> {
    /// By a name that people here know.
    pub by: &'r str,
    /// Why; it stays.
    pub reason: &'r str,
}

/// Writes down that somebody did `action` to `subject` at that time.
pub(super) async fn log(
    connection: &mut Connection,
    action: &str,
    subject: Uuid,
    request: Request<'_>,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    diesel::sql_query(
        "insert into audit_log (id, action, subject_id, acted_by, reason, recorded_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind::<SqlUuid, _>(Uuid::now_v7())
    .bind::<Text, _>(action)
    .bind::<SqlUuid, _>(subject)
    .bind::<Text, _>(request.by)
    .bind::<Text, _>(request.reason)
    .bind::<Timestamptz, _>(at)
    .execute(connection)
    .await?;
    Ok(())
}
