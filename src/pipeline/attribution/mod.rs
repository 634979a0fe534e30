//! Sentences → Statements: cues, contents, sources and what links them.

pub mod content;
pub mod context;
pub mod cue;
pub mod lexicon;
pub mod models;
pub mod source;

use std::ops::Range;

use crate::domain::{CueKind, Mode};
use crate::pipeline::text::Reading;

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

/// All statements of a reading, in order of their first word.
pub fn find_statements(reading: &Reading<'_>) -> Vec<AttributedStatement> {
    find_with(models::models(), reading, ACCEPT)
}

/// As [`find_statements`], with given weights and acceptance.
pub fn find_with(models: &Models, reading: &Reading<'_>, accept: f32) -> Vec<AttributedStatement> {
    let context = Context::new(reading);
    let mut drafts = drafts(models, &context, accept);
    drafts.sort_by(|a, b| b.probability.total_cmp(&a.probability).then(a.head.cmp(&b.head)));
    let mut kept: Vec<Draft> = Vec::new();
    let mut taken = vec![false; reading.tokens.len()];
    for draft in drafts {
        if taken[draft.head] {
            continue;
        }
        for part in
            [Some(&draft.cue), draft.left.as_ref(), draft.right.as_ref()].into_iter().flatten()
        {
            taken[part.clone()].fill(true);
        }
        kept.push(draft);
    }
    let mut statements: Vec<AttributedStatement> =
        kept.iter().filter_map(|draft| statement(&context, draft)).collect();
    statements.sort_by_key(|statement| {
        statement
            .source
            .iter()
            .chain(&statement.cue)
            .chain(&statement.contents)
            .map(|span| (span.start, span.end))
            .min()
    });
    statements
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
    let contents: Vec<Range<usize>> =
        [&draft.left, &draft.right].into_iter().flatten().filter_map(span).collect();
    Some(AttributedStatement {
        source: draft.source.as_ref().and_then(span).into_iter().collect(),
        cue: Some(span(&draft.cue)?),
        cue_head: Some(draft.head),
        cue_kind: cue::kind(context, draft.head),
        mode: mode(context, draft),
        contents,
        via: None,
        parent: None,
        rule: "model",
        confidence: draft.probability,
    })
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
