//! Cue → what may be denied: clauses, gerunds and nouns around it and in the sentences before.

use std::ops::Range;

use super::cue::Cue;
use super::denier::{phrases_in, tag_name};
use super::features::Features;
use crate::pipeline::claims::speech::Speech;
use crate::pipeline::claims::wording::Form;
use crate::pipeline::lexicon::denial::Family;
use crate::pipeline::lexicon::wording::lexicon;
use crate::pipeline::text::{PhraseKind, Reading, Tag};

/// Words that may be what is denied.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The words; `None` where the passage does not say what is denied.
    pub tokens: Option<Range<usize>>,
    /// How they become a sentence.
    pub form: Form,
    /// Whom the sentence is about where the words do not say; the denier where `None`.
    pub subject: Option<Range<usize>>,
    /// What speaks for and against.
    pub features: Features,
}

/// How far back the denied thing may have been told, in sentences.
const BACK: usize = 3;

struct Finder<'f> {
    reading: &'f Reading<'f>,
    cue: &'f Cue,
    found: Vec<Candidate>,
    seen: std::collections::HashSet<(usize, usize, &'static str)>,
    has_object: &'static str,
    /// Whether the cue's own clause hangs on what it denies: "allegations he has denied".
    relative: &'static str,
}

/// All that may be denied at `cue`; the first says that nothing is told.
pub fn candidates(reading: &Reading, cue: &Cue, speeches: &[Speech]) -> Vec<Candidate> {
    let Some(sentence) = reading.sentences.get(cue.sentence) else {
        return Vec::new();
    };
    let bounds = sentence.tokens.clone();
    let has_object = object_word(reading, cue.core.end, bounds.end);
    let mut finder = Finder {
        reading,
        cue,
        found: Vec::new(),
        seen: Default::default(),
        has_object,
        relative: relative(reading, cue, &bounds),
    };
    let mut nothing = Features::new();
    nothing.add("nothing", cue.family.as_str());
    nothing.add("nothing.rule", cue.rule);
    nothing.add("nothing.object", has_object);
    nothing.add("nothing.anchor", reading.lower(cue.anchor));
    nothing.add("nothing.first", if cue.sentence == 0 { "yes" } else { "no" });
    finder.found.push(Candidate {
        tokens: None,
        form: Form::Clause,
        subject: None,
        features: nothing,
    });

    finder.after(cue.core.end, bounds.end, "after");
    finder.inside(&(bounds.start..cue.core.start), "same_before");
    finder.inside(&(cue.core.end..bounds.end), "same_after");
    finder.before(&bounds);
    if matches!(cue.family, Family::Negation | Family::Predicate | Family::Noun | Family::Evidence)
    {
        finder.contradicted(&bounds);
    }
    for distance in 1..=BACK {
        let Some(previous) =
            cue.sentence.checked_sub(distance).and_then(|number| reading.sentences.get(number))
        else {
            break;
        };
        let place = ["", "back1", "back2", "back3"].get(distance).copied().unwrap_or("back");
        finder.inside(&previous.tokens.clone(), place);
        finder.whole(&previous.tokens.clone(), place, speeches);
    }
    if let Some(next) = reading.sentences.get(cue.sentence + 1) {
        let next = next.tokens.clone();
        finder.inside(&next, "next");
        finder.whole(&next, "next", speeches);
        if next.clone().take(30).any(|token| is_negation(reading, token)) {
            let end = clause_end(reading, next.start, next.end);
            finder.add(next.start..end, Form::Negated, None, "next", "negated");
        }
    }
    finder.found
}

