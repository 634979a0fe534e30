//! Name phrases → entities: titles split off, short names joined to full ones, bodies and states told.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::bearers::{
    Bearer, bearer_of, definitions, form_key, forms_of, is_place, of_both_genders, title_gender,
};
use super::{Entity, EntityKind, Mention, Resolution};
use crate::domain::Field;
use crate::domain::names::word_key;
use crate::pipeline::lexicon::actors::{ActorLexicon, StateWord, lexicon};
use crate::pipeline::lexicon::people;
use crate::pipeline::text::{NounPhrase, Reading, Tag};

/// Bodies whose shorter names are looked for have so many words at most: each tail of a name is one.
const LONGEST_BODY: usize = 24;

/// A name as it stands: what is before it and itself.
pub(super) struct Found {
    pub field: Field,
    pub phrase: Range<usize>,
    pub name: Range<usize>,
    pub role: String,
    state: Option<String>,
    article: bool,
}

/// Finds everybody who is named.
pub fn find(resolution: &mut Resolution, fields: &[(Field, &Reading)]) {
    let lexicon = lexicon();
    let mut found: Vec<Found> = Vec::new();
    for &(field, reading) in fields {
        for phrase in &reading.phrases {
            if let Some(one) = split(lexicon, field, reading, phrase) {
                found.push(one);
            }
        }
    }
    let reading_of = |field: Field| {
        fields.iter().find(|(known, _)| *known == field).map(|(_, reading)| *reading)
    };
    // Full names first, so that a short one finds them wherever it stands.
    let mut by_name: BTreeMap<String, usize> = BTreeMap::new();
    let mut entities: Vec<(usize, Entity)> = Vec::new();
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by_key(|&index| (std::cmp::Reverse(found[index].name.len()), index));
    let mut entity_of = vec![usize::MAX; found.len()];
    let mut last_names: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    let mut acronyms: BTreeMap<String, usize> = BTreeMap::new();
    let mut tails: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    // Full names by their spelling's key and by their shorter forms: "Nicolás Maduro Moros".
    let mut forms: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    let defined = definitions(&found, reading_of);
    let of_both = of_both_genders(&found, reading_of);
    for index in order {
        let one = &found[index];
        let Some(reading) = reading_of(one.field) else { continue };
        let name = name_text(reading, &one.name);
        if name.is_empty() {
            continue;
        }
        let holders = (one.name.len() == 1).then(|| last_names.get(&word_key(&name))).flatten();
        // "Jordan" of Jordan Peale is not the kingdom.
        let state = lexicon
            .state(&name)
            .filter(|_| holders.is_none())
            .map(|(state, word)| (state.to_owned(), word));
        // "in Moscow" is a place; what speaks is the government.
        let place = matches!(state, Some((_, StateWord::Seat))) && is_place(reading, one);
        let state = state.filter(|_| !place);
        let title = title_gender(reading, one);
        let mut key = match &state {
            Some((state, _)) => state.clone(),
            None => name.clone(),
        };
        let mut bearer = None;
        let mut apart = of_both.contains(&name);
        if let Some(holders) = holders {
            match bearer_of(holders, &entities, one, title) {
                Bearer::One(holder) => bearer = Some(holder),
                // "Mr. Juhl" and "Mrs. Juhl" are two where nothing more is told.
                Bearer::Unknown => apart = true,
            }
        }
        if let (true, Some(gender)) = (apart, title) {
            key.push_str(match gender {
                people::Gender::He => "\0he",
                people::Gender::She => "\0she",
            });
        }
        let long = (one.name.len() > 1 && state.is_none()).then(|| form_key(reading, &one.name));
        let known = bearer.or_else(|| by_name.get(&key).copied()).or_else(|| {
            if state.is_some() || place {
                return None;
            }
            if let Some(&long) = defined.get(&name) {
                return entity_of.get(long).copied().filter(|&entity| entity != usize::MAX);
            }
            if let Some(holders) = long.as_ref().and_then(|long| forms.get(long)) {
                return (holders.len() == 1).then(|| holders.iter().next().copied()).flatten();
            }
            if holders.is_some() {
                return None;
            }
            if let Some(&holder) = acronyms.get(&name.replace('.', "")) {
                return Some(holder);
            }
            // "the Foreign Ministry" of "the Russian Foreign Ministry".
            let holders = tails.get(&name.to_lowercase())?;
            (holders.len() == 1).then(|| holders.iter().next().copied()).flatten()
        });
        let number =
            known.unwrap_or_else(|| {
                let mut entity = Entity::named(state.as_ref().map_or(&name, |(state, _)| state));
                entity.kind = if place {
                    Some(EntityKind::Place)
                } else {
                    kind_of(lexicon, reading, one, &name, state.as_ref().map(|(_, word)| *word))
                };
                let number = entities.len();
                let words: Vec<String> =
                    (one.name.clone()).map(|token| reading.lower(token).to_owned()).collect();
                if state.is_none() && !place {
                    if (entity.kind == Some(EntityKind::Person) || entity.kind.is_none())
                        && words.len() > 1
                    {
                        if let Some(last) = words.iter().rev().find(|word| {
                            !matches!(word.as_str(), "jr." | "jr" | "sr." | "ii" | "iii")
                        }) {
                            last_names.entry(word_key(last)).or_default().insert(number);
                        }
                        // "Maduro" of "Nicolás Maduro Moros", not "Maria" of "Ana Maria Holm".
                        if words.len() == 3
                            && words[1].chars().count() > 2
                            && people::of_given_name(&words[1]).is_none()
                            && entity.kind == Some(EntityKind::Person)
                        {
                            last_names.entry(word_key(&words[1])).or_default().insert(number);
                        }
                        for form in forms_of(reading, &one.name) {
                            forms.entry(form).or_default().insert(number);
                        }
                        if let Some(first) = words.first()
                            && entity.kind == Some(EntityKind::Person)
                        {
                            last_names.entry(word_key(first)).or_default().insert(number);
                        }
                    }
                    if words.len() > 2 || entity.kind == Some(EntityKind::Organisation) {
                        let initials: String = (one.name.clone())
                            .filter(|&token| {
                                reading.tokens.get(token).is_some_and(|token| token.capitalised)
                            })
                            .filter_map(|token| reading.word(token).chars().next())
                            .collect();
                        if initials.len() > 1 {
                            acronyms.entry(initials).or_insert(number);
                        }
                    }
                    if !matches!(entity.kind, Some(EntityKind::Person))
                        && (2..=LONGEST_BODY).contains(&words.len())
                    {
                        for cut in 1..words.len() {
                            let tail = words[cut..].join(" ");
                            let heads =
                                lexicon.is_organisation(words.last().map_or("", String::as_str));
                            if heads {
                                tails.entry(tail).or_default().insert(number);
                            }
                        }
                    }
                }
                by_name.insert(key.clone(), number);
                entities.push((index, entity));
                number
            });
        if let Some((_, entity)) = entities.get_mut(number) {
            entity.count += 1;
            entity.role(&one.role);
            if entity.state.is_none() {
                entity.state = one.state.clone().or(state.as_ref().map(|(state, _)| state.clone()));
            }
            if entity.kind.is_none() && !one.role.is_empty() {
                entity.kind = Some(EntityKind::Person);
            }
            if entity.kind.is_none() && defined.get(&name).is_some_and(|&long| long != index) {
                entity.kind = Some(EntityKind::Organisation);
            }
            if entity.gender.is_none() {
                entity.gender = title.or_else(|| gender_of(reading, one));
            }
        }
        entity_of[index] = number;
    }
    // Number entities by their first mention.
    let mut first: Vec<(usize, usize)> = Vec::new();
    let mut seen = vec![false; entities.len()];
    for (index, &entity) in entity_of.iter().enumerate() {
        if let Some(seen) = seen.get_mut(entity)
            && !*seen
        {
            *seen = true;
            first.push((entity, index));
        }
    }
    let mut renumber = vec![usize::MAX; entities.len()];
    for (new, (old, _)) in first.iter().enumerate() {
        renumber[*old] = new;
        resolution.entities.push(entities[*old].1.clone());
    }
    for (index, one) in found.iter().enumerate() {
        let Some(&entity) = entity_of.get(index).and_then(|&old| renumber.get(old)) else {
            continue;
        };
        let Some(reading) = reading_of(one.field) else { continue };
        let Some(known) = resolution.entities.get_mut(entity) else { continue };
        let spoken = name_text(reading, &one.name);
        if one.article && known.kind != Some(EntityKind::Person) && known.name != spoken {
            known.alias(&name_text(reading, &one.phrase));
        } else {
            known.alias(&spoken);
        }
        if !one.role.is_empty() && !one.phrase.is_empty() {
            let with_title = name_text(reading, &(title_start(reading, one)..one.name.end));
            known.alias(&with_title);
        }
        resolution.mentions.push(Mention {
            field: one.field,
            tokens: title_start(reading, one)..one.name.end,
            entity,
            pronoun: false,
        });
    }
}

