//! Following, importing, changing, polling and forgetting feeds.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, delete, patch, post, web};

use crate::api::dto::feed::{Feed, FeedAdded, FeedChange, FeedsImported, NewFeed};
use crate::api::dto::job::Job;
use crate::api::extract::{NoQuery, PathId, Query, Request, Unread, parse_json};
use crate::api::openapi::{
    AddFeedProblems, ChangeProblems, ImportProblems, PollProblems, RemoveProblems,
};
use crate::api::params::Time;
use crate::api::problem::{Problem, ProblemKind};
use crate::api::v1::incoming::FIELDS_ROOM;
use crate::app::App;
use crate::domain::FeedId;
use crate::domain::view::{self, DEFAULT_FEED_INTERVAL, FeedState};
use crate::ingest;
use crate::jobs::add_feed::{self, Wanted};
use crate::jobs::poll_feed;
use crate::store;

/// Bytes of an imported list at most.
const LONGEST_LIST: usize = 5 << 20;

/// Follow a feed
///
/// The address may be a feed's (RSS, Atom, JSON Feed, a sitemap or an index of sitemaps) or a page's:
/// then the first feed that the page names is followed, or else a sitemap of its site, and the other
/// feeds are told. The feed is looked at before it is added, and polled by a job afterwards. What it
/// names is fetched page by page; a text that stands in the feed is not taken for the article.
#[utoipa::path(
    tag = "feeds",
    request_body(content = NewFeed, content_type = "application/json"),
    responses(
        (status = 201, description = "It is followed now; `location` has its address.",
            body = FeedAdded),
        (status = 200, description = "It was followed before, and is as it was.", body = FeedAdded),
        AddFeedProblems,
    ),
)]
#[post("/v1/feeds")]
pub async fn add(
    app: web::Data<App>,
    _: Query<NoQuery>,
    body: Unread,
) -> Result<HttpResponse, Problem> {
    let body = body.read(&["application/json"], |_| FIELDS_ROOM).await?;
    let new: NewFeed = parse_json(&body)?;
    let wanted = wanted(new)?;
    let added = add_feed::run(&app.pool, app.fetcher.as_deref(), wanted)
        .await
        .map_err(|error| Problem::of_feed("/url", error))?;
    let id = added.feed.id;
    let answer = FeedAdded {
        feed: added.feed.into(),
        others: added.others.into_iter().map(Into::into).collect(),
    };
    Ok(match added.known {
        true => HttpResponse::Ok().json(answer),
        false => HttpResponse::Created()
            .insert_header((LOCATION, format!("/v1/feeds/{id}")))
            .json(answer),
    })
}

fn wanted(new: NewFeed) -> Result<Wanted, Problem> {
    refuse_blank("/title", new.title.as_deref())?;
    refuse_blank("/outlet", new.outlet.as_deref())?;
    let url =
        ingest::parse_url(&new.url).map_err(|error| Problem::field("/url", error.to_string()))?;
    let since = new.since.map(|since| since.parse::<Time>()).transpose();
    Ok(Wanted {
        url,
        outlet: new.outlet,
        title: new.title,
        interval: new.interval_seconds.unwrap_or(DEFAULT_FEED_INTERVAL),
        since: since.map_err(|why| Problem::field("/since", why))?.map(|time| time.0),
    })
}

fn refuse_blank(pointer: &str, words: Option<&str>) -> Result<(), Problem> {
    match words {
        Some(words) if words.trim().is_empty() => Err(Problem::field(pointer, "must not be empty")),
        _ => Ok(()),
    }
}

