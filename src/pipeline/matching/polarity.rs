//! Two claims on one matter → whether they say the same, the opposite, or something else.
//!
//! Whether they are on one matter at all is not asked here: that is told by their words and their
//! meaning, which are as close for a claim and its opposite as for a claim and itself. What tells
//! those two apart are few and small words: how often each claim turns itself around, words that
//! are each other's opposite, and numbers. Names and dates that differ make them two matters.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::amounts::{self, Amount, Difference};
use super::names::{self, Standing};
use crate::pipeline::lexicon::polarity::{Polarity, Side, stem};

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

/// A claim as it is compared.
#[derive(Debug)]
pub struct Sentence {
    words: Vec<Word>,
    /// Whether it turns itself around an odd number of times by words alone.
    negated: bool,
    /// It says that somebody did not deny something or rule it out, which asserts nothing.
    leaves_open: bool,
    amounts: Vec<Amount>,
    dates: BTreeSet<String>,
    /// Where names stand, each with the words of an office before it.
    names: Vec<Range<usize>>,
}

#[derive(Debug)]
pub(super) struct Word {
    /// In lower case, without a possessive ending.
    pub(super) lower: String,
    stem: String,
    /// It begins with a capital and is not the first.
    pub(super) is_name: bool,
    /// All its letters are capitals, and these are two at least.
    pub(super) in_capitals: bool,
    /// A mark stands before it.
    pub(super) behind_mark: bool,
    /// It has been counted among the words that turn the sentence around.
    turns: bool,
}

/// Months and days, by which a date is known.
const CALENDAR: &str = "january february march april june july august september october november december \
    monday tuesday wednesday thursday friday saturday sunday";

impl Sentence {
    /// Reads a claim.
    pub fn read(text: &str) -> Self {
        let mut words = words(text);
        let (amounts, dates) = amounts::read(text);
        let dates = dates
            .into_iter()
            .chain(
                words.iter().filter(|word| is_calendar(&word.lower)).map(|word| word.lower.clone()),
            )
            .collect();
        let turns = turns(&mut words);
        let leaves_open = (0..words.len()).any(|at| {
            rejects(&words, at)
                && words[at.saturating_sub(2)..at].iter().any(|word| is_negation(&word.lower))
        });
        let names = names::runs(&words);
        Sentence { words, negated: turns % 2 == 1, leaves_open, amounts, dates, names }
    }

    fn has_stem(&self, stem: &str) -> bool {
        self.words.iter().any(|word| word.stem == stem)
    }

    /// How far a case has come, by the words that tell it.
    fn stages(&self) -> BTreeSet<usize> {
        self.words.iter().filter_map(|word| Polarity::known().stage(&word.stem)).collect()
    }

    /// Words like "unarmed" and "childless" that negate a word of the other claim.
    fn affixes(&self, other: &Sentence) -> usize {
        self.words
            .iter()
            .filter(|word| !word.turns && !other.has_stem(&word.stem))
            .filter(|word| other.words.iter().any(|base| negates(&word.lower, base)))
            .count()
    }

    /// Whether it holds a word whose opposite stands in `other`.
    fn is_opposed_to(&self, other: &Sentence) -> bool {
        let polarity = Polarity::known();
        let sides = |of: &Sentence, against: &Sentence| -> BTreeSet<(usize, bool)> {
            of.words
                .iter()
                .filter(|word| !word.turns && !against.has_stem(&word.stem))
                .flat_map(|word| polarity.opposites(&word.lower))
                .map(|&(number, side)| (number, side == Side::One))
                .collect()
        };
        let (own, others) = (sides(self, other), sides(other, self));
        let only = |sides: &BTreeSet<(usize, bool)>, number, side| {
            sides.contains(&(number, side)) && !sides.contains(&(number, !side))
        };
        own.iter().any(|&(number, side)| only(&own, number, side) && only(&others, number, !side))
    }

    /// The places of words that carry meaning, turn nothing around, and have neither a form nor an
    /// opposite nor a synonym in `other` that we know of.
    fn beyond(&self, other: &Sentence) -> Vec<usize> {
        let polarity = Polarity::known();
        let listed = |word: &Word| {
            polarity.opposites(&word.lower).iter().any(|(number, _)| {
                let mut others =
                    other.words.iter().flat_map(|word| polarity.opposites(&word.lower));
                others.any(|(known, _)| known == number)
            })
        };
        (0..self.words.len())
            .filter(|&at| {
                let word = &self.words[at];
                !word.turns
                    && !super::terms::is_stop_word(&word.lower)
                    && !amounts::is_part(&word.lower)
                    && !other.has_stem(&word.stem)
                    && !other.words.iter().any(|known| {
                        names::is_same_name(&word.lower, &known.lower)
                            || negates(&word.lower, known)
                            || negates(&known.lower, word)
                    })
                    && !listed(word)
            })
            .collect()
    }

