//! Statements as the claim stages read them: in tokens, with the head of the source.

use std::ops::Range;

use crate::pipeline::attribution::AttributedStatement;
use crate::pipeline::text::Reading;

/// Somebody said something: who, by which word, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Speech {
    /// Which statement it is.
    pub statement: usize,
    /// The sentence it begins in.
    pub sentence: usize,
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
    let mut speeches: Vec<Speech> = statements
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
            let first = [&source].into_iter().chain(&contents).map(|part| part.start).min();
            let sentence = reading.sentence_of(first.unwrap_or(cue).min(cue));
            Some(Speech { statement: number, sentence, source, cue, contents, via })
        })
        .collect();
    speeches.sort_by_key(|speech| (speech.sentence, speech.statement));
    speeches
}

/// How many sentences before its end a statement may have begun: quotations run over several.
const BACK: usize = 8;
/// How many sentences further on a statement may stand and still matter.
const AHEAD: usize = 3;

/// Of statements in order of place those that may hold or neighbour a sentence. What is near is
/// looked at, whatever the length of the text.
pub fn near(speeches: &[Speech], sentence: usize) -> &[Speech] {
    let from = speeches.partition_point(|speech| speech.sentence + BACK < sentence);
    let to = speeches.partition_point(|speech| speech.sentence <= sentence + AHEAD);
    speeches.get(from..to.max(from)).unwrap_or(&[])
}

/// The tokens of a byte range; `None` where it covers none.
pub fn tokens(reading: &Reading, span: &Range<usize>) -> Option<Range<usize>> {
    let start = reading.token_at(span.start);
    let end = reading.tokens.partition_point(|token| token.start < span.end);
    (start < end).then_some(start..end)
}
