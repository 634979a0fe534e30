//! Claims that people merge and split, on the wire.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError};

use super::document::told;
use super::words;
use crate::domain::{
    ActorId, ActorMergeId, AppearanceId, ClaimId, MergeId, RebuttalId, Status, view,
};

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

/// Which merge is undone, or which places are of another claim, by whom and why. With `merge` alone, or with
/// `appearances` or `rebuttals` (50 together at most) and one of `claim` and `text`.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimSplit {
    /// The merge, as `members` of the claim names it.
    #[schema(value_type = Option<Uuid>)]
    pub merge: Option<MergeId>,
    /// Appearances of the claim, which must stand.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>, max_items = 50)]
    pub appearances: Vec<AppearanceId>,
    /// Rebuttals of the claim in documents, which must stand.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>, max_items = 50)]
    pub rebuttals: Vec<RebuttalId>,
    /// The claim that they are of.
    #[schema(value_type = Option<Uuid>)]
    pub claim: Option<ClaimId>,
    /// Its wording, one sentence that stands alone, where it may be a new one.
    #[validate(custom(function = "worded"))]
    #[schema(max_length = 2000, example = "The west pier of Lorne is closed.")]
    pub text: Option<String>,
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

/// What to change of a claim, by whom and why. What is left out stays, and null takes a person's word back.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimPatch {
    /// A better wording; one sentence that stands alone.
    #[serde(default, deserialize_with = "given")]
    #[validate(custom(function = "worded"))]
    #[schema(value_type = Option<String>, max_length = 2000, example = "The east pier of Lorne is closed.")]
    pub text: Option<Option<String>>,
    /// All its tags, each once: 20 at most of 50 characters at most.
    #[validate(custom(function = "tagged"))]
    #[schema(max_items = 20)]
    pub tags: Option<Vec<String>>,
    /// A remark.
    #[serde(default, deserialize_with = "given")]
    #[validate(custom(function = "worded"))]
    #[schema(value_type = Option<String>, max_length = 2000)]
    pub note: Option<Option<String>>,
    /// A status in the place of the computed one.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<words::Status>)]
    pub status: Option<Option<Status>>,
    /// Why.
    #[validate(
        custom(function = "told"),
        length(max = 2000, message = "must have at most 2000 characters")
    )]
    #[schema(max_length = 2000, example = "The harbour master told us")]
    pub reason: String,
    /// Who, by a name that people here know.
    #[validate(
        custom(function = "told"),
        length(max = 200, message = "must have at most 200 characters")
    )]
    #[schema(max_length = 200, example = "desk editor")]
    pub by: String,
}

impl ClaimPatch {
    /// What the store is asked for; `None` where nothing is to change.
    pub fn change(&self) -> Option<view::ClaimChange> {
        let trimmed = |text: &Option<String>| text.as_deref().map(|text| text.trim().to_owned());
        let change = view::ClaimChange {
            text: self.text.as_ref().map(trimmed),
            tags: self.tags.as_ref().map(|tags| {
                let tags: BTreeSet<String> = tags.iter().map(|tag| tag.trim().to_owned()).collect();
                tags.into_iter().collect()
            }),
            note: self.note.as_ref().map(trimmed),
            status: self.status,
        };
        (change != view::ClaimChange::default()).then_some(change)
    }
}

/// A field that is there, null or not.
fn given<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// Refuses a text of blanks, and one that is too long.
pub(super) fn worded(text: &str) -> Result<(), ValidationError> {
    told(text)?;
    let long = text.chars().nth(2000).is_some();
    if long { Err(refusal("must have at most 2000 characters")) } else { Ok(()) }
}

/// Refuses tags that are blank, too long or too many.
fn tagged(tags: &[String]) -> Result<(), ValidationError> {
    if tags.len() > 20 {
        return Err(refusal("must have at most 20 items"));
    }
    for tag in tags {
        told(tag)?;
        if tag.chars().nth(50).is_some() {
            return Err(refusal("must have items of at most 50 characters"));
        }
    }
    Ok(())
}

fn refusal(message: &'static str) -> ValidationError {
    ValidationError::new("refused").with_message(message.into())
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

/// What a split did.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Split {
    /// It undid a merge.
    Merge(Merge),
    /// It parted places off a claim.
    Parted(Parted),
}

/// Places of a claim that are of another one.
#[derive(Debug, Serialize, ToSchema)]
pub struct Parted {
    /// UUIDv7; `split` of the corrections.
    pub id: Uuid,
    /// The claim that they were of.
    pub claim: Uuid,
    /// The claim that they are of.
    pub into: Uuid,
    /// The corrections that say so, one for each place.
    pub corrections: Vec<Uuid>,
    /// Why.
    pub reason: String,
    /// Who parted them.
    pub parted_by: String,
    /// When.
    pub recorded_at: DateTime<Utc>,
}

impl From<view::PartView> for Parted {
    fn from(parted: view::PartView) -> Self {
        Parted {
            id: parted.id.0,
            claim: parted.claim.0,
            into: parted.into.0,
            corrections: parted.corrections.into_iter().map(|id| id.0).collect(),
            reason: parted.reason,
            parted_by: parted.parted_by,
            recorded_at: parted.recorded_at,
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
