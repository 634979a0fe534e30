//! Claims: the list, one of them, and its trail.

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::curation::moved;
use super::rebuttals::RebuttalsQuery;
use crate::api::dto::claim::{Appearance, Claim, TimelineEntry};
use crate::api::dto::curation::ClaimMoved;
use crate::api::dto::list::List;
use crate::api::dto::rebuttal::Rebuttal;
use crate::api::dto::words;
use crate::api::etag;
use crate::api::extract::{PathId, Query};
use crate::api::openapi::{ListProblems, OneProblems};
use crate::api::params::{Cursor, Limit, Share, Time, Words, filters, page, period};
use crate::api::problem::Problem;
use crate::app::App;
use crate::domain::status::Status;
use crate::domain::view::{AppearanceFilter, ClaimFilter, ClaimSort, RebuttalFilter};
use crate::domain::{ClaimId, Stance};
use crate::store;

filters! {
    /// Which claims, and in which order.
    ClaimsQuery, ClaimsFilters {
        /// With these words; a `"quoted phrase"`, `or` and `-without` are understood.
        #[param(value_type = Option<String>, max_length = 500)]
        q: Option<Words>,
        /// With this tag.
        #[param(value_type = Option<String>, max_length = 500)]
        tag: Option<Words>,
        /// Of this status.
        #[param(value_type = Option<words::Status>)]
        status: Option<Status>,
        /// Asserted by this actor: an id or any of its names.
        #[param(value_type = Option<String>, max_length = 500)]
        claimant: Option<Words>,
        /// Denied by this actor: an id or any of its names.
        #[param(value_type = Option<String>, max_length = 500)]
        denied_by: Option<Words>,
        /// Naming this actor: an id or any of its names.
        #[param(value_type = Option<String>, max_length = 500)]
        about: Option<Words>,
        /// Carried by this outlet: an id, a name or a domain.
        #[param(value_type = Option<String>, max_length = 500)]
        outlet: Option<Words>,
        /// In this language, BCP 47.
        #[param(value_type = Option<String>, max_length = 500)]
        language: Option<Words>,
        /// Stated or denied at this time or later.
        #[param(value_type = Option<String>, example = "2026-03-01")]
        from: Option<Time>,
        /// Stated or denied before this time.
        #[param(value_type = Option<String>, example = "2026-04-01T00:00:00Z")]
        to: Option<Time>,
        /// As it was known at this time.
        #[param(value_type = Option<String>, example = "2026-03-02T12:00:00Z")]
        as_of: Option<Time>,
        /// At least so check-worthy.
        #[param(value_type = Option<f32>, minimum = 0, maximum = 1)]
        min_check_worthiness: Option<Share>,
        /// At least so sure.
        #[param(value_type = Option<f32>, minimum = 0, maximum = 1)]
        min_confidence: Option<Share>,
        /// In which order; `newest` where not given.
        #[param(value_type = Option<words::ClaimSort>)]
        sort: Option<ClaimSort>,
    }
}

impl ClaimsFilters {
    /// What the store is asked for.
    ///
    /// # Errors
    /// The period ends before it begins.
    pub(super) fn filter(self) -> Result<ClaimFilter, Problem> {
        let (from, to) = period(self.from, self.to)?;
        Ok(ClaimFilter {
            q: self.q.map(|words| words.0),
            tag: self.tag.map(|words| words.0),
            status: self.status,
            claimant: self.claimant.and_then(Words::selector),
            denied_by: self.denied_by.and_then(Words::selector),
            about: self.about.and_then(Words::selector),
            outlet: self.outlet.and_then(Words::selector),
            language: self.language.map(|words| words.0),
            from,
            to,
            as_of: self.as_of.map(|time| time.0),
            min_check_worthiness: self.min_check_worthiness.map(|share| share.0),
            min_confidence: self.min_confidence.map(|share| share.0),
            sort: self.sort.unwrap_or_default(),
        })
    }
}

/// Claims
///
/// Claims with who asserts and who denies them.
#[utoipa::path(
    tag = "claims",
    params(ClaimsQuery),
    responses((status = 200, description = "One page.", body = List<Claim>), ListProblems),
)]
#[get("/v1/claims")]
pub async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    Query(query): Query<ClaimsQuery>,
) -> Result<HttpResponse, Problem> {
    let (filters, page) = query.into_parts();
    let filter = filters.filter()?;
    let claims = store::claims::list(&mut *app.pool.get().await?, &filter, &page).await?;
    etag::json(&request, &List::<Claim>::of(claims))
}

/// Which state of one claim.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AsOfQuery {
    /// As it was known at this time.
    #[param(value_type = Option<String>, example = "2026-03-02T12:00:00Z")]
    as_of: Option<Time>,
}

/// One claim
///
/// With its status and the reasons for it.
#[utoipa::path(
    tag = "claims",
    params(("id" = uuid::Uuid, Path, description = "Id of the claim."), AsOfQuery),
    responses(
        (status = 200, description = "The claim.", body = Claim),
        (status = 304, description = "It is as `if-none-match` says."),
        (status = 308, description = "It was merged into another claim, which answers for it.", body = ClaimMoved),
        OneProblems,
    ),
)]
#[get("/v1/claims/{id}")]
pub async fn one(
    app: web::Data<App>,
    request: HttpRequest,
    PathId(id): PathId<ClaimId>,
    Query(query): Query<AsOfQuery>,
) -> Result<HttpResponse, Problem> {
    let as_of = query.as_of.map(|time| time.0);
    let mut connection = app.pool.get().await?;
    if let Some(moved) = moved(&connection, &request, id, as_of).await? {
        return Ok(moved);
    }
    let claim = store::claims::find(&mut connection, id, as_of)
        .await
        .map_err(|error| Problem::of_one("claim", id, error))?;
    etag::json(&request, &Claim::from(claim))
}

