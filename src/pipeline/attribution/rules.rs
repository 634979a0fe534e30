//! The pattern families of attribution, as the TOML beside the word lists tells them.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::pipeline::lexicon::FastMap;

/// One family: what it finds, with texts that prove it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Stored with every statement that the family found.
    pub id: String,
    /// What it finds, in a sentence.
    pub what: String,
    /// Texts with their statements marked: `[source She] [cue said] [content it was so].`
    pub examples: Vec<String>,
    /// Texts in which it finds nothing.
    pub counterexamples: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    pseudo_speakers: String,
    outlet_words: String,
    silent_nouns: String,
    rule: Vec<Rule>,
}

/// The families and the lists they use.
pub struct Rules {
    /// The families, in the order of the file.
    pub rules: Vec<Rule>,
    pseudo_speakers: FastMap<String, ()>,
    outlet_words: FastMap<String, ()>,
    silent_nouns: FastMap<String, ()>,
}

impl Rules {
    /// Whether capitals before a colon are a label and nobody's name.
    pub fn is_pseudo_speaker(&self, lower: &str) -> bool {
        self.pseudo_speakers.contains_key(lower)
    }

    /// Whether the noun, bare after "according to", is nobody who speaks.
    pub fn is_silent_noun(&self, lower: &str) -> bool {
        self.silent_nouns.contains_key(lower)
    }

    /// Whether the word marks a name as an outlet's.
    pub fn is_outlet_word(&self, lower: &str) -> bool {
        self.outlet_words.contains_key(lower)
    }
}

/// The rules of the program.
pub fn rules() -> &'static Rules {
    static RULES: LazyLock<Rules> = LazyLock::new(|| {
        let file: File = toml::from_str(include_str!("../lexicon/attribution.toml"))
            .expect("attribution.toml is well formed");
        let set = |list: &str| list.split_whitespace().map(|word| (word.to_owned(), ())).collect();
        Rules {
            pseudo_speakers: set(&file.pseudo_speakers),
            outlet_words: set(&file.outlet_words),
            silent_nouns: set(&file.silent_nouns),
            rules: file.rule,
        }
    });
    &RULES
}
