//! What people put right of what was read in documents, as a reader sees it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{ActorBrief, ClaimBrief};
use crate::domain::{
    ActorId, ClaimId, CorrectionId, DenierRole, DocumentId, LocatedSpan, RebuttalKind, RevisionId,
    SplitId, Stance,
};

/// What was put right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CorrectionOf {
    /// Nothing is denied there.
    NotADenial,
    /// Somebody else denies.
    Denier,
    /// It is another claim that is said or denied there.
    Claim,
    /// A claim stands there that was not seen.
    MissedClaim,
    /// A claim is spoken against there, which was not seen.
    MissedRebuttal,
}

impl CorrectionOf {
    /// The word used in JSON and in Postgres.
    pub fn as_str(self) -> &'static str {
        match self {
            CorrectionOf::NotADenial => "not_a_denial",
            CorrectionOf::Denier => "denier",
            CorrectionOf::Claim => "claim",
            CorrectionOf::MissedClaim => "missed_claim",
            CorrectionOf::MissedRebuttal => "missed_rebuttal",
        }
    }
}

/// Which claim, by its id or by its wording, which may be new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimGiven {
    /// A known one.
    Id(ClaimId),
    /// The one of this wording and canonical key, found or founded.
    Wording {
        /// One sentence that stands alone.
        text: String,
        /// Its canonical wording.
        key: String,
    },
}

/// A correction to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCorrection {
    /// What is put right.
    pub kind: CorrectionOf,
    /// The revision whose words it is about.
    pub revision: RevisionId,
    /// The words: of an appearance its own, of a denial those that deny.
    pub place: LocatedSpan,
    /// The claim that is meant.
    pub claim: Option<ClaimGiven>,
    /// Who denies.
    pub denier: Option<ActorId>,
    /// Who the denier is to the claim.
    pub denier_role: Option<DenierRole>,
    /// What the words do to the claim.
    pub stance: Option<Stance>,
    /// How they speak against it.
    pub rebuttal_kind: Option<RebuttalKind>,
    /// The word used for the claim.
    pub label: Option<String>,
}

/// A correction as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct CorrectionView {
    /// Which one.
    pub id: CorrectionId,
    /// What was put right.
    pub kind: CorrectionOf,
    /// In which document.
    pub document: DocumentId,
    /// The revision that its span points into.
    pub revision: RevisionId,
    /// The words.
    pub span: LocatedSpan,
    /// The claim that is meant.
    pub claim: Option<ClaimBrief>,
    /// Who denies.
    pub denier: Option<ActorBrief>,
    /// Who the denier is to the claim.
    pub denier_role: Option<DenierRole>,
    /// What the words do to the claim.
    pub stance: Option<Stance>,
    /// How they speak against it.
    pub rebuttal_kind: Option<RebuttalKind>,
    /// The word used for the claim.
    pub label: Option<String>,
    /// Why.
    pub reason: String,
    /// Who corrected it.
    pub corrected_by: String,
    /// The split of a claim that it is of, with others.
    pub split: Option<SplitId>,
    /// When.
    pub recorded_at: DateTime<Utc>,
    /// When it was withdrawn.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

/// Which corrections.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorrectionFilter {
    /// Of this kind.
    pub kind: Option<CorrectionOf>,
    /// In this document.
    pub document: Option<DocumentId>,
    /// That say this claim is meant, or whose denial was one of this claim.
    pub claim: Option<ClaimId>,
    /// Of this split.
    pub split: Option<SplitId>,
    /// As they stood at this time.
    pub as_of: Option<DateTime<Utc>>,
}

/// Places of a claim that turned out to be of another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartView {
    /// Which split.
    pub id: SplitId,
    /// The claim that they were of.
    pub claim: ClaimId,
    /// The claim that they are of.
    pub into: ClaimId,
    /// What puts each right.
    pub corrections: Vec<CorrectionId>,
    /// Why.
    pub reason: String,
    /// Who parted them.
    pub parted_by: String,
    /// When.
    pub recorded_at: DateTime<Utc>,
}
