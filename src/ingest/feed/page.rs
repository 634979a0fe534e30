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

/// Ends of paths under which feeds stand, for lists of feeds that say nothing more of their links.
const FEED_PATHS: [&str; 9] =
    ["/rss", "/feed", "/atom", ".rss", ".atom", "/rss.xml", "/feed.xml", "/atom.xml", "/feed.json"];

/// Elements that a page without `html` and `body` begins with: a list of links, a piece of an article.
const FRAGMENTS: [&str; 30] = [
    "a",
    "article",
    "aside",
    "b",
    "base",
    "blockquote",
    "br",
    "center",
    "dl",
    "div",
    "footer",
    "h1",
    "h2",
    "h3",
    "header",
    "hr",
    "i",
    "img",
    "li",
    "main",
    "meta",
    "nav",
    "ol",
    "p",
    "section",
    "span",
    "style",
    "table",
    "title",
    "ul",
];

/// The feeds that the page at `base` names by what it says of its links, in their order, each once;
/// where it says nothing, those whose addresses end as those of feeds do.
///
/// # Errors
/// [`FeedError::Broken`] for a page that nests too deeply or is too large.
pub fn feeds_named_by(html: &str, base: &Url) -> Result<Vec<NamedFeed>, FeedError> {
    let links = elements_named(html, &["base", "link", "a"]).map_err(FeedError::broken)?;
    let mut base = base.clone();
    let (mut named, mut guessed) = (Vec::new(), Vec::new());
    for (name, attributes) in links {
        let attribute = |wanted: &str| {
            let found = attributes.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.as_str())
        };
        if name == "base" {
            base = attribute("href").and_then(|href| base.join(href).ok()).unwrap_or(base);
            continue;
        }
        let url = attribute("href").and_then(|href| resolve(&base, href));
        let Some(url) = url else { continue };
        let title = attribute("title").and_then(short);
        let rel = attribute("rel").unwrap_or("").to_ascii_lowercase();
        let rels: Vec<&str> = rel.split_ascii_whitespace().collect();
        let said = match attribute("type").unwrap_or("").trim().to_ascii_lowercase().as_str() {
            _ if !rels.contains(&"alternate") && !rels.contains(&"feed") => None,
            "application/rss+xml" | "application/rdf+xml" => Some(FeedKind::Rss),
            "application/atom+xml" => Some(FeedKind::Atom),
            "application/feed+json" => Some(FeedKind::JsonFeed),
            _ => None,
        };
        match said {
            Some(kind) => add(&mut named, NamedFeed { url, kind, title }),
            // What it is, only the feed itself can tell.
            None if name == "a" && ends_as_feeds_do(&url) => {
                add(&mut guessed, NamedFeed { url, kind: FeedKind::Rss, title });
            }
            None => {}
        }
    }
    Ok(if named.is_empty() { guessed } else { named })
}

fn add(named: &mut Vec<NamedFeed>, feed: NamedFeed) {
    if named.len() < MAX_NAMED && named.iter().all(|other| other.url != feed.url) {
        named.push(feed);
    }
}

fn ends_as_feeds_do(url: &Url) -> bool {
    let path = url.path().trim_end_matches('/').to_ascii_lowercase();
    FEED_PATHS.iter().any(|end| path.ends_with(end))
}

/// Whether markup whose root tells nothing is a page.
pub(super) fn is_page(text: &str) -> bool {
    let head = text.get(..text.floor_char_boundary(4_096)).unwrap_or(text).to_ascii_lowercase();
    let first = head.strip_prefix('<').and_then(|rest| {
        rest.split(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/')).next()
    });
    ["<!doctype html", "<html", "<head", "<body"].iter().any(|sign| head.contains(sign))
        || first.is_some_and(|name| FRAGMENTS.contains(&name))
}
