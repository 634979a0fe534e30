//! `GET /documents/{id}`: the words of a document with what stands in them.

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::shown;
use crate::api::extract::{PathId, Query};
use crate::api::openapi::DocumentProblems;
use crate::api::params::{Number, filled};
use crate::api::problem::{Problem, ProblemKind};
use crate::api::v1::documents::moved;
use crate::app::App;
use crate::dashboard;
use crate::dashboard::document::page;
use crate::domain::DocumentId;
use crate::store;

/// Which revision. An empty parameter is as if it were not there.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DocumentQuery {
    /// Number of the revision, counted from 1; the live one where not given.
    #[serde(default, deserialize_with = "filled")]
    #[param(value_type = Option<i32>, minimum = 1)]
    revision: Option<Number>,
}

/// The page of a document
///
/// Its words with the claims and denials marked where they stand. `#text-12-45` is the place from
/// code point 12 to 45 of the text, `#title-0-9` of the title.
#[utoipa::path(
    tag = "pages",
    params(("id" = uuid::Uuid, Path, description = "Id of the document."), DocumentQuery),
    responses(
        (status = 200, description = "A page.", content_type = "text/html"),
        (status = 304, description = "It is the one that `if-none-match` names."),
        (status = 308, description = "It turned out to be another document, which has the page."),
        DocumentProblems,
    ),
)]
#[get("/documents/{id}")]
pub async fn document(
    app: web::Data<App>,
    request: HttpRequest,
    PathId(id): PathId<DocumentId>,
    Query(query): Query<DocumentQuery>,
) -> Result<HttpResponse, Problem> {
    let number = query.revision.map(|number| number.0);
    let mut connection = app.pool.get().await?;
    if let Some(moved) = moved(&connection, &request, id).await? {
        return Ok(moved);
    }
    let page = page(&mut connection, id, number).await.map_err(|error| match (error, number) {
        (dashboard::Error::Store(store::Error::NotFound), Some(number)) => Problem::new(
            ProblemKind::NotFound,
            format!("No document has the id {id}, or it has no revision {number}."),
        ),
        (dashboard::Error::Store(error), _) => Problem::of_one("document", id, error),
        (other, _) => other.into(),
    })?;
    Ok(shown(&request, page))
}
