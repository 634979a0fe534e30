//! Name phrases → entities: titles split off, short names joined to full ones, bodies and states told.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::{Entity, EntityKind, Mention, Resolution};
use crate::domain::Field;
use crate::pipeline::lexicon::actors::{ActorLexicon, StateWord, lexicon};
use crate::pipeline::lexicon::people;
use crate::pipeline::text::{NounPhrase, PhraseKind, Reading, Tag};

/// A name as it stands: what is before it and itself.
struct Found {
    field: Field,
    phrase: Range<usize>,
    name: Range<usize>,
    role: String,
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
    for index in order {
        let one = &found[index];
        let Some(reading) = reading_of(one.field) else { continue };
        let name = name_text(reading, &one.name);
        if name.is_empty() {
            continue;
        }
        let state = lexicon.state(&name).map(|(state, word)| (state.to_owned(), word));
        let key = match &state {
            Some((state, _)) => state.clone(),
            None => name.clone(),
        };
        let known = by_name.get(&key).copied().or_else(|| {
            if state.is_some() {
                return None;
            }
            let short = one.name.len() == 1;
            if short
                && one.name.len() < 2
                && let Some(holders) = last_names.get(&name.to_lowercase())
                && let (1, Some(&holder)) = (holders.len(), holders.iter().next())
            {
                return Some(holder);
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
                let mut entity = Entity::named(&key);
                entity.kind =
                    kind_of(lexicon, reading, one, &name, state.as_ref().map(|(_, word)| *word));
                let number = entities.len();
                let words: Vec<String> =
                    (one.name.clone()).map(|token| reading.lower(token).to_owned()).collect();
                if state.is_none() {
                    if (entity.kind == Some(EntityKind::Person) || entity.kind.is_none())
                        && words.len() > 1
                    {
                        if let Some(last) = words.iter().rev().find(|word| {
                            !matches!(word.as_str(), "jr." | "jr" | "sr." | "ii" | "iii")
                        }) {
                            last_names.entry(last.clone()).or_default().insert(number);
                        }
                        if let Some(first) = words.first()
                            && entity.kind == Some(EntityKind::Person)
                        {
                            last_names.entry(first.clone()).or_default().insert(number);
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
                    if !matches!(entity.kind, Some(EntityKind::Person)) && words.len() > 1 {
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
            if entity.gender.is_none() {
                entity.gender = gender_of(reading, one);
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

/// How many holders of one office are looked at.
const MOST: usize = 32;

/// Finds descriptions that mean somebody named: "the Danish vice chancellor", "the ministry".
pub fn describe(resolution: &mut Resolution, fields: &[(Field, &Reading)]) {
    let lexicon = lexicon();
    // Whom an office and a body's last words may mean.
    let mut holders: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (number, entity) in resolution.entities.iter().enumerate() {
        match entity.kind {
            Some(EntityKind::Person) => {
                for role in &entity.roles {
                    holders.entry(role.to_lowercase()).or_default().insert(number);
                }
            }
            Some(EntityKind::Place) | None => {}
            Some(_) => {
                let name = entity.name.to_lowercase();
                for (at, _) in name.match_indices(' ').take(6) {
                    holders.entry(name[at + 1..].to_owned()).or_default().insert(number);
                }
                holders.entry(name).or_default().insert(number);
            }
        }
    }
    let mut more: Vec<Mention> = Vec::new();
    for &(field, reading) in fields {
        for phrase in &reading.phrases {
            if phrase.kind == PhraseKind::Pronoun || phrase.kind == PhraseKind::Number {
                continue;
            }
            if resolution.mentions_in(field, &phrase.tokens).next().is_some()
                && phrase.name.as_ref().is_some_and(|name| name.end == phrase.tokens.end)
            {
                continue;
            }
            let first = reading.lower(phrase.tokens.start);
            let head = reading.lower(phrase.head);
            if first != "the" || phrase.tokens.len() < 2 {
                continue;
            }
            let mut start = phrase.tokens.start + 1;
            let mut state = None;
            if let Some((name, StateWord::People)) = lexicon.state(reading.word(start)) {
                state = Some(name.to_owned());
                start += 1;
            }
            if start >= phrase.tokens.end {
                continue;
            }
            let office = name_text(reading, &(start..phrase.tokens.end)).to_lowercase();
            let Some(known) = holders.get(&office) else { continue };
            let mut fitting = known.iter().take(MOST).copied().filter(|&number| {
                resolution.entities.get(number).is_some_and(|entity| {
                    let state_fits = state.is_none() || state == entity.state;
                    let person = entity.kind == Some(EntityKind::Person);
                    let heads =
                        if person { lexicon.is_title(head) } else { lexicon.is_organisation(head) };
                    state_fits && heads
                })
            });
            if let (Some(entity), None) = (fitting.next(), fitting.next()) {
                more.push(Mention { field, tokens: phrase.tokens.clone(), entity, pronoun: false });
            }
        }
    }
    // A description takes the place of what was found inside it.
    let inside: BTreeSet<(Field, usize)> = more
        .iter()
        .flat_map(|mention| {
            resolution
                .mentions_in(mention.field, &mention.tokens)
                .map(|known| (known.field, known.tokens.start))
                .collect::<Vec<_>>()
        })
        .collect();
    resolution.mentions.retain(|known| !inside.contains(&(known.field, known.tokens.start)));
    for mention in more {
        let reading =
            fields.iter().find(|(field, _)| *field == mention.field).map(|(_, reading)| *reading);
        if let (Some(reading), Some(entity)) =
            (reading, resolution.entities.get_mut(mention.entity))
        {
            entity.alias(&name_text(reading, &mention.tokens));
        }
        resolution.mentions.push(mention);
    }
}
