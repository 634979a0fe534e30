//! A claim as it is compared, and in what it differs from another.

use std::collections::BTreeSet;
use std::ops::Range;

use super::words::{Word, is_calendar, is_negation, negates, rejects, tells, turns, words};
use crate::pipeline::lexicon::polarity::{Polarity, Side};
use crate::pipeline::matching::amounts::{self, Amount};
use crate::pipeline::matching::names::{self, Standing};
use crate::pipeline::matching::terms::is_stop_word;

/// A claim as it is compared.
#[derive(Debug)]
pub(super) struct Sentence {
    pub(super) words: Vec<Word>,
    /// Whether it turns itself around an odd number of times by words alone.
    pub(super) negated: bool,
    /// It says that somebody did not deny something or rule it out, which asserts nothing.
    pub(super) leaves_open: bool,
    pub(super) amounts: Vec<Amount>,
    pub(super) dates: BTreeSet<String>,
    /// Where names stand, each with the words of an office before it.
    pub(super) names: Vec<Range<usize>>,
}

impl Sentence {
    /// Reads a claim.
    pub(super) fn read(text: &str) -> Self {
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
    pub(super) fn stages(&self) -> BTreeSet<usize> {
        self.words.iter().filter_map(|word| Polarity::known().stage(&word.stem)).collect()
    }

    /// Words like "unarmed" and "childless" that negate a word of the other claim.
    pub(super) fn affixes(&self, other: &Sentence) -> usize {
        self.words
            .iter()
            .filter(|word| !word.turns && !other.has_stem(&word.stem))
            .filter(|word| other.words.iter().any(|base| negates(&word.lower, base)))
            .count()
    }

    /// Whether it holds a word whose opposite stands in `other`.
    pub(super) fn is_opposed_to(&self, other: &Sentence) -> bool {
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
                    && !is_stop_word(&word.lower)
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
    pub(super) fn speaks_of_another_thing(
        &self,
        other: &Sentence,
        close: impl Fn(&str, &str) -> f32,
    ) -> bool {
        /// Cosine of words that could stand for each other, as the encoder sees them alone.
        const CLOSE: f32 = 0.5;
        let shared = self
            .words
            .iter()
            .filter(|word| !is_stop_word(&word.lower) && other.has_stem(&word.stem))
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
    pub(super) fn swaps_roles_of(&self, other: &Sentence) -> bool {
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
    pub(super) fn names_beyond(&self, other: &Sentence) -> Vec<(Range<usize>, Standing)> {
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
    pub(super) fn differs_in_asides(
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
    pub(super) fn shares_names_alone(&self, other: &Sentence) -> bool {
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
