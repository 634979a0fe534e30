//! Statements: the list and one of them.

use actix_web::{HttpRequest, HttpResponse, get, web};

use crate::api::dto::list::List;
use crate::api::dto::statement::Statement;
use crate::api::etag;
use crate::api::extract::{NoQuery, PathId, Query};
use crate::api::openapi::{ListProblems, OneProblems};
use crate::api::params::{Words, filters};
use crate::api::problem::Problem;
use crate::app::App;
use crate::domain::view::StatementFilter;
use crate::domain::{DocumentId, StatementId};
use crate::store;

filters! {
    /// Which statements.
    StatementsQuery, StatementsFilters {
        /// In this document.
        #[param(value_type = Option<uuid::Uuid>)]
        document: Option<DocumentId>,
        /// By this speaker: an id or any of its names.
        #[param(value_type = Option<String>, max_length = 500)]
        speaker: Option<Words>,
        /// With these words in its contents.
        #[param(value_type = Option<String>, max_length = 500)]
        q: Option<Words>,
    }
}

impl StatementsFilters {
    /// What the store is asked for.
    pub(super) fn filter(self) -> StatementFilter {
        StatementFilter {
            document: self.document,
            speaker: self.speaker.and_then(Words::selector),
            q: self.q.map(|words| words.0),
        }
    }
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
    let (filters, page) = query.into_parts();
    let filter = filters.filter();
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
