//! The fields of a record, by whatever name a news set knows them → what is known of a document.
//!
//! The names are data, in `fields.toml`, each field with names that give it and names that do not.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

/// What a record can say of its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Field {
    Id,
    Url,
    Outlet,
    Title,
    PublishedAt,
    Authors,
    Language,
    Text,
    Html,
    Quotes,
}

/// How many fields there are.
const FIELDS: usize = 10;

/// A field, and the place of the name among its names: the lower, the more it is trusted.
pub(super) type Known = (Field, usize);

#[derive(Deserialize)]
struct Entry {
    name: Field,
    names: Vec<String>,
    #[cfg(test)]
    examples: Vec<String>,
    #[cfg(test)]
    counterexamples: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    field: Vec<Entry>,
}

/// The table comes with the program and is proven by its tests, so it is always well-formed.
static FILE: LazyLock<File> = LazyLock::new(|| {
    toml::from_str(include_str!("fields.toml")).expect("fields.toml is as its types say")
});

static NAMES: LazyLock<HashMap<String, Known>> = LazyLock::new(|| {
    let entries = FILE.field.iter();
    entries
        .flat_map(|entry| {
            (0..).zip(&entry.names).map(|(place, name)| (folded(name), (entry.name, place)))
        })
        .collect()
});

/// The letters and digits of a name, in lower case: `pubDate` is `pub_date`.
fn folded(name: &str) -> String {
    let told_apart = |letter: &char| !matches!(letter, '_' | '-' | ' ' | '.');
    name.trim().chars().filter(told_apart).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// The field that a name gives, if one does.
pub(super) fn field_named(name: &str) -> Option<Known> {
    NAMES.get(&folded(name)).copied()
}

/// All names of a field, for messages.
pub(super) fn names_of(field: Field) -> impl Iterator<Item = &'static str> {
    let entry = FILE.field.iter().find(move |entry| entry.name == field);
    entry.into_iter().flat_map(|entry| entry.names.iter().map(String::as_str))
}

/// The fields of one record.
#[derive(Debug, Default)]
pub(super) struct Fields {
    values: [Option<(usize, Value)>; FIELDS],
}

impl Fields {
    /// Keeps `value`, unless a name that is trusted more has given the field already. What says
    /// nothing is not kept: archives write down what they do not know as an empty string.
    pub fn offer(&mut self, (field, place): Known, value: Value) {
        let says_nothing = match &value {
            Value::Null => true,
            // Of the words themselves, an empty one is told from one that is not there.
            Value::String(words) => words.trim().is_empty() && !is_content(field),
            Value::Array(items) => items.is_empty(),
            _ => false,
        };
        let slot = &mut self.values[field as usize];
        let empty = |value: &Value| value.as_str().is_some_and(|words| words.trim().is_empty());
        let better = slot.as_ref().is_none_or(|(known, held)| match (empty(held), empty(&value)) {
            (true, false) => true,
            (false, true) => false,
            _ => place < *known,
        });
        if !says_nothing && better {
            *slot = Some((place, value));
        }
    }

    /// Takes the value of a field.
    pub fn take(&mut self, field: Field) -> Option<Value> {
        self.values[field as usize].take().map(|(_, value)| value)
    }

    /// Whether the field was given by our own name for it.
    pub fn is_ours(&self, field: Field) -> bool {
        matches!(self.values[field as usize], Some((0, _)))
    }

    /// Whether there is a value for the field.
    pub fn has(&self, field: Field) -> bool {
        self.values[field as usize].is_some()
    }
}

fn is_content(field: Field) -> bool {
    matches!(field, Field::Text | Field::Html)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_field_takes_its_examples_and_leaves_its_counterexamples() {
        assert_eq!(FILE.field.len(), FIELDS);
        for entry in &FILE.field {
            assert!(!entry.examples.is_empty() && !entry.counterexamples.is_empty());
            for name in &entry.examples {
                assert_eq!(field_named(name).map(|known| known.0), Some(entry.name), "{name}");
            }
            for name in &entry.counterexamples {
                assert_ne!(field_named(name).map(|known| known.0), Some(entry.name), "{name}");
            }
        }
    }

    #[test]
    fn no_name_gives_two_fields() {
        let names = FILE.field.iter().flat_map(|entry| &entry.names);
        let names: Vec<_> = names.map(|name| folded(name)).collect();
        let distinct: BTreeSet<_> = names.iter().collect();
        assert_eq!(distinct.len(), names.len(), "{names:?}");
    }

    #[test]
    fn the_documentation_lists_every_name_in_its_order() {
        let page = include_str!("../../../docs/archives.md");
        for entry in &FILE.field {
            let names: Vec<_> = entry.names.iter().map(|name| format!("`{name}`")).collect();
            assert!(page.contains(&names.join(", ")), "{}", names.join(", "));
        }
    }

    #[test]
    fn the_name_that_is_trusted_most_wins_in_any_order() {
        for names in [["date_publish", "date"], ["date", "date_publish"]] {
            let mut fields = Fields::default();
            for name in names {
                fields.offer(field_named(name).expect("known"), Value::String(name.to_owned()));
            }
            assert_eq!(fields.take(Field::PublishedAt), Some(Value::from("date_publish")));
        }
        let mut fields = Fields::default();
        fields.offer((Field::Title, 0), Value::from(" "));
        fields.offer((Field::Title, 3), Value::from("Port shut"));
        assert_eq!(fields.take(Field::Title), Some(Value::from("Port shut")));
        for order in [[0, 1], [1, 0]] {
            let mut fields = Fields::default();
            for at in order {
                fields.offer((Field::Text, at), Value::from(["", "The port."][at]));
            }
            assert_eq!(fields.take(Field::Text), Some(Value::from("The port.")));
        }
    }
}
