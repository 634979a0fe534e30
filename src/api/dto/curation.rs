//! Claims that people merge and split, on the wire.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::document::told;
use crate::domain::{ActorId, ActorMergeId, ClaimId, MergeId, view};

/// Where a merged claim is found.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClaimMoved {
    /// The claim that was asked for.
    pub id: Uuid,
    /// The claim that answers for it.
    pub merged_into: Uuid,
    /// Where to ask instead, as the `location` header has it.
    #[schema(example = "/v1/claims/01890000-0000-7000-8000-000000000000")]
    pub location: String,
}

/// Into which claim another one is merged, by whom and why.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimMerge {
    /// The claim that answers for both from now on; it must stand by itself.
    #[schema(value_type = Uuid)]
    pub into: ClaimId,
    /// Why.
    #[validate(
        custom(function = "told"),
        length(max = 2000, message = "must have at most 2000 characters")
    )]
    #[schema(max_length = 2000, example = "One closure in two wordings")]
    pub reason: String,
    /// Who, by a name that people here know.
    #[validate(
        custom(function = "told"),
        length(max = 200, message = "must have at most 200 characters")
    )]
    #[schema(max_length = 200, example = "desk editor")]
    pub by: String,
}

/// Which merge is undone, by whom and why.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimSplit {
    /// The merge, as `members` of the claim names it.
    #[schema(value_type = Uuid)]
    pub merge: MergeId,
    /// Why.
    #[validate(
        custom(function = "told"),
        length(max = 2000, message = "must have at most 2000 characters")
    )]
    #[schema(max_length = 2000, example = "They are two piers")]
    pub reason: String,
    /// Who, by a name that people here know.
    #[validate(
        custom(function = "told"),
        length(max = 200, message = "must have at most 200 characters")
    )]
    #[schema(max_length = 200, example = "desk editor")]
    pub by: String,
}

/// Two claims that turned out to be one.
#[derive(Debug, Serialize, ToSchema)]
pub struct Merge {
    /// UUIDv7.
    pub id: Uuid,
    /// The merged claim.
    pub claim: Uuid,
    /// What it was merged into.
    pub into: Uuid,
    /// The confirmed link behind it; null where somebody merged them without one.
    pub link: Option<Uuid>,
    /// Why.
    pub reason: String,
    /// Who merged them.
    pub merged_by: String,
    /// When.
    pub recorded_at: DateTime<Utc>,
    /// When it was undone; null while it stands.
    pub undone_at: Option<DateTime<Utc>>,
}

impl From<view::MergeView> for Merge {
    fn from(merge: view::MergeView) -> Self {
        Merge {
            id: merge.id.0,
            claim: merge.claim.0,
            into: merge.into.0,
            link: merge.link.map(|id| id.0),
            reason: merge.reason,
            merged_by: merge.merged_by,
            recorded_at: merge.recorded_at,
            undone_at: merge.undone_at,
        }
    }
}

/// Into which actor one is merged, by whom and why.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActorMerging {
    /// The actor that will answer for both.
    #[schema(value_type = Uuid)]
    pub into: ActorId,
    /// Why.
    #[validate(
        custom(function = "told"),
        length(max = 2000, message = "must have at most 2000 characters")
    )]
    #[schema(max_length = 2000, example = "One minister in two transliterations")]
    pub reason: String,
    /// Who, by a name that people here know.
    #[validate(
        custom(function = "told"),
        length(max = 200, message = "must have at most 200 characters")
    )]
    #[schema(max_length = 200, example = "desk editor")]
    pub by: String,
}

/// Which merge of actors is undone, by whom and why.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActorSplitting {
    /// The merge, as `members` of the actor names it.
    #[schema(value_type = Uuid)]
    pub merge: ActorMergeId,
    /// Why.
    #[validate(
        custom(function = "told"),
        length(max = 2000, message = "must have at most 2000 characters")
    )]
    #[schema(max_length = 2000, example = "They are father and son")]
    pub reason: String,
    /// Who, by a name that people here know.
    #[validate(
        custom(function = "told"),
        length(max = 200, message = "must have at most 200 characters")
    )]
    #[schema(max_length = 200, example = "desk editor")]
    pub by: String,
}

/// Which actor answers for one that was merged.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActorMoved {
    /// The merged actor.
    pub id: Uuid,
    /// The one that answers for it.
    pub merged_into: Uuid,
    /// The same resource of that one.
    pub location: String,
}
