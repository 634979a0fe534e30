//! A claim → the numbers in it and the years.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::pipeline::lexicon::polarity::stem;

/// A number and what it counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Amount {
    value: f64,
    /// Stem of the word behind it; nothing where that tells no unit.
    unit: Option<String>,
    /// It names what it stands at, as in "Article 12".
    is_name: bool,
}

/// How the numbers of two claims differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// They do not, or one has numbers that the other leaves out.
    None,
    /// They count the same.
    OfOneThing,
    /// They count or name other things.
    OfOtherThings,
}

/// Words behind a number that tell no unit.
const NO_UNITS: &str = "in on at of from to for and or by was were is are has have had when with after before per than as \
    since that who which during into over under within out";

const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 8] =
    ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const ORDINALS: [&str; 12] = [
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth",
];

/// What a word multiplies the number before it by.
fn scale(word: &str) -> Option<f64> {
    Some(match word {
        "dozen" => 12.0,
        "hundred" => 1e2,
        "thousand" | "k" => 1e3,
        "million" | "m" | "mn" => 1e6,
        "billion" | "bn" => 1e9,
        "trillion" | "tn" => 1e12,
        _ => return None,
    })
}

/// The value of a word that is a number.
fn value(word: &str) -> Option<f64> {
    if let Some(at) = ONES.iter().position(|one| *one == word) {
        return Some(at as f64);
    }
    if let Some(at) = TENS.iter().position(|ten| *ten == word) {
        return Some(20.0 + 10.0 * at as f64);
    }
    let (ten, one) = word.split_once('-')?;
    let ten = TENS.iter().position(|known| *known == ten)?;
    let one = ONES.iter().position(|known| *known == one)?;
    Some(20.0 + 10.0 * ten as f64 + one as f64)
}

/// Whether a word in lower case is part of a number.
pub fn is_part(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit()) || value(word).is_some() || scale(word).is_some()
}

/// The numbers of a text, and apart from them what tells one time or one of a row from another:
/// years and ordinals.
pub fn read(text: &str) -> (Vec<Amount>, BTreeSet<String>) {
    static PART: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\d+(?:[.,]\d+)*|\p{Alphabetic}+(?:-\p{Alphabetic}+)*").expect("it is valid")
    });
    let parts: Vec<&str> = PART.find_iter(text).map(|found| found.as_str()).collect();
    let lower: Vec<String> = parts.iter().map(|part| part.to_lowercase()).collect();
    let (mut amounts, mut marks) = (Vec::new(), BTreeSet::new());
    let mut at = 0;
    while at < parts.len() {
        let part = lower[at].as_str();
        let Some((value, length)) = number(&lower[at..]) else {
            if ORDINALS.contains(&part) {
                marks.insert(part.to_owned());
            }
            at += 1;
            continue;
        };
        let year = part.len() == 4 && length == 1 && (1500.0..2200.0).contains(&value);
        if year && part.bytes().all(|byte| byte.is_ascii_digit()) {
            marks.insert(part.to_owned());
        } else {
            let before = at.checked_sub(1).map(|before| parts[before]);
            let behind = lower
                .get(at + length)
                .filter(|word| !NO_UNITS.split_whitespace().any(|known| known == word.as_str()));
            let names = before.is_some_and(|word| {
                let capital = word.starts_with(char::is_uppercase);
                let named =
                    matches!(word, "number" | "no" | "nr" | "article" | "flight" | "tank" | "room");
                named || (capital && !super::terms::is_stop_word(&word.to_lowercase()))
            });
            let digits = part.starts_with(|c: char| c.is_ascii_digit());
            amounts.push(Amount {
                value,
                unit: behind.map(|word| stem(word)),
                is_name: names && digits && length == 1,
            });
        }
        at += length;
    }
    (amounts, marks)
}

