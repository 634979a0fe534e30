//! Published fact-checks, on the wire.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::actor::OutletBrief;
use super::claim::ClaimBrief;
use super::words;
use crate::domain::view::{self, ReviewOutcome};
use crate::domain::{self, DateTimePrecision, UnreadCode, Verdict, VerdictSource};

/// A review, named where something else is the subject.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewBrief {
    /// Its resource is `/v1/reviews/{id}`.
    pub id: Uuid,
    /// The address of the fact-check.
    pub url: Option<String>,
    /// Its headline.
    pub title: Option<String>,
    /// Who published it, as the block says.
    pub publisher: Option<String>,
    /// The same, as we know them.
    pub outlet: Option<OutletBrief>,
    /// The publisher's rating in its own words.
    #[schema(example = "Pants on Fire")]
    pub rating: Option<String>,
    /// What the rating means on our scale.
    #[schema(value_type = words::Verdict)]
    pub verdict: Verdict,
    /// When it was published.
    pub published_at: Option<DateTime<Utc>>,
    /// How exactly that is known.
    #[schema(value_type = Option<words::Precision>)]
    pub published_precision: Option<DateTimePrecision>,
}

impl From<view::ReviewBrief> for ReviewBrief {
    fn from(review: view::ReviewBrief) -> Self {
        ReviewBrief {
            id: review.id.0,
            url: review.url,
            title: review.title,
            publisher: review.publisher,
            outlet: review.outlet.map(Into::into),
            rating: review.rating,
            verdict: review.verdict,
            published_at: review.published.map(|time| time.at),
            published_precision: review.published.map(|time| time.precision),
        }
    }
}

/// Who made the claim, as the review names them.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublishedClaimant {
    /// The name.
    pub name: String,
    /// What else stands in the place of the name: other names, or what they are.
    pub other_names: Vec<String>,
    /// The type that the block gives.
    #[schema(example = "Person")]
    pub kind: Option<String>,
    /// What they are.
    pub job_title: Option<String>,
    /// Pages about them, or, with some publishers, the post in question.
    pub same_as: Vec<String>,
}

/// Where the claim stands, as the review tells it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublishedAppearance {
    /// The address.
    pub url: String,
    /// Whether the review says that the claim stood there first.
    pub first: bool,
}

/// The publisher's rating as published.
#[derive(Debug, Serialize, ToSchema)]
pub struct Rating {
    /// Its words, letter for letter.
    pub words: Option<String>,
    /// Its number.
    pub value: Option<f64>,
    /// The number of the best rating; smaller than `worst` where the scale stands upside down.
    pub best: Option<f64>,
    /// The number of the worst rating.
    pub worst: Option<f64>,
    /// 0..1: where the number stands from worst to best; null where the scale does not tell.
    pub share: Option<f64>,
    /// Why it was given.
    pub explanation: Option<String>,
}

impl From<domain::Rating> for Rating {
    fn from(rating: domain::Rating) -> Self {
        Rating {
            share: rating.share(),
            words: rating.words,
            value: rating.value,
            best: rating.best,
            worst: rating.worst,
            explanation: rating.explanation,
        }
    }
}

/// Part of a block that was not read, with the reason.
#[derive(Debug, Serialize, ToSchema)]
pub struct Unread {
    /// JSON pointer into the block; empty for the block itself.
    #[schema(example = "/itemReviewed/datePublished")]
    pub pointer: String,
    /// Which kind of reason.
    #[schema(value_type = words::UnreadCode)]
    pub code: UnreadCode,
    /// The reason in words.
    #[schema(example = "is not there")]
    pub detail: String,
}

impl From<domain::Unread> for Unread {
    fn from(unread: domain::Unread) -> Self {
        Unread { pointer: unread.pointer, code: unread.code, detail: unread.detail }
    }
}

/// A published fact-check with everything that was read of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Review {
    /// UUIDv7.
    pub id: Uuid,
    /// The claim that it is of.
    pub claim: ClaimBrief,
    /// The claim, letter for letter.
    pub claim_published: String,
    /// Who made the claim, as published.
    pub claimants: Vec<PublishedClaimant>,
    /// When the claim was made.
    pub claim_stated_at: Option<DateTime<Utc>>,
    /// How exactly that is known.
    #[schema(value_type = Option<words::Precision>)]
    pub claim_stated_precision: Option<DateTimePrecision>,
    /// Where the claim stands, as published.
    pub appearances: Vec<PublishedAppearance>,
    /// The address of the fact-check.
    pub url: Option<String>,
    /// Its headline.
    pub title: Option<String>,
    /// Who published it, as the block says.
    pub publisher: Option<String>,
    /// The publisher's address.
    pub publisher_url: Option<String>,
    /// The publisher, as we know them.
    pub outlet: Option<OutletBrief>,
    /// Who wrote it: people, and bodies other than the publisher.
    pub authors: Vec<String>,
    /// When it was published.
    pub published_at: Option<DateTime<Utc>>,
    /// How exactly that is known.
    #[schema(value_type = Option<words::Precision>)]
    pub published_precision: Option<DateTimePrecision>,
    /// When it was last changed.
    pub modified_at: Option<DateTime<Utc>>,
    /// How exactly that is known.
    #[schema(value_type = Option<words::Precision>)]
    pub modified_precision: Option<DateTimePrecision>,
    /// The publisher's rating.
    pub rating: Rating,
    /// What the rating means on our scale.
    #[schema(value_type = words::Verdict)]
    pub verdict: Verdict,
    /// What told the verdict: the words of the rating, its number on its own scale, or nothing.
    #[schema(value_type = words::VerdictSource)]
    pub verdict_from: VerdictSource,
    /// BCP 47, of the claim; `und` where it is too short to tell.
    pub language: String,
    /// What could not be read, and why.
    pub unread: Vec<Unread>,
    /// The rebuttal that it is, where its verdict is `false` or `mostly_false`.
    pub rebuttal: Option<Uuid>,
    /// Counted from 1; a changed block is another revision.
    pub revision_number: i32,
    /// The version of the reader.
    pub extractor_version: String,
    /// When this revision was recorded.
    pub recorded_at: DateTime<Utc>,
    /// When it was replaced; null while it is live.
    pub superseded_at: Option<DateTime<Utc>>,
}

