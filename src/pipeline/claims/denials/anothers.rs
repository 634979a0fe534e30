//! Words near a cue that it does not deny: what another cue denies, or a part of what this one does.

use std::ops::Range;

use super::cue::Cue;
use super::denied::Candidate;
use super::extent::{is_negation, is_verb};
use crate::pipeline::claims::wording::Form;
use crate::pipeline::lexicon::denial::Family;
use crate::pipeline::text::{Reading, Tag};

/// Whether the candidate is plainly not what the cue denies: another cue of the sentence denies it, or it is
/// only the object of the verb that is negated.
pub fn is_anothers(reading: &Reading, cue: &Cue, cues: &[Cue], candidate: &Candidate) -> bool {
    let Some(tokens) = candidate.tokens.as_ref() else { return false };
    if reading.sentence_of(tokens.start) != cue.sentence {
        return false;
    }
    if is_object_of_negated(reading, cue, candidate) {
        return true;
    }
    match cue.family {
        Family::Verb => is_object_of_verb_before(reading, cue, cues, tokens),
        Family::Negation | Family::Predicate => {
            candidate.form == Form::Clause && is_other_negation(reading, cue, cues, tokens)
        }
        _ => false,
    }
}

/// "never took | the money |", "is not considering | closing the bridge |", "is not | closing it |": what is denied has
/// the verb before it, too.
fn is_object_of_negated(reading: &Reading, cue: &Cue, candidate: &Candidate) -> bool {
    let Some(tokens) = candidate.tokens.as_ref() else { return false };
    if tokens.start < cue.core.end || !cue.core.clone().any(|token| is_negation(reading, token)) {
        return false;
    }
    let between = cue.core.end..tokens.start;
    let only_verbs = between.clone().all(|token| {
        is_verb(reading.tag(token)) || matches!(reading.tag(token), Tag::Adverb | Tag::To)
    });
    let verb = between
        .rev()
        .chain(cue.core.clone().rev().take(1))
        .find(|&token| is_verb(reading.tag(token)));
    let whole = matches!(candidate.form, Form::Clause | Form::Negated | Form::Predicate);
    // "never said that …": what was not said is another matter.
    let said =
        |token| matches!(reading.lemma(token), "say" | "claim" | "suggest" | "state" | "tell");
    let goes_on = candidate.form == Form::Gerund
        && tokens.start == cue.core.end
        && cue
            .core
            .start
            .checked_sub(1)
            .is_some_and(|helper| reading.tag(helper) == Tag::Auxiliary);
    goes_on || only_verbs && !whole && verb.is_some_and(|token| !said(token))
}

/// "denies | the arson | and also denies ever being at the mill": what stands between two verbs that deny is
/// the object of the first where the second has its own.
fn is_object_of_verb_before(
    reading: &Reading,
    cue: &Cue,
    cues: &[Cue],
    tokens: &Range<usize>,
) -> bool {
    tokens.end <= cue.tokens.start
        && has_object(reading, cue.core.end)
        && of_sentence(cues, cue).any(|other| {
            other.family == Family::Verb
                && other.anchor != cue.anchor
                && other.core.end <= tokens.start
        })
}

/// "he never met them, that | he never took the money |": a clause with a negation of its own after this one's.
fn is_other_negation(reading: &Reading, cue: &Cue, cues: &[Cue], tokens: &Range<usize>) -> bool {
    let negates = cue.core.clone().any(|token| is_negation(reading, token));
    negates
        && tokens.start >= cue.core.end
        && of_sentence(cues, cue).any(|other| {
            other.anchor != cue.anchor
                && tokens.contains(&other.anchor)
                && other.core.clone().any(|token| is_negation(reading, token))
        })
}

/// Whether a verb that ends at `at` has what it denies right after it.
fn has_object(reading: &Reading, at: usize) -> bool {
    let Some(first) = (at..reading.tokens.len())
        .find(|&token| !matches!(reading.tag(token), Tag::Adverb | Tag::Quote))
    else {
        return false;
    };
    matches!(reading.tag(first), Tag::VerbIng | Tag::Determiner | Tag::Possessive)
        || matches!(reading.lower(first), "that" | "having" | "being" | "any")
}

/// The cues of the sentence that `cue` stands in; `cues` are in order of place.
fn of_sentence<'c>(cues: &'c [Cue], cue: &Cue) -> impl Iterator<Item = &'c Cue> {
    let sentence = cue.sentence;
    let from = cues.partition_point(|other| other.sentence < sentence);
    cues[from..].iter().take_while(move |other| other.sentence == sentence).take(MOST)
}

/// More cues than these in one sentence are not looked at.
const MOST: usize = 32;

#[cfg(test)]
mod tests {
    use crate::pipeline::Gear;
    use crate::pipeline::claims::passage_denials;

    fn claims(passage: &str) -> Vec<String> {
        passage_denials(Gear::Accurate, passage).into_iter().map(|denial| denial.claim).collect()
    }

    #[test]
    fn two_verbs_that_deny_in_one_sentence_deny_two_things() {
        assert_eq!(
            claims("Marn denies the arson and also denies ever being at the mill."),
            ["Marn committed arson.", "Marn was at the mill."]
        );
    }

    #[test]
    fn the_verb_that_is_negated_is_part_of_what_is_denied() {
        assert_eq!(
            claims(
                "The Tribune says the harbour office may close the bridge. An official said on Saturday \
                 that the harbour office was not considering closing the bridge at this time."
            ),
            ["The harbour office was considering closing the bridge at this time."]
        );
    }

    #[test]
    fn who_finds_no_evidence_is_not_whom_the_claim_is_about() {
        assert_eq!(claims("The inquiry found no evidence of bribery."), ["There was bribery."]);
    }

    #[test]
    fn a_question_stands_for_what_it_asks() {
        assert_eq!(
            claims(
                "Marn was asked whether he had sold the well to his cousin. \"I did not,\" he said."
            ),
            ["Marn had sold the well to his cousin."]
        );
    }

    #[test]
    fn each_never_denies_its_own_clause() {
        assert_eq!(
            claims(
                "The accusation was read out. Councillor Brandt said that she never at any point met \
                 the smugglers, that she never discussed the dam with them, and that she never took \
                 their money."
            ),
            [
                "Brandt met the smugglers.",
                "Brandt discussed the dam with them.",
                "Brandt took their money."
            ]
        );
    }
}
