//! Claims, where they stand and their trail, on the wire.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::actor::ActorBrief;
use super::document::DocumentBrief;
use super::extraction::Span;
use super::review::ReviewBrief;
use super::words;
use crate::domain::status::{self, Status};
use crate::domain::view::{self, TimelineEvent};
use crate::domain::{DateTimePrecision, RebuttalKind, Stance};

/// A claim, named where something else is the subject.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClaimBrief {
    /// Its resource is `/v1/claims/{id}`.
    pub id: Uuid,
    /// One sentence that stands alone.
    #[schema(example = "The east pier is closed.")]
    pub text: String,
    /// BCP 47.
    #[schema(example = "en")]
    pub language: String,
    /// What the evidence says.
    #[schema(value_type = words::Status)]
    pub status: Status,
}

impl From<view::ClaimBrief> for ClaimBrief {
    fn from(claim: view::ClaimBrief) -> Self {
        ClaimBrief {
            id: claim.id.0,
            text: claim.text,
            language: claim.language,
            status: claim.status,
        }
    }
}

/// One reason for a status, with what it stands on.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reason {
    /// Which kind.
    #[schema(value_type = words::ReasonCode)]
    pub code: status::ReasonCode,
    /// The rebuttal behind it.
    pub rebuttal: Option<Uuid>,
    /// The appearance behind it.
    pub appearance: Option<Uuid>,
    /// The review behind it.
    pub review: Option<Uuid>,
}

impl From<status::Reason> for Reason {
    fn from(reason: status::Reason) -> Self {
        Reason {
            code: reason.code,
            rebuttal: reason.rebuttal.map(|id| id.0),
            appearance: reason.appearance.map(|id| id.0),
            review: reason.review.map(|id| id.0),
        }
    }
}

/// A claim that was merged into another one.
#[derive(Debug, Serialize, ToSchema)]
pub struct Member {
    /// `/v1/claims/{id}` leads to the claim that answers for it.
    pub id: Uuid,
    /// Its own wording.
    pub text: String,
    /// BCP 47.
    pub language: String,
    /// The merge, by which it can be split off again.
    pub merge: Uuid,
    /// What it was merged into, which may have been merged itself since.
    pub into: Uuid,
    /// Why.
    pub reason: String,
    /// When.
    pub merged_at: DateTime<Utc>,
}

impl From<view::MemberView> for Member {
    fn from(member: view::MemberView) -> Self {
        Member {
            id: member.id.0,
            text: member.text,
            language: member.language,
            merge: member.merge.0,
            into: member.into.0,
            reason: member.reason,
            merged_at: member.merged_at,
        }
    }
}

/// A proposition with who asserts it, who denies it, and how often it stands where.
#[derive(Debug, Serialize, ToSchema)]
pub struct Claim {
    /// UUIDv7.
    pub id: Uuid,
    /// One sentence that stands alone, stated positively; a person's wording, where there is one.
    #[schema(example = "The east pier is closed.")]
    pub text: String,
    /// Its wording as extracted.
    pub extracted_text: String,
    /// BCP 47.
    #[schema(example = "en")]
    pub language: String,
    /// What the evidence says, or a person where one gave it another.
    #[schema(value_type = words::Status)]
    pub status: Status,
    /// What the evidence says.
    #[schema(value_type = words::Status)]
    pub computed_status: Status,
    /// Why the evidence says so.
    pub reasons: Vec<Reason>,
    /// 0..1, how much it deserves checking; null until a model judges it.
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
    /// Independent origins of it: an agency text printed by ten outlets is one.
    pub origins: i32,
    /// Published fact-checks of it, whatever they say.
    pub reviews: i32,
    /// The earliest known time it was stated; null where none is known.
    pub first_stated_at: Option<DateTime<Utc>>,
    /// How exactly that is known.
    #[schema(value_type = Option<words::Precision>)]
    pub first_stated_precision: Option<DateTimePrecision>,
    /// The latest known time it was stated.
    pub last_stated_at: Option<DateTime<Utc>>,
    /// Words that people gave it to find it by.
    pub tags: Vec<String>,
    /// A person's remark.
    pub note: Option<String>,
    /// Claims that were merged into it, whose evidence is among its own.
    pub members: Vec<Member>,
    /// When it was first recorded.
    pub recorded_at: DateTime<Utc>,
    /// When anything above last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<view::ClaimView> for Claim {
    fn from(claim: view::ClaimView) -> Self {
        let actors = |actors: Vec<view::ActorBrief>| actors.into_iter().map(Into::into).collect();
        Claim {
            id: claim.id.0,
            text: claim.text,
            language: claim.language,
            extracted_text: claim.extracted_text,
            status: claim.status,
            computed_status: claim.computed_status,
            tags: claim.tags,
            note: claim.note,
            reasons: claim.reasons.into_iter().map(Into::into).collect(),
            check_worthiness: claim.check_worthiness,
            confidence: claim.confidence,
            claimants: actors(claim.claimants),
            denied_by: actors(claim.denied_by),
            about: actors(claim.about),
            appearances: claim.appearances,
            rebuttals: claim.rebuttals,
            documents: claim.documents,
            outlets: claim.outlets,
            origins: claim.origins,
            reviews: claim.reviews,
            first_stated_at: claim.first_stated.map(|time| time.at),
            first_stated_precision: claim.first_stated.map(|time| time.precision),
            last_stated_at: claim.last_stated_at,
            members: claim.members.into_iter().map(Into::into).collect(),
            recorded_at: claim.recorded_at,
            updated_at: claim.updated_at,
        }
    }
}

