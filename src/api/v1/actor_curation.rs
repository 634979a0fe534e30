//! What people say of actors: that two are one, and that two are not.

use actix_web::{HttpRequest, HttpResponse, post, web};
use chrono::{DateTime, Utc};

use super::curation::asked;
use super::merging::{self, Mergeable};
use crate::api::dto::actor::ActorMerge;
use crate::api::dto::curation::{ActorMerging, ActorMoved, ActorSplitting};
use crate::api::extract::{NoQuery, PathId, Query, Unread};
use crate::api::moved;
use crate::api::openapi::ActorCurationProblems;
use crate::api::problem::Problem;
use crate::app::App;
use crate::domain::view::ActorMergeView;
use crate::domain::{ActorId, ActorMergeId};
use crate::store::audit::Request;
use crate::store::{Connection, Error, actor_merges};

/// Actors, which are merged and split.
struct Actors;

impl Mergeable for Actors {
    const NOUN: &'static str = "actor";
    type Id = ActorId;
    type MergeId = ActorMergeId;
    type View = ActorMergeView;
    type Body = ActorMerge;

    async fn merge(
        connection: &mut Connection,
        id: ActorId,
        into: ActorId,
        request: Request<'_>,
    ) -> Result<ActorMergeView, Error> {
        actor_merges::merge(connection, id, into, request).await
    }

    async fn split(
        connection: &mut Connection,
        id: ActorId,
        undone: ActorMergeId,
        request: Request<'_>,
    ) -> Result<ActorMergeView, Error> {
        actor_merges::split(connection, id, undone, request).await
    }
}

/// What answers for a merged actor: the same resource of the one that it was merged into, as it was at
/// `as_of`. `None` for an actor that stands by itself.
pub(in crate::api) async fn moved(
    connection: &Connection,
    request: &HttpRequest,
    id: ActorId,
    as_of: Option<DateTime<Utc>>,
) -> Result<Option<HttpResponse>, Problem> {
    let Some(survivor) = actor_merges::survivor(connection, id, as_of).await? else {
        return Ok(None);
    };
    let body = |location| ActorMoved { id: id.0, merged_into: survivor.0, location };
    Ok(Some(moved::to(request, survivor, body)))
}

/// Merge an actor into another
///
/// Says that the two are one. The other one answers for both from now on: its names, statements, claims
/// and denials are those of both, wherever one of them stood. Requests for the merged actor are
/// redirected to it; nothing is deleted, `as_of` before the merge answers as it was, and `:split` undoes
/// it. Said again it changes nothing.
#[utoipa::path(
    tag = "actors",
    params(("id" = uuid::Uuid, Path, description = "Id of the actor that is merged.")),
    request_body = ActorMerging,
    responses((status = 200, description = "The merge.", body = ActorMerge), ActorCurationProblems),
)]
#[post("/v1/actors/{id}:merge")]
pub async fn merge(
    app: web::Data<App>,
    PathId(id): PathId<ActorId>,
    _: Query<NoQuery>,
    body: Unread,
) -> Result<HttpResponse, Problem> {
    let asked: ActorMerging = asked(body).await?;
    let request = Request { by: asked.by.trim(), reason: asked.reason.trim() };
    merging::merge::<Actors>(&app, id, asked.into, request).await
}

/// Split a merged actor off
///
/// Undoes a merge: the merged actor stands by itself again with all that documents say of it by its own
/// names, also what came in since, and with those that had been merged into it before. Said again it
/// changes nothing.
#[utoipa::path(
    tag = "actors",
    params(("id" = uuid::Uuid, Path, description = "Id of the merged actor or of the one that answers for it.")),
    request_body = ActorSplitting,
    responses((status = 200, description = "The merge, undone.", body = ActorMerge), ActorCurationProblems),
)]
#[post("/v1/actors/{id}:split")]
pub async fn split(
    app: web::Data<App>,
    PathId(id): PathId<ActorId>,
    _: Query<NoQuery>,
    body: Unread,
) -> Result<HttpResponse, Problem> {
    let asked: ActorSplitting = asked(body).await?;
    let request = Request { by: asked.by.trim(), reason: asked.reason.trim() };
    merging::split::<Actors>(&app, id, asked.merge, request).await
}