    /// The stems on either side of a place.
    fn neighbours(&self, at: usize) -> [Option<&str>; 2] {
        let stem = |at: Option<usize>| Some(self.words.get(at?)?.stem.as_str());
        [stem(at.checked_sub(1)), stem(Some(at + 1))]
    }

    /// Whether the two are one sentence with one or two words exchanged for others that mean
    /// something else: the baths are closed, the library is not.
    fn speaks_of_another_thing(&self, other: &Sentence, close: impl Fn(&str, &str) -> f32) -> bool {
        /// Cosine of words that could stand for each other, as the encoder sees them alone.
        const CLOSE: f32 = 0.5;
        let shared = self
            .words
            .iter()
            .filter(|word| !super::terms::is_stop_word(&word.lower) && other.has_stem(&word.stem))
            .count();
        let (own, others) = (self.beyond(other), other.beyond(self));
        let most = own.len().max(others.len());
        if own.is_empty() || others.is_empty() || most > 2 || shared < 2 * most {
            return false;
        }
        let [before, after] = self.neighbours(own[0]);
        let [others_before, _] = other.neighbours(others[0]);
        let [_, last] = self.neighbours(own[own.len() - 1]);
        let [_, others_last] = other.neighbours(others[others.len() - 1]);
        let in_one_place = before == others_before || after.is_some() && last == others_last;
        let words = |of: &Sentence, places: &[usize]| {
            let words: Vec<&str> = places.iter().map(|&at| of.words[at].lower.as_str()).collect();
            words.join(" ")
        };
        in_one_place && close(&words(self, &own), &words(other, &others)) < CLOSE
    }

    /// Whether the same words stand in the same order around names that changed places.
    fn swaps_roles_of(&self, other: &Sentence) -> bool {
        // The first word's capital tells nothing; that it is a name in the other claim does.
        let is_name = |word: &Word| {
            let mut all = self.words.iter().chain(&other.words);
            word.is_name || all.any(|known| known.is_name && known.lower == word.lower)
        };
        let around = |of: &Sentence| -> Vec<String> {
            let word = |word: &Word| if is_name(word) { "A".to_owned() } else { word.stem.clone() };
            let mut around: Vec<String> = of.words.iter().map(word).collect();
            around.dedup();
            around
        };
        let names = |of: &Sentence| -> Vec<String> {
            of.words.iter().filter(|word| is_name(word)).map(|word| word.lower.clone()).collect()
        };
        let (own, others) = (names(self), names(other));
        let listed = around(self).windows(3).any(|three| {
            three[0] == "A" && matches!(three[1].as_str(), "and" | "or") && three[2] == "A"
        });
        let sorted = |names: &[String]| {
            let mut names = names.to_vec();
            names.sort();
            names
        };
        own != others && sorted(&own) == sorted(&others) && around(self) == around(other) && !listed
    }

    /// Where names stand that `other` does not have, and how each stands to it.
    fn names_beyond(&self, other: &Sentence) -> Vec<(Range<usize>, Standing)> {
        let standing =
            |name: &Range<usize>| names::standing(&self.words, name, &other.words, &other.names);
        let names = self.names.iter().map(|name| (name.clone(), standing(name)));
        names.filter(|(_, standing)| *standing != Standing::Shared).collect()
    }

    /// Whether names that differ leave open whether this and the longer `other` are one claim, as where
    /// one is told with who said it, and the other with what it is about.
    ///
    /// Both have to name somebody or something together, no two may be namesakes, and neither claim may be a
    /// copy of the other with names exchanged: that is another event of the same kind.
    fn differs_in_asides(
        &self,
        beyond: &[(Range<usize>, Standing)],
        other: &Sentence,
        others_beyond: &[(Range<usize>, Standing)],
    ) -> bool {
        let before = |of: &Sentence, name: &Range<usize>| {
            Some(of.words[name.start.checked_sub(1)?].stem.clone())
        };
        let in_one_place = beyond.iter().any(|(own, _)| {
            let own = before(self, own);
            own.is_some() && others_beyond.iter().any(|(name, _)| before(other, name) == own)
        });
        let mut all = beyond.iter().chain(others_beyond);
        let namesakes = all.any(|(_, standing)| *standing == Standing::Namesake);
        let plain = self.telling().filter(|word| !word.is_name);
        let copied = plain.clone().filter(|word| other.has_stem(&word.stem)).count();
        let shares = beyond.len() < self.names.len();
        shares && !namesakes && !in_one_place && 2 * copied <= plain.count()
    }