/// A place where a claim stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct Appearance {
    /// UUIDv7.
    pub id: Uuid,
    /// The claim.
    pub claim: Uuid,
    /// The claim whose place it is by itself: another one where that was merged into `claim`.
    pub member: Uuid,
    /// Where it stands.
    pub document: DocumentBrief,
    /// The revision of the document that its span points into.
    pub revision: Uuid,
    /// What it does to the claim.
    #[schema(value_type = words::Stance)]
    pub stance: Stance,
    /// The words.
    pub span: Span,
    /// The statement it is part of.
    pub statement: Option<Uuid>,
    /// Who speaks in that statement.
    pub speaker: Option<ActorBrief>,
    /// When it was said or published.
    pub stated_at: Option<DateTime<Utc>>,
    /// How exactly that is known.
    #[schema(value_type = Option<words::Precision>)]
    pub stated_precision: Option<DateTimePrecision>,
    /// 0..1.
    pub confidence: f32,
    /// The extractor that found it.
    pub extractor_version: String,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// When its revision was replaced; null while it is live.
    pub superseded_at: Option<DateTime<Utc>>,
}

impl From<view::AppearanceView> for Appearance {
    fn from(appearance: view::AppearanceView) -> Self {
        Appearance {
            id: appearance.id.0,
            claim: appearance.claim.0,
            member: appearance.member.0,
            document: appearance.document.into(),
            revision: appearance.revision.0,
            stance: appearance.stance,
            span: appearance.span.into(),
            statement: appearance.statement.map(|id| id.0),
            speaker: appearance.speaker.map(Into::into),
            stated_at: appearance.stated.map(|time| time.at),
            stated_precision: appearance.stated.map(|time| time.precision),
            confidence: appearance.confidence,
            extractor_version: appearance.extractor_version,
            recorded_at: appearance.recorded_at,
            superseded_at: appearance.superseded_at,
        }
    }
}

/// The claim that another one was merged with.
#[derive(Debug, Serialize, ToSchema)]
pub struct OtherClaim {
    /// Its resource is `/v1/claims/{id}`.
    pub id: Uuid,
    /// Its wording.
    pub text: String,
    /// BCP 47.
    pub language: String,
    /// Whether it answers for the claim of this trail from then on.
    pub answers: bool,
    /// Why they were merged.
    pub reason: String,
}

/// One moment of a claim's trail.
#[derive(Debug, Serialize, ToSchema)]
pub struct TimelineEntry {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// How exactly that is known.
    #[schema(value_type = words::Precision)]
    pub precision: DateTimePrecision,
    /// Whether `at` is when it was said (`stated`) or, where that is unknown, when it was recorded.
    #[schema(value_type = words::Clock)]
    pub clock: view::Clock,
    /// What happened: the claim was said, something spoke against it, a fact-check of it was
    /// published, it was merged with another claim or split off it again, or its status changed.
    #[schema(value_type = words::EventKind)]
    pub event: &'static str,
    /// Id of the appearance, rebuttal, review or merge; null for a change of status.
    pub id: Option<Uuid>,
    /// Of an appearance: what it does to the claim.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Stance>)]
    pub stance: Option<Stance>,
    /// Of a rebuttal: how it speaks against the claim.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::RebuttalKind>)]
    pub kind: Option<RebuttalKind>,
    /// Of a rebuttal: the word it uses for the claim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Of a review: the fact-check.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<ReviewBrief>,
    /// Of a review that speaks against the claim: the rebuttal that it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rebuttal: Option<Uuid>,
    /// Of a merge and a split: the other claim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<OtherClaim>,
    /// Of a change of status: the new one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Status>)]
    pub status: Option<Status>,
    /// Of a change of status: the one before; absent at the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Status>)]
    pub previous: Option<Status>,
    /// Of a change of status: why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// Where it was said; null for a merge, a split and a change of status.
    pub document: Option<DocumentBrief>,
    /// Who speaks or denies.
    pub actor: Option<ActorBrief>,
    /// The words.
    pub quote: Option<Span>,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
}

impl From<view::TimelineEntry> for TimelineEntry {
    fn from(entry: view::TimelineEntry) -> Self {
        let mut wire = TimelineEntry {
            at: entry.at,
            precision: entry.precision,
            clock: entry.clock,
            event: "status",
            id: None,
            stance: None,
            kind: None,
            label: None,
            review: None,
            rebuttal: None,
            other: None,
            status: None,
            previous: None,
            reasons: Vec::new(),
            document: entry.document.map(Into::into),
            actor: entry.actor.map(Into::into),
            quote: entry.quote.map(Span::from),
            recorded_at: entry.recorded_at,
        };
        match entry.event {
            TimelineEvent::Appearance { id, stance } => {
                wire.event = "appearance";
                wire.id = Some(id.0);
                wire.stance = Some(stance);
            }
            TimelineEvent::Rebuttal { id, kind, label } => {
                wire.event = "rebuttal";
                wire.id = Some(id.0);
                wire.kind = Some(kind);
                wire.label = label;
            }
            TimelineEvent::Review { review, rebuttal } => {
                wire.event = "review";
                wire.id = Some(review.id.0);
                wire.review = Some(review.into());
                wire.rebuttal = rebuttal.map(|id| id.0);
            }
            TimelineEvent::Merge { id, other, text, language, away, undone, reason } => {
                wire.event = if undone { "split" } else { "merge" };
                wire.id = Some(id.0);
                let answers = away && !undone;
                wire.other = Some(OtherClaim { id: other.0, text, language, answers, reason });
            }
            TimelineEvent::Status { previous, status, reasons } => {
                wire.status = Some(status);
                wire.previous = previous;
                wire.reasons = reasons.into_iter().map(Into::into).collect();
            }
        }
        wire
    }
}
