//! Feeds on the wire.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::words;
use crate::domain::view;
use crate::ingest::feed;

/// What documents are fetched from.
#[derive(Debug, Serialize, ToSchema)]
pub struct Feed {
    /// UUIDv7.
    pub id: Uuid,
    /// Where it is.
    pub url: String,
    /// What it is written in; null before its first answer.
    #[schema(value_type = Option<words::FeedKind>)]
    pub kind: Option<view::FeedKind>,
    /// What it is called: as given, or as it calls itself.
    pub title: Option<String>,
    /// The publisher of what it names, where somebody said.
    pub outlet: Option<String>,
    /// The index of sitemaps that names it.
    pub parent: Option<Uuid>,
    /// Entries dated before are not fetched.
    pub since: Option<DateTime<Utc>>,
    /// Seconds between two polls.
    pub interval_seconds: i32,
    /// Where it stands.
    #[schema(value_type = words::FeedState)]
    pub state: view::FeedState,
    /// Polls that failed since the last that did not.
    pub failures: i32,
    /// When it was last asked.
    pub last_polled_at: Option<DateTime<Utc>>,
    /// What came of it, in one word: `ok`, `not_modified`, or the name of what failed (`http_503`,
    /// `dns`, `gone`, `not_a_feed`, `broken_feed` …).
    pub last_result: Option<String>,
    /// Why it failed.
    pub last_error: Option<String>,
    /// Entries that its last answer listed.
    pub last_entries: Option<i32>,
    /// How many of them were queued by the last poll.
    pub last_queued: Option<i32>,
    /// When it is asked again; null where it is not.
    pub next_poll_at: Option<DateTime<Utc>>,
    /// When it was added.
    pub recorded_at: DateTime<Utc>,
}

impl From<view::FeedView> for Feed {
    fn from(feed: view::FeedView) -> Self {
        Feed {
            id: feed.id.0,
            url: feed.url,
            kind: feed.kind,
            title: feed.title,
            outlet: feed.outlet,
            parent: feed.parent.map(|parent| parent.0),
            since: feed.since,
            interval_seconds: feed.interval,
            state: feed.state,
            failures: feed.failures,
            last_polled_at: feed.last_polled_at,
            last_result: feed.last_result,
            last_error: feed.last_error,
            last_entries: feed.last_entries,
            last_queued: feed.last_queued,
            next_poll_at: feed.next_poll_at,
            recorded_at: feed.recorded_at,
        }
    }
}

/// A feed to follow.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFeed {
    /// Of the feed, or of a page whose feed is to be found.
    #[validate(length(max = 2048, message = "must have at most 2048 characters"))]
    #[schema(max_length = 2048, example = "https://courier.test/feed.xml")]
    pub url: String,
    /// What to call it; as it calls itself where not given.
    #[validate(length(max = 500, message = "must have at most 500 characters"))]
    #[schema(max_length = 500)]
    pub title: Option<String>,
    /// Domain or name of the publisher; read off each document's address where not given.
    #[validate(length(max = 200, message = "must have at most 200 characters"))]
    #[schema(max_length = 200, example = "courier.test")]
    pub outlet: Option<String>,
    /// Seconds between two polls; 900 where not given.
    #[validate(range(min = 60, max = 604_800, message = "must be from 60 to 604800"))]
    #[schema(minimum = 60, maximum = 604_800, example = 900)]
    pub interval_seconds: Option<i32>,
    /// Entries dated before are not fetched: RFC 3339 or a date. Two days ago for sitemaps where not
    /// given, else no bound.
    #[schema(example = "2026-03-01")]
    pub since: Option<String>,
}

/// What to change of a feed; what is left out stays.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FeedChange {
    /// What to call it.
    #[validate(length(max = 500, message = "must have at most 500 characters"))]
    #[schema(max_length = 500)]
    pub title: Option<String>,
    /// Domain or name of the publisher.
    #[validate(length(max = 200, message = "must have at most 200 characters"))]
    #[schema(max_length = 200)]
    pub outlet: Option<String>,
    /// Seconds between two polls.
    #[validate(range(min = 60, max = 604_800, message = "must be from 60 to 604800"))]
    #[schema(minimum = 60, maximum = 604_800)]
    pub interval_seconds: Option<i32>,
    /// Whether to leave it alone. `false` also has a feed asked again that was gone.
    pub paused: Option<bool>,
}

/// A feed that a page names.
#[derive(Debug, Serialize, ToSchema)]
pub struct NamedFeed {
    /// Where it is.
    pub url: String,
    /// What it is said to be.
    #[schema(value_type = words::FeedKind)]
    pub kind: view::FeedKind,
    /// What it is called.
    pub title: Option<String>,
}

impl From<feed::NamedFeed> for NamedFeed {
    fn from(named: feed::NamedFeed) -> Self {
        NamedFeed { url: named.url.into(), kind: named.kind, title: named.title }
    }
}

/// A feed that is followed now.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeedAdded {
    /// The feed.
    pub feed: Feed,
    /// Other feeds that the page at the given address names; none of them is followed for it.
    pub others: Vec<NamedFeed>,
}

/// A line of an imported list that is no feed to follow.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefusedOutline {
    /// The line its element ends on, counted from 1.
    pub line: usize,
    /// What it is called.
    pub title: Option<String>,
    /// Why.
    pub detail: String,
}

impl From<feed::RefusedOutline> for RefusedOutline {
    fn from(refused: feed::RefusedOutline) -> Self {
        RefusedOutline { line: refused.line, title: refused.title, detail: refused.reason }
    }
}

/// What became of an imported list.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeedsImported {
    /// Feeds that were added.
    pub added: usize,
    /// Feeds that were followed before, or stand in the list twice.
    pub known: usize,
    /// What could not be added.
    pub refused: Vec<RefusedOutline>,
}
