//! Bytes → what a feed lists: RSS, Atom, JSON Feed, sitemaps and their indexes.
//!
//! ```text
//! bytes → (gzip →) characters ┬→ RSS, Atom, JSON Feed ─┬→ entries
//!                             ├→ sitemap ──────────────┘
//!                             ├→ index of sitemaps → more sitemaps
//!                             └→ page → the feeds it names
//! ```
//!
//! A feed only says where articles are and roughly when they changed; their words are read from
//! their pages, since most feeds carry a beginning of them, and some another text.

mod error;
mod opml;
mod page;
mod sitemap;
mod syndication;
mod xml;

use std::io::Read;

use chrono::{DateTime, Utc};
use flate2::read::MultiGzDecoder;
use url::Url;

pub use error::FeedError;
pub use opml::{Outline, RefusedOutline, read_opml};
pub use page::{NamedFeed, feeds_named_by};

use super::{Error, address, clean, encoding};
use crate::domain::StatedTime;
use crate::domain::view::FeedKind;

/// Bytes of a feed that are read at most, unpacked: what the sitemaps protocol allows, 50 MiB.
pub const MAX_FEED_BYTES: usize = 50 << 20;

/// Entries of one feed that are read at most: what the sitemaps protocol allows.
pub const MAX_ENTRIES: usize = 50_000;

/// Characters of a feed's title that are kept.
const LONGEST_TITLE: usize = 500;

/// What a feed lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// What it is written in.
    pub kind: FeedKind,
    /// What it calls itself.
    pub title: Option<String>,
    /// How long its publisher wants it left alone, in minutes.
    pub ttl: Option<u32>,
    /// Its entries, in its order; of an index, the sitemaps.
    pub entries: Vec<FeedEntry>,
    /// Entries without an address that could be fetched.
    pub skipped: usize,
    /// Whether it lists more than [`MAX_ENTRIES`], which are not in `entries`.
    pub cut: bool,
}

/// One article that a feed names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEntry {
    /// Where it is.
    pub url: Url,
    /// Its headline.
    pub title: Option<String>,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// When it was published.
    pub published: Option<StatedTime>,
    /// When it last changed, as the feed says.
    pub updated: Option<DateTime<Utc>>,
}

impl FeedEntry {
    /// An entry of which only the address is known.
    pub fn at(url: Url) -> Self {
        FeedEntry { url, title: None, authors: Vec::new(), published: None, updated: None }
    }

    /// The latest time that the feed gives it.
    pub fn dated(&self) -> Option<DateTime<Utc>> {
        self.updated.max(self.published.map(|stated| stated.at))
    }
}

/// What stands at an address that may be a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A feed.
    Feed(Feed),
    /// A page, with the feeds that it names.
    Page(Vec<NamedFeed>),
}

/// Reads what was found at `url`; `charset` is what its header says.
///
/// # Errors
/// [`FeedError`]; a page is one that names no feed.
pub fn read_feed(bytes: &[u8], url: &Url, charset: Option<&str>) -> Result<Feed, FeedError> {
    match look(bytes, url, charset)? {
        Found::Feed(feed) => Ok(feed),
        Found::Page(_) => Err(FeedError::Page),
    }
}

/// As [`read_feed`], for an address of which nobody knows what is there.
///
/// # Errors
/// [`FeedError`], but not [`FeedError::Page`].
pub fn look(bytes: &[u8], url: &Url, charset: Option<&str>) -> Result<Found, FeedError> {
    let unpacked;
    let bytes = if bytes.starts_with(b"\x1f\x8b") {
        unpacked = unpack(bytes)?;
        unpacked.as_slice()
    } else {
        bytes
    };
    if bytes.len() > MAX_FEED_BYTES {
        return Err(FeedError::TooLarge { limit: MAX_FEED_BYTES });
    }
    // A header's nonsense is overlooked: the file tells more.
    let decoded = match encoding::decode(bytes, charset, true) {
        Err(Error::UnknownCharset(_)) => encoding::decode(bytes, None, true),
        outcome => outcome,
    };
    let decoded = decoded.map_err(|_| FeedError::NotText)?;
    let text = without_declaration(&decoded.text);
    let first = text.bytes().next().ok_or(FeedError::Empty)?;
    let mut feed = match first {
        b'{' => syndication::read(text, url)?,
        b'<' => match xml::root(text).as_deref() {
            Some("urlset" | "sitemapindex") => sitemap::read(text, url)?,
            Some("rss" | "RDF" | "feed" | "entry") => syndication::read(text, url)?,
            Some("opml") => return Err(FeedError::Opml),
            _ if page::is_page(text) => return Ok(Found::Page(feeds_named_by(text, url)?)),
            _ => return Err(FeedError::NotAFeed),
        },
        _ => sitemap::read_lines(text).ok_or(FeedError::NotAFeed)?,
    };
    feed.title = feed.title.and_then(|title| short(&title));
    Ok(Found::Feed(feed))
}

/// The unpacked file; one that unpacks to more than is read is refused while it is unpacked.
fn unpack(bytes: &[u8]) -> Result<Vec<u8>, FeedError> {
    let mut unpacked = Vec::new();
    MultiGzDecoder::new(bytes)
        .take(MAX_FEED_BYTES as u64 + 1)
        .read_to_end(&mut unpacked)
        .map_err(|error| FeedError::BadGzip { detail: error.to_string() })?;
    if unpacked.len() > MAX_FEED_BYTES {
        return Err(FeedError::TooLarge { limit: MAX_FEED_BYTES });
    }
    Ok(unpacked)
}

/// The characters behind the XML declaration: it names the encoding that they came in, which is not
/// theirs any more.
fn without_declaration(text: &str) -> &str {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    match text.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")) {
        Some((_, rest)) => rest.trim_start(),
        None => text,
    }
}

/// An address in a feed, against where the feed was found.
fn resolve(base: &Url, link: &str) -> Option<Url> {
    address::parse_url(base.join(link.trim()).ok()?.as_str()).ok()
}

/// One line, not too long.
fn short(text: &str) -> Option<String> {
    let line: String = clean::one_line(text)?.chars().take(LONGEST_TITLE).collect();
    clean::one_line(&line)
}
