//! What an export may be narrowed down by: the filters of the list of its noun, without its pages.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::dto::words;
use crate::api::extract::parse_query;
use crate::api::params::{Share, Time, Words, period};
use crate::api::problem::Problem;
use crate::domain::status::Status;
use crate::domain::view::{
    AppearanceFilter, ClaimFilter, ClaimSort, RebuttalFilter, StatementFilter,
};
use crate::domain::{ClaimId, DenierRole, DocumentId, RebuttalKind, Stance};
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
            Noun::Claims => Filter::Claims(parse_query::<ClaimsExportQuery>(query)?.filter()?),
            Noun::Statements => {
                Filter::Statements(parse_query::<StatementsExportQuery>(query)?.filter())
            }
            Noun::Rebuttals => {
                Filter::Rebuttals(parse_query::<RebuttalsExportQuery>(query)?.filter()?)
            }
            Noun::Appearances => {
                Filter::Appearances(parse_query::<AppearancesExportQuery>(query)?.filter()?)
            }
        })
    }
}

/// Which claims, and in which order.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ClaimsExportQuery {
    /// With these words; a `"quoted phrase"`, `or` and `-without` are understood.
    #[param(value_type = Option<String>, max_length = 500)]
    q: Option<Words>,
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

impl ClaimsExportQuery {
    fn filter(self) -> Result<ClaimFilter, Problem> {
        let (from, to) = period(self.from, self.to)?;
        Ok(ClaimFilter {
            q: self.q.map(|words| words.0),
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

/// Which statements.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StatementsExportQuery {
    /// In this document.
    #[param(value_type = Option<uuid::Uuid>)]
    document: Option<DocumentId>,
    /// By this speaker: an id or any of its names.
    #[param(value_type = Option<String>, max_length = 500)]
    speaker: Option<Words>,
    /// With these words in its contents.
    #[param(value_type = Option<String>, max_length = 500)]
    q: Option<Words>,
}

impl StatementsExportQuery {
    fn filter(self) -> StatementFilter {
        StatementFilter {
            document: self.document,
            speaker: self.speaker.and_then(Words::selector),
            q: self.q.map(|words| words.0),
        }
    }
}

/// Which rebuttals.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RebuttalsExportQuery {
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
    /// Against this claim.
    #[param(value_type = Option<uuid::Uuid>)]
    claim: Option<ClaimId>,
    /// In this document.
    #[param(value_type = Option<uuid::Uuid>)]
    document: Option<DocumentId>,
    /// As it was known at this time.
    #[param(value_type = Option<String>, example = "2026-03-02T12:00:00Z")]
    as_of: Option<Time>,
}

impl RebuttalsExportQuery {
    fn filter(self) -> Result<RebuttalFilter, Problem> {
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
