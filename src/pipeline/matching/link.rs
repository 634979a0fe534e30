//! How a claim was matched with another one → whether the two are linked, and as what.

use super::{Certainty, Relation, terms};
use crate::domain::{LinkKind, LinkState};

/// Names the rules below; a link keeps the name of those that made it.
pub const RULES: &str = "links-3";

/// Words that carry meaning which a claim has at least, to be linked by itself: "Fake news!" says
/// the same as a thousand others.
const FEWEST_TERMS: usize = 3;

/// Whether a claim says enough to be linked by itself.
pub fn says_enough(claim: &str) -> bool {
    terms(claim).len() >= FEWEST_TERMS
}

/// What two claims are to each other, where they are linked at all.
///
/// A contradiction is never the same, however close the wordings are; claims of other people,
/// places or times are not linked.
pub fn link(score: f32, relation: Relation) -> Option<(LinkKind, LinkState)> {
    let kind = match relation {
        Relation::Same => LinkKind::Same,
        Relation::Contradicts => LinkKind::Contradicts,
        Relation::Apart => return None,
    };
    match Certainty::of(score) {
        Certainty::Confirmed => Some((kind, LinkState::Confirmed)),
        Certainty::Suggested => Some((kind, LinkState::Suggested)),
        Certainty::Unlikely => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_on_one_matter_is_linked_and_a_contradiction_never_as_the_same() {
        assert_eq!(link(0.95, Relation::Same), Some((LinkKind::Same, LinkState::Confirmed)));
        assert_eq!(link(0.5, Relation::Same), Some((LinkKind::Same, LinkState::Suggested)));
        let contradicts = (LinkKind::Contradicts, LinkState::Confirmed);
        assert_eq!(link(1.0, Relation::Contradicts), Some(contradicts));
        assert_eq!(link(0.1, Relation::Same), None);
        assert_eq!(link(1.0, Relation::Apart), None);
    }

    #[test]
    fn a_text_that_says_nothing_is_not_linked() {
        assert!(!says_enough("Fake news!"));
        assert!(!says_enough("It is not so."));
        assert!(says_enough("The dam at Kelm broke."));
    }
}
