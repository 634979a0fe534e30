//! Accusations, descriptions and statements → claims that somebody asserts.

use std::ops::Range;

use super::denials::denier::{extended, phrases_in};
use super::denials::extent::{clause_end, clip};
use super::denials::find::Passage;
use super::speech::Speech;
use super::wording::{Form, Party};
use crate::pipeline::text::{PhraseKind, Reading, Tag};

/// Something that somebody says is so.
#[derive(Debug, Clone)]
pub struct Assertion {
    /// Who says it.
    pub speaker: Range<usize>,
    /// The words that attribute.
    pub cue: Range<usize>,
    /// What is said.
    pub content: Range<usize>,
    /// As a sentence that stands alone.
    pub claim: String,
    /// The statement it was read from, where one was found.
    pub statement: Option<usize>,
    /// Id of the rule.
    pub rule: &'static str,
    /// 0..1.
    pub confidence: f32,
}

/// The fewest and the most words of a clause that is taken for a claim.
const WORDS: Range<usize> = 4..45;

/// All assertions of a field, in order of place.
pub fn find(passage: &Passage) -> Vec<Assertion> {
    let reading = passage.reading;
    let mut found = Vec::new();
    for sentence in &reading.sentences {
        for token in sentence.tokens.clone() {
            if !is_verb(reading.tag(token)) {
                continue;
            }
            let bounds = clip(&sentence.tokens, token);
            match reading.lemma(token) {
                "accuse" | "blame" => found.extend(accusation(passage, token, &bounds)),
                "describe" | "call" | "label" | "brand" => {
                    found.extend(description(passage, token, &bounds))
                }
                "express" | "voice" | "reaffirm" | "reiterate" => {
                    found.extend(expression(passage, token, &bounds))
                }
                _ => {}
            }
        }
    }
    for speech in passage.speeches {
        found.extend(said(passage, speech));
    }
    found.sort_by_key(|assertion: &Assertion| (assertion.content.start, assertion.content.end));
    found
}

fn is_verb(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::VerbBase | Tag::VerbPresent | Tag::VerbPast | Tag::VerbParticiple | Tag::VerbIng
    )
}

/// Who does what a verb says: the noun phrase before it, or that of the verb it is joined to.
fn subject(reading: &Reading, verb: usize, bounds: &Range<usize>) -> Option<Range<usize>> {
    let mut before = verb;
    while before > bounds.start
        && matches!(reading.tag(before - 1), Tag::Adverb | Tag::Auxiliary | Tag::Modal)
    {
        before -= 1;
    }
    let joined = before > bounds.start && matches!(reading.lower(before - 1), "and" | "but" | "or");
    let mut phrases: Vec<_> = phrases_in(reading, &(bounds.start..before))
        .filter(|phrase| phrase.tokens.end <= before && !phrase.possessive)
        .filter(|phrase| {
            phrase.tokens.start == bounds.start
                || !matches!(reading.tag(phrase.tokens.start - 1), Tag::Preposition | Tag::To)
        })
        .collect();
    if !joined {
        phrases.reverse();
    }
    let phrase = if joined {
        phrases.first().copied()
    } else {
        phrases.into_iter().find(|phrase| {
            extended(reading, phrase, before).end == before || phrase.tokens.end == before
        })
    }?;
    Some(extended(reading, phrase, before))
}

/// "accused Lind of selling the harbour" → "Lind sold the harbour."
fn accusation(passage: &Passage, verb: usize, bounds: &Range<usize>) -> Option<Assertion> {
    let reading = passage.reading;
    let passive = verb > bounds.start
        && matches!(reading.lower(verb - 1), "was" | "were" | "been" | "being" | "is" | "are");
    if passive || matches!(reading.tag(verb), Tag::Noun) {
        return None;
    }
    let of = (verb + 2..bounds.end.min(verb + 14))
        .find(|&token| matches!(reading.lower(token), "of" | "for"))?;
    let accused = phrases_in(reading, &(verb + 1..of)).next()?;
    if accused.kind == PhraseKind::Pronoun && !passage.is_resolved(accused.tokens.start) {
        return None;
    }
    let speaker = subject(reading, verb, bounds)?;
    let content = of + 1..clause_end(reading, of + 1, bounds.end);
    let form = if reading.tag(of + 1) == Tag::VerbIng { Form::Gerund } else { Form::Noun };
    let party = passage.party(&extended(reading, accused, of));
    let claim = passage.word(content.clone(), form, Some(&party), None)?;
    Some(Assertion {
        speaker,
        cue: verb..verb + 1,
        content,
        claim,
        statement: None,
        rule: "assert.accuse",
        confidence: 0.7,
    })
}

