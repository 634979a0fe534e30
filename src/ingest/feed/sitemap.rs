//! A sitemap, with or without news in it, or an index of sitemaps → its entries.
//!
//! By the protocol of sitemaps.org and the news extension to it. Read as a stream: no tree of the
//! file is built.

use std::ops::ControlFlow;

use chrono::{DateTime, Utc};
use url::Url;

use super::xml::{Step, walk};
use super::{Feed, FeedEntry, FeedError, MAX_ENTRIES, resolve, short};
use crate::domain::StatedTime;
use crate::domain::view::FeedKind;
use crate::ingest::page::read_time;

/// Longest text of an element that is read, in bytes; the longest that counts is an address.
const LONGEST_TEXT: usize = 8 << 10;

/// An entry whose end has not come yet.
#[derive(Default)]
struct Open {
    url: Option<Url>,
    title: Option<String>,
    published: Option<StatedTime>,
    updated: Option<DateTime<Utc>>,
}

/// Reads `urlset` and `sitemapindex`.
pub(super) fn read(xml: &str, base: &Url) -> Result<Feed, FeedError> {
    let mut feed = empty(FeedKind::Sitemap);
    let mut entry = Open::default();
    let mut text = String::new();
    walk(xml, |path, _, step| {
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        match (names.as_slice(), step) {
            (["sitemapindex"], Step::Open(_)) => feed.kind = FeedKind::SitemapIndex,
            (["urlset", "url"] | ["sitemapindex", "sitemap"], Step::Open(_)) => {
                entry = Open::default();
            }
            (["urlset", "url"] | ["sitemapindex", "sitemap"], Step::Close) => {
                if feed.entries.len() >= MAX_ENTRIES {
                    feed.cut = true;
                    return ControlFlow::Break(());
                }
                let Open { url, title, published, updated } = std::mem::take(&mut entry);
                let updated = updated.or(published.map(|stated| stated.at));
                match url {
                    Some(url) => feed.entries.push(FeedEntry {
                        title,
                        published,
                        updated,
                        ..FeedEntry::at(url)
                    }),
                    None => feed.skipped += 1,
                }
            }
            (_, Step::Open(_)) => text.clear(),
            (_, Step::Text(more)) => {
                if text.len() + more.len() <= LONGEST_TEXT {
                    text.push_str(more);
                }
            }
            (["urlset", "url", end] | ["sitemapindex", "sitemap", end], Step::Close) => {
                match *end {
                    // Of images and films, too, but those stand a level below.
                    "loc" => entry.url = resolve(base, &text),
                    "lastmod" => entry.updated = read_time(&text).map(|time| time.stated.at),
                    _ => {}
                }
            }
            (["urlset", "url", "news", end], Step::Close) => match *end {
                "title" => entry.title = short(&text),
                "publication_date" => entry.published = read_time(&text).map(|time| time.stated),
                _ => {}
            },
            (["urlset", "url", "news", "publication", "name"], Step::Close) => {
                if feed.title.is_none() {
                    feed.title = short(&text);
                }
            }
            (_, Step::Close) => {}
        }
        ControlFlow::Continue(())
    })?;
    Ok(feed)
}

/// Reads a sitemap that is a text of addresses, one a line; `None` where a line is another thing.
pub(super) fn read_lines(text: &str) -> Option<Feed> {
    let mut feed = empty(FeedKind::Sitemap);
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if feed.entries.len() >= MAX_ENTRIES {
            feed.cut = true;
            break;
        }
        let url = crate::ingest::parse_url(line).ok()?;
        feed.entries.push(FeedEntry::at(url));
    }
    (!feed.entries.is_empty()).then_some(feed)
}

fn empty(kind: FeedKind) -> Feed {
    Feed { kind, title: None, ttl: None, entries: Vec::new(), skipped: 0, cut: false }
}
