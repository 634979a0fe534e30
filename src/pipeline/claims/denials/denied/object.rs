//! What stands after a cue or a verb of accusing: objects, clauses, joined propositions.

use std::ops::Range;

use super::Finder;
use crate::pipeline::claims::denials::denier::{extended, phrases_in};
use crate::pipeline::claims::denials::extent::{
    clause_end, is_participle_use, is_that, is_verb, phrase_reach, verb_follows, window,
};
use crate::pipeline::claims::wording::Form;
use crate::pipeline::lexicon::denial::Family;
use crate::pipeline::lexicon::wording::lexicon;
use crate::pipeline::text::{PhraseKind, Tag};

impl Finder<'_> {
    /// What follows the cue: its object, or the clause it introduces.
    pub(super) fn after(&mut self, from: usize, end: usize, place: &str) {
        let reading = self.reading;
        let mut at = from;
        while at < end && matches!(reading.tag(at), Tag::Adverb | Tag::Quote) {
            at += 1;
        }
        // "falsely claimed that", "no evidence to suggest that": step over the verb.
        if self.cue.family == Family::Adverb && is_verb(reading.tag(at)) {
            let verb = at;
            at += 1;
            if matches!(
                reading.lemma(verb),
                "accuse" | "blame" | "charge" | "suspect" | "link" | "tie"
            ) {
                self.accusation(verb, end, place);
            }
            if is_participle_use(reading, verb) {
                // "was falsely linked to the plot"
                if let Some(subject) = self.subject_before(self.cue.core.start) {
                    self.add(
                        verb..clause_end(reading, verb, end),
                        Form::Is,
                        Some(subject),
                        place,
                        "participle",
                    );
                }
            }
        }
        if self.cue.family == Family::Evidence || self.cue.family == Family::Lying {
            let mut steps = 0;
            while at < end
                && steps < 4
                && matches!(
                    reading.lower(at),
                    "to" | "whatsoever"
                        | "support"
                        | "suggest"
                        | "indicate"
                        | "back"
                        | "up"
                        | "show"
                        | "prove"
                        | "for"
                        | "of"
                        | "about"
                        | "at"
                        | "all"
                        | "linking"
                        | "suggesting"
                        | "supporting"
                        | "when"
                        | "by"
                        | "in"
                        | "it"
                        | "backing"
                        | "that"
                )
            {
                let word = reading.lower(at);
                at += 1;
                steps += 1;
                if word == "that" {
                    break;
                }
            }
        }
        if at >= end {
            return;
        }
        self.object(at, end, place);
        // "denied to reporters that", "denied on Monday that": the first "that" later on.
        if let Some(that) = (at..end.min(at + 14)).find(|&token| is_that(reading, token))
            && that > at
        {
            self.clauses(that + 1, end, Form::Clause, None, place, "later_that");
        }
        if let Some(join) = (at..end.min(at + 12)).find(|&token| {
            token > at
                && matches!(
                    reading.lower(token),
                    "suggesting"
                        | "claiming"
                        | "indicating"
                        | "alleging"
                        | "saying"
                        | "implying"
                        | "of"
                        | "about"
                        | "regarding"
                        | "against"
                        | "between"
                        | "surrounding"
                        | "by"
                )
        }) {
            self.joined(join, end, place);
        }
    }

    /// A clause, gerund, infinitive or noun phrase that begins at `at`.
    pub(super) fn object(&mut self, at: usize, end: usize, place: &str) {
        let reading = self.reading;
        if is_that(reading, at) {
            self.clauses(at + 1, end, Form::Clause, None, place, "that");
            return;
        }
        if reading.tag(at) == Tag::VerbIng {
            self.clauses(at, end, Form::Gerund, None, place, "gerund");
            return;
        }
        if matches!(reading.lower(at), "ever" | "even" | "repeatedly" | "knowingly")
            && reading.tag(at + 1) == Tag::VerbIng
        {
            self.clauses(at + 1, end, Form::Gerund, None, place, "gerund");
            return;
        }
        if reading.lower(at) == "to" {
            self.clauses(at, end, Form::Infinitive, None, place, "to");
            return;
        }
        let Some(phrase) = reading.phrase_of(at).and_then(|number| reading.phrases.get(number))
        else {
            self.clauses(at, end, Form::Clause, None, place, "bare");
            return;
        };
        let head = phrase.head;
        let after = phrase.tokens.end;
        let shell = phrase.kind == PhraseKind::Common && lexicon().is_shell(reading.lower(head));
        if shell && after < end {
            self.joined(after, end, place);
            // "denied the report it had spied"
            if let Some(next) =
                reading.phrase_of(after).and_then(|number| reading.phrases.get(number))
                && next.tokens.start == after
                && verb_follows(reading, next.tokens.end, end)
            {
                self.clauses(after, end, Form::Clause, None, place, "shell_bare");
            }
        }
        if verb_follows(reading, after, end) {
            self.clauses(at, end, Form::Clause, None, place, "bare_clause");
        }
        // "the allegations against him", "involvement in the sale": as far as the phrase hangs together.
        for (stop, reach) in
            [(phrase_reach(reading, after, end), "reach"), (clause_end(reading, after, end), "far")]
        {
            let tokens = at..stop;
            for form in [Form::Noun, Form::Had, Form::Existence, Form::Real] {
                self.add(
                    tokens.clone(),
                    form,
                    None,
                    place,
                    if reach == "reach" { "noun" } else { "noun_far" },
                );
            }
        }
        // "disputed Lind's claim that", "denied Lind had": an -ing after the phrase.
        if reading.tag(after) == Tag::VerbIng {
            let subject = phrase.tokens.clone();
            self.clauses(after, end, Form::Gerund, Some(subject), place, "noun_gerund");
        }
    }

    /// A join word and what it introduces: "suggesting that …", "of taking …".
    pub(super) fn joined(&mut self, join: usize, end: usize, place: &str) {
        let reading = self.reading;
        let word = reading.lower(join);
        if !lexicon().is_join(word)
            && !matches!(
                word,
                "by" | "against" | "between" | "surrounding" | "to" | "made" | "levied"
            )
        {
            return;
        }
        let at = join + 1;
        if at >= end {
            return;
        }
        match word {
            "that" | "suggesting" | "claiming" | "indicating" | "alleging" | "saying"
            | "stating" | "asserting" | "implying" | "showing" => {
                let at = if is_that(reading, at) { at + 1 } else { at };
                self.clauses(at, end, Form::Clause, None, place, "join_that");
                if let Some(that) = (at..end.min(at + 8)).find(|&token| is_that(reading, token)) {
                    self.clauses(that + 1, end, Form::Clause, None, place, "join_later_that");
                }
            }
            "to" => self.clauses(join, end, Form::Infinitive, None, place, "join_to"),
            _ => {
                if reading.tag(at) == Tag::VerbIng {
                    self.clauses(at, end, Form::Gerund, None, place, "join_gerund");
                } else if let Some(phrase) =
                    reading.phrase_of(at).and_then(|number| reading.phrases.get(number))
                {
                    let after = phrase.tokens.end;
                    // "accusations by the union of taking bribes": what the union says.
                    let told_by = matches!(word, "by" | "from" | "made")
                        && matches!(reading.lower(after), "of" | "about");
                    if told_by && after + 1 < end && reading.tag(after + 1) == Tag::VerbIng {
                        self.clauses(after + 1, end, Form::Gerund, None, place, "join_gerund");
                    }
                    if reading.tag(after) == Tag::VerbIng {
                        self.clauses(
                            after,
                            end,
                            Form::Gerund,
                            Some(phrase.tokens.clone()),
                            place,
                            "join_noun_gerund",
                        );
                    }
                    let stop = phrase_reach(reading, after, end);
                    for form in [Form::Noun, Form::Existence, Form::Had] {
                        self.add(at..stop, form, None, place, "join_noun");
                    }
                    if let Some(that) =
                        (at..end.min(at + 14)).find(|&token| is_that(reading, token))
                    {
                        self.clauses(that + 1, end, Form::Clause, None, place, "join_phrase_that");
                    }
                    if verb_follows(reading, after, end) {
                        self.clauses(at, end, Form::Clause, None, place, "join_clause");
                    }
                }
            }
        }
    }

    /// The words from `at` as one form, ended early and late.
    pub(super) fn clauses(
        &mut self,
        at: usize,
        end: usize,
        form: Form,
        subject: Option<Range<usize>>,
        place: &str,
        how: &str,
    ) {
        if at >= end {
            return;
        }
        let reading = self.reading;
        let near = clause_end(reading, at, end);
        self.add(at..near, form, subject.clone(), place, how);
        if let Some(comma) = (at + 3..near).find(|&token| reading.lower(token) == ",") {
            self.add(at..comma, form, subject.clone(), place, &format!("{how}.short"));
        }
        if let Some(and) = (at + 3..near).find(|&token| {
            reading.lower(token) == "and"
                && (is_verb(reading.tag(token + 1)) || reading.tag(token + 1) == Tag::Pronoun)
        }) {
            self.add(at..and, form, subject, place, &format!("{how}.and"));
        }
    }

    /// Propositions that a sentence tells: after "that", after "accused of", after a shell noun.
    pub(super) fn inside(&mut self, bounds: &Range<usize>, place: &str) {
        let reading = self.reading;
        let own = bounds.contains(&self.cue.anchor);
        for token in bounds.clone() {
            if own && token >= self.cue.core.start && token < self.cue.core.end {
                continue;
            }
            let end =
                if own && token < self.cue.core.start { self.cue.tokens.start } else { bounds.end };
            let lemma = reading.lemma(token);
            if is_that(reading, token) && token > bounds.start {
                let previous = reading.lower(token - 1);
                let how = if lexicon().is_shell(previous) {
                    "shell_that"
                } else if matches!(
                    reading.lemma(token - 1),
                    "claim" | "allege" | "report" | "accuse" | "suggest" | "say" | "assert"
                ) {
                    "said_that"
                } else {
                    "other_that"
                };
                self.clauses(token + 1, end, Form::Clause, None, place, how);
            }
            if matches!(lemma, "accuse" | "suspect" | "charge" | "indict" | "convict" | "blame") {
                self.accusation(token, end, place);
            }
            if matches!(
                lemma,
                "allege"
                    | "rumor"
                    | "rumour"
                    | "report"
                    | "say"
                    | "claim"
                    | "believe"
                    | "purport"
                    | "think"
            ) && reading.lower(token + 1) == "to"
                && token + 2 < end
                && let Some(subject) = self.subject_before_in(token, bounds.start)
            {
                self.clauses(token + 1, end, Form::Infinitive, Some(subject), place, "said_to");
            }
            if matches!(lemma, "claim" | "allege" | "report" | "suggest" | "assert" | "insist")
                && !is_that(reading, token + 1)
                && is_verb(reading.tag(token))
                && reading.phrase_of(token + 1).is_some()
            {
                self.clauses(token + 1, end, Form::Clause, None, place, "said_bare");
            }
            if reading.tag(token) == Tag::Noun
                && lexicon().is_shell(reading.lower(token))
                && token + 1 < end
            {
                let next = reading.lower(token + 1);
                if next != "that" && lexicon().is_join(next) {
                    self.joined(token + 1, end, place);
                }
            }
        }
    }

    /// "accused Lind of taking …": what Lind is said to have done.
    pub(super) fn accusation(&mut self, verb: usize, end: usize, place: &str) {
        let reading = self.reading;
        let limit = end.min(verb + 16);
        let Some(of) =
            (verb + 1..limit).find(|&token| matches!(reading.lower(token), "of" | "with" | "for"))
        else {
            return;
        };
        let accused = if of > verb + 1 {
            phrases_in(reading, &(verb + 1..of)).next().map(|phrase| extended(reading, phrase, of))
        } else {
            self.subject_before(verb)
        };
        let at = of + 1;
        if at >= end {
            return;
        }
        let own = accused.clone();
        if reading.tag(at) == Tag::VerbIng {
            self.clauses(at, end, Form::Gerund, own, place, "accused");
            self.clauses(at, end, Form::Gerund, None, place, "accused_denier");
        } else {
            for form in [Form::Noun, Form::Had] {
                self.clauses(at, end, form, own.clone(), place, "accused_noun");
            }
        }
    }

    pub(super) fn subject_before(&self, token: usize) -> Option<Range<usize>> {
        let start = window(self.reading, token)?.start;
        self.subject_before_in(token, start)
    }

    /// The noun phrase nearest before a verb that is no object of a preposition.
    pub(super) fn subject_before_in(&self, token: usize, start: usize) -> Option<Range<usize>> {
        let reading = self.reading;
        let phrases: Vec<_> = phrases_in(reading, &(start..token))
            .filter(|phrase| phrase.tokens.end <= token)
            .collect();
        phrases
            .iter()
            .rev()
            .find(|phrase| {
                phrase.tokens.start == start
                    || !matches!(reading.tag(phrase.tokens.start - 1), Tag::Preposition | Tag::To)
            })
            .map(|phrase| extended(reading, phrase, token))
    }
}
