//! Links: which claims have to do with each other, and what is thought of it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, Float4, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::audit::{self, Request};
use super::cursor::{TimeKey, Walk};
use super::sql::{IdRow, Sql, word};
use super::views::brief;
use super::writing::{lock_merges, take_time};
use super::{Connection, Error, merges};
use crate::domain::view::{LinkFilter, LinkView, Page, PageRequest};
use crate::domain::{ClaimId, LinkId, LinkKind, LinkState};

/// A link that the matching found.
#[derive(Debug, Clone, PartialEq)]
pub struct NewLink {
    /// The claims, in either order.
    pub claims: [ClaimId; 2],
    /// What they are to each other.
    pub kind: LinkKind,
    /// How sure that is.
    pub state: LinkState,
    /// 0..1, how likely both are on one matter.
    pub score: f32,
    /// How they were found; an object.
    pub evidence: serde_json::Value,
}

/// Keeps the links between pairs that are not linked yet, and that are both there, and joins the claims
/// of those that are confirmed as the same; answers how many are new. A pair that was judged before
/// stays as it was judged. Call it in a transaction.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn suggest(
    connection: &mut Connection,
    method: &str,
    links: &[NewLink],
) -> Result<usize, Error> {
    if links.is_empty() {
        return Ok(0);
    }
    let mut links: Vec<(&NewLink, [Uuid; 2])> = links
        .iter()
        .map(|link| {
            let [one, other] = link.claims.map(|id| id.0);
            (link, [one.min(other), one.max(other)])
        })
        .collect();
    // One order for all who write, so that two never wait for each other.
    links.sort_by_key(|(_, pair)| *pair);
    links.dedup_by_key(|(_, pair)| *pair);
    // Before anything is written, for the same reason.
    if links.iter().any(|(link, _)| link.joins()) {
        lock_merges(connection).await?;
    }
    let column = |of: fn(&(&NewLink, [Uuid; 2])) -> Uuid| links.iter().map(of).collect::<Vec<_>>();
    let words = |of: fn(&NewLink) -> &'static str| {
        links.iter().map(|(link, _)| of(link)).collect::<Vec<_>>()
    };
    let ids: Vec<Uuid> = links.iter().map(|_| LinkId::new().0).collect();
    let added: Vec<IdRow> = diesel::sql_query(
        "with found as (
             select * from unnest($1, $2, $3, $4, $5, $6, $7)
                 as f (id, claim_id, other_id, kind, state, score, evidence)
              where exists (select from claims c where c.id = f.claim_id)
                and exists (select from claims c where c.id = f.other_id)
         ), added as (
             insert into links (id, claim_id, other_id)
             select id, claim_id, other_id from found order by claim_id, other_id
             on conflict (least(claim_id, other_id), greatest(claim_id, other_id)) do nothing
             returning id, recorded_at
         )
         insert into link_judgements (id, link_id, kind, state, method, score, evidence, recorded_at)
         select gen_random_uuid(), a.id, f.kind, f.state, $8, f.score, f.evidence, a.recorded_at
           from found f join added a on a.id = f.id
         returning link_id as id",
    )
    .bind::<Array<SqlUuid>, _>(&ids)
    .bind::<Array<SqlUuid>, _>(column(|(_, pair)| pair[0]))
    .bind::<Array<SqlUuid>, _>(column(|(_, pair)| pair[1]))
    .bind::<Array<Text>, _>(words(|link| link.kind.as_str()))
    .bind::<Array<Text>, _>(words(|link| link.state.as_str()))
    .bind::<Array<Float4>, _>(links.iter().map(|(link, _)| link.score).collect::<Vec<_>>())
    .bind::<Array<Jsonb>, _>(links.iter().map(|(link, _)| &link.evidence).collect::<Vec<_>>())
    .bind::<Text, _>(method)
    .load(connection)
    .await?;
    let added: BTreeSet<Uuid> = added.into_iter().map(|row| row.id).collect();
    for ((link, pair), id) in links.into_iter().zip(ids) {
        if link.joins() && added.contains(&id) && may_join(connection, pair).await? {
            let request = Request { by: method, reason: "linked as the same" };
            merges::join_linked(connection, pair.map(ClaimId), LinkId(id), request).await?;
        }
    }
    Ok(added.len())
}

impl NewLink {
    /// Whether its claims are one.
    fn joins(&self) -> bool {
        (self.kind, self.state) == (LinkKind::Same, LinkState::Confirmed)
    }
}

