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
use super::membership::{self, ACTORS};
use super::sql::{IdRow, Sql};
use super::views::ended;
use super::writing::{lock_actor_merges, take_time};
use super::{Connection, Error};
use crate::domain::view::ActorMergeView;
use crate::domain::{ActorId, ActorMergeId};

/// The actors that answer for those of these that were merged; none for one that stands by itself.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn answering(
    connection: &Connection,
    actors: &[Uuid],
    as_of: Option<DateTime<Utc>>,
) -> Result<BTreeMap<Uuid, Uuid>, Error> {
    ACTORS.answering(connection, actors, as_of).await
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
    roots.extend(ACTORS.answered_for(connection, &roots, as_of).await?.into_keys());
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
    ACTORS.hand_over(connection, actor.0, into.0, at).await?;
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
    let found = membership::named(find(connection, merge).await)?;
    let survivor = survivor(connection, found.actor, None).await?.map(|survivor| survivor.0);
    if !membership::concerns(actor.0, found.actor.0, found.into.0, survivor) {
        return Err(Error::Unknown { field: "merge" });
    }
    if found.undone_at.is_some() {
        return Ok(found);
    }
    let at = take_time(connection).await?;
    ACTORS.give_back(connection, merge.0, found.actor.0, at).await?;
    audit::log(connection, "split_actor", found.actor.0, request, at).await?;
    find(connection, merge).await
}
