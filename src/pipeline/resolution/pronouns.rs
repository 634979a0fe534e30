//! "he", "she", "it", "they" → the entity they mean, where the document leaves little doubt.

use super::{EntityKind, Mention, Resolution};
use crate::domain::Field;
use crate::pipeline::lexicon::people::Gender;
use crate::pipeline::text::{Reading, Tag};

/// How many sentences back a person may have been named.
const BACK: usize = 3;

/// How many tokens of a sentence are looked at.
const REACH: usize = 120;

/// Adds a mention for every pronoun whose meaning is plain.
pub fn resolve(resolution: &mut Resolution, fields: &[(Field, &Reading)]) {
    for &(field, reading) in fields {
        let mut found: Vec<Mention> = Vec::new();
        for token in 0..reading.tokens.len() {
            let lower = reading.lower(token);
            if !matches!(reading.tag(token), Tag::Pronoun | Tag::Possessive) {
                continue;
            }
            let gender = match lower {
                "he" | "him" | "his" | "himself" => Gender::He,
                "she" | "her" | "hers" | "herself" => Gender::She,
                _ => continue,
            };
            if let Some(entity) = person_before(resolution, &found, field, reading, token, gender) {
                if let Some(known) = resolution.entities.get_mut(entity) {
                    known.gender.get_or_insert(gender);
                }
                found.push(Mention { field, tokens: token..token + 1, entity, pronoun: true });
            }
        }
        resolution.mentions.extend(found);
        resolution.index();
    }
}

/// The person a pronoun most likely means: the subject of its own sentence before it, else the
/// first person of the sentence before, and so on back.
fn person_before(
    resolution: &Resolution,
    earlier: &[Mention],
    field: Field,
    reading: &Reading,
    token: usize,
    gender: Gender,
) -> Option<usize> {
    let sentence = reading.sentence_of(token);
    for back in 0..=BACK {
        let number = sentence.checked_sub(back)?;
        let bounds = reading.sentences.get(number)?.tokens.clone();
        let bounds = if back == 0 {
            bounds.start.max(token.saturating_sub(REACH))..bounds.end
        } else {
            bounds.start..bounds.end.min(bounds.start + REACH)
        };
        let end = if back == 0 { token } else { bounds.end };
        let fits = |entity: usize| {
            resolution.entities.get(entity).is_some_and(|known| {
                known.may_be_person()
                    && known.gender.is_none_or(|known| known == gender)
                    && (known.kind == Some(EntityKind::Person) || known.count > 0)
            })
        };
        let mut people: Vec<(usize, usize)> = resolution
            .mentions_in(field, &(bounds.start..end))
            .filter(|mention| !mention.pronoun && fits(mention.entity))
            .map(|mention| (mention.tokens.start, mention.entity))
            .collect();
        people.extend(
            earlier
                .iter()
                .rev()
                .take_while(|mention| mention.tokens.start >= bounds.start)
                .filter(|mention| {
                    mention.tokens.start >= bounds.start
                        && mention.tokens.start < end
                        && fits(mention.entity)
                })
                .map(|mention| (mention.tokens.start, mention.entity)),
        );
        people.sort_unstable();
        // Somebody certainly a person before somebody who may be one.
        let certain = |entity: &usize| {
            resolution
                .entities
                .get(*entity)
                .is_some_and(|known| known.kind == Some(EntityKind::Person))
        };
        // A subject does not stand after a preposition.
        let subject = |start: &usize| {
            start.checked_sub(1).is_none_or(|before| {
                !matches!(reading.tag(before), Tag::Preposition | Tag::To | Tag::Possessive)
            })
        };
        let best = people
            .iter()
            .find(|(start, entity)| certain(entity) && subject(start))
            .or_else(|| people.iter().find(|(_, entity)| certain(entity)))
            .or_else(|| people.iter().find(|(start, _)| subject(start)))
            .or_else(|| people.first());
        if let Some((_, entity)) = best {
            return Some(*entity);
        }
    }
    None
}
