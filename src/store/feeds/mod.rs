//! Feeds: what is followed, whose time has come, and what came of it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{
    Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use url::Url;
use uuid::Uuid;

use super::jobs::CHANNEL;
use super::sql::{IdRow, Sql};
use super::{Connection, Error};
use crate::domain::view::{FeedChange, FeedKind, FeedView, NewFeed};
use crate::domain::{FeedId, JobId, Validators, address_key, canonical_url};

mod entries;
mod read;

pub use entries::{EntryMark, Known, SeenEntry, entries, forget_unlisted, keep_entries, known};
pub use read::{counts, find, find_by_url, list, work_is_left};

/// How often a poll that ends its worker is tried; one that fails in any other way is the feed's
/// result, and done.
pub const POLL_ATTEMPTS: i32 = 5;

/// Polls that one call of [`enqueue_due`] adds at most.
const DUE_AT_ONCE: i64 = 500;

/// Adds a feed, unless its address is known; answers it and whether it was added.
///
/// # Errors
/// [`Error::Query`] for an address that is not on the web, [`Error::Conflict`] where a rule of the
/// schema refuses it.
pub async fn insert(connection: &mut Connection, new: &NewFeed) -> Result<(FeedView, bool), Error> {
    insert_below(connection, new, None).await
}

/// As [`insert`], for a sitemap that the index `parent` names. One that is known already, and is
/// below that index, is due at once: call it where the index says that it changed.
pub async fn insert_below(
    connection: &mut Connection,
    new: &NewFeed,
    parent: Option<(FeedId, i32)>,
) -> Result<(FeedView, bool), Error> {
    let (url, key) = written(&new.url)?;
    let added = diesel::sql_query(
        "insert into feeds (id, url, key, kind, title, outlet, parent_id, depth, since, interval_seconds)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
          where not exists (select from feed_moves where key = $3)
         on conflict (key) do nothing",
    )
    .bind::<SqlUuid, _>(FeedId::new().0)
    .bind::<Text, _>(&url)
    .bind::<Text, _>(&key)
    .bind::<Nullable<Text>, _>(new.kind.map(FeedKind::as_str))
    .bind::<Nullable<Text>, _>(new.title.as_deref().map(without_nul))
    .bind::<Nullable<Text>, _>(new.outlet.as_deref().map(without_nul))
    .bind::<Nullable<SqlUuid>, _>(parent.map(|(id, _)| id.0))
    .bind::<Integer, _>(parent.map_or(0, |(_, depth)| depth + 1))
    .bind::<Nullable<Timestamptz>, _>(new.since)
    .bind::<Integer, _>(new.interval)
    .execute(connection)
    .await?;
    if let (0, Some((parent, _))) = (added, parent) {
        diesel::sql_query(
            "update feeds set next_poll_at = least(next_poll_at, clock_timestamp())
              where key = $1 and parent_id = $2",
        )
        .bind::<Text, _>(&key)
        .bind::<SqlUuid, _>(parent.0)
        .execute(connection)
        .await?;
    }
    Ok((read::find_by_key(connection, &key).await?, added == 1))
}

/// Adds the feeds whose addresses are not known, in one statement; answers how many.
///
/// # Errors
/// As [`insert`]; none is added then.
pub async fn insert_all(connection: &mut Connection, new: &[NewFeed]) -> Result<usize, Error> {
    let addresses = new.iter().map(|feed| written(&feed.url)).collect::<Result<Vec<_>, _>>()?;
    let (urls, keys): (Vec<String>, Vec<String>) = addresses.into_iter().unzip();
    let ids: Vec<Uuid> = new.iter().map(|_| FeedId::new().0).collect();
    let titles: Vec<Option<String>> =
        new.iter().map(|feed| feed.title.as_deref().map(without_nul)).collect();
    let outlets: Vec<Option<String>> =
        new.iter().map(|feed| feed.outlet.as_deref().map(without_nul)).collect();
    let intervals: Vec<i32> = new.iter().map(|feed| feed.interval).collect();
    let added = diesel::sql_query(
        "insert into feeds (id, url, key, title, outlet, interval_seconds)
         select * from unnest($1, $2, $3, $4, $5, $6) as new (id, url, key, title, outlet, interval_seconds)
          where not exists (select from feed_moves m where m.key = new.key)
         on conflict (key) do nothing",
    )
    .bind::<Array<SqlUuid>, _>(&ids)
    .bind::<Array<Text>, _>(&urls)
    .bind::<Array<Text>, _>(&keys)
    .bind::<Array<Nullable<Text>>, _>(&titles)
    .bind::<Array<Nullable<Text>>, _>(&outlets)
    .bind::<Array<Integer>, _>(&intervals)
    .execute(connection)
    .await?;
    Ok(added)
}

