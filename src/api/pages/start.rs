//! `GET /`: the newest claims and denials, and the search.

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::shown;
use crate::api::dto::words;
use crate::api::extract::Query;
use crate::api::openapi::ListProblems;
use crate::api::params::{Cursor, Time, Words, filled, period};
use crate::api::problem::Problem;
use crate::app::App;
use crate::dashboard::start::{Search, page};
use crate::domain::status::Status;

/// What is looked for. Empty parameters are as if they were not there.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StartQuery {
    /// Claims with these words; a `"quoted phrase"`, `or` and `-without` are understood.
    #[serde(default, deserialize_with = "filled")]
    #[param(value_type = Option<String>, max_length = 500)]
    q: Option<Words>,
    /// Claims of this status.
    #[serde(default, deserialize_with = "filled")]
    #[param(value_type = Option<words::Status>)]
    status: Option<Status>,
    /// Carried by this outlet: an id, a name or a domain.
    #[serde(default, deserialize_with = "filled")]
    #[param(value_type = Option<String>, max_length = 500)]
    outlet: Option<Words>,
    /// Stated or denied at this time or later.
    #[serde(default, deserialize_with = "filled")]
    #[param(value_type = Option<String>, example = "2026-03-01")]
    from: Option<Time>,
    /// Stated or denied before this time.
    #[serde(default, deserialize_with = "filled")]
    #[param(value_type = Option<String>, example = "2026-04-01")]
    to: Option<Time>,
    /// Where the page of claims begins, as a link of the page before has it.
    #[serde(default, deserialize_with = "filled")]
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
    /// Where the page of denials begins, as a link of the page before has it.
    #[serde(default, deserialize_with = "filled")]
    #[param(value_type = Option<String>)]
    denials_cursor: Option<Cursor>,
}

/// The first page
///
/// The newest claims and denials, with a search.
#[utoipa::path(
    tag = "pages",
    params(StartQuery),
    responses(
        (status = 200, description = "A page.", content_type = "text/html"),
        (status = 304, description = "It is the one that `if-none-match` names."),
        ListProblems,
    ),
)]
#[get("/")]
pub async fn start(
    app: web::Data<App>,
    request: HttpRequest,
    Query(query): Query<StartQuery>,
) -> Result<HttpResponse, Problem> {
    let (from, to) = period(query.from, query.to)?;
    let search = Search {
        q: query.q.map(|words| words.0),
        status: query.status,
        outlet: query.outlet.map(|words| words.0),
        from,
        to,
        claims_cursor: query.cursor.map(|cursor| cursor.0),
        denials_cursor: query.denials_cursor.map(|cursor| cursor.0),
    };
    let page = page(&mut *app.pool.get().await?, &search).await?;
    Ok(shown(&request, page))
}
