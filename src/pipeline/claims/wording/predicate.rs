//! Gerunds, infinitives and nouns → predicates with a subject.

use std::ops::Range;

use super::{Party, Sentence};
use crate::pipeline::lexicon::{inflection, wording};
use crate::pipeline::text::{Reading, Tag};

/// "taking the money" → "Lind took the money".
pub fn gerund(sentence: &mut Sentence, tokens: Range<usize>, subject: &Party) -> Option<()> {
    let reading = sentence.context.reading;
    let mut at = tokens.start;
    let mut adverbs = Vec::new();
    while at < tokens.end && matches!(reading.tag(at), Tag::Adverb) {
        adverbs.push(at);
        at += 1;
    }
    let negative = at < tokens.end && reading.lower(at) == "not";
    if negative {
        at += 1;
    }
    if at >= tokens.end {
        return None;
    }
    let word = reading.lower(at).to_owned();
    sentence.party(subject);
    // "wrongdoing" looks like a gerund, and there is no such verb.
    if let Some(rule) = wording::lexicon().noun(&word).filter(|rule| rule.keep && !negative) {
        sentence.push(subject.verb(&rule.verb, &rule.plural), true);
        sentence.clause(tokens);
        return Some(());
    }
    for adverb in adverbs {
        if reading.lower(adverb) != "ever" {
            sentence.push(reading.word(adverb), true);
        }
    }
    if negative {
        sentence.push("not", true);
    }
    match word.as_str() {
        "having" if at + 1 < tokens.end && is_participle(reading, at + 1) => {
            let participle = reading.lower(at + 1).to_owned();
            if participle == "been" {
                sentence.push(subject.verb("was", "were"), true);
            } else {
                sentence.push(&inflection::past_of_participle(&participle), true);
            }
            at += 2;
        }
        "being" => {
            sentence.push(subject.verb("was", "were"), true);
            at += 1;
        }
        _ => {
            sentence.push(&inflection::past_of_gerund(&word)?, true);
            at += 1;
        }
    }
    sentence.clause(at..tokens.end);
    Some(())
}

/// "to have taken the money" → "Lind took the money"; "to be a spy" → "Lind is a spy".
pub fn infinitive(sentence: &mut Sentence, tokens: Range<usize>, subject: &Party) -> Option<()> {
    let reading = sentence.context.reading;
    let mut at = tokens.start;
    if reading.lower(at) == "to" {
        at += 1;
    }
    if at >= tokens.end {
        return None;
    }
    sentence.party(subject);
    match reading.lower(at) {
        "have" if at + 1 < tokens.end && is_participle(reading, at + 1) => {
            let participle = reading.lower(at + 1).to_owned();
            if participle == "been" {
                sentence.push(subject.verb("was", "were"), true);
            } else {
                sentence.push(&inflection::past_of_participle(&participle), true);
            }
            at += 2;
        }
        "be" => {
            sentence.push(subject.verb("is", "are"), true);
            at += 1;
        }
        base => {
            let form =
                if subject.plural { base.to_owned() } else { inflection::third_person(base) };
            sentence.push(&form, true);
            at += 1;
        }
    }
    sentence.clause(at..tokens.end);
    Some(())
}

/// "broke the law" → "Lind broke the law"; a bare verb, as "did not" leaves it, is put into the past.
pub fn verb(sentence: &mut Sentence, tokens: Range<usize>, subject: &Party) {
    let reading = sentence.context.reading;
    let mut at = tokens.start;
    sentence.party(subject);
    while at < tokens.end && reading.tag(at) == Tag::Adverb {
        sentence.push(reading.word(at), true);
        at += 1;
    }
    match reading.tag(at) {
        Tag::VerbBase if at < tokens.end => {
            sentence.push(&inflection::past(reading.lower(at)), true);
            at += 1;
        }
        Tag::VerbParticiple if at < tokens.end => {
            sentence.push(subject.verb("was", "were"), true);
        }
        _ => {}
    }
    sentence.clause(at..tokens.end);
}

fn is_participle(reading: &Reading, token: usize) -> bool {
    matches!(reading.tag(token), Tag::VerbParticiple | Tag::VerbPast | Tag::Auxiliary)
        || reading.lower(token).ends_with("ed")
}

