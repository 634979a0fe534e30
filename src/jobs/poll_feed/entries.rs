//! What a feed lists → what of it is new, and queued.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::address_key;
use crate::domain::view::NewFeed;
use crate::ingest::Hearsay;
use crate::ingest::feed::{Feed, FeedEntry};
use crate::jobs::fetch_document::{self, NamedPage};
use crate::store::feeds::{self, EntryMark, FeedToPoll, SeenEntry};
use crate::store::{self, Connection};

/// How long a page is left alone after its fetching was queued, whatever its feed says of it: some
/// feeds name a new time of change with every answer.
const REFETCH_PAUSE: chrono::TimeDelta = chrono::TimeDelta::hours(1);

/// Sitemaps of one index that one poll begins to follow; the next poll goes on.
const SITEMAPS_AT_ONCE: usize = 1_000;

/// How often a sitemap is asked that an index names, in seconds: the index tells when it changed.
const SITEMAP_INTERVAL: i32 = 24 * 3600;

/// What was queued of an answer.
pub(super) struct Queued {
    pub queued: usize,
    /// Whether nothing that is new had to wait for a later poll.
    pub is_all: bool,
}

/// What is done with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decision {
    /// It is queued.
    Queue,
    /// It is noted as the feed has it.
    Note,
    /// It has changed, and its time has not come.
    Later,
}

/// What is done with an entry that was `seen` so in its feed and `known` then from elsewhere.
fn decide(
    entry: &FeedEntry,
    seen: Option<&SeenEntry>,
    known: Option<&DateTime<Utc>>,
    since: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Decision {
    let is_old = matches!((entry.dated(), since), (Some(dated), Some(since)) if dated < since);
    match seen {
        _ if is_old => Decision::Note,
        Some(seen) if entry.updated.is_none() || entry.updated == seen.updated_at => Decision::Note,
        Some(seen) if seen.queued_at.is_some_and(|at| now - at < REFETCH_PAUSE) => Decision::Later,
        Some(_) => Decision::Queue,
        None => match known {
            Some(known) if entry.updated.is_none_or(|updated| updated <= *known) => Decision::Note,
            _ => Decision::Queue,
        },
    }
}

/// The entries by the keys of their addresses; of several with one key the one that changed last.
fn by_key(found: &Feed) -> BTreeMap<String, &FeedEntry> {
    let mut entries: BTreeMap<String, &FeedEntry> = BTreeMap::new();
    for entry in &found.entries {
        let Some(key) = address_key(&entry.url) else { continue };
        entries
            .entry(key)
            .and_modify(|other| {
                if entry.updated > other.updated {
                    *other = entry;
                }
            })
            .or_insert(entry);
    }
    entries
}

/// What the feed lists, each with what is done with it.
async fn decisions<'f>(
    connection: &mut Connection,
    feed: &FeedToPoll,
    found: &'f Feed,
) -> Result<Vec<(EntryMark, &'f FeedEntry, Decision)>, store::Error> {
    let listed = by_key(found);
    let keys: Vec<String> = listed.keys().cloned().collect();
    let seen = feeds::entries(connection, feed.id, &keys).await?;
    let unseen: Vec<String> = keys.into_iter().filter(|key| !seen.contains_key(key)).collect();
    let known = feeds::known(connection, feed.id, &unseen).await?;
    let now = Utc::now();
    let decide = |(key, entry): (String, &'f FeedEntry)| {
        let before = seen.get(&key);
        let decision = decide(entry, before, known.get(&key), feed.since, now);
        let updated_at = match decision {
            Decision::Later => before.and_then(|before| before.updated_at),
            Decision::Queue | Decision::Note => entry.updated,
        };
        let queued = decision == Decision::Queue;
        (EntryMark { key, updated_at, queued }, entry, decision)
    };
    Ok(listed.into_iter().map(decide).collect())
}

