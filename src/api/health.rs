//! For the people who run it: is the process there, and can it answer.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::openapi::{PageProblems, ReadyProblems};
use super::problem::Problem;
use crate::app::App;
use crate::metrics::MEDIA_TYPE;

/// That the service is well.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`; what is not well is a problem.
    #[schema(example = "ok")]
    pub status: &'static str,
    /// Version of the program.
    #[schema(example = "0.1.0")]
    pub version: &'static str,
}

impl Health {
    const OK: Health = Health { status: "ok", version: env!("CARGO_PKG_VERSION") };
}

/// Is the process alive
///
/// Asks nothing and nobody; for a supervisor that restarts what hangs.
#[utoipa::path(
    tag = "operations",
    responses((status = 200, description = "The process answers.", body = Health), PageProblems),
)]
#[get("/healthz")]
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(Health::OK)
}

/// Can the service answer
///
/// Asks Postgres, for a second at most; for a load balancer that sends requests elsewhere meanwhile.
#[utoipa::path(
    tag = "operations",
    responses((status = 200, description = "Postgres answers.", body = Health), ReadyProblems),
)]
#[get("/readyz")]
pub async fn readyz(app: web::Data<App>) -> Result<HttpResponse, Problem> {
    app.ready().await?;
    Ok(HttpResponse::Ok().json(Health::OK))
}

/// What the process did
///
/// As OpenMetrics, for Prometheus: requests, times, documents, the queue. When Postgres is away the
/// queue's gauges are left out and the rest is answered. Holds no word of any document.
#[utoipa::path(
    tag = "operations",
    responses(
        (status = 200, description = "The metrics.", body = String,
            content_type = "application/openmetrics-text"),
        PageProblems,
    ),
)]
#[get("/metrics")]
pub async fn metrics(app: web::Data<App>) -> Result<HttpResponse, Problem> {
    let text = crate::metrics::metrics().text(&app.moment().await).map_err(Problem::internal)?;
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, MEDIA_TYPE)).body(text))
}
