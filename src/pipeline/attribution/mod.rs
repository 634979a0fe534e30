//! Sentences → Statements: cues, contents, sources and what links them.

pub mod content;
pub mod context;
pub mod cue;
pub mod lexicon;
pub mod models;
mod quotations;
pub mod rules;
pub mod source;
mod turns;
mod via;

use std::ops::Range;

use crate::domain::{CueKind, Mode};
use crate::pipeline::lexicon::Classes;
use crate::pipeline::text::{self, QuotationKind, Reading};

use context::Context;
use models::Models;

/// One attribution, as words of the text: who is behind the source is not asked here.
///
/// All spans are bytes of the text that was read, in order of place.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributedStatement {
    /// The words that name the source; empty where no word does.
    pub source: Vec<Range<usize>>,
    /// The words that attribute; `None` for a free-standing quotation.
    pub cue: Option<Range<usize>>,
    /// The token that heads the cue: its verb or noun.
    pub cue_head: Option<usize>,
    /// What kind of words those are.
    pub cue_kind: CueKind,
    /// The attributed words, their quotation marks and "that" included.
    pub contents: Vec<Range<usize>>,
    /// The words that name who relayed it.
    pub via: Option<Range<usize>>,
    /// The speaker's office where a transcript gives it: "WARD HEAD".
    pub role: Option<Range<usize>>,
    /// Notes of a transcript beside the speaker's name: "through translator".
    pub notes: Vec<Range<usize>>,
    /// The statement whose speaker probably goes on here, by number; an inference, never a fact.
    pub continues: Option<usize>,
    /// Whether the contents are quoted.
    pub mode: Mode,
    /// The statement in whose contents this one stands, by number.
    pub parent: Option<usize>,
    /// Id of the rule or model that found it.
    pub rule: &'static str,
    /// 0..1.
    pub confidence: f32,
}

/// A statement under way, in tokens.
#[derive(Debug, Clone)]
struct Draft {
    head: usize,
    cue: Range<usize>,
    source: Option<Range<usize>>,
    left: Option<Range<usize>>,
    right: Option<Range<usize>>,
    probability: f32,
}

/// Cues less likely than this are not looked at further.
const CUE_FLOOR: f32 = 0.12;
/// Statements less likely than this to be right in every part are left out.
pub const ACCEPT: f32 = 0.25;

/// Words inside words inside words: deeper is not looked for.
const MAX_NESTING: usize = 3;
/// Fewer words than this hold no statement of their own.
const SHORTEST_NESTED: usize = 4;
/// A quotation that no word attributes is kept with this confidence: that it is somebody's words.
const FREE: f32 = 0.3;
/// As [`FREE`], where a speaker seems to go on.
const CONTINUED: f32 = 0.4;
/// What a by-line and a turn of a transcript are worth: the form leaves little to doubt.
const BYLINE: f32 = 0.85;

/// All statements of a reading, in order of their first word; one that stands in the contents of
/// another follows it and names it as its parent.
pub fn find_statements(reading: &Reading<'_>) -> Vec<AttributedStatement> {
    find_with(models::models(), reading, ACCEPT)
}

/// As [`find_statements`], with given weights and acceptance.
pub fn find_with(models: &Models, reading: &Reading<'_>, accept: f32) -> Vec<AttributedStatement> {
    let mut statements = top_level(models, reading, accept);
    nest(models, reading, accept, &mut statements, MAX_NESTING);
    order(statements)
}

/// The statements that stand in no other one.
fn top_level(models: &Models, reading: &Reading<'_>, accept: f32) -> Vec<AttributedStatement> {
    let context = Context::new(reading);
    let mut taken = vec![false; reading.tokens.len()];
    let mut statements = Vec::new();
    for turn in turns::find(reading) {
        taken[turn.start..turn.words.end].fill(true);
        statements.extend(turn_statement(reading, &turn));
    }
    let mut drafts = drafts(models, &context, accept);
    drafts.retain(|draft| !taken[draft.head]);
    drafts.sort_by(|a, b| b.probability.total_cmp(&a.probability).then(a.head.cmp(&b.head)));
    for draft in drafts {
        if taken[draft.head] {
            continue;
        }
        let parts = [Some(&draft.cue), draft.left.as_ref(), draft.right.as_ref()];
        for part in parts.into_iter().flatten() {
            taken[part.clone()].fill(true);
        }
        statements.extend(statement(&context, &draft));
    }
    let mut statements = order(statements);
    unattributed(&context, &taken, &mut statements);
    statements
}

