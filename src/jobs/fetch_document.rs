//! Address → page → document, stored; queued or at once.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use url::Url;

use super::extract_document::{self, NewDocument};
use crate::domain::view::{JobKind, StoredDocument};
use crate::domain::{JobId, RemovalStatus, RequestId, StatedTime, Validators};
use crate::fetch::{FetchError, Fetched, Fetcher, Page, PageType};
use crate::ingest::{self, Hearsay, Ingested, Meta};
use crate::metrics::metrics;
use crate::pipeline::Gear;
use crate::store::jobs::NewJob;
use crate::store::{self, Connection, Pool, writing};

/// How often one address is tried. The pauses between add up to half a minute, unless the server
/// names longer ones.
const MAX_ATTEMPTS: i32 = 5;

/// How long a job waits for the turn to ask its host; then the worker takes another job.
pub(super) const JOB_PATIENCE: Duration = Duration::from_secs(2);

/// Longest address that is kept as a way to a document; the schema has the same limit.
const LONGEST_ADDRESS: usize = 2_048;

/// Why an address gave no document.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// Nothing to read came.
    #[error("{name}: {error}", name = .0.name(), error = .0)]
    Fetch(#[from] FetchError),
    /// What came holds no article.
    #[error("unreadable: {0}")]
    Unreadable(#[source] ingest::Error),
}

impl PageError {
    /// The word for it; see [`FetchError::name`].
    pub fn name(&self) -> String {
        match self {
            PageError::Fetch(error) => error.name(),
            PageError::Unreadable(_) => "unreadable".to_owned(),
        }
    }

    /// How the address told that nothing is there any more; see [`FetchError::removal`].
    pub fn removal(&self) -> Option<RemovalStatus> {
        match self {
            PageError::Fetch(error) => error.removal(),
            PageError::Unreadable(_) => None,
        }
    }

    /// Whether the same address may well give a document later.
    pub fn is_transient(&self) -> bool {
        matches!(self, PageError::Fetch(error) if error.is_transient())
    }

    /// How long to leave the address alone, where somebody said so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            PageError::Fetch(error) => error.retry_after(),
            PageError::Unreadable(_) => None,
        }
    }

    /// How long to wait where only the host's turn was missing: nothing was tried.
    pub(super) fn untried(&self) -> Option<Duration> {
        match self {
            PageError::Fetch(FetchError::HostBusy { retry_in, .. }) => Some(*retry_in),
            _ => None,
        }
    }
}

impl From<ingest::Error> for PageError {
    fn from(error: ingest::Error) -> Self {
        match error {
            ingest::Error::NotText { .. } => {
                PageError::Fetch(FetchError::NotText { found: "no text".to_owned() })
            }
            ingest::Error::TooLarge { limit, .. } => {
                PageError::Fetch(FetchError::TooLarge { what: "the body", limit })
            }
            other => PageError::Unreadable(other),
        }
    }
}

/// An address to fetch, with what the caller knows of the document there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Payload {
    url: Url,
    outlet: Option<String>,
    title: Option<String>,
    authors: Vec<String>,
    published: Option<StatedTime>,
    language: Option<String>,
    /// Not there in rows that an older version wrote.
    #[serde(default)]
    heard: Hearsay,
}

impl Payload {
    fn to_json(&self) -> Result<serde_json::Value, store::Error> {
        serde_json::to_value(self).map_err(|error| store::Error::Query(error.into()))
    }
}

/// An address that a feed names, to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedPage {
    pub url: Url,
    pub outlet: Option<String>,
    pub heard: Hearsay,
}

/// Queues the fetching of all these pages, `pause` apart; durable once the caller's transaction commits.
pub(super) async fn enqueue_all(
    connection: &mut Connection,
    pages: Vec<NamedPage>,
    pause: Duration,
) -> Result<(), store::Error> {
    let payload = |page: NamedPage| {
        Payload {
            url: page.url,
            outlet: page.outlet,
            title: None,
            authors: Vec::new(),
            published: None,
            language: None,
            heard: page.heard,
        }
        .to_json()
    };
    let payloads = pages.into_iter().map(payload).collect::<Result<Vec<_>, _>>()?;
    let kind = JobKind::FetchDocument;
    store::jobs::enqueue_all(connection, kind, &payloads, MAX_ATTEMPTS, pause).await
}

/// Queues the fetching of the address in `meta`; durable once the caller's transaction commits.
///
/// # Errors
/// [`store::Error::Query`] where `meta` has no address, and [`store::Error::Unavailable`].
pub async fn enqueue(
    connection: &mut Connection,
    meta: Meta,
    request: Option<RequestId>,
) -> Result<JobId, store::Error> {
    let url = meta.url.ok_or_else(|| store::Error::Query("there is no address to fetch".into()))?;
    let payload = Payload {
        url,
        outlet: meta.outlet,
        title: meta.title,
        authors: meta.authors,
        published: meta.published,
        language: meta.language,
        heard: Hearsay::default(),
    };
    let job = NewJob {
        kind: JobKind::FetchDocument,
        payload: payload.to_json()?,
        attachment: Vec::new(),
        max_attempts: MAX_ATTEMPTS,
        request,
    };
    store::jobs::enqueue(connection, &job).await
}

/// Fetches the page at `url`, whatever is known of it.
///
/// # Errors
/// Every [`FetchError`]; [`FetchError::Off`] where there is no fetcher.
pub async fn fetch(fetcher: Option<&Fetcher>, url: &Url) -> Result<Page, FetchError> {
    let fetcher = fetcher.ok_or(FetchError::Off)?;
    match fetcher.fetch(url, &Default::default()).await? {
        Fetched::Page(page) => Ok(page),
        Fetched::NotModified { .. } => Err(FetchError::BadAnswer {
            detail: "it names an earlier answer that nobody spoke of".to_owned(),
        }),
    }
}

