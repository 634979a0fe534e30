//! Denier, denied words and claim of a cue, as the encoder points at them.
//!
//! The rules' candidates and the encoder's own runs of words stand side by side; the encoder's
//! shares decide, and the linear models where it is in two minds.

use std::collections::BTreeMap;
use std::ops::Range;

use super::anothers::is_anothers;
use super::asked::Answer;
use super::cue::Cue;
use super::denied::{self, Candidate};
use super::denier;
use super::extent::is_negation;
use super::features::Features;
use super::find::{Passage, Told, asked_about, described_as, without_verdict};
use super::model::{Models, score};
use crate::pipeline::claims::wording::{Form, points_back};
use crate::pipeline::lexicon::denial::Family;
use crate::pipeline::lexicon::wording::lexicon;
use crate::pipeline::model::encoder::Part;
use crate::pipeline::text::{NounPhrase, PhraseKind, Reading, Tag};

/// How much a linear model's score weighs beside the encoder's log shares, for deniers and denied
/// words.
const LINEAR_DENIER: f32 = 1.2;
const LINEAR_DENIED: f32 = 0.1;
/// What a run of words that no rule proposed must be likelier by, as a difference of log shares.
/// Linked F1 on the development sets is 0.375 and 0.344 with 2, 0.391 and 0.355 with 3, 0.391 and
/// 0.366 with 4.5.
const RUN_COST: f32 = 4.5;
/// Runs of words that the encoder may propose beside the rules', and their length in words.
const RUNS: usize = 12;
const LONGEST: usize = 45;
/// The words that the encoder's subject may have.
const LONGEST_SUBJECT: usize = 8;

/// Who denies; `None` for the author's voice.
pub fn denier(
    passage: &Passage,
    models: &Models,
    cue: &Cue,
    answer: &Answer,
) -> Option<Range<usize>> {
    denier::candidates(passage.reading, cue, passage.speeches)
        .into_iter()
        .map(|candidate| {
            let share = answer.log_share(Part::Denier, candidate.tokens.as_ref());
            let linear = score(&models.denier, &candidate.features);
            (share + LINEAR_DENIER * linear, candidate.tokens)
        })
        .reduce(|best, other| if other.0 > best.0 { other } else { best })
        .and_then(|(_, tokens)| tokens)
}

/// What is denied, worded; `None` where the passage most likely does not tell.
pub fn denied(
    passage: &Passage,
    models: &Models,
    cue: &Cue,
    cues: &[Cue],
    denier: Option<&Range<usize>>,
    answer: &Answer,
) -> Option<Told> {
    let reading = passage.reading;
    let pointed = answer.best(Part::Subject, LONGEST_SUBJECT, 1).pop();
    let subject = pointed
        .as_ref()
        .and_then(|tokens| subject_phrase(reading, tokens))
        .filter(|subject| !is_finder(cue, denier, subject));
    let mut scored: Vec<Scored> = denied::candidates(reading, cue, passage.speeches)
        .into_iter()
        .map(|candidate| {
            let share = answer.log_share(Part::Denied, candidate.tokens.as_ref());
            Scored { share, linear: score(&models.denied, &candidate.features), candidate }
        })
        .collect();
    for run in answer.best(Part::Denied, LONGEST, RUNS) {
        let share = answer.log_share(Part::Denied, Some(&run));
        let known = scored.iter().any(|known| known.candidate.tokens.as_ref() == Some(&run));
        if known || reading.sentence_of(run.start) != reading.sentence_of(run.end - 1) {
            continue;
        }
        let outside = subject
            .as_ref()
            .is_some_and(|subject| subject.end <= run.start || run.end <= subject.start);
        for (tokens, form, subject) in readings(reading, cue, &run, outside) {
            let candidate =
                Candidate { tokens: Some(tokens), form, subject, features: Features::new() };
            let share = share - RUN_COST;
            scored.push(Scored { share, linear: 0.0, candidate });
        }
    }
    let clauses: Vec<Candidate> = scored
        .iter()
        .map(|scored| &scored.candidate)
        .filter(|candidate| candidate.form == Form::Negated)
        .cloned()
        .collect();
    let ranked = ranked(scored);
    for candidate in ranked {
        let clause = clause_of(cue, &clauses, &candidate);
        let named = candidate.tokens.clone().filter(|_| clause.is_some());
        let candidate = clause.unwrap_or(candidate);
        if is_anothers(reading, cue, cues, &candidate) {
            continue;
        }
        let Some(candidate) = without_verdict(reading, cue, candidate) else { continue };
        let mut candidate = described_as(reading, asked_about(reading, candidate));
        let tokens = candidate.tokens.clone()?;
        if points_back(reading, &tokens, candidate.form) {
            return None;
        }
        let about = subject
            .clone()
            .filter(|subject| subject.end <= tokens.start || tokens.end <= subject.start);
        // "denied taking the money": who denies a deed is who is said to have done it.
        let own_deed = cue.family == Family::Verb
            && denier.is_some()
            && tokens.start >= cue.core.end
            && reading.sentence_of(tokens.start) == cue.sentence;
        if candidate.subject.is_none() && needs_subject(candidate.form) && !own_deed {
            candidate.subject = about.clone();
        }
        let about = about.map(|subject| passage.party(&subject));
        if let Some(claim) = passage.claim_about(cue, denier, &candidate, about.as_ref()) {
            return Some(Told { tokens: named.unwrap_or(tokens), claim, form: candidate.form });
        }
    }
    None
}

