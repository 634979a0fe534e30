//! Documents: posting one, the list, one of them, its statements.

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::incoming::{Incoming, MetaQuery, NotFetched, fetch_failed};
use crate::api::dto::document::{Document, DocumentDetail, DocumentMoved, StoredAnswer};
use crate::api::dto::extraction::ExtractionAnswer;
use crate::api::dto::job::Job;
use crate::api::dto::list::List;
use crate::api::dto::new_document::NewDocument;
use crate::api::dto::statement::Statement;
use crate::api::etag;
use crate::api::extract::{NoQuery, PathId, Query, Request, Unread};
use crate::api::moved;
use crate::api::openapi::{DocumentProblems, ListProblems, StoringProblems};
use crate::api::params::{Cursor, Flag, Limit, Time, Words, page, period};
use crate::api::problem::Problem;
use crate::app::App;
use crate::domain::view::{DocumentFilter, StatementFilter, StoreOutcome};
use crate::domain::{DocumentId, RequestId};
use crate::ingest::Ingested;
use crate::jobs::{extract_document, fetch_document};
use crate::metrics::metrics;
use crate::store::{self, Connection, writing};

/// How to store a document, and what is known of one that is the body itself.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PostQuery {
    /// Whether to answer only when the document is read and stored; else a job does it.
    #[param(value_type = Option<bool>)]
    wait: Option<Flag>,
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

/// Store a document
///
/// Reads one text or page and stores it with all that it says. Two posts with one address are two
/// revisions of one document; without an address the words tell one document from another. The same
/// words again change nothing, so a post may be repeated safely. An address alone is fetched: by a job,
/// which tries again what may pass, or at once with `wait`. Where the canonical address of a known
/// document answers 404 or 410, the outcome is `removed`: the document stays and says since when.
#[utoipa::path(
    tag = "documents",
    params(PostQuery),
    request_body(
        description = "The words, and what is known of them.",
        content(
            (NewDocument = "application/json"),
            (String = "text/plain"),
            (String = "text/html"),
        ),
    ),
    responses(
        (status = 201, description = "With `wait`: a new document; `location` has its address.",
            body = StoredAnswer),
        (status = 200, description = "With `wait`: a new revision of a known document, nothing new, or that its page was removed.",
            body = StoredAnswer),
        (status = 202, description = "Without `wait`: a job has it; `location` has the job's address.",
            body = Job),
        StoringProblems,
    ),
)]
#[post("/v1/documents")]
pub async fn post(
    app: web::Data<App>,
    Query(query): Query<PostQuery>,
    Request(request): Request,
    body: Unread,
) -> Result<HttpResponse, Problem> {
    let wait = query.wait.is_some_and(|wait| wait.0);
    let meta = MetaQuery {
        title: query.title,
        url: query.url,
        outlet: query.outlet,
        published_at: query.published_at,
        language: query.language,
    };
    let incoming = Incoming::read(body, meta, &app).await?;
    if wait { store_now(&app, incoming).await } else { queue(&app, incoming, request).await }
}

async fn store_now(app: &App, mut incoming: Incoming) -> Result<HttpResponse, Problem> {
    if let Some(url) = incoming.url() {
        store::redaction::refuse(&mut *app.pool.get().await?, url).await?;
    }
    let fetched = match incoming.fetch(app).await {
        Ok(fetched) => fetched,
        Err(failed) => return keep_removal(app, &failed).await,
    };
    let (ingested, extraction) = incoming.extract_when_free(app).await?;
    let new = received(ingested);
    let mut connection = app.pool.get().await?;
    let stored = store::transaction(&mut connection, async |connection| {
        let stored = extract_document::store(connection, &new, &extraction).await?;
        if fetched {
            writing::record_presence(connection, stored.document).await?;
        }
        Ok(stored)
    })
    .await?;
    let (id, outcome) = (stored.document.0, stored.outcome);
    metrics().stored(outcome);
    let mut answer = ExtractionAnswer::new(&new.document, &extraction);
    answer.document.id = Some(id);
    let answer = StoredAnswer { stored: stored.into(), extraction: Some(answer) };
    Ok(match outcome {
        StoreOutcome::Created => HttpResponse::Created()
            .insert_header((LOCATION, format!("/v1/documents/{id}")))
            .json(answer),
        _ => HttpResponse::Ok().json(answer),
    })
}

/// An address that gives no page: what is told of the document that stood there, or the problem where
/// none did.
async fn keep_removal(app: &App, failed: &NotFetched) -> Result<HttpResponse, Problem> {
    let removed = match failed.error.removal() {
        Some(status) => {
            let mut connection = app.pool.get().await?;
            store::transaction(&mut connection, async |connection| {
                writing::record_removal(connection, &failed.url, status).await
            })
            .await?
        }
        None => None,
    };
    let stored = removed.ok_or_else(|| fetch_failed(&failed.error))?;
    metrics().stored(stored.outcome);
    Ok(HttpResponse::Ok().json(StoredAnswer { stored: stored.into(), extraction: None }))
}

