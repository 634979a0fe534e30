//! What people put right of what was read in documents, on the wire.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::actor::ActorBrief;
use super::claim::ClaimBrief;
use super::curation::worded;
use super::document::told;
use super::extraction::Span;
use super::words;
use crate::domain::view::{self, CorrectionOf};
use crate::domain::{
    AppearanceId, ClaimId, DenierRole, DocumentId, Field, RebuttalId, RebuttalKind, Stance,
};

/// Words of a document by their place in its present text.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// `text` where not given.
    #[serde(default = "text")]
    #[schema(value_type = Option<words::Field>)]
    pub field: Field,
    /// First code point, counted from 0.
    #[schema(minimum = 0)]
    pub start: i32,
    /// One past the last code point.
    #[schema(minimum = 1)]
    pub end: i32,
}

fn text() -> Field {
    Field::Text
}

/// What is to be put right, by whom and why. Which fields are needed depends on `kind`:
/// `not_a_denial`: `rebuttal`. `denier`: `rebuttal`, `denier`; `denier_role`. `claim`: `rebuttal` or
/// `appearance`; `claim` or `text`. `missed_claim`: `document`, `span`, `claim` or `text`; `stance`.
/// `missed_rebuttal`: `document`, `span` (the words that deny), `claim` or `text`; `rebuttal_kind`,
/// `denier`, `denier_role`, `label`.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectionRequest {
    /// What is put right.
    #[schema(value_type = words::CorrectionOf)]
    pub kind: CorrectionOf,
    /// The rebuttal, which must stand.
    #[schema(value_type = Option<Uuid>)]
    pub rebuttal: Option<RebuttalId>,
    /// The appearance, which must stand.
    #[schema(value_type = Option<Uuid>)]
    pub appearance: Option<AppearanceId>,
    /// The document.
    #[schema(value_type = Option<Uuid>)]
    pub document: Option<DocumentId>,
    /// The words in it.
    pub span: Option<Place>,
    /// The claim that is meant.
    #[schema(value_type = Option<Uuid>)]
    pub claim: Option<ClaimId>,
    /// Its wording, one sentence that stands alone, where it may be a new one.
    #[validate(custom(function = "worded"))]
    #[schema(max_length = 2000, example = "The east pier of Lorne is closed.")]
    pub text: Option<String>,
    /// Who denies: the id or the name of an actor that is known.
    #[validate(length(max = 500, message = "must have at most 500 characters"))]
    #[schema(max_length = 500, example = "Harbour Board")]
    pub denier: Option<String>,
    /// Who the denier is to the claim; `unknown` where not given.
    #[schema(value_type = Option<words::DenierRole>)]
    pub denier_role: Option<DenierRole>,
    /// What the words do to the claim; `asserts` where not given.
    #[schema(value_type = Option<words::Stance>)]
    pub stance: Option<Stance>,
    /// How they speak against it, but for `review`; `denial` where not given.
    #[schema(value_type = Option<words::RebuttalKind>)]
    pub rebuttal_kind: Option<RebuttalKind>,
    /// The word used for the claim: hoax, fake …
    #[validate(custom(function = "worded"))]
    #[schema(max_length = 2000, example = "hoax")]
    pub label: Option<String>,
    /// Why.
    #[validate(
        custom(function = "told"),
        length(max = 2000, message = "must have at most 2000 characters")
    )]
    #[schema(max_length = 2000, example = "The board denied another report")]
    pub reason: String,
    /// Who, by a name that people here know.
    #[validate(
        custom(function = "told"),
        length(max = 200, message = "must have at most 200 characters")
    )]
    #[schema(max_length = 200, example = "desk editor")]
    pub by: String,
}

/// Who takes a correction back, and why.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectionWithdrawal {
    /// Whether all corrections of its `split` are taken back with it.
    #[serde(default)]
    pub whole_split: bool,
    /// Why.
    #[validate(
        custom(function = "told"),
        length(max = 2000, message = "must have at most 2000 characters")
    )]
    #[schema(max_length = 2000, example = "It was a denial after all")]
    pub reason: String,
    /// Who, by a name that people here know.
    #[validate(
        custom(function = "told"),
        length(max = 200, message = "must have at most 200 characters")
    )]
    #[schema(max_length = 200, example = "desk editor")]
    pub by: String,
}

/// What a person put right.
#[derive(Debug, Serialize, ToSchema)]
pub struct Correction {
    /// UUIDv7.
    pub id: Uuid,
    /// What was put right.
    #[schema(value_type = words::CorrectionOf)]
    pub kind: CorrectionOf,
    /// In which document.
    pub document: Uuid,
    /// The revision of the document that its span points into.
    pub revision: Uuid,
    /// The words: of an appearance its own, of a rebuttal those that deny.
    pub span: Span,
    /// The claim that is meant.
    pub claim: Option<ClaimBrief>,
    /// Who denies.
    pub denier: Option<ActorBrief>,
    /// Who the denier is to the claim.
    #[schema(value_type = Option<words::DenierRole>)]
    pub denier_role: Option<DenierRole>,
    /// What the words do to the claim.
    #[schema(value_type = Option<words::Stance>)]
    pub stance: Option<Stance>,
    /// How they speak against it.
    #[schema(value_type = Option<words::RebuttalKind>)]
    pub rebuttal_kind: Option<RebuttalKind>,
    /// The word used for the claim.
    pub label: Option<String>,
    /// Why.
    pub reason: String,
    /// Who corrected it.
    pub corrected_by: String,
    /// The split of a claim that it is of, with others; null for one by itself.
    pub split: Option<Uuid>,
    /// When.
    pub recorded_at: DateTime<Utc>,
    /// When it was withdrawn; null while it stands.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

impl From<view::CorrectionView> for Correction {
    fn from(correction: view::CorrectionView) -> Self {
        Correction {
            id: correction.id.0,
            kind: correction.kind,
            document: correction.document.0,
            revision: correction.revision.0,
            span: correction.span.into(),
            claim: correction.claim.map(Into::into),
            denier: correction.denier.map(Into::into),
            denier_role: correction.denier_role,
            stance: correction.stance,
            rebuttal_kind: correction.rebuttal_kind,
            label: correction.label,
            reason: correction.reason,
            corrected_by: correction.corrected_by,
            split: correction.split.map(|id| id.0),
            recorded_at: correction.recorded_at,
            withdrawn_at: correction.withdrawn_at,
        }
    }
}
