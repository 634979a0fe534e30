//! `GET /actors/{id}`: one actor and what it has to do with claims.

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::shown;
use crate::api::extract::{PathId, Query};
use crate::api::openapi::OneProblems;
use crate::api::params::{Time, filled};
use crate::api::problem::Problem;
use crate::api::v1::actor_curation::moved;
use crate::app::App;
use crate::dashboard;
use crate::dashboard::actor::page;
use crate::domain::ActorId;

/// As known when. An empty parameter is as if it were not there.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ActorQuery {
    /// As it was known at this time.
    #[serde(default, deserialize_with = "filled")]
    #[param(value_type = Option<String>, example = "2026-03-02T12:00:00Z")]
    as_of: Option<Time>,
}

/// The page of an actor
///
/// Its names and offices with their evidence, what it claims, denies and is denied, and where it speaks
/// against itself.
#[utoipa::path(
    tag = "pages",
    params(("id" = uuid::Uuid, Path, description = "Id of the actor."), ActorQuery),
    responses(
        (status = 200, description = "A page.", content_type = "text/html"),
        (status = 304, description = "It is the one that `if-none-match` names."),
        (status = 308, description = "It was merged into another actor, whose page that is."),
        OneProblems,
    ),
)]
#[get("/actors/{id}")]
pub async fn actor(
    app: web::Data<App>,
    request: HttpRequest,
    PathId(id): PathId<ActorId>,
    Query(query): Query<ActorQuery>,
) -> Result<HttpResponse, Problem> {
    let as_of = query.as_of.map(|time| time.0);
    let mut connection = app.pool.get().await?;
    if let Some(moved) = moved(&connection, &request, id, as_of).await? {
        return Ok(moved);
    }
    let page = page(&mut connection, id, as_of).await.map_err(|error| match error {
        dashboard::Error::Store(error) => Problem::of_one("actor", id, error),
        other => other.into(),
    })?;
    Ok(shown(&request, page))
}