/// Candidates in the order in which they are tried: the likeliest words first; of the same words a
/// noun of doing or happening before "there was", then what the linear model thinks.
fn ranked(scored: Vec<Scored>) -> Vec<Candidate> {
    let mut best: BTreeMap<Option<(usize, usize)>, f32> = BTreeMap::new();
    let key =
        |candidate: &Candidate| candidate.tokens.as_ref().map(|tokens| (tokens.start, tokens.end));
    for scored in &scored {
        let known = best.entry(key(&scored.candidate)).or_insert(f32::NEG_INFINITY);
        *known = known.max(scored.linear);
    }
    let mut ranked: Vec<(f32, Scored)> = scored
        .into_iter()
        .map(|scored| {
            let linear = best.get(&key(&scored.candidate)).copied().unwrap_or(0.0);
            (scored.share + LINEAR_DENIED * linear, scored)
        })
        .collect();
    ranked.sort_by(|(a, one), (b, other)| {
        let noun = |scored: &Scored| scored.candidate.form == Form::Noun;
        b.total_cmp(a)
            .then(key(&one.candidate).cmp(&key(&other.candidate)))
            .then(noun(other).cmp(&noun(one)))
            .then(other.linear.total_cmp(&one.linear))
    });
    ranked.into_iter().map(|(_, scored)| scored.candidate).collect()
}

/// A candidate with what both models think of it.
struct Scored {
    share: f32,
    linear: f32,
    candidate: Candidate,
}

/// "The inquiry found no bribery": who looked for it in vain is not whom the claim is about.
fn is_finder(cue: &Cue, denier: Option<&Range<usize>>, subject: &Range<usize>) -> bool {
    let overlaps =
        denier.is_some_and(|denier| denier.start < subject.end && subject.start < denier.end);
    cue.family == Family::Evidence && overlaps
}

/// The noun phrase that the encoder's subject begins with, as far as it points.
fn subject_phrase(reading: &Reading, pointed: &Range<usize>) -> Option<Range<usize>> {
    let phrase = pointed
        .clone()
        .find_map(|token| reading.phrase_of(token))
        .and_then(|number| reading.phrases.get(number))?;
    let plain = |phrase: &NounPhrase| {
        phrase.kind != PhraseKind::Number && phrase.tokens.start < pointed.end
    };
    plain(phrase).then(|| denier::extended(reading, phrase, pointed.end.max(phrase.tokens.end)))
}

/// "The president had no plans for a visit": the words after a bare "no" are what there was none of,
/// and the clause that they stand in words the claim.
fn clause_of(cue: &Cue, clauses: &[Candidate], candidate: &Candidate) -> Option<Candidate> {
    let tokens = candidate.tokens.as_ref()?;
    let named = matches!(candidate.form, Form::Noun | Form::Existence | Form::Had);
    if cue.family != Family::Negation || !named || tokens.start != cue.tokens.end {
        return None;
    }
    let around = |clause: &&Candidate| {
        clause
            .tokens
            .as_ref()
            .is_some_and(|clause| clause.start <= cue.tokens.start && clause.end >= tokens.end)
    };
    clauses.iter().find(around).cloned()
}

/// Whether words of a form lack a subject of their own.
fn needs_subject(form: Form) -> bool {
    matches!(
        form,
        Form::Gerund
            | Form::Infinitive
            | Form::Noun
            | Form::Had
            | Form::Is
            | Form::Was
            | Form::Has
            | Form::Predicate
    )
}

