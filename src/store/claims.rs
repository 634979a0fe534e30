//! Claims: propositions, their trail, and what the evidence says of them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Binary, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use futures_util::future::try_join;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::cursor::{CountKey, TimeKey, TrailKey, Walk, clamp};
use super::sql::{Bind, IdRow, Sql};
use super::views::claim::{self, Around, ClaimRow, claims};
use super::views::timeline;
use super::{Connection, Error, actors, outlets};
use crate::domain::view::{ClaimFilter, ClaimSort, ClaimView, Page, PageRequest, TimelineEntry};
use crate::domain::{ClaimId, Status};

/// One claim as known at `as_of` (now, where that is `None`), also when no document carries it
/// any more.
///
/// # Errors
/// [`Error::NotFound`], also for a claim that was not known yet then.
pub async fn find(
    connection: &mut Connection,
    id: ClaimId,
    as_of: Option<DateTime<Utc>>,
) -> Result<ClaimView, Error> {
    let mut sql = claim::select(as_of);
    sql.push("and c.id = {}", [id.0.into()]);
    // Sent together: a round trip costs more than any of them.
    let ids = [id.0];
    let (rows, around) =
        try_join(sql.look_up(connection), Around::of(connection, &ids, as_of)).await?;
    around.views(rows)?.into_iter().next().ok_or(Error::NotFound)
}

/// Claims that some document carries, or some review is of.
///
/// Orders by a count are pinned to the instant of the first page: counts change while one walks.
///
/// # Errors
/// [`Error::Cursor`] for a cursor that this list did not give.
pub async fn list(
    connection: &mut Connection,
    filter: &ClaimFilter,
    page: &PageRequest,
) -> Result<Page<ClaimView>, Error> {
    match filter.sort {
        ClaimSort::Newest | ClaimSort::Oldest => list_by_time(connection, filter, page).await,
        ClaimSort::MostDenied | ClaimSort::MostReported => {
            list_by_count(connection, filter, page).await
        }
    }
}

async fn list_by_time(
    connection: &mut Connection,
    filter: &ClaimFilter,
    page: &PageRequest,
) -> Result<Page<ClaimView>, Error> {
    let walk: Walk<TimeKey> = Walk::new("claims", filter, page)?;
    let mut sql = select(connection, filter, filter.as_of).await?;
    walk.bound_by_time(&mut sql, "c", filter.sort == ClaimSort::Newest);
    let rows: Vec<ClaimRow> = sql.load(connection).await?;
    let page = walk.page(rows, |row| TimeKey { at: row.recorded_at, id: row.id });
    Ok(Page { items: claims(connection, page.items, filter.as_of).await?, next: page.next })
}

async fn list_by_count(
    connection: &mut Connection,
    filter: &ClaimFilter,
    page: &PageRequest,
) -> Result<Page<ClaimView>, Error> {
    let walk: Walk<CountKey> = Walk::new("claims", filter, page)?;
    let as_of = match (&walk.after, filter.as_of) {
        (Some(after), _) => after.as_of,
        (None, Some(as_of)) => clamp(as_of),
        (None, None) => settled(connection).await?,
    };
    let (column, count): (_, fn(&ClaimRow) -> i32) = match filter.sort {
        ClaimSort::MostDenied => ("rebuttals", |row| row.rebuttals),
        _ => ("appearances", |row| row.appearances),
    };
    let mut sql = select(connection, filter, Some(as_of)).await?;
    if let Some(after) = &walk.after {
        sql.push(
            &format!("and (s.{column}, s.claim_id) < ({{}}, {{}})"),
            [after.count.into(), after.id.into()],
        );
    }
    sql.push(
        &format!("order by s.{column} desc, s.claim_id desc limit {{}}"),
        [walk.rows().into()],
    );
    let rows: Vec<ClaimRow> = sql.load(connection).await?;
    let page = walk.page(rows, |row| CountKey { count: count(row), id: row.id, as_of });
    Ok(Page { items: claims(connection, page.items, Some(as_of)).await?, next: page.next })
}

