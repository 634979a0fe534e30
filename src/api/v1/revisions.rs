//! The revisions of a document, one of them, and what changed between two.

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::dto::document::{Revision, RevisionDetail, RevisionDifference};
use crate::api::dto::list::List;
use crate::api::etag;
use crate::api::extract::{NoQuery, PathId, PathNumber, Query};
use crate::api::openapi::DocumentProblems;
use crate::api::params::Number;
use crate::api::problem::Problem;
use crate::app::App;
use crate::domain::DocumentId;
use crate::domain::view::Page;
use crate::pipeline::comparison;
use crate::store;

/// The revisions of a document
///
/// All of them, oldest first.
#[utoipa::path(
    tag = "documents",
    params(("id" = uuid::Uuid, Path, description = "Id of the document.")),
    responses((status = 200, description = "The revisions.", body = List<Revision>), DocumentProblems),
)]
#[get("/v1/documents/{id}/revisions")]
pub async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    PathId(id): PathId<DocumentId>,
    _: Query<NoQuery>,
) -> Result<HttpResponse, Problem> {
    let items = store::revisions::list(&mut *app.pool.get().await?, id)
        .await
        .map_err(|error| Problem::of_one("document", id, error))?;
    etag::json(&request, &List::<Revision>::of(Page { items, next: None }))
}

/// One revision of a document
///
/// With its words: what spans of older revisions point into.
#[utoipa::path(
    tag = "documents",
    params(
        ("id" = uuid::Uuid, Path, description = "Id of the document."),
        ("number" = i32, Path, description = "Number of the revision, counted from 1.", minimum = 1),
    ),
    responses(
        (status = 200, description = "The revision.", body = RevisionDetail),
        DocumentProblems,
    ),
)]
#[get("/v1/documents/{id}/revisions/{number}")]
pub async fn one(
    app: web::Data<App>,
    request: HttpRequest,
    PathId(id): PathId<DocumentId>,
    PathNumber(number): PathNumber,
    _: Query<NoQuery>,
) -> Result<HttpResponse, Problem> {
    let (revision, words) =
        store::revisions::find(&mut *app.pool.get().await?, id, number)
            .await
            .map_err(|error| Problem::of_one("document with this revision", id, error))?;
    etag::json(&request, &RevisionDetail { revision: revision.into(), text: words.text })
}

/// Which two revisions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DifferenceQuery {
    /// Number of the earlier revision.
    #[param(value_type = i32, minimum = 1, example = 1)]
    from: Number,
    /// Number of the later revision.
    #[param(value_type = i32, minimum = 1, example = 2)]
    to: Number,
}

/// What changed between two revisions
///
/// In the headline and the text, sentence by sentence, and in the claims and rebuttals that stand in
/// them. `before` and `after` are places in the words of `from` and `to`.
#[utoipa::path(
    tag = "documents",
    params(("id" = uuid::Uuid, Path, description = "Id of the document."), DifferenceQuery),
    responses(
        (status = 200, description = "The difference.", body = RevisionDifference),
        DocumentProblems,
    ),
)]
#[get("/v1/documents/{id}/difference")]
pub async fn difference(
    app: web::Data<App>,
    request: HttpRequest,
    PathId(id): PathId<DocumentId>,
    Query(query): Query<DifferenceQuery>,
) -> Result<HttpResponse, Problem> {
    let mut connection = app.pool.get().await?;
    let (from, to) = (query.from.0, query.to.0);
    let difference =
        store::revisions::difference(&mut connection, id, from, to, comparison::compare)
            .await
            .map_err(|error| Problem::of_one("document with both revisions", id, error))?;
    etag::json(&request, &RevisionDifference::from(difference))
}
