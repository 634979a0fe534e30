//! A person's name → keys that its spellings share.
//!
//! Names come to English text through several transliterations, with and without accents, middle
//! names and second family names. The keys are made for comparing two full names; none is shown.

use super::name_key;

/// Letters that have no accent to take away and yet a plain spelling.
const PLAIN: [(char, &str); 10] = [
    ('ı', "i"),
    ('ø', "o"),
    ('ł', "l"),
    ('đ', "d"),
    ('ð', "d"),
    ('ß', "ss"),
    ('æ', "ae"),
    ('œ', "oe"),
    ('þ', "th"),
    ('ə', "a"),
];

/// Spellings of one sound that two desks write in two ways, in the order in which they are replaced.
/// Only those that seldom make two family names one: "kh" and "h" are not among them.
const SOUNDS: [(&str, &str); 9] = [
    ("x", "ks"),
    ("gue", "ge"),
    ("ue", "u"),
    ("oe", "o"),
    ("ae", "a"),
    ("ye", "e"),
    ("ie", "e"),
    ("y", "i"),
    ("tsch", "ch"),
];

/// Given names whose spellings differ by more than a sound.
const GIVEN: [(&str, &str); 8] = [
    ("mohamed", "muhamad"),
    ("mohamad", "muhamad"),
    ("muhamed", "muhamad"),
    ("aleksander", "aleksandr"),
    ("husain", "husein"),
    ("abdalah", "abdulah"),
    ("sergej", "sergei"),
    ("nikolaj", "nikolai"),
];

/// What may follow a name without being part of it.
const SUFFIXES: [&str; 6] = ["jr", "sr", "ii", "iii", "iv", "phd"];

/// The key of one word of a name.
///
/// ```
/// use claimtrail::domain::names::word_key;
/// assert_eq!(word_key("Zelenskyy"), word_key("Zelensky"));
/// assert_eq!(word_key("Müller"), word_key("Mueller"));
/// assert_ne!(word_key("Khan"), word_key("Han"));
/// ```
pub fn word_key(word: &str) -> String {
    let mut key = String::new();
    for c in name_key(word).chars() {
        match PLAIN.iter().find(|(from, _)| *from == c) {
            Some((_, plain)) => key.push_str(plain),
            None if c.is_alphanumeric() => key.push(c),
            None => {}
        }
    }
    for (from, to) in SOUNDS {
        if key.contains(from) {
            key = key.replace(from, to);
        }
    }
    // "Zelenskyy", "Mohammed": doubled letters are a matter of taste.
    let mut single = String::with_capacity(key.len());
    for c in key.chars() {
        if !single.ends_with(c) {
            single.push(c);
        }
    }
    match GIVEN.iter().find(|(from, _)| *from == single) {
        Some((_, to)) => (*to).to_owned(),
        None => single,
    }
}

/// How a full name is found again, and by which shorter names it may be meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameKeys {
    /// The key of the whole name; empty for a single word, which names nobody over documents.
    pub full: String,
    /// Keys of shorter forms: without middle names, without a second family name.
    pub shorter: Vec<String>,
}

/// The keys of a person's full name. `is_given` tells whether a lower-case word is a given name.
///
/// ```
/// use claimtrail::domain::names::person_keys;
/// let moros = person_keys("Nicolás Maduro Moros", |_| false);
/// let maduro = person_keys("Nicolas Maduro", |_| false);
/// assert!(moros.means(&maduro) && !maduro.full.is_empty());
/// assert!(!person_keys("Ana Holm", |_| false).means(&person_keys("Lars Holm", |_| false)));
/// ```
pub fn person_keys(name: &str, is_given: impl Fn(&str) -> bool) -> NameKeys {
    let words: Vec<&str> = name
        .split_whitespace()
        .filter(|word| !SUFFIXES.contains(&name_key(word).trim_end_matches('.')))
        .collect();
    let keys: Vec<String> = words.iter().map(|word| word_key(word)).collect();
    let (Some(first), Some(last)) = (keys.first(), keys.last()) else { return NameKeys::default() };
    if keys.len() < 2 || keys.iter().any(String::is_empty) {
        return NameKeys::default();
    }
    let full = keys.join(" ");
    let mut shorter = Vec::new();
    if keys.len() > 2 {
        shorter.push(format!("{first} {last}"));
        // "Maduro" of "Nicolás Maduro Moros"; never the second given name of "Ana Maria Holm".
        let second = words[1].to_lowercase();
        if keys[1].chars().count() > 2 && !is_given(&second) {
            shorter.push(format!("{first} {}", keys[1]));
        }
    }
    shorter.retain(|key| *key != full);
    shorter.dedup();
    NameKeys { full, shorter }
}

impl NameKeys {
    /// Whether both can be names of one person: the same, or one a shorter form of the other. Two
    /// longer names with one shorter form ("George W.", "George H. W.") are two.
    pub fn means(&self, other: &NameKeys) -> bool {
        !self.full.is_empty()
            && !other.full.is_empty()
            && (self.full == other.full
                || self.shorter.contains(&other.full)
                || other.shorter.contains(&self.full))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(word: &str) -> bool {
        matches!(word, "maria" | "paul")
    }

    #[test]
    fn spellings_of_one_name_share_a_key() {
        for spellings in [
            &[
                "Volodymyr Zelenskyy",
                "Volodymyr Zelensky",
                "Volodymyr Zelenskiy",
                "Volodymyr Zelenskyi",
            ][..],
            &["Sergei Lavrov", "Sergey Lavrov", "Serguei Lavrov"],
            &["Dmitry Peskov", "Dmitri Peskov", "Dmitriy Peskov"],
            &["Alexei Navalny", "Aleksei Navalny", "Alexey Navalny", "Alexey Navalnyy"],
            &["Yevgeny Prigozhin", "Evgeny Prigozhin", "Yevgeniy Prigozhin"],
            &["Recep Tayyip Erdoğan", "Recep Tayyip Erdogan"],
            &["Nicolás Maduro", "Nicolas Maduro"],
            &["Mohammed Salem", "Muhammad Salem", "Mohamed Salem"],
            &["Jørgen Æbelø", "Jorgen Aebelo"],
            &["Karl Müller Jr.", "Karl Mueller"],
        ] {
            for other in &spellings[1..] {
                let (first, other) = (person_keys(spellings[0], given), person_keys(other, given));
                assert!(first.means(&other), "{first:?} {other:?}");
            }
        }
    }

    #[test]
    fn other_people_keep_other_keys() {
        for (one, other) in [
            ("Imran Khan", "Imran Han"),
            ("Ana Holm", "Lars Holm"),
            ("George W. Storm", "George H. W. Storm"),
            ("Ana Maria Holm", "Ana Maria Lind"),
            ("Ana Maria", "Ana Maria Lind"),
            ("Jan Holm", "Jon Holm"),
            ("Peter Lind", "Petra Lind"),
        ] {
            let (first, second) = (person_keys(one, given), person_keys(other, given));
            assert!(!first.means(&second), "{one} is not {other}");
        }
    }

    #[test]
    fn a_single_word_names_nobody_over_documents() {
        assert_eq!(person_keys("Lavrov", given), NameKeys::default());
        assert!(!person_keys("Lavrov", given).means(&person_keys("Lavrov", given)));
    }
}
