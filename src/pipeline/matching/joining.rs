//! A new claim and the wordings of a known one → whether they are one claim.
//!
//! A claim that many papers carry has many wordings, of which the nearest alone says little: close
//! wordings make chains that end elsewhere. So the mean over all of them counts (average linkage),
//! and the relation is what most of the nearest say, since each one is told by a few words. Rare words
//! that both have count beside the meanings.

use super::{Relation, Shared};
use crate::domain::{LinkKind, LinkState};

/// Least mean cosine, with what [words](by_words) make of it and less [`LONE`], from which a claim is one
/// with a known one. This and the other numbers were chosen on folds 1 to 5 of what matching.md names.
pub const JOINED_FROM: f32 = 0.44;

/// What is taken off a mean over one wording, half of it over two: a mean over few says less.
pub const LONE: f32 = 0.1;

/// Least cosine of a pair at which it is worth asking; of a claim that is joined one wording at least
/// is as close.
pub const ASKED_FROM: f32 = 0.45;

/// How many of the nearest wordings are asked how they stand to the new one.
pub const ASKED: usize = 5;

/// Whether two claims, of which the one with fewer wordings has `wordings`, are as close as one is, for
/// their mean cosine over all pairs of wordings and what [words](by_words) make of it.
pub fn joined(mean: f32, by_words: f32, wordings: usize) -> bool {
    mean + by_words - LONE / wordings.max(1) as f32 >= JOINED_FROM
}

/// What the words that two wordings share add to their closeness, or take off it where they are few and
/// frequent; -0.34 to 0.21.
///
/// A rare word that both have tells more than their meanings do: a vector hardly knows names.
/// Where they share `names_alone` it adds nothing: one player can be shown a card and be fined.
pub fn by_words(shared: Shared, names_alone: bool) -> f32 {
    const RAREST: f32 = 0.2;
    const EACH: f32 = 0.07;
    /// Rare words beyond which more of them tell no more.
    const MOST: f32 = 5.0;
    /// What the words of a middling pair come to.
    const MIDDLING: f32 = 0.34;
    /// As much as makes the closeness asked for that which meanings alone need.
    const NAMES_ALONE: f32 = -0.06;
    let by_words = RAREST * shared.rarest + EACH * shared.rarities.min(MOST) - MIDDLING;
    if names_alone { by_words.min(NAMES_ALONE) } else { by_words }
}

/// How a new claim stands to a known one, by how it stands to the nearest of its wordings.
///
/// One wording that says the same outweighs those that name other people, places or times: headlines
/// leave out what others name.
pub fn stands(relations: &[Relation]) -> Relation {
    let count = |of: Relation| relations.iter().filter(|&&relation| relation == of).count();
    let (same, contradicts) = (count(Relation::Same), count(Relation::Contradicts));
    match (same, contradicts) {
        (0, 0) => Relation::Apart,
        _ if same >= contradicts => Relation::Same,
        _ => Relation::Contradicts,
    }
}

/// Whether both claims compare one thing with another: which is the greater is told by their order,
/// and neither meaning nor [`relation`](super::relation) knows it.
pub fn compare(one: &str, other: &str) -> bool {
    [one, other].into_iter().all(|text| text.split_whitespace().any(|word| word == "than"))
}

/// What the link to a known claim is that [is near enough](joined).
pub fn confirmed(relation: Relation) -> Option<(LinkKind, LinkState)> {
    match relation {
        Relation::Same => Some((LinkKind::Same, LinkState::Confirmed)),
        Relation::Contradicts => Some((LinkKind::Contradicts, LinkState::Confirmed)),
        Relation::Apart => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Relation::{Apart, Contradicts, Same};

    #[test]
    fn one_wording_must_be_nearer_than_the_mean_of_many() {
        assert!(!joined(0.5, 0.0, 1));
        assert!(joined(0.6, 0.0, 1));
        assert!(joined(0.5, 0.0, 4));
        assert!(!joined(0.4, 0.0, 100));
    }

    #[test]
    fn rare_words_that_two_wordings_share_make_them_closer_unless_these_are_names_alone() {
        let shared = |rarest, rarities| Shared { rarest, rarities, ..Shared::default() };
        let [none, few, many] = [shared(0.0, 0.0), shared(0.9, 1.5), shared(1.0, 6.0)];
        let words = [none, few, many].map(|shared| by_words(shared, false));
        assert!(words[0] < words[1] && words[1] < 0.0 && words[2] > 0.2, "{words:?}");
        assert!(!joined(0.5, words[0], 9) && joined(0.5, words[2], 1));
        assert!(!joined(0.55, by_words(many, true), 1) && joined(0.61, by_words(many, true), 1));
        assert_eq!(by_words(none, true), words[0]);
    }

    #[test]
    fn most_of_the_nearest_say_whether_it_is_the_same_and_no_difference_of_names_outvotes_them() {
        assert_eq!(stands(&[Apart, Same, Apart, Apart]), Same);
        assert_eq!(stands(&[Contradicts, Same, Contradicts]), Contradicts);
        assert_eq!(stands(&[Apart, Apart]), Apart);
        assert_eq!(stands(&[]), Apart);
        assert_eq!(confirmed(Apart), None);
    }

    #[test]
    fn two_comparisons_are_told_by_their_order() {
        let wages = "Wages in Ostrel grow faster than prices.";
        assert!(compare(wages, "Prices in Ostrel climb more quickly than pay."));
        assert!(!compare(wages, "Wages in Ostrel grow."));
    }
}
