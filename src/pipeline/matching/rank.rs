//! How candidates were found → how likely each is what a text is about.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// A way to find known claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By the words of the claim and of what else is said of it.
    AllWords,
    /// By the claim's words alone.
    ClaimWords,
    /// By the claim's meaning.
    ClaimMeaning,
    /// By the meaning of what else is said of it.
    ContextMeaning,
    /// As [`Way::AllWords`], with the names of who wrote the text among its words.
    SignedWords,
    /// By the day: among the claims that came up soon after the text, those nearest in words and meaning.
    Days,
}

impl Way {
    /// Number of ways.
    pub const COUNT: usize = 6;
    /// All, in the order of [`Evidence::scores`].
    pub const ALL: [Way; Way::COUNT] = [
        Way::AllWords,
        Way::ClaimWords,
        Way::ClaimMeaning,
        Way::ContextMeaning,
        Way::SignedWords,
        Way::Days,
    ];
}

/// What a candidate's score is worth; matching.md tells how often it is right at either limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// The text is about the claim.
    Confirmed,
    /// It may be; a person should look.
    Suggested,
    /// It is about something else, as far as can be told.
    Unlikely,
}

impl Certainty {
    /// Least score of what is confirmed.
    pub const CONFIRMED_FROM: f32 = 0.9;
    /// Least score of what is suggested.
    pub const SUGGESTED_FROM: f32 = 0.3;

    /// That of a score.
    pub fn of(score: f32) -> Self {
        match score {
            _ if score >= Self::CONFIRMED_FROM => Certainty::Confirmed,
            _ if score >= Self::SUGGESTED_FROM => Certainty::Suggested,
            _ => Certainty::Unlikely,
        }
    }
}

/// What a text and a known claim share of their words, by weight.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Shared {
    /// Of the claim's; 0..1.
    pub of_claim: f32,
    /// Of the text's; 0..1.
    pub of_query: f32,
    /// How rare the rarest word is that both have: 1 for a word that no other claim has, 0 for one
    /// that all have, or where they share none.
    pub rarest: f32,
    /// The same of all words that both have, added up.
    pub rarities: f32,
}

/// How one candidate was found.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Evidence {
    /// Its score each way: BM25 by words (0 where not found), cosine by meaning, by the day both together.
    pub scores: [f32; Way::COUNT],
    /// Its place in each way's list, from 0; `None` where that way did not find it.
    pub places: [Option<usize>; Way::COUNT],
    /// With the words of the claim alone.
    pub alone: Shared,
    /// With those of the claim and of what else is said of it.
    pub with_context: Shared,
    /// As [`Evidence::with_context`], the names of who wrote the text counted among its words.
    pub signed: Shared,
    /// The names of who wrote the text alone, with those of the claim and of what else is said of it.
    pub author: Shared,
    /// How many days after the text the claim came up; below 0 where it was there before. `None` where
    /// either day is unknown.
    pub days: Option<i64>,
}

/// A BM25 score of this size is as strong as a cosine of 1.
pub const STRONG: f32 = 20.0;

/// Numbers that a candidate is judged by.
pub const FEATURES: usize = 31;

/// What the numbers are, in order.
pub const FEATURE_NAMES: [&str; FEATURES] = [
    "all words, of the best",
    "claim words, of the best",
    "claim meaning, of the best",
    "context meaning, of the best",
    "signed words, of the best",
    "by the day, of the best",
    "place by all words",
    "place by claim words",
    "place by claim meaning",
    "place by context meaning",
    "place by signed words",
    "place by the day",
    "all words",
    "claim words",
    "signed words",
    "claim meaning",
    "context meaning",
    "nearer meaning",
    "share of the claim",
    "share of the text in the claim",
    "share of the claim with context",
    "share of the text in the claim with context",
    "share of the claim with context, signed",
    "share of the signed text in the claim with context",
    "rarest of the author's names",
    "the author's names",
    "came up within days",
    "came up within weeks",
    "came up within a year",
    "was there before",
    "how long before",
];

/// The numbers of each candidate, which depend on the others.
pub fn features(candidates: &[Evidence]) -> Vec<[f32; FEATURES]> {
    let best = |way: usize| {
        candidates.iter().map(|evidence| evidence.scores[way]).fold(f32::MIN_POSITIVE, f32::max)
    };
    let best: [f32; Way::COUNT] = std::array::from_fn(best);
    candidates
        .iter()
        .map(|evidence| {
            let [all, claim, meaning, context, signed, _] = evidence.scores;
            let of_best = |way: usize| evidence.scores[way] / best[way];
            let place = |way: usize| evidence.places[way].map_or(0.0, |at| 1.0 / (1 + at) as f32);
            let of_best: [f32; Way::COUNT] = std::array::from_fn(of_best);
            let places: [f32; Way::COUNT] = std::array::from_fn(place);
            let rest = [
                all / STRONG,
                claim / STRONG,
                signed / STRONG,
                meaning,
                context,
                meaning.max(context),
                evidence.alone.of_claim,
                evidence.alone.of_query,
                evidence.with_context.of_claim,
                evidence.with_context.of_query,
                evidence.signed.of_claim,
                evidence.signed.of_query,
                evidence.author.rarest,
                evidence.author.rarities,
            ];
            let numbers = [&of_best[..], &places, &rest, &of_days(evidence.days)].concat();
            let mut features = [0.0; FEATURES];
            features.copy_from_slice(&numbers);
            features
        })
        .collect()
}

