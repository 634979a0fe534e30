//! What people say of claims beside what was extracted: wording, tags, a note, a status.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::audit::{self, Request};
use super::sql::{Sql, words};
use super::writing::{lock_merges, take_time};
use super::{Connection, Error, claims, merges};
use crate::domain::ClaimId;
use crate::domain::view::{ClaimChange, ClaimEdit, ClaimView};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Nullable<Text>)]
    text: Option<String>,
    #[diesel(sql_type = Array<Text>)]
    tags: Vec<String>,
    #[diesel(sql_type = Nullable<Text>)]
    note: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    status: Option<String>,
}

/// What is said of the claim now.
async fn live(connection: &Connection, claim: ClaimId) -> Result<ClaimEdit, Error> {
    let mut sql = Sql::new("select e.text, e.tags, e.note, e.status from claim_edits e");
    sql.push("where e.claim_id = {}", [claim.0.into()]).live("e", None);
    let rows: Vec<Row> = sql.look_up(connection).await?;
    let Some(Row { text, tags, note, status }) = rows.into_iter().next() else {
        return Ok(ClaimEdit::default());
    };
    Ok(ClaimEdit { text, tags, note, status: words(status.as_deref())? })
}

/// Changes what is said of a claim, if it is still as the caller saw it: `seen` is asked with the claim
/// as it is. Call it in a transaction. What changes nothing leaves no trace.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Merged`] for a claim that another one answers for, and
/// [`Error::Changed`] where `seen` says no.
pub async fn change(
    connection: &mut Connection,
    claim: ClaimId,
    change: ClaimChange,
    seen: impl FnOnce(&ClaimView) -> bool,
    request: Request<'_>,
) -> Result<ClaimView, Error> {
    // Nobody else changes or merges it meanwhile.
    lock_merges(connection).await?;
    let view = claims::find(connection, claim, None).await?;
    if let Some(&survivor) = merges::survivors(connection, &[claim], None).await?.get(&claim) {
        return Err(Error::Merged { claim, survivor });
    }
    if !seen(&view) {
        return Err(Error::Changed);
    }
    let before = live(connection, claim).await?;
    let after = before.clone().with(change);
    if after == before {
        return Ok(view);
    }
    let at = take_time(connection).await?;
    write(connection, claim, &after, request, at).await?;
    audit::log(connection, "change_claim", claim.0, request, at).await?;
    claims::find(connection, claim, None).await
}

async fn write(
    connection: &mut Connection,
    claim: ClaimId,
    edit: &ClaimEdit,
    request: Request<'_>,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    let mut sql = Sql::new("update claim_edits e set superseded_at =");
    sql.push("{} where e.claim_id = {}", [at.into(), claim.0.into()]).live("e", None);
    sql.run(connection).await?;
    diesel::sql_query(
        "insert into claim_edits
             (id, claim_id, text, tags, note, status, edited_by, reason, recorded_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind::<SqlUuid, _>(Uuid::now_v7())
    .bind::<SqlUuid, _>(claim.0)
    .bind::<Nullable<Text>, _>(&edit.text)
    .bind::<Array<Text>, _>(&edit.tags)
    .bind::<Nullable<Text>, _>(&edit.note)
    .bind::<Nullable<Text>, _>(edit.status.map(|status| status.as_str()))
    .bind::<Text, _>(request.by)
    .bind::<Text, _>(request.reason)
    .bind::<Timestamptz, _>(at)
    .execute(connection)
    .await?;
    Ok(())
}