async fn queue(app: &App, incoming: Incoming, request: RequestId) -> Result<HttpResponse, Problem> {
    let request = Some(request);
    let mut connection;
    let id = match incoming.address(app)? {
        Some(meta) => {
            connection = app.pool.get().await?;
            if let Some(url) = &meta.url {
                store::redaction::refuse(&mut connection, url).await?;
            }
            fetch_document::enqueue(&mut connection, meta, request).await?
        }
        None => {
            let new = received(incoming.ingest_when_free(app).await?);
            connection = app.pool.get().await?;
            writing::refuse_redacted(&mut connection, &new.document).await?;
            extract_document::enqueue(&mut connection, &new, request).await?
        }
    };
    let job = store::jobs::find(&mut connection, id).await?;
    Ok(HttpResponse::Accepted()
        .insert_header((LOCATION, format!("/v1/jobs/{id}")))
        .json(Job::from(job)))
}

pub(super) fn received(ingested: Ingested) -> extract_document::NewDocument {
    extract_document::NewDocument {
        document: ingested.document,
        received: ingested.bytes,
        media_type: ingested.media_type.as_str().to_owned(),
    }
}

/// Which documents.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DocumentsQuery {
    /// With these words in title or text; a `"quoted phrase"`, `or` and `-without` are understood.
    #[param(value_type = Option<String>, max_length = 500)]
    q: Option<Words>,
    /// Published by this outlet: an id, a name or a domain.
    #[param(value_type = Option<String>, max_length = 500)]
    outlet: Option<Words>,
    /// In this language, BCP 47.
    #[param(value_type = Option<String>, max_length = 500)]
    language: Option<Words>,
    /// At this address, canonical or not.
    #[param(value_type = Option<String>, max_length = 2048)]
    url: Option<String>,
    /// Published at this time or later.
    #[param(value_type = Option<String>, example = "2026-03-01")]
    from: Option<Time>,
    /// Published before this time.
    #[param(value_type = Option<String>, example = "2026-04-01T00:00:00Z")]
    to: Option<Time>,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
    /// Items of a page at most; 50 where not given.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200)]
    limit: Option<Limit>,
}

/// Documents
///
/// Each with its live revision and how much stands in it, last recorded first.
#[utoipa::path(
    tag = "documents",
    params(DocumentsQuery),
    responses((status = 200, description = "One page.", body = List<Document>), ListProblems),
)]
#[get("/v1/documents")]
pub async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    Query(query): Query<DocumentsQuery>,
) -> Result<HttpResponse, Problem> {
    let (from, to) = period(query.from, query.to)?;
    let filter = DocumentFilter {
        outlet: query.outlet.and_then(Words::selector),
        language: query.language.map(|words| words.0),
        url: query.url,
        q: query.q.map(|words| words.0),
        from,
        to,
    };
    let page = page(query.cursor, query.limit);
    let documents = store::documents::list(&mut *app.pool.get().await?, &filter, &page).await?;
    etag::json(&request, &List::<Document>::of(documents))
}

/// What answers for a merged document: the same resource of the one that it turned out to be. `None` for
/// a document that stands by itself.
pub(in crate::api) async fn moved(
    connection: &Connection,
    request: &HttpRequest,
    id: DocumentId,
) -> Result<Option<HttpResponse>, Problem> {
    let Some(survivor) = store::documents::survivor(connection, id).await? else {
        return Ok(None);
    };
    let body = |location| DocumentMoved { id: id.0, merged_into: survivor.0, location };
    Ok(Some(moved::to(request, survivor, body)))
}

/// One document
///
/// With its words, its revisions, and what the extractor noted.
#[utoipa::path(
    tag = "documents",
    params(("id" = uuid::Uuid, Path, description = "Id of the document.")),
    responses(
        (status = 200, description = "The document.", body = DocumentDetail),
        (status = 304, description = "It is as `if-none-match` says."),
        (status = 308, description = "It turned out to be another document, which answers for it.", body = DocumentMoved),
        DocumentProblems,
    ),
)]
#[get("/v1/documents/{id}")]
pub async fn one(
    app: web::Data<App>,
    request: HttpRequest,
    PathId(id): PathId<DocumentId>,
    _: Query<NoQuery>,
) -> Result<HttpResponse, Problem> {
    let mut connection = app.pool.get().await?;
    if let Some(moved) = moved(&connection, &request, id).await? {
        return Ok(moved);
    }
    let document = store::documents::find(&mut connection, id)
        .await
        .map_err(|error| Problem::of_one("document", id, error))?;
    etag::json(&request, &DocumentDetail::from(document))
}

/// Which page of a list without filters.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
    /// Items of a page at most; 50 where not given.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200)]
    limit: Option<Limit>,
}

/// The statements of a document
///
/// Of its live revision.
#[utoipa::path(
    tag = "documents",
    params(("id" = uuid::Uuid, Path, description = "Id of the document."), PageQuery),
    responses(
        (status = 200, description = "One page.", body = List<Statement>),
        (status = 308, description = "It turned out to be another document, which answers for it.", body = DocumentMoved),
        DocumentProblems,
    ),
)]
#[get("/v1/documents/{id}/statements")]
pub async fn statements(
    app: web::Data<App>,
    request: HttpRequest,
    PathId(id): PathId<DocumentId>,
    Query(query): Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let filter = StatementFilter { document: Some(id), ..StatementFilter::default() };
    let page = page(query.cursor, query.limit);
    let mut connection = app.pool.get().await?;
    if let Some(moved) = moved(&connection, &request, id).await? {
        return Ok(moved);
    }
    store::revisions::list(&mut connection, id)
        .await
        .map_err(|error| Problem::of_one("document", id, error))?;
    let statements = store::statements::list(&mut connection, &filter, &page).await?;
    etag::json(&request, &List::<Statement>::of(statements))
}