/// Has a person hold two claims apart, so that no link joins them or those that answer for them, unless a
/// link does so already. Under level 2 of the locks, alone.
pub(super) async fn tell_apart(
    connection: &mut Connection,
    pair: [ClaimId; 2],
    request: Request<'_>,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    let [one, other] = [pair[0].min(pair[1]).0, pair[0].max(pair[1]).0];
    let mut sql = Sql::new("insert into links (id, claim_id, other_id, recorded_at)");
    sql.push(
        "values ({}, {}, {}, {})
         on conflict (least(claim_id, other_id), greatest(claim_id, other_id)) do nothing",
        [LinkId::new().0.into(), one.into(), other.into(), at.into()],
    );
    sql.run(connection).await?;
    let mut sql = Sql::new(
        "select l.id, j.kind, j.state, j.score, j.evidence
           from links l left join link_judgements j on j.link_id = l.id and j.superseded_at is null",
    );
    sql.push(
        "where least(l.claim_id, l.other_id) = {} and greatest(l.claim_id, l.other_id) = {}",
        [one.into(), other.into()],
    );
    let rows: Vec<JudgedRow> = sql.look_up(connection).await?;
    let link = rows.into_iter().next().ok_or(Error::NotFound)?;
    let holds_apart = match (link.kind.as_deref(), link.state.as_deref()) {
        (Some("contradicts"), state) => state != Some("rejected"),
        (Some("same"), state) => state == Some("rejected"),
        _ => false,
    };
    if holds_apart {
        return Ok(());
    }
    let found = (link.score, &link.evidence.unwrap_or_else(|| serde_json::json!({})));
    let judged = (LinkKind::Same, LinkState::Rejected);
    rejudge(connection, LinkId(link.id), judged, found, (request, at)).await
}

#[derive(QueryableByName)]
struct JudgedRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    kind: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    state: Option<String>,
    #[diesel(sql_type = Nullable<Float4>)]
    score: Option<f32>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    evidence: Option<serde_json::Value>,
}

/// Puts a person's judgement in the place of the one that stands, which keeps how the link was found.
async fn rejudge(
    connection: &mut Connection,
    id: LinkId,
    (kind, state): (LinkKind, LinkState),
    (score, evidence): (Option<f32>, &serde_json::Value),
    (request, at): (Request<'_>, DateTime<Utc>),
) -> Result<(), Error> {
    let mut sql = Sql::new("update link_judgements set superseded_at =");
    sql.push("{} where link_id = {} and superseded_at is null", [at.into(), id.0.into()]);
    sql.run(connection).await?;
    diesel::sql_query(
        "insert into link_judgements
             (id, link_id, kind, state, method, score, evidence, judged_by, reason, recorded_at)
         values ($1, $2, $3, $4, 'editor', $5, $6, $7, $8, $9)",
    )
    .bind::<SqlUuid, _>(Uuid::now_v7())
    .bind::<SqlUuid, _>(id.0)
    .bind::<Text, _>(kind.as_str())
    .bind::<Text, _>(state.as_str())
    .bind::<Nullable<Float4>, _>(score)
    .bind::<Jsonb, _>(evidence)
    .bind::<Text, _>(request.by)
    .bind::<Text, _>(request.reason)
    .bind::<Timestamptz, _>(at)
    .execute(connection)
    .await?;
    let action = match state {
        LinkState::Rejected => "reject_link",
        LinkState::Suggested | LinkState::Confirmed => "confirm_link",
    };
    audit::log(connection, action, id.0, request, at).await
}

/// Whether nothing holds the claims that answer for these two apart: a link between two of their
/// wordings that contradict each other, or that a person said are two claims. Close wordings make
/// chains, and the ends of a chain may say the opposite.
async fn may_join(connection: &Connection, pair: [Uuid; 2]) -> Result<bool, Error> {
    let mut sql = Sql::new("with family as (");
    sql.push(
        "select p.place, x.id
           from unnest({}) with ordinality as p (id, place)
           left join claim_members m on m.claim_id = p.id and m.superseded_at is null
           cross join lateral (
                select coalesce(m.survivor_id, p.id) as id
                union select o.claim_id from claim_members o
                       where o.survivor_id = coalesce(m.survivor_id, p.id)
                         and o.superseded_at is null) x)
         select l.id from family f join links l on f.id in (l.claim_id, l.other_id)
           join family g on g.id in (l.claim_id, l.other_id) and g.place <> f.place
           join link_judgements j on j.link_id = l.id and j.superseded_at is null
          where (j.kind = 'contradicts' and j.state <> 'rejected')
             or (j.kind = 'same' and j.state = 'rejected')
          limit 1",
        [pair.to_vec().into()],
    );
    Ok(sql.look_up::<IdRow>(connection).await?.is_empty())
}

/// Links as judged at `as_of`, with the claims that answered for theirs then; conditions follow.
fn select(as_of: Option<DateTime<Utc>>) -> Sql {
    let mut sql = Sql::new(
        "select l.id, l.claim_id, l.other_id, m.survivor_id, o.survivor_id as other_survivor_id,
                l.recorded_at, j.kind, j.state, j.method, j.score, j.evidence, j.judged_by, j.reason,
                j.recorded_at as judged_at
           from links l join link_judgements j on j.link_id = l.id
           left join claim_members m on m.claim_id = l.claim_id",
    );
    sql.live("m", as_of).push("left join claim_members o on o.claim_id = l.other_id", []);
    sql.live("o", as_of).push("where true", []).live("j", as_of);
    sql
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    claim_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    other_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    survivor_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    other_survivor_id: Option<Uuid>,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Text)]
    method: String,
    #[diesel(sql_type = Nullable<Float4>)]
    score: Option<f32>,
    #[diesel(sql_type = Jsonb)]
    evidence: serde_json::Value,
    #[diesel(sql_type = Nullable<Text>)]
    judged_by: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    reason: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    judged_at: DateTime<Utc>,
}