/// Adds the quotations that no cue attributes: by-lines, those that go on, free ones.
fn unattributed(context: &Context<'_>, taken: &[bool], statements: &mut Vec<AttributedStatement>) {
    let reading = context.reading;
    let mut covered = 0;
    for quotation in &reading.quotations {
        let tokens = &quotation.tokens;
        if tokens.start < covered || quotation.kind == QuotationKind::Name {
            continue;
        }
        covered = tokens.end;
        if taken[tokens.clone()].iter().any(|&taken| taken) {
            continue;
        }
        let contents = quotation.parts.clone();
        if let Some(byline) = quotations::byline(context, tokens) {
            statements.push(AttributedStatement {
                source: reading.span(byline.source).into_iter().collect(),
                cue: reading.span(byline.mark..byline.mark + 1),
                cue_head: Some(byline.mark),
                cue_kind: CueKind::Byline,
                ..quoted(contents, byline.rule, BYLINE)
            });
        } else if quotations::is_whole_sentence(context, tokens) {
            let continues = quotations::fills_paragraph(context, tokens)
                .then(|| speaker_before(context, tokens.start, statements))
                .flatten();
            let (rule, confidence) = match continues {
                Some(_) => ("continued-quotation", CONTINUED),
                None => ("free-quotation", FREE),
            };
            statements
                .push(AttributedStatement { continues, ..quoted(contents, rule, confidence) });
        }
    }
}

/// A statement of quoted words with nothing else known.
fn quoted(contents: Vec<Range<usize>>, rule: &'static str, confidence: f32) -> AttributedStatement {
    AttributedStatement {
        source: Vec::new(),
        cue: None,
        cue_head: None,
        cue_kind: CueKind::None,
        contents,
        via: None,
        role: None,
        notes: Vec::new(),
        continues: None,
        mode: Mode::Direct,
        parent: None,
        rule,
        confidence,
    }
}

/// The statement with a source whose quoted words stand in the paragraph right before `token`.
fn speaker_before(
    context: &Context<'_>,
    token: usize,
    statements: &[AttributedStatement],
) -> Option<usize> {
    let reading = context.reading;
    let paragraph = reading.sentences.get(reading.sentence_of(token))?.paragraph;
    let before = reading.paragraphs.get(paragraph.checked_sub(1)?)?;
    let bytes = reading.span(before.tokens.clone())?;
    // Those with a cue are in order and stand first in the list.
    let from = statements.partition_point(|statement| {
        statement.cue.as_ref().is_some_and(|cue| cue.start < bytes.start)
    });
    let mut found = None;
    for (number, statement) in statements.iter().enumerate().skip(from) {
        let Some(cue) = &statement.cue else { break };
        if cue.start >= bytes.end {
            break;
        }
        if statement.mode != Mode::Indirect && !statement.source.is_empty() {
            found = Some(number);
        }
    }
    found
}

fn turn_statement(reading: &Reading<'_>, turn: &turns::Turn) -> Option<AttributedStatement> {
    let span = |tokens: &Range<usize>| reading.span(tokens.clone());
    Some(AttributedStatement {
        source: vec![span(turn.speaker.as_ref()?)?],
        cue: span(&(turn.colon..turn.colon + 1)),
        cue_head: Some(turn.colon),
        cue_kind: CueKind::Byline,
        role: turn.role.as_ref().and_then(span),
        notes: turn.notes.iter().filter_map(span).collect(),
        ..quoted(vec![span(&turn.words)?], "speaker-turn", BYLINE)
    })
}

