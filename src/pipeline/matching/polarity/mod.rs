//! Two claims on one matter → whether they say the same, the opposite, or something else.
//!
//! Whether they are on one matter at all is not asked here: that is told by their words and their
//! meaning, which are as close for a claim and its opposite as for a claim and itself. What tells
//! those two apart are few and small words: how often each claim turns itself around, words that
//! are each other's opposite, and numbers. Names and dates that differ make them two matters.

mod sentence;
mod words;

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::amounts::{self, Difference};
use sentence::Sentence;
use words::rejects;
pub(super) use words::{Word, is_calendar};

/// How two claims on one matter stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// Nothing tells them apart: as far as these signs go, both say the same.
    Same,
    /// They cannot both be true.
    Contradicts,
    /// They name other people, places or times, so that both may be true.
    Apart,
}

/// Whether [`relation`] can tell anything of claims in this language, BCP 47.
pub fn relates(language: &str) -> bool {
    language.split('-').next().is_some_and(|main| main.eq_ignore_ascii_case("en"))
}

/// How two claims on one matter stand to each other; the order does not matter.
///
/// Rules over words, English only: it knows no world. Two names of one thing that share no letters
/// are two things to it, and an opposite that `lexicon/polarity.toml` does not list is none.
///
/// ```
/// use claimtrail::pipeline::matching::{Relation, relation};
/// let claim = "The mayor is in Ostrel.";
/// assert_eq!(relation(claim, "The mayor has left Ostrel."), Relation::Same, "not listed");
/// assert_eq!(relation(claim, "The mayor is not in Ostrel."), Relation::Contradicts);
/// assert_eq!(relation(claim, "The mayor is in Kelm."), Relation::Apart);
/// ```
pub fn relation(one: &str, other: &str) -> Relation {
    comparison(one, other).relation
}

/// Two claims on one matter, compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comparison {
    /// How they stand to each other.
    pub relation: Relation,
    /// They are told [apart](Relation::Apart) by names alone, beside others that both have, and are not
    /// built alike: what else tells that they are one claim may count more.
    pub by_asides: bool,
    /// They share no words but names and days.
    pub by_names_alone: bool,
}

/// As [`relation`], with how sure that is; the order does not matter.
pub fn comparison(one: &str, other: &str) -> Comparison {
    let (one, other) = (Sentence::read(one), Sentence::read(other));
    let by_names_alone = one.shares_names_alone(&other) && other.shares_names_alone(&one);
    let (own, others) = (one.names_beyond(&other), other.names_beyond(&one));
    if !own.is_empty() && !others.is_empty() {
        let of_one = || one.differs_in_asides(&own, &other, &others);
        let of_other = || other.differs_in_asides(&others, &one, &own);
        let by_asides = match one.words.len().cmp(&other.words.len()) {
            Ordering::Less => of_one(),
            Ordering::Equal => of_one() && of_other(),
            Ordering::Greater => of_other(),
        };
        return Comparison { relation: Relation::Apart, by_asides, by_names_alone };
    }
    Comparison { relation: besides_names(&one, &other), by_asides: false, by_names_alone }
}

/// How two claims stand to each other whose names do not set them apart.
fn besides_names(one: &Sentence, other: &Sentence) -> Relation {
    let close = |one: &str, other: &str| {
        super::meaning(one).iter().zip(&super::meaning(other)).map(|(a, b)| a * b).sum()
    };
    if beyond_each_other(&one.dates, &other.dates) {
        return Relation::Apart;
    }
    if one.leaves_open != other.leaves_open {
        let denies = |of: &Sentence| (0..of.words.len()).any(|at| rejects(&of.words, at));
        return match denies(one) && denies(other) {
            true => Relation::Contradicts,
            false => Relation::Apart,
        };
    }
    let (stages, others) = (one.stages(), other.stages());
    if !stages.is_empty() && !others.is_empty() && stages.is_disjoint(&others) {
        return Relation::Apart;
    }
    if one.swaps_roles_of(other) || one.speaks_of_another_thing(other, close) {
        return Relation::Apart;
    }
    let affixes = one.affixes(other) + other.affixes(one);
    let opposed = one.is_opposed_to(other);
    let turned = one.negated ^ other.negated ^ (affixes % 2 == 1) ^ opposed;
    match (turned, amounts::difference(&one.amounts, &other.amounts)) {
        (false, Difference::None) => Relation::Same,
        (false, Difference::OfOtherThings) => Relation::Apart,
        // "Men may vote from 18" and "women may vote from 21" can both be true.
        (true, Difference::OfOneThing | Difference::OfOtherThings) if opposed => Relation::Apart,
        _ => Relation::Contradicts,
    }
}

