//! Published bytes → `ClaimReview` blocks → [`PublishedReview`]s, and what could not be read of each.
//!
//! ```text
//! JSON, NDJSON, page → blocks, each with its place → fields, each with its pointer → verdict
//! ```
//!
//! Publishers write these blocks by hand, by template and by plugin, and validate them seldom.
//! Whatever has one meaning is read, whatever has none is told in [`PublishedReview::unread`], and
//! the block itself is kept as it came.

mod block;
mod blocks;
mod fields;
mod stream;
mod verdict;

use std::collections::HashMap;

use serde_json::Value;
use url::Url;

pub use stream::{from_reader, is_streamable};
pub use verdict::{RatingWords, Told, ratings, verdict};

use super::{Error, MediaType, Meta, Source};
use crate::domain::{PublishedReview, Unread};

/// Version of the reader and of the table of ratings; changes whenever a block could be read otherwise.
pub const READER_VERSION: &str = "reviews-2";

/// Bytes of one block at most; the longest that are published have a tenth of it.
pub const LONGEST_BLOCK: usize = 1 << 20;

/// Characters of a text at most; a claim or a rating of more is none.
pub const LONGEST_TEXT: usize = 10_000;

/// Where blocks were found, for what they leave out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// The page that they stand on.
    pub address: Option<Url>,
    /// Its language, a BCP 47 tag; decides only where the words do not tell.
    pub language: Option<String>,
    /// The encoding that a header names; for pages.
    pub charset: Option<String>,
}

/// One block, or what stands where a block should.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// A JSON pointer into what was read; on a page, behind the number of its script or item.
    pub place: String,
    /// What was read, or why it is no review.
    pub outcome: Result<PublishedReview, Refusal>,
}

/// Why a block is no review.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// It is something else.
    #[error("it is {0}, not a ClaimReview")]
    NotAReview(String),
    /// It is no JSON, and cannot be mended.
    #[error("it is not JSON: {0}")]
    NotJson(String),
    /// It reviews no claim: neither `claimReviewed` nor `itemReviewed` has words.
    #[error("it has no claim: {}", reasons(.0))]
    NoClaim(Vec<Unread>),
    /// It has more than [`LONGEST_BLOCK`] bytes.
    #[error("it has {0} bytes; at most {LONGEST_BLOCK} are read")]
    TooLong(usize),
}

fn reasons(unread: &[Unread]) -> String {
    let claims = unread.iter().filter(|it| {
        it.pointer.starts_with("/claimReviewed") || it.pointer.starts_with("/itemReviewed")
    });
    let told: Vec<String> = claims.map(|it| format!("{} {}", it.pointer, it.detail)).collect();
    told.join("; ")
}

/// Objects that others refer to, by their `@id`.
type Ids = HashMap<String, Value>;

/// The blocks of a JSON text: one object, a list, a `@graph`, a Data Commons feed, or any of them
/// below other fields. What holds no `ClaimReview` is refused by what it is.
///
/// ```
/// use claimtrail::ingest::review::{Context, from_json};
/// let found = from_json(
///     r#"{"@type": "ClaimReview", "claimReviewed": "The pier is shut.",
///         "reviewRating": {"alternateName": "Mostly false"}}"#,
///     &Context::default(),
/// );
/// let review = found[0].outcome.as_ref().expect("a review");
/// assert_eq!(review.claim, "The pier is shut.");
/// assert_eq!(review.verdict.as_str(), "mostly_false");
/// assert_eq!(review.unread[0].pointer, "/publisher");
/// ```
pub fn from_json(text: &str, context: &Context) -> Vec<Found> {
    let text = text.trim_start_matches('\u{feff}');
    let blocks = blocks::read(text);
    blocks.units.into_iter().map(|unit| read_unit(unit, &blocks.ids, context)).collect()
}

/// The blocks of NDJSON: each line as [`from_json`], with its number before the place.
pub fn from_lines(text: &str, context: &Context) -> Vec<Found> {
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines.flat_map(|(number, line)| from_line(number, line, context)).collect()
}

/// The blocks of one line of NDJSON.
pub fn from_line(number: u64, line: &str, context: &Context) -> Vec<Found> {
    let mut found = from_json(line, context);
    for block in &mut found {
        block.place = format!("line {number}: {}", block.place).trim_end_matches([' ', ':']).into();
    }
    found
}

/// The blocks of a page, in all its `application/ld+json` scripts, or else in its microdata; one that
/// cannot be read costs nothing but itself. Microdata is kept as the JSON that it would be.
///
/// # Errors
/// As [`from_html`](super::from_html), but for [`Error::NoArticle`].
pub fn from_html<'s>(
    source: impl Into<Source<'s>>,
    context: &Context,
) -> Result<Vec<Found>, Error> {
    let meta = Meta { charset: context.charset.clone(), ..Meta::default() };
    let decoded = super::decode(source.into(), &meta, MediaType::Html)?;
    let scripts = super::page::json_ld_scripts(&decoded.text)?;
    let read: Vec<_> = scripts.iter().map(|script| blocks::read(script)).collect();
    let mut ids = Ids::new();
    for script in &read {
        ids.extend(script.ids.iter().map(|(id, value)| (id.clone(), value.clone())));
    }
    // A page has blocks of many kinds; those are not in the wrong place.
    let placed = |read: Found, holder: String| {
        let is_other = matches!(read.outcome, Err(Refusal::NotAReview(_)));
        let place = format!("{holder}: {}", read.place);
        let place = place.trim_end_matches([' ', ':']).to_owned();
        (!is_other).then_some(Found { place, ..read })
    };
    let mut found = Vec::new();
    for (number, script) in (1..).zip(read) {
        let units = script.units.into_iter().map(|unit| read_unit(unit, &ids, context));
        found.extend(units.filter_map(|read| placed(read, format!("script {number}"))));
    }
    // A page that says it in both ways says it once.
    if found.iter().all(|read| read.outcome.is_err()) {
        let items = super::page::microdata(&decoded.text, "ClaimReview")?;
        for (number, item) in (1..).zip(items) {
            let read = from_json(&item.to_string(), context).into_iter();
            found.extend(read.filter_map(|read| placed(read, format!("item {number}"))));
        }
    }
    Ok(found)
}

fn read_unit(unit: blocks::Unit, ids: &Ids, context: &Context) -> Found {
    let blocks::Unit { place, holds } = unit;
    let outcome = match holds {
        Ok(held) if held.raw.len() > LONGEST_BLOCK => Err(Refusal::TooLong(held.raw.len())),
        Ok(held) => block::read(held, ids, context),
        Err(refusal) => Err(refusal),
    };
    Found { place, outcome }
}
