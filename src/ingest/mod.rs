//! Bytes → Document: encoding, main text, left-over lines, language.
//!
//! ```text
//! bytes → characters → (page → main text) → lines → Document
//! ```
//!
//! The text changes no more than it must: a byte order mark and NUL go, every kind of line break
//! becomes a line feed, left-over page lines and outer empty space fall away. Odd spaces, soft
//! hyphens and composed or decomposed letters stay as the author's page has them. What was done is
//! told in [`Changes`].

mod address;
pub mod archive;
mod clean;
mod consent;
mod encoding;
mod error;
pub mod feed;
mod language;
mod lines;
mod page;
mod published;
pub mod review;

use serde::{Deserialize, Serialize};
use url::Url;

pub use address::parse_url;
pub use consent::asks_for_consent;
pub use error::Error;
pub use language::{Detected, Evidence, MIXED, UNDETERMINED, detect_language};
pub use lines::RemovedLine;
pub use page::{
    BodySource, MAX_DEPTH, MAX_NODES, Origin, PageKind, PageMetadata, PageReading, PageTime, Told,
};
pub use published::parse_published;

use crate::domain::{Document, StatedTime};

/// Bytes of one document that are read at most.
pub const MAX_BYTES: usize = 16 << 20;

/// Where a document comes as bytes, or as characters that somebody else has decoded.
#[derive(Debug, Clone, Copy)]
pub enum Source<'s> {
    /// Bytes whose encoding is to be found.
    Bytes(&'s [u8]),
    /// Characters, such as a string in JSON.
    Text(&'s str),
}

impl<'s> Source<'s> {
    fn bytes(self) -> &'s [u8] {
        match self {
            Source::Bytes(bytes) => bytes,
            Source::Text(text) => text.as_bytes(),
        }
    }
}

impl<'s> From<&'s [u8]> for Source<'s> {
    fn from(bytes: &'s [u8]) -> Self {
        Source::Bytes(bytes)
    }
}

impl<'s> From<&'s str> for Source<'s> {
    fn from(text: &'s str) -> Self {
        Source::Text(text)
    }
}

/// What is known of a document besides its words. What the caller knows goes before what a page
/// says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meta {
    /// Where it was found; see [`parse_url`].
    pub url: Option<Url>,
    /// The publisher's domain or name.
    pub outlet: Option<String>,
    /// The headline.
    pub title: Option<String>,
    /// When it was published; see [`parse_published`].
    pub published: Option<StatedTime>,
    /// The authors, as printed.
    pub authors: Vec<String>,
    /// A BCP 47 tag; decides only where the text does not tell.
    pub language: Option<String>,
    /// The encoding that a header names; for bytes only.
    pub charset: Option<String>,
}

/// What others say of a document, such as the feed that names it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hearsay {
    /// The headline.
    pub title: Option<String>,
    /// When it was published.
    pub published: Option<StatedTime>,
    /// The authors.
    pub authors: Vec<String>,
}

/// What kind of bytes came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaType {
    /// `text/plain`
    PlainText,
    /// `text/html`
    Html,
}

impl MediaType {
    /// The words used in HTTP and in Postgres.
    pub fn as_str(self) -> &'static str {
        match self {
            MediaType::PlainText => "text/plain",
            MediaType::Html => "text/html",
        }
    }
}

/// What was done to the text on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// WHATWG name of the encoding that was read.
    pub encoding: &'static str,
    /// Whether a byte order mark was dropped.
    pub byte_order_mark: bool,
    /// NUL characters that were removed from title and text.
    pub nuls: usize,
    /// Replacement characters (U+FFFD) in the text: bytes that could not be decoded, here or by
    /// whoever decoded before.
    pub undecodable: usize,
    /// Carriage returns that became line feeds.
    pub carriage_returns: usize,
    /// Left-over page lines that fell away.
    pub removed_lines: Vec<RemovedLine>,
    /// What told the language.
    pub language: Evidence,
}

