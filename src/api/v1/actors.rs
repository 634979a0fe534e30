//! Actors: the list and one of them.

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::actor_curation::moved;
use crate::api::dto::actor::{Actor, ActorTrail, Naming};
use crate::api::dto::curation::ActorMoved;
use crate::api::dto::list::List;
use crate::api::dto::words;
use crate::api::etag;
use crate::api::extract::{PathId, Query};
use crate::api::openapi::{ListProblems, OneProblems};
use crate::api::params::{Cursor, Limit, Time, Words, page};
use crate::api::problem::Problem;
use crate::app::App;
use crate::domain::view::{ActorFilter, Page};
use crate::domain::{ActorId, ActorKind};
use crate::store;

/// Which actors.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ActorsQuery {
    /// With these words in one of its names.
    #[param(value_type = Option<String>, max_length = 500)]
    q: Option<Words>,
    /// Of this kind.
    #[param(value_type = Option<words::ActorKind>)]
    kind: Option<ActorKind>,
    /// As known at this time.
    #[param(value_type = Option<String>, example = "2026-03-02T12:00:00Z")]
    as_of: Option<Time>,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
    /// Items of a page at most; 50 where not given.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200)]
    limit: Option<Limit>,
}

/// Actors
///
/// Who speaks or is spoken of, by name.
#[utoipa::path(
    tag = "actors",
    params(ActorsQuery),
    responses((status = 200, description = "One page.", body = List<Actor>), ListProblems),
)]
#[get("/v1/actors")]
pub async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    Query(query): Query<ActorsQuery>,
) -> Result<HttpResponse, Problem> {
    let filter = ActorFilter {
        q: query.q.map(|words| words.0),
        kind: query.kind,
        as_of: query.as_of.map(|time| time.0),
    };
    let page = page(query.cursor, query.limit);
    let actors = store::actors::list(&mut *app.pool.get().await?, &filter, &page).await?;
    etag::json(&request, &List::<Actor>::of(actors))
}

/// One actor
///
/// With its names, whom it speaks for, and how often it claims and denies.
#[utoipa::path(
    tag = "actors",
    params(("id" = uuid::Uuid, Path, description = "Id of the actor."), AsOfQuery),
    responses(
        (status = 200, description = "The actor.", body = Actor),
        (status = 308, description = "It was merged into another one.", body = ActorMoved),
        (status = 304, description = "It is as `if-none-match` says."),
        OneProblems,
    ),
)]
#[get("/v1/actors/{id}")]
pub async fn one(
    app: web::Data<App>,
    request: HttpRequest,
    PathId(id): PathId<ActorId>,
    Query(query): Query<AsOfQuery>,
) -> Result<HttpResponse, Problem> {
    let as_of = query.as_of.map(|time| time.0);
    let mut connection = app.pool.get().await?;
    if let Some(moved) = moved(&connection, &request, id, as_of).await? {
        return Ok(moved);
    }
    let actor = store::actors::find(&mut connection, id, as_of)
        .await
        .map_err(|error| Problem::of_one("actor", id, error))?;
    etag::json(&request, &Actor::from(actor))
}

/// As known when.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AsOfQuery {
    /// As known at this time.
    #[param(value_type = Option<String>, example = "2026-03-02T12:00:00Z")]
    as_of: Option<Time>,
}

/// What an actor is called
///
/// Names, offices and states, in the order they were learned, each with the document and the words that
/// it was learned from, and the publications between which documents call it so. 1,000 at most.
#[utoipa::path(
    tag = "actors",
    params(("id" = uuid::Uuid, Path, description = "Id of the actor."), AsOfQuery),
    responses(
        (status = 200, description = "What it is called.", body = List<Naming>),
        (status = 308, description = "It was merged into another one.", body = ActorMoved),
        OneProblems,
    ),
)]
#[get("/v1/actors/{id}/names")]
pub async fn names(
    app: web::Data<App>,
    request: HttpRequest,
    PathId(id): PathId<ActorId>,
    Query(query): Query<AsOfQuery>,
) -> Result<HttpResponse, Problem> {
    let as_of = query.as_of.map(|time| time.0);
    let mut connection = app.pool.get().await?;
    if let Some(moved) = moved(&connection, &request, id, as_of).await? {
        return Ok(moved);
    }
    store::actors::find(&mut connection, id, as_of)
        .await
        .map_err(|error| Problem::of_one("actor", id, error))?;
    let items = store::namings::list(&mut connection, id, as_of).await?;
    etag::json(&request, &List::<Naming>::of(Page { items, next: None }))
}

/// What an actor has to do with claims
///
/// Claims that it asserts, denies, and asserts though others speak against them, and where it speaks against
/// itself: it denies what it asserts, or asserts what is linked as a contradiction of it. With what those
/// said that are merged with it.
#[utoipa::path(
    tag = "actors",
    params(("id" = uuid::Uuid, Path, description = "Id of the actor."), AsOfQuery),
    responses(
        (status = 200, description = "Its trail.", body = ActorTrail),
        (status = 304, description = "It is as `if-none-match` says."),
        (status = 308, description = "It was merged into another one.", body = ActorMoved),
        OneProblems,
    ),
)]
#[get("/v1/actors/{id}/trail")]
pub async fn trail(
    app: web::Data<App>,
    request: HttpRequest,
    PathId(id): PathId<ActorId>,
    Query(query): Query<AsOfQuery>,
) -> Result<HttpResponse, Problem> {
    let as_of = query.as_of.map(|time| time.0);
    let mut connection = app.pool.get().await?;
    if let Some(moved) = moved(&connection, &request, id, as_of).await? {
        return Ok(moved);
    }
    store::actors::find(&mut connection, id, as_of)
        .await
        .map_err(|error| Problem::of_one("actor", id, error))?;
    let trail = store::actor_trail::find(&mut connection, id, as_of).await?;
    etag::json(&request, &ActorTrail::from(trail))
}
