//! `POST /v1/extract`: text or HTML in, the extraction out; nothing is stored.

use actix_web::{HttpResponse, post, web};

use super::incoming::{Incoming, MetaQuery};
use crate::api::dto::extraction::ExtractionAnswer;
use crate::api::dto::new_document::NewDocument;
use crate::api::extract::{Query, Unread};
use crate::api::openapi::ReadingProblems;
use crate::api::problem::Problem;
use crate::app::App;

/// Extract claims and denials
///
/// Reads one text or page and answers all that it says, with the characters it stands on. Nothing
/// is stored, and the same words get the same answer. An address alone is fetched first. A `text/plain` body's first line is its
/// title where an empty line follows.
#[utoipa::path(
    tag = "extraction",
    params(MetaQuery),
    request_body(
        description = "The words, and what is known of them.",
        content(
            (NewDocument = "application/json"),
            (String = "text/plain"),
            (String = "text/html"),
        ),
    ),
    responses(
        (status = 200, description = "What the text says.", body = ExtractionAnswer),
        ReadingProblems,
    ),
)]
#[post("/v1/extract")]
pub async fn extract(
    app: web::Data<App>,
    query: Query<MetaQuery>,
    body: Unread,
) -> Result<HttpResponse, Problem> {
    let (ingested, extraction) =
        Incoming::read(body, query.0, &app).await?.extract_when_free(&app).await?;
    Ok(HttpResponse::Ok().json(ExtractionAnswer::new(&ingested.document, &extraction)))
}
