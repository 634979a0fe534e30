//! Feeds: following one or a list of them, the list, one of them, changing, polling and forgetting it.

mod write;

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;

pub use write::{add, change, import, poll, remove};

use crate::api::dto::feed::Feed;
use crate::api::dto::list::List;
use crate::api::dto::words;
use crate::api::etag;
use crate::api::extract::{NoQuery, PathId, Query};
use crate::api::openapi::{ListProblems, OneProblems};
use crate::api::params::{Cursor, Limit, page};
use crate::api::problem::Problem;
use crate::app::App;
use crate::domain::FeedId;
use crate::domain::view::{FeedFilter, FeedState};
use crate::store;

/// Which feeds.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FeedsQuery {
    /// Standing there.
    #[param(value_type = Option<words::FeedState>)]
    state: Option<FeedState>,
    /// Named by this index of sitemaps.
    #[param(value_type = Option<uuid::Uuid>)]
    parent: Option<FeedId>,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
    /// Items of a page at most; 50 where not given.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200)]
    limit: Option<Limit>,
}

/// Feeds
///
/// What documents are fetched from, first added first, each with what came of its last poll.
#[utoipa::path(
    tag = "feeds",
    params(FeedsQuery),
    responses((status = 200, description = "One page.", body = List<Feed>), ListProblems),
)]
#[get("/v1/feeds")]
pub async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    Query(query): Query<FeedsQuery>,
) -> Result<HttpResponse, Problem> {
    let filter = FeedFilter { state: query.state, parent: query.parent };
    let page = page(query.cursor, query.limit);
    let feeds = store::feeds::list(&mut *app.pool.get().await?, &filter, &page).await?;
    etag::json(&request, &List::<Feed>::of(feeds))
}

/// One feed
///
/// With what came of its last poll, and when the next is.
#[utoipa::path(
    tag = "feeds",
    params(("id" = uuid::Uuid, Path, description = "Id of the feed.")),
    responses(
        (status = 200, description = "The feed.", body = Feed),
        (status = 304, description = "It is as `if-none-match` says."),
        OneProblems,
    ),
)]
#[get("/v1/feeds/{id}")]
pub async fn one(
    app: web::Data<App>,
    request: HttpRequest,
    PathId(id): PathId<FeedId>,
    _: Query<NoQuery>,
) -> Result<HttpResponse, Problem> {
    let feed = store::feeds::find(&mut *app.pool.get().await?, id)
        .await
        .map_err(|error| Problem::of_one("feed", id, error))?;
    etag::json(&request, &Feed::from(feed))
}
