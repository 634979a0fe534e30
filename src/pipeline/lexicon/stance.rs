//! `stance.toml` as types: words that say what a text makes of a claim.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    rejects: String,
    doubts: String,
    hedges: String,
    confirms: String,
    unharmed: String,
    negations: String,
    answers: String,
    empty: String,
}

/// A list of words in lower case.
#[derive(Debug)]
pub struct WordList(HashSet<String>);

impl WordList {
    fn new(words: &str) -> WordList {
        WordList(words.split_whitespace().map(str::to_owned).collect())
    }

    /// Whether `word`, in lower case, is one of them.
    pub fn has(&self, word: &str) -> bool {
        self.0.contains(word)
    }
}

/// The whole file.
#[derive(Debug)]
pub struct StanceWords {
    /// It is not so.
    pub rejects: WordList,
    /// It may not be so.
    pub doubts: WordList,
    /// Others say so.
    pub hedges: WordList,
    /// It is so, on better grounds.
    pub confirms: WordList,
    /// Nothing happened to whom the claim speaks of.
    pub unharmed: WordList,
    /// "not" and its like.
    pub negations: WordList,
    /// First words of a text that answers the claim.
    pub answers: WordList,
    /// Words that say nothing of what a text is about.
    pub empty: WordList,
}

/// The words of the program.
pub fn stance_words() -> &'static StanceWords {
    static WORDS: LazyLock<StanceWords> = LazyLock::new(|| {
        let file: File = toml::from_str(include_str!("stance.toml")).expect("stance.toml is whole");
        StanceWords {
            rejects: WordList::new(&file.rejects),
            doubts: WordList::new(&file.doubts),
            hedges: WordList::new(&file.hedges),
            confirms: WordList::new(&file.confirms),
            unharmed: WordList::new(&file.unharmed),
            negations: WordList::new(&file.negations),
            answers: WordList::new(&file.answers),
            empty: WordList::new(&file.empty),
        }
    });
    &WORDS
}
