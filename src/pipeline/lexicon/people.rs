//! `people.toml` as types: what a given name or a title tells of its bearer.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// Which pronoun a person is spoken of with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gender {
    /// "she".
    She,
    /// "he".
    He,
}

#[derive(Deserialize)]
struct File {
    female: String,
    male: String,
    male_titles: String,
    female_titles: String,
}

/// What a given name ("Tessa") tells; `None` where it tells nothing.
pub fn of_given_name(name: &str) -> Option<Gender> {
    lists().names.get(name).copied()
}

/// What a title ("Mrs.") tells; `None` where it tells nothing.
pub fn of_title(title: &str) -> Option<Gender> {
    lists().titles.get(title).copied()
}

struct Lists {
    names: HashMap<String, Gender>,
    titles: HashMap<String, Gender>,
}

fn lists() -> &'static Lists {
    static LISTS: LazyLock<Lists> = LazyLock::new(|| {
        let file: File =
            toml::from_str(include_str!("people.toml")).expect("people.toml is part of the build");
        let map = |she: &str, he: &str| {
            let she = she.split_whitespace().map(|word| (word.to_owned(), Gender::She));
            let he = he.split_whitespace().map(|word| (word.to_owned(), Gender::He));
            she.chain(he).collect()
        };
        Lists {
            names: map(&file.female, &file.male),
            titles: map(&file.female_titles, &file.male_titles),
        }
    });
    &LISTS
}
