//! Cues that need no model: plain enough to be taken, or to be left.

use super::cue::Cue;
use super::denier::phrases_in;
use super::extent::window;
use crate::pipeline::lexicon::denial::Family;
use crate::pipeline::lexicon::wording::lexicon;
use crate::pipeline::text::{PhraseKind, Reading, Tag};

/// What a plain rule says of a cue; `None` where it is for the model to judge.
pub fn judge(reading: &Reading, cue: &Cue) -> Option<bool> {
    let bounds = window(reading, cue.anchor)?;
    if opinion_of_a_thing(reading, cue) {
        return Some(false);
    }
    // "reports that … are entirely false"
    let label = matches!(
        reading.lower(cue.anchor),
        "false"
            | "untrue"
            | "baseless"
            | "unfounded"
            | "groundless"
            | "fabricated"
            | "bogus"
            | "fictitious"
            | "fake"
            | "hoax"
            | "true"
            | "incorrect"
    );
    let predicate =
        matches!(reading.lower(cue.tokens.start), "is" | "are" | "was" | "were" | "'s" | "'re");
    if label && predicate && matches!(cue.family, Family::Predicate | Family::Noun) {
        // By the word alone: "Reports" at the head of a sentence looks like a verb.
        let told =
            (bounds.start..cue.tokens.start).any(|token| lexicon().is_shell(reading.lower(token)));
        let asked =
            bounds.clone().any(|token| matches!(reading.lower(token), "?" | "if" | "whether"));
        let noun = matches!(reading.tag(cue.core.end), Tag::Noun | Tag::Name | Tag::Adjective);
        if told && !asked && !noun {
            return Some(true);
        }
    }
    // "‘I was never there,’ she said of the report"
    let quotation = reading.quotation_of(cue.anchor);
    let negates = matches!(cue.family, Family::Negation | Family::Predicate | Family::Noun);
    if quotation.is_some() && negates {
        let answers = bounds.clone().any(|token| {
            token > cue.anchor
                && reading.quotation_of(token) != quotation
                && matches!(reading.lower(token), "of" | "about" | "to")
                && reading
                    .phrase_of(token + 1)
                    .and_then(|number| reading.phrases.get(number))
                    .is_some_and(|phrase| {
                        phrase.tokens.start == token + 1
                            && lexicon().is_shell(reading.lower(phrase.head))
                    })
        });
        if answers {
            return Some(true);
        }
    }
    // "an earlier version of this story said that …"
    if cue.family == Family::Correction
        && matches!(reading.lower(cue.anchor), "earlier" | "previous")
        && reading.lower(cue.core.end) == "of"
        && reading.lower(cue.core.end + 1) == "this"
    {
        return Some(true);
    }
    None
}

/// "called the play absurd": a taste, unless what is called so is a report.
fn opinion_of_a_thing(reading: &Reading, cue: &Cue) -> bool {
    let taste = matches!(
        reading.lower(cue.anchor),
        "absurd"
            | "ridiculous"
            | "outrageous"
            | "laughable"
            | "ludicrous"
            | "wrong"
            | "nonsense"
            | "garbage"
            | "rubbish"
    );
    if cue.family != Family::Called || !taste {
        return false;
    }
    let object = phrases_in(reading, &(cue.core.start + 1..cue.anchor)).next();
    object.is_some_and(|phrase| {
        phrase.kind == PhraseKind::Common
            && !lexicon().is_shell(reading.lower(phrase.head))
            && phrase.tokens.len() > 1
    })
}
