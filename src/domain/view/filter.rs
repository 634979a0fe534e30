//! What a reader asks a list for.
//!
//! `from` (inclusive) and `to` (exclusive) are times of the *stated* clock, `as_of` is a time of
//! the *recorded* clock. Every filter left out lets everything through.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::JobState;
use crate::domain::status::Status;
use crate::domain::{
    ActorId, ActorKind, ClaimId, DenierRole, DocumentId, OutletId, RebuttalKind, Stance,
};

/// Which part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// At most so many items; 1 at least.
    pub limit: u16,
    /// `next` of the page before, as it was given; `None` for the first page.
    pub cursor: Option<String>,
}

impl PageRequest {
    /// The first page.
    pub fn first(limit: u16) -> Self {
        PageRequest { limit, cursor: None }
    }
}

/// One part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The items, in the order asked for.
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<String>,
}

/// A thing named by its id or by a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Selector<I> {
    /// By id.
    Id(I),
    /// By any of its names; of an outlet also by its domain.
    Name(String),
}

macro_rules! selectors {
    ($($id:ident),+) => {$(
        impl FromStr for Selector<$id> {
            type Err = std::convert::Infallible;

            /// An id where the text is a UUID, else a name.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(match Uuid::parse_str(text) {
                    Ok(id) => Selector::Id($id(id)),
                    Err(_) => Selector::Name(text.to_owned()),
                })
            }
        }
    )+};
}

selectors!(ActorId, OutletId);

/// Which documents.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DocumentFilter {
    /// Published by.
    pub outlet: Option<Selector<OutletId>>,
    /// In this language.
    pub language: Option<String>,
    /// At this address, canonical or not.
    pub url: Option<String>,
    /// With these words in title or text.
    pub q: Option<String>,
    /// Published then or later.
    pub from: Option<DateTime<Utc>>,
    /// Published before.
    pub to: Option<DateTime<Utc>>,
}

/// In which order claims are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimSort {
    /// Last recorded first.
    #[default]
    Newest,
    /// First recorded first.
    Oldest,
    /// Most rebuttals first.
    MostDenied,
    /// Most appearances first.
    MostReported,
}

/// Which claims.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ClaimFilter {
    /// With these words.
    pub q: Option<String>,
    /// With this tag.
    pub tag: Option<String>,
    /// Of this status.
    pub status: Option<Status>,
    /// Asserted by.
    pub claimant: Option<Selector<ActorId>>,
    /// Denied by.
    pub denied_by: Option<Selector<ActorId>>,
    /// Naming this actor.
    pub about: Option<Selector<ActorId>>,
    /// Carried by this outlet.
    pub outlet: Option<Selector<OutletId>>,
    /// In this language.
    pub language: Option<String>,
    /// Stated or denied then or later.
    pub from: Option<DateTime<Utc>>,
    /// Stated or denied before.
    pub to: Option<DateTime<Utc>>,
    /// As known at that time.
    pub as_of: Option<DateTime<Utc>>,
    /// At least so check-worthy.
    pub min_check_worthiness: Option<f32>,
    /// At least so sure.
    pub min_confidence: Option<f32>,
    /// In which order.
    pub sort: ClaimSort,
}

/// Which statements.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StatementFilter {
    /// In this document.
    pub document: Option<DocumentId>,
    /// By this speaker.
    pub speaker: Option<Selector<ActorId>>,
    /// With these words in their contents.
    pub q: Option<String>,
}

/// Which appearances.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AppearanceFilter {
    /// Of this claim.
    pub claim: Option<ClaimId>,
    /// In this document.
    pub document: Option<DocumentId>,
    /// Doing this to the claim.
    pub stance: Option<Stance>,
    /// In a document of this outlet.
    pub outlet: Option<Selector<OutletId>>,
    /// Stated then or later.
    pub from: Option<DateTime<Utc>>,
    /// Stated before.
    pub to: Option<DateTime<Utc>>,
    /// As known at that time.
    pub as_of: Option<DateTime<Utc>>,
    /// At least so sure.
    pub min_confidence: Option<f32>,
}

/// Which rebuttals.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RebuttalFilter {
    /// Of this kind.
    pub kind: Option<RebuttalKind>,
    /// By this denier.
    pub denier: Option<Selector<ActorId>>,
    /// By a denier of this role.
    pub denier_role: Option<DenierRole>,
    /// With this label, in whatever case.
    pub label: Option<String>,
    /// Published by.
    pub outlet: Option<Selector<OutletId>>,
    /// Stated then or later.
    pub from: Option<DateTime<Utc>>,
    /// Stated before.
    pub to: Option<DateTime<Utc>>,
    /// Against this claim.
    pub claim: Option<ClaimId>,
    /// In this document.
    pub document: Option<DocumentId>,
    /// As known at that time.
    pub as_of: Option<DateTime<Utc>>,
}

/// Which actors.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ActorFilter {
    /// With these words in a name.
    pub q: Option<String>,
    /// Of this kind.
    pub kind: Option<ActorKind>,
    /// As known at this time.
    pub as_of: Option<DateTime<Utc>>,
}

/// Which outlets.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OutletFilter {
    /// With these words in the name.
    pub q: Option<String>,
}

/// Which jobs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct JobFilter {
    /// Standing there.
    pub state: Option<JobState>,
}

impl<T> Page<T> {
    /// The same page of other items.
    pub fn map<U>(self, shown: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(shown).collect(), next: self.next }
    }
}