impl From<view::ReviewView> for Review {
    fn from(review: view::ReviewView) -> Self {
        let brief = review.brief;
        let claimant = |it: domain::PublishedClaimant| PublishedClaimant {
            name: it.name,
            other_names: it.other_names,
            kind: it.kind,
            job_title: it.job_title,
            same_as: it.same_as,
        };
        let appearance =
            |it: domain::PublishedAppearance| PublishedAppearance { url: it.url, first: it.first };
        Review {
            id: brief.id.0,
            claim: review.claim.into(),
            claim_published: review.claim_published,
            claimants: review.claimants.into_iter().map(claimant).collect(),
            claim_stated_at: review.claim_stated.map(|time| time.at),
            claim_stated_precision: review.claim_stated.map(|time| time.precision),
            appearances: review.appearances.into_iter().map(appearance).collect(),
            url: brief.url,
            title: brief.title,
            publisher: brief.publisher,
            publisher_url: review.publisher_url,
            outlet: brief.outlet.map(Into::into),
            authors: review.authors,
            published_at: brief.published.map(|time| time.at),
            published_precision: brief.published.map(|time| time.precision),
            modified_at: review.modified.map(|time| time.at),
            modified_precision: review.modified.map(|time| time.precision),
            rating: review.rating.into(),
            verdict: brief.verdict,
            verdict_from: review.verdict_from,
            language: review.language,
            unread: review.unread.into_iter().map(Into::into).collect(),
            rebuttal: review.rebuttal.map(|id| id.0),
            revision_number: review.revision_number,
            extractor_version: review.extractor_version,
            recorded_at: review.recorded_at,
            superseded_at: review.superseded_at,
        }
    }
}

/// What became of one block.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportedBlock {
    /// Where it stood: a JSON pointer, behind the number of the line or of the page's script.
    #[schema(example = "/@graph/1")]
    pub place: String,
    /// What became of it.
    #[schema(value_type = words::ReviewOutcome)]
    pub outcome: &'static str,
    /// The review.
    pub review: Option<Uuid>,
    /// The claim that it is of.
    pub claim: Option<Uuid>,
    /// What its rating means on our scale.
    #[schema(value_type = Option<words::Verdict>)]
    pub verdict: Option<Verdict>,
    /// What could not be read, and why.
    pub unread: Vec<Unread>,
    /// Why it was refused.
    pub error: Option<String>,
}

impl ImportedBlock {
    /// A block that was stored.
    pub fn stored(
        place: String,
        stored: view::StoredReview,
        review: &domain::PublishedReview,
    ) -> Self {
        ImportedBlock {
            place,
            outcome: stored.outcome.as_str(),
            review: Some(stored.review.0),
            claim: Some(stored.claim.0),
            verdict: Some(review.verdict),
            unread: review.unread.iter().cloned().map(Into::into).collect(),
            error: None,
        }
    }

    /// A block that was not.
    pub fn refused(place: String, error: impl std::fmt::Display) -> Self {
        ImportedBlock {
            place,
            outcome: "refused",
            review: None,
            claim: None,
            verdict: None,
            unread: Vec::new(),
            error: Some(error.to_string()),
        }
    }
}

/// What became of an import.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct ReviewsImported {
    /// New reviews.
    pub created: u64,
    /// Known reviews that say something else now.
    pub revised: u64,
    /// Reviews that say what was stored already.
    pub unchanged: u64,
    /// Blocks that are no review.
    pub refused: u64,
    /// Each block, in order.
    pub blocks: Vec<ImportedBlock>,
}

impl ReviewsImported {
    /// Adds what became of a block.
    pub fn add(&mut self, block: ImportedBlock) {
        let count = match block.outcome {
            it if it == ReviewOutcome::Created.as_str() => &mut self.created,
            it if it == ReviewOutcome::Revised.as_str() => &mut self.revised,
            it if it == ReviewOutcome::Unchanged.as_str() => &mut self.unchanged,
            _ => &mut self.refused,
        };
        *count += 1;
        self.blocks.push(block);
    }
}
