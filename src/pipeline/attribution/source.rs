//! Cue → source candidates: noun phrases around it, with what may belong to them.

use std::ops::Range;

use crate::pipeline::lexicon::Classes;
use crate::pipeline::model::{feature, feature_pair};
use crate::pipeline::text::{NounPhrase, PhraseKind, Tag};

use super::context::Context;
use super::cue::phrase_before;

/// A run of tokens that could name the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceCandidate {
    /// Its tokens; `None` for "no word names the source".
    pub tokens: Option<Range<usize>>,
    /// Number of the phrase it grew from.
    phrase: usize,
    /// How it grew.
    growth: Growth,
    /// Phrases between it and the cue.
    rank: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Growth {
    None,
    Bare,
    Owner,
    OwnerOnly,
    Prepositions,
    Apposition,
    Coordination,
    ToCue,
    ToEnd,
}

/// Phrases looked at before and after the cue.
const BEFORE: usize = 6;
const AFTER: usize = 3;
/// Longest source, in tokens.
const LONGEST: usize = 45;

/// All candidates for the cue `cue`, "none" first.
pub fn candidates(context: &Context<'_>, cue: &Range<usize>, out: &mut Vec<SourceCandidate>) {
    out.clear();
    out.push(SourceCandidate { tokens: None, phrase: 0, growth: Growth::None, rank: 0 });
    let reading = context.reading;
    let sentence = context.sentence(cue.start);
    let mut number = phrase_before(context, cue.start);
    let mut rank = 0;
    while let Some(at) = number {
        let phrase = &reading.phrases[at];
        if phrase.tokens.start < sentence.start || rank >= BEFORE {
            break;
        }
        grow(context, at, rank, &sentence, cue, out);
        rank += 1;
        number = at.checked_sub(1);
    }
    let first = reading.phrases.partition_point(|phrase| phrase.tokens.start < cue.end);
    for (rank, at) in (first..reading.phrases.len()).take(AFTER).enumerate() {
        let phrase = &reading.phrases[at];
        if phrase.tokens.start >= sentence.end {
            break;
        }
        grow(context, at, rank, &sentence, cue, out);
    }
}

fn grow(
    context: &Context<'_>,
    number: usize,
    rank: usize,
    sentence: &Range<usize>,
    cue: &Range<usize>,
    out: &mut Vec<SourceCandidate>,
) {
    let reading = context.reading;
    let phrase = &reading.phrases[number];
    let before = phrase.tokens.end <= cue.start;
    let limit = if before { cue.start } else { sentence.end };
    let mut add = |start: usize, end: usize, growth: Growth| {
        let tokens = start..end;
        let fresh = !out.iter().any(|old| old.tokens.as_ref() == Some(&tokens));
        if fresh && !tokens.is_empty() && tokens.len() <= LONGEST {
            out.push(SourceCandidate { tokens: Some(tokens), phrase: number, growth, rank });
        }
    };
    let Range { start, end } = phrase.tokens.clone();
    add(start, end, Growth::Bare);
    // "his faith in …": only "his".
    if reading.tag(start) == Tag::Possessive && phrase.tokens.len() > 1 {
        add(start, start + 1, Growth::OwnerOnly);
    }
    // "Brandt's aide": back over the owners.
    let mut owner_start = start;
    let mut owner = number;
    while owner_start > sentence.start
        && reading.tag(owner_start - 1) == Tag::Possessive
        && owner > 0
        && reading.phrases[owner - 1].possessive
        && reading.phrases[owner - 1].tokens.end + 1 == owner_start
    {
        owner -= 1;
        owner_start = reading.phrases[owner].tokens.start;
    }
    if owner_start < start {
        add(owner_start, end, Growth::Owner);
    }
    let start = owner_start;
    // "the head of the office in the harbour"
    let mut last = end;
    for _ in 0..3 {
        let Some(next) = attached(context, last, limit) else { break };
        last = next;
        add(start, last, Growth::Prepositions);
    }
    // "Brandt, the harbourmaster," and "Brandt and Osei"
    if last < limit {
        let lower = reading.lower(last);
        if lower == "," || lower == "(" {
            if let Some(phrase) = context.phrase_at(last + 1) {
                let mut close = phrase.tokens.end;
                while let Some(next) = attached(context, close, limit) {
                    close = next;
                }
                let closed = close >= limit || context.is_mark(close);
                if closed && close <= limit {
                    add(start, close, Growth::Apposition);
                }
            }
        } else if reading.tag(last) == Tag::Conjunction
            && let Some(phrase) = context.phrase_at(last + 1)
            && phrase.tokens.end <= limit
        {
            let mut close = phrase.tokens.end;
            add(start, close, Growth::Coordination);
            while let Some(next) = attached(context, close, limit) {
                close = next;
            }
            add(start, close, Growth::Coordination);
        }
    }
    if before {
        let mut close = cue.start;
        while close > last && context.is_mark(close - 1) {
            close -= 1;
        }
        if close > last && close - start <= LONGEST {
            add(start, close, Growth::ToCue);
        }
    } else if rank == 0 {
        // "said a docker who is known as …": up to the next mark, and to the sentence's end.
        let mut close = last;
        while close < limit && !context.is_mark(close) && context.opens_at(close).is_none() {
            close += 1;
        }
        if close > last {
            add(start, close, Growth::ToEnd);
        }
        let mut close = limit;
        while close > last && (context.is_mark(close - 1)) {
            close -= 1;
        }
        if close > last && close - start <= LONGEST {
            add(start, close, Growth::ToEnd);
        }
    }
}

