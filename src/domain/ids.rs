//! Identifiers as newtypes over UUIDv7, so that two of them cannot be swapped.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new identifier; UUIDv7, so later ones sort after earlier ones.
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

ids! {
    /// One article at one canonical URL.
    DocumentId,
    /// One state of a document's text.
    RevisionId,
    /// One text that documents print: of the first document's first text that document's id, of a later
    /// text of a document that of its revision.
    OriginId,
    /// Who published a document.
    OutletId,
    /// Who speaks or is spoken of.
    ActorId,
    /// One attribution in one revision.
    StatementId,
    /// One canonical proposition.
    ClaimId,
    /// One place where a claim stands.
    AppearanceId,
    /// One denier's rejection of one claim.
    DenialId,
    /// One place where a denial stands.
    DenialMentionId,
    /// Whatever speaks against a claim.
    RebuttalId,
    /// One fact-check of one claim.
    ReviewId,
    /// Two claims that have to do with each other.
    LinkId,
    /// Two claims that turned out to be one.
    MergeId,
    /// Two actors that turned out to be one.
    ActorMergeId,
    /// What a person put right of a document.
    CorrectionId,
    /// Places that were parted off a claim at once.
    SplitId,
    /// What documents are fetched from.
    FeedId,
    /// One piece of work under way.
    JobId,
    /// One request to the service; its log lines, its answer and the job it asked for carry it.
    RequestId,
}
