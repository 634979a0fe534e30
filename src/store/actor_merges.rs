//! Merges of actors: which turned out to be one, and which answers for which.
//!
//! Evidence keeps the actor that a document named; who reads it follows [`answering`]. So undoing a merge
//! gives each actor exactly what is its own, also what came in since.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use super::audit::{self, Request};
use super::sql::{IdRow, Sql};
use super::views::ended;
use super::writing::{lock_actor_merges, take_time};
use super::{Connection, Error};
use crate::domain::view::ActorMergeView;
use crate::domain::{ActorId, ActorMergeId};

#[derive(QueryableByName)]
struct MemberRow {
    #[diesel(sql_type = SqlUuid)]
    actor_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    survivor_id: Uuid,
}

/// The actors that answer for those of these that were merged; none for one that stands by itself.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn answering(
    connection: &Connection,
    actors: &[Uuid],
    as_of: Option<DateTime<Utc>>,
) -> Result<BTreeMap<Uuid, Uuid>, Error> {
    if actors.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut sql = Sql::new("select m.actor_id, m.survivor_id from actor_members m");
    sql.among("where", "m.actor_id", actors).live("m", as_of);
    let rows: Vec<MemberRow> = sql.look_up(connection).await?;
    Ok(rows.into_iter().map(|row| (row.actor_id, row.survivor_id)).collect())
}

/// The actor that answers for one that was merged.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn survivor(
    connection: &Connection,
    actor: ActorId,
    as_of: Option<DateTime<Utc>>,
) -> Result<Option<ActorId>, Error> {
    Ok(answering(connection, &[actor.0], as_of).await?.remove(&actor.0).map(ActorId))
}

/// These actors and all that they and those who answer for them answer for.
pub(super) async fn family(
    connection: &Connection,
    actors: &[Uuid],
    as_of: Option<DateTime<Utc>>,
) -> Result<Vec<Uuid>, Error> {
    let survivors = answering(connection, actors, as_of).await?;
    let mut roots: Vec<Uuid> =
        actors.iter().map(|id| survivors.get(id).copied().unwrap_or(*id)).collect();
    roots.sort_unstable();
    roots.dedup();
    if roots.is_empty() {
        return Ok(roots);
    }
    let mut sql = Sql::new("select m.actor_id as id from actor_members m");
    sql.among("where", "m.survivor_id", &roots).live("m", as_of).push("order by m.actor_id", []);
    let rows: Vec<IdRow> = sql.look_up(connection).await?;
    roots.extend(rows.into_iter().map(|row| row.id));
    Ok(roots)
}

#[derive(QueryableByName)]
struct MergeRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    actor_id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = SqlUuid)]
    into_id: Uuid,
    #[diesel(sql_type = Text)]
    reason: String,
    #[diesel(sql_type = Text)]
    merged_by: String,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    superseded_at: Option<DateTime<Utc>>,
}

impl From<MergeRow> for ActorMergeView {
    fn from(row: MergeRow) -> Self {
        ActorMergeView {
            id: ActorMergeId(row.id),
            actor: ActorId(row.actor_id),
            name: row.name,
            into: ActorId(row.into_id),
            reason: row.reason,
            merged_by: row.merged_by,
            recorded_at: row.recorded_at,
            undone_at: row.superseded_at,
        }
    }
}

const MERGES: &str =
    "select g.id, g.actor_id, a.name, g.into_id, g.reason, g.merged_by, g.recorded_at,
            g.superseded_at
       from actor_merges g join actors a on a.id = g.actor_id where true";

/// One merge, undone or not.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find(connection: &Connection, id: ActorMergeId) -> Result<ActorMergeView, Error> {
    let mut sql = Sql::new(MERGES);
    sql.push("and g.id = {}", [id.0.into()]);
    let rows: Vec<MergeRow> = sql.look_up(connection).await?;
    rows.into_iter().next().map(ActorMergeView::from).ok_or(Error::NotFound)
}

#[derive(QueryableByName)]
struct IntoRow {
    #[diesel(sql_type = SqlUuid)]
    survivor_id: Uuid,
    #[diesel(embed)]
    merge: MergeRow,
}

/// The merges that stand by which each of these actors answers for others, in their order.
pub(super) async fn into(
    connection: &Connection,
    actors: &[Uuid],
    as_of: Option<DateTime<Utc>>,
) -> Result<BTreeMap<Uuid, Vec<ActorMergeView>>, Error> {
    let mut found: BTreeMap<Uuid, Vec<ActorMergeView>> = BTreeMap::new();
    if actors.is_empty() {
        return Ok(found);
    }
    let mut sql = Sql::new(
        "select m.survivor_id, g.id, g.actor_id, a.name, g.into_id, g.reason, g.merged_by, g.recorded_at,
                g.superseded_at
           from actor_members m join actor_merges g on g.actor_id = m.actor_id
           join actors a on a.id = m.actor_id",
    );
    sql.among("where", "m.survivor_id", actors)
        .live("m", as_of)
        .live("g", as_of)
        .push("order by g.recorded_at, g.id", []);
    for row in sql.look_up::<IntoRow>(connection).await? {
        let mut merge: ActorMergeView = row.merge.into();
        merge.undone_at = ended(merge.undone_at, as_of);
        found.entry(row.survivor_id).or_default().push(merge);
    }
    Ok(found)
}

