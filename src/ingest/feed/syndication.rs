//! RSS, Atom or JSON Feed → its entries, by `feed-rs`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::{DateTime, Timelike, Utc};
use dom_query::Document as Tree;
use feed_rs::model::{Entry, FeedType, Link, Text};
use feed_rs::parser::{Builder, ParseErrorKind, ParseFeedError};
use url::Url;

use super::{Feed, FeedEntry, FeedError, MAX_ENTRIES, resolve, short};
use crate::domain::view::FeedKind;
use crate::domain::{DateTimePrecision, StatedTime};
use crate::ingest::page::read_time;

/// Authors of one entry that are kept, and characters of a name.
const AUTHORS: usize = 20;
const LONGEST_NAME: usize = 200;

/// Reads a feed that was found at `base`.
pub(super) fn read(text: &str, base: &Url) -> Result<Feed, FeedError> {
    let parser =
        Builder::new().base_uri(Some(base)).sanitize_content(false).timestamp_parser(told).build();
    // The library has places that panic: a playing time with too many digits, the name before an
    // address of mail. A stranger's feed must not end a worker.
    let parsed = catch_unwind(AssertUnwindSafe(|| parser.parse(text.as_bytes())))
        .map_err(|_| FeedError::broken("the reader gave up on it"))?
        .map_err(|error| match error {
            ParseFeedError::ParseError(ParseErrorKind::NoFeedRoot)
            | ParseFeedError::JsonUnsupportedVersion(_) => FeedError::NotAFeed,
            other => FeedError::broken(other),
        })?;
    let mut feed = Feed {
        kind: match parsed.feed_type {
            FeedType::Atom => FeedKind::Atom,
            FeedType::JSON => FeedKind::JsonFeed,
            FeedType::RSS0 | FeedType::RSS1 | FeedType::RSS2 => FeedKind::Rss,
        },
        title: parsed.title.and_then(plain),
        ttl: parsed.ttl,
        entries: Vec::new(),
        skipped: 0,
        cut: parsed.entries.len() > MAX_ENTRIES,
    };
    for entry in parsed.entries.into_iter().take(MAX_ENTRIES) {
        match read_entry(entry, base) {
            Some(entry) => feed.entries.push(entry),
            None => feed.skipped += 1,
        }
    }
    Ok(feed)
}

fn read_entry(entry: Entry, base: &Url) -> Option<FeedEntry> {
    let url = link(&entry.links, base)
        // RSS lets the identifier be the address, and Atom the content stand elsewhere.
        .or_else(|| entry.content.as_ref()?.src.as_ref().and_then(|it| resolve(base, &it.href)))
        .or_else(|| entry.id.starts_with("http").then(|| resolve(base, &entry.id)).flatten())?;
    let names = entry.authors.iter().filter_map(|author| {
        let name = short(&author.name)?;
        // What stands for "somebody with this address of mail".
        let is_name = !matches!(name.as_str(), "author" | "managingEditor") && !name.contains('@');
        is_name.then(|| name.chars().take(LONGEST_NAME).collect())
    });
    Some(FeedEntry {
        url,
        title: entry.title.clone().and_then(plain),
        authors: names.take(AUTHORS).collect(),
        published: entry.published.map(stated),
        updated: entry.updated.or(entry.published).map(|at| stated(at).at),
    })
}

/// The address of the article among the links of an entry.
fn link(links: &[Link], base: &Url) -> Option<Url> {
    let of_page = |link: &&Link| link.media_type.as_deref().is_none_or(|it| it.contains("html"));
    let alternate = |link: &&Link| matches!(link.rel.as_deref(), None | Some("alternate"));
    let mut pages = links.iter().filter(alternate).filter(of_page);
    let chosen = pages.next().or_else(|| links.iter().find(alternate))?;
    resolve(base, &chosen.href)
}

/// A title without markup: many feeds write it as HTML.
fn plain(text: Text) -> Option<String> {
    let written = text.content;
    match written.contains(['<', '&']) {
        true => short(&Tree::fragment(written.as_str()).text()),
        false => short(&written),
    }
}

/// The library hands on an instant and no more: how exactly it is known rides in the nanoseconds,
/// which no feed has a use for.
fn told(text: &str) -> Option<DateTime<Utc>> {
    let stated = read_time(text)?.stated;
    let place = PRECISIONS.iter().position(|precision| *precision == stated.precision)?;
    stated.at.with_nanosecond(u32::try_from(place).ok()?)
}

const PRECISIONS: [DateTimePrecision; 4] = [
    DateTimePrecision::Second,
    DateTimePrecision::Minute,
    DateTimePrecision::Day,
    DateTimePrecision::Month,
];

fn stated(at: DateTime<Utc>) -> StatedTime {
    let place = usize::try_from(at.nanosecond()).unwrap_or_default();
    let precision = PRECISIONS.get(place).copied().unwrap_or(DateTimePrecision::Second);
    StatedTime { at: at.with_nanosecond(0).unwrap_or(at), precision }
}
