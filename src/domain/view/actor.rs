//! Actors and outlets as a reader sees them.

use chrono::{DateTime, Utc};

use super::{ClaimBrief, DocumentBrief};
use crate::domain::{ActorId, ActorKind, ActorMergeId, LocatedSpan, OutletId, StatedTime};

/// An outlet, where something else is the subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutletBrief {
    /// Which one.
    pub id: OutletId,
    /// Its name.
    pub name: String,
    /// Its domain, where known.
    pub domain: Option<String>,
}

/// An outlet with what it has published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutletView {
    /// Which one.
    pub id: OutletId,
    /// Its name.
    pub name: String,
    /// Its domain, where known.
    pub domain: Option<String>,
    /// Documents we have of it.
    pub documents: i64,
    /// When we learned of it.
    pub recorded_at: DateTime<Utc>,
}

/// An actor, where something else is the subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActorBrief {
    /// Which one.
    pub id: ActorId,
    /// The name it was first known by.
    pub name: String,
    /// What it is, where known.
    pub kind: Option<ActorKind>,
}

/// What an actor is called by documents, and from when to when.
#[derive(Debug, Clone, PartialEq)]
pub struct NamingView {
    /// What the words are to it.
    pub form: NamingForm,
    /// The words; for a state its code.
    pub text: String,
    /// Documents that call it so.
    pub documents: i64,
    /// The earliest publication of one, where any tells.
    pub first_seen: Option<StatedTime>,
    /// The latest.
    pub last_seen: Option<StatedTime>,
    /// The document that we learned it from first, and where it stands there.
    pub evidence: (DocumentBrief, LocatedSpan),
    /// When we learned it.
    pub recorded_at: DateTime<Utc>,
}

/// What words are to an actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NamingForm {
    /// A name of it.
    Name,
    /// An office or title.
    Role,
    /// The state it belongs to.
    Country,
}

/// Two actors that turned out to be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActorMergeView {
    /// Which merge.
    pub id: ActorMergeId,
    /// The merged actor.
    pub actor: ActorId,
    /// Its name.
    pub name: String,
    /// What it was merged into, which may have been merged itself since.
    pub into: ActorId,
    /// Why.
    pub reason: String,
    /// Who merged them.
    pub merged_by: String,
    /// When.
    pub recorded_at: DateTime<Utc>,
    /// When it was undone; `None` while it stands.
    pub undone_at: Option<DateTime<Utc>>,
}

/// What an actor has to do with claims; of each at most some, the newest evidence first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActorTrail {
    /// Claims it asserts.
    pub claimed: Vec<ClaimBrief>,
    /// Claims it denies.
    pub denied: Vec<ClaimBrief>,
    /// Claims it asserts that others speak against.
    pub was_denied: Vec<ClaimBrief>,
    /// Where it speaks against itself.
    pub contradicted: Vec<SelfContradiction>,
}

/// What an actor said against its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelfContradiction {
    /// A claim that it asserts.
    pub claim: ClaimBrief,
    /// What it said against that.
    pub against: Against,
}

/// How an actor speaks against its own claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Against {
    /// It denies the claim, too.
    Denied,
    /// It denies another claim that is linked as the same.
    DeniedSame(ClaimBrief),
    /// It asserts another claim that is linked as contradicting it.
    Contradicted(ClaimBrief),
}

/// An actor with its names and what it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActorView {
    /// Which one.
    pub id: ActorId,
    /// The name it was first known by.
    pub name: String,
    /// What it is, where known.
    pub kind: Option<ActorKind>,
    /// Other names, in the order we learned them.
    pub aliases: Vec<String>,
    /// Offices and titles, as worded.
    pub roles: Vec<String>,
    /// States it belongs to or stands for, as ISO 3166-1 alpha-2.
    pub countries: Vec<String>,
    /// Whom it speaks for.
    pub speaks_for: Vec<ActorBrief>,
    /// The merges by which it answers for others.
    pub members: Vec<ActorMergeView>,
    /// Live statements it is the speaker of.
    pub statements: i64,
    /// Live claims it asserts.
    pub claims: i64,
    /// Live rebuttals it is the denier of.
    pub rebuttals: i64,
    /// When we learned of it.
    pub recorded_at: DateTime<Utc>,
}
