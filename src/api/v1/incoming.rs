//! A posted text or page → a document and what it says.

use actix_web::web;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::dto::new_document::NewDocument;
use crate::api::extract::{Body, Unread, parse_json};
use crate::api::problem::{Problem, ProblemKind};
use crate::app::App;
use crate::domain::Extraction;
use crate::ingest::{self, Ingested, MediaType, Meta};
use crate::pipeline;

const JSON: &str = "application/json";
const PLAIN: &str = "text/plain";
const HTML: &str = "text/html";

/// Escapes make JSON longer than the text in it: `\u0441` is six bytes for two.
const JSON_FACTOR: usize = 3;

/// Room for the other fields of a JSON body.
const JSON_ROOM: usize = 64 * 1024;

/// What is known of a text or page that is sent as the body itself; JSON says it in its fields.
#[derive(Debug, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MetaQuery {
    /// Of a `text/plain` or `text/html` body: the headline.
    title: Option<String>,
    /// Of such a body: where it was published.
    url: Option<String>,
    /// Of such a body: domain or name of the publisher.
    outlet: Option<String>,
    /// Of such a body: when it was published.
    published_at: Option<String>,
    /// Of such a body: BCP 47.
    language: Option<String>,
}

/// The words as they came.
enum Words {
    /// A string of a JSON body.
    Characters(String),
    /// The body itself.
    Bytes(Vec<u8>),
}

/// A document as it came in, checked but not yet read.
pub struct Incoming {
    words: Words,
    media_type: MediaType,
    meta: Meta,
}

impl Incoming {
    /// Takes the document out of a request.
    ///
    /// # Errors
    /// What [`Body::read`] and [`parse_json`] refuse; no words, an address alone, a text over the
    /// limit, or metadata that is none.
    pub async fn read(unread: Unread, query: MetaQuery, app: &App) -> Result<Self, Problem> {
        let limit = app.max_text_bytes;
        let body = unread
            .read(&[JSON, PLAIN, HTML], |media_type| match media_type {
                JSON => limit.saturating_mul(JSON_FACTOR).saturating_add(JSON_ROOM),
                _ => limit,
            })
            .await?;
        match body.media_type.as_str() {
            JSON => {
                if query != MetaQuery::default() {
                    return Err(Problem::parameter(
                        "title, url, outlet, published_at, language",
                        "of a JSON body these are fields of the body",
                    ));
                }
                Self::from_json(parse_json(&body)?, limit)
            }
            _ => Self::from_file(body, query),
        }
    }

    fn from_json(document: NewDocument, limit: usize) -> Result<Self, Problem> {
        let (words, media_type) = match (document.text, document.html) {
            (Some(_), Some(_)) => {
                return Err(Problem::field("/html", "must not be given together with text"));
            }
            (Some(text), None) => (text, MediaType::PlainText),
            (None, Some(html)) => (html, MediaType::Html),
            (None, None) if document.url.is_some() => {
                return Err(Problem::new(
                    ProblemKind::FetchingUnavailable,
                    "The body has an address but no words; post `text` or `html` with it.",
                )
                .with_field("/url", "is not fetched"));
            }
            (None, None) => {
                return Err(Problem::field("/text", "is missing, and so is html; one is needed"));
            }
        };
        let pointer = json_pointer(media_type);
        if words.trim().is_empty() {
            return Err(Problem::field(pointer, "must not be empty"));
        }
        if words.len() > limit {
            return Err(Problem::new(
                ProblemKind::ContentTooLarge,
                format!(
                    "The text may have at most {limit} bytes of UTF-8; it has {}.",
                    words.len()
                ),
            )
            .with_field(pointer, "is too long"));
        }
        let meta = meta(
            document.title,
            document.url,
            document.outlet,
            document.published_at,
            document.language,
            None,
        )
        .map_err(|(name, detail)| Problem::field(&format!("/{name}"), detail))?;
        Ok(Incoming { words: Words::Characters(words), media_type, meta })
    }

