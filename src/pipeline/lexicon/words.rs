//! What the language lists say of one lower-case word: its possible classes and its base form.

use std::sync::LazyLock;

use serde::Deserialize;

use super::FastMap;

/// A set of word classes; a word can be in several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Classes(pub u64);

macro_rules! classes {
    ($($(#[$doc:meta])* $name:ident = $bit:literal),+ $(,)?) => {
        impl Classes {
            $($(#[$doc])* pub const $name: Classes = Classes(1 << $bit);)+
        }
    };
}

classes! {
    /// the, a, this, some …
    DETERMINER = 0,
    /// my, his, their …
    POSSESSIVE = 1,
    /// I, he, they …
    SUBJECT_PRONOUN = 2,
    /// me, him, them …
    OBJECT_PRONOUN = 3,
    /// it, you, everyone …
    PRONOUN = 4,
    /// of, in, by …
    PREPOSITION = 5,
    /// and, or, but …
    CONJUNCTION = 6,
    /// that, because, if …
    SUBORDINATOR = 7,
    /// which, who, what …
    WH = 8,
    /// will, would, can …
    MODAL = 9,
    /// Forms of "be".
    BE = 10,
    /// Forms of "have".
    HAVE = 11,
    /// Forms of "do".
    DO = 12,
    /// not, n't, never.
    NEGATION = 13,
    /// Adverbs without -ly.
    ADVERB = 14,
    /// one, two, million …
    NUMBER = 15,
    /// Adjectives that no ending shows.
    ADJECTIVE = 16,
    /// Nouns for people who speak.
    PERSON = 17,
    /// Nouns for bodies and documents that speak.
    BODY = 18,
    /// Abbreviated titles: "mr.".
    TITLE_ABBREVIATION = 19,
    /// Other abbreviations: "u.s.".
    ABBREVIATION = 20,
    /// Titles spelled out.
    TITLE = 21,
    /// Days of the week.
    WEEKDAY = 22,
    /// Months, abbreviated ones too.
    MONTH = 23,
    /// Nouns that look like something else.
    NOUN = 24,
    /// A verb's base form.
    VERB_BASE = 25,
    /// A verb's third person: "says".
    VERB_S = 26,
    /// A verb's past: "wrote".
    VERB_PAST = 27,
    /// A verb's past participle: "written".
    VERB_PARTICIPLE = 28,
    /// A verb's -ing form.
    VERB_ING = 29,
    /// More often a noun than a verb.
    NOUN_FIRST = 30,
}

impl Classes {
    /// Any form of a full verb.
    pub const VERB: Classes = Classes(
        Self::VERB_BASE.0
            | Self::VERB_S.0
            | Self::VERB_PAST.0
            | Self::VERB_PARTICIPLE.0
            | Self::VERB_ING.0,
    );
    /// be, have, do, and the modals.
    pub const AUXILIARY: Classes = Classes(Self::BE.0 | Self::HAVE.0 | Self::DO.0 | Self::MODAL.0);
    /// Any pronoun that stands alone.
    pub const ANY_PRONOUN: Classes =
        Classes(Self::SUBJECT_PRONOUN.0 | Self::OBJECT_PRONOUN.0 | Self::PRONOUN.0);

    /// Whether the word is in at least one of `classes`.
    pub fn any(self, classes: Classes) -> bool {
        self.0 & classes.0 != 0
    }

    /// Whether no list knows the word.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn add(&mut self, classes: Classes) {
        self.0 |= classes.0;
    }
}

impl std::ops::BitOr for Classes {
    type Output = Classes;

    fn bitor(self, other: Classes) -> Classes {
        Classes(self.0 | other.0)
    }
}

/// What is known of one word.
#[derive(Debug, Clone, Copy, Default)]
pub struct WordEntry {
    /// The classes it can be in.
    pub classes: Classes,
    /// Number of its verb's base form in [`Words::lemma`]; 0 where it is no verb.
    pub lemma: u16,
}

/// All words of the lists.
pub struct Words {
    entries: FastMap<String, WordEntry>,
    lemmas: Vec<String>,
}

impl Words {
    /// What the lists know of a word in lower case.
    pub fn get(&self, word: &str) -> WordEntry {
        self.entries.get(word).copied().unwrap_or_default()
    }

    /// The base form with this number; empty for 0.
    pub fn lemma(&self, number: u16) -> &str {
        self.lemmas.get(usize::from(number)).map_or("", String::as_str)
    }

    fn entry(&mut self, word: &str) -> &mut WordEntry {
        self.entries.entry(word.to_owned()).or_default()
    }

    fn add_all(&mut self, words: &str, classes: Classes) {
        for word in words.split_whitespace() {
            self.entry(word).classes.add(classes);
        }
    }

    fn add_verb(&mut self, forms: [String; 5]) {
        let lemma = u16::try_from(self.lemmas.len()).unwrap_or(0);
        self.lemmas.push(forms[0].clone());
        let classes = [
            Classes::VERB_BASE,
            Classes::VERB_S,
            Classes::VERB_PAST,
            Classes::VERB_PARTICIPLE,
            Classes::VERB_ING,
        ];
        for (form, class) in forms.iter().zip(classes) {
            let entry = self.entry(form);
            entry.classes.add(class);
            // "found" is listed under "find" and "found": the more usual verb comes first.
            if entry.lemma == 0 {
                entry.lemma = lemma;
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WordLists {
    determiners: String,
    possessives: String,
    pronouns_subject: String,
    pronouns_object: String,
    pronouns_any: String,
    prepositions: String,
    conjunctions: String,
    subordinators: String,
    wh_words: String,
    modals: String,
    be: String,
    have: String,
    #[serde(rename = "do")]
    do_: String,
    negations: String,
    adverbs: String,
    numbers: String,
    adjectives: String,
    people: String,
    bodies: String,
    titles_abbreviated: String,
    abbreviations: String,
    titles: String,
    weekdays: String,
    months: String,
    nouns: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VerbLists {
    regular: String,
    doubled: String,
    irregular: String,
    noun_first: String,
    noun_first_s: String,
}

/// The word lists of the program.
pub fn words() -> &'static Words {
    static WORDS: LazyLock<Words> = LazyLock::new(|| {
        let lists: WordLists =
            toml::from_str(include_str!("words.toml")).expect("words.toml is well formed");
        let verbs: VerbLists =
            toml::from_str(include_str!("verbs.toml")).expect("verbs.toml is well formed");
        build(&lists, &verbs)
    });
    &WORDS
}

fn build(lists: &WordLists, verbs: &VerbLists) -> Words {
    let mut words = Words { entries: FastMap::default(), lemmas: vec![String::new()] };
    for (list, classes) in [
        (&lists.determiners, Classes::DETERMINER),
        (&lists.possessives, Classes::POSSESSIVE),
        (&lists.pronouns_subject, Classes::SUBJECT_PRONOUN),
        (&lists.pronouns_object, Classes::OBJECT_PRONOUN),
        (&lists.pronouns_any, Classes::PRONOUN),
        (&lists.prepositions, Classes::PREPOSITION),
        (&lists.conjunctions, Classes::CONJUNCTION),
        (&lists.subordinators, Classes::SUBORDINATOR),
        (&lists.wh_words, Classes::WH),
        (&lists.modals, Classes::MODAL),
        (&lists.be, Classes::BE),
        (&lists.have, Classes::HAVE),
        (&lists.do_, Classes::DO),
        (&lists.negations, Classes::NEGATION),
        (&lists.adverbs, Classes::ADVERB),
        (&lists.numbers, Classes::NUMBER),
        (&lists.adjectives, Classes::ADJECTIVE),
        (&lists.people, Classes::PERSON),
        (&lists.bodies, Classes::BODY),
        (&lists.titles_abbreviated, Classes::TITLE_ABBREVIATION),
        (&lists.abbreviations, Classes::ABBREVIATION),
        (&lists.titles, Classes::TITLE),
        (&lists.weekdays, Classes::WEEKDAY),
        (&lists.months, Classes::MONTH),
        (&lists.nouns, Classes::NOUN),
        (&verbs.noun_first, Classes::NOUN_FIRST),
        (&verbs.noun_first_s, Classes::NOUN_FIRST),
    ] {
        words.add_all(list, classes);
    }
    for verb in verbs.irregular.split(';') {
        let mut forms = verb.split_whitespace();
        if let (Some(base), Some(past), Some(participle)) =
            (forms.next(), forms.next(), forms.next())
        {
            let ing = match base {
                "lie" => "lying".to_owned(),
                _ if doubles(base) => format!("{}ing", double(base)),
                _ => regular_ing(base),
            };
            let forms = [base.to_owned(), third(base), past.to_owned(), participle.to_owned(), ing];
            words.add_verb(forms);
        }
    }
    for base in verbs.regular.split_whitespace() {
        let past = regular_past(base);
        words.add_verb([base.to_owned(), third(base), past.clone(), past, regular_ing(base)]);
    }
    for base in verbs.doubled.split_whitespace() {
        let stem = double(base);
        let past = format!("{stem}ed");
        words.add_verb([base.to_owned(), third(base), past.clone(), past, format!("{stem}ing")]);
    }
    words
}

fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u')
}

/// Whether an irregular verb of one syllable doubles its last letter before -ing.
fn doubles(base: &str) -> bool {
    match base.as_bytes() {
        [.., before, vowel, last] => {
            !is_vowel(*before)
                && is_vowel(*vowel)
                && !is_vowel(*last)
                && !matches!(last, b'w' | b'x' | b'y' | b'r' | b'n')
                || matches!(base, "run" | "win" | "begin" | "spin" | "quit")
        }
        _ => false,
    }
}

fn double(base: &str) -> String {
    let last = base.chars().next_back().unwrap_or_default();
    format!("{base}{last}")
}

fn consonant_y(base: &str) -> Option<&str> {
    let stem = base.strip_suffix('y')?;
    stem.as_bytes().last().filter(|&&letter| !is_vowel(letter)).map(|_| stem)
}

fn third(base: &str) -> String {
    if let Some(stem) = consonant_y(base) {
        return format!("{stem}ies");
    }
    if ["s", "x", "z", "ch", "sh", "o"].iter().any(|ending| base.ends_with(ending)) {
        return format!("{base}es");
    }
    format!("{base}s")
}

fn regular_past(base: &str) -> String {
    if let Some(stem) = consonant_y(base) {
        return format!("{stem}ied");
    }
    if base.ends_with('e') { format!("{base}d") } else { format!("{base}ed") }
}

fn regular_ing(base: &str) -> String {
    match base.strip_suffix('e') {
        Some(stem) if !base.ends_with("ee") && !base.ends_with("oe") => format!("{stem}ing"),
        _ => format!("{base}ing"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_are_inflected() {
        for (form, base, class) in [
            ("says", "say", Classes::VERB_S),
            ("denied", "deny", Classes::VERB_PAST),
            ("denying", "deny", Classes::VERB_ING),
            ("admitted", "admit", Classes::VERB_PARTICIPLE),
            ("agreeing", "agree", Classes::VERB_ING),
            ("written", "write", Classes::VERB_PARTICIPLE),
            ("beginning", "begin", Classes::VERB_ING),
            ("telling", "tell", Classes::VERB_ING),
            ("found", "find", Classes::VERB_PAST),
            ("lying", "lie", Classes::VERB_ING),
        ] {
            let entry = words().get(form);
            assert_eq!(words().lemma(entry.lemma), base, "{form}");
            assert!(entry.classes.any(class), "{form}");
        }
        assert_eq!(words().get("porridge").lemma, 0);
    }
}
