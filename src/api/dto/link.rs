//! Links between claims, on the wire.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::claim::ClaimBrief;
use super::document::told;
use super::words;
use crate::domain::{LinkKind, LinkState, view};

/// Two claims that have to do with each other.
#[derive(Debug, Serialize, ToSchema)]
pub struct Link {
    /// UUIDv7.
    pub id: Uuid,
    /// The claims, the older first. Of one that was merged the claim that answers for it, unless both
    /// were merged into one.
    #[schema(value_type = Vec<ClaimBrief>, min_items = 2, max_items = 2)]
    pub claims: [ClaimBrief; 2],
    /// The ids of the linked claims themselves, merged or not.
    #[schema(min_items = 2, max_items = 2)]
    pub linked: [Uuid; 2],
    /// What they are to each other.
    #[schema(value_type = words::LinkKind)]
    pub kind: LinkKind,
    /// How sure that is.
    #[schema(value_type = words::LinkState)]
    pub state: LinkState,
    /// The weights and rules that judged it, or `editor`.
    pub method: String,
    /// 0..1, how likely both are on one matter; null where a person judged alone.
    pub score: Option<f32>,
    /// How the two were found: score and place in each way's list.
    #[schema(value_type = Object)]
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

impl From<view::LinkView> for Link {
    fn from(link: view::LinkView) -> Self {
        Link {
            id: link.id.0,
            claims: link.claims.map(Into::into),
            linked: link.linked.map(|id| id.0),
            kind: link.kind,
            state: link.state,
            method: link.method,
            score: link.score,
            evidence: link.evidence,
            judged_by: link.judged_by,
            reason: link.reason,
            recorded_at: link.recorded_at,
            judged_at: link.judged_at,
        }
    }
}

/// Who judges a link, and why.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkJudgement {
    /// Why.
    #[validate(
        custom(function = "told"),
        length(max = 2000, message = "must have at most 2000 characters")
    )]
    #[schema(max_length = 2000, example = "Both speak of the crash of 4 May")]
    pub reason: String,
    /// Who, by a name that people here know.
    #[validate(
        custom(function = "told"),
        length(max = 200, message = "must have at most 200 characters")
    )]
    #[schema(max_length = 200, example = "desk editor")]
    pub by: String,
    /// What the claims are to each other; as it was where not given.
    #[schema(value_type = Option<words::LinkKind>)]
    pub kind: Option<LinkKind>,
}