/// All claims that pass `filter`, in its order.
pub(super) async fn ordered(
    connection: &mut Connection,
    filter: &ClaimFilter,
) -> Result<Sql, Error> {
    let mut sql = select(connection, filter, filter.as_of).await?;
    let order = match filter.sort {
        ClaimSort::Newest => "order by c.recorded_at desc, c.id desc",
        ClaimSort::Oldest => "order by c.recorded_at, c.id",
        ClaimSort::MostDenied => "order by s.rebuttals desc, s.claim_id desc",
        ClaimSort::MostReported => "order by s.appearances desc, s.claim_id desc",
    };
    sql.push(order, []);
    Ok(sql)
}

/// The claims that pass `filter` at `as_of`, without order.
async fn select(
    connection: &mut Connection,
    filter: &ClaimFilter,
    as_of: Option<DateTime<Utc>>,
) -> Result<Sql, Error> {
    let mut sql = claim::select(as_of);
    sql.push("and s.appearances + s.rebuttals + s.reviews > 0", []);
    if let Some(at) = as_of {
        // No claim has a summary before itself; said here so that a walk by time begins there.
        sql.push("and c.recorded_at <= {}", [clamp(at).into()]);
    }
    if let Some(q) = &filter.q {
        const SAID: &str = "to_tsvector('english', searchable(left(c.text, 10000)))
                            @@ websearch_to_tsquery('english', searchable({}))";
        // Looked up first: two indexes are read where one condition would read the whole table.
        let ids = worded_otherwise(connection, SAID, q, as_of).await?;
        match ids.is_empty() {
            true => sql.push(&format!("and {SAID}"), [q.as_str().into()]),
            false => sql.push(
                &format!("and ({SAID} or c.id = any({{}}))"),
                [q.as_str().into(), ids.into()],
            ),
        };
    }
    if let Some(status) = filter.status {
        let [given, other] = given_statuses(connection, status, as_of).await?;
        match given.is_empty() {
            true => sql.push("and s.status = {}", [status.as_str().into()]),
            false => sql.push(
                "and (s.status = {} or c.id = any({}))",
                [status.as_str().into(), given.into()],
            ),
        };
        if !other.is_empty() {
            sql.push("and c.id <> all({})", [other.into()]);
        }
    }
    if let Some(tag) = &filter.tag {
        sql.push("and e.tags @> {}", [vec![tag.clone()].into()]);
    }
    if let Some(language) = &filter.language {
        sql.push("and c.language = {}", [language.as_str().into()]);
    }
    if let Some(least) = filter.min_check_worthiness {
        sql.push("and c.check_worthiness >= {}", [least.into()]);
    }
    if let Some(least) = filter.min_confidence {
        sql.push("and s.confidence >= {}", [least.into()]);
    }
    for (actor, table, column) in [
        (&filter.claimant, "claimants", "actor_id"),
        (&filter.denied_by, "denials", "denier_id"),
        (&filter.about, "claim_subjects", "actor_id"),
    ] {
        if let Some(actor) = actor {
            let ids = actors::resolve(connection, actor, as_of).await?;
            exists(&mut sql, table, &format!("x.{column} = any({{}})"), vec![ids.into()], as_of);
        }
    }
    if let Some(outlet) = &filter.outlet {
        let ids = outlets::resolve(connection, outlet).await?;
        let published = "x.revision_id in (select v.id from document_revisions v
             join documents d on d.id = v.document_id where d.outlet_id = any({}))";
        let tables = ["appearances", "denials"];
        either(&mut sql, tables, "revision_id", published, vec![ids.into()], as_of);
    }
    if filter.from.is_some() || filter.to.is_some() {
        let mut stated = "true".to_owned();
        let mut bounds = Vec::new();
        for (bound, side) in [(filter.from, ">="), (filter.to, "<")] {
            if let Some(bound) = bound {
                stated.push_str(&format!(" and x.stated_at {side} {{}}"));
                bounds.push(Bind::from(clamp(bound)));
            }
        }
        let tables = ["appearances", "rebuttals"];
        either(&mut sql, tables, "stated_at", &stated, bounds, as_of);
    }
    Ok(sql)
}

/// The claims that a person gave this status, and those that one gave another.
///
/// Looked up first, as they are few: a condition on both statuses would hide from Postgres how many
/// claims have either.
async fn given_statuses(
    connection: &mut Connection,
    status: Status,
    as_of: Option<DateTime<Utc>>,
) -> Result<[Vec<Uuid>; 2], Error> {
    let mut found = [Vec::new(), Vec::new()];
    for (sign, ids) in ["=", "<>"].into_iter().zip(&mut found) {
        let mut sql = Sql::new("select e.claim_id as id from claim_edits e");
        sql.push(&format!("where e.status {sign} {{}}"), [status.as_str().into()]);
        sql.live("e", as_of);
        let rows: Vec<IdRow> = sql.load(connection).await?;
        ids.extend(rows.into_iter().map(|row| row.id));
    }
    Ok(found)
}