/// Where a mention begins: at its title, not at an article or an owner.
fn title_start(reading: &Reading, one: &Found) -> usize {
    let owner = (one.phrase.start..one.name.start)
        .rev()
        .find(|&token| matches!(reading.tag(token), Tag::Possessive));
    let mut start = owner.map_or(one.phrase.start, |token| token + 1);
    while start < one.name.start
        && matches!(reading.tag(start), Tag::Determiner | Tag::Quote | Tag::Punctuation)
    {
        start += 1;
    }
    start
}

/// The words of a token range with single spaces.
pub(super) fn name_text(reading: &Reading, tokens: &Range<usize>) -> String {
    let text = reading.span(tokens.clone()).map_or("", |span| &reading.text[span]);
    if text.contains(['\n', '\t', '\u{a0}']) || text.contains("  ") {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    } else {
        text.to_owned()
    }
}

/// Splits "Russian Foreign Minister Sergey Lavrov"-like phrases into state, office and name.
fn split(
    lexicon: &ActorLexicon,
    field: Field,
    reading: &Reading,
    phrase: &NounPhrase,
) -> Option<Found> {
    let run = phrase.name.clone()?;
    let mut start = run.start;
    let mut state = None;
    let mut role: Option<Range<usize>> = None;
    // Offices and peoples may stand in the name run or before it in the phrase.
    let mut at = phrase.tokens.start;
    let mut role_start = None;
    while at < run.end {
        let word = reading.lower(at);
        let last = at + 1 >= run.end;
        let two = if at + 1 < run.end {
            format!("{} {}", reading.word(at), reading.word(at + 1))
        } else {
            String::new()
        };
        if let (Some((name, StateWord::People)), true) = (lexicon.state(&two), at + 2 < run.end) {
            state = Some(name.to_owned());
            at += 2;
            if role_start.is_none() {
                start = start.max(at.min(run.end));
            }
            continue;
        }
        // "Saudi Arabia": its first word is also that of its people.
        let is_whole =
            at + 2 == run.end && matches!(lexicon.state(&two), Some((_, StateWord::Name)));
        if is_whole {
            break;
        }
        if let (Some((name, how)), false) = (lexicon.state(reading.word(at)), last) {
            let before_body =
                (at + 1..run.end).any(|token| lexicon.is_organisation(reading.lower(token)));
            let before_title = lexicon.is_title(reading.lower(at + 1));
            if !before_body && (how == StateWord::People || before_title) {
                state = Some(name.to_owned());
                at += 1;
                if role_start.is_none() {
                    start = start.max(at);
                }
                continue;
            }
            if before_body && how != StateWord::Seat {
                state = Some(name.to_owned());
            }
            break;
        }
        // "the White House": the words of an office, but a seat of power.
        if let Some((name, StateWord::Seat)) = lexicon.state(&two) {
            if at + 2 >= run.end {
                if at >= run.start {
                    break;
                }
            } else if lexicon.is_title(reading.lower(at + 2)) {
                state = Some(name.to_owned());
            }
        }
        if lexicon.is_title(word) && !last {
            // An office word before a body word is the body's own: "Foreign Ministry".
            let body = (at + 1..run.end).any(|token| {
                lexicon.is_organisation(reading.lower(token))
                    && !lexicon.is_title(reading.lower(token))
            });
            if body && at >= run.start {
                break;
            }
            if role_start.is_none() {
                role_start = Some(at);
            }
            role = Some(role_start.unwrap_or(at)..at + 1);
            at += 1;
            start = start.max(at);
            continue;
        }
        if at < run.start {
            // A word before the run that is no office: "state-run", "the".
            if role_start.is_some() {
                role = None;
                role_start = None;
            }
            at += 1;
            continue;
        }
        break;
    }
    start = start.max(run.start);
    if let Some(office) = role.as_mut().filter(|role| role.end == start)
        && let Some(holder) = behind_department(lexicon, reading, start..run.end)
    {
        office.end = holder;
        start = holder;
    }
    if start >= run.end {
        return None;
    }
    // At the head of a sentence an office word may look like a verb: "Finance Minister".
    let role = role.map(|mut role| {
        while role.start <= phrase.tokens.start
            && role.start > 0
            && lexicon.is_title(reading.lower(role.start - 1))
            && reading.tokens.get(role.start - 1).is_some_and(|token| token.capitalised)
            && reading.sentence_of(role.start - 1) == reading.sentence_of(role.start)
        {
            role.start -= 1;
        }
        role
    });
    let role = role
        .filter(|role| !lexicon.is_unfinished_title(reading.lower(role.end - 1)))
        .filter(|role| role.end == start || role.end <= run.start)
        .map(|role| {
            let text = name_text(reading, &role);
            if people::of_title(&text.to_lowercase()).is_some()
                && !matches!(
                    text.to_lowercase().as_str(),
                    "king"
                        | "queen"
                        | "prince"
                        | "princess"
                        | "spokeswoman"
                        | "spokesman"
                        | "chairman"
                        | "chairwoman"
                )
            {
                String::new()
            } else {
                text
            }
        })
        .filter(|text| {
            !matches!(
                text.to_lowercase().as_str(),
                "mr" | "mr." | "mrs" | "mrs." | "ms" | "ms." | "miss" | "dr" | "dr." | "sir"
            )
        })
        .unwrap_or_default();
    if lexicon.is_no_name(reading.lower(start)) && start + 1 == run.end {
        return None;
    }
    let article = reading.lower(phrase.tokens.start) == "the" && run.end == phrase.tokens.end;
    Some(Found { field, phrase: phrase.tokens.clone(), name: start..run.end, role, state, article })
}