    /// Words that carry meaning and are no part of a number.
    fn telling(&self) -> impl Iterator<Item = &Word> + Clone {
        self.words.iter().filter(|word| tells(word))
    }

    /// Whether names and days are all that it shares with `other`.
    fn shares_names_alone(&self, other: &Sentence) -> bool {
        let named = |at: usize| {
            // The first word before a name may be an office.
            self.words[at].is_name
                || is_calendar(&self.words[at].lower)
                || (at == 0 && self.names.iter().any(|name| name.start == 1))
        };
        !(0..self.words.len()).any(|at| {
            let word = &self.words[at];
            tells(word) && !named(at) && other.has_stem(&word.stem)
        })
    }
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

fn words(text: &str) -> Vec<Word> {
    static WORD: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"[\p{Alphabetic}\p{N}]+(?:['’.\-][\p{Alphabetic}\p{N}]+)*")
            .expect("it is valid")
    });
    let mut words = Vec::new();
    let mut end = 0;
    for found in WORD.find_iter(text) {
        let between = &text[end..found.start()];
        let behind_mark = between.contains(|c: char| !c.is_whitespace() && c != '.');
        end = found.end();
        let before = text[..found.start()].trim_end_matches(['"', '“', '‘', '\'', '(']).trim_end();
        let first = before.is_empty() || before.ends_with(['.', '!', '?', ':']);
        let lower = found.as_str().to_lowercase().replace('’', "'");
        let own = lower.strip_suffix("'s").unwrap_or(&lower).to_owned();
        let capital = found.as_str().chars().next().is_some_and(char::is_uppercase);
        let in_capitals = names::is_in_capitals(found.as_str());
        // "US" is one, "The" within a headline none.
        let is_name = capital && !first && (in_capitals || !super::terms::is_stop_word(&own));
        words.push(Word {
            stem: stem(&own),
            is_name,
            lower: own,
            in_capitals,
            behind_mark,
            turns: false,
        });
    }
    names::unname_shouts(&mut words);
    if names::is_title(&words) {
        words.iter_mut().for_each(|word| word.is_name = false);
    }
    words
}

/// Whether a word carries meaning and is no part of a number. "For" is no stop word of the ranker's.
fn tells(word: &Word) -> bool {
    let lower = word.lower.as_str();
    lower != "for" && !super::terms::is_stop_word(lower) && !amounts::is_part(lower)
}

/// Whether the word there says that something is not so, as "denied" and "ruled out" do.
fn rejects(words: &[Word], at: usize) -> bool {
    let word = &words[at];
    let ruled_out =
        || word.stem == stem("rule") && words.get(at + 1).is_some_and(|next| next.lower == "out");
    Polarity::known().is_rejection(&word.stem) || ruled_out()
}

fn is_negation(lower: &str) -> bool {
    lower.ends_with("n't") || Polarity::known().is_negation(lower)
}

pub(super) fn is_calendar(lower: &str) -> bool {
    CALENDAR.split_whitespace().any(|name| name == lower)
}

/// Marks the words that turn the sentence around, and counts how often they do.
fn turns(words: &mut [Word]) -> usize {
    let polarity = Polarity::known();
    let lower: Vec<String> = words.iter().map(|word| word.lower.clone()).collect();
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    let (mut turns, mut at) = (0, 0);
    let mut negated_before = false;
    while at < words.len() {
        let rest = &lower[at..];
        if let Some(length) = polarity.idle(rest) {
            words[at..at + length].iter_mut().for_each(|word| word.turns = true);
            at += length;
            continue;
        }
        let (length, turning) = match polarity.phrase(rest) {
            Some(length) => (length, true),
            // "neither … nor" and "no … nor" are one negation.
            None if rest[0] == "nor" => (1, !negated_before),
            None => {
                let negation = is_negation(rest[0]);
                negated_before |= negation;
                // A name may be a word: "Hull refused" has one refusal, "the Banned" none.
                (1, negation || (!words[at].is_name && polarity.is_refusal(&words[at].stem)))
            }
        };
        if turning {
            turns += 1;
            words[at..at + length].iter_mut().for_each(|word| word.turns = true);
        }
        at += length;
    }
    turns
}

/// Whether `word` is `base` with a syllable that negates it.
fn negates(word: &str, base: &Word) -> bool {
    let root = |stem: &str| stem.chars().take(5).collect::<String>();
    ["un", "in", "im", "il", "ir", "dis", "non", "non-", "mis"]
        .iter()
        .filter_map(|prefix| word.strip_prefix(prefix))
        .chain(word.strip_suffix("less"))
        .filter(|rest| rest.chars().count() >= 3)
        .map(stem)
        .any(|rest| rest == base.stem || (rest.len() >= 5 && root(&rest) == root(&base.stem)))
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
