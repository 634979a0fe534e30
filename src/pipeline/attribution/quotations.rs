//! Quotations that no verb attributes → statements: by-lines, quotations that go on, free ones.

use std::ops::Range;

use crate::pipeline::text::{PhraseKind, Tag};

use super::context::Context;

/// A name given to a quotation by a dash or a colon, in tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Byline {
    /// The name, with title and what follows it in apposition.
    pub source: Range<usize>,
    /// The dash or colon.
    pub mark: usize,
    /// Which family it is.
    pub rule: &'static str,
}

/// Longest name with its offices behind a dash, in tokens.
const LONGEST_NAME: usize = 14;

/// The by-line of the quotation `tokens`, if it has one.
pub fn byline(context: &Context<'_>, tokens: &Range<usize>) -> Option<Byline> {
    dash(context, tokens).or_else(|| colon(context, tokens))
}

/// `“…” — Deputy Minister R. Osei`, to the end of the paragraph.
fn dash(context: &Context<'_>, tokens: &Range<usize>) -> Option<Byline> {
    let reading = context.reading;
    let mark = tokens.end;
    if !matches!(reading.lower(mark), "—" | "–" | "--" | "-" | "---" | "―" | "~") {
        return None;
    }
    let start = mark + 1;
    let paragraph = paragraph_end(context, start)?;
    let mut end = paragraph;
    while end > start && reading.lower(end - 1) == "." {
        end -= 1;
    }
    let named = context
        .phrase_at(start)
        .is_some_and(|phrase| phrase.kind == PhraseKind::Name || phrase.name.is_some());
    let sentence_like = (start..end).any(|token| {
        let tag = reading.tag(token);
        tag.is_finite() || context.opens_at(token).is_some()
    });
    (named && end - start <= LONGEST_NAME && !sentence_like).then_some(Byline {
        source: start..end,
        mark,
        rule: "dash-byline",
    })
}

fn paragraph_end(context: &Context<'_>, token: usize) -> Option<usize> {
    let reading = context.reading;
    if token >= reading.tokens.len() {
        return None;
    }
    let sentence = reading.sentences.get(reading.sentence_of(token))?;
    reading.paragraphs.get(sentence.paragraph).map(|paragraph| paragraph.tokens.end)
}

/// `And from Judge P. Lindqvist: “…”`, on one line or two.
fn colon(context: &Context<'_>, tokens: &Range<usize>) -> Option<Byline> {
    let reading = context.reading;
    let mark = tokens.start.checked_sub(1)?;
    if reading.lower(mark) != ":" || context.outer(mark).is_some() {
        return None;
    }
    let sentence = context.sentence(mark);
    if (sentence.start..mark).any(|token| reading.tag(token).is_finite()) {
        return None;
    }
    let last = reading.phrase_of(mark.checked_sub(1)?)?;
    let phrase = reading.phrases.get(last)?;
    let named = phrase.kind == PhraseKind::Name || phrase.name.is_some();
    // "The rule in short: “…”" names nobody.
    let leads = phrase.tokens.start == sentence.start
        || matches!(
            context.tag_before(phrase.tokens.start, 1),
            Tag::Preposition | Tag::Conjunction | Tag::Punctuation
        );
    (named && leads && phrase.tokens.start >= sentence.start).then_some(Byline {
        source: phrase.tokens.clone(),
        mark,
        rule: "colon",
    })
}

/// Whether the quotation `tokens` is a whole sentence of somebody's, no term in marks.
pub fn is_whole_sentence(context: &Context<'_>, tokens: &Range<usize>) -> bool {
    let reading = context.reading;
    let opens = reading.sentences.get(reading.sentence_of(tokens.start)).is_some_and(|sentence| {
        sentence.tokens.start == tokens.start || context.is_mark(tokens.start - 1)
    });
    let ends = tokens.end.checked_sub(2).is_some_and(|last| {
        matches!(reading.lower(last), "." | "!" | "?" | "…" | "..." | "—" | ",")
    }) || tokens.end - tokens.start > 12;
    opens && ends
}

/// Whether the quotation `tokens` makes up its whole paragraph.
pub fn fills_paragraph(context: &Context<'_>, tokens: &Range<usize>) -> bool {
    let reading = context.reading;
    let paragraph = |token: usize| {
        let sentence = reading.sentences.get(reading.sentence_of(token))?;
        reading.paragraphs.get(sentence.paragraph)
    };
    paragraph(tokens.start).is_some_and(|first| first.tokens.start == tokens.start)
        && tokens
            .end
            .checked_sub(1)
            .and_then(paragraph)
            .is_some_and(|last| last.tokens.end == tokens.end)
}
