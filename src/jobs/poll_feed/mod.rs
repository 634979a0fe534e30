//! Feed → what is new in it, queued to be fetched.
//!
//! The feed is asked first, with no connection held; what it lists, what of that was seen and what
//! is queued are one transaction then. So a poll that dies at any moment has either queued all that
//! was new and noted it, or nothing.

mod entries;

use std::time::Duration;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use url::Url;

use self::entries::{Queued, follow_sitemaps, queue_pages};
use super::fetch_document::{JOB_PATIENCE, PageError};
use crate::domain::view::{FeedKind, JobKind};
use crate::domain::{FeedId, JobId, RequestId, Validators, address_key};
use crate::fetch::{FetchError, Fetched, Fetcher, Known};
use crate::ingest::feed::{self, Feed};
use crate::metrics::PollEnd;
use crate::store::feeds::{self, FeedToPoll, FoundFeed, PollResult};
use crate::store::jobs::NewJob;
use crate::store::{self, Connection, Pool};

/// Longest wait after polls that failed, unless the interval itself is longer.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);

/// How long what was seen is kept once the feed does not list it any more.
const FORGET_AFTER: Duration = Duration::from_secs(30 * 24 * 3600);

/// How far an index may stand below the feed that was added; the schema has the same limit for
/// what it names.
const DEEPEST_INDEX: i32 = 2;

#[derive(Serialize, Deserialize)]
struct Payload {
    feed: FeedId,
}

/// Queues a poll of a feed now, unless one is under way; answers the one that is.
///
/// # Errors
/// [`store::Error::Unavailable`] when the database is away.
pub async fn enqueue(
    connection: &mut Connection,
    feed: FeedId,
    request: Option<RequestId>,
) -> Result<JobId, store::Error> {
    let payload = serde_json::to_value(Payload { feed })
        .map_err(|error| store::Error::Query(error.into()))?;
    let job = NewJob {
        kind: JobKind::PollFeed,
        payload,
        attachment: Vec::new(),
        max_attempts: feeds::POLL_ATTEMPTS,
        request,
    };
    if let Some(under_way) = feeds::poll_under_way(connection, feed).await? {
        return Ok(under_way);
    }
    match store::jobs::enqueue(connection, &job).await {
        // Somebody was faster.
        Err(error) if error.constraint() == Some("jobs_one_poll_of_a_feed") => {
            feeds::poll_under_way(connection, feed).await?.ok_or(error)
        }
        outcome => outcome,
    }
}

/// Queues a poll of each feed whose time has come; answers how many.
///
/// # Errors
/// [`store::Error::Unavailable`] when the database is away.
pub async fn enqueue_due(pool: &Pool) -> Result<usize, store::Error> {
    let mut connection = pool.get().await?;
    store::transaction(&mut connection, async |connection| feeds::enqueue_due(connection).await)
        .await
}

/// A feed with what it answered.
#[derive(Debug)]
pub(super) struct Poll {
    feed: FeedToPoll,
    answer: Answer,
}

#[derive(Debug)]
enum Answer {
    NotModified,
    Feed { feed: Feed, from: Box<Place> },
    Failed { word: String, error: String, retry_after: Option<Duration>, gone: bool },
}

/// Where an answer stood, and what it was marked with.
#[derive(Debug)]
struct Place {
    url: Url,
    validators: Validators,
    /// Where the feed stands from now on.
    moved: Option<Url>,
}

impl Answer {
    fn failed(error: &FetchError) -> Self {
        Answer::Failed {
            word: error.name(),
            error: error.to_string(),
            retry_after: error.retry_after(),
            // Another address being gone says nothing of the one that is asked.
            gone: matches!(error, FetchError::Gone { redirected: false }),
        }
    }
}

/// What a poll came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollOutcome {
    /// Of which feed.
    pub feed: FeedId,
    /// In one word, as the feed's row keeps it.
    pub word: String,
    /// For the metrics.
    pub end: PollEnd,
    /// Pages, or sitemaps of an index, that were queued.
    pub queued: usize,
}

/// Asks the feed of a job; `None` where it is not polled any more.
///
/// # Errors
/// [`FetchError::HostBusy`] as a [`PageError`], that the payload is none, or a [`store::Error`].
/// Whatever else the feed fails with is its answer.
pub(super) async fn ask(
    pool: &Pool,
    fetcher: Option<&Fetcher>,
    payload: serde_json::Value,
) -> anyhow::Result<Option<Poll>> {
    let payload: Payload =
        serde_json::from_value(payload).context("the job's payload is no feed")?;
    let feed = feeds::to_poll(&mut *pool.get().await?, payload.feed, false).await?;
    let Some(feed) = feed else { return Ok(None) };
    let Some(fetcher) = fetcher else {
        return Ok(Some(Poll { feed, answer: Answer::failed(&FetchError::Off) }));
    };
    let own_key = address_key(&feed.url);
    let known: Known = match (&own_key, feed.validators.is_empty()) {
        (Some(key), false) => Known::from([(key.clone(), feed.validators.clone())]),
        _ => Known::new(),
    };
    let page = match fetcher.fetch_feed_within(JOB_PATIENCE, &feed.url, &known).await {
        Ok(Fetched::Page(page)) => page,
        Ok(Fetched::NotModified { .. }) => {
            return Ok(Some(Poll { feed, answer: Answer::NotModified }));
        }
        Err(busy @ FetchError::HostBusy { .. }) => return Err(PageError::Fetch(busy).into()),
        Err(error) => return Ok(Some(Poll { feed, answer: Answer::failed(&error) })),
    };
    let from = Box::new(Place {
        url: page.url.clone(),
        validators: page.validators.clone(),
        // An index names where its sitemaps are, and would name the old address with every answer.
        moved: page.moved().filter(|_| feed.depth == 0).cloned(),
    });
    let read = tokio::task::spawn_blocking(move || {
        feed::read_feed(&page.bytes, &page.url, page.charset.as_deref())
    });
    let answer = match read.await.context("the reader stopped on this feed")? {
        Ok(read) if read.kind == FeedKind::SitemapIndex && feed.depth > DEEPEST_INDEX => {
            Answer::Failed {
                word: "too_deep".to_owned(),
                error: "an index of sitemaps that stands below others is not followed".to_owned(),
                retry_after: None,
                gone: false,
            }
        }
        Ok(read) => Answer::Feed { feed: read, from },
        Err(error) => Answer::Failed {
            word: error.name().to_owned(),
            error: error.to_string(),
            retry_after: None,
            gone: false,
        },
    };
    Ok(Some(Poll { feed, answer }))
}