/// The claims that answer for a claim whose own wording passes `condition`, and those that a person
/// worded so.
async fn worded_otherwise(
    connection: &mut Connection,
    condition: &str,
    q: &str,
    as_of: Option<DateTime<Utc>>,
) -> Result<Vec<Uuid>, Error> {
    let mut sql = Sql::new(
        "select m.survivor_id as id from claim_members m join claims c on c.id = m.claim_id",
    );
    sql.push(&format!("where {condition}"), [q.into()]).live("m", as_of);
    sql.push(
        "union select e.claim_id from claim_edits e
          where e.text is not null
            and to_tsvector('english', searchable(left(e.text, 10000)))
                @@ websearch_to_tsquery('english', searchable({}))",
        [q.into()],
    );
    sql.live("e", as_of);
    let rows: Vec<IdRow> = sql.load(connection).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Adds that `table` has a row of the claim, live at `as_of`, of which `condition` holds.
fn exists(
    sql: &mut Sql,
    table: &str,
    condition: &str,
    values: Vec<Bind>,
    as_of: Option<DateTime<Utc>>,
) {
    sql.push(&format!("and exists (select from {table} x where x.claim_id = c.id and"), []);
    sql.push_all(condition, values).live("x", as_of).push(")", []);
}

/// Adds that one of two tables has such a row; `condition` reads `column`.
///
/// One `exists` over both tables and not one for each: only of a single one Postgres can make a
/// join, which begins with the rarer side; of two joined by `or` it collects all rows of both.
fn either(
    sql: &mut Sql,
    tables: [&str; 2],
    column: &str,
    condition: &str,
    values: Vec<Bind>,
    as_of: Option<DateTime<Utc>>,
) {
    let rows = tables
        .map(|table| format!("select claim_id, {column}, recorded_at, superseded_at from {table}"));
    let rows = rows.join(" union all ");
    sql.push(&format!("and exists (select from ({rows}) x where x.claim_id = c.id and"), []);
    sql.push_all(condition, values).live("x", as_of).push(")", []);
}

#[derive(QueryableByName)]
struct InstantRow {
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
}

/// The latest instant before which everything recorded is visible.
///
/// A transaction under way has taken its time already and shows its rows later; pinning a walk to
/// "now" would let them move counts under it. Writers take their time after their transaction id
/// (see `writing`), so the start of the oldest one that has an id is a safe bound.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn settled(connection: &mut Connection) -> Result<DateTime<Utc>, Error> {
    let sql = Sql::new(
        "with clock as materialized (select clock_timestamp() as at)
         select least(clock.at, (select min(a.xact_start) from pg_stat_activity a
             where a.datname = current_database() and a.backend_xid is not null)) as at
           from clock",
    );
    let rows: Vec<InstantRow> = sql.load(connection).await?;
    rows.into_iter().next().map(|row| row.at).ok_or(Error::NotFound)
}

/// The trail of a claim: what was said by stated time, then by recorded time.
///
/// # Errors
/// [`Error::NotFound`] for an unknown claim; [`Error::Cursor`] for a cursor that this trail did
/// not give.
pub async fn timeline(
    connection: &mut Connection,
    id: ClaimId,
    as_of: Option<DateTime<Utc>>,
    page: &PageRequest,
) -> Result<Page<TimelineEntry>, Error> {
    let walk: Walk<TrailKey> = Walk::new("timeline", &(id, as_of), page)?;
    let rows = timeline::rows(connection, id.0, as_of, walk.after, walk.rows()).await?;
    if rows.is_empty() && walk.after.is_none() {
        find(connection, id, as_of).await?;
    }
    let page = walk.page(rows, timeline::TrailRow::key);
    Ok(Page { items: timeline::entries(connection, page.items, as_of).await?, next: page.next })
}

#[derive(QueryableByName)]
struct KnownRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    survivor_id: Option<Uuid>,
    #[diesel(sql_type = Binary)]
    canonical_sha256: Vec<u8>,
}

