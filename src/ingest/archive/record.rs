//! One record → the document it holds.

use std::fmt;
use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use url::Url;

use super::fields::{Field, Fields, field_named};
use super::{csv, gdelt, warc};
use crate::domain::StatedTime;
use crate::ingest::address::outlet_of;
use crate::ingest::language::{language_named, primary_subtag};
use crate::ingest::page::{read_time, time_in_address};
use crate::ingest::{
    Ingested, Meta, from_html, from_plain_text, from_text_file, parse_published, parse_url,
};

/// A record as it stands in its archive.
pub enum Record {
    /// A text file, and where it was found.
    Text(Vec<u8>, Option<Url>),
    /// A page, and where it was found.
    Page(Vec<u8>, Option<Url>),
    /// A line of NDJSON.
    Json(Vec<u8>),
    /// A row of CSV.
    Row(csv::Row),
    /// What a server answered, kept in a web archive.
    Capture(Box<warc::Capture>),
}

/// What is taken to be so where a record does not tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Defaults {
    /// The language, as BCP 47.
    pub language: Option<String>,
    /// The encoding of texts and pages; of pages in a web archive, what their servers said goes first.
    pub charset: Option<String>,
}

/// A document as read from a [`Record`].
pub struct ReadRecord {
    /// `id` of the record, as given.
    pub id: Option<Value>,
    /// The document, or what is wrong with it.
    pub document: Result<Ingested, String>,
    /// Whether it is only passages of the article, and gives way to any whole text of it.
    pub passages: bool,
    /// What of the record could not be used, though the document is there.
    pub notes: Vec<String>,
}

impl ReadRecord {
    fn of(document: Result<Ingested, impl fmt::Display>) -> Self {
        ReadRecord {
            id: None,
            document: document.map_err(|error| error.to_string()),
            passages: false,
            notes: Vec::new(),
        }
    }
}

impl Record {
    /// Decodes, cleans and describes the document.
    pub fn read(&self, defaults: &Defaults) -> ReadRecord {
        let meta = Meta {
            language: defaults.language.clone(),
            charset: defaults.charset.clone(),
            ..Meta::default()
        };
        match self {
            Record::Text(bytes, url) => {
                let meta = Meta { url: url.clone(), ..meta };
                ReadRecord::of(from_text_file(bytes.as_slice(), meta))
            }
            Record::Page(bytes, url) => {
                let meta = Meta { url: url.clone(), ..meta };
                ReadRecord::of(from_html(bytes.as_slice(), meta))
            }
            Record::Capture(capture) => {
                let mut notes = Vec::new();
                let document = capture.read(meta, &mut notes);
                ReadRecord { notes, ..ReadRecord::of(document) }
            }
            Record::Json(line) => match serde_json::from_slice(line) {
                Ok(JsonFields(fields)) => read_fields(fields, defaults),
                // The place in the line stays in; the line number of a one-line text says nothing.
                Err(error) => {
                    ReadRecord::of(Err(error.to_string().replace("line 1 column", "column")))
                }
            },
            Record::Row(row) => read_fields(row.fields(), defaults),
        }
    }

    /// Says where a text or a page was found; others say it themselves.
    pub fn found_at(&mut self, address: Url) {
        if let Record::Text(_, url) | Record::Page(_, url) = self {
            *url = Some(address);
        }
    }

    /// The record as a line of NDJSON that can be read in again once it is mended; `None` for what
    /// is no line or row.
    pub fn into_line(self) -> Option<Vec<u8>> {
        match self {
            Record::Json(line) => Some(line),
            Record::Row(row) => Some(row.to_line()),
            Record::Text(..) | Record::Page(..) | Record::Capture(_) => None,
        }
    }

    /// Bytes it keeps in memory, about.
    pub fn size(&self) -> usize {
        match self {
            Record::Text(bytes, _) | Record::Page(bytes, _) | Record::Json(bytes) => bytes.len(),
            Record::Row(row) => row.size(),
            Record::Capture(capture) => capture.size(),
        }
    }
}

/// A JSON object, of which only the known fields are kept.
struct JsonFields(Fields);

