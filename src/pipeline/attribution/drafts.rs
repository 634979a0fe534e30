//! Cue candidates → drafts of statements: the models choose extent, source and contents.

use std::ops::Range;

use crate::domain::{CueKind, Mode};
use crate::pipeline::lexicon::Classes;

use super::calibration;
use super::context::Context;
use super::models::{self, Models};
use super::{AttributedStatement, content, cue, quoted, source, via};

/// A statement under way, in tokens.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The token that heads the cue.
    pub head: usize,
    /// The cue.
    pub cue: Range<usize>,
    /// The source, where words name it.
    pub source: Option<Range<usize>>,
    /// What is said before the cue.
    pub left: Option<Range<usize>>,
    /// What is said after it.
    pub right: Option<Range<usize>>,
    /// How sure the model is of every part.
    pub probability: f32,
    /// How often drafts of that probability are right.
    pub confidence: f32,
}

/// Cues less likely than this are not looked at further.
const CUE_FLOOR: f32 = 0.12;
/// Every draft of a reading that is likely enough to be right in all its parts.
pub fn find(models: &Models, context: &Context<'_>, accept: f32) -> Vec<Draft> {
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
            confidence: calibration::LINEAR.chance(probability),
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

/// The statement of a draft, its parts as bytes.
pub fn statement(context: &Context<'_>, draft: &Draft) -> Option<AttributedStatement> {
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
        confidence: draft.confidence,
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