/// Keeps what a feed answered, and queues what is new in it, `pause` apart; call it in the
/// transaction that ends the job. `None` where the feed is not polled any more.
pub(super) async fn record(
    connection: &mut Connection,
    poll: &Poll,
    pause: Duration,
) -> Result<Option<PollOutcome>, store::Error> {
    // Anew, and held: two polls of one feed must not both find the same to be new.
    let Some(feed) = feeds::to_poll(connection, poll.feed.id, true).await? else { return Ok(None) };
    let (result, end, queued) = match &poll.answer {
        Answer::NotModified => (result_of(&feed, "not_modified", None), PollEnd::NotModified, 0),
        Answer::Feed { feed: found, from } => {
            // Only what can be read there is followed: many a site that ends sends all its addresses
            // to one page.
            let moved = match &from.moved {
                Some(to) if feeds::move_to(connection, feed.id, to).await? => Some(to),
                _ => None,
            };
            // The marks are kept for the address that is asked; behind a redirect they are another's.
            let asked = address_key(moved.unwrap_or(&feed.url));
            let validators = match address_key(&from.url) == asked {
                true => from.validators.clone(),
                false => Validators::default(),
            };
            let Queued { queued, is_all } = match found.kind {
                FeedKind::SitemapIndex => follow_sitemaps(connection, &feed, found).await?,
                _ => queue_pages(connection, &feed, found, pause).await?,
            };
            // What had to wait would not be seen again behind "nothing changed".
            let validators = if is_all { validators } else { Validators::default() };
            if !found.cut {
                feeds::forget_unlisted(connection, feed.id, FORGET_AFTER).await?;
            }
            let mut result = result_of(&feed, "ok", found.ttl);
            result.found = Some(FoundFeed {
                kind: found.kind,
                title: found.title.clone(),
                validators,
                entries: found.entries.len(),
                queued,
            });
            (result, PollEnd::Ok, queued)
        }
        Answer::Failed { word, error, retry_after, gone } => {
            let result = PollResult {
                word: word.clone(),
                error: Some(error.clone()),
                found: None,
                failed: true,
                gone: *gone,
                wait: wait_after_failure(&feed).max(retry_after.unwrap_or_default()),
            };
            (result, if *gone { PollEnd::Gone } else { PollEnd::Failed }, 0)
        }
    };
    feeds::keep_result(connection, feed.id, &result).await?;
    Ok(Some(PollOutcome { feed: feed.id, word: result.word, end, queued }))
}

fn result_of(feed: &FeedToPoll, word: &str, ttl: Option<u32>) -> PollResult {
    PollResult {
        word: word.to_owned(),
        error: None,
        found: None,
        failed: false,
        gone: false,
        wait: wait_after_answer(feed, ttl),
    }
}

fn interval(feed: &FeedToPoll) -> Duration {
    Duration::from_secs(feed.interval.unsigned_abs().into())
}

/// The interval, or longer where the publisher asks for that; a day at most for its sake.
fn wait_after_answer(feed: &FeedToPoll, ttl: Option<u32>) -> Duration {
    let asked = Duration::from_secs(u64::from(ttl.unwrap_or(0)) * 60).min(LONGEST_WAIT);
    interval(feed).max(asked)
}

/// The interval after the first failure, twice as long after each further one, a day at most.
fn wait_after_failure(feed: &FeedToPoll) -> Duration {
    let interval = interval(feed);
    let times = 1_u32 << feed.failures.clamp(0, 16);
    interval.saturating_mul(times).min(LONGEST_WAIT.max(interval))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_feed_is_asked_ever_more_rarely_up_to_a_day() {
        let feed = |interval, failures| FeedToPoll {
            id: FeedId::new(),
            url: "https://n.test/feed".parse().expect("an address"),
            outlet: None,
            depth: 0,
            since: None,
            interval,
            failures,
            validators: Validators::default(),
        };
        let minutes =
            |interval, failures| wait_after_failure(&feed(interval, failures)).as_secs() / 60;
        let waits: Vec<u64> = (0..9).map(|failures| minutes(900, failures)).collect();
        assert_eq!(waits, [15, 30, 60, 120, 240, 480, 960, 1_440, 1_440]);
        assert_eq!(minutes(900, i32::MAX), 1_440);
        // Nobody asks a weekly feed daily because it fails.
        assert_eq!(minutes(604_800, 3), 10_080);
        let ttl = |minutes| wait_after_answer(&feed(900, 0), minutes).as_secs() / 60;
        assert_eq!(
            [ttl(None), ttl(Some(5)), ttl(Some(60)), ttl(Some(u32::MAX))],
            [15, 15, 60, 1_440]
        );
    }
}
