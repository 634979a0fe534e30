//! Merges: claims that turned out to be one, and which claim answers for which.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use super::audit::{self, Request};
use super::membership::{self, CLAIMS};
use super::sql::Sql;
use super::writing::{Move, judge_anew, lock_merges, take_time};
use super::{Connection, Error, claims};
use crate::domain::view::{MemberView, MergeView};
use crate::domain::{ClaimId, LinkId, MergeId};

/// The claims that answer for those of these that were merged; none for one that stands by itself.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn survivors(
    connection: &Connection,
    claims: &[ClaimId],
    as_of: Option<DateTime<Utc>>,
) -> Result<BTreeMap<ClaimId, ClaimId>, Error> {
    let ids: Vec<Uuid> = claims.iter().map(|id| id.0).collect();
    Ok(of_claims(CLAIMS.answering(connection, &ids, as_of).await?))
}

fn of_claims(answering: BTreeMap<Uuid, Uuid>) -> BTreeMap<ClaimId, ClaimId> {
    answering.into_iter().map(|(claim, survivor)| (ClaimId(claim), ClaimId(survivor))).collect()
}

/// All claims that were merged into those that answer for these, each with who answers for it.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn families(
    connection: &Connection,
    claims: &[ClaimId],
) -> Result<BTreeMap<ClaimId, ClaimId>, Error> {
    let answering = survivors(connection, claims, None).await?;
    let ids: BTreeSet<Uuid> =
        claims.iter().map(|claim| answering.get(claim).unwrap_or(claim).0).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    Ok(of_claims(CLAIMS.answered_for(connection, &ids, None).await?))
}

#[derive(QueryableByName)]
struct MemberRow {
    #[diesel(sql_type = SqlUuid)]
    survivor_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = Text)]
    language: String,
    #[diesel(sql_type = SqlUuid)]
    merge_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    into_id: Uuid,
    #[diesel(sql_type = Text)]
    reason: String,
    #[diesel(sql_type = Timestamptz)]
    merged_at: DateTime<Utc>,
}

/// The claims that were merged into each of these, in the order of their merges.
pub(super) async fn members(
    connection: &Connection,
    survivors: &[Uuid],
    as_of: Option<DateTime<Utc>>,
) -> Result<BTreeMap<Uuid, Vec<MemberView>>, Error> {
    let mut found: BTreeMap<Uuid, Vec<MemberView>> = BTreeMap::new();
    if survivors.is_empty() {
        return Ok(found);
    }
    let mut sql = Sql::new(
        "select m.survivor_id, c.id, c.text, c.language, g.id as merge_id, g.into_id, g.reason,
                g.recorded_at as merged_at
           from claim_members m join claims c on c.id = m.claim_id
           join merges g on g.claim_id = m.claim_id",
    );
    sql.among("where", "m.survivor_id", survivors)
        .live("m", as_of)
        .live("g", as_of)
        .push("order by g.recorded_at, g.id", []);
    for row in sql.look_up::<MemberRow>(connection).await? {
        found.entry(row.survivor_id).or_default().push(MemberView {
            id: ClaimId(row.id),
            text: row.text,
            language: row.language,
            merge: MergeId(row.merge_id),
            into: ClaimId(row.into_id),
            reason: row.reason,
            merged_at: row.merged_at,
        });
    }
    Ok(found)
}

#[derive(QueryableByName)]
struct MergeRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    claim_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    into_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    link_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    reason: String,
    #[diesel(sql_type = Text)]
    merged_by: String,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    superseded_at: Option<DateTime<Utc>>,
}

impl From<MergeRow> for MergeView {
    fn from(row: MergeRow) -> Self {
        MergeView {
            id: MergeId(row.id),
            claim: ClaimId(row.claim_id),
            into: ClaimId(row.into_id),
            link: row.link_id.map(LinkId),
            reason: row.reason,
            merged_by: row.merged_by,
            recorded_at: row.recorded_at,
            undone_at: row.superseded_at,
        }
    }
}

const MERGES: &str = "select g.id, g.claim_id, g.into_id, g.link_id, g.reason, g.merged_by,
                             g.recorded_at, g.superseded_at from merges g where true";

/// One merge, undone or not.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find(connection: &Connection, id: MergeId) -> Result<MergeView, Error> {
    let mut sql = Sql::new(MERGES);
    sql.push("and g.id = {}", [id.0.into()]);
    let rows: Vec<MergeRow> = sql.look_up(connection).await?;
    rows.into_iter().next().map(MergeView::from).ok_or(Error::NotFound)
}

/// The merge that a claim is in now.
async fn live(connection: &Connection, claim: ClaimId) -> Result<Option<MergeView>, Error> {
    let mut sql = Sql::new(MERGES);
    sql.push("and g.claim_id = {}", [claim.0.into()]).live("g", None);
    let rows: Vec<MergeRow> = sql.look_up(connection).await?;
    Ok(rows.into_iter().next().map(MergeView::from))
}

