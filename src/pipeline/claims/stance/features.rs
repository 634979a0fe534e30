//! A claim and a text → what the text's stance is judged by.

use std::collections::HashSet;

use rust_stemmers::{Algorithm, Stemmer};

use crate::pipeline::lexicon::hash_bytes;
use crate::pipeline::lexicon::stance::{WordList, stance_words};
use crate::pipeline::model::{feature, feature_pair};
use crate::pipeline::text;

/// Words of a claim or text that are looked at; what follows is left out.
const LONGEST: usize = 128;

/// Numbers that a pair is judged by.
pub const NUMBERS: usize = 20;

/// What the numbers are, in order.
pub const NUMBER_NAMES: [&str; NUMBERS] = [
    "share of the claim's words in the text",
    "share of the text's words in the claim",
    "question mark",
    "ends in a question mark",
    "rejecting word",
    "rejecting word that the claim lacks",
    "negation",
    "negation and rejecting word",
    "negation right before a word of the claim",
    "negation up to three before a word of the claim",
    "negation before no word of the claim",
    "negation up to three after a word of the claim",
    "negation, by share of the text in the claim",
    "rejecting word that the claim lacks, by that share",
    "negation in the text or in the claim, not in both",
    "unharmed",
    "doubting word",
    "confirming word that the claim lacks",
    "hedge, by share of the text in the claim",
    "begins with an answer",
];

/// What a text's stance to a claim is judged by.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The text's words and pairs of neighbours, hashed, each once.
    pub words: Vec<u32>,
    /// As [`NUMBER_NAMES`] tells.
    pub numbers: [f32; NUMBERS],
}

/// Reads a claim and a text that speaks of it, such as a headline.
pub fn pair(claim: &str, text: &str) -> Pair {
    let claim = words(claim);
    let text = words(text);
    Pair { words: hashed(&text), numbers: numbers(&claim, &text) }
}

/// The stems of a text's words with content, each once.
pub fn contents(text: &str) -> HashSet<String> {
    stems(&words(text))
}

/// Whether a text says that something is not so.
pub fn negates(text: &str) -> bool {
    let known = stance_words();
    words(text).iter().any(|word| known.negations.has(word) || known.rejects.has(word))
}

/// Words, numbers and the marks that tell a stance, in lower case.
fn words(text: &str) -> Vec<String> {
    let reading = text::read(text);
    (0..reading.tokens.len())
        .filter_map(|token| {
            let lower = reading.lower(token);
            match lower {
                "?" | "!" | ":" => Some(lower.to_owned()),
                "n't" => Some("not".to_owned()),
                _ if lower.contains(char::is_alphanumeric) => Some(lower.to_owned()),
                _ => (reading.tag(token) == text::Tag::Quote).then(|| "\"".to_owned()),
            }
        })
        .take(LONGEST)
        .collect()
}

fn hashed(words: &[String]) -> Vec<u32> {
    const ENDS: u32 = 1;
    let hashes: Vec<u32> = words.iter().map(|word| hash_bytes(word.as_bytes())).collect();
    let firsts = std::iter::once(ENDS).chain(hashes.iter().copied());
    let seconds = hashes.iter().copied().chain(std::iter::once(ENDS));
    let mut found: Vec<u32> = hashes.iter().map(|&word| feature(1, word)).collect();
    found.extend(firsts.zip(seconds).map(|(first, second)| feature_pair(2, first, second)));
    found.sort_unstable();
    found.dedup();
    found
}

/// The stem of a word with content; `None` for others and for marks.
fn stem(word: &str) -> Option<String> {
    if stance_words().empty.has(word) || !word.contains(char::is_alphanumeric) {
        return None;
    }
    Some(Stemmer::create(Algorithm::English).stem(word).into_owned())
}

fn stems(words: &[String]) -> HashSet<String> {
    words.iter().filter_map(|word| stem(word)).collect()
}

fn share(part: usize, whole: usize) -> f32 {
    part as f32 / whole.max(1) as f32
}

fn numbers(claim: &[String], text: &[String]) -> [f32; NUMBERS] {
    let known = stance_words();
    let about = stems(claim);
    let told = stems(text);
    let shared = about.intersection(&told).count();
    let aligned: Vec<bool> =
        text.iter().map(|word| stem(word).is_some_and(|stem| about.contains(&stem))).collect();
    let has = |list: &WordList| text.iter().any(|word| list.has(word));
    let adds = |list: &WordList| text.iter().any(|word| list.has(word) && !claim.contains(word));
    let negations: Vec<usize> =
        (0..text.len()).filter(|&at| known.negations.has(&text[at])).collect();
    let before =
        |at: usize, reach: usize| aligned.iter().skip(at + 1).take(reach).any(|&aligned| aligned);
    let after = |at: usize| aligned[at.saturating_sub(3)..at].contains(&true);
    let denies = !negations.is_empty();
    let claim_denies = claim.iter().any(|word| known.negations.has(word));
    let in_claim = share(aligned.iter().filter(|&&aligned| aligned).count(), text.len());
    let rejects = has(&known.rejects);
    let rejects_it = adds(&known.rejects);
    let flag = |is: bool| f32::from(u8::from(is));
    [
        share(shared, about.len()),
        share(shared, told.len()),
        flag(text.iter().any(|word| word == "?")),
        flag(text.last().is_some_and(|word| word == "?")),
        flag(rejects),
        flag(rejects_it),
        flag(denies),
        flag(denies && rejects),
        flag(negations.iter().any(|&at| before(at, 1))),
        flag(negations.iter().any(|&at| before(at, 3))),
        flag(denies && !negations.iter().any(|&at| before(at, 3))),
        flag(negations.iter().any(|&at| after(at))),
        flag(denies) * in_claim,
        flag(rejects_it) * in_claim,
        flag(denies != claim_denies),
        flag(adds(&known.unharmed)),
        flag(has(&known.doubts)),
        flag(adds(&known.confirms)),
        flag(has(&known.hedges)) * in_claim,
        flag(text.first().is_some_and(|word| known.answers.has(word))),
    ]
}
