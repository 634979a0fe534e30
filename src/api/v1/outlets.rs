//! Outlets: the list and one of them.

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::dto::actor::Outlet;
use crate::api::dto::list::List;
use crate::api::etag;
use crate::api::extract::{NoQuery, PathId, Query};
use crate::api::openapi::{ListProblems, OneProblems};
use crate::api::params::{Cursor, Limit, Words, page};
use crate::api::problem::Problem;
use crate::app::App;
use crate::domain::OutletId;
use crate::domain::view::OutletFilter;
use crate::store;

/// Which outlets.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OutletsQuery {
    /// With these words in its name.
    #[param(value_type = Option<String>, max_length = 500)]
    q: Option<Words>,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
    /// Items of a page at most; 50 where not given.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200)]
    limit: Option<Limit>,
}

/// Outlets
///
/// Who published documents, by name.
#[utoipa::path(
    tag = "outlets",
    params(OutletsQuery),
    responses((status = 200, description = "One page.", body = List<Outlet>), ListProblems),
)]
#[get("/v1/outlets")]
pub async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    Query(query): Query<OutletsQuery>,
) -> Result<HttpResponse, Problem> {
    let filter = OutletFilter { q: query.q.map(|words| words.0) };
    let page = page(query.cursor, query.limit);
    let outlets = store::outlets::list(&mut *app.pool.get().await?, &filter, &page).await?;
    etag::json(&request, &List::<Outlet>::of(outlets))
}

/// One outlet
///
/// With how many documents are stored of it.
#[utoipa::path(
    tag = "outlets",
    params(("id" = uuid::Uuid, Path, description = "Id of the outlet.")),
    responses(
        (status = 200, description = "The outlet.", body = Outlet),
        (status = 304, description = "It is as `if-none-match` says."),
        OneProblems,
    ),
)]
#[get("/v1/outlets/{id}")]
pub async fn one(
    app: web::Data<App>,
    request: HttpRequest,
    PathId(id): PathId<OutletId>,
    _: Query<NoQuery>,
) -> Result<HttpResponse, Problem> {
    let outlet = store::outlets::find(&mut *app.pool.get().await?, id)
        .await
        .map_err(|error| Problem::of_one("outlet", id, error))?;
    etag::json(&request, &Outlet::from(outlet))
}
