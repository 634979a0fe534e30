//! A page → the feeds that it names.

use url::Url;

use super::{FeedError, resolve, short};
use crate::domain::view::FeedKind;
use crate::ingest::page::elements_named;

/// Feeds of one page that are told.
const MAX_NAMED: usize = 50;

/// A feed that a page or a site names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedFeed {
    /// Where it is.
    pub url: Url,
    /// What it is said to be.
    pub kind: FeedKind,
    /// What it is called.
    pub title: Option<String>,
}

/// The feeds that the page at `base` names in its `link` elements, in their order, each once.
///
/// # Errors
/// [`FeedError::Broken`] for a page that nests too deeply or is too large.
pub fn feeds_named_by(html: &str, base: &Url) -> Result<Vec<NamedFeed>, FeedError> {
    let links = elements_named(html, &["base", "link"]).map_err(FeedError::broken)?;
    let mut base = base.clone();
    let mut named: Vec<NamedFeed> = Vec::new();
    for (name, attributes) in links {
        let attribute = |wanted: &str| {
            let found = attributes.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.as_str())
        };
        if name == "base" {
            base = attribute("href").and_then(|href| base.join(href).ok()).unwrap_or(base);
            continue;
        }
        let rel = attribute("rel").unwrap_or("").to_ascii_lowercase();
        let rels: Vec<&str> = rel.split_ascii_whitespace().collect();
        if !rels.contains(&"alternate") && !rels.contains(&"feed") {
            continue;
        }
        let kind = match attribute("type").unwrap_or("").trim().to_ascii_lowercase().as_str() {
            "application/rss+xml" | "application/rdf+xml" => FeedKind::Rss,
            "application/atom+xml" => FeedKind::Atom,
            "application/feed+json" => FeedKind::JsonFeed,
            _ => continue,
        };
        let Some(url) = attribute("href").and_then(|href| resolve(&base, href)) else { continue };
        let known = named.iter().any(|other| other.url == url);
        if !known && named.len() < MAX_NAMED {
            named.push(NamedFeed { url, kind, title: attribute("title").and_then(short) });
        }
    }
    Ok(named)
}

/// Whether markup whose root tells nothing is a page.
pub(super) fn is_page(text: &str) -> bool {
    let head = text.get(..text.floor_char_boundary(4_096)).unwrap_or(text).to_ascii_lowercase();
    ["<!doctype html", "<html", "<head", "<body"].iter().any(|sign| head.contains(sign))
}