/// "any involvement in the sale" → "Lind was involved in the sale"; "the arrest of Lind" → "Lind
/// was arrested".
pub fn noun(sentence: &mut Sentence, tokens: Range<usize>, subject: Option<&Party>) -> Option<()> {
    let reading = sentence.context.reading;
    let phrase = reading.phrase_of(tokens.start).and_then(|number| reading.phrases.get(number))?;
    let lexicon = wording::lexicon();
    // "Lind's arrest": the owner and the event are one phrase or two.
    if phrase.possessive {
        let next = reading
            .phrases
            .iter()
            .skip(reading.phrase_of(tokens.start)? + 1)
            .find(|next| next.tokens.start > phrase.tokens.end)?;
        let event = lexicon.event(reading.lower(next.head))?;
        if next.tokens.end > tokens.end {
            return None;
        }
        sentence.clause(phrase.tokens.clone());
        sentence.push(&happened(event, super::is_plural_head(reading, phrase.head)), true);
        sentence.clause(next.tokens.end..tokens.end);
        return Some(());
    }
    // "her arrest": whom the possessive means.
    if let Some(event) = lexicon.event(reading.lower(phrase.head))
        && phrase.head < tokens.end
        && reading.tag(phrase.tokens.start) == Tag::Possessive
        && let Some(owner) = sentence.context.pronouns.get(&phrase.tokens.start)
    {
        sentence.party(owner);
        sentence.push(&happened(event, owner.plural), true);
        sentence.clause(phrase.head + 1..tokens.end);
        return Some(());
    }
    let owner =
        (phrase.tokens.start..phrase.head).rev().find(|&token| reading.lower(token) == "'s");
    let head = phrase.head.min(tokens.end.saturating_sub(1));
    let head_word = reading.lower(head);
    if let (Some(owner), Some(event)) = (owner, lexicon.event(head_word)) {
        sentence.clause(phrase.tokens.start..owner);
        let last = owner.saturating_sub(1);
        sentence.push(&happened(event, super::is_plural_head(reading, last)), true);
        sentence.clause(head + 1..tokens.end);
        return Some(());
    }
    if let (Some(event), "of") = (lexicon.event(head_word), reading.lower(head + 1))
        && head + 2 < tokens.end
    {
        let of = head + 2..tokens.end;
        let plural = super::is_plural_phrase(reading, &of);
        sentence.clause(of);
        sentence.push(&happened(event, plural), true);
        return Some(());
    }
    let rule = lexicon.noun(head_word)?;
    let subject = subject?;
    sentence.party(subject);
    sentence.push(subject.verb(&rule.verb, &rule.plural), true);
    let after = head + 1;
    if rule.keep {
        let mut start = phrase.tokens.start;
        while start < head
            && matches!(
                reading.lower(start),
                "any"
                    | "no"
                    | "all"
                    | "the"
                    | "a"
                    | "an"
                    | "such"
                    | "his"
                    | "her"
                    | "its"
                    | "their"
            )
        {
            start += 1;
        }
        if !rule.article.is_empty() && !super::is_plural_head(reading, head) {
            let vowel = reading.lower(start).starts_with(['a', 'e', 'i', 'o', 'u']);
            sentence.push(if vowel { "an" } else { &rule.article }, true);
        }
        sentence.clause(start..tokens.end);
        return Some(());
    }
    let preposition = reading.lower(after);
    if after < tokens.end {
        if rule.drops(preposition) {
            sentence.clause(after + 1..tokens.end);
        } else {
            let _ = rule.keeps(preposition);
            sentence.clause(after..tokens.end);
        }
    }
    Some(())
}

/// What happened to several: "was arrested" → "were arrested", "exists" → "exist".
fn happened(event: &str, plural: bool) -> String {
    if !plural {
        return event.to_owned();
    }
    match event.split_once(' ') {
        Some(("was", rest)) => format!("were {rest}"),
        Some(("is", rest)) => format!("are {rest}"),
        None => event.strip_suffix('s').unwrap_or(event).to_owned(),
        Some(_) => event.to_owned(),
    }
}
