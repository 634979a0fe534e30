//! `polarity.toml` as types: words that turn what a sentence says into its opposite.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::inflection::base_of;
use rust_stemmers::{Algorithm, Stemmer};
use serde::Deserialize;

/// Words by how they turn a sentence.
#[derive(Debug)]
pub struct Polarity {
    negations: BTreeSet<String>,
    /// By stem.
    refusals: BTreeSet<String>,
    phrases: Vec<Vec<String>>,
    /// By stem.
    rejections: BTreeSet<String>,
    /// By stem: how far a case has come.
    stages: BTreeMap<String, usize>,
    idle: Vec<Vec<String>>,
    /// By stem: the pairs of lists that it stands in, and on which side.
    opposites: BTreeMap<String, Vec<(usize, Side)>>,
}

/// Which of two opposite lists a word stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The first.
    One,
    /// The second.
    Other,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    negations: String,
    refusals: String,
    falsities: String,
    phrases: Vec<String>,
    rejections: String,
    stages: Vec<String>,
    idle: Vec<String>,
    opposites: Vec<[String; 2]>,
}

/// The stem of a word in lower case; one for all forms of an irregular verb.
pub fn stem(word: &str) -> String {
    static STEMMER: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::English));
    STEMMER.stem(base_of(word)).into_owned()
}

/// What "wettest", "drier" and "safer" may compare: "wet", "dry", "safe".
fn compared(word: &str) -> impl Iterator<Item = String> {
    let root = word.strip_suffix("est").or_else(|| word.strip_suffix("er")).unwrap_or_default();
    let mut letters = root.chars().rev();
    let doubled = letters.next().filter(|last| letters.next() == Some(*last));
    let single = doubled.map(|last| root[..root.len() - last.len_utf8()].to_owned());
    let in_y = root.strip_suffix('i').map(|root| format!("{root}y"));
    let long = !root.is_empty();
    [long.then(|| root.to_owned()), long.then(|| format!("{root}e")), single, in_y]
        .into_iter()
        .flatten()
}

impl Polarity {
    fn read(text: &str) -> Result<Self, toml::de::Error> {
        let file: File = toml::from_str(text)?;
        let words = |list: &str| list.split_whitespace().map(str::to_owned).collect();
        let phrases = |list: &[String]| -> Vec<Vec<String>> {
            list.iter().map(|phrase| words(phrase)).collect()
        };
        let mut opposites: BTreeMap<String, Vec<(usize, Side)>> = BTreeMap::new();
        for (number, [one, other]) in file.opposites.iter().enumerate() {
            for (list, side) in [(one, Side::One), (other, Side::Other)] {
                for word in list.split_whitespace() {
                    let places = opposites.entry(stem(word)).or_default();
                    if !places.contains(&(number, side)) {
                        places.push((number, side));
                    }
                }
            }
        }
        Ok(Polarity {
            negations: file.negations.split_whitespace().map(str::to_owned).collect(),
            refusals: [&file.refusals, &file.falsities]
                .into_iter()
                .flat_map(|list| list.split_whitespace())
                .map(stem)
                .collect(),
            phrases: phrases(&file.phrases),
            rejections: file.rejections.split_whitespace().map(stem).collect(),
            stages: (0..)
                .zip(&file.stages)
                .flat_map(|(stage, list)| {
                    list.split_whitespace().map(move |word| (stem(word), stage))
                })
                .collect(),
            idle: phrases(&file.idle),
            opposites,
        })
    }

    /// Those that come with the program.
    pub fn known() -> &'static Polarity {
        static KNOWN: LazyLock<Polarity> = LazyLock::new(|| {
            Polarity::read(include_str!("polarity.toml"))
                .expect("polarity.toml is part of the build")
        });
        &KNOWN
    }

    /// Whether a word in lower case negates by itself.
    pub fn is_negation(&self, word: &str) -> bool {
        self.negations.contains(word)
    }

    /// Whether a stem says that something did not come about or is not so.
    pub fn is_refusal(&self, stem: &str) -> bool {
        self.refusals.contains(stem)
    }

    /// Whether a stem says that something is not so, which not to do leaves open.
    pub fn is_rejection(&self, stem: &str) -> bool {
        self.rejections.contains(stem)
    }

    /// How far a case has come, by a stem that tells it.
    pub fn stage(&self, stem: &str) -> Option<usize> {
        self.stages.get(stem).copied()
    }

    /// How many words of a negation of several words `words` begins with.
    pub fn phrase(&self, words: &[&str]) -> Option<usize> {
        begins(&self.phrases, words)
    }

    /// How many words of a negation that negates nothing `words` begins with.
    pub fn idle(&self, words: &[&str]) -> Option<usize> {
        begins(&self.idle, words)
    }

    /// The pairs of opposites that a word in lower case stands in, and on which side.
    pub fn opposites(&self, word: &str) -> &[(usize, Side)] {
        std::iter::once(word.to_owned())
            .chain(compared(word))
            .find_map(|form| self.opposites.get(&stem(&form)))
            .map_or(&[], Vec::as_slice)
    }
}

fn begins(phrases: &[Vec<String>], words: &[&str]) -> Option<usize> {
    phrases
        .iter()
        .filter(|phrase| {
            phrase.len() <= words.len() && phrase.iter().zip(words).all(|(a, b)| a == b)
        })
        .map(Vec::len)
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_word_are_known_by_one_of_them() {
        let polarity = Polarity::known();
        assert!(polarity.is_refusal(&stem("refusing")) && polarity.is_refusal(&stem("hoaxes")));
        assert!(!polarity.is_refusal(&stem("ferry")));
        assert_eq!(polarity.phrase(&["yet", "to", "sail"]), Some(2));
        assert_eq!(polarity.phrase(&["yet"]), None);
        let side = |word| polarity.opposites(word).first().map(|(_, side)| *side);
        assert_eq!(side("climbing"), Some(Side::One));
        assert_eq!(side("wettest"), side("wet"));
        assert_eq!(side("drier"), Some(Side::Other));
        assert_eq!(side("ferry"), None);
    }

    #[test]
    fn no_word_is_its_own_opposite() {
        for (stem, places) in &Polarity::known().opposites {
            for (at, (number, _)) in places.iter().enumerate() {
                let twice = places[..at].iter().any(|(other, _)| other == number);
                assert!(!twice, "{stem} stands on both sides of list {number}");
            }
        }
    }
}
