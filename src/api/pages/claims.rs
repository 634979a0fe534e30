//! `GET /claims/{id}`: one claim and its trail.

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::shown;
use crate::api::extract::{PathId, Query};
use crate::api::openapi::OneProblems;
use crate::api::params::{Cursor, Time, filled};
use crate::api::problem::{Problem, ProblemKind};
use crate::api::v1::curation::moved;
use crate::app::App;
use crate::dashboard;
use crate::dashboard::claim::{Asked, page};
use crate::domain::ClaimId;
use crate::store;

/// Which state and which part of the trail. Empty parameters are as if they were not there.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ClaimQuery {
    /// As it was known at this time.
    #[serde(default, deserialize_with = "filled")]
    #[param(value_type = Option<String>, example = "2026-03-02T12:00:00Z")]
    as_of: Option<Time>,
    /// Where the page of the trail begins, as a link of the page before has it.
    #[serde(default, deserialize_with = "filled")]
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// The page of a claim
///
/// Its status with the reasons, who claims and denies it, and its trail.
#[utoipa::path(
    tag = "pages",
    params(("id" = uuid::Uuid, Path, description = "Id of the claim."), ClaimQuery),
    responses(
        (status = 200, description = "A page.", content_type = "text/html"),
        (status = 304, description = "It is the one that `if-none-match` names."),
        (status = 308, description = "It was merged into another claim, whose page that is."),
        OneProblems,
    ),
)]
#[get("/claims/{id}")]
pub async fn claim(
    app: web::Data<App>,
    request: HttpRequest,
    PathId(id): PathId<ClaimId>,
    Query(query): Query<ClaimQuery>,
) -> Result<HttpResponse, Problem> {
    let asked = Asked {
        as_of: query.as_of.map(|time| time.0),
        cursor: query.cursor.map(|cursor| cursor.0),
    };
    let mut connection = app.pool.get().await?;
    if let Some(moved) = moved(&connection, &request, id, asked.as_of).await? {
        return Ok(moved);
    }
    let page = page(&mut connection, id, &asked).await.map_err(|error| match error {
        dashboard::Error::Store(store::Error::NotFound) if asked.as_of.is_some() => Problem::new(
            ProblemKind::NotFound,
            format!("No claim has the id {id}, or it was not known yet at that time."),
        ),
        dashboard::Error::Store(error) => Problem::of_one("claim", id, error),
        other => other.into(),
    })?;
    Ok(shown(&request, page))
}
