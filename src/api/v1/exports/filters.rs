//! What an export may be narrowed down by: the filters of the list of its noun, without its pages.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::dto::words;
use crate::api::extract::parse_query;
use crate::api::params::{Share, Time, Words, period};
use crate::api::problem::Problem;
use crate::api::v1::claims::ClaimsFilters;
use crate::api::v1::rebuttals::RebuttalsFilters;
use crate::api::v1::statements::StatementsFilters;
use crate::domain::view::{AppearanceFilter, ClaimFilter, RebuttalFilter, StatementFilter};
use crate::domain::{ClaimId, DocumentId, Stance};
use crate::export::Noun;

/// Which rows of which noun.
pub(super) enum Filter {
    Claims(ClaimFilter),
    Statements(StatementFilter),
    Rebuttals(RebuttalFilter),
    Appearances(AppearanceFilter),
}

impl Filter {
    /// Reads the parameters of a query string.
    ///
    /// # Errors
    /// 400 with the parameter that is refused.
    pub fn parse(noun: Noun, query: &str) -> Result<Self, Problem> {
        Ok(match noun {
            Noun::Claims => Filter::Claims(parse_query::<ClaimsFilters>(query)?.filter()?),
            Noun::Statements => {
                Filter::Statements(parse_query::<StatementsFilters>(query)?.filter())
            }
            Noun::Rebuttals => Filter::Rebuttals(parse_query::<RebuttalsFilters>(query)?.filter()?),
            Noun::Appearances => {
                Filter::Appearances(parse_query::<AppearancesExportQuery>(query)?.filter()?)
            }
        })
    }
}

/// Which appearances.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AppearancesExportQuery {
    /// Of this claim.
    #[param(value_type = Option<uuid::Uuid>)]
    claim: Option<ClaimId>,
    /// In this document.
    #[param(value_type = Option<uuid::Uuid>)]
    document: Option<DocumentId>,
    /// Doing this to the claim.
    #[param(value_type = Option<words::Stance>)]
    stance: Option<Stance>,
    /// In a document of this outlet: an id, a name or a domain.
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
    /// At least so sure.
    #[param(value_type = Option<f32>, minimum = 0, maximum = 1)]
    min_confidence: Option<Share>,
}

impl AppearancesExportQuery {
    fn filter(self) -> Result<AppearanceFilter, Problem> {
        let (from, to) = period(self.from, self.to)?;
        Ok(AppearanceFilter {
            claim: self.claim,
            document: self.document,
            stance: self.stance,
            outlet: self.outlet.and_then(Words::selector),
            from,
            to,
            as_of: self.as_of.map(|time| time.0),
            min_confidence: self.min_confidence.map(|share| share.0),
        })
    }
}
