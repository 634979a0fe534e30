//! Statements inside the contents of others, and the order of all.

use std::ops::Range;

use crate::pipeline::text::{self, Reading};

use super::models::Models;
use super::{AttributedStatement, lexicon, top_level};

/// Words inside words inside words: deeper is not looked for.
pub const MAX_NESTING: usize = 3;
/// Fewer words than this hold no statement of their own.
const SHORTEST_NESTED: usize = 4;

/// Adds the statements that stand in the contents of others, by reading those as texts of their
/// own: what is a quotation in a quotation is a plain one there.
pub fn nest(
    models: &Models,
    reading: &Reading<'_>,
    accept: f32,
    statements: &mut Vec<AttributedStatement>,
    depth: usize,
) {
    if depth == 0 {
        return;
    }
    for parent in 0..statements.len() {
        for content in statements[parent].contents.clone() {
            let Some(inner) = nested_range(reading, &content) else { continue };
            let inner_reading = text::read(&reading.text[inner.clone()]);
            let mut found = top_level(models, &inner_reading, accept);
            // Without a source the outer speaker uses a noun, and nobody else speaks.
            found.retain(|statement| statement.cue.is_some() && !statement.source.is_empty());
            nest(models, &inner_reading, accept, &mut found, depth - 1);
            let first = statements.len();
            for mut statement in found {
                shift(&mut statement, inner.start);
                statement.cue_head = statement
                    .cue_head
                    .map(|head| reading.token_at(inner_reading.tokens[head].start + inner.start));
                statement.parent = Some(statement.parent.map_or(parent, |parent| parent + first));
                statement.continues = None;
                statements.push(statement);
            }
        }
    }
}

/// The bytes of a content that are read for statements of their own: without the marks around it
/// and "that" before it; `None` where there is no cue word in it.
fn nested_range(reading: &Reading<'_>, content: &Range<usize>) -> Option<Range<usize>> {
    let mut first = reading.token_at(content.start);
    let mut last = reading.token_at(content.end.checked_sub(1)?);
    let quotation = reading.quotation_of(first).map(|number| &reading.quotations[number]);
    if let Some(quotation) = quotation.filter(|quotation| quotation.tokens.start == first) {
        first += 1;
        if quotation.closed && quotation.tokens.end == last + 1 {
            last = last.checked_sub(1)?;
        }
    } else if reading.lower(first) == "that" {
        first += 1;
    }
    if last < first + SHORTEST_NESTED {
        return None;
    }
    let cue = (first + 1..last)
        .any(|token| lexicon::cue_class(reading, token) != lexicon::CueClass::None);
    if !cue {
        return None;
    }
    reading.span(first..last + 1)
}

fn shift(statement: &mut AttributedStatement, by: usize) {
    let AttributedStatement { source, cue, contents, via, role, notes, .. } = statement;
    let spans = source.iter_mut().chain(cue).chain(contents).chain(via).chain(role).chain(notes);
    for span in spans {
        span.start += by;
        span.end += by;
    }
}

/// Sorts statements by their first word, parents before what stands in them.
pub fn order(statements: Vec<AttributedStatement>) -> Vec<AttributedStatement> {
    let mut numbered: Vec<(usize, AttributedStatement)> =
        statements.into_iter().enumerate().collect();
    let depth = |statements: &[(usize, AttributedStatement)], at: usize| {
        let mut depth = 0;
        let mut parent = statements[at].1.parent;
        while let Some(next) = parent {
            depth += 1;
            parent = statements[next].1.parent;
        }
        depth
    };
    let depths: Vec<usize> = (0..numbered.len()).map(|at| depth(&numbered, at)).collect();
    numbered.sort_by_key(|(number, statement)| {
        let AttributedStatement { source, cue, contents, .. } = statement;
        let first = source.iter().chain(cue).chain(contents).map(|span| span.start).min();
        (first, depths[*number], *number)
    });
    let mut place = vec![0; numbered.len()];
    for (new, (old, _)) in numbered.iter().enumerate() {
        place[*old] = new;
    }
    numbered
        .into_iter()
        .map(|(_, mut statement)| {
            statement.parent = statement.parent.map(|parent| place[parent]);
            statement.continues = statement.continues.map(|number| place[number]);
            statement
        })
        .collect()
}
