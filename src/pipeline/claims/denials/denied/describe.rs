//! What speaks for and against a candidate: the features its model weighs.

use std::ops::Range;

use super::Finder;
use crate::pipeline::claims::denials::cue::Cue;
use crate::pipeline::claims::denials::denier::{attributive, phrases_in, tag_name};
use crate::pipeline::claims::denials::extent::{is_negation, window};
use crate::pipeline::claims::denials::features::Features;
use crate::pipeline::claims::wording::Form;
use crate::pipeline::lexicon::wording::lexicon;
use crate::pipeline::text::{PhraseKind, Reading, Tag};

impl Finder<'_> {
    pub(super) fn describe(
        &self,
        tokens: &Range<usize>,
        form: Form,
        has_subject: bool,
        place: &str,
        how: &str,
    ) -> Features {
        let reading = self.reading;
        let cue = self.cue;
        let family = cue.family.as_str();
        let mut features = Features::new();
        let form = form.as_str();
        features.add2("form.place", form, place);
        features.add3("how", how, place, family);
        features.add3("how.object", how, place, self.has_object);
        features.add2("rule.how", cue.rule, how);
        features.add3("anchor.how", reading.lower(cue.anchor), how, place);
        features.add3("relative", self.relative, how, place);
        features.add3("relative.form", self.relative, form, place);
        features.add3("rule.place", cue.rule, place, attributive(reading, cue));
        let length = match tokens.len() {
            1 => "1",
            2 => "2",
            3..=4 => "3",
            5..=7 => "5",
            8..=12 => "8",
            13..=20 => "13",
            21..=35 => "21",
            _ => "36",
        };
        features.add3("length", length, form, place);
        features.add2("length.how", length, how);
        let finite = tokens.clone().any(|token| {
            matches!(
                reading.tag(token),
                Tag::VerbPast | Tag::VerbPresent | Tag::Auxiliary | Tag::Modal
            )
        });
        features.add3("finite", if finite { "yes" } else { "no" }, form, how);
        features.add2("first.tag", tag_name(reading.tag(tokens.start)), form);
        features.add2("first.word", reading.lower(tokens.start), form);
        features.add2("last.next", reading.lower(tokens.end), how);
        if tokens.start > 0 {
            features.add2("previous", reading.lower(tokens.start - 1), how);
        }
        features.add2("subject", if has_subject { "own" } else { "denier" }, how);
        let head = reading.phrase_of(tokens.start).and_then(|number| reading.phrases.get(number));
        if let Some(phrase) = head {
            let word = reading.lower(phrase.head);
            let kind = match phrase.kind {
                PhraseKind::Name => "name",
                PhraseKind::Pronoun => word,
                PhraseKind::Common => "common",
                PhraseKind::Number => "number",
            };
            features.add3("phrase", kind, form, how);
            if phrase.kind == PhraseKind::Common {
                features.add2("head", word, form);
                let shell = if lexicon().is_shell(word) { "shell" } else { "plain" };
                features.add3("shell", shell, form, how);
            }
            let whole = if phrase.tokens.end == tokens.end { "whole" } else { "more" };
            features.add3("phrase.whole", whole, form, how);
        }
        let negated = tokens.clone().any(|token| is_negation(reading, token));
        features.add3("negated", if negated { "yes" } else { "no" }, form, how);
        let quoted = reading.quotation_of(tokens.start).is_some();
        let cue_quoted = reading.quotation_of(cue.anchor).is_some();
        features.add3(
            "quoted",
            if quoted { "q" } else { "-" },
            if cue_quoted { "q" } else { "-" },
            place,
        );
        let accusing = tokens.clone().any(|token| {
            lexicon().is_shell(reading.lower(token))
                || matches!(
                    reading.lemma(token),
                    "accuse" | "allege" | "claim" | "charge" | "report"
                )
        });
        features.add3("accusing", if accusing { "yes" } else { "no" }, form, place);
        // Words that both the cue's sentence and the candidate's share.
        if (place.starts_with("back") || place == "next")
            && let Some(sentence) = window(reading, cue.anchor)
        {
            let shared = tokens
                .clone()
                .filter(|&token| matches!(reading.tag(token), Tag::Noun | Tag::Name))
                .filter(|&token| {
                    sentence.clone().any(|other| reading.lower(other) == reading.lower(token))
                })
                .count();
            features.add3(
                "shared",
                match shared {
                    0 => "0",
                    1 => "1",
                    2 => "2",
                    _ => "3",
                },
                how,
                place,
            );
        }
        features
    }
}

/// What the cue's object is: a shell noun, a pronoun, a mark …
pub(super) fn object_word(reading: &Reading, at: usize, end: usize) -> &'static str {
    let mut at = at;
    while at < end && matches!(reading.tag(at), Tag::Adverb | Tag::Quote) {
        at += 1;
    }
    if at >= end {
        return "end";
    }
    if let Some(phrase) = reading.phrase_of(at).and_then(|number| reading.phrases.get(number)) {
        let word = reading.lower(phrase.head);
        return if phrase.kind == PhraseKind::Pronoun || matches!(word, "this" | "these" | "those") {
            "pronoun"
        } else if lexicon().is_shell(word) {
            if lexicon().is_join(reading.lower(phrase.tokens.end)) { "shell_join" } else { "shell" }
        } else if lexicon().noun(word).is_some() {
            "doing"
        } else {
            "phrase"
        };
    }
    match reading.tag(at) {
        Tag::VerbIng => "gerund",
        Tag::Subordinator => "that",
        Tag::Punctuation => "mark",
        Tag::Preposition => "preposition",
        _ => "other",
    }
}

/// What the subject of the cue follows: "which", a noun for a report, or neither.
pub(super) fn relative(reading: &Reading, cue: &Cue, bounds: &Range<usize>) -> &'static str {
    let subject = phrases_in(reading, &(bounds.start..cue.tokens.start))
        .filter(|phrase| phrase.tokens.end <= cue.tokens.start)
        .last();
    let Some(subject) = subject else { return "none" };
    let Some(before) = subject.tokens.start.checked_sub(1).filter(|&before| before >= bounds.start)
    else {
        return "first";
    };
    match reading.lower(before) {
        "which" => "which",
        "that" => "that",
        "," | "—" | "(" => "mark",
        word if lexicon().is_shell(word) => "shell",
        _ => "other",
    }
}
