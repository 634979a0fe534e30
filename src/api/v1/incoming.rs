//! A posted text or page → a document and what it says.

use actix_web::web;
use serde::Deserialize;
use url::Url;
use utoipa::IntoParams;

use crate::api::dto::new_document::NewDocument;
use crate::api::extract::{Body, Unread, check_rules, parse_json};
use crate::api::problem::{Problem, ProblemKind};
use crate::app::{self, App};
use crate::domain::Extraction;
use crate::fetch::{FetchError, Page};
use crate::ingest::{self, Ingested, MediaType, Meta};
use crate::jobs::fetch_document::{self, PageError};

const JSON: &str = "application/json";
pub(in crate::api) const PLAIN: &str = "text/plain";
pub(in crate::api) const HTML: &str = "text/html";

/// Escapes make JSON longer than the text in it: `\u0441` is six bytes for two.
const JSON_FACTOR: usize = 3;

/// Room for the other fields of a JSON body or a form.
pub(in crate::api) const FIELDS_ROOM: usize = 64 * 1024;

/// Bytes that the JSON around a text of at most `text` bytes may have.
pub(super) fn longest_json(text: usize) -> usize {
    text.saturating_mul(JSON_FACTOR).saturating_add(FIELDS_ROOM)
}

/// Bytes of a document's address at most; the schema has the same limit.
const MAX_ADDRESS: usize = 2048;

/// What is known of a text or page that is sent as the body itself; JSON says it in its fields.
#[derive(Debug, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MetaQuery {
    /// Of a `text/plain` or `text/html` body: the headline.
    pub title: Option<String>,
    /// Of such a body: where it was published.
    pub url: Option<String>,
    /// Of such a body: domain or name of the publisher.
    pub outlet: Option<String>,
    /// Of such a body: when it was published.
    pub published_at: Option<String>,
    /// Of such a body: BCP 47.
    pub language: Option<String>,
}

/// The words as they came.
enum Words {
    /// A string of a JSON body.
    Characters(String),
    /// The body itself.
    Bytes(Vec<u8>),
    /// None yet: they stand at the address.
    Address,
    /// What stood there.
    Page(Box<Page>),
}

