//! A fact-checker's article about a claim, as it was published.

use serde::{Deserialize, Serialize};

use super::StatedTime;

/// What a review says of its claim, on our scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is so.
    True,
    /// It is so, but for details.
    MostlyTrue,
    /// Some of it is so and some is not.
    Mixed,
    /// It misleads, or is false but for details.
    MostlyFalse,
    /// It is not so.
    False,
    /// Nobody can tell.
    Unproven,
    /// The rating is none of these, or nothing tells which.
    Other,
}

impl Verdict {
    /// The word used in JSON and in Postgres.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::True => "true",
            Verdict::MostlyTrue => "mostly_true",
            Verdict::Mixed => "mixed",
            Verdict::MostlyFalse => "mostly_false",
            Verdict::False => "false",
            Verdict::Unproven => "unproven",
            Verdict::Other => "other",
        }
    }

    /// Whether a review with this verdict is a rebuttal of its claim.
    pub fn speaks_against(self) -> bool {
        matches!(self, Verdict::False | Verdict::MostlyFalse)
    }

    /// Whether a review with this verdict bears its claim out.
    pub fn speaks_for(self) -> bool {
        matches!(self, Verdict::True | Verdict::MostlyTrue)
    }
}

/// What a verdict was mapped from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictSource {
    /// The words of the rating.
    Words,
    /// The number of the rating on its published scale; its words are unknown or missing.
    Numbers,
    /// Neither tells.
    Nothing,
}

impl VerdictSource {
    /// The word used in JSON and in Postgres.
    pub fn as_str(self) -> &'static str {
        match self {
            VerdictSource::Words => "words",
            VerdictSource::Numbers => "numbers",
            VerdictSource::Nothing => "nothing",
        }
    }
}

/// A publisher's own rating.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Rating {
    /// Its words, letter for letter.
    pub words: Option<String>,
    /// Its number.
    pub value: Option<f64>,
    /// The number of the best rating; smaller than `worst` where the scale stands upside down.
    pub best: Option<f64>,
    /// The number of the worst rating.
    pub worst: Option<f64>,
    /// Why it was given.
    pub explanation: Option<String>,
}

impl Rating {
    /// Where the number stands on the scale: 0 is the worst, 1 the best, whichever end is the larger
    /// number. `None` where part of the scale is unknown, has no length, or the number is outside it.
    ///
    /// ```
    /// use claimtrail::domain::Rating;
    /// let rating =
    ///     Rating { value: Some(4.0), best: Some(1.0), worst: Some(5.0), ..Rating::default() };
    /// assert_eq!(rating.share(), Some(0.25));
    /// assert_eq!(Rating { value: Some(6.0), ..rating }.share(), None);
    /// ```
    pub fn share(&self) -> Option<f64> {
        let (value, best, worst) = (self.value?, self.best?, self.worst?);
        let share = (value - worst) / (best - worst);
        (0.0..=1.0).contains(&share).then_some(share)
    }
}

/// Who made the claim, as the review names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedClaimant {
    /// The name, letter for letter but for outer space.
    pub name: String,
    /// The type that the block gives: `Person`, `Organization` …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What else stands in the place of the name: other names, or what they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_names: Vec<String>,
    /// What they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_title: Option<String>,
    /// Pages about them, or, with some publishers, the post in question.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub same_as: Vec<String>,
}

/// Where the claim stands, as the review tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedAppearance {
    /// The address.
    pub url: String,
    /// Whether the review says that the claim stood there first.
    pub first: bool,
}

/// Why part of a block was not read, or read otherwise than it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnreadCode {
    /// It is not there.
    Missing,
    /// It is there and says nothing.
    Empty,
    /// It is neither text nor number where one is wanted, or has no such part.
    WrongType,
    /// It is no time, or one that leaves doubt.
    NotATime,
    /// It tells a clock without a zone, so that only the day is known.
    NoZone,
    /// It is no number.
    NotANumber,
    /// It is no http or https address.
    NotAnAddress,
    /// It is an address without its beginning; it was completed where something tells how.
    RelativeAddress,
    /// The number is not on its own scale.
    OutsideScale,
    /// Best and worst are the same number.
    FlatScale,
    /// The words are not in the table of ratings.
    UnknownRating,
    /// It is longer than what is kept.
    TooLong,
    /// There are more of them than are kept.
    TooMany,
    /// The block was not JSON and was mended.
    Mended,
    /// Something that is no JSON stands behind the block.
    TrailingGarbage,
}

/// Part of a block that was not read, with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// JSON pointer into the block; empty for the block itself.
    pub pointer: String,
    /// Which kind of reason.
    pub code: UnreadCode,
    /// The reason in words.
    pub detail: String,
}

/// One `ClaimReview` as published, with what could be read of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PublishedReview {
    /// The claim as readers see it: entities resolved once, on one line.
    pub claim: String,
    /// The claim, letter for letter.
    pub claim_published: String,
    /// Who made it.
    pub claimants: Vec<PublishedClaimant>,
    /// When it was made.
    pub claim_stated: Option<StatedTime>,
    /// Where it stands.
    pub appearances: Vec<PublishedAppearance>,
    /// The address of the fact-check.
    pub url: Option<String>,
    /// Its headline.
    pub title: Option<String>,
    /// Who published it.
    pub publisher: Option<String>,
    /// The publisher's address.
    pub publisher_url: Option<String>,
    /// Who wrote it: people, and bodies other than the publisher.
    pub authors: Vec<String>,
    /// When it was published.
    pub published: Option<StatedTime>,
    /// When it was last changed.
    pub modified: Option<StatedTime>,
    /// The publisher's rating.
    pub rating: Rating,
    /// The rating on our scale.
    pub verdict: Verdict,
    /// What told the verdict.
    pub verdict_from: VerdictSource,
    /// BCP 47.
    pub language: String,
    /// The block's JSON as it came.
    pub raw: String,
    /// What could not be read, in order of the reading.
    pub unread: Vec<Unread>,
}
