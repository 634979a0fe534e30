//! Tokens → paragraphs and sentences.

use crate::pipeline::lexicon::{Classes, words};

use super::token::{Token, TokenKind};
use super::{Paragraph, Sentence};

/// A text whose longest line has at most this many characters is taken to be wrapped: a single
/// line break in it does not end a paragraph. Newspaper plain text is wrapped at 60 to 80.
const WRAPPED_AT: usize = 100;

/// The first token of every paragraph.
pub(super) fn paragraphs(text: &str, tokens: &[Token]) -> Vec<usize> {
    let mut longest = 0;
    let mut lines = 0usize;
    for line in text.split('\n') {
        longest = longest.max(line.len());
        lines += usize::from(!line.trim().is_empty());
    }
    let wrapped = lines > 2 && longest <= WRAPPED_AT;
    let mut starts = Vec::new();
    let mut last_end = 0;
    // The line that the token before ended in began at this byte.
    let mut line_start = 0;
    for (number, token) in tokens.iter().enumerate() {
        let gap = &text[last_end..token.start];
        let breaks = gap.bytes().filter(|&byte| byte == b'\n').count();
        let hard = breaks > 1 || gap.contains(['\u{2029}', '\u{C}']) || number == 0;
        let soft = breaks == 1 && number > 0 && {
            let before = &tokens[number - 1];
            let short = (last_end - line_start) * 10 < longest * 6;
            !wrapped || (short && (ends_sentence(text, before) || token.capitalised))
        };
        if hard || soft {
            starts.push(number);
        }
        if breaks > 0 {
            line_start = token.start;
        }
        last_end = token.end;
    }
    starts
}

fn ends_sentence(text: &str, token: &Token) -> bool {
    let word = &text[token.start..token.end];
    word.ends_with(['.', '!', '?', '…', ':', '"', '”'])
}

/// Whether a token can end a sentence.
#[derive(Clone, Copy, PartialEq)]
enum Stop {
    No,
    /// "U.S.": only where what follows opens a sentence beyond doubt.
    Maybe,
    Yes,
}

fn stop(token: &Token, lower: &str) -> Stop {
    match token.kind {
        TokenKind::Punctuation => match lower {
            "." | "!" | "?" | "。" | "！" | "？" | "‼" | "⁉" => Stop::Yes,
            _ if lower == "…" || lower.starts_with("..") => Stop::Maybe,
            _ => Stop::No,
        },
        TokenKind::Word if lower.ends_with('.') => {
            if token.classes.any(Classes::TITLE_ABBREVIATION) { Stop::No } else { Stop::Maybe }
        }
        _ => Stop::No,
    }
}

/// Sentences and paragraphs, given where paragraphs begin. Also marks each sentence's first word.
pub(super) fn split(
    tokens: &mut [Token],
    breaks: &[usize],
    lowered: &str,
) -> (Vec<Sentence>, Vec<Paragraph>) {
    let mut sentences: Vec<Sentence> = Vec::new();
    let mut paragraphs = Vec::with_capacity(breaks.len());
    for (number, &first) in breaks.iter().enumerate() {
        let end = breaks.get(number + 1).copied().unwrap_or(tokens.len());
        let first_sentence = sentences.len();
        let mut start = first;
        let mut at = first;
        while at < end {
            let stop = stop(&tokens[at], tokens[at].lower(lowered));
            at += 1;
            if stop == Stop::No {
                continue;
            }
            // Closing marks belong to the sentence they close.
            while at < end && closes(&tokens[at], tokens[at].lower(lowered)) {
                at += 1;
            }
            if at < end && opens(tokens, at, end, lowered, stop) {
                push(tokens, &mut sentences, start..at, number);
                start = at;
            }
        }
        if start < end {
            push(tokens, &mut sentences, start..end, number);
        }
        paragraphs
            .push(Paragraph { tokens: first..end, sentences: first_sentence..sentences.len() });
    }
    (sentences, paragraphs)
}

fn push(
    tokens: &mut [Token],
    sentences: &mut Vec<Sentence>,
    range: std::ops::Range<usize>,
    paragraph: usize,
) {
    let slice = &mut tokens[range.clone()];
    if let Some(word) = slice.iter_mut().find(|token| token.is_word()) {
        word.sentence_start = true;
    }
    if let (Some(first), Some(last)) = (slice.first(), slice.last()) {
        let span = first.start..last.end;
        sentences.push(Sentence { tokens: range, span, paragraph });
    }
}

/// Whether the token closes what stands before it: a bracket, a quotation mark without a space.
fn closes(token: &Token, lower: &str) -> bool {
    match token.kind {
        TokenKind::Quote => !token.space_before || lower == "”",
        TokenKind::Punctuation => {
            matches!(lower, ")" | "]" | "}" | "!" | "?") || (lower == "." && !token.space_before)
        }
        _ => false,
    }
}

/// Whether a sentence can begin at token `at`, after a stop of the given kind.
fn opens(tokens: &[Token], at: usize, end: usize, lowered: &str, stop: Stop) -> bool {
    let mut first = at;
    while first < end && !tokens[first].is_word() {
        // "..., and" or "?, she": a mark that goes on.
        if matches!(tokens[first].lower(lowered), "," | ";" | ":" | "-" | "--" | "—" | "–") {
            return stop == Stop::Yes && first > at;
        }
        first += 1;
    }
    let Some(token) = tokens.get(first).filter(|_| first < end) else {
        return false;
    };
    let quoted = first > at;
    match stop {
        Stop::No => false,
        // "end.Next" is a sentence end too, "end.next" was one word.
        Stop::Yes => {
            token.capitalised
                || token.kind == TokenKind::Number
                || quoted
                || !token.lower(lowered).starts_with(|letter: char| letter.is_lowercase())
        }
        Stop::Maybe => token.capitalised && (quoted || opener(token, lowered)),
    }
}

/// Words that open a sentence far more often than they continue a name.
fn opener(token: &Token, lowered: &str) -> bool {
    let lower = token.lower(lowered);
    let classes = words().get(lower).classes;
    classes.any(
        Classes::DETERMINER
            | Classes::POSSESSIVE
            | Classes::ANY_PRONOUN
            | Classes::PREPOSITION
            | Classes::CONJUNCTION
            | Classes::SUBORDINATOR
            | Classes::WH
            | Classes::ADVERB
            | Classes::BE
            | Classes::DO
            | Classes::MODAL,
    ) && lower.len() > 1
        || lower.ends_with("ly")
}