/// The number that words in lower case begin with, and how many of them it takes.
fn number(words: &[String]) -> Option<(f64, usize)> {
    let first = words[0].as_str();
    let digits = first.starts_with(|c: char| c.is_ascii_digit());
    let (mut whole, mut part, mut length) = match (digits, value(first), scale(first)) {
        (true, ..) => (0.0, digits_value(first)?, 1),
        (false, Some(value), _) => (0.0, value, 1),
        // "a hundred", but not the m of "m".
        (false, None, Some(factor)) if first.len() > 2 => (0.0, factor, 1),
        _ => return None,
    };
    while let Some(word) = words.get(length) {
        match (scale(word), value(word)) {
            (Some(12.0), _) if length > 1 => break,
            (Some(factor), _) if factor >= 1e3 => {
                whole += part * factor;
                part = 0.0;
            }
            (Some(factor), _) => part *= factor,
            // "two hundred six"
            (None, Some(value)) if !digits && (part == 0.0 || (part >= 100.0 && value < 100.0)) => {
                part += value;
            }
            // "two hundred and six"
            (None, None) if word == "and" && !digits && part >= 100.0 => {
                match words.get(length + 1).and_then(|next| value_below_hundred(next)) {
                    Some(value) => {
                        part += value;
                        length += 1;
                    }
                    None => break,
                }
            }
            _ => break,
        }
        length += 1;
    }
    Some((whole + part, length))
}

fn value_below_hundred(word: &str) -> Option<f64> {
    value(word).filter(|value| *value < 100.0)
}

/// "1,200.5" → 1200.5; a comma or full stop before three digits parts thousands.
fn digits_value(part: &str) -> Option<f64> {
    let groups = part.split(',').skip(1).all(|group| group.len() == 3 || group.contains('.'));
    let plain = if groups { part.replace(',', "") } else { part.replace(',', ".") };
    plain.parse().ok()
}

/// How the numbers of two claims differ: each has to have one that the other has not.
pub fn difference(one: &[Amount], other: &[Amount]) -> Difference {
    let same = |a: &Amount, b: &Amount| {
        (a.value - b.value).abs() <= 1e-6 * a.value.abs().max(b.value.abs())
    };
    let beyond = |of: &'_ [Amount], known: &[Amount]| -> Vec<Amount> {
        of.iter().filter(|amount| !known.iter().any(|known| same(amount, known))).cloned().collect()
    };
    let (one, other) = (beyond(one, other), beyond(other, one));
    if one.is_empty() || other.is_empty() {
        return Difference::None;
    }
    let counts_the_same = one.iter().any(|a| {
        other.iter().any(|b| {
            !a.is_name && !b.is_name && (a.unit.is_none() || b.unit.is_none() || a.unit == b.unit)
        })
    });
    if counts_the_same { Difference::OfOneThing } else { Difference::OfOtherThings }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Vec<f64> {
        read(text).0.into_iter().map(|amount| amount.value).collect()
    }

    fn differ(one: &str, other: &str) -> Difference {
        difference(&read(one).0, &read(other).0)
    }

    #[test]
    fn numbers_are_read_in_digits_and_in_words() {
        for (text, expected) in [
            ("1,200,000 people", vec![1_200_000.0]),
            ("1.2 million people", vec![1_200_000.0]),
            ("€2.5bn and 40%", vec![2_500_000_000.0, 40.0]),
            ("three thousand and two dozen", vec![3_000.0, 24.0]),
            ("two hundred and six of twenty-one", vec![206.0, 21.0]),
            ("a hundred and a dozen", vec![100.0, 12.0]),
            ("two hundred thousand and three ships", vec![200_000.0, 3.0]),
            ("3,5 litres", vec![3.5]),
            ("version 1.2.3", vec![]),
        ] {
            assert_eq!(numbers(text), expected, "{text}");
        }
    }

    #[test]
    fn years_and_ordinals_are_no_amounts() {
        let (amounts, marks) = read("The third race of 1984 had 1,984 runners");
        assert_eq!(amounts.len(), 1);
        assert_eq!(marks.into_iter().collect::<Vec<_>>(), ["1984", "third"]);
    }

    #[test]
    fn numbers_differ_where_each_has_one_of_its_own() {
        assert_eq!(differ("3 ships and 4 boats", "3 ships"), Difference::None);
        assert_eq!(differ("3 ships sank", "4 ships sank"), Difference::OfOneThing);
        assert_eq!(differ("3 ships", "4 boats"), Difference::OfOtherThings);
        assert_eq!(differ("Pier 3 sank", "Pier 4 sank"), Difference::OfOtherThings);
        assert_eq!(differ("It is 3", "It is 4"), Difference::OfOneThing);
    }
}
