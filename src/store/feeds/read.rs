//! Feeds as a reader sees them: one, the list, and how many there are.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{
    Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use url::Url;
use uuid::Uuid;

use crate::domain::view::{
    FeedCounts, FeedFilter, FeedState, FeedView, JobKind, Page, PageRequest,
};
use crate::domain::{FeedId, address_key};
use crate::store::cursor::{TimeKey, Walk};
use crate::store::sql::{Sql, words};
use crate::store::{Connection, Error};

const FEEDS: &str = "select f.id, f.url, f.kind, f.title, f.outlet, f.parent_id, f.since,
            f.interval_seconds, f.paused, f.gone_at is not null as gone, f.failures,
            f.last_polled_at, f.last_result, f.last_error, f.last_entries, f.last_queued,
            f.next_poll_at, f.recorded_at
       from feeds f where true";

#[derive(QueryableByName)]
struct FeedRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    url: String,
    #[diesel(sql_type = Nullable<Text>)]
    kind: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    title: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    outlet: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    parent_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    since: Option<DateTime<Utc>>,
    #[diesel(sql_type = Integer)]
    interval_seconds: i32,
    #[diesel(sql_type = Bool)]
    paused: bool,
    #[diesel(sql_type = Bool)]
    gone: bool,
    #[diesel(sql_type = Integer)]
    failures: i32,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    last_polled_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    last_result: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    last_error: Option<String>,
    #[diesel(sql_type = Nullable<Integer>)]
    last_entries: Option<i32>,
    #[diesel(sql_type = Nullable<Integer>)]
    last_queued: Option<i32>,
    #[diesel(sql_type = Timestamptz)]
    next_poll_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
}

fn view(row: FeedRow) -> Result<FeedView, Error> {
    let state = match (row.paused, row.gone, row.failures) {
        (true, _, _) => FeedState::Paused,
        (_, true, _) => FeedState::Gone,
        (_, _, 0) => FeedState::Active,
        _ => FeedState::Failing,
    };
    let is_polled = matches!(state, FeedState::Active | FeedState::Failing);
    Ok(FeedView {
        id: FeedId(row.id),
        url: row.url,
        kind: words(row.kind.as_deref())?,
        title: row.title,
        outlet: row.outlet,
        parent: row.parent_id.map(FeedId),
        since: row.since,
        interval: row.interval_seconds,
        state,
        failures: row.failures,
        last_polled_at: row.last_polled_at,
        last_result: row.last_result,
        last_error: row.last_error,
        last_entries: row.last_entries,
        last_queued: row.last_queued,
        next_poll_at: is_polled.then_some(row.next_poll_at),
        recorded_at: row.recorded_at,
    })
}

/// One feed.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find(connection: &mut Connection, id: FeedId) -> Result<FeedView, Error> {
    let mut sql = Sql::new(FEEDS);
    sql.push("and f.id = {}", [id.0.into()]);
    sql.load(connection).await?.into_iter().next().map_or(Err(Error::NotFound), view)
}

/// The feed at an address, however that is written, or the one that moved away from there.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find_by_url(connection: &mut Connection, url: &Url) -> Result<FeedView, Error> {
    let key = address_key(url).ok_or(Error::NotFound)?;
    find_by_key(connection, &key).await
}

pub(super) async fn find_by_key(connection: &mut Connection, key: &str) -> Result<FeedView, Error> {
    let mut sql = Sql::new(FEEDS);
    sql.push(
        "and f.id = coalesce((select o.id from feeds o where o.key = {}),
                             (select m.feed_id from feed_moves m where m.key = {}))",
        [key.into(), key.into()],
    );
    sql.load(connection).await?.into_iter().next().map_or(Err(Error::NotFound), view)
}

/// Feeds, the first added first.
///
/// # Errors
/// [`Error::Cursor`] for a cursor that this list did not give.
pub async fn list(
    connection: &mut Connection,
    filter: &FeedFilter,
    page: &PageRequest,
) -> Result<Page<FeedView>, Error> {
    let walk: Walk<TimeKey> = Walk::new("feeds", filter, page)?;
    let mut sql = Sql::new(FEEDS);
    if let Some(state) = filter.state {
        sql.push(standing(state), []);
    }
    if let Some(parent) = filter.parent {
        sql.push("and f.parent_id = {}", [parent.0.into()]);
    }
    walk.bound_by_time(&mut sql, "f", false);
    let rows: Vec<FeedRow> = sql.load(connection).await?;
    let page = walk.page(rows, |row| TimeKey { at: row.recorded_at, id: row.id });
    Ok(Page { items: page.items.into_iter().map(view).collect::<Result<_, _>>()?, next: page.next })
}

/// The condition that a row of `f` stands there; says the same as [`view`].
fn standing(state: FeedState) -> &'static str {
    match state {
        FeedState::Active => "and not f.paused and f.gone_at is null and f.failures = 0",
        FeedState::Failing => "and not f.paused and f.gone_at is null and f.failures > 0",
        FeedState::Paused => "and f.paused",
        FeedState::Gone => "and not f.paused and f.gone_at is not null",
    }
}

#[derive(QueryableByName)]
struct CountsRow {
    #[diesel(sql_type = BigInt)]
    active: i64,
    #[diesel(sql_type = BigInt)]
    failing: i64,
    #[diesel(sql_type = BigInt)]
    paused: i64,
    #[diesel(sql_type = BigInt)]
    gone: i64,
    #[diesel(sql_type = BigInt)]
    due: i64,
}

/// How many feeds stand where.
pub async fn counts(connection: &mut Connection) -> Result<FeedCounts, Error> {
    let row: CountsRow = diesel::sql_query(
        "select count(*) filter (where not paused and gone_at is null and failures = 0) as active,
                count(*) filter (where not paused and gone_at is null and failures > 0) as failing,
                count(*) filter (where paused) as paused,
                count(*) filter (where not paused and gone_at is not null) as gone,
                count(*) filter (where not paused and gone_at is null
                                   and next_poll_at <= clock_timestamp()) as due
           from feeds",
    )
    .get_result(connection)
    .await?;
    let count = |rows: i64| u64::try_from(rows).unwrap_or_default();
    let states = FeedState::ALL.map(|state| {
        let rows = match state {
            FeedState::Active => row.active,
            FeedState::Failing => row.failing,
            FeedState::Paused => row.paused,
            FeedState::Gone => row.gone,
        };
        (state, count(rows))
    });
    Ok(FeedCounts { states: states.to_vec(), due: count(row.due) })
}

#[derive(QueryableByName)]
struct LeftRow {
    #[diesel(sql_type = Bool)]
    is_left: bool,
}

/// Whether a feed is due, or a poll or a page waits or is being worked on, at one instant.
///
/// One statement, since between two a poll that another transaction is about to queue would be seen by
/// neither: its feed not yet moved on and locked, its job not yet there.
pub async fn work_is_left(connection: &mut Connection) -> Result<bool, Error> {
    let kinds = [JobKind::PollFeed, JobKind::FetchDocument].map(|kind| kind.as_str().to_owned());
    let row: LeftRow = diesel::sql_query(
        "select exists (select from feeds
                         where next_poll_at <= clock_timestamp() and not paused and gone_at is null)
             or exists (select from jobs where state in ('queued', 'running') and kind = any($1))
                as is_left",
    )
    .bind::<Array<Text>, _>(kinds.to_vec())
    .get_result(connection)
    .await?;
    Ok(row.is_left)
}
