//! Claims of a document → further places that speak of them: its title, and questions.
//!
//! Rules find who asserts and who denies; these places have neither a speaker nor a cue.

use std::collections::HashSet;
use std::ops::Range;

use super::assemble::FieldRead;
use super::stance::{self, Model, contents};
use crate::domain::{Appearance, Claim, Field, Span, Stance};
use crate::pipeline::text::Reading;

/// A title or question speaks of a claim from this share of the claim's words on.
const ABOUT: f32 = 0.75;
/// A claim of fewer words with content is too vague to be known again.
const FEWEST: usize = 3;
/// How sure the model is before a title is said to take a side. Below it only reports: a wrong
/// assertion would speak against a denial elsewhere.
const SURE: f32 = 0.7;
/// How many claims before and after a place are compared with it.
const WINDOW: usize = 24;

/// Adds the places where `fields` question a claim, or where the title speaks of one.
pub fn add(fields: &[FieldRead], claims: &mut [Claim]) {
    let places: Vec<_> = fields
        .iter()
        .flat_map(|known| {
            places(known.field, &known.reading).into_iter().map(move |at| (known, at))
        })
        .collect();
    if places.is_empty() {
        return;
    }
    let about: Vec<HashSet<String>> = claims.iter().map(|claim| topic(&claim.text)).collect();
    let starts: Vec<Option<Span>> =
        claims.iter().map(|claim| claim.appearances.first().map(|place| place.span)).collect();
    for (known, (place, kind)) in places {
        let words = topic(&known.reading.text[place.clone()]);
        let span = Span::new(known.field, place);
        // A title stands before all claims of the text and speaks of any of them.
        let at = starts.partition_point(|start| *start < Some(span));
        for number in at.saturating_sub(WINDOW)..claims.len().min(at + WINDOW) {
            let claim = &mut claims[number];
            let shared = about[number].intersection(&words).count();
            if about[number].len() < FEWEST
                || (shared as f32) < ABOUT * about[number].len() as f32
                || claim.appearances.iter().any(|known| known.span.overlaps(span))
            {
                continue;
            }
            let stance = match kind {
                Kind::Question => Stance::Questions,
                Kind::Title => of_title(claim, known.reading.text),
            };
            claim.appearances.push(Appearance { stance, span, statement: None });
            claim
                .appearances
                .sort_by_key(|appearance| (appearance.span, appearance.stance.as_str()));
        }
    }
    claims.sort_by_key(|claim| claim.appearances.first().map(|appearance| appearance.span));
}

/// The words that tell what a text is about.
fn topic(text: &str) -> HashSet<String> {
    let mut words = contents(text);
    words.remove("there");
    words
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Title,
    Question,
}

/// The title as a whole, and in it and the text what asks.
fn places(field: Field, reading: &Reading) -> Vec<(Range<usize>, Kind)> {
    let whole = reading.span(0..reading.tokens.len());
    if field == Field::Title {
        let kind = |span: &Range<usize>| {
            if stance::asks(&reading.text[span.clone()]) { Kind::Question } else { Kind::Title }
        };
        return whole.into_iter().map(|span| (span.clone(), kind(&span))).collect();
    }
    reading
        .sentences
        .iter()
        .filter_map(|sentence| {
            if stance::asks(&reading.text[sentence.span.clone()]) {
                return Some((sentence.span.clone(), Kind::Question));
            }
            let mut tokens = sentence.tokens.clone();
            let whether = tokens.find(|&token| reading.lower(token) == "whether")?;
            let end = tokens
                .find(|&token| matches!(reading.lower(token), "," | ";" | ":"))
                .unwrap_or(sentence.tokens.end);
            // "whether to" weighs a deed, and "whether … or not" says that it does not matter.
            let no_question = reading.lower(whether + 1) == "to"
                || (whether..end)
                    .any(|token| reading.lower(token) == "or" && reading.lower(token + 1) == "not");
            (!no_question).then_some((reading.span(whether..end)?, Kind::Question))
        })
        .collect()
}

/// What a title that asks nothing does to a claim of its document.
fn of_title(claim: &Claim, title: &str) -> Stance {
    let pair = stance::pair(&claim.text, title);
    let [asserts, denies, _] = Model::built_in().shares(&pair);
    // The claims that the model learned from are positive: whether a "not" in the title is the
    // claim's own it does not know. A title that quotes lets somebody else speak.
    if stance::negates(&claim.text) {
        Stance::Reports
    } else if denies >= SURE {
        Stance::Denies
    } else if asserts >= SURE
        && claim.denials.is_empty()
        && !title.contains([':', '"', '“', '‘', '\''])
    {
        Stance::Asserts
    } else {
        Stance::Reports
    }
}