/// The address as it is kept, and its key, which is never longer.
fn written(url: &Url) -> Result<(String, String), Error> {
    let bad = || Error::Query("a feed's address is not on the web".into());
    let key = address_key(url).ok_or_else(bad)?;
    let mut url = url.clone();
    url.set_fragment(None);
    // As given, since a server may mind; the canonical form only where the key would be longer.
    if key.len() > url.as_str().len() {
        url = canonical_url(&url).ok_or_else(bad)?;
    }
    Ok((url.into(), key))
}

fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Changes what somebody may change; a feed that is to be polled again is due at once.
///
/// # Errors
/// [`Error::NotFound`], and [`Error::Conflict`] where a rule of the schema refuses it.
pub async fn update(
    connection: &mut Connection,
    id: FeedId,
    change: &FeedChange,
) -> Result<FeedView, Error> {
    let changed = diesel::sql_query(
        "update feeds
            set interval_seconds = coalesce($2, interval_seconds),
                outlet = coalesce($4, outlet),
                title = coalesce($5, title),
                next_poll_at = case
                    when $3 = false and (paused or gone_at is not null) then clock_timestamp()
                    -- A shorter interval holds from now on.
                    when failures = 0 and last_polled_at is not null then
                        least(next_poll_at, last_polled_at
                              + coalesce($2, interval_seconds) * interval '1 second')
                    else next_poll_at end,
                gone_at = case when $3 = false then null else gone_at end,
                failures = case when $3 = false and gone_at is not null then 0 else failures end,
                paused = coalesce($3, paused)
          where id = $1",
    )
    .bind::<SqlUuid, _>(id.0)
    .bind::<Nullable<Integer>, _>(change.interval)
    .bind::<Nullable<Bool>, _>(change.paused)
    .bind::<Nullable<Text>, _>(change.outlet.as_deref().map(without_nul))
    .bind::<Nullable<Text>, _>(change.title.as_deref().map(without_nul))
    .execute(connection)
    .await?;
    if changed == 0 {
        return Err(Error::NotFound);
    }
    find(connection, id).await
}

/// Has a feed stand at the address that its server says it moved to for good; the one before goes on
/// leading to it. Answers whether it stands there now: where another feed does, or did, this one stays.
///
/// # Errors
/// [`Error::Query`] for an address that is not on the web, [`Error::Conflict`] where another feed
/// moves there at the same time.
pub async fn move_to(connection: &mut Connection, id: FeedId, to: &Url) -> Result<bool, Error> {
    let (url, key) = written(to)?;
    let moved = diesel::sql_query(
        "with old as (
             select f.url, f.key from feeds f
              where f.id = $1
                and not exists (select from feeds o where o.key = $3 and o.id <> f.id)
                and not exists (select from feed_moves m where m.key = $3 and m.feed_id <> f.id)),
         back as (delete from feed_moves where key = $3 and feed_id = $1),
         kept as (
             insert into feed_moves (key, url, feed_id)
             select key, url, $1 from old where key <> $3
             on conflict (key) do nothing)
         update feeds set url = $2, key = $3 from old where id = $1",
    )
    .bind::<SqlUuid, _>(id.0)
    .bind::<Text, _>(&url)
    .bind::<Text, _>(&key)
    .execute(connection)
    .await?;
    Ok(moved == 1)
}

