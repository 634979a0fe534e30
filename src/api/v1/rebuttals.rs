//! Rebuttals: the list and one of them.

use actix_web::{HttpRequest, HttpResponse, get, web};

use crate::api::dto::list::List;
use crate::api::dto::rebuttal::Rebuttal;
use crate::api::dto::words;
use crate::api::etag;
use crate::api::extract::{NoQuery, PathId, Query};
use crate::api::openapi::{ListProblems, OneProblems};
use crate::api::params::{Time, Words, filters, period};
use crate::api::problem::Problem;
use crate::app::App;
use crate::domain::view::RebuttalFilter;
use crate::domain::{ClaimId, DenierRole, DocumentId, RebuttalId, RebuttalKind};
use crate::store;

filters! {
    /// Which rebuttals.
    RebuttalsQuery, RebuttalsFilters {
        /// Of this kind.
        #[param(value_type = Option<words::RebuttalKind>)]
        kind: Option<RebuttalKind>,
        /// By this denier: an id or any of its names.
        #[param(value_type = Option<String>, max_length = 500)]
        denier: Option<Words>,
        /// By a denier of this role.
        #[param(value_type = Option<words::DenierRole>)]
        denier_role: Option<DenierRole>,
        /// Using this word for the claim, in whatever case.
        #[param(value_type = Option<String>, max_length = 500)]
        label: Option<Words>,
        /// Published by this outlet: an id, a name or a domain.
        #[param(value_type = Option<String>, max_length = 500)]
        outlet: Option<Words>,
        /// Stated at this time or later.
        #[param(value_type = Option<String>, example = "2026-03-01")]
        from: Option<Time>,
        /// Stated before this time.
        #[param(value_type = Option<String>, example = "2026-04-01T00:00:00Z")]
        to: Option<Time>,
        /// As it was known at this time.
        #[param(value_type = Option<String>, example = "2026-03-02T12:00:00Z")]
        as_of: Option<Time>,
    }
    all rows too {
        /// Against this claim.
        #[param(value_type = Option<uuid::Uuid>)]
        claim: Option<ClaimId>,
        /// In this document.
        #[param(value_type = Option<uuid::Uuid>)]
        document: Option<DocumentId>,
    }
}

impl RebuttalsFilters {
    /// What the store is asked for.
    ///
    /// # Errors
    /// The period ends before it begins.
    pub(super) fn filter(self) -> Result<RebuttalFilter, Problem> {
        let (from, to) = period(self.from, self.to)?;
        Ok(RebuttalFilter {
            kind: self.kind,
            denier: self.denier.and_then(Words::selector),
            denier_role: self.denier_role,
            label: self.label.map(|words| words.0),
            outlet: self.outlet.and_then(Words::selector),
            from,
            to,
            claim: self.claim,
            document: self.document,
            as_of: self.as_of.map(|time| time.0),
        })
    }
}

/// Rebuttals
///
/// Denials, debunks, corrections and retractions, with the words they stand on.
#[utoipa::path(
    tag = "rebuttals",
    params(RebuttalsQuery),
    responses((status = 200, description = "One page.", body = List<Rebuttal>), ListProblems),
)]
#[get("/v1/rebuttals")]
pub async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    Query(query): Query<RebuttalsQuery>,
) -> Result<HttpResponse, Problem> {
    let (filters, page) = query.into_parts();
    let filter = filters.filter()?;
    let rebuttals = store::rebuttals::list(&mut *app.pool.get().await?, &filter, &page).await?;
    etag::json(&request, &List::<Rebuttal>::of(rebuttals))
}

/// One rebuttal
#[utoipa::path(
    tag = "rebuttals",
    params(("id" = uuid::Uuid, Path, description = "Id of the rebuttal.")),
    responses(
        (status = 200, description = "The rebuttal.", body = Rebuttal),
        (status = 304, description = "It is as `if-none-match` says."),
        OneProblems,
    ),
)]
#[get("/v1/rebuttals/{id}")]
pub async fn one(
    app: web::Data<App>,
    request: HttpRequest,
    PathId(id): PathId<RebuttalId>,
    _: Query<NoQuery>,
) -> Result<HttpResponse, Problem> {
    let rebuttal = store::rebuttals::find(&mut *app.pool.get().await?, id)
        .await
        .map_err(|error| Problem::of_one("rebuttal", id, error))?;
    etag::json(&request, &Rebuttal::from(rebuttal))
}
