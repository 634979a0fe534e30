//! A new claim and the wordings of a known one → whether they are one claim.
//!
//! A claim that many papers carry has many wordings, of which the nearest alone says little: close
//! wordings make chains that end elsewhere. So the mean over all of them counts (average linkage),
//! and the relation is what most of the nearest say, since each one is told by a few words.

use super::Relation;
use crate::domain::{LinkKind, LinkState};

/// Least mean cosine, less [`LONE`], from which a claim is one with a known one. Chosen on folds 1
/// to 5 of the headlines that matching.md names.
pub const JOINED_FROM: f32 = 0.5;

/// What is taken off a mean over one wording, half of it over two: a mean over few says less.
pub const LONE: f32 = 0.1;

/// Least cosine of a pair at which it is worth asking; of a claim that is joined one wording at least
/// is as close.
pub const ASKED_FROM: f32 = 0.45;

/// How many of the nearest wordings are asked how they stand to the new one.
pub const ASKED: usize = 5;

/// How close two claims are, of which the one with fewer wordings has `wordings`, for a mean cosine over
/// all pairs of theirs.
pub fn joined(mean: f32, wordings: usize) -> bool {
    mean - LONE / wordings.max(1) as f32 >= JOINED_FROM
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
        assert!(!joined(0.55, 1));
        assert!(joined(0.65, 1));
        assert!(joined(0.55, 4));
        assert!(!joined(0.45, 100));
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
