//! What stands with a name → whose it is: titles that tell a gender, offices, brackets, the words before
//! a city.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::Entity;
use super::names::{Found, name_text};
use crate::domain::Field;
use crate::domain::names::{person_keys, word_key};
use crate::pipeline::lexicon::people;
use crate::pipeline::text::Reading;

/// Whom a family name alone means.
pub(super) enum Bearer {
    One(usize),
    Unknown,
}

/// The only bearer whose title and office do not speak against it.
pub(super) fn bearer_of(
    holders: &BTreeSet<usize>,
    entities: &[(usize, Entity)],
    one: &Found,
    title: Option<people::Gender>,
) -> Bearer {
    let of = |number: &usize| entities.get(*number).map(|(_, entity)| entity);
    let fitting = || {
        holders.iter().filter(|number| {
            of(number).is_some_and(|entity| {
                title.is_none_or(|title| entity.gender.is_none_or(|known| known == title))
            })
        })
    };
    let only =
        |mut numbers: Box<dyn Iterator<Item = &usize> + '_>| match (numbers.next(), numbers.next())
        {
            (Some(&number), None) => Some(number),
            _ => None,
        };
    // "Minister Holm" is the Holm who is called a minister.
    let in_office = |number: &&usize| {
        !one.role.is_empty()
            && of(number).is_some_and(|entity| {
                entity.roles.iter().any(|role| role.eq_ignore_ascii_case(&one.role))
            })
    };
    let of_gender =
        |number: &&usize| title.is_some() && of(number).is_some_and(|e| e.gender == title);
    only(Box::new(fitting()))
        .or_else(|| only(Box::new(fitting().filter(in_office))))
        .or_else(|| only(Box::new(fitting().filter(of_gender))))
        .map_or(Bearer::Unknown, Bearer::One)
}

/// The key of a name of several words, whatever its spelling.
pub(super) fn form_key(reading: &Reading, name: &Range<usize>) -> String {
    name.clone().map(|token| word_key(reading.word(token))).collect::<Vec<_>>().join(" ")
}

/// The keys by which a person's full name is found again.
pub(super) fn forms_of(reading: &Reading, name: &Range<usize>) -> Vec<String> {
    let words: Vec<&str> = name.clone().map(|token| reading.word(token)).collect();
    let keys = person_keys(&words.join(" "), |word| people::of_given_name(word).is_some());
    let mut forms = keys.shorter;
    forms.push(keys.full);
    forms.retain(|form| !form.is_empty());
    forms
}

/// "World Health Organization (WHO)": short names → the place among the found of what they are
/// short for.
pub(super) fn definitions<'r, 't: 'r>(
    found: &[Found],
    reading_of: impl Fn(Field) -> Option<&'r Reading<'t>>,
) -> BTreeMap<String, usize> {
    let mut defined = BTreeMap::new();
    for (index, pair) in found.windows(2).enumerate() {
        let [long, short] = pair else { continue };
        let Some(reading) = reading_of(short.field).filter(|_| long.field == short.field) else {
            continue;
        };
        let Some(token) = reading.tokens.get(short.name.start) else { continue };
        let bracketed = long.name.end + 1 == short.name.start
            && reading.word(long.name.end) == "("
            && reading.word(short.name.end) == ")";
        if bracketed && short.name.len() == 1 && token.all_caps && long.name.len() > 1 {
            defined.entry(name_text(reading, &short.name)).or_insert(index);
        }
    }
    defined
}

/// Single names that stand both behind "Mr." and behind "Mrs.".
pub(super) fn of_both_genders<'r, 't: 'r>(
    found: &[Found],
    reading_of: impl Fn(Field) -> Option<&'r Reading<'t>>,
) -> BTreeSet<String> {
    let mut genders: BTreeMap<String, (bool, bool)> = BTreeMap::new();
    for one in found.iter().filter(|one| one.name.len() == 1) {
        let Some(reading) = reading_of(one.field) else { continue };
        if let Some(gender) = title_gender(reading, one) {
            let known = genders.entry(name_text(reading, &one.name)).or_default();
            match gender {
                people::Gender::He => known.0 = true,
                people::Gender::She => known.1 = true,
            }
        }
    }
    genders.into_iter().filter(|(_, both)| *both == (true, true)).map(|(name, _)| name).collect()
}

/// Words before a city that make it a place: "in Moscow", "near Moscow", "residents of Moscow".
const PLACING: [&str; 24] = [
    "in",
    "at",
    "near",
    "outside",
    "inside",
    "within",
    "around",
    "across",
    "through",
    "throughout",
    "into",
    "to",
    "toward",
    "towards",
    "over",
    "above",
    "from",
    "of",
    "off",
    "via",
    "leaving",
    "reach",
    "visit",
    "visited",
];

/// Whether the name of a seat of government stands for the place.
pub(super) fn is_place(reading: &Reading, one: &Found) -> bool {
    let before = one
        .phrase
        .start
        .checked_sub(1)
        .filter(|&before| reading.sentence_of(before) == reading.sentence_of(one.phrase.start));
    let placed = before.is_some_and(|before| PLACING.contains(&reading.lower(before)));
    // "Moscow residents", "Moscow-based": what follows is spoken of.
    let attributive = one.phrase.end > one.name.end;
    placed || attributive
}

/// What a title right before a name tells: "Mrs."
pub(super) fn title_gender(reading: &Reading, one: &Found) -> Option<people::Gender> {
    (one.phrase.start..one.name.start).find_map(|token| people::of_title(reading.lower(token)))
}
