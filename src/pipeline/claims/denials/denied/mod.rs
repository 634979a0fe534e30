//! Cue → what may be denied: clauses, gerunds and nouns around it and in the sentences before.

use std::ops::Range;

mod around;
mod describe;
mod object;

use describe::{object_word, relative};

use super::cue::Cue;
use super::extent::{clause_end, clip, is_negation, is_verb, window};
use super::features::Features;
use crate::pipeline::claims::speech::{self, Speech};
use crate::pipeline::claims::wording::Form;
use crate::pipeline::lexicon::denial::Family;
use crate::pipeline::text::{Reading, Tag};

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
    let Some(bounds) = window(reading, cue.anchor) else {
        return Vec::new();
    };
    let speeches = speech::near(speeches, cue.sentence);
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
        let previous = clip(&previous.tokens, previous.tokens.end);
        finder.inside(&previous, place);
        finder.whole(&previous, place, speeches);
    }
    if let Some(next) = reading.sentences.get(cue.sentence + 1) {
        let next = clip(&next.tokens, next.tokens.start);
        finder.inside(&next, "next");
        finder.whole(&next, "next", speeches);
        if next.clone().take(30).any(|token| is_negation(reading, token)) {
            let end = clause_end(reading, next.start, next.end);
            finder.add(next.start..end, Form::Negated, None, "next", "negated");
        }
    }
    if matches!(finder.relative, "shell" | "which")
        && matches!(cue.family, Family::Verb)
        && matches!(has_object, "end" | "mark" | "other" | "that" | "preposition")
    {
        finder.keep_antecedents(&bounds);
    }
    finder.found
}

impl Finder<'_> {
    /// "allegations he has denied": what is denied stands before it in the sentence, if anywhere.
    fn keep_antecedents(&mut self, bounds: &Range<usize>) {
        let before = bounds.start..self.cue.tokens.start;
        let stands = |candidate: &Candidate| {
            candidate
                .tokens
                .as_ref()
                .is_some_and(|tokens| before.contains(&tokens.start) && tokens.end <= before.end)
        };
        if self.found.iter().any(stands) {
            self.found.retain(stands);
        }
    }

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
    // "the bank was closed were false": another verdict on the same words.
    if let Some(verdict) = (start + 2..end).find(|&token| {
        token + 3 >= end
            && reading.tag(token) == Tag::Auxiliary
            && matches!(
                reading.lower(end - 1),
                "false" | "untrue" | "baseless" | "fake" | "unfounded" | "groundless"
            )
    }) {
        end = verdict;
    }
    start..end
}
