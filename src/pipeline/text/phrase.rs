//! Tagged tokens → noun phrases up to their head: names, pronouns, "the two officials".

use std::ops::Range;

use crate::pipeline::lexicon::Classes;

use super::Sentence;
use super::tag::Tag;
use super::token::{Token, TokenKind};

/// What heads a noun phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PhraseKind {
    /// A name, perhaps after a title: "Gen. Ilse Brandt".
    Name,
    /// A pronoun alone.
    Pronoun,
    /// A common noun: "the harbour office".
    Common,
    /// A number alone: "three", "40 percent" is common.
    Number,
}

/// A noun phrase without what follows its head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NounPhrase {
    /// Its tokens: article, owner, adjectives and head.
    pub tokens: Range<usize>,
    /// The head: the last word of the name or noun.
    pub head: usize,
    /// What the head is.
    pub kind: PhraseKind,
    /// The last run of name tokens in it ("the minister Anna Roth": "Anna Roth").
    pub name: Option<Range<usize>>,
    /// It owns what follows: "the ministry's".
    pub possessive: bool,
}

/// The noun phrases of all sentences, in order of place.
pub(super) fn find(tokens: &[Token], sentences: &[Sentence], lowered: &str) -> Vec<NounPhrase> {
    let mut phrases = Vec::with_capacity(tokens.len() / 4);
    for sentence in sentences {
        let mut at = sentence.tokens.start;
        while at < sentence.tokens.end {
            match phrase_at(tokens, at, sentence.tokens.end, lowered) {
                Some(phrase) => {
                    at = phrase.tokens.end.max(at + 1);
                    phrases.push(phrase);
                }
                None => at += 1,
            }
        }
    }
    phrases
}

/// Small words that stand inside names: "Ministry of Justice", "van der Berg".
const INSIDE_NAMES: [&str; 14] =
    ["of", "de", "van", "der", "von", "den", "la", "le", "du", "bin", "al", "el", "da", "&"];

fn phrase_at(tokens: &[Token], start: usize, end: usize, lowered: &str) -> Option<NounPhrase> {
    let first = &tokens[start];
    // The clitic belongs to the owner, which is a phrase of its own.
    if first.tag == Tag::Possessive && !first.space_before {
        return None;
    }
    if first.tag == Tag::Pronoun {
        return Some(NounPhrase {
            tokens: start..start + 1,
            head: start,
            kind: PhraseKind::Pronoun,
            name: None,
            possessive: false,
        });
    }
    let mut at = start;
    let mut head = None;
    let mut name: Option<Range<usize>> = None;
    while at < end {
        let token = &tokens[at];
        match token.tag {
            Tag::Determiner | Tag::Possessive if at == start && token.kind == TokenKind::Word => {
                at += 1;
            }
            Tag::Determiner if head.is_none() && at == start + 1 => at += 1,
            Tag::Adjective | Tag::Number if name.is_none() || head.is_none() => {
                if token.tag == Tag::Number {
                    head = Some(at);
                } else if head.is_some_and(|head| tokens[head].tag != Tag::Number) {
                    break;
                }
                at += 1;
            }
            // "a growing crowd", "the accused man"
            Tag::VerbIng | Tag::VerbParticiple
                if at > start
                    && head.is_none()
                    && tokens[at - 1].tag != Tag::Number
                    && tokens.get(at + 1).is_some_and(|next| {
                        at + 1 < end && matches!(next.tag, Tag::Noun | Tag::Adjective)
                    })
                    && tokens[start].tag != Tag::Name =>
            {
                at += 1;
            }
            Tag::Adverb
                if at > start
                    && head.is_none()
                    && tokens.get(at + 1).is_some_and(|next| {
                        at + 1 < end && matches!(next.tag, Tag::Adjective | Tag::VerbParticiple)
                    }) =>
            {
                at += 1;
            }
            Tag::Noun => {
                head = Some(at);
                at += 1;
            }
            Tag::Name => {
                let run = name_run(tokens, at, end, lowered);
                head = Some(run.end - 1);
                at = run.end;
                name = Some(run);
            }
            // A nickname between the parts of a name, or a quoted adjective: not read across.
            _ => break,
        }
    }
    let head = head.or_else(|| {
        // "the accused", "the poor", "this": the last word heads.
        (at > start && !matches!(tokens[at - 1].tag, Tag::Adverb | Tag::Adjective))
            .then(|| at - 1)
            .filter(|&last| {
                tokens[last].tag != Tag::Possessive
                    && (tokens[last].tag != Tag::Determiner || stands_alone(&tokens[last], lowered))
            })
            .or_else(|| (at > start + 1 && tokens[start].tag == Tag::Determiner).then(|| at - 1))
    })?;
    let end_of = head + 1;
    let kind = match tokens[head].tag {
        Tag::Name => PhraseKind::Name,
        Tag::Number => PhraseKind::Number,
        _ => PhraseKind::Common,
    };
    let possessive = tokens
        .get(end_of)
        .is_some_and(|next| end_of < end && next.tag == Tag::Possessive && !next.space_before);
    Some(NounPhrase { tokens: start..end_of, head, kind, name, possessive })
}

/// "this said", "many believe": determiners that can be a phrase alone.
fn stands_alone(token: &Token, lowered: &str) -> bool {
    matches!(
        token.lower(lowered),
        "this"
            | "these"
            | "those"
            | "some"
            | "many"
            | "most"
            | "few"
            | "both"
            | "all"
            | "another"
            | "others"
            | "several"
            | "each"
            | "either"
            | "neither"
            | "another's"
    )
}

/// The run of name tokens at `start`, small words inside it included.
fn name_run(tokens: &[Token], start: usize, end: usize, lowered: &str) -> Range<usize> {
    let mut last = start + 1;
    let mut at = start + 1;
    while at < end {
        let token = &tokens[at];
        if token.tag == Tag::Name {
            // Two names in a row across a line break or without a space are still one.
            at += 1;
            last = at;
        } else if INSIDE_NAMES.contains(&token.lower(lowered)) && tokens[start].capitalised {
            // "of" joins only what names bodies: never "Brandt of the".
            let mut next = at + 1;
            if token.lower(lowered) == "of"
                && tokens.get(next).is_some_and(|next| next.lower(lowered) == "the")
            {
                next += 1;
            }
            let joins = next < end
                && tokens[next].tag == Tag::Name
                && (token.lower(lowered) != "of" || bodies(&tokens[start..at], lowered));
            if !joins {
                break;
            }
            at = next + 1;
            last = at;
        } else {
            break;
        }
    }
    start..last
}

/// Whether a run of names begins like a body or an office: "Ministry", "University".
fn bodies(run: &[Token], lowered: &str) -> bool {
    run.iter().any(|token| {
        token.classes.any(Classes::BODY | Classes::PERSON | Classes::TITLE)
            || token.lower(lowered).ends_with("ion")
            || token.lower(lowered).ends_with("ty")
            || token.lower(lowered).ends_with("ment")
    })
}
