//! Jobs: the list and one of them.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::dto::job::Job;
use crate::api::dto::list::List;
use crate::api::dto::words;
use crate::api::etag;
use crate::api::extract::{NoQuery, PathId, Query};
use crate::api::openapi::{ListProblems, OneProblems, RetryProblems};
use crate::api::params::{Cursor, Limit, page};
use crate::api::problem::{Problem, ProblemKind};
use crate::app::App;
use crate::domain::JobId;
use crate::domain::view::{JobFilter, JobState, Retried};
use crate::store;

/// Which jobs.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct JobsQuery {
    /// Standing there.
    #[param(value_type = Option<words::JobState>)]
    state: Option<JobState>,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
    /// Items of a page at most; 50 where not given.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200)]
    limit: Option<Limit>,
}

/// Jobs
///
/// Work under way and done, last asked for first. A job that is done can be asked for until its time
/// is over, seven days unless whoever runs the service set another; one that failed stays until it
/// is tried again.
#[utoipa::path(
    tag = "jobs",
    params(JobsQuery),
    responses((status = 200, description = "One page.", body = List<Job>), ListProblems),
)]
#[get("/v1/jobs")]
pub async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    Query(query): Query<JobsQuery>,
) -> Result<HttpResponse, Problem> {
    let filter = JobFilter { state: query.state };
    let page = page(query.cursor, query.limit);
    let jobs = store::jobs::list(&mut *app.pool.get().await?, &filter, &page).await?;
    etag::json(&request, &List::<Job>::of(jobs))
}

/// Try a job again
///
/// Queues a job that was put aside, with as many attempts as a new one has.
#[utoipa::path(
    tag = "jobs",
    params(("id" = uuid::Uuid, Path, description = "Id of the job.")),
    responses((status = 202, description = "It is queued.", body = Job), RetryProblems),
)]
#[post("/v1/jobs/{id}:retry")]
pub async fn retry(
    app: web::Data<App>,
    PathId(id): PathId<JobId>,
    _: Query<NoQuery>,
) -> Result<HttpResponse, Problem> {
    let retried = store::jobs::retry(&mut *app.pool.get().await?, id).await.map_err(|error| {
        match error.constraint() {
            Some("jobs_one_poll_of_a_feed") => Problem::new(
                ProblemKind::JobNotFailed,
                "Another job is polling the feed of this one.",
            ),
            _ => Problem::of_one("job", id, error),
        }
    })?;
    match retried {
        Retried::Queued(job) => Ok(HttpResponse::Accepted().json(Job::from(*job))),
        Retried::NotFailed(state) => Err(Problem::new(
            ProblemKind::JobNotFailed,
            format!("The job {id} is {}.", state.as_str()),
        )),
    }
}

/// One job
///
/// With what it gave, once it is done.
#[utoipa::path(
    tag = "jobs",
    params(("id" = uuid::Uuid, Path, description = "Id of the job.")),
    responses(
        (status = 200, description = "The job.", body = Job),
        (status = 304, description = "It is as `if-none-match` says."),
        OneProblems,
    ),
)]
#[get("/v1/jobs/{id}")]
pub async fn one(
    app: web::Data<App>,
    request: HttpRequest,
    PathId(id): PathId<JobId>,
    _: Query<NoQuery>,
) -> Result<HttpResponse, Problem> {
    let job = store::jobs::find(&mut *app.pool.get().await?, id)
        .await
        .map_err(|error| Problem::of_one("job", id, error))?;
    etag::json(&request, &Job::from(job))
}