impl Finder<'_> {
    fn add(
        &mut self,
        tokens: Range<usize>,
        form: Form,
        subject: Option<Range<usize>>,
        place: &str,
        how: &str,
    ) {
        let tokens = trim_marks(self.reading, tokens);
        if tokens.is_empty() || tokens.len() > 70 || self.found.len() > 90 {
            return;
        }
        // An adverbial clause tells when and how, not what.
        if matches!(
            self.reading.lower(tokens.start),
            "while"
                | "when"
                | "as"
                | "amid"
                | "although"
                | "though"
                | "because"
                | "after"
                | "before"
        ) {
            return;
        }
        let reading = self.reading;
        let finite = tokens.clone().any(|token| {
            matches!(
                reading.tag(token),
                Tag::VerbPast | Tag::VerbPresent | Tag::Auxiliary | Tag::Modal
            )
        });
        let verb = finite || tokens.clone().any(|token| is_verb(reading.tag(token)));
        let fits = match form {
            // A clause has a verb that is not its first word.
            Form::Clause | Form::Negated => verb && tokens.len() > 1,
            // A thing has none, or it is no thing but a clause.
            Form::Existence | Form::Real | Form::Had => !finite,
            _ => true,
        };
        if !fits {
            return;
        }
        // What holds the cue itself is told by its negation, nothing else.
        let holds_cue = tokens.start <= self.cue.anchor && self.cue.anchor < tokens.end;
        if holds_cue && form != Form::Negated {
            return;
        }
        if !self.seen.insert((tokens.start, tokens.end, form.as_str())) {
            return;
        }
        let features = self.describe(&tokens, form, subject.is_some(), place, how);
        self.found.push(Candidate { tokens: Some(tokens), form, subject, features });
    }

    fn describe(
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
        features.add3("rule.place", cue.rule, place, attributive_mark(reading, cue));
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
            && let Some(sentence) = reading.sentences.get(cue.sentence)
        {
            let shared = tokens
                .clone()
                .filter(|&token| matches!(reading.tag(token), Tag::Noun | Tag::Name))
                .filter(|&token| {
                    sentence
                        .tokens
                        .clone()
                        .any(|other| reading.lower(other) == reading.lower(token))
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

    /// What follows the cue: its object, or the clause it introduces.
    fn after(&mut self, from: usize, end: usize, place: &str) {
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
    fn object(&mut self, at: usize, end: usize, place: &str) {
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
    fn joined(&mut self, join: usize, end: usize, place: &str) {
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
    fn clauses(
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
    fn inside(&mut self, bounds: &Range<usize>, place: &str) {
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
    fn accusation(&mut self, verb: usize, end: usize, place: &str) {
        let reading = self.reading;
        let limit = end.min(verb + 16);
        let Some(of) =
            (verb + 1..limit).find(|&token| matches!(reading.lower(token), "of" | "with" | "for"))
        else {
            return;
        };
        let accused = if of > verb + 1 {
            phrases_in(reading, &(verb + 1..of))
                .next()
                .map(|phrase| super::denier::extended(reading, phrase, of))
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

    fn subject_before(&self, token: usize) -> Option<Range<usize>> {
        let start = self.reading.sentences.get(self.reading.sentence_of(token))?.tokens.start;
        self.subject_before_in(token, start)
    }

    /// The noun phrase nearest before a verb that is no object of a preposition.
    fn subject_before_in(&self, token: usize, start: usize) -> Option<Range<usize>> {
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
            .map(|phrase| super::denier::extended(reading, phrase, token))
    }

    /// What stands before the cue in its sentence: "the claim that … is false", "…, which Lind denied".
    fn before(&mut self, bounds: &Range<usize>) {
        let reading = self.reading;
        let cue = self.cue;
        let end = cue.tokens.start;
        if end <= bounds.start {
            return;
        }
        if matches!(
            cue.family,
            Family::Predicate | Family::Noun | Family::Called | Family::Innocence | Family::Verb
        ) {
            // The subject of the predicate, with and without its shell noun.
            for phrase in phrases_in(reading, bounds) {
                if phrase.tokens.end > end {
                    break;
                }
                let shell = lexicon().is_shell(reading.lower(phrase.head));
                let after = phrase.tokens.end;
                if shell && after < end {
                    if lexicon().is_join(reading.lower(after)) {
                        self.joined(after, end, "subject");
                    } else if reading.phrase_of(after).is_some() {
                        self.add(after..end, Form::Clause, None, "subject", "shell_bare");
                    }
                } else if after + 3 >= end && phrase.kind != PhraseKind::Pronoun {
                    self.add(phrase.tokens.start..end, Form::Real, None, "subject", "real");
                    self.add(phrase.tokens.start..end, Form::Existence, None, "subject", "exists");
                    self.add(phrase.tokens.start..end, Form::Noun, None, "subject", "event");
                }
            }
        }
        // A clause before a comma or dash: what the cue's own clause comments on.
        let commas: Vec<usize> = (bounds.start..end)
            .filter(|&token| {
                matches!(reading.lower(token), "," | "—" | "–" | "-" | ";" | ":" | "(" | "but")
            })
            .collect();
        for &comma in commas.iter().rev().take(3) {
            self.add(bounds.start..comma, Form::Clause, None, "same", "main_clause");
            if let Some(&earlier) = commas.iter().rev().find(|&&token| token < comma) {
                self.add(earlier + 1..comma, Form::Clause, None, "same", "middle_clause");
            }
        }
    }

    /// The clause around a negation, said positively.
    fn contradicted(&mut self, bounds: &Range<usize>) {
        let reading = self.reading;
        let anchor = self.cue.anchor;
        let negation = (self.cue.core.start..bounds.end.min(self.cue.core.end + 4))
            .find(|&token| is_negation(reading, token))
            .unwrap_or(anchor);
        let end = clause_end(reading, negation + 1, bounds.end);
        // Where the clause begins: after "that", a mark, or a verb of saying.
        let mut starts = vec![bounds.start];
        for token in bounds.start..negation {
            let opens = is_that(reading, token)
                || matches!(reading.tag(token), Tag::Punctuation | Tag::Quote | Tag::Conjunction)
                || (is_verb(reading.tag(token))
                    && matches!(
                        reading.lemma(token),
                        "say"
                            | "insist"
                            | "tell"
                            | "claim"
                            | "add"
                            | "maintain"
                            | "argue"
                            | "state"
                            | "assert"
                    ))
                || matches!(reading.lower(token), "because" | "but" | "while");
            if opens {
                starts.push(token + 1);
            }
        }
        for (rank, &start) in starts.iter().rev().take(4).enumerate() {
            let how = ["negated0", "negated1", "negated2", "negated3"]
                .get(rank)
                .copied()
                .unwrap_or("negated");
            self.add(start..end, Form::Negated, None, "own", how);
            if let Some(comma) = (negation + 2..end).find(|&token| reading.lower(token) == ",") {
                self.add(start..comma, Form::Negated, None, "own", "negated.short");
            }
        }
    }

    /// A whole sentence, or what was said in it.
    fn whole(&mut self, bounds: &Range<usize>, place: &str, speeches: &[Speech]) {
        let reading = self.reading;
        for speech in speeches {
            for content in &speech.contents {
                if content.start >= bounds.start && content.start < bounds.end {
                    let end = content.end.min(bounds.end);
                    self.clauses(content.start, end, Form::Clause, None, place, "content");
                }
            }
        }
        let start = bounds.start;
        self.clauses(start, bounds.end, Form::Clause, None, place, "whole");
        if let Some(comma) = bounds.clone().find(|&token| reading.lower(token) == ",") {
            self.add(comma + 1..bounds.end, Form::Clause, None, place, "whole.tail");
        }
        // The words inside the first quotation of the sentence.
        if let Some(number) = bounds.clone().find_map(|token| reading.quotation_of(token))
            && let Some(quotation) = reading.quotations.get(number)
        {
            let from = quotation.tokens.start.max(bounds.start);
            let to = quotation.tokens.end.min(bounds.end);
            self.add(from..to, Form::Clause, None, place, "quoted");
        }
    }
}

fn trim_marks(reading: &Reading, tokens: Range<usize>) -> Range<usize> {
    let (mut start, mut end) = (tokens.start, tokens.end.min(reading.tokens.len()));
    while start < end
        && matches!(reading.tag(start), Tag::Punctuation | Tag::Quote)
        && reading.lower(start) != "$"
    {
        start += 1;
    }
    while end > start
        && (matches!(reading.tag(end - 1), Tag::Punctuation | Tag::Quote)
            && reading.lower(end - 1) != "%"
            || matches!(
                reading.lower(end - 1),
                "and"
                    | "but"
                    | "that"
                    | "which"
                    | "is"
                    | "are"
                    | "was"
                    | "were"
                    | "entirely"
                    | "completely"
                    | "totally"
            ))
    {
        end -= 1;
    }
    start..end
}

/// What the cue's object is: a shell noun, a pronoun, a mark …
fn object_word(reading: &Reading, at: usize, end: usize) -> &'static str {
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
fn relative(reading: &Reading, cue: &Cue, bounds: &Range<usize>) -> &'static str {
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

fn attributive_mark(reading: &Reading, cue: &Cue) -> &'static str {
    super::denier::attributive(reading, cue)
}

fn is_that(reading: &Reading, token: usize) -> bool {
    reading.lower(token) == "that"
        && !matches!(reading.tag(token + 1), Tag::Punctuation | Tag::VerbPast)
        && reading.tag(token) != Tag::Pronoun
}

fn is_verb(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::VerbBase | Tag::VerbPresent | Tag::VerbPast | Tag::VerbParticiple | Tag::VerbIng
    )
}

fn is_participle_use(reading: &Reading, verb: usize) -> bool {
    reading.tag(verb) == Tag::VerbParticiple
}

/// Whether a finite verb comes soon, so that the phrase before it is a subject.
fn verb_follows(reading: &Reading, from: usize, end: usize) -> bool {
    let mut at = from;
    let stop = end.min(from + 7);
    while at < stop {
        match reading.tag(at) {
            Tag::VerbPast | Tag::VerbPresent | Tag::Auxiliary | Tag::Modal => return true,
            Tag::Adverb
            | Tag::Preposition
            | Tag::Determiner
            | Tag::Noun
            | Tag::Name
            | Tag::Adjective
            | Tag::Possessive
            | Tag::Number
            | Tag::Negation => at += 1,
            _ => return false,
        }
    }
    false
}

pub(super) fn is_negation(reading: &Reading, token: usize) -> bool {
    matches!(
        reading.lower(token),
        "not" | "n't" | "never" | "no" | "nothing" | "nobody" | "none" | "cannot" | "neither"
    )
}

/// Where a clause that begins at `at` is over: before a comment on it, or at the sentence's end.
pub fn clause_end(reading: &Reading, at: usize, end: usize) -> usize {
    let begun_in = reading.quotation_of(at);
    for token in at..end {
        let word = reading.lower(token);
        if token == at {
            continue;
        }
        match word {
            ";" | "—" | "–" | "..." | "…" | ":" => return token,
            "," | "-" | "”" | "\"" => {
                let next = reading.lower(token + 1);
                let comment = matches!(
                    next,
                    "which"
                        | "who"
                        | "saying"
                        | "calling"
                        | "insisting"
                        | "adding"
                        | "claiming"
                        | "arguing"
                        | "telling"
                        | "noting"
                        | "but"
                        | "although"
                        | "though"
                        | "while"
                        | "despite"
                        | "whereas"
                        | "describing"
                        | "dismissing"
                        | "labeling"
                        | "something"
                        | "an"
                        | "allegations"
                        | "charges"
                        | "accusations"
                        | "claims"
                        | "even"
                        | "according"
                        | "yet"
                        | "so"
                        | "instead"
                        | "citing"
                        | "as"
                        | "blaming"
                        | "a"
                        | "he"
                        | "she"
                        | "they"
                );
                let verb = (token + 1..end.min(token + 8)).find(|&later| {
                    matches!(
                        reading.lemma(later),
                        "say" | "tell" | "write" | "report" | "add" | "insist" | "tweet" | "claim"
                    ) && is_verb(reading.tag(later))
                });
                let closes =
                    |verb: usize| verb + 1 >= end || reading.tag(verb + 1) == Tag::Punctuation;
                let speaks = verb.is_some_and(|verb| {
                    reading.quotation_of(token + 1) != begun_in || closes(verb)
                });
                if comment || speaks {
                    return token;
                }
                if matches!(word, "”" | "\"")
                    && begun_in.is_some()
                    && reading.quotation_of(token + 1) != begun_in
                {
                    return token;
                }
            }
            "and" | "but" => {
                let next = token + 1;
                let new_statement = is_verb(reading.tag(next))
                    && matches!(
                        reading.lemma(next),
                        "say"
                            | "call"
                            | "add"
                            | "insist"
                            | "tell"
                            | "claim"
                            | "accuse"
                            | "describe"
                            | "argue"
                            | "dismiss"
                            | "blame"
                    )
                    || matches!(reading.lower(next), "has" | "said" | "that" | "instead" | "also")
                        && reading.lower(next) != "that";
                if new_statement {
                    return token;
                }
            }
            "although" | "though" | "despite" | "whereas" | "amid" => return token,
            _ => {}
        }
    }
    end
}

/// How far the phrases that hang on one reach.
fn phrase_reach(reading: &Reading, from: usize, end: usize) -> usize {
    let mut at = from;
    while at < end {
        match reading.tag(at) {
            Tag::Preposition | Tag::To | Tag::Possessive | Tag::Quote => at += 1,
            Tag::Determiner
            | Tag::Adjective
            | Tag::Noun
            | Tag::Name
            | Tag::Number
            | Tag::Pronoun => at += 1,
            Tag::VerbIng if at > from && matches!(reading.tag(at - 1), Tag::Preposition) => at += 1,
            Tag::Conjunction
                if matches!(
                    reading.tag(at + 1),
                    Tag::Noun | Tag::Name | Tag::Adjective | Tag::Determiner | Tag::Possessive
                ) =>
            {
                at += 1
            }
            _ => break,
        }
    }
    at
}
