//! Reviews: importing them, the list, one of them and its block.

use actix_web::web::{self};
use actix_web::{HttpRequest, HttpResponse, get, post};
use serde::Deserialize;
use utoipa::IntoParams;

use super::incoming::longest_json;
use crate::api::dto::list::List;
use crate::api::dto::review::{ImportedBlock, Review, ReviewsImported};
use crate::api::dto::words;
use crate::api::etag;
use crate::api::extract::{PathId, Query, Unread};
use crate::api::openapi::{ListProblems, OneProblems, ReviewsProblems};
use crate::api::params::{Time, Words, filters, period};
use crate::api::problem::{Problem, ProblemKind};
use crate::app::App;
use crate::domain::view::ReviewFilter;
use crate::domain::{ClaimId, ReviewId, Verdict};
use crate::ingest;
use crate::ingest::review::{Context, Found};
use crate::jobs::import_reviews;
use crate::store;

const TYPES: [&str; 5] = [
    "application/ld+json",
    "application/json",
    "application/x-ndjson",
    "application/ndjson",
    "text/html",
];

filters! {
    /// Which reviews.
    ReviewsQuery, ReviewsFilters {
        /// With these words in the claim or the headline.
        #[param(value_type = Option<String>, max_length = 500)]
        q: Option<Words>,
        /// With this verdict.
        #[param(value_type = Option<words::Verdict>)]
        verdict: Option<Verdict>,
        /// Published by: an outlet's id, name or domain, or the publisher's name as published.
        #[param(value_type = Option<String>, max_length = 500)]
        publisher: Option<Words>,
        /// Of this claim.
        #[param(value_type = Option<uuid::Uuid>)]
        claim: Option<ClaimId>,
        /// In this language, BCP 47.
        #[param(value_type = Option<String>, max_length = 500)]
        language: Option<Words>,
        /// Published at this time or later.
        #[param(value_type = Option<String>, example = "2026-03-01")]
        from: Option<Time>,
        /// Published before this time.
        #[param(value_type = Option<String>, example = "2026-04-01T00:00:00Z")]
        to: Option<Time>,
        /// As it was known at this time.
        #[param(value_type = Option<String>, example = "2026-03-02T12:00:00Z")]
        as_of: Option<Time>,
    }
}

/// Where the blocks come from.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// The address of the page that the body is; completes addresses without their beginning, and
    /// stands for the review's where a block has none.
    #[param(max_length = 2048)]
    url: Option<String>,
}

/// As it was known at some time.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AsOf {
    /// As it was known at this time.
    #[param(value_type = Option<String>, example = "2026-03-02T12:00:00Z")]
    as_of: Option<Time>,
}

/// Import published fact-checks
///
/// The body is schema.org `ClaimReview` as it stands in the wild: one object, a list, a `@graph`, a Data
/// Commons feed or objects with the block in a field of theirs (JSON), one of these a line (NDJSON), or
/// a whole page, whose JSON-LD scripts are read, or else its microdata. Each block is stored in a
/// transaction of its own with the claim that it is of, which is a known one where the wording is the
/// same. One that is no `ClaimReview` is refused by its place and costs nothing but itself; the answer
/// tells for each review which parts could not be read. A review of `false` or `mostly_false` is a
/// rebuttal of its claim.
///
/// Importing again changes nothing. A changed block of the same address and claim supersedes the one
/// before; `as_of` answers what it said. A body may have as many bytes as a JSON document may; the
/// command `claimtrail import-reviews` reads longer files.
#[utoipa::path(
    tag = "reviews",
    params(ImportQuery),
    request_body(
        description = "The blocks.",
        content(
            (serde_json::Value = "application/ld+json"),
            (serde_json::Value = "application/json"),
            (String = "application/x-ndjson"),
            (String = "text/html"),
        ),
    ),
    responses(
        (status = 200, description = "What became of each block.", body = ReviewsImported),
        ReviewsProblems,
    ),
)]
#[post("/v1/reviews:import")]
pub async fn import(
    app: web::Data<App>,
    Query(query): Query<ImportQuery>,
    body: Unread,
) -> Result<HttpResponse, Problem> {
    let address = query.url.as_deref().map(ingest::parse_url).transpose();
    let address = address.map_err(|error| Problem::parameter("url", error.to_string()))?;
    let limit = longest_json(app.max_text_bytes);
    let body = body.read(&TYPES, |_| limit).await?;
    let slot = app.reading_slot().await.map_err(|_| {
        Problem::new(ProblemKind::Overloaded, "All processors are reading other texts.")
            .with_retry_after(10)
    })?;
    let context = Context { address, charset: body.charset.clone(), language: None };
    let found = web::block(move || {
        let _slot = slot;
        read(&body.media_type, &body.bytes, &context)
    })
    .await
    .map_err(|_| Problem::internal("reading reviews panicked"))??;
    let mut imported = ReviewsImported::default();
    for Found { place, outcome } in found {
        let block = match outcome {
            Err(refusal) => ImportedBlock::refused(place, refusal),
            Ok(review) => match import_reviews::store(&app.pool, &review).await {
                Ok(stored) => ImportedBlock::stored(place, stored, &review),
                Err(error @ store::Error::Conflict { .. }) => ImportedBlock::refused(place, error),
                Err(error) => return Err(error.into()),
            },
        };
        imported.add(block);
    }
    Ok(HttpResponse::Ok().json(imported))
}