/// An address that gave no words.
pub(super) struct NotFetched {
    pub url: Url,
    pub error: PageError,
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
    /// What [`Body::read`] and [`parse_json`] refuse; neither words nor an address, a text over the
    /// limit, or metadata that is none.
    pub async fn read(unread: Unread, query: MetaQuery, app: &App) -> Result<Self, Problem> {
        let limit = app.max_text_bytes;
        let body = unread
            .read(&[JSON, PLAIN, HTML], |media_type| match media_type {
                JSON => longest_json(limit),
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

    /// Takes the document out of the fields of a JSON object; its words may have `limit` bytes.
    ///
    /// # Errors
    /// As [`Incoming::read`].
    pub(super) fn from_json(mut known: NewDocument, limit: usize) -> Result<Self, Problem> {
        let (words, media_type) = match (known.text.take(), known.html.take()) {
            (Some(_), Some(_)) => {
                return Err(Problem::field("/html", "must not be given together with text"));
            }
            (Some(text), None) => (text, MediaType::PlainText),
            (None, Some(html)) => (html, MediaType::Html),
            (None, None) if known.url.is_some() => {
                let meta = meta(known, None)
                    .map_err(|(name, detail)| Problem::field(&format!("/{name}"), detail))?;
                return Ok(Incoming { words: Words::Address, media_type: MediaType::Html, meta });
            }
            (None, None) => {
                return Err(Problem::field(
                    "/text",
                    "is missing, and so are html and url; one is needed",
                ));
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
        let meta = meta(known, None)
            .map_err(|(name, detail)| Problem::field(&format!("/{name}"), detail))?;
        Ok(Incoming { words: Words::Characters(words), media_type, meta })
    }

    /// Takes the document out of a body that is its words.
    ///
    /// # Errors
    /// No words, or metadata that is none.
    pub fn from_file(body: Body, query: MetaQuery) -> Result<Self, Problem> {
        if body.bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(Problem::field("", "must not be empty"));
        }
        let known = NewDocument {
            title: query.title,
            url: query.url,
            outlet: query.outlet,
            published_at: query.published_at,
            language: query.language,
            ..NewDocument::default()
        };
        let meta = check_rules(&known)
            .map_err(|(pointer, detail)| (pointer.trim_start_matches('/').to_owned(), detail))
            .and_then(|()| meta(known, body.charset).map_err(|(name, why)| (name.to_owned(), why)))
            .map_err(|(name, detail)| Problem::parameter(&name, detail))?;
        let media_type = match body.media_type.as_str() {
            HTML => MediaType::Html,
            _ => MediaType::PlainText,
        };
        Ok(Incoming { words: Words::Bytes(body.bytes), media_type, meta })
    }

    /// What is known of a document whose words stand at its address; `None` where they came along.
    ///
    /// # Errors
    /// The operator wants nothing fetched.
    pub fn address(&self, app: &App) -> Result<Option<Meta>, Problem> {
        match (&self.words, &app.fetcher) {
            (Words::Address, Some(_)) => Ok(Some(self.meta.clone())),
            (Words::Address, None) => Err(fetch_failed(&PageError::Fetch(FetchError::Off))),
            _ => Ok(None),
        }
    }

    /// The same with its words, fetched where they did not come along.
    async fn with_words(mut self, app: &App) -> Result<Self, Problem> {
        self.fetch(app).await.map_err(|failed| fetch_failed(&failed.error))?;
        Ok(self)
    }

    /// Where it was published, as far as the request says so.
    pub(super) fn url(&self) -> Option<&Url> {
        self.meta.url.as_ref()
    }

    /// Fetches the words where there are none yet; answers whether they were fetched.
    ///
    /// # Errors
    /// The address gives none.
    pub(super) async fn fetch(&mut self, app: &App) -> Result<bool, NotFetched> {
        if let (Words::Address, Some(url)) = (&self.words, &self.meta.url) {
            match fetch_document::fetch(app.fetcher.as_deref(), url).await {
                Ok(page) => self.words = Words::Page(Box::new(page)),
                Err(error) => {
                    return Err(NotFetched { url: url.clone(), error: PageError::Fetch(error) });
                }
            }
        }
        Ok(matches!(self.words, Words::Page(_)))
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
            (Words::Page(page), _) => (
                "/url",
                Ok(fetch_document::read_page(page, &self.meta)
                    .map_err(|error| fetch_failed(&error))?),
            ),
            (Words::Address, _) => {
                return Err(Problem::new(
                    ProblemKind::FetchingUnavailable,
                    "An address alone is not fetched here; give `text` or `html` with it.",
                )
                .with_field("/url", "is not fetched"));
            }
        };
        let ingested = outcome.map_err(|error| refused(pointer, &error))?;
        // A page may name an address of its own, and percent signs lengthen what was given.
        let address = ingested.document.url.as_ref().map_or("", |url| url.as_str());
        if address.len() > MAX_ADDRESS {
            return Err(Problem::field(
                pointer,
                format!("its address has more than {MAX_ADDRESS} bytes"),
            ));
        }
        Ok(ingested)
    }

    /// Makes a document of it, when a processor is free.
    ///
    /// # Errors
    /// As [`Incoming::ingest`]; too many texts are being read.
    pub async fn ingest_when_free(self, app: &App) -> Result<Ingested, Problem> {
        let incoming = self.with_words(app).await?;
        when_free(app, move || incoming.ingest()).await
    }

    /// Makes a document of it and extracts what it says, when a processor is free.
    ///
    /// # Errors
    /// As [`Incoming::ingest`]; too many texts are being read.
    pub async fn extract_when_free(self, app: &App) -> Result<(Ingested, Extraction), Problem> {
        let incoming = self.with_words(app).await?;
        let gear = app.gear;
        let work = move || {
            let ingested = incoming.ingest()?;
            let extraction = app::extract(&ingested.document, gear);
            Ok((ingested, extraction))
        };
        when_free(app, work).await
    }
}

/// Does work that takes a processor, off the threads that answer requests.
pub(super) async fn when_free<T: Send + 'static>(
    app: &App,
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let slot = app.reading_slot().await.map_err(|_| {
        Problem::new(ProblemKind::Overloaded, "All processors are reading other texts.")
            .with_retry_after(10)
    })?;
    let work = move || {
        let _slot = slot;
        work()
    };
    web::block(work).await.map_err(|_| Problem::internal("reading a text panicked"))?
}

/// The field of a JSON body that the words are in.
fn json_pointer(media_type: MediaType) -> &'static str {
    match media_type {
        MediaType::PlainText => "/text",
        MediaType::Html => "/html",
    }
}

/// What is known of the document; the error names the refused field or parameter.
fn meta(known: NewDocument, charset: Option<String>) -> Result<Meta, (&'static str, String)> {
    let NewDocument { title, url, outlet, published_at, language, .. } = known;
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

pub(super) fn fetch_failed(error: &PageError) -> Problem {
    Problem::of_page("/url", error)
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
