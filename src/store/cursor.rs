//! Where the next page of a list begins: opaque outside, a sort key inside.
//!
//! A cursor carries the key of the last row shown and a fingerprint of the list, its filters and
//! its order. Every list has a total order (its sort key, then the id), so a walk meets each row
//! that was there when it began exactly once, however many are added meanwhile.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::sql::Sql;
use crate::domain::view::{Page, PageRequest};

/// Changes whenever the inside of a cursor does.
const VERSION: u8 = 1;

/// Longer texts are no cursors of ours.
const MAX_LENGTH: usize = 8 * 1024;

/// Why a cursor was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadCursor {
    /// Not something that a list gives.
    #[error("the cursor is not one that a list gave")]
    Malformed,
    /// From another list, or from this one with other filters or another order.
    #[error("the cursor belongs to another list, filter or order")]
    Foreign,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Inside<K> {
    v: u8,
    f: String,
    k: K,
}

/// What a sort key must be to stand in a cursor.
pub(super) trait Key: Serialize + DeserializeOwned {
    /// Whether Postgres can compare with it; cursors come from outside and may hold anything.
    fn is_sound(&self) -> bool;
}

/// Key of lists in order of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TimeKey {
    #[serde(with = "chrono::serde::ts_microseconds")]
    pub at: DateTime<Utc>,
    pub id: Uuid,
}

impl Key for TimeKey {
    fn is_sound(&self) -> bool {
        in_range(self.at)
    }
}

/// Key of lists in order of a count, pinned to the instant of the first page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CountKey {
    pub count: i32,
    pub id: Uuid,
    #[serde(with = "chrono::serde::ts_microseconds")]
    pub as_of: DateTime<Utc>,
}

impl Key for CountKey {
    fn is_sound(&self) -> bool {
        in_range(self.as_of)
    }
}

/// Key of a timeline: stated time, recorded time, id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TrailKey {
    #[serde(with = "chrono::serde::ts_microseconds")]
    pub at: DateTime<Utc>,
    #[serde(with = "chrono::serde::ts_microseconds")]
    pub recorded_at: DateTime<Utc>,
    pub id: Uuid,
}

impl Key for TrailKey {
    fn is_sound(&self) -> bool {
        in_range(self.at) && in_range(self.recorded_at)
    }
}

/// Key of lists in order of a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct NameKey {
    pub name: String,
    pub id: Uuid,
}

impl Key for NameKey {
    fn is_sound(&self) -> bool {
        !self.name.contains('\0')
    }
}

/// First and last second that a `timestamptz` holds with room to spare: 4712 BC and AD 294000.
const TIMES: std::ops::RangeInclusive<i64> = -210_800_000_000..=9_215_000_000_000;

/// Whether Postgres can hold this time.
pub(super) fn in_range(time: DateTime<Utc>) -> bool {
    TIMES.contains(&time.timestamp())
}

/// The nearest time that Postgres can hold; for bounds, where it means the same.
pub(super) fn clamp(time: DateTime<Utc>) -> DateTime<Utc> {
    let second = time.timestamp().clamp(*TIMES.start(), *TIMES.end());
    if second == time.timestamp() {
        return time;
    }
    DateTime::from_timestamp(second, 0).unwrap_or(time)
}

/// One list as asked for: what its cursors must match.
pub(super) struct Walk<K> {
    fingerprint: String,
    limit: usize,
    /// The last row of the page before.
    pub after: Option<K>,
}

impl<K: Key> Walk<K> {
    /// Reads the page asked of `list` with `filter`.
    pub fn new(
        list: &str,
        filter: &impl Serialize,
        page: &PageRequest,
    ) -> Result<Self, super::Error> {
        let fingerprint = fingerprint(list, filter)?;
        let after = match &page.cursor {
            Some(cursor) => Some(decode(cursor, &fingerprint)?),
            None => None,
        };
        Ok(Walk { fingerprint, limit: usize::from(page.limit.max(1)), after })
    }

    /// Adds to `sql` where the page begins and ends, for rows of `alias` in order of their
    /// `recorded_at`.
    pub fn bound_by_time(&self, sql: &mut Sql, alias: &str, newest_first: bool)
    where
        K: Into<TimeKey> + Copy,
    {
        let side = if newest_first { "<" } else { ">" };
        if let Some(after) = self.after {
            let TimeKey { at, id } = after.into();
            sql.push(
                &format!("and ({alias}.recorded_at, {alias}.id) {side} ({{}}, {{}})"),
                [at.into(), id.into()],
            );
        }
        order_by_time(sql, alias, newest_first);
        sql.push("limit {}", [self.rows().into()]);
    }

    /// How many rows to ask for: one more than shown tells whether there is a next page.
    pub fn rows(&self) -> i64 {
        self.limit as i64 + 1
    }

    /// The page out of the rows, and the cursor behind it.
    pub fn page<T>(&self, mut rows: Vec<T>, key: impl Fn(&T) -> K) -> Page<T> {
        let more = rows.len() > self.limit;
        rows.truncate(self.limit);
        let next =
            if more { rows.last().map(|row| encode(&self.fingerprint, key(row))) } else { None };
        Page { items: rows, next }
    }
}

/// Adds the order of the rows of `alias` by their `recorded_at`, then their id.
pub(super) fn order_by_time(sql: &mut Sql, alias: &str, newest_first: bool) {
    let order = if newest_first { "desc" } else { "asc" };
    sql.push(&format!("order by {alias}.recorded_at {order}, {alias}.id {order}"), []);
}

fn fingerprint(list: &str, filter: &impl Serialize) -> Result<String, super::Error> {
    let filter = serde_json::to_vec(filter).map_err(|error| super::Error::Query(error.into()))?;
    let mut digest = Sha256::new();
    digest.update(list);
    digest.update([0]);
    digest.update(filter);
    Ok(URL_SAFE_NO_PAD.encode(&digest.finalize()[..9]))
}

fn encode<K: Key>(fingerprint: &str, key: K) -> String {
    let inside = Inside { v: VERSION, f: fingerprint.to_owned(), k: key };
    // Times, numbers and texts under text keys: serde_json has nothing to refuse.
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&inside).unwrap_or_default())
}

fn decode<K: Key>(cursor: &str, fingerprint: &str) -> Result<K, BadCursor> {
    if cursor.len() > MAX_LENGTH {
        return Err(BadCursor::Malformed);
    }
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| BadCursor::Malformed)?;
    let inside: Inside<serde_json::Value> =
        serde_json::from_slice(&bytes).map_err(|_| BadCursor::Malformed)?;
    if inside.v != VERSION || inside.f != fingerprint {
        return Err(BadCursor::Foreign);
    }
    let key: K = serde_json::from_value(inside.k).map_err(|_| BadCursor::Malformed)?;
    if key.is_sound() { Ok(key) } else { Err(BadCursor::Malformed) }
}
