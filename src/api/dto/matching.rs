//! A text and the known claims that it could be about, on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::claim::Claim;
use super::rebuttal::Rebuttal;
use super::words;
use crate::index::Found;
use crate::pipeline::matching::{Certainty, Relation, Way};

/// Texts of one request at most.
pub const MOST_TEXTS: usize = 50;

/// Characters of a text at most: a sentence or a post, not an article.
pub const LONGEST_TEXT: usize = 2_000;

/// Texts to find known claims for.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MatchRequest {
    /// A claim, a headline or a post, up to 2,000 characters each; `text` alone is short for one.
    #[validate(length(min = 1, max = 50, message = "must have 1 to 50 texts"))]
    #[validate(custom(function = "texts_in_bounds"))]
    #[schema(min_items = 1, max_items = 50)]
    pub texts: Option<Vec<String>>,
    /// One claim, headline or post.
    #[validate(custom(function = "text_in_bounds"))]
    #[schema(example = "Is the east pier really closed?", min_length = 1, max_length = 2000)]
    pub text: Option<String>,
    /// Claims answered for each text at most; 10 where not given.
    #[validate(range(min = 1, max = 50, message = "must be 1 to 50"))]
    pub limit: Option<u16>,
    /// Claims that are less likely are left out; 0.02 where not given.
    #[validate(range(min = 0.0, max = 1.0, message = "must be a number from 0 to 1"))]
    pub min_score: Option<f32>,
}

fn text_in_bounds(text: &str) -> Result<(), ValidationError> {
    let length = text.trim().chars().count();
    match (1..=LONGEST_TEXT).contains(&length) {
        true => Ok(()),
        false => Err(ValidationError::new("length")
            .with_message(format!("must have 1 to {LONGEST_TEXT} characters").into())),
    }
}

fn texts_in_bounds(texts: &[String]) -> Result<(), ValidationError> {
    match texts.iter().position(|text| text_in_bounds(text).is_err()) {
        None => Ok(()),
        Some(at) => Err(ValidationError::new("length").with_message(
            format!("text {at} (counted from 0) must have 1 to {LONGEST_TEXT} characters").into(),
        )),
    }
}

/// The known claims that each text could be about.
#[derive(Debug, Serialize, ToSchema)]
pub struct MatchAnswer {
    /// One for each text, in their order.
    pub results: Vec<TextMatches>,
    /// What was searched.
    pub index: IndexState,
}

/// The known claims that one text could be about.
#[derive(Debug, Serialize, ToSchema)]
pub struct TextMatches {
    /// The text.
    pub text: String,
    /// Claims, the likeliest first.
    pub matches: Vec<Match>,
}

/// A known claim that a text could be about, with what speaks against it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Match {
    /// 0..1, how likely the text is about this claim, for or against it.
    #[schema(minimum = 0, maximum = 1)]
    pub score: f32,
    /// What that score is worth.
    #[schema(value_type = words::Certainty)]
    pub decision: Certainty,
    /// How the text stands to the claim, where it is about it: whether it says the `same`, or what
    /// `contradicts` it, or speaks of other people, places or times (`apart`). Told by rules for English;
    /// null of a claim in another language.
    #[schema(value_type = Option<words::Relation>)]
    pub relation: Option<Relation>,
    /// Which ways found it: `words` of the claim, or its `meaning`.
    #[schema(value_type = Vec<words::MatchWay>)]
    pub found_by: Vec<&'static str>,
    /// The claim.
    pub claim: Claim,
    /// What speaks against it, the newest five; `/v1/claims/{id}/rebuttals` has all.
    pub rebuttals: Vec<Rebuttal>,
}

/// What the claims in memory cover.
#[derive(Debug, Serialize, ToSchema)]
pub struct IndexState {
    /// Claims that are searched; one is among them about a second after it is stored.
    pub claims: usize,
    /// Of these, claims that are found by their words alone so far.
    pub without_meaning: usize,
    /// The weights that meanings are read with.
    pub encoder: &'static str,
}

/// The ways that found a claim.
pub fn found_by(found: &Found) -> Vec<&'static str> {
    let word = |way| match way {
        Way::AllWords | Way::ClaimWords => Some("words"),
        Way::ClaimMeaning | Way::ContextMeaning => Some("meaning"),
        // The claims of the service are known by their sentence alone: neither finds one of them.
        Way::SignedWords | Way::Days => None,
    };
    let mut ways: Vec<&str> = found.ways().filter_map(word).collect();
    ways.dedup();
    ways
}