/// Adds the statements that stand in the contents of others, by reading those as texts of their
/// own: what is a quotation in a quotation is a plain one there.
fn nest(
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
fn order(statements: Vec<AttributedStatement>) -> Vec<AttributedStatement> {
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

fn drafts(models: &Models, context: &Context<'_>, accept: f32) -> Vec<Draft> {
    let reading = context.reading;
    let mut drafts = Vec::new();
    let mut features = Vec::with_capacity(64);
    let mut sources = Vec::new();
    let mut contents = Vec::new();
    for head in 0..reading.tokens.len() {
        if !cue::could_be_cue(context, head) {
            continue;
        }
        cue::head_features(context, head, &mut features);
        let cue_probability = logistic(models.cue.score(&features));
        if cue_probability < CUE_FLOOR.min(accept) {
            continue;
        }
        let cue = extent(models, context, head, &mut features);
        source::candidates(context, &cue, &mut sources);
        let (best, source_probability) = choose(&sources, |candidate| {
            source::features(context, head, &cue, candidate, &mut features);
            models.source.score(&features)
        });
        let source = sources[best].tokens.clone();
        content::right_candidates(context, &cue, source.as_ref(), &mut contents);
        let right_scores = scores(&contents, |candidate| {
            content::features(context, head, &cue, source.as_ref(), candidate, true, &mut features);
            models.right.score(&features)
        });
        let right = contents.clone();
        content::left_candidates(context, &cue, source.as_ref(), &mut contents);
        let left_scores = scores(&contents, |candidate| {
            content::features(
                context,
                head,
                &cue,
                source.as_ref(),
                candidate,
                false,
                &mut features,
            );
            models.left.score(&features)
        });
        let best_right = argmax(&right_scores, 0);
        let best_left = argmax(&left_scores, 0);
        let (right_at, left_at) = if best_right == 0 && best_left == 0 {
            let (some_right, some_left) = (argmax(&right_scores, 1), argmax(&left_scores, 1));
            let right_gain = right_scores.get(some_right).map_or(f32::MIN, |p| p / right_scores[0]);
            let left_gain = left_scores.get(some_left).map_or(f32::MIN, |p| p / left_scores[0]);
            if right_gain >= left_gain { (some_right, 0) } else { (0, some_left) }
        } else {
            (best_right, best_left)
        };
        let (Some(right_choice), Some(left_choice)) = (right.get(right_at), contents.get(left_at))
        else {
            continue;
        };
        let content_probability = right_scores[right_at] * left_scores[left_at];
        let probability = cue_probability
            * source_probability.powf(models::SOURCE_POWER)
            * content_probability.powf(models::CONTENT_POWER);
        if probability < accept {
            continue;
        }
        drafts.push(Draft {
            head,
            cue,
            source,
            left: left_choice.tokens.clone(),
            right: right_choice.tokens.clone(),
            probability,
        });
    }
    drafts
}

fn logistic(score: f32) -> f32 {
    1.0 / (1.0 + (-score).exp())
}

/// The probability of every candidate.
fn scores<T>(candidates: &[T], mut score: impl FnMut(&T) -> f32) -> Vec<f32> {
    let mut scores: Vec<f32> = candidates.iter().map(&mut score).collect();
    let largest = scores.iter().copied().fold(f32::MIN, f32::max);
    let mut sum = 0.0;
    for score in &mut scores {
        *score = (*score - largest).exp();
        sum += *score;
    }
    for score in &mut scores {
        *score /= sum;
    }
    scores
}

/// The first of the largest from place `from` on; `scores.len()` where there is none.
fn argmax(scores: &[f32], from: usize) -> usize {
    let mut best = from;
    for at in from..scores.len() {
        if scores[at] > scores[best] {
            best = at;
        }
    }
    best
}

fn choose<T>(candidates: &[T], score: impl FnMut(&T) -> f32) -> (usize, f32) {
    let scores = scores(candidates, score);
    let best = argmax(&scores, 0);
    (best, scores[best])
}

/// How far the cue at `head` reaches.
fn extent(
    models: &Models,
    context: &Context<'_>,
    head: usize,
    features: &mut Vec<u32>,
) -> Range<usize> {
    let sentence = context.sentence(head);
    let mut cue = head..head + 1;
    while cue.end < sentence.end && cue.end - head <= cue::MAX_GROWTH {
        cue::extent_features(context, head, &cue, cue.end, features);
        if models.extent.score(features) <= 0.0 {
            break;
        }
        cue.end += 1;
    }
    while cue.start > sentence.start && head - cue.start < cue::MAX_GROWTH {
        cue::extent_features(context, head, &cue, cue.start - 1, features);
        if models.extent.score(features) <= 0.0 {
            break;
        }
        cue.start -= 1;
    }
    cue
}

fn statement(context: &Context<'_>, draft: &Draft) -> Option<AttributedStatement> {
    let reading = context.reading;
    let span = |tokens: &Range<usize>| reading.span(tokens.clone());
    let right = draft.right.as_ref().map(|right| without_day(context, right));
    let contents: Vec<Range<usize>> =
        [draft.left.as_ref(), right.as_ref()].into_iter().flatten().filter_map(span).collect();
    let source = draft.source.as_ref().map(|source| with_marks(context, source));
    Some(AttributedStatement {
        source: source.as_ref().and_then(span).into_iter().collect(),
        cue: Some(span(&draft.cue)?),
        cue_head: Some(draft.head),
        cue_kind: cue::kind(context, draft.head),
        mode: mode(context, draft),
        via: via::find(context, draft.head, &draft.cue).as_ref().and_then(span),
        rule: family(context, draft),
        confidence: draft.probability,
        ..quoted(contents, "", 0.0)
    })
}

/// A source with the closing mark of a nickname that it would cut off: who is known as “Lefty.”
fn with_marks(context: &Context<'_>, source: &Range<usize>) -> Range<usize> {
    let reading = context.reading;
    let cut = source
        .end
        .checked_sub(1)
        .and_then(|last| reading.quotation_of(last))
        .map(|number| &reading.quotations[number].tokens)
        .filter(|tokens| tokens.start > source.start && tokens.end <= source.end + 2);
    source.start..cut.map_or(source.end, |tokens| tokens.end.max(source.end))
}

/// Content without the day of the saying that follows its quotation: “…” on Friday.
fn without_day(context: &Context<'_>, content: &Range<usize>) -> Range<usize> {
    let reading = context.reading;
    let day = content.end.saturating_sub(1);
    let is_day = reading.tokens[day].classes.any(Classes::WEEKDAY);
    let before = if reading.lower(day.saturating_sub(1)) == "on" { day - 1 } else { day };
    if is_day && before > content.start && context.ended_at(before).is_some() {
        return content.start..before;
    }
    content.clone()
}

/// The pattern family a draft belongs to.
fn family(context: &Context<'_>, draft: &Draft) -> &'static str {
    let quote = |part: &Option<Range<usize>>| {
        part.as_ref().is_some_and(|part| context.opens_at(part.start).is_some())
    };
    match cue::kind(context, draft.head) {
        CueKind::AccordingTo => "according-to",
        CueKind::Noun => "noun",
        CueKind::Byline => "colon",
        CueKind::Verb | CueKind::None => match (&draft.left, &draft.right) {
            (Some(_), Some(_)) => "quotation-broken",
            (Some(_), None) if quote(&draft.left) => "quotation-verb",
            (Some(_), None) => "clause-verb",
            _ if quote(&draft.right) => "verb-quotation",
            _ => "verb-clause",
        },
    }
}

fn mode(context: &Context<'_>, draft: &Draft) -> Mode {
    let (mut quoted, mut plain) = (0, 0);
    let outer = context.outer_number(draft.head);
    for part in [&draft.left, &draft.right].into_iter().flatten() {
        for token in part.clone() {
            if context.reading.tokens[token].is_word() {
                if context.outer_number(token) == outer || context.outer(token).is_none() {
                    plain += 1;
                } else {
                    quoted += 1;
                }
            }
        }
    }
    match (quoted, plain) {
        (0, _) => Mode::Indirect,
        (_, 0) => Mode::Direct,
        _ => Mode::Mixed,
    }
}
