//! Claim → the known claim it is, or a new one; pure: candidates come in as an argument.
//!
//! For now two claims are the same when their canonical wording is: see [`canonical_key`].

mod amounts;
pub mod joining;
mod key;
mod link;
mod meaning;
mod names;
mod polarity;
pub mod rank;
mod signature;
mod subjects;
mod terms;

pub use key::canonical_key;
pub use link::{RULES as LINK_RULES, link, says_enough};
pub use meaning::{encoder, meaning};
pub use polarity::{Comparison, Relation, comparison, relates, relation};
pub use rank::{Certainty, Evidence, Ranker, Shared, Way};
pub use signature::{Signature, signature};
pub use subjects::subjects;
pub use terms::{readable, terms};

pub use super::model::encoder::Vector;
use crate::domain::ClaimId;

/// A known claim that could be the one at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Which one.
    pub id: ClaimId,
    /// Its canonical wording.
    pub key: String,
}

/// Supplies known claims that could be the one with this wording.
pub trait Candidates {
    /// Those worth comparing, best first; all of the language of the claim.
    fn candidates(&self, text: &str, key: &str) -> Vec<Candidate>;
}

/// What a claim is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// This known one.
    Known(ClaimId),
    /// None that we know.
    New,
}

/// Decides which known claim `text` is.
///
/// A claim without a word in it ("…") has an empty key and is never the same as another.
pub fn decide(text: &str, known: &impl Candidates) -> Decision {
    let key = canonical_key(text);
    if key.is_empty() {
        return Decision::New;
    }
    known
        .candidates(text, &key)
        .into_iter()
        .find(|candidate| candidate.key == key)
        .map_or(Decision::New, |candidate| Decision::Known(candidate.id))
}
