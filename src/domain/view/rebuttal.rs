//! What speaks against a claim as a reader sees it.

use chrono::{DateTime, Utc};

use super::{ActorBrief, ClaimBrief, DocumentBrief, ReviewBrief};
use crate::domain::{
    ClaimId, DenialMentionId, DenierRole, LocatedSpan, RebuttalId, RebuttalKind, RevisionId,
    StatedTime, StatementId,
};

/// A rebuttal, where something else is the subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RebuttalBrief {
    /// Which one.
    pub id: RebuttalId,
    /// How it speaks against the claim.
    pub kind: RebuttalKind,
    /// The claim.
    pub claim: ClaimBrief,
    /// Who denies.
    pub denier: Option<ActorBrief>,
}

/// A place where a denial stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DenialMentionView {
    /// Which one.
    pub id: DenialMentionId,
    /// The words that deny.
    pub cue: LocatedSpan,
    /// The words that name the denier.
    pub denier: Option<LocatedSpan>,
    /// The words of the denied thing.
    pub denied: Option<LocatedSpan>,
    /// The words that name who relayed it.
    pub via: Option<LocatedSpan>,
    /// The statement it is part of.
    pub statement: Option<StatementId>,
    /// The rule or model that found it.
    pub rule: String,
}

/// Whatever speaks against a claim, with the words it stands on.
#[derive(Debug, Clone, PartialEq)]
pub struct RebuttalView {
    /// Which one.
    pub id: RebuttalId,
    /// How it speaks against the claim.
    pub kind: RebuttalKind,
    /// The claim.
    pub claim: ClaimBrief,
    /// The claim that it is against by itself: another one where that was merged into `claim`.
    pub member: ClaimId,
    /// Where it stands; nothing for a review.
    pub document: Option<DocumentBrief>,
    /// The revision its spans point into; nothing for a review.
    pub revision: Option<RevisionId>,
    /// The fact-check that it is, of the kind `review`.
    pub review: Option<ReviewBrief>,
    /// Who denies; nothing for the author's own voice, and for a review.
    pub denier: Option<ActorBrief>,
    /// Who the denier is to the claim.
    pub denier_role: DenierRole,
    /// Who relayed it.
    pub via: Option<ActorBrief>,
    /// The word used for the claim.
    pub label: Option<String>,
    /// When it was said as far as known: the words' own time, else the publication.
    pub stated: Option<StatedTime>,
    /// 0..1.
    pub confidence: f32,
    /// Where in the document, in order of place; empty only for a review.
    pub mentions: Vec<DenialMentionView>,
    /// The extractor that found it.
    pub extractor_version: String,
    /// When we learned it.
    pub recorded_at: DateTime<Utc>,
    /// When its revision was replaced.
    pub superseded_at: Option<DateTime<Utc>>,
}
