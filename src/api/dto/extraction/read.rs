//! A printed extraction → the document and what it says, with nothing in it taken on trust.
//!
//! What was printed has been through other programs and other hands since: each span has to prove its
//! quote, each id to refer to something, and the words to be those that the digest is of.

use chrono::{DateTime, Datelike, Utc};
use memchr::memmem;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::sha256_hex;
use crate::api::extract::{escaped, find_nul, in_our_words, pointer_of};
use crate::domain::{
    ActorKind, CueKind, DateTimePrecision, DenierRole, Document, Extraction, ExtractorInfo,
    LocatedSpan, Mode, Note, RebuttalKind, Stance, StatedTime,
};
use crate::ingest::{MAX_BYTES, parse_url};
use crate::pipeline::EXTRACTOR_VERSION;

mod parts;

/// Longest name of an outlet and longest label, in code points; longer ones fit no index.
const LONGEST_NAME: usize = 400;

/// What is wrong with a printed extraction, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("#{pointer}: {detail}")]
pub struct Unsound {
    /// JSON pointer; empty for the whole.
    pub pointer: String,
    /// What is wrong there.
    pub detail: String,
}

impl Unsound {
    fn new(detail: impl Into<String>) -> Self {
        Unsound { pointer: String::new(), detail: detail.into() }
    }
}

/// Tells where a fault lies, from the inside out.
trait Within: Sized {
    fn within(self, part: impl std::fmt::Display) -> Self;
}

