//! Published fact-checks as a reader sees them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{ClaimBrief, OutletBrief, Selector};
use crate::domain::{
    ClaimId, OutletId, PublishedAppearance, PublishedClaimant, Rating, RebuttalId, ReviewId,
    StatedTime, Unread, Verdict, VerdictSource,
};

/// What storing a review did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewOutcome {
    /// It is new.
    Created,
    /// It was known and says something else now.
    Revised,
    /// It says what is stored already.
    Unchanged,
}

impl ReviewOutcome {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            ReviewOutcome::Created => "created",
            ReviewOutcome::Revised => "revised",
            ReviewOutcome::Unchanged => "unchanged",
        }
    }
}

/// A review that was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredReview {
    /// Which one.
    pub review: ReviewId,
    /// The claim that it is of.
    pub claim: ClaimId,
    /// What storing it did.
    pub outcome: ReviewOutcome,
}

/// A review, where something else is the subject.
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewBrief {
    /// Which one.
    pub id: ReviewId,
    /// The address of the fact-check.
    pub url: Option<String>,
    /// Its headline.
    pub title: Option<String>,
    /// Who published it, as the block says.
    pub publisher: Option<String>,
    /// The same, as we know them.
    pub outlet: Option<OutletBrief>,
    /// The words of the rating.
    pub rating: Option<String>,
    /// What the rating means on our scale.
    pub verdict: Verdict,
    /// When it was published.
    pub published: Option<StatedTime>,
}

/// A review with everything that was read of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewView {
    /// What stands beside others, too.
    pub brief: ReviewBrief,
    /// The claim that it is of.
    pub claim: ClaimBrief,
    /// The claim, letter for letter.
    pub claim_published: String,
    /// Who made it.
    pub claimants: Vec<PublishedClaimant>,
    /// When it was made.
    pub claim_stated: Option<StatedTime>,
    /// Where it stands.
    pub appearances: Vec<PublishedAppearance>,
    /// The publisher's address.
    pub publisher_url: Option<String>,
    /// Who wrote it: people, and bodies other than the publisher.
    pub authors: Vec<String>,
    /// When it was last changed.
    pub modified: Option<StatedTime>,
    /// The publisher's rating.
    pub rating: Rating,
    /// What told the verdict.
    pub verdict_from: VerdictSource,
    /// BCP 47.
    pub language: String,
    /// What could not be read.
    pub unread: Vec<Unread>,
    /// The rebuttal that it is, where it speaks against the claim.
    pub rebuttal: Option<RebuttalId>,
    /// How often it was changed, and once.
    pub revision_number: i32,
    /// The version of the reader.
    pub extractor_version: String,
    /// When we learned what it says.
    pub recorded_at: DateTime<Utc>,
    /// When it said something else.
    pub superseded_at: Option<DateTime<Utc>>,
}

/// Which reviews.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ReviewFilter {
    /// With these words in the claim or the headline.
    pub q: Option<String>,
    /// With this verdict.
    pub verdict: Option<Verdict>,
    /// Published by.
    pub publisher: Option<Selector<OutletId>>,
    /// Of this claim.
    pub claim: Option<ClaimId>,
    /// In this language.
    pub language: Option<String>,
    /// Published then or later.
    pub from: Option<DateTime<Utc>>,
    /// Published before.
    pub to: Option<DateTime<Utc>>,
    /// As known at that time.
    pub as_of: Option<DateTime<Utc>>,
}
