//! A list of feeds (OPML) → its feeds, and what in it is none.

use std::ops::ControlFlow;

use url::Url;

use super::xml::{Step, walk};
use super::{FeedError, MAX_FEED_BYTES, short, without_declaration};
use crate::ingest::{encoding, parse_url};

/// Feeds of one list at most.
pub const MAX_OUTLINES: usize = 10_000;

/// A feed of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// The line it ends on, counted from 1.
    pub line: usize,
    /// What it is called.
    pub title: Option<String>,
    /// Where it is.
    pub url: Url,
}

/// A feed of the list that cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedOutline {
    /// The line it ends on, counted from 1.
    pub line: usize,
    /// What it is called.
    pub title: Option<String>,
    /// Why.
    pub reason: String,
}

/// Reads a list of feeds, however its outlines are nested; the good are kept, the bad named.
///
/// # Errors
/// [`FeedError`] where it is no such list, or is broken.
pub fn read_opml(bytes: &[u8]) -> Result<(Vec<Outline>, Vec<RefusedOutline>), FeedError> {
    if bytes.len() > MAX_FEED_BYTES {
        return Err(FeedError::TooLarge { limit: MAX_FEED_BYTES });
    }
    let decoded = encoding::decode(bytes, None, true).map_err(|_| FeedError::NotText)?;
    let xml = without_declaration(&decoded.text);
    // The declaration may have had lines of its own.
    let before = decoded.text.len() - xml.len();
    let skipped = decoded.text.get(..before).unwrap_or("").matches('\n').count();
    match super::xml::root(xml).as_deref() {
        Some("opml") => {}
        None if xml.trim().is_empty() => return Err(FeedError::Empty),
        _ => return Err(FeedError::NotAFeed),
    }
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    walk(xml, |path, line, step| {
        let Step::Open(attributes) = step else { return ControlFlow::Continue(()) };
        if path.last().is_none_or(|name| name != "outline") {
            return ControlFlow::Continue(());
        }
        let line = line + skipped;
        let attribute = |wanted: &str| {
            let named = attributes.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
            named.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
        };
        let title = attribute("title").or_else(|| attribute("text")).and_then(short);
        let refused = |reason: String| RefusedOutline { line, title: title.clone(), reason };
        match attribute("xmlUrl") {
            Some(_) if good.len() >= MAX_OUTLINES => {
                bad.push(refused(format!("it is behind the first {MAX_OUTLINES}")));
                return ControlFlow::Break(());
            }
            Some(written) => match parse_url(written) {
                Ok(url) => good.push(Outline { line, title, url }),
                Err(error) => bad.push(refused(error.to_string())),
            },
            // Without an address it is a folder, unless it says that it is a feed.
            None if attribute("type").is_some_and(|kind| kind.eq_ignore_ascii_case("rss")) => {
                bad.push(refused("it has no xmlUrl".to_owned()));
            }
            None => {}
        }
        ControlFlow::Continue(())
    })?;
    Ok((good, bad))
}