/// Makes a document of a fetched page. What the caller knows in `meta` goes before what the page says
/// of itself; where the page was found goes before the address in `meta`.
///
/// # Errors
/// [`PageError::Unreadable`], [`FetchError::NotText`], [`FetchError::TooLarge`], and
/// [`FetchError::ConsentWall`] where the page only asks for consent.
pub fn read_page(page: &Page, meta: &Meta) -> Result<Ingested, PageError> {
    let read = |charset: Option<String>| {
        let url = Some(ingest::parse_url(page.url.as_str())?);
        let meta = Meta { url, charset, ..meta.clone() };
        match page.media_type {
            PageType::Html => ingest::from_html(page.bytes.as_slice(), meta),
            PageType::PlainText => ingest::from_text_file(page.bytes.as_slice(), meta),
            // Nobody asks for a feed to make a document of it.
            PageType::Feed => Err(ingest::Error::NoArticle),
        }
    };
    let mut ingested = match read(page.charset.clone()) {
        // A header's nonsense is nobody's fault here: the page and its bytes tell more.
        Err(ingest::Error::UnknownCharset(_)) => read(None)?,
        outcome => outcome?,
    };
    if page.media_type == PageType::Html && ingest::asks_for_consent(&ingested.document.text) {
        let host = page.url.host_str().unwrap_or("").to_owned();
        return Err(FetchError::ConsentWall { host }.into());
    }
    let aliases = &mut ingested.document.aliases;
    aliases.extend(page.passed.iter().cloned());
    aliases.retain(|alias| alias.as_str().len() <= LONGEST_ADDRESS);
    Ok(ingested)
}

/// Fetches the page at the address in `meta`, reads it and stores it, at once. An address that says that
/// nothing is there any more tells that of the document that stood there.
///
/// # Errors
/// A [`PageError`], or a [`store::Error`].
pub async fn run(
    pool: &Pool,
    fetcher: Option<&Fetcher>,
    meta: Meta,
    gear: Gear,
) -> anyhow::Result<StoredDocument> {
    let url = meta.url.clone().context("there is no address to fetch")?;
    let page = match fetch(fetcher, &url).await {
        Ok(page) => page,
        Err(error) => {
            let (removal, error) = (error.removal(), PageError::Fetch(error));
            let Some(status) = removal else { return Err(error.into()) };
            let mut connection = pool.get().await?;
            let removed = store::transaction(&mut connection, async |connection| {
                writing::record_removal(connection, &url, status).await
            });
            let stored = removed.await?.ok_or(error)?;
            metrics().stored(stored.outcome);
            return Ok(stored);
        }
    };
    let ingested = tokio::task::spawn_blocking(move || read_page(&page, &meta))
        .await
        .context("the reader stopped on this page")??;
    let new = Arc::new(NewDocument {
        document: ingested.document,
        received: ingested.bytes,
        media_type: ingested.media_type.as_str().to_owned(),
    });
    let extraction = extract_document::read(new.clone(), gear).await?;
    let mut connection = pool.get().await?;
    let stored = store::transaction(&mut connection, async |connection| {
        let stored = extract_document::store(connection, &new, &extraction).await?;
        writing::record_presence(connection, stored.document).await?;
        Ok(stored)
    });
    let stored = stored.await.context("the document could not be stored")?;
    metrics().stored(stored.outcome);
    Ok(stored)
}

/// What a job's address gave.
pub(super) enum Gave {
    /// A document, with where the marks of the answer belong.
    Document { new: Box<NewDocument>, url: Url, validators: Validators },
    /// The server says that the stored words still stand there.
    NothingNew { url: Url },
    /// Nothing, which is told of a document where one stood there.
    Nothing { url: Url, status: RemovalStatus, error: PageError },
}

/// Fetches what a job asks for, and reads it on a thread of its own.
///
/// # Errors
/// A [`PageError`], or that the payload is none.
pub(super) async fn fetch_and_read(
    pool: &Pool,
    fetcher: Option<&Fetcher>,
    payload: serde_json::Value,
) -> anyhow::Result<Gave> {
    let payload: Payload =
        serde_json::from_value(payload).context("the job's payload is no address")?;
    let fetcher = fetcher.ok_or(PageError::Fetch(FetchError::Off))?;
    // What was removed on request is not asked for either.
    store::redaction::refuse(&mut *pool.get().await?, &payload.url).await?;
    let known = store::addresses::validators(&mut *pool.get().await?, &payload.url).await?;
    let page = match fetcher.fetch_within(JOB_PATIENCE, &payload.url, &known).await {
        Ok(Fetched::Page(page)) => page,
        Ok(Fetched::NotModified { url }) => return Ok(Gave::NothingNew { url }),
        Err(error) => {
            let removal = error.removal();
            let (url, error) = (payload.url, PageError::Fetch(error));
            return match removal {
                Some(status) => Ok(Gave::Nothing { url, status, error }),
                None => Err(error.into()),
            };
        }
    };
    let meta = Meta {
        url: None,
        outlet: payload.outlet,
        title: payload.title,
        published: payload.published,
        authors: payload.authors,
        language: payload.language,
        charset: None,
    };
    let (url, validators) = (page.url.clone(), page.validators.clone());
    let ingested = tokio::task::spawn_blocking(move || read_page(&page, &meta))
        .await
        .context("the reader stopped on this page")??
        .or_as_heard(&payload.heard);
    let new = NewDocument {
        document: ingested.document,
        received: ingested.bytes,
        media_type: ingested.media_type.as_str().to_owned(),
    };
    Ok(Gave::Document { new: Box::new(new), url, validators })
}
