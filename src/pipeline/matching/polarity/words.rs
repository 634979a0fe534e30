//! The words of a claim, and which of them turn it around.

use std::sync::LazyLock;

use regex::Regex;

use crate::pipeline::lexicon::polarity::{Polarity, stem};
use crate::pipeline::matching::terms::is_stop_word;
use crate::pipeline::matching::{amounts, names};

#[derive(Debug)]
pub(in crate::pipeline::matching) struct Word {
    /// In lower case, without a possessive ending.
    pub(in crate::pipeline::matching) lower: String,
    pub(super) stem: String,
    /// It begins with a capital and is not the first.
    pub(in crate::pipeline::matching) is_name: bool,
    /// All its letters are capitals, and these are two at least.
    pub(in crate::pipeline::matching) in_capitals: bool,
    /// A mark stands before it.
    pub(in crate::pipeline::matching) behind_mark: bool,
    /// It has been counted among the words that turn the sentence around.
    pub(super) turns: bool,
}

/// Months and days, by which a date is known.
const CALENDAR: &str = "january february march april june july august september october november december \
    monday tuesday wednesday thursday friday saturday sunday";

pub(super) fn words(text: &str) -> Vec<Word> {
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
        let is_name = capital && !first && (in_capitals || !is_stop_word(&own));
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
pub(super) fn tells(word: &Word) -> bool {
    let lower = word.lower.as_str();
    lower != "for" && !is_stop_word(lower) && !amounts::is_part(lower)
}

/// Whether the word there says that something is not so, as "denied" and "ruled out" do.
pub(super) fn rejects(words: &[Word], at: usize) -> bool {
    let word = &words[at];
    let ruled_out =
        || word.stem == stem("rule") && words.get(at + 1).is_some_and(|next| next.lower == "out");
    Polarity::known().is_rejection(&word.stem) || ruled_out()
}

pub(super) fn is_negation(lower: &str) -> bool {
    lower.ends_with("n't") || Polarity::known().is_negation(lower)
}

pub(in crate::pipeline::matching) fn is_calendar(lower: &str) -> bool {
    CALENDAR.split_whitespace().any(|name| name == lower)
}

/// Marks the words that turn the sentence around, and counts how often they do.
pub(super) fn turns(words: &mut [Word]) -> usize {
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
pub(super) fn negates(word: &str, base: &Word) -> bool {
    let root = |stem: &str| stem.chars().take(5).collect::<String>();
    ["un", "in", "im", "il", "ir", "dis", "non", "non-", "mis"]
        .iter()
        .filter_map(|prefix| word.strip_prefix(prefix))
        .chain(word.strip_suffix("less"))
        .filter(|rest| rest.chars().count() >= 3)
        .map(stem)
        .any(|rest| rest == base.stem || (rest.len() >= 5 && root(&rest) == root(&base.stem)))
}
