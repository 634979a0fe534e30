//! A text → the words it is searched by.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::signature::signature;
use crate::domain::is_invisible;

/// Words that stand in every text. Negations are among them: what is denied is found by what it is
/// about, and whether the two agree is decided afterwards.
const STOP_WORDS: &str = "a about after all also am an and are as at be been before being but by can could did \
    do does down from had has have he her here him his how i if in into is it its just may \
    me might must my no not of on or our out over s shall should so t than that the their \
    them then there these they this those to up us was we were what when where which who \
    whom whose why will with would you your";

/// What a reader reads of a post: without addresses, with the words inside of `#CamelCase` and
/// `@names`, and without the line that names its author and date behind a dash.
///
/// ```
/// use claimtrail::pipeline::matching::readable;
/// assert_eq!(
///     readable("Ferry sunk at #OstrelHarbour! https://t.test/x — Nobody (@nobody) May 3, 2026"),
///     "Ferry sunk at Ostrel Harbour!"
/// );
/// ```
pub fn readable(text: &str) -> String {
    static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)https?://\S+|pic\.twitter\.com/\w+").expect("it is valid")
    });
    static NAME: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[#@](\w+)").expect("it is valid"));
    let text = signature(text).map_or(text, |signed| signed.said);
    let text = ADDRESS.replace_all(text, " ");
    let text =
        NAME.replace_all(&text, |found: &Captures<'_>| format!(" {}", words_of_name(&found[1])));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `OstrelHarbour_News` → `Ostrel Harbour News`.
pub(super) fn words_of_name(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 4);
    let mut before = ' ';
    for c in name.chars() {
        if c == '_' {
            words.push(' ');
        } else {
            if before.is_lowercase() && c.is_uppercase() {
                words.push(' ');
            }
            words.push(c);
        }
        before = c;
    }
    words
}

/// The stems of the words of `text` that carry meaning, in their order: compatibility forms, case
/// and accents folded, possessives gone.
///
/// Stems are those of English (Porter 2, <https://snowballstem.org>); a word of another language
/// keeps at worst an ending too many or too few, on both sides alike.
pub fn terms(text: &str) -> Vec<String> {
    static STEMMER: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::English));
    let folded: String = text
        .nfkd()
        .filter(|&c| !is_combining_mark(c) && !is_invisible(c))
        .flat_map(char::to_lowercase)
        .map(super::key::plain)
        .collect();
    words(&folded)
        .map(|word| word.strip_suffix("'s").unwrap_or(word).replace('\'', ""))
        .filter(|word| !word.is_empty() && !is_stop_word(word))
        .map(|word| match word.contains('.') {
            // Abbreviations and numbers have no endings.
            true => word,
            false => STEMMER.stem(&word).into_owned(),
        })
        .collect()
}

/// Whether a word stands in every text.
pub(super) fn is_stop_word(word: &str) -> bool {
    static WORDS: LazyLock<Vec<&str>> = LazyLock::new(|| STOP_WORDS.split_whitespace().collect());
    WORDS.binary_search(&word).is_ok()
}

/// Runs of letters and digits; an apostrophe or full stop between two of them belongs to the word.
fn words(text: &str) -> impl Iterator<Item = &str> {
    static WORD: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"[\p{Alphabetic}\p{N}]+(?:['.][\p{Alphabetic}\p{N}]+)*").expect("it is valid")
    });
    WORD.find_iter(text).map(|found| found.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stop_words_are_in_the_order_they_are_looked_up_in() {
        assert!(STOP_WORDS.split_whitespace().is_sorted());
    }

    #[test]
    fn forms_of_one_word_are_one_term() {
        assert_eq!(terms("The minister's ferries were sinking"), ["minist", "ferri", "sink"]);
        assert_eq!(terms("A Ministers’ FERRY sank? Sinks!"), ["minist", "ferri", "sank", "sink"]);
        assert_eq!(terms("Außen\u{ad}minister Žák"), terms("Außenminister Zak"));
        assert_eq!(terms("It isn't the U.S. of 3.5 million"), ["isnt", "u.s", "3.5", "million"]);
        assert_eq!(terms("It is not so. …?!"), [] as [&str; 0]);
    }

    #[test]
    fn a_post_keeps_what_its_reader_reads() {
        for (post, read) in [
            ("#DamBreak at @Ostrel_Water", "Dam Break at Ostrel Water"),
            ("Look: pic.twitter.com/a1B2 now", "Look: now"),
            ("He was there — and left", "He was there — and left"),
            ("Gone! - A B (@ab) January 12, 2026", "Gone!"),
            ("https://t.test/only", ""),
        ] {
            assert_eq!(readable(post), read);
        }
    }
}