/// Whether each has something that the other has not.
fn beyond_each_other(one: &BTreeSet<String>, other: &BTreeSet<String>) -> bool {
    one.difference(other).next().is_some() && other.difference(one).next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn says(one: &str, other: &str, expected: Relation) {
        assert_eq!(relation(one, other), expected, "{one} / {other}");
        assert_eq!(relation(other, one), expected, "{other} / {one}");
    }

    #[test]
    fn a_negation_contradicts_and_two_do_not() {
        let claim = "The ferry reached the harbour.";
        says(claim, "The ferry never reached the harbour.", Relation::Contradicts);
        says(claim, "The ferry didn't reach the harbour.", Relation::Contradicts);
        says(claim, "The ferry has yet to reach the harbour.", Relation::Contradicts);
        says(claim, "It is not true that the ferry failed to reach the harbour.", Relation::Same);
        says(claim, "Not only the tug, the ferry reached the harbour.", Relation::Same);
        says(
            "Neither crew nor cook was paid.",
            "The crew and the cook were not paid.",
            Relation::Same,
        );
    }

    #[test]
    fn what_is_called_false_is_contradicted() {
        let claim = "The dam at Kelm has cracks.";
        says(claim, "The report that the dam at Kelm has cracks is a hoax.", Relation::Contradicts);
        says(
            claim,
            "There is no truth in reports that the dam at Kelm has cracks.",
            Relation::Contradicts,
        );
    }

    #[test]
    fn opposites_contradict_unless_one_is_negated() {
        says("Rents in Ostrel rose.", "Rents in Ostrel fell.", Relation::Contradicts);
        says("The hermit is dead.", "The hermit is not alive.", Relation::Same);
        says("The guard was armed.", "The guard was unarmed.", Relation::Contradicts);
        says("The guard was not armed.", "The guard was unarmed.", Relation::Same);
    }

    #[test]
    fn other_numbers_contradict_and_other_spellings_of_one_do_not() {
        says("The blast killed 12 people.", "The blast killed 21 people.", Relation::Contradicts);
        says("It cost 2.5 billion crowns.", "It cost 2.5bn crowns.", Relation::Same);
        says("Three thousand fled.", "3,000 people fled.", Relation::Same);
    }

    #[test]
    fn other_names_and_dates_are_other_matters() {
        says("A bomb went off in Ostrel.", "No bomb went off in Kelm.", Relation::Apart);
        says("The town flooded in 2019.", "The town flooded in 2021.", Relation::Apart);
        says("The World Trade Union met.", "The WTU met.", Relation::Same);
        says("The Sarvian army left.", "The army of Sarvia left.", Relation::Same);
    }

    #[test]
    fn the_capitals_of_a_headline_are_no_names() {
        says(
            "Ferry Aurora Sinks After Fire In Ostrel Harbour, Police Say",
            "Fire sinks the ferry Aurora in the harbour of Ostrel",
            Relation::Same,
        );
        says("Mayor Ann Lee left Ostrel.", "Mayor Ann Lee left Kelm.", Relation::Apart);
    }

    #[test]
    fn not_to_deny_is_not_to_say() {
        let open = "The minister did not deny owning the villa.";
        says(open, "The minister owns the villa.", Relation::Apart);
        says(open, "The minister denied owning the villa.", Relation::Contradicts);
        let open = "The guild cannot rule out a strike of the bakers.";
        says(open, "The bakers of the guild are on strike.", Relation::Apart);
        says(open, "The guild has ruled out a strike of the bakers.", Relation::Contradicts);
        let open = "It was never disproved that the dam has cracks.";
        says(open, "The dam has cracks.", Relation::Apart);
    }

    #[test]
    fn who_is_accused_is_not_convicted() {
        let accused = "Baker Ilo Marn is accused of fraud.";
        says(accused, "Baker Ilo Marn was found guilty of fraud.", Relation::Apart);
        says(accused, "Baker Ilo Marn has been charged with fraud.", Relation::Same);
        says(accused, "Baker Ilo Marn is not accused of fraud.", Relation::Contradicts);
    }

    #[test]
    fn nothing_breaks_where_nothing_is_said() {
        says("", "…", Relation::Same);
        says("No.", "Not!", Relation::Same);
    }
}
