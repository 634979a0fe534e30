//! Feeds as a reader sees them: what is polled, when, and what came of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::domain::FeedId;

/// What a feed is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedKind {
    /// RSS, of any version.
    Rss,
    /// Atom.
    Atom,
    /// JSON Feed.
    JsonFeed,
    /// A sitemap, with or without news in it.
    Sitemap,
    /// An index of sitemaps; each of those is a feed below it.
    SitemapIndex,
}

impl FeedKind {
    /// The word used in JSON and in Postgres.
    pub fn as_str(self) -> &'static str {
        match self {
            FeedKind::Rss => "rss",
            FeedKind::Atom => "atom",
            FeedKind::JsonFeed => "json_feed",
            FeedKind::Sitemap => "sitemap",
            FeedKind::SitemapIndex => "sitemap_index",
        }
    }

    /// Whether it lists what a site has, and not only what is new.
    pub fn is_sitemap(self) -> bool {
        matches!(self, FeedKind::Sitemap | FeedKind::SitemapIndex)
    }
}

/// Where a feed stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedState {
    /// It is polled, and answered the last time, if it was asked yet.
    Active,
    /// It is polled, ever more rarely: the last polls failed.
    Failing,
    /// Somebody wants it left alone.
    Paused,
    /// Its server said that it will not come back.
    Gone,
}

impl FeedState {
    /// All of them.
    pub const ALL: [FeedState; 4] =
        [FeedState::Active, FeedState::Failing, FeedState::Paused, FeedState::Gone];

    /// The word used in JSON and in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            FeedState::Active => "active",
            FeedState::Failing => "failing",
            FeedState::Paused => "paused",
            FeedState::Gone => "gone",
        }
    }
}

/// How often a feed is polled, in seconds: once a minute at most, once a week at least.
pub const FEED_INTERVAL: std::ops::RangeInclusive<i32> = 60..=604_800;

/// How often a feed is polled where nobody said, in seconds.
pub const DEFAULT_FEED_INTERVAL: i32 = 900;

/// A feed to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFeed {
    /// Where it is.
    pub url: Url,
    /// What it is written in, where it was looked at.
    pub kind: Option<FeedKind>,
    /// What it calls itself, or is called.
    pub title: Option<String>,
    /// Who publishes what it names; read off the addresses where not given.
    pub outlet: Option<String>,
    /// Entries dated before are not fetched.
    pub since: Option<DateTime<Utc>>,
    /// Seconds between two polls, within [`FEED_INTERVAL`].
    pub interval: i32,
}

/// What somebody wants changed of a feed; `None` leaves it as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedChange {
    /// Seconds between two polls, within [`FEED_INTERVAL`].
    pub interval: Option<i32>,
    /// Whether it is left alone. `false` also wakes a feed that is gone.
    pub paused: Option<bool>,
    /// Who publishes what it names.
    pub outlet: Option<String>,
    /// What it is called.
    pub title: Option<String>,
}

/// What documents are fetched from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedView {
    /// Which one.
    pub id: FeedId,
    /// Where it is.
    pub url: String,
    /// What it is written in; unknown before its first answer.
    pub kind: Option<FeedKind>,
    /// What it calls itself.
    pub title: Option<String>,
    /// Who publishes what it names, where somebody said.
    pub outlet: Option<String>,
    /// The index of sitemaps that names it.
    pub parent: Option<FeedId>,
    /// Entries dated before are not fetched.
    pub since: Option<DateTime<Utc>>,
    /// Seconds between two polls.
    pub interval: i32,
    /// Where it stands.
    pub state: FeedState,
    /// Polls that failed since the last that did not.
    pub failures: i32,
    /// When it was last asked.
    pub last_polled_at: Option<DateTime<Utc>>,
    /// What came of it, in one word: `ok`, `not_modified`, or the name of what failed.
    pub last_result: Option<String>,
    /// Why it failed.
    pub last_error: Option<String>,
    /// Entries that the last answer listed.
    pub last_entries: Option<i32>,
    /// How many of them were queued to be fetched.
    pub last_queued: Option<i32>,
    /// When it is asked again; `None` where it is not.
    pub next_poll_at: Option<DateTime<Utc>>,
    /// When we learned of it.
    pub recorded_at: DateTime<Utc>,
}

/// Which feeds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedFilter {
    /// Standing there.
    pub state: Option<FeedState>,
    /// Below this index of sitemaps.
    pub parent: Option<FeedId>,
}

/// How many feeds there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedCounts {
    /// In each state.
    pub states: Vec<(FeedState, u64)>,
    /// Whose time has come and that nobody has asked yet.
    pub due: u64,
}
