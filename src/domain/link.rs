//! Two claims that have to do with each other.

use serde::{Deserialize, Serialize};

/// What two claims are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// One claim in two wordings.
    Same,
    /// They cannot both be true.
    Contradicts,
    /// One is a part of the other.
    PartOf,
}

impl LinkKind {
    /// The word used in JSON and in Postgres.
    pub fn as_str(self) -> &'static str {
        match self {
            LinkKind::Same => "same",
            LinkKind::Contradicts => "contradicts",
            LinkKind::PartOf => "part_of",
        }
    }
}

/// How sure a link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// A person should look at it.
    Suggested,
    /// It holds.
    Confirmed,
    /// A person said that it does not.
    Rejected,
}

impl LinkState {
    /// The word used in JSON and in Postgres.
    pub fn as_str(self) -> &'static str {
        match self {
            LinkState::Suggested => "suggested",
            LinkState::Confirmed => "confirmed",
            LinkState::Rejected => "rejected",
        }
    }
}
