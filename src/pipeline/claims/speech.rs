//! Statements as the claim stages read them: in tokens, with the head of the source.

use std::ops::Range;

use crate::pipeline::attribution::AttributedStatement;
use crate::pipeline::text::Reading;

/// Somebody said something: who, by which word, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Speech {
    /// Which statement it is.
    pub statement: usize,
    /// The words that name the source.
    pub source: Range<usize>,
    /// The token that heads the words that attribute; the source's first where there are none.
    pub cue: usize,
    /// Token ranges of what was said.
    pub contents: Vec<Range<usize>>,
    /// The words that name who relayed it.
    pub via: Option<Range<usize>>,
}

/// The statements that name a source.
pub fn of(reading: &Reading, statements: &[AttributedStatement]) -> Vec<Speech> {
    statements
        .iter()
        .enumerate()
        .filter_map(|(number, statement)| {
            let source = tokens(reading, statement.source.first()?)?;
            let cue = statement
                .cue_head
                .or_else(|| Some(tokens(reading, statement.cue.as_ref()?)?.start))
                .unwrap_or(source.start);
            let contents =
                statement.contents.iter().filter_map(|span| tokens(reading, span)).collect();
            let via = statement.via.as_ref().and_then(|span| tokens(reading, span));
            Some(Speech { statement: number, source, cue, contents, via })
        })
        .collect()
}

/// The tokens of a byte range; `None` where it covers none.
pub fn tokens(reading: &Reading, span: &Range<usize>) -> Option<Range<usize>> {
    let start = reading.token_at(span.start);
    let end = reading.tokens.partition_point(|token| token.start < span.end);
    (start < end).then_some(start..end)
}