/// Forgets a feed, the sitemaps below it and what was seen in them. Documents stay, and what is
/// queued already is still fetched.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn delete(connection: &mut Connection, id: FeedId) -> Result<(), Error> {
    let removed = diesel::sql_query("delete from feeds where id = $1")
        .bind::<SqlUuid, _>(id.0)
        .execute(connection)
        .await?;
    if removed == 1 { Ok(()) } else { Err(Error::NotFound) }
}

/// Adds a poll for each feed whose time has come; answers how many. Call it in a transaction.
///
/// Each is put off by its interval at once, so that whatever becomes of the poll, it is not asked
/// more often than that.
pub async fn enqueue_due(connection: &mut Connection) -> Result<usize, Error> {
    let mut sql = Sql::new("select id from feeds");
    sql.push(
        "where next_poll_at <= clock_timestamp() and not paused and gone_at is null
         order by next_poll_at, id limit {} for update skip locked",
        [DUE_AT_ONCE.into()],
    );
    let due: Vec<IdRow> = sql.load(connection).await?;
    if due.is_empty() {
        return Ok(0);
    }
    let feeds: Vec<Uuid> = due.into_iter().map(|row| row.id).collect();
    let jobs: Vec<Uuid> = feeds.iter().map(|_| JobId::new().0).collect();
    diesel::sql_query(
        "update feeds set next_poll_at = clock_timestamp() + interval_seconds * interval '1 second'
          where id = any($1)",
    )
    .bind::<Array<SqlUuid>, _>(&feeds)
    .execute(connection)
    .await?;
    let added = diesel::sql_query(
        "with added as (
             insert into jobs (id, kind, payload, max_attempts)
             select u.job, 'poll_feed', jsonb_build_object('feed', u.feed), $3
               from unnest($1, $2) u (job, feed)
             on conflict do nothing returning 1)
         select pg_notify($4, '') from added",
    )
    .bind::<Array<SqlUuid>, _>(&jobs)
    .bind::<Array<SqlUuid>, _>(&feeds)
    .bind::<Integer, _>(POLL_ATTEMPTS)
    .bind::<Text, _>(CHANNEL)
    .execute(connection)
    .await?;
    Ok(added)
}

/// Makes feeds due now: those given, or all that are polled at all; answers how many.
pub async fn make_due(connection: &mut Connection, ids: &[FeedId]) -> Result<usize, Error> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let made = diesel::sql_query(
        "update feeds set next_poll_at = least(next_poll_at, clock_timestamp())
          where not paused and gone_at is null and id = any($1)",
    )
    .bind::<Array<SqlUuid>, _>(&ids)
    .execute(connection)
    .await?;
    Ok(made)
}

/// The poll of a feed that is queued or under way, if one is.
pub async fn poll_under_way(
    connection: &mut Connection,
    id: FeedId,
) -> Result<Option<JobId>, Error> {
    let mut sql = Sql::new("select id from jobs");
    sql.push(
        "where kind = 'poll_feed' and state in ('queued', 'running') and payload ->> 'feed' = {}",
        [id.to_string().into()],
    );
    let rows: Vec<IdRow> = sql.load(connection).await?;
    Ok(rows.into_iter().next().map(|row| JobId(row.id)))
}

/// A feed in the hands of its poll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedToPoll {
    /// Which one.
    pub id: FeedId,
    /// Where it is.
    pub url: Url,
    /// Who publishes what it names, where somebody said.
    pub outlet: Option<String>,
    /// How far below an added feed it stands.
    pub depth: i32,
    /// Entries dated before are not fetched.
    pub since: Option<DateTime<Utc>>,
    /// Seconds between two polls.
    pub interval: i32,
    /// Polls that failed in a row.
    pub failures: i32,
    /// What its last answer was marked with.
    pub validators: Validators,
}

#[derive(QueryableByName)]
struct ToPollRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    url: String,
    #[diesel(sql_type = Nullable<Text>)]
    outlet: Option<String>,
    #[diesel(sql_type = Integer)]
    depth: i32,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    since: Option<DateTime<Utc>>,
    #[diesel(sql_type = Integer)]
    interval_seconds: i32,
    #[diesel(sql_type = Integer)]
    failures: i32,
    #[diesel(sql_type = Nullable<Text>)]
    etag: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    last_modified: Option<String>,
}

