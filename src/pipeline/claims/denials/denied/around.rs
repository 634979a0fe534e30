//! What stands before a cue, around a negation, or in the sentences near it.

use std::ops::Range;

use super::Finder;
use crate::pipeline::claims::denials::denier::phrases_in;
use crate::pipeline::claims::denials::extent::{clause_end, is_negation, is_that, is_verb};
use crate::pipeline::claims::speech::Speech;
use crate::pipeline::claims::wording::Form;
use crate::pipeline::lexicon::denial::Family;
use crate::pipeline::lexicon::wording::lexicon;
use crate::pipeline::text::{PhraseKind, Tag};

impl Finder<'_> {
    /// What stands before the cue in its sentence: "the claim that … is false", "…, which Lind denied".
    pub(super) fn before(&mut self, bounds: &Range<usize>) {
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
    pub(super) fn contradicted(&mut self, bounds: &Range<usize>) {
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
    pub(super) fn whole(&mut self, bounds: &Range<usize>, place: &str, speeches: &[Speech]) {
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
