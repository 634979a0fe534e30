//! Actors and outlets as a reader sees them.

use chrono::{DateTime, Utc};

use crate::domain::{ActorId, ActorKind, OutletId};

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
    /// Whom it speaks for.
    pub speaks_for: Vec<ActorBrief>,
    /// Live statements it is the speaker of.
    pub statements: i64,
    /// Live claims it asserts.
    pub claims: i64,
    /// Live rebuttals it is the denier of.
    pub rebuttals: i64,
    /// When we learned of it.
    pub recorded_at: DateTime<Utc>,
}
