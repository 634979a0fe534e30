//! `actors.toml` as types: what a name's words tell of its bearer.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::domain::states;
pub use crate::domain::states::StateWord;

#[derive(Deserialize)]
struct ActorFile {
    titles: String,
    unfinished: String,
    departments: String,
    organisations: String,
    governments: String,
    outlet_words: String,
    outlets: String,
    groups: String,
    not_names: String,
}

/// The words for actors, and those for states and places.
pub struct ActorLexicon {
    titles: HashSet<String>,
    unfinished: HashSet<String>,
    departments: HashSet<String>,
    organisations: HashSet<String>,
    governments: HashSet<String>,
    outlet_words: HashSet<String>,
    outlets: HashSet<String>,
    groups: HashSet<String>,
    not_names: HashSet<String>,
}

impl ActorLexicon {
    /// Whether a lower-case word may be part of an office before a name.
    pub fn is_title(&self, word: &str) -> bool {
        self.titles.contains(word)
    }

    /// Whether such a word needs another after it to be an office: "vice".
    pub fn is_unfinished_title(&self, word: &str) -> bool {
        self.unfinished.contains(word)
    }

    /// Whether a lower-case word names what an office is held in: "homeland", "security".
    pub fn is_department(&self, word: &str) -> bool {
        self.departments.contains(word)
    }

    /// Whether a lower-case word shows that a name is a body's.
    pub fn is_organisation(&self, word: &str) -> bool {
        self.organisations.contains(word)
    }

    /// Whether a lower-case word shows that a body belongs to a state.
    pub fn is_government(&self, word: &str) -> bool {
        self.governments.contains(word)
    }

    /// Whether a lower-case word shows that a name publishes.
    pub fn is_outlet_word(&self, word: &str) -> bool {
        self.outlet_words.contains(word)
    }

    /// Whether the name is a known publisher's.
    pub fn is_outlet(&self, name: &str) -> bool {
        self.outlets.contains(name)
    }

    /// Whether a lower-case plural is of people.
    pub fn is_group(&self, word: &str) -> bool {
        self.groups.contains(word)
    }

    /// Whether a lower-case word is capitalised without being a name.
    pub fn is_no_name(&self, word: &str) -> bool {
        self.not_names.contains(word)
    }

    /// Whether the name is a place that never acts.
    pub fn is_place(&self, name: &str) -> bool {
        states::is_place(name)
    }

    /// The state that a name stands for, and how.
    pub fn state(&self, name: &str) -> Option<(&str, StateWord)> {
        states::state(name)
    }

    /// The code of a state by any of its words: ISO 3166-1 alpha-2, or `XK`.
    pub fn country(&self, state: &str) -> Option<&str> {
        states::country(state)
    }
}

/// The lexicon this build carries.
pub fn lexicon() -> &'static ActorLexicon {
    static LEXICON: LazyLock<ActorLexicon> = LazyLock::new(|| {
        let actors: ActorFile =
            toml::from_str(include_str!("actors.toml")).expect("actors.toml is part of the build");
        let words = |list: &str| -> HashSet<String> {
            list.split_whitespace().map(|word| word.replace('_', " ")).collect()
        };
        ActorLexicon {
            titles: words(&actors.titles),
            unfinished: words(&actors.unfinished),
            departments: words(&actors.departments),
            organisations: words(&actors.organisations),
            governments: words(&actors.governments),
            outlet_words: words(&actors.outlet_words),
            outlets: words(&actors.outlets),
            groups: words(&actors.groups),
            not_names: words(&actors.not_names),
        }
    });
    &LEXICON
}