impl Row {
    /// The claims that answer for the linked ones; these themselves where one answers for both.
    fn claims(&self) -> [Uuid; 2] {
        let one = self.survivor_id.unwrap_or(self.claim_id);
        let other = self.other_survivor_id.unwrap_or(self.other_id);
        if one == other { [self.claim_id, self.other_id] } else { [one.min(other), one.max(other)] }
    }
}

async fn views(
    connection: &Connection,
    rows: Vec<Row>,
    as_of: Option<DateTime<Utc>>,
) -> Result<Vec<LinkView>, Error> {
    let ids = rows.iter().flat_map(Row::claims);
    let claims = brief::claims(connection, ids, as_of).await?;
    let claim = |id: &Uuid| claims.get(id).cloned().ok_or(Error::NotFound);
    rows.into_iter()
        .map(|row| {
            let [one, other] = row.claims();
            Ok(LinkView {
                id: LinkId(row.id),
                claims: [claim(&one)?, claim(&other)?],
                linked: [ClaimId(row.claim_id), ClaimId(row.other_id)],
                kind: word(&row.kind)?,
                state: word(&row.state)?,
                method: row.method,
                score: row.score,
                evidence: row.evidence,
                judged_by: row.judged_by,
                reason: row.reason,
                recorded_at: row.recorded_at,
                judged_at: row.judged_at,
            })
        })
        .collect()
}

/// One link as it is judged now.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find(connection: &Connection, id: LinkId) -> Result<LinkView, Error> {
    let mut sql = select(None);
    sql.push("and l.id = {}", [id.0.into()]);
    let rows: Vec<Row> = sql.look_up(connection).await?;
    views(connection, rows, None).await?.into_iter().next().ok_or(Error::NotFound)
}

/// Links whose claims both stand in some document, the newest first.
///
/// # Errors
/// [`Error::Cursor`] for a cursor that this list did not give.
pub async fn list(
    connection: &mut Connection,
    filter: &LinkFilter,
    page: &PageRequest,
) -> Result<Page<LinkView>, Error> {
    let walk: Walk<TimeKey> = Walk::new("links", filter, page)?;
    let mut sql = select(filter.as_of);
    let answering = ["coalesce(m.survivor_id, l.claim_id)", "coalesce(o.survivor_id, l.other_id)"];
    for claim in answering {
        let carried =
            "and exists (select from claim_summaries s where s.appearances + s.rebuttals > 0";
        sql.push(&format!("{carried} and s.claim_id = {claim}"), []);
        sql.live("s", filter.as_of).push(")", []);
    }
    let [one, other] = answering;
    // What waits for a person's word is no question any more once one claim answers for both.
    sql.push(&format!("and (j.state <> 'suggested' or {one} <> {other})"), []);
    if let Some(state) = filter.state {
        sql.push("and j.state = {}", [state.as_str().into()]);
    }
    if let Some(kind) = filter.kind {
        sql.push("and j.kind = {}", [kind.as_str().into()]);
    }
    if let Some(claim) = filter.claim {
        sql.push(
            "and {} in (l.claim_id, l.other_id, m.survivor_id, o.survivor_id)",
            [claim.0.into()],
        );
    }
    walk.bound_by_time(&mut sql, "l", true);
    let rows: Vec<Row> = sql.load(connection).await?;
    let page = walk.page(rows, |row| TimeKey { at: row.recorded_at, id: row.id });
    Ok(Page { items: views(connection, page.items, filter.as_of).await?, next: page.next })
}

/// Confirms a link, as the given kind where there is one, or rejects it; call it in a transaction.
/// What is judged so already stays as it is. Claims whose link is confirmed as the same are one from now
/// on, and claims that were one because of a link are two once it is judged otherwise.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn judge(
    connection: &mut Connection,
    id: LinkId,
    state: LinkState,
    kind: Option<LinkKind>,
    request: Request<'_>,
) -> Result<LinkView, Error> {
    lock_merges(connection).await?;
    // Who judges the same link waits here.
    let mut sql = Sql::new("select id from links");
    sql.push("where id = {} for update", [id.0.into()]);
    let _: Vec<IdRow> = sql.look_up(connection).await?;
    let before = find(connection, id).await?;
    let kind = kind.unwrap_or(before.kind);
    if before.judged_by.is_some() && (before.state, before.kind) == (state, kind) {
        return Ok(before);
    }
    let at = take_time(connection).await?;
    let found = (before.score, &before.evidence);
    rejudge(connection, id, (kind, state), found, (request, at)).await?;
    match (kind, state) {
        (LinkKind::Same, LinkState::Confirmed) => {
            let pair = before.linked;
            merges::join_linked(connection, pair, id, request).await?;
        }
        _ => merges::part_linked(connection, id).await?,
    }
    find(connection, id).await
}