/// How a run of words may become a sentence, the likeliest way first: its words, their form, and the
/// subject they name.
fn readings(
    reading: &Reading,
    cue: &Cue,
    run: &Range<usize>,
    has_subject: bool,
) -> Vec<(Range<usize>, Form, Option<Range<usize>>)> {
    let idle = |token: usize| {
        matches!(reading.tag(token), Tag::Adverb | Tag::Quote | Tag::Punctuation)
            && reading.lower(token) != "there"
            || reading.lower(token) == "that" && reading.tag(token) == Tag::Subordinator
    };
    let Some(first) = run.clone().find(|&token| !idle(token)) else { return Vec::new() };
    let phrase = reading.phrase_of(first).and_then(|number| reading.phrases.get(number));
    if let Some(phrase) = phrase.filter(|phrase| phrase.tokens.end + 1 < run.end) {
        let (join, after) = (phrase.tokens.end, phrase.tokens.end + 1);
        let word = reading.lower(join);
        // "reports of a crash": what the report is about.
        if lexicon().is_shell(reading.lower(phrase.head)) && lexicon().is_join(word) {
            return readings(reading, cue, &(after..run.end), has_subject);
        }
        // "the mayor of taking bribes", "the bridge as unsafe": what somebody was accused of.
        if matches!(word, "of" | "for") && is_doing(reading, after) {
            return vec![(after..run.end, Form::Gerund, Some(phrase.tokens.clone()))];
        }
        // "the mayor of involvement in the sale"
        let deed = reading.phrase_of(after).and_then(|number| reading.phrases.get(number));
        if word == "of"
            && deed.is_some_and(|deed| lexicon().noun(reading.lower(deed.head)).is_some())
        {
            return vec![(after..run.end, Form::Noun, Some(phrase.tokens.clone()))];
        }
        if word == "as" && !(after..run.end).any(|token| is_finite(reading, token)) {
            let form = if is_doing(reading, after) { Form::Gerund } else { Form::Is };
            return vec![(after..run.end, form, Some(phrase.tokens.clone()))];
        }
    }
    // "he lied", "they really believe": after such a pronoun any verb tells a time.
    let verb = (first + 1..run.end).find(|&token| reading.tag(token) != Tag::Adverb);
    let told = matches!(reading.lower(first), "he" | "she" | "they" | "we" | "i" | "it")
        && verb.is_some_and(|verb| {
            matches!(reading.tag(verb), Tag::VerbParticiple | Tag::VerbBase | Tag::VerbPresent)
        });
    let finite = told || (first + 1..run.end).any(|token| is_finite(reading, token));
    let holds_cue = run.start <= cue.anchor && cue.anchor < run.end;
    let negated = run.clone().any(|token| is_negation(reading, token));
    let forms: &[Form] = match reading.tag(first) {
        _ if holds_cue && negated => &[Form::Negated],
        _ if is_doing(reading, first) && (!finite || phrase.is_none()) => &[Form::Gerund],
        Tag::To => &[Form::Infinitive],
        Tag::VerbBase
        | Tag::VerbPast
        | Tag::VerbParticiple
        | Tag::VerbPresent
        | Tag::Auxiliary
        | Tag::Modal => &[Form::Predicate],
        _ if finite => &[Form::Clause],
        Tag::Adjective if phrase.is_none() => &[Form::Is],
        _ if has_subject => &[Form::Noun, Form::Had],
        _ => &[Form::Noun, Form::Existence],
    };
    forms.iter().map(|&form| (run.clone(), form, None)).collect()
}

/// Whether a word tells a deed as a gerund does: "taking", "being".
fn is_doing(reading: &Reading, token: usize) -> bool {
    reading.tag(token) == Tag::VerbIng || matches!(reading.lower(token), "being" | "having")
}

/// Whether a word is a verb that tells a time.
fn is_finite(reading: &Reading, token: usize) -> bool {
    matches!(reading.tag(token), Tag::VerbPast | Tag::VerbPresent | Tag::Auxiliary | Tag::Modal)
        && !is_doing(reading, token)
}

#[cfg(test)]
mod tests {
    use crate::pipeline::Gear;
    use crate::pipeline::claims::passage_denials;

    #[test]
    fn the_clause_around_a_bare_no_words_the_claim() {
        let found = passage_denials(
            Gear::Accurate,
            "The palace spokeswoman Sarah Marn said the president had no plans for a visit to the \
             port.\n\nRoth said there has been no direct contact with the rebels.",
        );
        let claims: Vec<&str> = found.iter().map(|denial| denial.claim.as_str()).collect();
        assert_eq!(
            claims,
            [
                "The president had plans for a visit to the port.",
                "There has been direct contact with the rebels."
            ]
        );
    }
}