/// A document with the bytes it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ingested {
    /// What the pipeline reads.
    pub document: Document,
    /// What kind of bytes came.
    pub media_type: MediaType,
    /// The bytes as received.
    pub bytes: Vec<u8>,
    /// What was done to them.
    pub changes: Changes,
    /// For a page: what it said of itself and how it was read.
    pub page: Option<PageReading>,
}

impl Ingested {
    /// Believes what others say where neither the caller nor the document itself says it.
    pub fn or_as_heard(mut self, heard: &Hearsay) -> Self {
        let document = &mut self.document;
        document.title = document.title.take().or_else(|| clean::one_line(heard.title.as_deref()?));
        document.published = document.published.or(heard.published);
        if document.authors.is_empty() {
            document.authors =
                heard.authors.iter().filter_map(|author| clean::one_line(author)).collect();
        }
        self
    }
}

/// A plain text that is a body alone, such as the `text` of a JSON object.
///
/// # Errors
/// [`Error::Empty`], [`Error::TooLarge`], [`Error::NotText`], [`Error::UnknownCharset`] and
/// [`Error::Language`].
///
/// ```
/// use claimtrail::ingest::{Meta, from_plain_text};
/// let ingested = from_plain_text("The port\r\nwas shut.\r\n\r\nADVERTISEMENT\r\n", Meta::default())?;
/// assert_eq!(ingested.document.text, "The port\nwas shut.");
/// # Ok::<(), claimtrail::ingest::Error>(())
/// ```
pub fn from_plain_text<'s>(
    source: impl Into<Source<'s>>,
    mut meta: Meta,
) -> Result<Ingested, Error> {
    let source = source.into();
    let decoded = decode(source, &meta, MediaType::PlainText)?;
    let (text, normalised) = clean::normalise(&decoded.text);
    let known_by = address::known_by(meta.url.take(), None);
    assemble(source, MediaType::PlainText, &decoded, normalised, &text, meta, known_by)
}

/// A plain text file: its first line is the title, where an empty line and a body follow and the
/// caller knows no other title.
///
/// # Errors
/// As [`from_plain_text`].
///
/// ```
/// use claimtrail::ingest::{Meta, from_text_file};
/// let ingested = from_text_file(&b"Port shut\n\nThe port was shut.\n"[..], Meta::default())?;
/// assert_eq!(ingested.document.title.as_deref(), Some("Port shut"));
/// assert_eq!(ingested.document.text, "The port was shut.");
/// # Ok::<(), claimtrail::ingest::Error>(())
/// ```
pub fn from_text_file<'s>(
    source: impl Into<Source<'s>>,
    mut meta: Meta,
) -> Result<Ingested, Error> {
    let source = source.into();
    let decoded = decode(source, &meta, MediaType::PlainText)?;
    let (text, normalised) = clean::normalise(&decoded.text);
    let mut body = text.as_ref();
    if meta.title.is_none()
        && let Some((title, rest)) = clean::split_title(&text)
    {
        meta.title = Some(title.to_owned());
        body = rest;
    }
    let known_by = address::known_by(meta.url.take(), None);
    assemble(source, MediaType::PlainText, &decoded, normalised, body, meta, known_by)
}