/// The end of the prepositional phrase that begins at `at`.
fn attached(context: &Context<'_>, at: usize, limit: usize) -> Option<usize> {
    let reading = context.reading;
    if at + 1 >= limit || reading.tag(at) != Tag::Preposition {
        return None;
    }
    let phrase = context.phrase_at(at + 1)?;
    let mut end = phrase.tokens.end;
    // "of the country's ministry"
    while end + 1 < limit && reading.tag(end) == Tag::Possessive {
        match context.phrase_at(end + 1) {
            Some(owned) => end = owned.tokens.end,
            None => break,
        }
    }
    (end <= limit).then_some(end)
}

fn bucket(distance: usize) -> u32 {
    match distance {
        0..=3 => distance as u32,
        4..=5 => 4,
        6..=8 => 5,
        9..=14 => 6,
        15..=24 => 7,
        _ => 8,
    }
}

fn head_value(context: &Context<'_>, phrase: &NounPhrase) -> u32 {
    let classes = context.reading.tokens[phrase.head].classes;
    let kind = if phrase.name.is_some() { PhraseKind::Name } else { phrase.kind };
    kind as u32 * 4
        + u32::from(classes.any(Classes::PERSON)) * 2
        + u32::from(classes.any(Classes::BODY))
}

/// What the source model looks at for one candidate.
pub fn features(
    context: &Context<'_>,
    head: usize,
    cue: &Range<usize>,
    candidate: &SourceCandidate,
    out: &mut Vec<u32>,
) {
    out.clear();
    let reading = context.reading;
    let base = context.base(head);
    let class = context.cues[head] as u32;
    let own = reading.tag(head) as u32;
    let before_cue = context.tag_before(cue.start, 1) as u32;
    let after_cue = reading.tag(cue.end) as u32;
    let quote_before = u32::from(
        (0..4)
            .filter_map(|back| cue.start.checked_sub(back))
            .any(|t| context.ended_at(t).is_some()),
    );
    let passive = (cue.start..head).any(|t| reading.tokens[t].classes.any(Classes::BE));
    let shape = own * 4 + u32::from(passive) * 2 + quote_before;
    let Some(tokens) = &candidate.tokens else {
        out.push(feature(100, 0));
        out.push(feature(101, base));
        out.push(feature_pair(102, class, shape));
        out.push(feature_pair(103, own, before_cue * 32 + after_cue));
        out.push(feature_pair(104, class, before_cue * 32 + after_cue));
        out.push(feature_pair(105, context.word_before(cue.start, 1), shape));
        out.push(feature_pair(106, context.word(cue.end), shape));
        out.push(feature_pair(107, context.word_before(cue.start, 1), class));
        return;
    };
    let phrase = &reading.phrases[candidate.phrase];
    let left = tokens.start < cue.start;
    let side = u32::from(left);
    let (gap_start, gap_end) = if left {
        (tokens.end.min(cue.start), cue.start)
    } else {
        (cue.end.min(tokens.start), tokens.start)
    };
    let gap = bucket(gap_end - gap_start);
    let verbs = context.verbs_in(gap_start, gap_end).min(3);
    let marks = context.marks_in(gap_start, gap_end).min(3);
    let kind = head_value(context, phrase);
    let growth = candidate.growth as u32;
    let rank = candidate.rank as u32;
    let place = side * 512 + rank * 64 + verbs * 16 + marks * 4;
    let other_side = u32::from(context.outer_number(tokens.start) != context.outer_number(head));
    let before = context.tag_before(tokens.start, 1) as u32;
    let before_word = context.word_before(tokens.start, 1);
    let after = reading.tag(tokens.end) as u32;
    let after_word = context.word(tokens.end);
    let head_word = context.word(phrase.head);
    let at_start = u32::from(reading.tokens[tokens.start].sentence_start);

    out.push(feature_pair(110, place, gap));
    out.push(feature_pair(111, place, shape));
    out.push(feature_pair(112, side * 16 + rank, base));
    out.push(feature_pair(113, side * 16 + rank, class * 64 + kind));
    out.push(feature_pair(114, place, kind));
    out.push(feature_pair(115, side * 64 + growth, kind));
    out.push(feature_pair(116, growth * 2 + side, class));
    out.push(feature_pair(117, growth * 2 + side, after));
    out.push(feature_pair(118, growth * 2 + side, after_word));
    out.push(feature_pair(119, side, before_word));
    out.push(feature_pair(120, side * 16 + rank, before * 4 + at_start));
    out.push(feature_pair(121, side, head_word));
    out.push(feature_pair(122, class, head_word));
    out.push(feature_pair(123, other_side * 2 + side, shape));
    out.push(feature_pair(124, other_side * 2 + side, class));
    out.push(feature_pair(125, growth, tokens.len().min(20) as u32));
    out.push(feature_pair(126, side * 16 + gap, own * 32 + class));
    out.push(feature_pair(127, side * 64 + verbs * 8 + marks, own * 32 + before));
    out.push(feature_pair(128, u32::from(phrase.possessive) * 2 + side, shape * 16 + class));
    out.push(feature_pair(129, before_cue, side * 64 + rank * 8 + gap));
    out.push(feature_pair(130, after_cue, side * 64 + rank * 8 + gap));
    out.push(feature_pair(131, growth * 2 + side, context.word(tokens.end.saturating_sub(1))));
    out.push(feature_pair(132, growth * 2 + side, before));
    // What stands between candidate and cue, as far as one word tells it.
    if left && gap_end > gap_start {
        out.push(feature_pair(133, context.word(gap_start), growth * 16 + rank));
        out.push(feature_pair(134, reading.tag(gap_start) as u32, rank * 64 + own));
        out.push(feature_pair(135, context.word_before(gap_end, 1), rank * 16 + verbs));
    } else if !left && gap_end > gap_start {
        out.push(feature_pair(136, context.word_before(tokens.start, 1), base));
        out.push(feature_pair(137, context.word_before(tokens.start, 1), shape));
    }
    if growth >= Growth::Prepositions as u32 {
        out.push(feature_pair(138, growth * 16 + kind, context.word(phrase.tokens.end)));
        out.push(feature_pair(139, growth, context.base(phrase.tokens.end + 1)));
    }
}
