//! A sentence → the hashed features that the linear model weighs.

use crate::pipeline::lexicon::hash_bytes;
use crate::pipeline::model::{feature, feature_pair};
use crate::pipeline::text::{self, Reading, Tag};

/// Words of a sentence that are looked at; what follows is left out.
const LONGEST: usize = 128;
/// Bytes of a word that runs of letters are taken from.
const LONGEST_WORD: usize = 32;
/// Lengths of the runs of letters.
const RUNS: std::ops::RangeInclusive<usize> = 3..=5;

/// Templates, as [`feature`] numbers them.
mod template {
    pub const BIAS: u32 = 0;
    pub const WORD: u32 = 1;
    pub const WORDS: u32 = 2;
    pub const TAG: u32 = 3;
    pub const TAGS: u32 = 4;
    pub const SHAPES: u32 = 5;
    pub const LENGTH: u32 = 6;
    pub const RUN: u32 = 7;
    pub const FIRST: u32 = 8;
}

/// The features of `sentence`: words and pairs of them, runs of letters, what the words are and in
/// which order, and how many they are.
pub fn features(sentence: &str) -> Vec<u32> {
    let reading = text::read(sentence);
    let count = reading.tokens.len().min(LONGEST);
    let words: Vec<u32> =
        (0..count).map(|token| hash_bytes(reading.lower(token).as_bytes())).collect();
    let shapes: Vec<u32> = (0..count).map(|token| shape(&reading, token)).collect();
    let tags: Vec<u32> = (0..count).map(|token| 1 + reading.tag(token) as u32).collect();
    let mut found = Vec::with_capacity(40 * count);
    found.push(feature(template::BIAS, 0));
    found.push(feature(template::LENGTH, (count as u32 + 1).ilog2()));
    for token in 0..count {
        let before = token.checked_sub(1);
        let pair = |of: &[u32]| (before.map_or(0, |before| of[before]), of[token]);
        found.push(feature(template::WORD, words[token]));
        let (first, second) = pair(&words);
        found.push(feature_pair(template::WORDS, first, second));
        let (first, second) = pair(&tags);
        found.push(feature_pair(template::TAG, first, second));
        let earlier = token.checked_sub(2).map_or(0, |earlier| tags[earlier]);
        found.push(feature_pair(template::TAGS, earlier << 8 | first, second));
        let (first, second) = pair(&shapes);
        found.push(feature_pair(template::SHAPES, first, second));
        if token < 2 {
            found.push(feature_pair(template::FIRST, token as u32, words[token]));
        }
        runs(reading.lower(token), &mut found);
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// A word as its kind: names are one, and so are numbers of like size; other words are themselves.
fn shape(reading: &Reading, token: usize) -> u32 {
    match reading.tag(token) {
        Tag::Name => 1,
        Tag::Number => {
            let word = reading.word(token);
            let digits = word.bytes().filter(u8::is_ascii_digit).count();
            2 + digits.min(6) as u32 + if word.contains(['.', ',']) { 8 } else { 0 }
        }
        _ => hash_bytes(reading.lower(token).as_bytes()),
    }
}

/// The runs of letters of one word, its two ends counted as one letter each.
fn runs(word: &str, found: &mut Vec<u32>) {
    let bytes = word.as_bytes();
    let bytes = &bytes[..bytes.len().min(LONGEST_WORD)];
    let mut marked = [b' '; LONGEST_WORD + 2];
    marked[1..=bytes.len()].copy_from_slice(bytes);
    let marked = &marked[..bytes.len() + 2];
    for length in RUNS {
        found.extend(marked.windows(length).map(|run| feature(template::RUN, hash_bytes(run))));
    }
}
