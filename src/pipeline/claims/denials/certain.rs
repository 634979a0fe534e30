//! Cues that need no model: plain enough to be taken, or to be left.

use std::ops::Range;

use super::cue::Cue;
use super::denier::phrases_in;
use super::extent::{is_negation, window};
use crate::pipeline::lexicon::denial::Family;
use crate::pipeline::lexicon::wording::lexicon;
use crate::pipeline::text::{PhraseKind, Reading, Tag};

/// What a plain rule says of a cue; `None` where it is for the model to judge.
pub fn judge(reading: &Reading, cue: &Cue) -> Option<bool> {
    let bounds = window(reading, cue.anchor)?;
    // "the call … a hoax": the noun, not the verb that calls something a name.
    let no_verb = cue.family == Family::Called
        && matches!(reading.tag(cue.core.start), Tag::Noun | Tag::Name);
    if opinion_of_a_thing(reading, cue)
        || no_verb
        || evidence_for(reading, cue, &bounds)
        || quality_of_a_thing(reading, cue)
    {
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
        let made_up = matches!(
            reading.lower(cue.anchor),
            "fake" | "fabricated" | "fictitious" | "bogus" | "untrue"
        );
        if (told || made_up) && !asked && !noun {
            return Some(true);
        }
    }
    if called_a_hoax(reading, cue, &bounds) || fake_report(reading, cue, &bounds) {
        return Some(true);
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

/// "The picture turned out to be a hoax", "the hoax": a made-up story is called so by nobody who takes it
/// for true. Left to the model: where it is only asked or feared, what a name is put before as an insult
/// ("the Harlow hoax"), and the word as part of another thing ("hoax calls").
fn called_a_hoax(reading: &Reading, cue: &Cue, bounds: &Range<usize>) -> bool {
    if !matches!(reading.lower(cue.anchor), "hoax" | "hoaxes") || cue.family != Family::Noun {
        return false;
    }
    let open = bounds.clone().any(|token| {
        matches!(
            reading.lower(token),
            "?" | "if"
                | "whether"
                | "may"
                | "might"
                | "could"
                | "not"
                | "n't"
                | "possible"
                | "possibly"
        )
    });
    let insult = cue.anchor > bounds.start && reading.tag(cue.anchor - 1) == Tag::Name;
    // "calls" may be read as a verb here.
    let part = matches!(
        reading.tag(cue.anchor + 1),
        Tag::Noun | Tag::Name | Tag::VerbPresent | Tag::VerbBase
    );
    !open && !insult && !part
}

/// "The fake story first stood on a joke site": a made-up report, picture or post. "Fake news", a slogan
/// more often than a finding, and fake things that nobody reads are left to the model.
fn fake_report(reading: &Reading, cue: &Cue, bounds: &Range<usize>) -> bool {
    let made_up =
        matches!(reading.lower(cue.anchor), "fake" | "hoax" | "bogus" | "phony" | "fabricated");
    let next = cue.anchor + 1;
    let told =
        is_told(reading, next) && !matches!(reading.lower(next), "news" | "site" | "website");
    let determined = cue.anchor > bounds.start
        && matches!(reading.lower(cue.anchor - 1), "the" | "this" | "that" | "these" | "those");
    made_up && told && determined
}

/// "The study gives evidence that …": evidence that nobody says is missing speaks for a claim.
fn evidence_for(reading: &Reading, cue: &Cue, bounds: &Range<usize>) -> bool {
    cue.family == Family::Evidence
        && !(bounds.start.max(cue.anchor.saturating_sub(12))..bounds.end.min(cue.anchor + 8)).any(
            |token| {
                is_negation(reading, token)
                    || matches!(
                        reading.lower(token),
                        "without"
                            | "zero"
                            | "little"
                            | "scant"
                            | "lack"
                            | "lacks"
                            | "lacked"
                            | "lacking"
                            | "absence"
                            | "insufficient"
                            | "fail"
                            | "fails"
                            | "failed"
                            | "refused"
                            | "unable"
                            | "declined"
                            | "yet"
                            | "few"
                            | "any"
                            | "hardly"
                            | "unsupported"
                            | "despite"
                    )
            },
        )
}

/// "the wrong man", "a bogus contribution", "a discredited past": a thing of that quality, not a report.
fn quality_of_a_thing(reading: &Reading, cue: &Cue) -> bool {
    let next = cue.anchor + 1;
    cue.family == Family::Predicate
        && cue.core.len() == 1
        && matches!(reading.tag(next), Tag::Noun | Tag::Name)
        && !is_told(reading, next)
}

/// Whether a word names something that is told or shown: a report, a picture, a post.
fn is_told(reading: &Reading, token: usize) -> bool {
    lexicon().is_shell(reading.lower(token))
        || matches!(
            reading.lower(token),
            "article"
                | "articles"
                | "image"
                | "images"
                | "information"
                | "news"
                | "photo"
                | "photos"
                | "picture"
                | "pictures"
                | "post"
                | "posts"
                | "quote"
                | "statement"
                | "statements"
                | "tweet"
                | "tweets"
                | "video"
                | "videos"
                | "website"
                | "site"
        )
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