pub(super) async fn queue_pages(
    connection: &mut Connection,
    feed: &FeedToPoll,
    found: &Feed,
    pause: Duration,
) -> Result<Queued, store::Error> {
    let decided = decisions(connection, feed, found).await?;
    let mut wanted: Vec<&FeedEntry> = decided
        .iter()
        .filter(|(_, _, decision)| *decision == Decision::Queue)
        .map(|(_, entry, _)| *entry)
        .collect();
    // What was published first is read first; a denial stands behind its rumour.
    wanted.sort_by_key(|entry| (entry.dated(), entry.url.as_str()));
    let queued = wanted.len();
    let pages = wanted.into_iter().map(|entry| NamedPage {
        url: entry.url.clone(),
        outlet: feed.outlet.clone(),
        heard: Hearsay {
            title: entry.title.clone(),
            published: entry.published,
            authors: entry.authors.clone(),
        },
    });
    fetch_document::enqueue_all(connection, pages.collect(), pause).await?;
    let is_all = decided.iter().all(|(_, _, decision)| *decision != Decision::Later);
    let marks: Vec<EntryMark> = decided.into_iter().map(|(mark, _, _)| mark).collect();
    feeds::keep_entries(connection, feed.id, &marks).await?;
    Ok(Queued { queued, is_all })
}

/// Makes feeds of the sitemaps that an index names, and has those asked that changed.
pub(super) async fn follow_sitemaps(
    connection: &mut Connection,
    feed: &FeedToPoll,
    found: &Feed,
) -> Result<Queued, store::Error> {
    let decided = decisions(connection, feed, found).await?;
    let (mut queued, mut is_all) = (0, true);
    let mut marks = Vec::new();
    for (mark, entry, decision) in decided {
        if decision == Decision::Queue {
            // Not noted either, so that the next poll finds them new.
            if queued == SITEMAPS_AT_ONCE {
                is_all = false;
                continue;
            }
            let new = NewFeed {
                url: entry.url.clone(),
                kind: None,
                title: None,
                outlet: feed.outlet.clone(),
                since: feed.since,
                interval: feed.interval.max(SITEMAP_INTERVAL),
            };
            feeds::insert_below(connection, &new, Some((feed.id, feed.depth))).await?;
            queued += 1;
        }
        is_all &= decision != Decision::Later;
        marks.push(mark);
    }
    feeds::keep_entries(connection, feed.id, &marks).await?;
    Ok(Queued { queued, is_all })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: u32) -> DateTime<Utc> {
        format!("2026-03-02T{hour:02}:00:00Z").parse().expect("a time")
    }

    fn entry(updated: Option<u32>) -> FeedEntry {
        let url = "https://n.test/a".parse().expect("an address");
        FeedEntry { updated: updated.map(at), ..FeedEntry::at(url) }
    }

    fn seen(updated: Option<u32>, queued: Option<u32>) -> Option<SeenEntry> {
        Some(SeenEntry { updated_at: updated.map(at), queued_at: queued.map(at) })
    }

    #[test]
    fn an_entry_is_queued_once_and_again_when_its_time_moves() {
        for (updated, before, expected) in [
            (None, None, Decision::Queue),
            (Some(8), None, Decision::Queue),
            (None, seen(None, Some(1)), Decision::Note),
            (Some(8), seen(Some(8), Some(1)), Decision::Note),
            (None, seen(Some(8), Some(1)), Decision::Note),
            (Some(9), seen(Some(8), Some(1)), Decision::Queue),
            // A time set back is a change, too.
            (Some(7), seen(Some(8), Some(1)), Decision::Queue),
            (Some(9), seen(Some(8), None), Decision::Queue),
            // The page was asked for a moment ago.
            (Some(9), seen(Some(8), Some(12)), Decision::Later),
        ] {
            let decided = decide(&entry(updated), before.as_ref(), None, None, at(12));
            assert_eq!(decided, expected, "{updated:?} {before:?}");
        }
    }

    #[test]
    fn what_is_known_or_older_than_asked_for_is_noted_alone() {
        let known = at(9);
        for (updated, expected) in
            [(None, Decision::Note), (Some(9), Decision::Note), (Some(10), Decision::Queue)]
        {
            assert_eq!(decide(&entry(updated), None, Some(&known), None, at(12)), expected);
        }
        for (updated, expected) in
            [(None, Decision::Queue), (Some(8), Decision::Note), (Some(9), Decision::Queue)]
        {
            assert_eq!(decide(&entry(updated), None, None, Some(at(9)), at(12)), expected);
        }
    }
}
