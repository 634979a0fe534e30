//! Descriptions → those whom they mean: offices behind a name, "the Danish vice chancellor", a family
//! name that looks like another word at the head of a sentence.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::names::name_text;
use super::{EntityKind, Mention, Resolution};
use crate::domain::Field;
use crate::pipeline::lexicon::actors::{StateWord, lexicon};
use crate::pipeline::lexicon::people;
use crate::pipeline::text::{NounPhrase, PhraseKind, Reading, Tag};

/// Notes the office that stands beside a name between commas: "Elke Juhl, the Norwegian defence
/// minister, …", "the mayor of Lorne, Tessa Bright, …".
pub fn appose(resolution: &mut Resolution, fields: &[(Field, &Reading)]) {
    for &(field, reading) in fields {
        for pair in reading.phrases.windows(2) {
            let [before, after] = pair else { continue };
            if let Some(office) = office_behind(reading, before, after) {
                note(resolution, field, reading, before, &office);
            }
        }
        for (number, phrase) in reading.phrases.iter().enumerate() {
            if let Some(office) = office_ahead(reading, number, phrase) {
                note(resolution, field, reading, phrase, &office);
            }
        }
    }
}

/// An office told beside a name.
struct Office {
    /// The words of the office.
    role: Range<usize>,
    /// The state it is an office of, by its word.
    state: Option<usize>,
    /// Whom it is an office in or for.
    body: Option<Range<usize>>,
}

/// Words after an office that lead to the body it is held in.
const OF: [&str; 5] = ["of", "for", "at", "with", "from"];

/// The office of a phrase: "the Norwegian defence minister", "a spokeswoman for Moorland Rail".
fn office(reading: &Reading, phrase: &NounPhrase) -> Option<Office> {
    let lexicon = lexicon();
    if phrase.kind != PhraseKind::Common {
        return None;
    }
    let head = reading.lower(phrase.head);
    if !lexicon.is_title(head) || lexicon.is_unfinished_title(head) {
        return None;
    }
    let mut start = phrase.head;
    while start > phrase.tokens.start && lexicon.is_title(reading.lower(start - 1)) {
        start -= 1;
    }
    let state = (phrase.tokens.start..start)
        .find(|&token| matches!(lexicon.state(reading.word(token)), Some((_, how)) if how != StateWord::Seat));
    let of = phrase.tokens.end;
    let body = OF.contains(&reading.lower(of)).then(|| reading.phrase_of(of + 1)).flatten();
    let body = body.and_then(|number| reading.phrases.get(number)).map(|body| body.tokens.clone());
    Some(Office { role: start..phrase.head + 1, state, body })
}

/// "NAME, the OFFICE (of BODY)," or the end of the sentence.
fn office_behind(reading: &Reading, name: &NounPhrase, after: &NounPhrase) -> Option<Office> {
    let run = name.name.as_ref().filter(|run| run.end == name.tokens.end)?;
    let comma = run.end;
    if name.possessive || reading.word(comma) != "," || after.tokens.start != comma + 1 {
        return None;
    }
    let office = office(reading, after)?;
    let end = office.body.as_ref().map_or(after.tokens.end, |body| body.end);
    closes(reading, comma, end).then_some(office)
}

/// "the OFFICE (of BODY), NAME,".
fn office_ahead(reading: &Reading, number: usize, name: &NounPhrase) -> Option<Office> {
    let run = name.name.as_ref().filter(|run| **run == name.tokens)?;
    let comma = run.start.checked_sub(1).filter(|&comma| reading.word(comma) == ",")?;
    if name.possessive || run.len() < 2 || !closes(reading, comma, run.end) {
        return None;
    }
    let last = reading.phrases.get(number.checked_sub(1)?)?;
    let held = [Some(number - 1), number.checked_sub(2)]
        .into_iter()
        .flatten()
        .filter_map(|number| reading.phrases.get(number))
        .find(|phrase| {
            reading.lower(phrase.tokens.start) == "the"
                && lexicon().is_title(reading.lower(phrase.head))
        })?;
    let office = office(reading, held)?;
    let end = office.body.as_ref().map_or(held.tokens.end, |body| body.end);
    (last.tokens.end == comma && end == comma).then_some(office)
}