impl<T> Within for Result<T, Unsound> {
    fn within(self, part: impl std::fmt::Display) -> Self {
        self.map_err(|unsound| Unsound {
            pointer: format!("/{part}{}", unsound.pointer),
            ..unsound
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    #[serde(rename = "id")]
    _id: Option<IgnoredAny>,
    document: Option<WireDocument>,
    statements: Option<Vec<WireStatement>>,
    claims: Option<Vec<WireClaim>>,
    actors: Option<Vec<WireActor>>,
    notes: Option<Vec<Note>>,
    extractor: Option<ExtractorInfo>,
    /// What stands in the place of a document that could not be read, with where it stood.
    error: Option<String>,
    #[serde(rename = "line")]
    _line: Option<IgnoredAny>,
    #[serde(rename = "byte")]
    _byte: Option<IgnoredAny>,
    #[serde(rename = "file")]
    _file: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireDocument {
    /// Of another database, if of any.
    #[serde(rename = "id")]
    _id: Option<IgnoredAny>,
    url: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    syndicated_from: Option<String>,
    outlet: Option<String>,
    title: Option<String>,
    #[serde(default)]
    authors: Vec<String>,
    published_at: Option<DateTime<Utc>>,
    published_precision: Option<DateTimePrecision>,
    language: String,
    text: String,
    #[serde(default)]
    corrections: Vec<String>,
    sha256: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireStatement {
    id: String,
    source: Vec<LocatedSpan>,
    cue: Option<LocatedSpan>,
    cue_kind: CueKind,
    contents: Vec<LocatedSpan>,
    speaker: Option<String>,
    speaker_inferred: bool,
    via: Option<String>,
    via_span: Option<LocatedSpan>,
    parent: Option<String>,
    mode: Mode,
    // Extractions printed before 0.5.3 have none.
    #[serde(default)]
    stated_at: Option<DateTime<Utc>>,
    #[serde(default)]
    stated_precision: Option<DateTimePrecision>,
    confidence: f32,
    rule: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireClaim {
    id: String,
    text: String,
    check_worthiness: Option<f32>,
    confidence: f32,
    claimants: Vec<String>,
    appearances: Vec<WireAppearance>,
    denials: Vec<WireDenial>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireAppearance {
    stance: Stance,
    span: LocatedSpan,
    statement: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireDenial {
    denier: Option<String>,
    denier_role: DenierRole,
    via: Option<String>,
    label: Option<String>,
    kind: RebuttalKind,
    stated_at: Option<DateTime<Utc>>,
    stated_precision: Option<DateTimePrecision>,
    confidence: f32,
    mentions: Vec<WireMention>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireMention {
    cue: LocatedSpan,
    denier: Option<LocatedSpan>,
    denied: Option<LocatedSpan>,
    via: Option<LocatedSpan>,
    statement: Option<String>,
    rule: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireActor {
    id: String,
    name: String,
    kind: Option<ActorKind>,
    roles: Vec<String>,
    aliases: Vec<String>,
    // Extractions printed before 0.5 have none.
    #[serde(default)]
    country: Option<String>,
    speaks_for: Option<String>,
    mentions: Vec<LocatedSpan>,
}

/// Reads what [`ExtractionAnswer`](super::ExtractionAnswer) prints, with or without the `id` of the
/// line that it answers.
///
/// # Errors
/// [`Unsound`], naming the first field that is unknown, missing, of the wrong type or at odds with
/// another; among them a quote that does not stand where its span says, an id that refers to nothing, a
/// digest of other words, and a newer extractor than this program's.
pub fn read(line: &[u8]) -> Result<(Document, Extraction), Unsound> {
    let Line { document, statements, claims, actors, notes, extractor, error, .. } = parse(line)?;
    if let Some(error) = error {
        let detail = format!("the extractor could not read this document: {error}");
        return Err(Unsound::new(detail)).within("error");
    }
    let document = present(document, "document")?;
    let extractor = present(extractor, "extractor")?;
    check_version(&extractor.version).within("version").within("extractor")?;
    let document = document.checked().within("document")?;
    let extraction = parts::Parts {
        statements: present(statements, "statements")?,
        claims: present(claims, "claims")?,
        actors: present(actors, "actors")?,
    }
    .checked(&document, present(notes, "notes")?, extractor)?;
    Ok((document, extraction))
}

fn parse(line: &[u8]) -> Result<Line, Unsound> {
    let not_json = |error: serde_json::Error| {
        let told = error.to_string().replace("line 1 column", "column");
        Unsound::new(format!("it is not JSON: {told}"))
    };
    // A list would be taken for the fields in their order.
    if !line.trim_ascii_start().starts_with(b"{") {
        return Err(Unsound::new("must be an object"));
    }
    // Postgres takes no NUL, which only an escape can bring in.
    if memmem::find(line, br"\u0000").is_some() {
        let value: Value = serde_json::from_slice(line).map_err(not_json)?;
        if let Some(pointer) = find_nul(&value, &mut String::new()) {
            return Err(Unsound { pointer, detail: "must not contain U+0000".to_owned() });
        }
    }
    let mut json = serde_json::Deserializer::from_slice(line);
    let parsed = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let pointer = pointer_of(error.path());
        let error = error.into_inner();
        if !error.is_data() {
            return not_json(error);
        }
        let told = error.to_string();
        let told = told.rsplit_once(" at line ").map_or(told.as_str(), |(told, _)| told);
        let missing = told.strip_prefix("missing field `").and_then(|it| it.strip_suffix('`'));
        match missing {
            Some(name) => missing_at(&format!("{pointer}/{}", escaped(name))),
            None => Unsound { pointer, detail: in_our_words(told) },
        }
    })?;
    json.end().map_err(not_json)?;
    Ok(parsed)
}

fn missing_at(pointer: &str) -> Unsound {
    Unsound { pointer: pointer.to_owned(), detail: "is missing".to_owned() }
}

fn present<T>(part: Option<T>, name: &str) -> Result<T, Unsound> {
    part.ok_or_else(|| missing_at(&format!("/{name}")))
}

/// An older extractor's words mean what they meant; a newer one's may mean something unknown here.
fn check_version(version: &str) -> Result<(), Unsound> {
    let numbers = |version: &str| -> Option<Vec<u32>> {
        let numbers: Option<Vec<u32>> = version.split('.').map(|it| it.parse().ok()).collect();
        numbers.filter(|numbers| numbers.len() == 3)
    };
    match (numbers(version), numbers(EXTRACTOR_VERSION)) {
        (Some(theirs), Some(ours)) if theirs <= ours => Ok(()),
        _ => Err(Unsound::new(format!(
            "{version:?} is no version that is known here; {EXTRACTOR_VERSION} is the newest"
        ))),
    }
}

/// A time with how exactly it is known.
fn stated(
    at: Option<DateTime<Utc>>,
    precision: Option<DateTimePrecision>,
    names: [&str; 2],
) -> Result<Option<StatedTime>, Unsound> {
    match (at, precision) {
        (None, None) => Ok(None),
        (Some(at), Some(precision)) if (1..=9999).contains(&at.year()) => {
            Ok(Some(StatedTime { at, precision }))
        }
        (Some(_), Some(_)) => Err(Unsound::new("has a year outside 1 to 9999")).within(names[0]),
        (None, Some(_)) => Err(missing_at(&format!("/{}", names[0]))),
        (Some(_), None) => Err(missing_at(&format!("/{}", names[1]))),
    }
}

/// Words that say something.
fn words(words: String) -> Result<String, Unsound> {
    match words.trim().is_empty() {
        true => Err(Unsound::new("must not be empty")),
        false => Ok(words),
    }
}

/// A name or label.
fn name(words: String) -> Result<String, Unsound> {
    if words.chars().nth(LONGEST_NAME).is_some() {
        return Err(Unsound::new(format!("must have at most {LONGEST_NAME} characters")));
    }
    self::words(words)
}

fn score(score: f32) -> Result<f32, Unsound> {
    match (0.0..=1.0).contains(&score) {
        true => Ok(score),
        false => Err(Unsound::new("must be from 0 to 1")),
    }
}

/// BCP 47, as far as the schema holds it.
fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let alphabetic = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphabetic());
    parts.next().is_some_and(|part| (2..=8).contains(&part.len()) && alphabetic(part))
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

impl WireDocument {
    fn checked(self) -> Result<Document, Unsound> {
        let address = |url: &String| {
            let read = parse_url(url).map_err(|error| Unsound::new(error.to_string()))?;
            match read.as_str() == url {
                true => Ok(read),
                false => Err(Unsound::new(format!("is not written as an address is: {read}"))),
            }
        };
        let url = self.url.as_ref().map(address).transpose().within("url")?;
        let aliases = self.aliases.iter().enumerate();
        let aliases = aliases.map(|(at, url)| address(url).within(at)).collect::<Result<_, _>>();
        let syndicated_from = self.syndicated_from.as_ref().map(address).transpose();
        if self.text.len() > MAX_BYTES {
            return Err(Unsound::new(format!("must have at most {MAX_BYTES} bytes")))
                .within("text");
        }
        if !is_language(&self.language) {
            return Err(Unsound::new("is not a language tag")).within("language");
        }
        let published = ["published_at", "published_precision"];
        let document = Document {
            url,
            aliases: aliases.within("aliases")?,
            syndicated_from: syndicated_from.within("syndicated_from")?,
            outlet: self.outlet.map(name).transpose().within("outlet")?,
            title: self.title.map(words).transpose().within("title")?,
            authors: self.authors,
            published: stated(self.published_at, self.published_precision, published)?,
            language: self.language,
            text: words(self.text).within("text")?,
            corrections: self.corrections,
        };
        if sha256_hex(&document) != self.sha256 {
            return Err(Unsound::new("is not the digest of this title and text")).within("sha256");
        }
        Ok(document)
    }
}