/// A known claim of one canonical wording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Which one.
    pub id: ClaimId,
    /// The claim that answers for it, where it was merged.
    pub survivor: Option<ClaimId>,
    /// The wording.
    pub key: String,
}

/// The known claims of `language` with one of these canonical wordings.
pub async fn known(
    connection: &mut Connection,
    language: &str,
    keys: &[String],
) -> Result<Vec<Known>, Error> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let by_digest: std::collections::BTreeMap<Vec<u8>, &String> =
        keys.iter().map(|key| (digest(key), key)).collect();
    let digests: Vec<Vec<u8>> = by_digest.keys().cloned().collect();
    let mut sql = Sql::new("select c.id, m.survivor_id, k.digest as canonical_sha256 from unnest(");
    // Each by itself: see `Sql::each`.
    sql.push(
        "{}) as k (digest) cross join lateral (select id from claims
             where language = {} and canonical_sha256 = k.digest offset 0) c
         left join lateral (select survivor_id from claim_members
             where claim_id = c.id and superseded_at is null offset 0) m on true",
        [digests.into(), language.into()],
    );
    let rows: Vec<KnownRow> = sql.look_up(connection).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let key = by_digest.get(&row.canonical_sha256)?;
            let survivor = row.survivor_id.map(ClaimId);
            Some(Known { id: ClaimId(row.id), survivor, key: (*key).clone() })
        })
        .collect())
}

#[derive(QueryableByName)]
struct WordingRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
}

/// A claim by its wording alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    /// Which one.
    pub id: ClaimId,
    /// One sentence that stands alone.
    pub text: String,
    /// When we learned of it.
    pub recorded_at: DateTime<Utc>,
}

/// Claims with an id behind that one, in the order of their ids.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn ids(
    connection: &Connection,
    after: Option<ClaimId>,
    most: usize,
) -> Result<Vec<ClaimId>, Error> {
    let mut sql = Sql::new("select id from claims");
    if let Some(after) = after {
        sql.push("where id > {}", [after.0.into()]);
    }
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    sql.push("order by id limit {}", [most.into()]);
    let rows: Vec<IdRow> = sql.look_up(connection).await?;
    Ok(rows.into_iter().map(|row| ClaimId(row.id)).collect())
}

#[derive(QueryableByName)]
struct TextRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = Text)]
    language: String,
}

/// What a claim says, and in which language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimText {
    /// One sentence that stands alone.
    pub text: String,
    /// BCP 47.
    pub language: String,
}

/// Claims recorded behind that time and id, carried by a document or not, in that order.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn wordings(
    connection: &Connection,
    after: Option<(DateTime<Utc>, ClaimId)>,
    most: usize,
) -> Result<Vec<Wording>, Error> {
    let mut sql = Sql::new("select id, text, recorded_at from claims");
    if let Some((at, id)) = after {
        sql.push("where (recorded_at, id) > ({}, {})", [at.into(), id.0.into()]);
    }
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    sql.push("order by recorded_at, id limit {}", [most.into()]);
    let rows: Vec<WordingRow> = sql.look_up(connection).await?;
    let wordings = rows.into_iter().map(|WordingRow { id, text, recorded_at }| Wording {
        id: ClaimId(id),
        text,
        recorded_at,
    });
    Ok(wordings.collect())
}

/// The wordings of these claims, as far as they are there.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn texts(
    connection: &Connection,
    ids: &[ClaimId],
) -> Result<BTreeMap<ClaimId, ClaimText>, Error> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut sql = Sql::new("select id, text, language from claims");
    sql.among("where", "id", &ids);
    let rows: Vec<TextRow> = sql.look_up(connection).await?;
    let texts = rows
        .into_iter()
        .map(|TextRow { id, text, language }| (ClaimId(id), ClaimText { text, language }));
    Ok(texts.collect())
}

/// Those of these claims that some document carries now, in no order.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn carried(connection: &Connection, ids: &[ClaimId]) -> Result<Vec<ClaimView>, Error> {
    let uuids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    if uuids.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = claim::select(None);
    sql.push("and s.appearances + s.rebuttals > 0", []).among("and", "c.id", &uuids);
    let rows: Vec<ClaimRow> = sql.look_up(connection).await?;
    claims(connection, rows, None).await
}

/// What a canonical wording is found by.
pub(super) fn digest(key: &str) -> Vec<u8> {
    Sha256::digest(key.as_bytes()).to_vec()
}