/// "the strikes, which Lind described as a success" → "The strikes were a success."; "what it
/// describes as attacks on the port" → "There were attacks on the port."
fn description(passage: &Passage, verb: usize, bounds: &Range<usize>) -> Option<Assertion> {
    let reading = passage.reading;
    let speaker = subject(reading, verb, bounds)?;
    let opener = speaker.start.checked_sub(1).filter(|&token| token >= bounds.start)?;
    let relative = reading.lower(opener);
    let from = if reading.lower(verb + 1) == "as" { verb + 2 } else { verb + 1 };
    let end = clause_end(reading, from, bounds.end);
    let end = (from..end).find(|&token| reading.lower(token) == ",").unwrap_or(end);
    let content = from..end;
    if content.is_empty() || content.len() > WORDS.end {
        return None;
    }
    let (claim, rule) = match relative {
        "what" => (passage.word(content.clone(), Form::Existence, None, None)?, "assert.what"),
        "which" | "that" | "whom" => {
            let end = (bounds.start..opener).rev().find(|&token| reading.lower(token) != ",")? + 1;
            // The thing described: from the last mark to the relative word, where that is short.
            let start = (bounds.start..end)
                .rev()
                .find(|&token| matches!(reading.tag(token), Tag::Punctuation | Tag::Quote))
                .map_or(bounds.start, |token| token + 1);
            if start >= end || end - start > 7 {
                return None;
            }
            let name = reading.span(start..end).map(|span| reading.text[span].to_owned())?;
            let last = reading.lower(end - 1);
            let plural = last.ends_with('s') && !last.ends_with("ss");
            let party = Party::new(name, plural);
            (passage.word(content.clone(), Form::Was, Some(&party), None)?, "assert.described")
        }
        _ => return None,
    };
    Some(Assertion {
        speaker,
        cue: verb..from,
        content,
        claim,
        statement: None,
        rule,
        confidence: 0.6,
    })
}

/// "expressed Denmark's firm support for the port" → "Denmark has firm support for the port."
fn expression(passage: &Passage, verb: usize, bounds: &Range<usize>) -> Option<Assertion> {
    let reading = passage.reading;
    let speaker = subject(reading, verb, bounds)?;
    let object = phrases_in(reading, &(verb + 1..bounds.end)).next()?;
    if object.tokens.start != verb + 1 {
        return None;
    }
    let owner = (object.tokens.start..object.tokens.end + 1)
        .find(|&token| reading.lower(token) == "'s" && reading.tag(token) == Tag::Possessive)?;
    let party = passage.party(&(object.tokens.start..owner));
    // A quoted reason ends with its marks.
    let from = owner + 1;
    let quotation = reading.quotation_of(from).and_then(|number| reading.quotations.get(number));
    let end = match quotation {
        Some(quotation) => quotation.tokens.end.min(bounds.end),
        None => clause_end(reading, from, bounds.end),
    };
    let content = from..end;
    if content.is_empty() || content.len() > WORDS.end {
        return None;
    }
    let claim = passage.word(content.clone(), Form::Has, Some(&party), None)?;
    Some(Assertion {
        speaker,
        cue: verb..verb + 1,
        content,
        claim,
        statement: None,
        rule: "assert.express",
        confidence: 0.55,
    })
}

/// What a statement says, where it is a checkable clause.
fn said(passage: &Passage, speech: &Speech) -> Option<Assertion> {
    let reading = passage.reading;
    let content = speech.contents.iter().max_by_key(|content| content.len())?.clone();
    let sentence = reading.sentences.get(reading.sentence_of(content.start))?;
    let content = content.start..content.end.min(clip(&sentence.tokens, content.start).end);
    let words = content
        .clone()
        .filter(|&token| reading.tokens.get(token).is_some_and(|token| token.is_word()))
        .count();
    if !WORDS.contains(&words) {
        return None;
    }
    let mut start = content.start;
    while start < content.end
        && (matches!(reading.tag(start), Tag::Quote | Tag::Punctuation)
            || reading.lower(start) == "that")
    {
        start += 1;
    }
    let finite = content.clone().any(|token| {
        matches!(reading.tag(token), Tag::VerbPast | Tag::VerbPresent | Tag::Auxiliary)
    });
    let subject = reading
        .phrase_of(start)
        .and_then(|number| reading.phrases.get(number))
        .is_some_and(|phrase| phrase.tokens.start == start);
    let asks = content.clone().any(|token| reading.lower(token) == "?");
    let wishes = content.clone().any(|token| {
        matches!(
            reading.lower(token),
            "should"
                | "must"
                | "hope"
                | "hopes"
                | "wish"
                | "let"
                | "please"
                | "would"
                | "could"
                | "might"
                | "may"
                | "if"
                | "think"
                | "believe"
                | "feel"
                | "want"
                | "wants"
                | "ought"
        )
    });
    let vague = matches!(
        reading.lower(start),
        "it" | "this" | "that" | "these" | "those" | "there" | "you" | "what"
    );
    let asserts = matches!(
        reading.lemma(speech.cue),
        "say"
            | "claim"
            | "report"
            | "allege"
            | "tell"
            | "announce"
            | "state"
            | "add"
            | "insist"
            | "assert"
            | "confirm"
            | "reveal"
            | "warn"
            | "declare"
            | "write"
            | "tweet"
            | "estimate"
            | "note"
            | "argue"
            | "maintain"
            | "find"
            | "show"
            | "testify"
            | "acknowledge"
            | "admit"
            | "suggest"
    ) || reading.lower(speech.cue) == "according";
    if !finite || !subject || asks || wishes || vague || !asserts {
        return None;
    }
    let pronoun = reading.tag(start) == Tag::Pronoun;
    if pronoun
        && !passage.is_resolved(start)
        && !matches!(reading.lower(start), "i" | "we" | "he" | "she" | "they")
    {
        return None;
    }
    let party = passage.party(&speech.source);
    let claim = passage.word(start..content.end, Form::Clause, None, Some(&party))?;
    Some(Assertion {
        speaker: speech.source.clone(),
        cue: speech.cue..speech.cue + 1,
        content,
        claim,
        statement: Some(speech.statement),
        rule: "assert.said",
        confidence: 0.5,
    })
}