/// Which of the ids are actors.
async fn known(connection: &Connection, ids: &[Uuid]) -> Result<Vec<Uuid>, Error> {
    let mut sql = Sql::new("select id from actors");
    sql.among("where", "id", ids);
    let rows: Vec<IdRow> = sql.look_up(connection).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Merges `actor` into another one, which answers for it from now on; call it in a transaction. Said
/// again it changes nothing.
///
/// # Errors
/// [`Error::NotFound`] for an actor that is not stored, [`Error::Unknown`] for another one that is not,
/// and [`Error::MergedActor`] where either was merged already.
pub async fn merge(
    connection: &mut Connection,
    actor: ActorId,
    into: ActorId,
    request: Request<'_>,
) -> Result<ActorMergeView, Error> {
    lock_actor_merges(connection).await?;
    let stored = known(connection, &[actor.0, into.0]).await?;
    if !stored.contains(&actor.0) {
        return Err(Error::NotFound);
    }
    if !stored.contains(&into.0) || actor == into {
        return Err(Error::Unknown { field: "into" });
    }
    let mut sql = Sql::new(MERGES);
    sql.push(
        "and g.actor_id = {} and g.into_id = {} and g.superseded_at is null",
        [actor.0.into(), into.0.into()],
    );
    let standing: Vec<MergeRow> = sql.look_up(connection).await?;
    if let Some(standing) = standing.into_iter().next() {
        return Ok(standing.into());
    }
    let merged = answering(connection, &[actor.0, into.0], None).await?;
    if let Some((&actor, &survivor)) = merged.iter().next() {
        return Err(Error::MergedActor { actor: ActorId(actor), survivor: ActorId(survivor) });
    }
    let at = take_time(connection).await?;
    let id = ActorMergeId::new();
    let mut sql = Sql::new("insert into actor_merges");
    sql.push(
        "(id, actor_id, into_id, reason, merged_by, recorded_at) values ({}, {}, {}, {}, {}, {})",
        [
            id.0.into(),
            actor.0.into(),
            into.0.into(),
            request.reason.into(),
            request.by.into(),
            at.into(),
        ],
    );
    sql.run(connection).await?;
    let members = family(connection, &[actor.0], None).await?;
    answer_by(connection, &members, into.0, at).await?;
    audit::log(connection, "merge_actors", actor.0, request, at).await?;
    find(connection, id).await
}

/// Undoes a merge: the merged actor stands by itself again, with what had been merged into it; call it in
/// a transaction. Said again it changes nothing.
///
/// # Errors
/// [`Error::NotFound`] for an actor that is not stored, and [`Error::Unknown`] for a merge that is none of
/// this actor, or of one that it answers for.
pub async fn split(
    connection: &mut Connection,
    actor: ActorId,
    merge: ActorMergeId,
    request: Request<'_>,
) -> Result<ActorMergeView, Error> {
    lock_actor_merges(connection).await?;
    if known(connection, &[actor.0]).await?.is_empty() {
        return Err(Error::NotFound);
    }
    let unknown = Error::Unknown { field: "merge" };
    let found = match find(connection, merge).await {
        Ok(found) => found,
        Err(Error::NotFound) => return Err(unknown),
        Err(error) => return Err(error),
    };
    let survivor = survivor(connection, found.actor, None).await?;
    if ![Some(found.actor), Some(found.into), survivor].contains(&Some(actor)) {
        return Err(unknown);
    }
    if found.undone_at.is_some() {
        return Ok(found);
    }
    let at = take_time(connection).await?;
    let mut sql = Sql::new("update actor_merges set superseded_at =");
    sql.push("{} where id = {}", [at.into(), merge.0.into()]);
    sql.run(connection).await?;
    let own = chained(connection, found.actor.0).await?;
    answer_by(connection, &own, found.actor.0, at).await?;
    audit::log(connection, "split_actor", found.actor.0, request, at).await?;
    find(connection, merge).await
}

/// The actor with all whose chain of merges leads to it.
async fn chained(connection: &Connection, actor: Uuid) -> Result<Vec<Uuid>, Error> {
    let mut sql = Sql::new("with recursive f as (");
    sql.push(
        "select {}::uuid as id union select g.actor_id from actor_merges g join f on g.into_id = f.id
          where g.superseded_at is null) select id from f",
        [actor.into()],
    );
    let rows: Vec<IdRow> = sql.look_up(connection).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// From now on `survivor` answers for these actors, and nobody for itself.
async fn answer_by(
    connection: &Connection,
    actors: &[Uuid],
    survivor: Uuid,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    let mut sql = Sql::new("update actor_members m set superseded_at =");
    sql.push("{} where m.actor_id = any({})", [at.into(), actors.to_vec().into()]);
    sql.live("m", None);
    sql.run(connection).await?;
    let members: Vec<Uuid> = actors.iter().copied().filter(|&actor| actor != survivor).collect();
    let ids: Vec<Uuid> = members.iter().map(|_| Uuid::now_v7()).collect();
    let mut sql = Sql::new("insert into actor_members (id, actor_id, survivor_id, recorded_at)");
    sql.push(
        "select p.id, p.actor_id, {}, {} from unnest({}, {}) as p (id, actor_id)",
        [survivor.into(), at.into(), ids.into(), members.into()],
    );
    sql.run(connection).await
}