/// How near a claim came up after a text, at three scales, or that and how long it was there before.
///
/// What spreads is checked within days; what was checked long before comes back years later. A day before
/// may be another side of the date line.
fn of_days(days: Option<i64>) -> [f32; 5] {
    let Some(days) = days else { return [0.0; 5] };
    let near = |scale: f32| 1.0 / (1.0 + days.max(0) as f32 / scale);
    match days {
        -1.. => [near(3.0), near(30.0), near(365.0), 0.0, 0.0],
        _ => [0.0, 0.0, 0.0, 1.0, (1.0 + days.unsigned_abs() as f32).ln() / 8.0],
    }
}

/// Trained weights, as `ranker.toml` holds them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ranker {
    /// A weight for each number of [`features`].
    pub weights: [f32; FEATURES],
    /// Factor and summand that make of a candidate's weighted sum the log odds that it is right.
    pub odds: [f32; 2],
}

impl Ranker {
    /// The one for claims that are known with what else is said of them.
    pub fn trained() -> &'static Ranker {
        static RANKER: LazyLock<Ranker> = LazyLock::new(|| {
            toml::from_str(include_str!("ranker.toml")).expect("ranker.toml is whole")
        });
        &RANKER
    }

    /// The one for claims that are known by their own sentence alone.
    pub fn of_claims() -> &'static Ranker {
        static RANKER: LazyLock<Ranker> = LazyLock::new(|| {
            toml::from_str(include_str!("ranker_of_claims.toml"))
                .expect("ranker_of_claims.toml is whole")
        });
        &RANKER
    }

    /// The weighted sum of a candidate's numbers.
    pub fn sum(&self, features: &[f32; FEATURES]) -> f32 {
        features.iter().zip(&self.weights).map(|(x, weight)| x * weight).sum()
    }

    /// How likely the candidate with these numbers is right, 0..1.
    pub fn score(&self, features: &[f32; FEATURES]) -> f32 {
        let [factor, summand] = self.odds;
        1.0 / (1.0 + (-(self.sum(features) * factor + summand)).exp())
    }

    /// How likely each candidate is right, 0..1, in their order.
    pub fn scores(&self, candidates: &[Evidence]) -> Vec<f32> {
        features(candidates).iter().map(|features| self.score(features)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(scores: [f32; Way::COUNT], place: Option<usize>) -> Evidence {
        Evidence { scores, places: [place; Way::COUNT], ..Evidence::default() }
    }

    #[test]
    fn what_every_way_finds_first_is_likelier_than_what_none_does() {
        let candidates = [
            found([2.0, 1.0, 0.3, 0.2, 2.0, 0.0], Some(12)),
            found([20.0, 18.0, 0.8, 0.7, 20.0, 2.6], Some(0)),
            found([0.0, 0.0, 0.1, 0.1, 0.0, 0.0], None),
        ];
        let scores = Ranker::trained().scores(&candidates);
        assert!(scores[1] > scores[0] && scores[0] > scores[2], "{scores:?}");
        assert!(scores.iter().all(|score| (0.0..=1.0).contains(score)));
    }

    #[test]
    fn a_claim_that_came_up_soon_after_is_nearer_than_a_later_one_and_no_day_tells_nothing() {
        assert_eq!(of_days(None), [0.0; 5]);
        assert_eq!(of_days(Some(-1)), of_days(Some(0)), "the date line");
        let scales = |days| of_days(Some(days));
        for (soon, late) in [(0, 1), (1, 8), (8, 100), (100, 3_000)] {
            assert!(scales(soon)[..3].iter().zip(&scales(late)[..3]).all(|(a, b)| a > b), "{soon}");
        }
        assert_eq!(scales(0)[3..], [0.0; 2]);
        assert_eq!(scales(-2)[..4], [0.0, 0.0, 0.0, 1.0]);
        assert!(scales(-400)[4] > scales(-2)[4]);
        assert!(
            of_days(Some(i64::MIN)).iter().chain(&of_days(Some(i64::MAX))).all(|x| x.is_finite())
        );
    }

    #[test]
    fn of_two_candidates_alike_the_one_that_came_up_the_day_after_is_likelier() {
        let candidates = [Some(-900), Some(1), Some(700)]
            .map(|days| Evidence { days, ..found([10.0, 9.0, 0.6, 0.5, 10.0, 0.0], Some(3)) });
        let scores = Ranker::trained().scores(&candidates);
        assert!(scores[1] > scores[0] && scores[1] > scores[2], "{scores:?}");
    }

    #[test]
    fn numbers_are_finite_where_nothing_was_found() {
        assert!(features(&[]).is_empty());
        let numbers = features(&[Evidence::default()]);
        assert!(numbers[0].iter().all(|x| x.is_finite()), "{numbers:?}");
    }
}