/// Follow a list of feeds
///
/// The body is OPML, however its outlines are nested. Feeds are added without being looked at, and
/// their first polls tell what they are. An outline that is refused is named by its line, and costs
/// nothing but itself.
#[utoipa::path(
    tag = "feeds",
    request_body(
        description = "The list.",
        content((String = "text/x-opml"), (String = "text/xml"), (String = "application/xml")),
    ),
    responses(
        (status = 200, description = "What became of it.", body = FeedsImported),
        ImportProblems,
    ),
)]
#[post("/v1/feeds:import")]
pub async fn import(
    app: web::Data<App>,
    _: Query<NoQuery>,
    body: Unread,
) -> Result<HttpResponse, Problem> {
    let types = ["text/x-opml", "text/xml", "application/xml"];
    let body = body.read(&types, |_| LONGEST_LIST).await?;
    let read = web::block(move || ingest::feed::read_opml(&body.bytes))
        .await
        .map_err(|_| Problem::internal("reading a list of feeds panicked"))?;
    let (good, refused) = read.map_err(|error| Problem::field("", error.to_string()))?;
    let added = add_feed::import(&app.pool, &good, DEFAULT_FEED_INTERVAL).await?;
    Ok(HttpResponse::Ok().json(FeedsImported {
        added,
        known: good.len() - added,
        refused: refused.into_iter().map(Into::into).collect(),
    }))
}

/// Change a feed
///
/// Its interval, its names, or whether it is polled.
#[utoipa::path(
    tag = "feeds",
    params(("id" = uuid::Uuid, Path, description = "Id of the feed.")),
    request_body(content = FeedChange, content_type = "application/json"),
    responses((status = 200, description = "The feed as it is now.", body = Feed), ChangeProblems),
)]
#[patch("/v1/feeds/{id}")]
pub async fn change(
    app: web::Data<App>,
    PathId(id): PathId<FeedId>,
    _: Query<NoQuery>,
    body: Unread,
) -> Result<HttpResponse, Problem> {
    let body = body.read(&["application/json"], |_| FIELDS_ROOM).await?;
    let change: FeedChange = parse_json(&body)?;
    refuse_blank("/title", change.title.as_deref())?;
    refuse_blank("/outlet", change.outlet.as_deref())?;
    let change = view::FeedChange {
        interval: change.interval_seconds,
        paused: change.paused,
        outlet: change.outlet,
        title: change.title,
    };
    if change == view::FeedChange::default() {
        return Err(Problem::field("", "must change something"));
    }
    let feed = store::feeds::update(&mut *app.pool.get().await?, id, &change)
        .await
        .map_err(|error| Problem::of_one("feed", id, error))?;
    Ok(HttpResponse::Ok().json(Feed::from(feed)))
}

/// Poll a feed now
///
/// Queues a poll, unless one is under way already. What came of it stands in the feed.
#[utoipa::path(
    tag = "feeds",
    params(("id" = uuid::Uuid, Path, description = "Id of the feed.")),
    responses(
        (status = 202, description = "A job has it; `location` has the job's address.", body = Job),
        PollProblems,
    ),
)]
#[post("/v1/feeds/{id}:poll")]
pub async fn poll(
    app: web::Data<App>,
    PathId(id): PathId<FeedId>,
    _: Query<NoQuery>,
    Request(request): Request,
) -> Result<HttpResponse, Problem> {
    let mut connection = app.pool.get().await?;
    let feed = store::feeds::find(&mut connection, id)
        .await
        .map_err(|error| Problem::of_one("feed", id, error))?;
    if let state @ (FeedState::Paused | FeedState::Gone) = feed.state {
        return Err(Problem::new(
            ProblemKind::FeedNotPolled,
            format!("The feed {id} is {}.", state.as_str()),
        ));
    }
    let job = poll_feed::enqueue(&mut connection, id, Some(request)).await?;
    let job = store::jobs::find(&mut connection, job).await?;
    Ok(HttpResponse::Accepted()
        .insert_header((LOCATION, format!("/v1/jobs/{}", job.id)))
        .json(Job::from(job)))
}

/// Forget a feed
///
/// With the sitemaps below it. Its documents stay, and what is queued already is still fetched.
#[utoipa::path(
    tag = "feeds",
    params(("id" = uuid::Uuid, Path, description = "Id of the feed.")),
    responses((status = 204, description = "It is not followed any more."), RemoveProblems),
)]
#[delete("/v1/feeds/{id}")]
pub async fn remove(
    app: web::Data<App>,
    PathId(id): PathId<FeedId>,
    _: Query<NoQuery>,
) -> Result<HttpResponse, Problem> {
    store::feeds::delete(&mut *app.pool.get().await?, id)
        .await
        .map_err(|error| Problem::of_one("feed", id, error))?;
    Ok(HttpResponse::NoContent().finish())
}
