//! Words that tell when, and the cues near them → when statements and denials were said.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{DateExpression, find};
use crate::domain::{Claim, DateTimePrecision, Denial, Field, Span, StatedTime, Statement};
use crate::pipeline::lexicon::wording;
use crate::pipeline::text::{Reading, Tag};

/// Tokens between a cue and its date at most.
const REACH: usize = 16;
/// Tokens before a date that are looked at for the clause that it is in.
const CLAUSE: usize = 64;

/// Dates statements and denials by the words in the clause of their cue. One without such words stays
/// undated, and so does one of the day of publication, which the publication tells more exactly.
pub fn date(
    fields: &[(Field, &Reading)],
    published: Option<StatedTime>,
    statements: &mut [Statement],
    claims: &mut [Claim],
) {
    for &(field, reading) in fields {
        let mut clauses = Clauses { reading, published, found: BTreeMap::new() };
        for statement in statements.iter_mut().filter(|statement| statement.stated.is_none()) {
            let Some(cue) = statement.cue.filter(|cue| cue.field == field) else { continue };
            let own: Vec<Span> =
                statement.source.iter().chain(&statement.via_span).copied().collect();
            statement.stated = clauses.time_of(cue, &own, &statement.contents);
        }
        for denial in claims.iter_mut().flat_map(|claim| &mut claim.denials) {
            if denial.stated.is_none() {
                denial.stated = of_denial(denial, field, statements, &mut clauses);
            }
        }
    }
}

/// By its own cue, else as the statement whose cue it is.
fn of_denial(
    denial: &Denial,
    field: Field,
    statements: &[Statement],
    clauses: &mut Clauses,
) -> Option<StatedTime> {
    let mentions = || denial.mentions.iter().filter(|mention| mention.cue.field == field);
    let by_words = mentions().find_map(|mention| {
        let own: Vec<Span> = mention.denier.iter().chain(&mention.via).copied().collect();
        clauses.time_of(mention.cue, &own, mention.denied.as_slice())
    });
    by_words.or_else(|| {
        mentions().find_map(|mention| {
            let statement = statements.get(mention.statement?.0)?;
            statement.cue.filter(|cue| cue.overlaps(mention.cue))?;
            statement.stated
        })
    })
}

/// Words before "to" that look ahead.
const AHEAD: [&str; 18] = [
    "expected",
    "due",
    "set",
    "scheduled",
    "going",
    "likely",
    "plans",
    "planned",
    "planning",
    "ready",
    "prepared",
    "about",
    "supposed",
    "intends",
    "promised",
    "vowed",
    "wants",
    "refused",
];

/// Nouns of a way to speak, which a date behind them is of: "in a statement on Friday".
const SAYING: [&str; 14] = [
    "statement",
    "interview",
    "briefing",
    "conference",
    "press",
    "news",
    "television",
    "radio",
    "reporters",
    "journalists",
    "letter",
    "post",
    "tweet",
    "speech",
];

/// The words of a field that tell when, found in the sentences that are asked for.
struct Clauses<'r> {
    reading: &'r Reading<'r>,
    published: Option<StatedTime>,
    found: BTreeMap<usize, Vec<DateExpression>>,
}

impl Clauses<'_> {
    /// The time of the clause of a cue: of the nearest expression that no other clause, quotation or
    /// event stands between. `own` are words of whom the cue is, which may stand between; what is told
    /// in `contents` is the time of something else.
    fn time_of(&mut self, cue: Span, own: &[Span], contents: &[Span]) -> Option<StatedTime> {
        let reading = self.reading;
        let field = cue.field;
        if cue.is_empty() {
            return None;
        }
        let cue = reading.token_at(cue.start)..reading.token_at(cue.end - 1) + 1;
        if (cue.start.saturating_sub(2)..cue.end).any(|token| is_ahead(reading, token, &cue)) {
            return None;
        }
        let sentence = reading.sentence_of(cue.start);
        let tokens = reading.sentences.get(sentence)?.tokens.clone();
        let published = self.published;
        let found =
            self.found.entry(sentence).or_insert_with(|| find(reading, tokens.clone(), published));
        let first = found.partition_point(|date| date.tokens.end + REACH < cue.start);
        let near = found[first..]
            .iter()
            .take_while(|date| date.tokens.start <= cue.end + REACH)
            .filter(|date| {
                reading.quotation_of(date.tokens.start) == reading.quotation_of(cue.start)
            })
            .filter(|date| {
                let words = reading.span(date.tokens.clone()).map(|span| Span::new(field, span));
                words.is_some_and(|words| !contents.iter().any(|content| content.overlaps(words)))
            });
        let mut best: Option<(usize, StatedTime)> = None;
        for date in near {
            let (between, ahead) = if date.tokens.end <= cue.start {
                (date.tokens.end..cue.start, true)
            } else if date.tokens.start >= cue.end {
                (cue.end..date.tokens.start, false)
            } else {
                // "said in a statement on Sunday" is one cue.
                (cue.end..cue.end, false)
            };
            // "The minister, who was in Lorne on Monday, denied": the day of another clause.
            let apart = ahead && between.clone().any(|token| reading.word(token) == ",");
            let start = tokens.start.max(date.tokens.start.saturating_sub(CLAUSE));
            if apart && (start..date.tokens.start).any(|token| is_verb(reading.tag(token))) {
                continue;
            }
            let distance = between.len();
            if distance <= REACH
                && between
                    .into_iter()
                    .all(|token| is_of(reading, field, token, own) || passes(reading, token, ahead))
                && best.is_none_or(|(known, _)| distance < known)
            {
                best = Some((distance, date.time));
            }
        }
        let (_, time) = best?;
        // The day of publication is known more exactly from the publication.
        let is_news = time.precision != DateTimePrecision::Day
            || published.is_none_or(|it| it.at.date_naive() != time.at.date_naive());
        is_news.then_some(time)
    }
}

/// Whether a token at a cue tells that nothing has been said yet: "will deny on Monday", "is expected to
/// say on Monday".
fn is_ahead(reading: &Reading, token: usize, cue: &Range<usize>) -> bool {
    let modal = token + 1 >= cue.start && reading.tag(token) == Tag::Modal;
    modal || (AHEAD.contains(&reading.lower(token)) && reading.lower(token + 1) == "to")
}

fn is_verb(tag: Tag) -> bool {
    tag.is_verb() || tag.is_finite()
}

fn is_of(reading: &Reading, field: Field, token: usize, words: &[Span]) -> bool {
    let span = || reading.span(token..token + 1).map(|span| Span::new(field, span));
    !words.is_empty() && span().is_some_and(|span| words.iter().any(|it| it.contains(span)))
}

/// Whether a token may stand between a cue and its date: ahead of the cue the subject may, behind it only
/// what names no event that the date could be of.
fn passes(reading: &Reading, token: usize, ahead: bool) -> bool {
    let tag = reading.tag(token);
    match tag {
        Tag::Determiner | Tag::Pronoun | Tag::Possessive | Tag::Adjective | Tag::Adverb => true,
        Tag::Preposition | Tag::To | Tag::Auxiliary | Tag::Negation => {
            ahead || tag != Tag::Auxiliary
        }
        Tag::Punctuation => ahead && reading.word(token) == ",",
        Tag::Name => ahead,
        Tag::Noun => {
            let word = reading.lower(token);
            ahead || SAYING.contains(&word) || wording::lexicon().is_shell(word)
        }
        _ => false,
    }
}
