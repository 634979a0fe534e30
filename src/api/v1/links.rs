//! Links: claims that have to do with each other, and what people think of them.

use actix_web::{HttpRequest, HttpResponse, get, post, web};

use crate::api::dto::link::{Link, LinkJudgement};
use crate::api::dto::list::List;
use crate::api::dto::words;
use crate::api::etag;
use crate::api::extract::{NoQuery, PathId, Query, Unread, parse_json};
use crate::api::openapi::{ChangeProblems, ListProblems, OneProblems};
use crate::api::params::{Time, filters};
use crate::api::problem::Problem;
use crate::app::App;
use crate::domain::view::LinkFilter;
use crate::domain::{ClaimId, LinkId, LinkKind, LinkState};
use crate::store::audit::Request;
use crate::store::{self, links};

/// Bytes of a judgement at most.
const MAX_BODY: usize = 16 * 1024;

filters! {
    /// Which links.
    LinksQuery, LinksFilters {
        /// Of this state; `suggested` are those that wait for a person.
        #[param(value_type = Option<words::LinkState>)]
        state: Option<LinkState>,
        /// Of this kind.
        #[param(value_type = Option<words::LinkKind>)]
        kind: Option<LinkKind>,
        /// Of this claim.
        #[param(value_type = Option<uuid::Uuid>)]
        claim: Option<ClaimId>,
        /// As judged at this time.
        #[param(value_type = Option<String>, example = "2026-03-02T12:00:00Z")]
        as_of: Option<Time>,
    }
}

/// Links between claims
///
/// Claims that say the same in other words, and claims that contradict each other, found as they
/// come in. Links of claims that no document carries are left out.
#[utoipa::path(
    tag = "claims",
    params(LinksQuery),
    responses((status = 200, description = "One page.", body = List<Link>), ListProblems),
)]
#[get("/v1/links")]
pub async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    Query(query): Query<LinksQuery>,
) -> Result<HttpResponse, Problem> {
    let (filters, page) = query.into_parts();
    let LinksFilters { state, kind, claim, as_of } = filters;
    let filter = LinkFilter { state, kind, claim, as_of: as_of.map(|time| time.0) };
    let links = links::list(&mut *app.pool.get().await?, &filter, &page).await?;
    etag::json(&request, &List::<Link>::of(links))
}

/// One link
#[utoipa::path(
    tag = "claims",
    params(("id" = uuid::Uuid, Path, description = "Id of the link.")),
    responses(
        (status = 200, description = "The link as it is judged now.", body = Link),
        (status = 304, description = "It is as `if-none-match` says."),
        OneProblems,
    ),
)]
#[get("/v1/links/{id}")]
pub async fn one(
    app: web::Data<App>,
    request: HttpRequest,
    PathId(id): PathId<LinkId>,
    _: Query<NoQuery>,
) -> Result<HttpResponse, Problem> {
    let connection = app.pool.get().await?;
    let link =
        links::find(&connection, id).await.map_err(|error| Problem::of_one("link", id, error))?;
    etag::json(&request, &Link::from(link))
}

/// Confirm a link
///
/// Says that it holds, as the kind it has or the one given. It stays so, whatever a newer matching
/// thinks, and stands in the audit log. Two claims that say the same are merged, the younger into the
/// older, and stay so until the link is rejected or the merge split.
#[utoipa::path(
    tag = "claims",
    params(("id" = uuid::Uuid, Path, description = "Id of the link.")),
    request_body = LinkJudgement,
    responses((status = 200, description = "The link as it is now.", body = Link), ChangeProblems),
)]
#[post("/v1/links/{id}:confirm")]
pub async fn confirm(
    app: web::Data<App>,
    PathId(id): PathId<LinkId>,
    _: Query<NoQuery>,
    body: Unread,
) -> Result<HttpResponse, Problem> {
    judge(&app, id, body, LinkState::Confirmed).await
}

/// Reject a link
///
/// Says that it does not hold. It is never suggested again, and stands in the audit log; a merge that
/// it led to is undone.
#[utoipa::path(
    tag = "claims",
    params(("id" = uuid::Uuid, Path, description = "Id of the link.")),
    request_body = LinkJudgement,
    responses((status = 200, description = "The link as it is now.", body = Link), ChangeProblems),
)]
#[post("/v1/links/{id}:reject")]
pub async fn reject(
    app: web::Data<App>,
    PathId(id): PathId<LinkId>,
    _: Query<NoQuery>,
    body: Unread,
) -> Result<HttpResponse, Problem> {
    judge(&app, id, body, LinkState::Rejected).await
}

async fn judge(
    app: &App,
    id: LinkId,
    body: Unread,
    state: LinkState,
) -> Result<HttpResponse, Problem> {
    let body = body.read(&["application/json"], |_| MAX_BODY).await?;
    let asked: LinkJudgement = parse_json(&body)?;
    let request = Request { by: asked.by.trim(), reason: asked.reason.trim() };
    let mut connection = app.pool.get().await?;
    let link = store::transaction(&mut connection, async |connection| {
        links::judge(connection, id, state, asked.kind, request).await
    })
    .await
    .map_err(|error| Problem::of_one("link", id, error))?;
    Ok(HttpResponse::Ok().json(Link::from(link)))
}
