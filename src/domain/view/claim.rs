//! Claims, where they stand, and their trail as a reader sees them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{ActorBrief, DocumentBrief, ReviewBrief};
use crate::domain::status::{Reason, Status};
use crate::domain::{
    AppearanceId, ClaimId, DateTimePrecision, LinkId, LocatedSpan, MergeId, RebuttalId,
    RebuttalKind, RevisionId, Stance, StatedTime, StatementId,
};

/// A claim, where something else is the subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimBrief {
    /// Which one.
    pub id: ClaimId,
    /// One sentence that stands alone.
    pub text: String,
    /// BCP 47.
    pub language: String,
    /// What the evidence says.
    pub status: Status,
}

/// A claim that was merged into another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberView {
    /// Which one.
    pub id: ClaimId,
    /// Its own wording.
    pub text: String,
    /// BCP 47.
    pub language: String,
    /// The merge that it is in.
    pub merge: MergeId,
    /// What it was merged into, which may have been merged itself since.
    pub into: ClaimId,
    /// Why.
    pub reason: String,
    /// When.
    pub merged_at: DateTime<Utc>,
}

/// Two claims that turned out to be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeView {
    /// Which merge.
    pub id: MergeId,
    /// The merged claim.
    pub claim: ClaimId,
    /// What it was merged into.
    pub into: ClaimId,
    /// The confirmed link behind it.
    pub link: Option<LinkId>,
    /// Why.
    pub reason: String,
    /// Who merged them.
    pub merged_by: String,
    /// When.
    pub recorded_at: DateTime<Utc>,
    /// When it was undone.
    pub undone_at: Option<DateTime<Utc>>,
}

/// What people say of a claim beside what was extracted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClaimEdit {
    /// A better wording.
    pub text: Option<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// A remark.
    pub note: Option<String>,
    /// A status that takes the place of the computed one.
    pub status: Option<Status>,
}

/// What to change of [`ClaimEdit`]: `None` is left as it is, `Some(None)` is taken back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClaimChange {
    /// The wording.
    pub text: Option<Option<String>>,
    /// All tags.
    pub tags: Option<Vec<String>>,
    /// The remark.
    pub note: Option<Option<String>>,
    /// The status.
    pub status: Option<Option<Status>>,
}

impl ClaimEdit {
    /// With what is to change.
    pub fn with(self, change: ClaimChange) -> Self {
        ClaimEdit {
            text: change.text.unwrap_or(self.text),
            tags: change.tags.unwrap_or(self.tags),
            note: change.note.unwrap_or(self.note),
            status: change.status.unwrap_or(self.status),
        }
    }
}

/// A claim with who asserts it, who denies it, and how often it stands where.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimView {
    /// Which one.
    pub id: ClaimId,
    /// One sentence that stands alone: a person's wording, where there is one.
    pub text: String,
    /// Its wording as extracted.
    pub extracted_text: String,
    /// BCP 47.
    pub language: String,
    /// What the evidence says, or a person.
    pub status: Status,
    /// What the evidence says.
    pub computed_status: Status,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// A person's remark.
    pub note: Option<String>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// 0..1; unknown until a model judges it.
    pub check_worthiness: Option<f32>,
    /// 0..1, the surest of its places.
    pub confidence: f32,
    /// Who asserts it.
    pub claimants: Vec<ActorBrief>,
    /// Who denies it.
    pub denied_by: Vec<ActorBrief>,
    /// Actors it names.
    pub about: Vec<ActorBrief>,
    /// Places where it stands.
    pub appearances: i32,
    /// What speaks against it.
    pub rebuttals: i32,
    /// Documents that carry it.
    pub documents: i32,
    /// Outlets that published those.
    pub outlets: i32,
    /// Independent origins of them: an agency text printed by ten outlets is one.
    pub origins: i32,
    /// Published fact-checks of it, whatever they say.
    pub reviews: i32,
    /// The earliest known time it was stated.
    pub first_stated: Option<StatedTime>,
    /// The latest known time it was stated.
    pub last_stated_at: Option<DateTime<Utc>>,
    /// Claims that were merged into it, whose evidence is among its own.
    pub members: Vec<MemberView>,
    /// When we learned of it.
    pub recorded_at: DateTime<Utc>,
    /// When anything above last changed.
    pub updated_at: DateTime<Utc>,
}

/// A place where a claim stands.
#[derive(Debug, Clone, PartialEq)]
pub struct AppearanceView {
    /// Which one.
    pub id: AppearanceId,
    /// The claim.
    pub claim: ClaimId,
    /// The claim whose place it is by itself: another one where that was merged into `claim`.
    pub member: ClaimId,
    /// Where.
    pub document: DocumentBrief,
    /// The revision its span points into.
    pub revision: RevisionId,
    /// What it does to the claim.
    pub stance: Stance,
    /// The words.
    pub span: LocatedSpan,
    /// The statement it is part of.
    pub statement: Option<StatementId>,
    /// Who speaks in that statement.
    pub speaker: Option<ActorBrief>,
    /// When it was said or published.
    pub stated: Option<StatedTime>,
    /// 0..1.
    pub confidence: f32,
    /// The extractor that found it.
    pub extractor_version: String,
    /// When we learned it.
    pub recorded_at: DateTime<Utc>,
    /// When its revision was replaced.
    pub superseded_at: Option<DateTime<Utc>>,
}

/// Which clock a time was read off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// When it was said, or published.
    Stated,
    /// When we learned it; used where the other is unknown.
    Recorded,
}

/// What happened at one moment of a claim's trail.
#[derive(Debug, Clone, PartialEq)]
pub enum TimelineEvent {
    /// It was said.
    Appearance {
        /// Which place.
        id: AppearanceId,
        /// What that place does to the claim.
        stance: Stance,
    },
    /// Something spoke against it.
    Rebuttal {
        /// Which one.
        id: RebuttalId,
        /// How.
        kind: RebuttalKind,
        /// The word used for the claim.
        label: Option<String>,
    },
    /// A fact-check of it was published.
    Review {
        /// Which one.
        review: ReviewBrief,
        /// The rebuttal that it is, where it speaks against the claim.
        rebuttal: Option<RebuttalId>,
    },
    /// It became one with another claim, or two with it again.
    Merge {
        /// The merge.
        id: MergeId,
        /// The other claim.
        other: ClaimId,
        /// Its wording.
        text: String,
        /// Its language, BCP 47.
        language: String,
        /// Whether the other claim answers for this one.
        away: bool,
        /// Whether the merge was undone then.
        undone: bool,
        /// Why they were merged.
        reason: String,
    },
    /// Its status changed.
    Status {
        /// From what; nothing at the start.
        previous: Option<Status>,
        /// To what.
        status: Status,
        /// Why.
        reasons: Vec<Reason>,
    },
}

/// One moment of a claim's trail.
#[derive(Debug, Clone, PartialEq)]
pub struct TimelineEntry {
    /// When.
    pub at: DateTime<Utc>,
    /// How exactly that is known.
    pub precision: DateTimePrecision,
    /// Which clock `at` was read off.
    pub clock: Clock,
    /// What.
    pub event: TimelineEvent,
    /// Where; nothing for a merge and a change of status.
    pub document: Option<DocumentBrief>,
    /// Who speaks or denies.
    pub actor: Option<ActorBrief>,
    /// The words.
    pub quote: Option<LocatedSpan>,
    /// When we learned it.
    pub recorded_at: DateTime<Utc>,
}