/// A page: its main text becomes the body, its metadata fills what the caller does not know.
///
/// # Errors
/// As [`from_plain_text`], and [`Error::TooDeep`], [`Error::TooManyNodes`],
/// [`Error::TooMuchNesting`], [`Error::NoArticle`] and [`Error::Page`].
pub fn from_html<'s>(source: impl Into<Source<'s>>, mut meta: Meta) -> Result<Ingested, Error> {
    let source = source.into();
    let decoded = decode(source, &meta, MediaType::Html)?;
    let (html, normalised) = clean::normalise(&decoded.text);
    if clean::trim(&html).is_empty() {
        return Err(Error::Empty);
    }
    let (text, reading) = page::read_page(&html, meta.url.as_ref())?;
    let told = &reading.metadata;
    let canonical = told.canonical.as_ref().map(|it| it.value.clone());
    let known_by = address::known_by(meta.url.take(), canonical);
    meta.outlet = meta
        .outlet
        .or_else(|| known_by.0.as_ref().and_then(address::outlet_of))
        .or_else(|| told.outlet.as_ref().map(|it| it.value.clone()));
    meta.title = meta.title.or_else(|| told.title.as_ref().map(|it| it.value.clone()));
    meta.published = meta.published.or_else(|| told.published.as_ref().map(|it| it.value.stated));
    meta.language = meta.language.or_else(|| {
        let tag = told.language.as_ref().map(|it| it.value.clone());
        tag.filter(|tag| language::primary_subtag(tag).is_some())
    });
    if meta.authors.is_empty() {
        meta.authors.extend(told.authors.iter().flat_map(|it| it.value.iter().cloned()));
    }
    let mut ingested =
        assemble(source, MediaType::Html, &decoded, normalised, &text, meta, known_by)?;
    ingested.document.corrections.clone_from(&reading.metadata.corrections);
    ingested.document.syndicated_from =
        reading.metadata.syndicated_from.as_ref().map(|it| it.value.clone());
    Ok(Ingested { page: Some(reading), ..ingested })
}

fn decode<'s>(
    source: Source<'s>,
    meta: &Meta,
    media_type: MediaType,
) -> Result<encoding::Decoded<'s>, Error> {
    let bytes = source.bytes().len();
    if bytes > MAX_BYTES {
        return Err(Error::TooLarge { bytes, limit: MAX_BYTES });
    }
    match source {
        Source::Bytes(bytes) => {
            encoding::decode(bytes, meta.charset.as_deref(), media_type == MediaType::Html)
        }
        Source::Text(text) => Ok(encoding::Decoded {
            text: text.into(),
            encoding: "UTF-8",
            byte_order_mark: text.starts_with('\u{feff}'),
        }),
    }
}

fn assemble(
    source: Source<'_>,
    media_type: MediaType,
    decoded: &encoding::Decoded<'_>,
    normalised: clean::Normalised,
    body: &str,
    meta: Meta,
    (url, aliases): (Option<Url>, Vec<Url>),
) -> Result<Ingested, Error> {
    let prior = match meta.language {
        Some(tag) => Some(language::primary_subtag(&tag).ok_or(Error::Language(tag))?),
        None => None,
    };
    let (body, removed_lines) = lines::remove_left_overs(body);
    let text = clean::trim(&body);
    if text.is_empty() {
        return Err(Error::Empty);
    }
    let title = meta.title.as_deref().and_then(clean::one_line);
    let detected = match &title {
        Some(title) if text.len() < 200 => {
            detect_language(&format!("{title}\n{text}"), prior.as_deref())
        }
        _ => detect_language(text, prior.as_deref()),
    };
    Ok(Ingested {
        changes: Changes {
            encoding: decoded.encoding,
            byte_order_mark: decoded.byte_order_mark,
            nuls: normalised.nuls,
            undecodable: text.matches(char::REPLACEMENT_CHARACTER).count(),
            carriage_returns: normalised.carriage_returns,
            removed_lines,
            language: detected.evidence,
        },
        document: Document {
            outlet: meta
                .outlet
                .as_deref()
                .and_then(clean::one_line)
                .or_else(|| url.as_ref().and_then(address::outlet_of)),
            url,
            aliases,
            syndicated_from: None,
            title,
            authors: meta.authors.iter().filter_map(|author| clean::one_line(author)).collect(),
            published: meta.published,
            language: detected.language,
            text: text.to_owned(),
            corrections: Vec::new(),
        },
        media_type,
        bytes: source.bytes().to_vec(),
        page: None,
    })
}