impl<'de> Deserialize<'de> for JsonFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = JsonFields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<JsonFields, A::Error> {
                let mut fields = Fields::default();
                while let Some(name) = map.next_key::<String>()? {
                    match field_named(&name) {
                        Some(known) => fields.offer(known, map.next_value()?),
                        None => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(JsonFields(fields))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

fn read_fields(mut fields: Fields, defaults: &Defaults) -> ReadRecord {
    let id = fields.take(Field::Id);
    let mut notes = Vec::new();
    let has_words = fields.has(Field::Text) || fields.has(Field::Html);
    let passages = !has_words && fields.has(Field::Quotes);
    let document = ingest(fields, passages, defaults, &mut notes);
    ReadRecord { id, passages, notes, ..ReadRecord::of(document) }
}

fn ingest(
    mut fields: Fields,
    passages: bool,
    defaults: &Defaults,
    notes: &mut Vec<String>,
) -> Result<Ingested, String> {
    if fields.is_ours(Field::Text) && fields.is_ours(Field::Html) {
        return Err("it has both `text` and `html`".to_owned());
    }
    let mut words = |field| fields.take(field).as_ref().and_then(words);
    let url = words(Field::Url);
    let url = url.as_deref().map(parse_url).transpose().map_err(|error| error.to_string())?;
    let published = words(Field::PublishedAt).filter(|_| !passages);
    let published = match (&published, &url) {
        (Some(written), _) => read_published(written, notes),
        (None, Some(url)) if passages => time_in_address(url).map(|time| time.stated),
        _ => None,
    };
    let language = words(Field::Language).and_then(|written| {
        let tag = primary_subtag(&written).or_else(|| language_named(&written).map(str::to_owned));
        if tag.is_none() {
            notes.push(format!("{:?} is no language that is known", shortened(&written)));
        }
        tag
    });
    let meta = Meta {
        url,
        outlet: words(Field::Outlet).map(outlet),
        title: words(Field::Title),
        published,
        authors: fields.take(Field::Authors).map(|value| names(&value)).unwrap_or_default(),
        language: language.or_else(|| defaults.language.clone()),
        charset: None,
    };
    let text = fields.take(Field::Text).map(|value| content("text", value)).transpose()?;
    let html = fields.take(Field::Html).map(|value| content("html", value)).transpose()?;
    let read = match (text, html) {
        (Some(text), None) => from_plain_text(text.as_str(), meta),
        // The text is what somebody has found in the page; where they found none, we may.
        (Some(text), Some(_)) if !text.trim().is_empty() => from_plain_text(text.as_str(), meta),
        (_, Some(html)) => from_html(html.as_str(), meta),
        (None, None) => match fields.take(Field::Quotes) {
            Some(quotes) => from_plain_text(gdelt::passages(&quotes)?.as_str(), meta),
            None => return Err("it has neither `text` nor `html`".to_owned()),
        },
    };
    read.map_err(|error| error.to_string())
}

/// A date in nobody's standard is no reason to lose an article of an archive.
fn read_published(written: &str, notes: &mut Vec<String>) -> Option<StatedTime> {
    match parse_published(written) {
        Ok(stated) => Some(stated),
        Err(error) => {
            let read = read_time(written).map(|time| time.stated);
            if read.is_none() {
                notes.push(format!("the time of publication is left unknown: {error}"));
            }
            read
        }
    }
}

/// The words of a value that should be a word or a few; of an object, its name.
fn words(value: &Value) -> Option<String> {
    let words = match value {
        Value::String(words) => words.clone(),
        Value::Number(number) => number.to_string(),
        Value::Object(members) => {
            return ["name", "title", "domain"].iter().find_map(|name| {
                match members.get(*name)? {
                    Value::String(words) if !words.trim().is_empty() => Some(words.clone()),
                    _ => None,
                }
            });
        }
        Value::Array(items) => {
            return items.first().and_then(|item| match item {
                Value::Array(_) => None,
                item => self::words(item),
            });
        }
        Value::Null | Value::Bool(_) => return None,
    };
    (!words.trim().is_empty()).then_some(words)
}

/// The words of a document; an array is one of paragraphs.
fn content(field: &str, value: Value) -> Result<String, String> {
    let kind = match value {
        Value::String(words) => return Ok(words),
        Value::Array(items) => {
            let paragraphs: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
            match paragraphs {
                Some(paragraphs) => return Ok(paragraphs.join("\n\n")),
                None => "a list",
            }
        }
        Value::Number(_) => "a number",
        Value::Bool(_) => "true or false",
        Value::Object(_) => "an object",
        Value::Null => "nothing",
    };
    Err(format!("its `{field}` is {kind} and no string"))
}

/// An outlet that is written as an address is its host.
fn outlet(written: String) -> String {
    let address = written.trim().contains("://").then(|| parse_url(&written).ok()).flatten();
    address.as_ref().and_then(outlet_of).unwrap_or(written)
}

/// The names in a list; a list may also be written down as a string, in JSON or as Python prints it,
/// or with semicolons between.
fn names(value: &Value) -> Vec<String> {
    static QUOTED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)""#).expect("the pattern compiles")
    });
    match value {
        Value::Array(items) => items.iter().filter_map(words).collect(),
        Value::String(written) => {
            let written = written.trim();
            if !(written.starts_with('[') && written.ends_with(']')) {
                let names = written.split(';').map(str::trim).filter(|name| !name.is_empty());
                return names.map(str::to_owned).collect();
            }
            if let Ok(list @ Value::Array(_)) = serde_json::from_str(written) {
                return names(&list);
            }
            let quoted = QUOTED.captures_iter(written);
            quoted
                .filter_map(|found| found.get(1).or_else(|| found.get(2)))
                .map(|name| name.as_str().replace('\\', ""))
                .filter(|name| !name.trim().is_empty())
                .collect()
        }
        other => words(other).into_iter().collect(),
    }
}

/// The beginning of what was written, for messages.
fn shortened(written: &str) -> String {
    written.chars().take(40).collect()
}
