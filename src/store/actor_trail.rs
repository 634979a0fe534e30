//! What an actor has to do with claims: what it claims, denies and is denied, and where it speaks
//! against itself.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Nullable, Text, Uuid as SqlUuid};
use uuid::Uuid;

use super::sql::{IdRow, Sql};
use super::views::brief;
use super::{Connection, Error, actor_merges};
use crate::domain::ActorId;
use crate::domain::view::{ActorTrail, Against, ClaimBrief, SelfContradiction};

/// Claims of each list at most.
pub const MOST: i64 = 50;

#[derive(QueryableByName)]
struct ContradictionRow {
    #[diesel(sql_type = SqlUuid)]
    claim_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    other_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    how: String,
}

/// The trail of an actor as known at `as_of`, with what was said by those that are merged with it.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away. An unknown actor has an empty one.
pub async fn find(
    connection: &mut Connection,
    actor: ActorId,
    as_of: Option<DateTime<Utc>>,
) -> Result<ActorTrail, Error> {
    let family = actor_merges::family(connection, &[actor.0], as_of).await?;
    let claimed = by(connection, "claimants", "actor_id", &family, as_of).await?;
    let denied = by(connection, "denials", "denier_id", &family, as_of).await?;
    let was_denied = was_denied(connection, &family, as_of).await?;
    let contradicted = contradicted(connection, &family, as_of).await?;
    let others = contradicted.iter().flat_map(|row| [Some(row.claim_id), row.other_id]).flatten();
    let ids = claimed.iter().chain(&denied).chain(&was_denied).copied().chain(others);
    let claims = brief::claims(connection, ids, as_of).await?;
    let shown = |ids: Vec<Uuid>| -> Vec<ClaimBrief> {
        ids.iter().filter_map(|id| claims.get(id).cloned()).collect()
    };
    let contradicted = contradicted
        .into_iter()
        .filter_map(|row| {
            let claim = claims.get(&row.claim_id)?.clone();
            let other = || claims.get(&row.other_id?).cloned();
            let against = match row.how.as_str() {
                "denied" => Against::Denied,
                "denied_same" => Against::DeniedSame(other()?),
                _ => Against::Contradicted(other()?),
            };
            Some(SelfContradiction { claim, against })
        })
        .collect();
    Ok(ActorTrail {
        claimed: shown(claimed),
        denied: shown(denied),
        was_denied: shown(was_denied),
        contradicted,
    })
}

/// Claims with a row of the table by one of the actors, the newest first.
async fn by(
    connection: &Connection,
    table: &str,
    column: &str,
    family: &[Uuid],
    as_of: Option<DateTime<Utc>>,
) -> Result<Vec<Uuid>, Error> {
    let mut sql = Sql::new("select x.claim_id as id from");
    sql.push(&format!("{table} x"), []).among("where", &format!("x.{column}"), family);
    sql.live("x", as_of).push(
        "group by x.claim_id order by max(x.recorded_at) desc, x.claim_id desc limit {}",
        [MOST.into()],
    );
    ids(connection, sql).await
}

/// Claims of the actors that somebody else speaks against.
async fn was_denied(
    connection: &Connection,
    family: &[Uuid],
    as_of: Option<DateTime<Utc>>,
) -> Result<Vec<Uuid>, Error> {
    let mut sql = Sql::new("select x.claim_id as id from claimants x");
    sql.among("where", "x.actor_id", family)
        .live("x", as_of)
        .push(
            "and exists (select from rebuttals r left join denials n on n.id = r.denial_id
                 where r.claim_id = x.claim_id and (n.denier_id is null or n.denier_id <> all({}))",
            [family.to_vec().into()],
        )
        .live("r", as_of)
        .push(
            ") group by x.claim_id order by max(x.recorded_at) desc, x.claim_id desc limit {}",
            [MOST.into()],
        );
    ids(connection, sql).await
}

/// What the actors say against what they say themselves.
async fn contradicted(
    connection: &Connection,
    family: &[Uuid],
    as_of: Option<DateTime<Utc>>,
) -> Result<Vec<ContradictionRow>, Error> {
    let mut sql = Sql::new("with c as (select distinct x.claim_id from claimants x");
    sql.among("where", "x.actor_id", family).live("x", as_of);
    sql.push("), d as (select distinct x.claim_id from denials x", []);
    sql.among("where", "x.denier_id", family).live("x", as_of);
    sql.push(
        "), l as (
             select l.id, l.claim_id, l.other_id from c join links l on l.claim_id = c.claim_id
             union select l.id, l.other_id, l.claim_id from c join links l on l.other_id = c.claim_id)
         select c.claim_id, null::uuid as other_id, 'denied' as how from c join d using (claim_id)
         union all
         select l.claim_id, l.other_id, 'denied_same'
           from l join d on d.claim_id = l.other_id join link_judgements j on j.link_id = l.id
          where j.kind = 'same' and j.state <> 'rejected'",
        [],
    );
    sql.live("j", as_of).push(
        "union all
         select l.claim_id, l.other_id, 'contradicted'
           from l join c o on o.claim_id = l.other_id join link_judgements j on j.link_id = l.id
          where j.kind = 'contradicts' and j.state <> 'rejected' and l.claim_id < l.other_id",
        [],
    );
    sql.live("j", as_of).push("order by 1 desc, 2 limit {}", [MOST.into()]);
    sql.look_up(connection).await
}

async fn ids(connection: &Connection, sql: Sql) -> Result<Vec<Uuid>, Error> {
    let rows: Vec<IdRow> = sql.look_up(connection).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