/// Where the holder's name begins behind "of" and what the office is held in: "of State Condoleezza
/// Rice". A holder has two names there; else it is the body's name that goes on.
fn behind_department(
    lexicon: &ActorLexicon,
    reading: &Reading,
    rest: Range<usize>,
) -> Option<usize> {
    if reading.lower(rest.start) != "of" {
        return None;
    }
    let mut at = rest.start + 1;
    let mut held = false;
    while at < rest.end {
        let lower = reading.lower(at);
        if lexicon.is_department(lower)
            || lexicon.is_place(reading.word(at))
            || lexicon.state(reading.word(at)).is_some()
        {
            held = true;
        } else if !matches!(lower, "and" | "the" | ",") {
            break;
        }
        at += 1;
    }
    let name = at..rest.end;
    let capitalised = |token: usize| reading.tokens.get(token).is_some_and(|t| t.capitalised);
    (held && name.len() >= 2 && name.clone().all(capitalised)).then_some(name.start)
}

fn kind_of(
    lexicon: &ActorLexicon,
    reading: &Reading,
    one: &Found,
    name: &str,
    state: Option<StateWord>,
) -> Option<EntityKind> {
    if state.is_some() {
        return Some(EntityKind::Government);
    }
    if lexicon.is_place(name) {
        return Some(EntityKind::Place);
    }
    if lexicon.is_outlet(name) {
        return Some(EntityKind::Outlet);
    }
    let words: Vec<&str> = one.name.clone().map(|token| reading.lower(token)).collect();
    let last = words.last().copied().unwrap_or("");
    if !one.role.is_empty() && !lexicon.is_organisation(last) {
        return Some(EntityKind::Person);
    }
    if words.iter().any(|word| lexicon.is_government(word)) {
        return Some(EntityKind::Government);
    }
    let after = reading.lower(one.name.end);
    let news = matches!(after, "news") || reading.lower(one.name.end + 1) == "agency";
    if words.len() > 1
        && lexicon.is_outlet_word(last)
        && words.iter().any(|word| lexicon.is_outlet_word(word))
        && !lexicon.is_organisation(last)
        || news
    {
        return Some(EntityKind::Outlet);
    }
    if words.iter().any(|word| lexicon.is_organisation(word)) {
        return Some(EntityKind::Organisation);
    }
    let first = words.first().copied().unwrap_or("");
    if people::of_given_name(first).is_some() && words.len() <= 4 {
        return Some(EntityKind::Person);
    }
    let before = one.phrase.start.checked_sub(1).map_or("", |token| reading.lower(token));
    if people::of_title(before).is_some() || gender_of(reading, one).is_some() {
        return Some(EntityKind::Person);
    }
    None
}

fn gender_of(reading: &Reading, one: &Found) -> Option<people::Gender> {
    (one.phrase.start..one.name.start)
        .find_map(|token| people::of_title(reading.lower(token)))
        .or_else(|| {
            (one.name.len() > 1)
                .then(|| people::of_given_name(reading.lower(one.name.start)))
                .flatten()
        })
}