/// Which part of a claim's trail.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TrailQuery {
    /// As it was known at this time.
    #[param(value_type = Option<String>, example = "2026-03-02T12:00:00Z")]
    as_of: Option<Time>,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
    /// Items of a page at most; 50 where not given.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200)]
    limit: Option<Limit>,
}

/// The trail of a claim
///
/// Where it was said, what spoke against it and how its status changed, earliest first.
#[utoipa::path(
    tag = "claims",
    params(("id" = uuid::Uuid, Path, description = "Id of the claim."), TrailQuery),
    responses(
        (status = 200, description = "One page.", body = List<TimelineEntry>),
        (status = 308, description = "It was merged into another claim, which answers for it.", body = ClaimMoved),
        OneProblems,
    ),
)]
#[get("/v1/claims/{id}/timeline")]
pub async fn timeline(
    app: web::Data<App>,
    request: HttpRequest,
    PathId(id): PathId<ClaimId>,
    Query(query): Query<TrailQuery>,
) -> Result<HttpResponse, Problem> {
    let as_of = query.as_of.map(|time| time.0);
    let page = page(query.cursor, query.limit);
    let mut connection = app.pool.get().await?;
    if let Some(moved) = moved(&connection, &request, id, as_of).await? {
        return Ok(moved);
    }
    let entries = store::claims::timeline(&mut connection, id, as_of, &page)
        .await
        .map_err(|error| Problem::of_one("claim", id, error))?;
    etag::json(&request, &List::<TimelineEntry>::of(entries))
}

/// Which appearances of a claim.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AppearancesQuery {
    /// Doing this to the claim.
    #[param(value_type = Option<words::Stance>)]
    stance: Option<Stance>,
    /// As it was known at this time.
    #[param(value_type = Option<String>, example = "2026-03-02T12:00:00Z")]
    as_of: Option<Time>,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
    /// Items of a page at most; 50 where not given.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200)]
    limit: Option<Limit>,
}

/// Where a claim stands
///
/// Each place with its words and what it does to the claim.
#[utoipa::path(
    tag = "claims",
    params(("id" = uuid::Uuid, Path, description = "Id of the claim."), AppearancesQuery),
    responses(
        (status = 200, description = "One page.", body = List<Appearance>),
        (status = 308, description = "It was merged into another claim, which answers for it.", body = ClaimMoved),
        OneProblems,
    ),
)]
#[get("/v1/claims/{id}/appearances")]
pub async fn appearances(
    app: web::Data<App>,
    request: HttpRequest,
    PathId(id): PathId<ClaimId>,
    Query(query): Query<AppearancesQuery>,
) -> Result<HttpResponse, Problem> {
    let as_of = query.as_of.map(|time| time.0);
    let filter = AppearanceFilter {
        claim: Some(id),
        stance: query.stance,
        as_of,
        ..AppearanceFilter::default()
    };
    let page = page(query.cursor, query.limit);
    let mut connection = app.pool.get().await?;
    if let Some(moved) = moved(&connection, &request, id, as_of).await? {
        return Ok(moved);
    }
    exists(&mut connection, id, as_of).await?;
    let appearances = store::appearances::list(&mut connection, &filter, &page).await?;
    etag::json(&request, &List::<Appearance>::of(appearances))
}

/// What speaks against a claim
///
/// The rebuttals of one claim, with the words they stand on.
#[utoipa::path(
    tag = "claims",
    params(("id" = uuid::Uuid, Path, description = "Id of the claim."), RebuttalsQuery),
    responses(
        (status = 200, description = "One page.", body = List<Rebuttal>),
        (status = 308, description = "It was merged into another claim, which answers for it.", body = ClaimMoved),
        OneProblems,
    ),
)]
#[get("/v1/claims/{id}/rebuttals")]
pub async fn rebuttals(
    app: web::Data<App>,
    request: HttpRequest,
    PathId(id): PathId<ClaimId>,
    Query(query): Query<RebuttalsQuery>,
) -> Result<HttpResponse, Problem> {
    let (filters, page) = query.into_parts();
    let filter = RebuttalFilter { claim: Some(id), ..filters.filter()? };
    let mut connection = app.pool.get().await?;
    if let Some(moved) = moved(&connection, &request, id, filter.as_of).await? {
        return Ok(moved);
    }
    exists(&mut connection, id, filter.as_of).await?;
    let rebuttals = store::rebuttals::list(&mut connection, &filter, &page).await?;
    etag::json(&request, &List::<Rebuttal>::of(rebuttals))
}

/// Tells a claim without entries from one that is not there.
async fn exists(
    connection: &mut store::Connection,
    id: ClaimId,
    as_of: Option<chrono::DateTime<chrono::Utc>>,
) -> Result<(), Problem> {
    store::claims::find(connection, id, as_of)
        .await
        .map(drop)
        .map_err(|error| Problem::of_one("claim", id, error))
}