/// Whether an insertion that a comma opened ends at `end`: with a comma that no list goes on after, or
/// with its sentence.
fn closes(reading: &Reading, comma: usize, end: usize) -> bool {
    let same = |token: usize| reading.sentence_of(token) == reading.sentence_of(comma);
    match reading.word(end) {
        "," if same(end) => !matches!(reading.lower(end + 1), "and" | "or"),
        "." | "!" | "?" | ";" | ":" => true,
        _ => end >= reading.tokens.len() || !same(end),
    }
}

fn note(
    resolution: &mut Resolution,
    field: Field,
    reading: &Reading,
    name: &NounPhrase,
    office: &Office,
) {
    let lexicon = lexicon();
    let Some(run) = &name.name else { return };
    let Some(entity) = resolution.mention_at(field, run.start).map(|mention| mention.entity) else {
        return;
    };
    let body = office.body.as_ref().and_then(|body| {
        let mention = resolution.mentions_in(field, body).last()?;
        (mention.entity != entity).then_some(mention.entity)
    });
    let state = office
        .state
        .and_then(|token| lexicon.state(reading.word(token)))
        .map(|(state, _)| state.to_owned())
        .or_else(|| resolution.entities.get(body?)?.state.clone());
    let Some(known) = resolution.entities.get_mut(entity) else { return };
    if !known.may_be_person() {
        return;
    }
    known.kind = Some(EntityKind::Person);
    let role = name_text(reading, &office.role);
    if known.gender.is_none() {
        known.gender = people::of_title(&role.to_lowercase());
    }
    known.role(&role);
    if known.state.is_none() {
        known.state = state;
    }
    let speaks = matches!(
        reading.lower(office.role.end - 1),
        "spokesman" | "spokeswoman" | "spokesperson" | "minister" | "ambassador" | "envoy"
    );
    if speaks && known.speaks_for.is_none() {
        known.speaks_for = body;
    }
}

/// Finds family names that look like another word at the head of a sentence: "Storm said".
pub fn surnames(resolution: &mut Resolution, fields: &[(Field, &Reading)]) {
    let mut bearers: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (number, entity) in resolution.entities.iter().enumerate() {
        let person = matches!(entity.kind, None | Some(EntityKind::Person));
        if let Some((_, last)) = entity.name.rsplit_once(' ').filter(|_| person) {
            bearers.entry(last).or_default().insert(number);
        }
    }
    let mut more = Vec::new();
    for &(field, reading) in fields {
        for sentence in &reading.sentences {
            let start = sentence.tokens.clone().find(|&token| reading.tag(token) != Tag::Quote);
            let Some(start) = start else { continue };
            let Some(bearers) = bearers.get(reading.word(start)) else { continue };
            let (1, Some(&entity)) = (bearers.len(), bearers.iter().next()) else { continue };
            let next = reading.tag(start + 1);
            let acts = next.is_finite()
                || next == Tag::VerbParticiple
                || (next == Tag::Possessive
                    && !reading.tokens.get(start + 1).is_some_and(|t| t.space_before));
            if acts && resolution.mention_at(field, start).is_none() {
                more.push(Mention { field, tokens: start..start + 1, entity, pronoun: false });
            }
        }
    }
    for mention in more {
        let reading = fields.iter().find(|(field, _)| *field == mention.field);
        if let (Some((_, reading)), Some(entity)) =
            (reading, resolution.entities.get_mut(mention.entity))
        {
            entity.alias(reading.word(mention.tokens.start));
            entity.count += 1;
        }
        resolution.mentions.push(mention);
    }
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
