//! `seeds/states.tsv` and `places.toml` as types: which words stand for which state, and how.
//!
//! Both files are part of the program and read once, on first use.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

#[derive(Deserialize)]
struct PlaceFile {
    states: String,
    places: String,
}

/// How a word stands for a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateWord {
    /// Its name.
    Name,
    /// Its people or things: "Danish".
    People,
    /// The seat of its government.
    Seat,
}

struct State {
    code: String,
    name: String,
}

/// The state that a name stands for, and how; the name is spelled as in a text.
///
/// ```
/// use claimtrail::domain::states::{StateWord, state};
/// assert_eq!(state("Kremlin"), Some(("Russia", StateWord::Seat)));
/// ```
pub fn state(name: &str) -> Option<(&'static str, StateWord)> {
    states().state(name)
}

/// The code of a state by any of its words: ISO 3166-1 alpha-2, or `XK`.
pub fn country(name: &str) -> Option<&'static str> {
    states().country(name)
}

/// Whether the name is a place that never acts.
pub fn is_place(name: &str) -> bool {
    states().places.contains(name)
}

fn states() -> &'static States {
    static STATES: LazyLock<States> = LazyLock::new(States::load);
    &STATES
}

/// Both files.
struct States {
    states: Vec<State>,
    state_of: HashMap<String, (usize, StateWord)>,
    places: HashSet<String>,
}

impl States {
    fn load() -> Self {
        let file: PlaceFile =
            toml::from_str(include_str!("places.toml")).expect("places.toml is part of the build");
        let mut all = States {
            states: Vec::new(),
            state_of: HashMap::new(),
            places: file.places.split_whitespace().map(spaced).collect(),
        };
        let mut of_name: HashMap<String, usize> = HashMap::new();
        let mut rows: Vec<Vec<&str>> = include_str!("../../seeds/states.tsv")
            .lines()
            .skip(1)
            .map(|line| line.split('\t').collect())
            .collect();
        rows.retain(|row| row.len() == 5);
        for (number, row) in rows.iter().enumerate() {
            all.states.push(State { code: row[0].to_owned(), name: row[1].to_owned() });
            of_name.insert(row[1].to_owned(), number);
        }
        // Names before adjectives before seats: "Monaco" is the state, then its capital.
        for (number, row) in rows.iter().enumerate() {
            for name in [row[1]].into_iter().chain(row[2].split(';')) {
                all.add(name.to_owned(), number, StateWord::Name);
            }
        }
        for (number, row) in rows.iter().enumerate() {
            all.add(row[3].to_owned(), number, StateWord::People);
        }
        let more = || file.states.lines().filter_map(|line| line.split_once('|'));
        for (name, rest) in more() {
            let (people, _) = rest.split_once('|').unwrap_or((rest, ""));
            if let Some(&number) = of_name.get(&spaced(name)) {
                for word in people.split_whitespace() {
                    all.add(spaced(word), number, StateWord::People);
                }
            }
        }
        for (number, row) in rows.iter().enumerate() {
            all.add(row[4].to_owned(), number, StateWord::Seat);
        }
        for (name, rest) in more() {
            let (_, seats) = rest.split_once('|').unwrap_or((rest, ""));
            if let Some(&number) = of_name.get(&spaced(name)) {
                for word in seats.split_whitespace() {
                    all.add(spaced(word), number, StateWord::Seat);
                }
            }
        }
        all
    }

    /// Notes a word with and without its accents; the first meaning of a word stays.
    fn add(&mut self, word: String, state: usize, how: StateWord) {
        if word.is_empty() {
            return;
        }
        let plain: String = word.nfd().filter(|&c| !is_combining_mark(c)).collect();
        self.state_of.entry(plain).or_insert((state, how));
        self.state_of.entry(word).or_insert((state, how));
    }

    fn state(&self, name: &str) -> Option<(&str, StateWord)> {
        let (state, word) = self.state_of.get(name)?;
        Some((&self.states.get(*state)?.name, *word))
    }

    fn country(&self, state: &str) -> Option<&str> {
        let (number, _) = self.state_of.get(state)?;
        Some(&self.states.get(*number)?.code)
    }
}

fn spaced(word: &str) -> String {
    word.replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_of_places_belongs_to_a_state_of_the_seeds() {
        let states = States::load();
        assert!(states.states.len() > 190, "{}", states.states.len());
        let file: PlaceFile = toml::from_str(include_str!("places.toml")).expect("TOML");
        for line in file.states.lines().filter(|line| line.contains('|')) {
            let name = spaced(line.split('|').next().unwrap_or(""));
            assert_eq!(states.state(&name), Some((name.as_str(), StateWord::Name)), "{line}");
        }
    }

    #[test]
    fn names_adjectives_and_seats_lead_to_their_state() {
        let states = States::load();
        for (word, name, how, code) in [
            ("Russia", "Russia", StateWord::Name, "RU"),
            ("Russian", "Russia", StateWord::People, "RU"),
            ("Kremlin", "Russia", StateWord::Seat, "RU"),
            ("Moscow", "Russia", StateWord::Seat, "RU"),
            ("Britain", "United Kingdom", StateWord::Name, "GB"),
            ("Downing Street", "United Kingdom", StateWord::Seat, "GB"),
            ("White House", "United States", StateWord::Seat, "US"),
            ("U.S.", "United States", StateWord::Name, "US"),
            ("Bogota", "Colombia", StateWord::Seat, "CO"),
            ("Bogotá", "Colombia", StateWord::Seat, "CO"),
            ("Andorran", "Andorra", StateWord::People, "AD"),
            ("Luxembourg", "Luxembourg", StateWord::Name, "LU"),
        ] {
            assert_eq!(states.state(word), Some((name, how)), "{word}");
            assert_eq!(states.country(word), Some(code), "{word}");
        }
        for word in ["Brussels", "Victoria", "Ceylon", "Lorne", ""] {
            assert_eq!(states.state(word), None, "{word}");
        }
    }
}