fn read(media_type: &str, bytes: &[u8], context: &Context) -> Result<Vec<Found>, Problem> {
    if media_type == "text/html" {
        return ingest::review::from_html(bytes, context)
            .map_err(|error| Problem::field("", error.to_string()));
    }
    if context.charset.as_deref().is_some_and(|charset| charset != "utf-8") {
        return Err(Problem::new(ProblemKind::UnsupportedMediaType, "JSON is UTF-8."));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let detail = format!("Byte {} is not UTF-8.", error.valid_up_to());
        Problem::new(ProblemKind::MalformedBody, detail)
    })?;
    Ok(match media_type.ends_with("ndjson") {
        true => ingest::review::from_lines(text, context),
        false => ingest::review::from_json(text, context),
    })
}

/// Reviews
///
/// Published fact-checks, the last recorded first.
#[utoipa::path(
    tag = "reviews",
    params(ReviewsQuery),
    responses((status = 200, description = "One page.", body = List<Review>), ListProblems),
)]
#[get("/v1/reviews")]
pub async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    Query(query): Query<ReviewsQuery>,
) -> Result<HttpResponse, Problem> {
    let (filters, page) = query.into_parts();
    let (from, to) = period(filters.from, filters.to)?;
    let filter = ReviewFilter {
        q: filters.q.map(|words| words.0),
        verdict: filters.verdict,
        publisher: filters.publisher.and_then(Words::selector),
        claim: filters.claim,
        language: filters.language.map(|words| words.0),
        from,
        to,
        as_of: filters.as_of.map(|time| time.0),
    };
    let reviews = store::reviews::list(&mut *app.pool.get().await?, &filter, &page).await?;
    etag::json(&request, &List::<Review>::of(reviews))
}

/// One review
#[utoipa::path(
    tag = "reviews",
    params(("id" = uuid::Uuid, Path, description = "Id of the review."), AsOf),
    responses(
        (status = 200, description = "The review.", body = Review),
        (status = 304, description = "It is as `if-none-match` says."),
        OneProblems,
    ),
)]
#[get("/v1/reviews/{id}")]
pub async fn one(
    app: web::Data<App>,
    request: HttpRequest,
    PathId(id): PathId<ReviewId>,
    Query(query): Query<AsOf>,
) -> Result<HttpResponse, Problem> {
    let as_of = query.as_of.map(|time| time.0);
    let review = store::reviews::find(&mut *app.pool.get().await?, id, as_of)
        .await
        .map_err(|error| Problem::of_one("review", id, error))?;
    etag::json(&request, &Review::from(review))
}

/// A review's block
///
/// The `ClaimReview` as it came, byte for byte where it came as JSON.
#[utoipa::path(
    tag = "reviews",
    params(("id" = uuid::Uuid, Path, description = "Id of the review."), AsOf),
    responses(
        (status = 200, description = "The block.", body = serde_json::Value,
            content_type = "application/ld+json"),
        (status = 304, description = "It is as `if-none-match` says."),
        OneProblems,
    ),
)]
#[get("/v1/reviews/{id}/raw")]
pub async fn raw(
    app: web::Data<App>,
    request: HttpRequest,
    PathId(id): PathId<ReviewId>,
    Query(query): Query<AsOf>,
) -> Result<HttpResponse, Problem> {
    let as_of = query.as_of.map(|time| time.0);
    let raw = store::reviews::raw(&mut *app.pool.get().await?, id, as_of)
        .await
        .map_err(|error| Problem::of_one("review", id, error))?;
    let tag = etag::of_bytes(raw.as_bytes());
    Ok(etag::answer(&request, &tag, "application/ld+json", || raw.into_bytes()))
}
