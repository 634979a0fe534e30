//! `wording.toml` as types: nouns that stand for a proposition, and how nouns of doing become verbs.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

/// How a noun of doing becomes a predicate.
#[derive(Debug, Clone, Deserialize)]
pub struct NounRule {
    words: String,
    /// Its verb group after a single subject.
    pub verb: String,
    /// Its verb group after several.
    pub plural: String,
    /// Prepositions that stay after the verb.
    #[serde(default)]
    prepositions: String,
    /// Prepositions that fall away after the verb.
    #[serde(default)]
    drop: String,
    /// Put before a kept noun in the singular.
    #[serde(default)]
    pub article: String,
    /// Whether the noun itself stays after the verb.
    #[serde(default)]
    pub keep: bool,
}

impl NounRule {
    /// Whether the preposition stays.
    pub fn keeps(&self, preposition: &str) -> bool {
        self.prepositions.split_whitespace().any(|known| known == preposition)
    }

    /// Whether the preposition falls away.
    pub fn drops(&self, preposition: &str) -> bool {
        self.drop.split_whitespace().any(|known| known == preposition)
    }
}

#[derive(Deserialize)]
struct File {
    shell: Shell,
    noun: Vec<NounRule>,
    event: Event,
    mass: Mass,
}

#[derive(Deserialize)]
struct Mass {
    nouns: String,
}

#[derive(Deserialize)]
struct Shell {
    nouns: String,
    joins: String,
}

#[derive(Deserialize)]
struct Event {
    verbs: String,
}

/// The whole file.
pub struct WordingLexicon {
    mass: HashSet<String>,
    shells: HashSet<String>,
    joins: HashSet<String>,
    nouns: Vec<NounRule>,
    noun_index: HashMap<String, usize>,
    events: HashMap<String, String>,
}

impl WordingLexicon {
    /// Whether the noun only stands for a proposition: "report", "allegations".
    pub fn is_shell(&self, noun: &str) -> bool {
        self.shells.contains(noun)
    }

    /// Whether the noun is not counted: "turmoil". Those that end in "-ism" are not listed.
    pub fn is_mass(&self, noun: &str) -> bool {
        self.mass.contains(noun)
    }

    /// Whether the word joins such a noun to the proposition: "that", "suggesting".
    pub fn is_join(&self, word: &str) -> bool {
        self.joins.contains(word)
    }

    /// The rule for a noun of doing: "involvement".
    pub fn noun(&self, noun: &str) -> Option<&NounRule> {
        self.noun_index.get(noun).and_then(|&index| self.nouns.get(index))
    }

    /// What happened, for a noun of happening: "arrest" → "was arrested".
    pub fn event(&self, noun: &str) -> Option<&str> {
        self.events.get(noun).map(String::as_str)
    }
}

/// The lexicon this build carries.
pub fn lexicon() -> &'static WordingLexicon {
    static LEXICON: LazyLock<WordingLexicon> = LazyLock::new(|| {
        let file: File = toml::from_str(include_str!("wording.toml"))
            .expect("wording.toml is part of the build");
        let words = |list: &str| list.split_whitespace().map(str::to_owned).collect();
        let mut noun_index = HashMap::new();
        for (index, rule) in file.noun.iter().enumerate() {
            for word in rule.words.split_whitespace() {
                noun_index.entry(word.to_owned()).or_insert(index);
            }
        }
        WordingLexicon {
            shells: words(&file.shell.nouns),
            mass: words(&file.mass.nouns),
            joins: words(&file.shell.joins),
            nouns: file.noun,
            noun_index,
            events: file
                .event
                .verbs
                .lines()
                .filter_map(|line| line.split_once('='))
                .map(|(noun, verb)| (noun.to_owned(), verb.to_owned()))
                .collect(),
        }
    });
    &LEXICON
}
