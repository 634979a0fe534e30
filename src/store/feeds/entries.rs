//! Which entries of a feed were seen, and when their fetching was queued.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Binary, Bool, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use sha2::{Digest, Sha256};

use crate::domain::FeedId;
use crate::store::sql::Sql;
use crate::store::{Connection, Error};

/// Entries that one statement looks up or keeps.
const CHUNK: usize = 5_000;

/// How old the time of the last listing may become before it is written anew: a feed is polled
/// often, and most of its entries stay.
const LISTED_WITHIN: &str = "1 day";

/// What is known of an entry of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenEntry {
    /// When it last changed, as the feed said then.
    pub updated_at: Option<DateTime<Utc>>,
    /// When its fetching was last queued.
    pub queued_at: Option<DateTime<Utc>>,
}

/// When an address was last looked at for whatever reason.
pub type Known = BTreeMap<String, DateTime<Utc>>;

/// An entry as a poll leaves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryMark {
    /// The key of its address; see [`crate::domain::address_key`].
    pub key: String,
    /// When it last changed, as the feed says.
    pub updated_at: Option<DateTime<Utc>>,
    /// Whether its fetching is queued now.
    pub queued: bool,
}

fn digest(key: &str) -> Vec<u8> {
    Sha256::digest(key).to_vec()
}

#[derive(QueryableByName)]
struct SeenRow {
    #[diesel(sql_type = Binary)]
    key_sha256: Vec<u8>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    updated_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    queued_at: Option<DateTime<Utc>>,
}

/// Which of these keys were seen in the feed.
pub async fn entries(
    connection: &mut Connection,
    feed: FeedId,
    keys: &[String],
) -> Result<BTreeMap<String, SeenEntry>, Error> {
    let mut seen = BTreeMap::new();
    for chunk in keys.chunks(CHUNK) {
        let by_digest: BTreeMap<Vec<u8>, &String> =
            chunk.iter().map(|key| (digest(key), key)).collect();
        let mut sql = Sql::new("select key_sha256, updated_at, queued_at from feed_entries");
        sql.push(
            "where feed_id = {} and key_sha256 = any({})",
            [feed.0.into(), by_digest.keys().cloned().collect::<Vec<_>>().into()],
        );
        for row in sql.load::<SeenRow>(connection).await? {
            if let Some(key) = by_digest.get(&row.key_sha256) {
                let entry = SeenEntry { updated_at: row.updated_at, queued_at: row.queued_at };
                seen.insert((*key).clone(), entry);
            }
        }
    }
    Ok(seen)
}

#[derive(QueryableByName)]
struct KnownRow {
    #[diesel(sql_type = diesel::sql_types::Text)]
    key: String,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
}

/// Which of these addresses lead to a document, or were queued for another feed, and when that was
/// last so.
pub async fn known(
    connection: &mut Connection,
    feed: FeedId,
    keys: &[String],
) -> Result<Known, Error> {
    let mut known = Known::new();
    for chunk in keys.chunks(CHUNK) {
        let digests: Vec<Vec<u8>> = chunk.iter().map(|key| digest(key)).collect();
        let mut sql = Sql::new("select k.key, max(k.at) as at from (");
        sql.push(
            "select u.key, r.recorded_at as at
               from document_urls u
               join document_revisions r on r.document_id = u.document_id
                                        and r.superseded_at is null
              where u.key = any({})
             union all
             select g.key, e.queued_at
               from unnest({}, {}) g (key, key_sha256)
               join feed_entries e on e.key_sha256 = g.key_sha256
              where e.feed_id <> {} and e.queued_at is not null) k group by k.key",
            [chunk.to_vec().into(), chunk.to_vec().into(), digests.into(), feed.0.into()],
        );
        for row in sql.load::<KnownRow>(connection).await? {
            known.insert(row.key, row.at);
        }
    }
    Ok(known)
}

/// Keeps that the feed lists these entries, and which of them are queued. Belongs into the
/// transaction that queues them.
pub async fn keep_entries(
    connection: &mut Connection,
    feed: FeedId,
    marks: &[EntryMark],
) -> Result<(), Error> {
    for chunk in marks.chunks(CHUNK) {
        let digests: Vec<Vec<u8>> = chunk.iter().map(|mark| digest(&mark.key)).collect();
        let updated: Vec<Option<DateTime<Utc>>> =
            chunk.iter().map(|mark| mark.updated_at).collect();
        let queued: Vec<bool> = chunk.iter().map(|mark| mark.queued).collect();
        diesel::sql_query(format!(
            "insert into feed_entries as e (feed_id, key_sha256, updated_at, queued_at)
             select $1, u.key, u.updated, case when u.queued then clock_timestamp() end
               from unnest($2, $3, $4) u (key, updated, queued)
             on conflict (feed_id, key_sha256) do update
                set updated_at = excluded.updated_at,
                    queued_at = coalesce(excluded.queued_at, e.queued_at),
                    listed_at = clock_timestamp()
              where excluded.queued_at is not null
                 or excluded.updated_at is distinct from e.updated_at
                 or e.listed_at < clock_timestamp() - interval '{LISTED_WITHIN}'"
        ))
        .bind::<SqlUuid, _>(feed.0)
        .bind::<Array<Binary>, _>(&digests)
        .bind::<Array<Nullable<Timestamptz>>, _>(&updated)
        .bind::<Array<Bool>, _>(&queued)
        .execute(connection)
        .await?;
    }
    Ok(())
}

/// Forgets the entries that the feed has not listed for `age`.
pub async fn forget_unlisted(
    connection: &mut Connection,
    feed: FeedId,
    age: Duration,
) -> Result<usize, Error> {
    let removed = diesel::sql_query(
        "delete from feed_entries
          where feed_id = $1 and listed_at < clock_timestamp() - $2 * interval '1 millisecond'",
    )
    .bind::<SqlUuid, _>(feed.0)
    .bind::<BigInt, _>(i64::try_from(age.as_millis()).unwrap_or(i64::MAX))
    .execute(connection)
    .await?;
    Ok(removed)
}
