//! What speaks against a claim, on the wire.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::actor::ActorBrief;
use super::claim::ClaimBrief;
use super::document::DocumentBrief;
use super::extraction::Span;
use super::review::ReviewBrief;
use super::words;
use crate::domain::{DateTimePrecision, DenierRole, RebuttalKind, view};

/// A rebuttal, named where something else is the subject.
#[derive(Debug, Serialize, ToSchema)]
pub struct RebuttalBrief {
    /// Its resource is `/v1/rebuttals/{id}`.
    pub id: Uuid,
    /// How it speaks against the claim.
    #[schema(value_type = words::RebuttalKind)]
    pub kind: RebuttalKind,
    /// The claim.
    pub claim: ClaimBrief,
    /// Who denies; null for the author's own voice.
    pub denier: Option<ActorBrief>,
}

impl From<view::RebuttalBrief> for RebuttalBrief {
    fn from(rebuttal: view::RebuttalBrief) -> Self {
        RebuttalBrief {
            id: rebuttal.id.0,
            kind: rebuttal.kind,
            claim: rebuttal.claim.into(),
            denier: rebuttal.denier.map(Into::into),
        }
    }
}

/// A place where a denial stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct DenialMention {
    /// UUIDv7.
    pub id: Uuid,
    /// The words that deny.
    pub cue: Span,
    /// The words that name the denier; may be a pronoun.
    pub denier: Option<Span>,
    /// The words of the denied thing.
    pub denied: Option<Span>,
    /// The words that name who relayed it.
    pub via: Option<Span>,
    /// The statement it is part of.
    pub statement: Option<Uuid>,
    /// The rule or model that found it.
    pub rule: String,
}

impl From<view::DenialMentionView> for DenialMention {
    fn from(mention: view::DenialMentionView) -> Self {
        DenialMention {
            id: mention.id.0,
            cue: mention.cue.into(),
            denier: mention.denier.map(Span::from),
            denied: mention.denied.map(Span::from),
            via: mention.via.map(Span::from),
            statement: mention.statement.map(|id| id.0),
            rule: mention.rule,
        }
    }
}

/// Whatever speaks against a claim, with the words it stands on.
#[derive(Debug, Serialize, ToSchema)]
pub struct Rebuttal {
    /// UUIDv7.
    pub id: Uuid,
    /// How it speaks against the claim.
    #[schema(value_type = words::RebuttalKind)]
    pub kind: RebuttalKind,
    /// The claim.
    pub claim: ClaimBrief,
    /// The claim that it is against by itself: another one where that was merged into `claim`.
    pub member: Uuid,
    /// Where it stands; null for a review.
    pub document: Option<DocumentBrief>,
    /// The revision of the document that its spans point into; null for a review.
    pub revision: Option<Uuid>,
    /// The fact-check that it is; null but for the kind `review`.
    pub review: Option<ReviewBrief>,
    /// Who denies; null for the author's own voice, and for a review.
    pub denier: Option<ActorBrief>,
    /// Who the denier is to the claim.
    #[schema(value_type = words::DenierRole)]
    pub denier_role: DenierRole,
    /// Who relayed it.
    pub via: Option<ActorBrief>,
    /// The word used for the claim: hoax, fake, baseless …
    #[schema(example = "baseless")]
    pub label: Option<String>,
    /// When it was said, as far as known: the words' own time, else the publication.
    pub stated_at: Option<DateTime<Utc>>,
    /// How exactly that is known.
    #[schema(value_type = Option<words::Precision>)]
    pub stated_precision: Option<DateTimePrecision>,
    /// 0..1.
    pub confidence: f32,
    /// Where in the document, in order of place; empty only for a review.
    pub mentions: Vec<DenialMention>,
    /// The extractor that found it.
    pub extractor_version: String,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// When its revision was replaced; null while it is live.
    pub superseded_at: Option<DateTime<Utc>>,
}

impl From<view::RebuttalView> for Rebuttal {
    fn from(rebuttal: view::RebuttalView) -> Self {
        Rebuttal {
            id: rebuttal.id.0,
            kind: rebuttal.kind,
            claim: rebuttal.claim.into(),
            member: rebuttal.member.0,
            document: rebuttal.document.map(Into::into),
            revision: rebuttal.revision.map(|id| id.0),
            review: rebuttal.review.map(Into::into),
            denier: rebuttal.denier.map(Into::into),
            denier_role: rebuttal.denier_role,
            via: rebuttal.via.map(Into::into),
            label: rebuttal.label,
            stated_at: rebuttal.stated.map(|time| time.at),
            stated_precision: rebuttal.stated.map(|time| time.precision),
            confidence: rebuttal.confidence,
            mentions: rebuttal.mentions.into_iter().map(Into::into).collect(),
            extractor_version: rebuttal.extractor_version,
            recorded_at: rebuttal.recorded_at,
            superseded_at: rebuttal.superseded_at,
        }
    }
}
