//! Removing a document's text on request.

use actix_web::{HttpResponse, post, web};

use crate::api::dto::document::{NewRedaction, Tombstone};
use crate::api::extract::{NoQuery, PathId, Query, Unread, parse_json};
use crate::api::openapi::RedactionProblems;
use crate::api::problem::Problem;
use crate::app::App;
use crate::domain::DocumentId;
use crate::store;
use crate::store::redaction::Request;

/// Bytes of a request's body at most.
const MAX_BODY: usize = 16 * 1024;

/// Redact a document
///
/// Removes its text from every state of the database, past ones too, with all that was extracted from
/// it, its addresses, and jobs that carry it. Claims that stand in other documents too stay and are
/// judged anew. What is left is a tombstone: the id, when, by whom and why; afterwards the document is
/// answered with 410, and so is a post of its address. Asked again, it changes nothing.
#[utoipa::path(
    tag = "documents",
    params(("id" = uuid::Uuid, Path, description = "Id of the document.")),
    request_body = NewRedaction,
    responses((status = 200, description = "It is gone.", body = Tombstone), RedactionProblems),
)]
#[post("/v1/documents/{id}:redact")]
pub async fn redact(
    app: web::Data<App>,
    PathId(id): PathId<DocumentId>,
    _: Query<NoQuery>,
    body: Unread,
) -> Result<HttpResponse, Problem> {
    let body = body.read(&["application/json"], |_| MAX_BODY).await?;
    let asked: NewRedaction = parse_json(&body)?;
    let mut connection = app.pool.get().await?;
    let request = Request { by: asked.by.trim(), reason: asked.reason.trim() };
    let tombstone = store::transaction(&mut connection, async |connection| {
        store::redaction::redact(connection, id, request).await
    })
    .await
    .map_err(|error| Problem::of_one("document", id, error))?;
    Ok(HttpResponse::Ok().json(Tombstone::from(tombstone)))
}