    fn from_file(body: Body, query: MetaQuery) -> Result<Self, Problem> {
        if body.bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(Problem::field("", "must not be empty"));
        }
        let meta = meta(
            query.title,
            query.url,
            query.outlet,
            query.published_at,
            query.language,
            body.charset,
        )
        .map_err(|(name, detail)| Problem::parameter(name, detail))?;
        let media_type = match body.media_type.as_str() {
            HTML => MediaType::Html,
            _ => MediaType::PlainText,
        };
        Ok(Incoming { words: Words::Bytes(body.bytes), media_type, meta })
    }

    /// Makes a document of it.
    ///
    /// # Errors
    /// There are no words in it, or it cannot be read as what it is said to be.
    pub fn ingest(self) -> Result<Ingested, Problem> {
        let (pointer, outcome) = match (&self.words, self.media_type) {
            (Words::Characters(text), MediaType::PlainText) => {
                ("/text", ingest::from_plain_text(text.as_str(), self.meta))
            }
            (Words::Characters(html), MediaType::Html) => {
                ("/html", ingest::from_html(html.as_str(), self.meta))
            }
            (Words::Bytes(bytes), MediaType::PlainText) => {
                ("", ingest::from_text_file(bytes.as_slice(), self.meta))
            }
            (Words::Bytes(bytes), MediaType::Html) => {
                ("", ingest::from_html(bytes.as_slice(), self.meta))
            }
        };
        outcome.map_err(|error| refused(pointer, &error))
    }

    /// Makes a document of it and extracts what it says, when a processor is free.
    ///
    /// # Errors
    /// As [`Incoming::ingest`]; too many texts are being read.
    pub async fn extract(self, app: &App) -> Result<(Ingested, Extraction), Problem> {
        let slot = app.reading_slot().await.map_err(|_| {
            Problem::new(ProblemKind::Overloaded, "All processors are reading other texts.")
                .with_retry_after(10)
        })?;
        web::block(move || {
            let _slot = slot;
            let ingested = self.ingest()?;
            let extraction = pipeline::extract(&ingested.document);
            Ok((ingested, extraction))
        })
        .await
        .map_err(|_| Problem::internal("reading a text panicked"))?
    }
}

/// The field of a JSON body that the words are in.
fn json_pointer(media_type: MediaType) -> &'static str {
    match media_type {
        MediaType::PlainText => "/text",
        MediaType::Html => "/html",
    }
}

/// What is known of the document; the error names the refused field or parameter.
fn meta(
    title: Option<String>,
    url: Option<String>,
    outlet: Option<String>,
    published_at: Option<String>,
    language: Option<String>,
    charset: Option<String>,
) -> Result<Meta, (&'static str, String)> {
    for (name, value) in [("title", &title), ("outlet", &outlet), ("language", &language)] {
        if value.as_ref().is_some_and(|value| value.trim().is_empty()) {
            return Err((name, "must not be empty".to_owned()));
        }
    }
    let url = url.map(|url| ingest::parse_url(&url)).transpose();
    let published = published_at.map(|time| ingest::parse_published(&time)).transpose();
    Ok(Meta {
        url: url.map_err(|error| ("url", error.to_string()))?,
        outlet,
        title,
        published: published.map_err(|error| ("published_at", error.to_string()))?,
        authors: Vec::new(),
        language,
        charset,
    })
}

fn refused(pointer: &str, error: &ingest::Error) -> Problem {
    match error {
        ingest::Error::TooLarge { .. } => {
            Problem::new(ProblemKind::ContentTooLarge, error.to_string())
        }
        ingest::Error::UnknownCharset(_) => {
            Problem::new(ProblemKind::UnsupportedMediaType, error.to_string())
        }
        ingest::Error::Language(_) if pointer.is_empty() => {
            Problem::parameter("language", error.to_string())
        }
        ingest::Error::Language(_) => Problem::field("/language", error.to_string()),
        _ => Problem::field(pointer, error.to_string()),
    }
}
