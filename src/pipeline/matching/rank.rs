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
}

impl Way {
    /// Number of ways.
    pub const COUNT: usize = 4;
    /// All, in the order of [`Evidence::scores`].
    pub const ALL: [Way; Way::COUNT] =
        [Way::AllWords, Way::ClaimWords, Way::ClaimMeaning, Way::ContextMeaning];
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
    /// Its score each way: BM25 by words (0 where not found), cosine by meaning.
    pub scores: [f32; Way::COUNT],
    /// Its place in each way's list, from 0; `None` where that way did not find it.
    pub places: [Option<usize>; Way::COUNT],
    /// With the words of the claim alone.
    pub alone: Shared,
    /// With those of the claim and of what else is said of it.
    pub with_context: Shared,
}

/// Numbers that a candidate is judged by.
pub const FEATURES: usize = 17;

/// What the numbers are, in order.
pub const FEATURE_NAMES: [&str; FEATURES] = [
    "all words, of the best",
    "claim words, of the best",
    "claim meaning, of the best",
    "context meaning, of the best",
    "place by all words",
    "place by claim words",
    "place by claim meaning",
    "place by context meaning",
    "all words",
    "claim words",
    "claim meaning",
    "context meaning",
    "nearer meaning",
    "share of the claim",
    "share of the text in the claim",
    "share of the claim with context",
    "share of the text in the claim with context",
];

/// The numbers of each candidate, which depend on the others.
pub fn features(candidates: &[Evidence]) -> Vec<[f32; FEATURES]> {
    /// A BM25 score of this size is as strong as a cosine of 1.
    const STRONG: f32 = 20.0;
    let best = |way: usize| {
        candidates.iter().map(|evidence| evidence.scores[way]).fold(f32::MIN_POSITIVE, f32::max)
    };
    let best: [f32; Way::COUNT] = std::array::from_fn(best);
    candidates
        .iter()
        .map(|evidence| {
            let [all, claim, meaning, context] = evidence.scores;
            let of_best = |way: usize| evidence.scores[way] / best[way];
            let place = |way: usize| evidence.places[way].map_or(0.0, |at| 1.0 / (1 + at) as f32);
            [
                of_best(0),
                of_best(1),
                of_best(2),
                of_best(3),
                place(0),
                place(1),
                place(2),
                place(3),
                all / STRONG,
                claim / STRONG,
                meaning,
                context,
                meaning.max(context),
                evidence.alone.of_claim,
                evidence.alone.of_query,
                evidence.with_context.of_claim,
                evidence.with_context.of_query,
            ]
        })
        .collect()
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
            found([2.0, 1.0, 0.3, 0.2], Some(12)),
            found([20.0, 18.0, 0.8, 0.7], Some(0)),
            found([0.0, 0.0, 0.1, 0.1], None),
        ];
        let scores = Ranker::trained().scores(&candidates);
        assert!(scores[1] > scores[0] && scores[0] > scores[2], "{scores:?}");
        assert!(scores.iter().all(|score| (0.0..=1.0).contains(score)));
    }

    #[test]
    fn numbers_are_finite_where_nothing_was_found() {
        assert!(features(&[]).is_empty());
        let numbers = features(&[Evidence::default()]);
        assert!(numbers[0].iter().all(|x| x.is_finite()), "{numbers:?}");
    }
}
