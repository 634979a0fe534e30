//! Links between claims as a reader sees them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ClaimBrief;
use crate::domain::{ClaimId, LinkId, LinkKind, LinkState};

/// Two linked claims with what is thought of them.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkView {
    /// Which link.
    pub id: LinkId,
    /// The claims that answer for the linked ones, the older first; these themselves where one
    /// answers for both.
    pub claims: [ClaimBrief; 2],
    /// The linked claims themselves.
    pub linked: [ClaimId; 2],
    /// What they are to each other.
    pub kind: LinkKind,
    /// How sure that is.
    pub state: LinkState,
    /// The weights and rules that judged it, or `editor`.
    pub method: String,
    /// 0..1, how likely both are on one matter; where a person judged alone, nothing.
    pub score: Option<f32>,
    /// How the two were found: what each way said.
    pub evidence: serde_json::Value,
    /// The person who judged it.
    pub judged_by: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// When the pair was first linked.
    pub recorded_at: DateTime<Utc>,
    /// When it was last judged.
    pub judged_at: DateTime<Utc>,
}

/// Which links.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkFilter {
    /// Of this state.
    pub state: Option<LinkState>,
    /// Of this kind.
    pub kind: Option<LinkKind>,
    /// Of this claim.
    pub claim: Option<ClaimId>,
    /// As judged at this time.
    pub as_of: Option<DateTime<Utc>>,
}
