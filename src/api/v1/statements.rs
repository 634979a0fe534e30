//! Statements: the list and one of them.

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::dto::list::List;
use crate::api::dto::statement::Statement;
use crate::api::etag;
use crate::api::extract::{NoQuery, PathId, Query};
use crate::api::openapi::{ListProblems, OneProblems};
use crate::api::params::{Cursor, Limit, Words, page};
use crate::api::problem::Problem;
use crate::app::App;
use crate::domain::view::StatementFilter;
use crate::domain::{DocumentId, StatementId};
use crate::store;

/// Which statements.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StatementsQuery {
    /// In this document.
    #[param(value_type = Option<uuid::Uuid>)]
    document: Option<DocumentId>,
    /// By this speaker: an id or any of its names.
    #[param(value_type = Option<String>, max_length = 500)]
    speaker: Option<Words>,
    /// With these words in its contents.
    #[param(value_type = Option<String>, max_length = 500)]
    q: Option<Words>,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
    /// Items of a page at most; 50 where not given.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200)]
    limit: Option<Limit>,
}

/// Statements
///
/// Attributions: source said (cue) that contents.
#[utoipa::path(
    tag = "statements",
    params(StatementsQuery),
    responses((status = 200, description = "One page.", body = List<Statement>), ListProblems),
)]
#[get("/v1/statements")]
pub async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    Query(query): Query<StatementsQuery>,
) -> Result<HttpResponse, Problem> {
    let filter = StatementFilter {
        document: query.document,
        speaker: query.speaker.and_then(Words::selector),
        q: query.q.map(|words| words.0),
    };
    let page = page(query.cursor, query.limit);
    let statements = store::statements::list(&mut *app.pool.get().await?, &filter, &page).await?;
    etag::json(&request, &List::<Statement>::of(statements))
}

/// One statement
///
/// With the words it stands on.
#[utoipa::path(
    tag = "statements",
    params(("id" = uuid::Uuid, Path, description = "Id of the statement.")),
    responses(
        (status = 200, description = "The statement.", body = Statement),
        (status = 304, description = "It is as `if-none-match` says."),
        OneProblems,
    ),
)]
#[get("/v1/statements/{id}")]
pub async fn one(
    app: web::Data<App>,
    request: HttpRequest,
    PathId(id): PathId<StatementId>,
    _: Query<NoQuery>,
) -> Result<HttpResponse, Problem> {
    let statement = store::statements::find(&mut *app.pool.get().await?, id)
        .await
        .map_err(|error| Problem::of_one("statement", id, error))?;
    etag::json(&request, &Statement::from(statement))
}