/// Merges `claim` into another one, which answers for it from now on; call it in a transaction. Said
/// again it changes nothing.
///
/// # Errors
/// [`Error::NotFound`] for a claim that is not stored, [`Error::Unknown`] for another one that is not,
/// and [`Error::Merged`] where either was merged already, into each other or elsewhere.
pub async fn merge(
    connection: &mut Connection,
    claim: ClaimId,
    into: ClaimId,
    link: Option<LinkId>,
    request: Request<'_>,
) -> Result<MergeView, Error> {
    lock_merges(connection).await?;
    let known = claims::texts(connection, &[claim, into]).await?;
    if !known.contains_key(&claim) {
        return Err(Error::NotFound);
    }
    if !known.contains_key(&into) || claim == into {
        return Err(Error::Unknown { field: "into" });
    }
    if let Some(standing) = live(connection, claim).await?.filter(|merge| merge.into == into) {
        return Ok(standing);
    }
    let survivors = survivors(connection, &[claim, into], None).await?;
    if let Some((&claim, &survivor)) = survivors.iter().next() {
        return Err(Error::Merged { claim, survivor });
    }
    let (id, at) = join(connection, claim, into, link, request).await?;
    audit::log(connection, "merge_claims", claim.0, request, at).await?;
    find(connection, id).await
}

/// Merges a claim into another one that stands by itself like it, under level 2 of the locks, alone.
async fn join(
    connection: &mut Connection,
    claim: ClaimId,
    into: ClaimId,
    link: Option<LinkId>,
    request: Request<'_>,
) -> Result<(MergeId, DateTime<Utc>), Error> {
    let at = take_time(connection).await?;
    let id = MergeId::new();
    let mut sql = Sql::new("insert into merges");
    let link: Vec<Uuid> = link.into_iter().map(|link| link.0).collect();
    sql.push(
        "(id, claim_id, into_id, link_id, reason, merged_by, recorded_at)
         values ({}, {}, {}, ({})[1], {}, {}, {})",
        [
            id.0.into(),
            claim.0.into(),
            into.0.into(),
            link.into(),
            request.reason.into(),
            request.by.into(),
            at.into(),
        ],
    );
    sql.run(connection).await?;
    let members = CLAIMS.hand_over(connection, claim.0, into.0, at).await?;
    let all = Move { from: claim.0, to: into.0, members: &members, at };
    all.run(connection).await?;
    judge_anew(connection, BTreeSet::from([claim.0, into.0]), at).await?;
    Ok((id, at))
}

/// Joins two linked claims, or those that answer for them: the older one answers for both. Under level
/// 2 of the locks, alone. Answers the merge, if they were two.
pub(super) async fn join_linked(
    connection: &mut Connection,
    pair: [ClaimId; 2],
    link: LinkId,
    request: Request<'_>,
) -> Result<Option<MergeView>, Error> {
    let survivors = survivors(connection, &pair, None).await?;
    let [one, other] = pair.map(|claim| survivors.get(&claim).copied().unwrap_or(claim));
    if one == other {
        return Ok(None);
    }
    // Their ids are in the order in which we learned of them.
    let (claim, into) = (one.max(other), one.min(other));
    let (id, _) = join(connection, claim, into, Some(link), request).await?;
    find(connection, id).await.map(Some)
}

/// Undoes the merge that a link led to, if one stands. Under level 2 of the locks, alone.
pub(super) async fn part_linked(connection: &mut Connection, link: LinkId) -> Result<(), Error> {
    let mut sql = Sql::new(MERGES);
    sql.push("and g.link_id = {}", [link.0.into()]).live("g", None);
    let rows: Vec<MergeRow> = sql.look_up(connection).await?;
    for merge in rows.into_iter().map(MergeView::from) {
        part(connection, &merge).await?;
    }
    Ok(())
}

/// Undoes a merge: the merged claim stands by itself again, with what was merged into it, and has all
/// evidence that is theirs, also what came in since; call it in a transaction. Said again it changes
/// nothing.
///
/// # Errors
/// [`Error::NotFound`] for a claim that is not stored, and [`Error::Unknown`] for a merge that is none
/// of this claim, or of one that it answers for.
pub async fn split(
    connection: &mut Connection,
    claim: ClaimId,
    merge: MergeId,
    request: Request<'_>,
) -> Result<MergeView, Error> {
    lock_merges(connection).await?;
    if claims::texts(connection, &[claim]).await?.is_empty() {
        return Err(Error::NotFound);
    }
    let found = membership::named(find(connection, merge).await)?;
    let survivor =
        CLAIMS.answering(connection, &[found.claim.0], None).await?.remove(&found.claim.0);
    if !membership::concerns(claim.0, found.claim.0, found.into.0, survivor) {
        return Err(Error::Unknown { field: "merge" });
    }
    if found.undone_at.is_some() {
        return Ok(found);
    }
    let at = part(connection, &found).await?;
    audit::log(connection, "split_claim", found.claim.0, request, at).await?;
    find(connection, merge).await
}

/// Undoes a merge that stands, under level 2 of the locks, alone.
async fn part(connection: &mut Connection, merge: &MergeView) -> Result<DateTime<Utc>, Error> {
    let claim = merge.claim;
    let survivor = survivors(connection, &[claim], None).await?.remove(&claim);
    let survivor = survivor.unwrap_or(merge.into);
    let at = take_time(connection).await?;
    let family = CLAIMS.give_back(connection, merge.id.0, claim.0, at).await?;
    let back = Move { from: survivor.0, to: claim.0, members: &family, at };
    back.run(connection).await?;
    judge_anew(connection, BTreeSet::from([claim.0, survivor.0]), at).await?;
    Ok(at)
}