/// The feed that a poll asks; `None` where somebody has removed it, paused it or put it aside.
/// With `lock`, nobody else changes it before the caller's transaction ends.
pub async fn to_poll(
    connection: &mut Connection,
    id: FeedId,
    lock: bool,
) -> Result<Option<FeedToPoll>, Error> {
    let mut sql = Sql::new(
        "select id, url, outlet, depth, since, interval_seconds, failures, etag, last_modified
           from feeds",
    );
    sql.push("where id = {} and not paused and gone_at is null", [id.0.into()]);
    if lock {
        sql.push("for update", []);
    }
    let rows: Vec<ToPollRow> = sql.load(connection).await?;
    let read = |row: ToPollRow| {
        Ok(FeedToPoll {
            id: FeedId(row.id),
            url: row.url.parse().map_err(|error| Error::Query(Box::new(error)))?,
            outlet: row.outlet,
            depth: row.depth,
            since: row.since,
            interval: row.interval_seconds,
            failures: row.failures,
            validators: Validators { etag: row.etag, last_modified: row.last_modified },
        })
    };
    rows.into_iter().next().map(read).transpose()
}

/// What came of a poll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollResult {
    /// In one word.
    pub word: String,
    /// Why it failed.
    pub error: Option<String>,
    /// What was found, where something was.
    pub found: Option<FoundFeed>,
    /// Whether it counts as a failure.
    pub failed: bool,
    /// Whether the feed is put aside for good.
    pub gone: bool,
    /// When it is asked again.
    pub wait: Duration,
}

/// What a poll found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFeed {
    /// What it is written in.
    pub kind: FeedKind,
    /// What it calls itself.
    pub title: Option<String>,
    /// What the answer was marked with.
    pub validators: Validators,
    /// Entries listed.
    pub entries: usize,
    /// Entries queued.
    pub queued: usize,
}

/// Keeps what came of a poll. Belongs into the transaction that queues what was found.
pub async fn keep_result(
    connection: &mut Connection,
    id: FeedId,
    result: &PollResult,
) -> Result<(), Error> {
    let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    let found = result.found.as_ref();
    diesel::sql_query(
        "update feeds
            set last_polled_at = clock_timestamp(), last_result = $2, last_error = $3,
                failures = case when $4 then failures + 1 else 0 end,
                gone_at = case when $5 then clock_timestamp() end,
                next_poll_at = clock_timestamp() + $6 * interval '1 millisecond',
                kind = coalesce($7, kind),
                title = coalesce(title, $8),
                etag = case when $9 then $10 else etag end,
                last_modified = case when $9 then $11 else last_modified end,
                last_entries = coalesce($12, last_entries),
                last_queued = case when $9 then $13 when $4 then last_queued else 0 end
          where id = $1",
    )
    .bind::<SqlUuid, _>(id.0)
    .bind::<Text, _>(&result.word)
    .bind::<Nullable<Text>, _>(result.error.as_deref().map(without_nul))
    .bind::<Bool, _>(result.failed)
    .bind::<Bool, _>(result.gone)
    .bind::<BigInt, _>(i64::try_from(result.wait.as_millis()).unwrap_or(i64::MAX))
    .bind::<Nullable<Text>, _>(found.map(|found| found.kind.as_str()))
    .bind::<Nullable<Text>, _>(found.and_then(|found| found.title.as_deref()).map(without_nul))
    .bind::<Bool, _>(found.is_some())
    .bind::<Nullable<Text>, _>(found.and_then(|found| found.validators.etag.as_deref()))
    .bind::<Nullable<Text>, _>(found.and_then(|found| found.validators.last_modified.as_deref()))
    .bind::<Nullable<Integer>, _>(found.map(|found| count(found.entries)))
    .bind::<Nullable<Integer>, _>(found.map(|found| count(found.queued)))
    .execute(connection)
    .await?;
    Ok(())
}
