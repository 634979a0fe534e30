//! Cue and source → content candidates, on the left and on the right of the cue.

use std::ops::Range;

use crate::pipeline::model::{feature, feature_pair};
use crate::pipeline::text::Tag;

use super::context::Context;
use super::cue::phrase_before;

/// A run of tokens that could be what is said on one side of the cue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentCandidate {
    /// Its tokens; `None` for "nothing on this side".
    pub tokens: Option<Range<usize>>,
    /// Which kind of place its free end was found at.
    edge: Edge,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge {
    None,
    Mark,
    Quote,
    Sentence,
    Word,
    Chain,
}

const MAX_STARTS: usize = 7;
const MAX_ENDS: usize = 12;

/// Candidates to the right of the cue, "none" first. `taken` is a source that stands there.
pub fn right_candidates(
    context: &Context<'_>,
    cue: &Range<usize>,
    source: Option<&Range<usize>>,
    out: &mut Vec<ContentCandidate>,
) {
    out.clear();
    out.push(ContentCandidate { tokens: None, edge: Edge::None });
    let sentence = context.sentence(cue.start);
    let mut from = cue.end;
    if let Some(source) = source
        && source.start >= cue.end
        && source.start <= cue.end + 3
    {
        from = source.end;
    }
    let mut starts: Vec<usize> = Vec::with_capacity(MAX_STARTS);
    let mut at = from;
    while at < sentence.end && at < from + 22 && starts.len() < MAX_STARTS {
        let quote = context.opens_at(at).is_some();
        if quote || starts_piece(context, at, from) {
            starts.push(at);
        }
        if quote {
            break;
        }
        at += 1;
    }
    // The quotation may open the next sentence: "She was clear. “…”", "He replied: ⏎ “…”".
    let quoted_here = starts.iter().any(|&start| context.opens_at(start).is_some());
    if !quoted_here
        && sentence.end - from.min(sentence.end) < 25
        && context.opens_at(sentence.end).is_some()
    {
        starts.push(sentence.end);
    }
    for start in starts {
        ends(context, start, out);
    }
}

fn starts_piece(context: &Context<'_>, at: usize, from: usize) -> bool {
    let tag = context.reading.tag(at);
    if tag == Tag::Punctuation || tag == Tag::Quote {
        return false;
    }
    at == from
        || context.phrase_at(at).is_some()
        || matches!(tag, Tag::Subordinator | Tag::Wh | Tag::To | Tag::Preposition | Tag::VerbIng)
        || (context.is_mark(at - 1))
}

fn ends(context: &Context<'_>, start: usize, out: &mut Vec<ContentCandidate>) {
    let reading = context.reading;
    let sentence = context.sentence(start);
    let mut count = 0;
    let mut add = |end: usize, edge: Edge| {
        let tokens = start..end;
        if end > start
            && !out.iter().rev().take(MAX_ENDS).any(|old| old.tokens.as_ref() == Some(&tokens))
        {
            out.push(ContentCandidate { tokens: Some(tokens), edge });
        }
    };
    let mut at = start;
    if let Some(quotation) = context.opens_at(start) {
        add(quotation.tokens.end, Edge::Quote);
        at = quotation.tokens.end;
        count += 1;
        // "“…,” she said. “…” ⏎ “…”": quotations that follow without another word.
        let mut end = at;
        for _ in 0..4 {
            match context.opens_at(end) {
                Some(next) => {
                    end = next.tokens.end;
                    add(end, Edge::Chain);
                }
                None => break,
            }
        }
    } else {
        at += 1;
    }
    let mut last_end = sentence.end;
    let first_end = start.max(sentence.end.saturating_sub(4));
    while last_end > first_end && reading.tag(last_end - 1) == Tag::Punctuation {
        last_end -= 1;
    }
    // A quotation that runs past the sentence's end takes the content with it.
    if let Some(quotation) = sentence.end.checked_sub(1).and_then(|last| context.outer(last))
        && quotation.tokens.start > start
        && quotation.tokens.end > sentence.end
    {
        add(quotation.tokens.end, Edge::Quote);
    }
    while at < last_end && count < MAX_ENDS {
        if let Some(quotation) = context.opens_at(at) {
            at = quotation.tokens.end;
            if at < last_end {
                add(at, Edge::Quote);
                count += 1;
            }
            continue;
        }
        let tag = reading.tag(at);
        match tag {
            Tag::Punctuation => {
                add(at, Edge::Mark);
                count += 1;
            }
            Tag::Conjunction | Tag::Subordinator | Tag::Wh | Tag::Preposition | Tag::To
                if !context.is_mark(at - 1) =>
            {
                add(at, Edge::Word);
                count += 1;
            }
            Tag::VerbIng
            | Tag::VerbParticiple
            | Tag::Adverb
            | Tag::Auxiliary
            | Tag::Modal
            | Tag::VerbPast
                if reading.tag(at - 1).is_nominal() =>
            {
                add(at, Edge::Word);
                count += 1;
            }
            _ => {}
        }
        at += 1;
    }
    add(last_end, Edge::Sentence);
    // The next sentence is a quotation that goes on.
    if context.opens_at(start).is_none()
        && let Some(next) = context.opens_at(sentence.end)
        && sentence.end > start
    {
        add(next.tokens.end, Edge::Chain);
    }
}

/// Candidates to the left of the cue, "none" first.
pub fn left_candidates(
    context: &Context<'_>,
    cue: &Range<usize>,
    source: Option<&Range<usize>>,
    out: &mut Vec<ContentCandidate>,
) {
    out.clear();
    out.push(ContentCandidate { tokens: None, edge: Edge::None });
    let reading = context.reading;
    let sentence = context.sentence(cue.start);
    let mut bounds = [cue.start, cue.start];
    if let Some(source) = source
        && source.start < cue.start
    {
        bounds[0] = source.start;
    }
    for (number, &bound) in bounds.iter().enumerate() {
        if number == 1 && bounds[0] == bound {
            break;
        }
        let mut end = bound;
        while end > sentence.start && reading.tag(end - 1) == Tag::Punctuation {
            end -= 1;
        }
        let mut add = |start: usize, end: usize, edge: Edge| {
            let tokens = start..end;
            if start < end && !out.iter().any(|old| old.tokens.as_ref() == Some(&tokens)) {
                out.push(ContentCandidate { tokens: Some(tokens), edge });
            }
        };
        if end == sentence.start {
            // "“Why?” ⏎ Brandt asked.": the quotation ended the sentence before.
            if number == 0
                && let Some(quotation) = context.ended_at(sentence.start)
            {
                add(quotation.tokens.start, quotation.tokens.end, Edge::Quote);
                let first = context.sentence(quotation.tokens.start).start;
                add(first, quotation.tokens.end, Edge::Sentence);
            }
            continue;
        }
        // Words inside a long quotation do not attribute what stands before them in it.
        let quotation = context.outer(end - 1).filter(|quotation| {
            quotation.tokens.end <= cue.start || end - quotation.tokens.start < Context::REACH
        });
        if let Some(quotation) = quotation {
            add(quotation.tokens.start, end, Edge::Quote);
            // "X said “a” and “b,” he added": the sentence that leads into the quotation.
            let first = context.sentence(quotation.tokens.start).start;
            add(first, end, Edge::Sentence);
        }
        add(sentence.start, end, Edge::Sentence);
        let mut phrases = 0;
        let mut at = end;
        let mut found = 0;
        while at > sentence.start && found < MAX_ENDS {
            at -= 1;
            if context.phrase_at(at).is_some() && phrases < 4 {
                phrases += 1;
                found += 1;
                add(at, end, Edge::Word);
            } else if matches!(reading.tag(at), Tag::Wh | Tag::Subordinator) {
                found += 1;
                add(at, end, Edge::Word);
            } else if reading.tag(at) == Tag::Possessive && phrases < 4 {
                // Owners: the phrase before the clitic is found by its own start.
            } else if at > sentence.start
                && (context.is_mark(at - 1) || reading.tag(at - 1) == Tag::Conjunction)
                && !context.is_mark(at)
            {
                found += 1;
                add(at, end, Edge::Mark);
            }
        }
    }
}

fn bucket(length: usize) -> u32 {
    match length {
        0..=4 => length as u32,
        5..=7 => 5,
        8..=11 => 6,
        12..=17 => 7,
        18..=27 => 8,
        28..=45 => 9,
        _ => 10,
    }
}

/// What the content models look at for one candidate on one side.
pub fn features(
    context: &Context<'_>,
    head: usize,
    cue: &Range<usize>,
    source: Option<&Range<usize>>,
    candidate: &ContentCandidate,
    right: bool,
    out: &mut Vec<u32>,
) {
    out.clear();
    let reading = context.reading;
    let base = context.base(head);
    let class = context.cues[head] as u32;
    let own = reading.tag(head) as u32;
    let sentence = context.sentence(cue.start);
    let source_side = match source {
        None => 0,
        Some(source) if source.start < cue.start => 1,
        Some(_) => 2,
    };
    // The first word of the clause that names source and cue, and what stands before it.
    let clause = source.map_or(cue.start, |source| source.start.min(cue.start));
    let quote_before = u32::from(
        context.ended_at(clause).is_some()
            || (clause > 0
                && context.is_mark(clause - 1)
                && context.ended_at(clause - 1).is_some()),
    );
    let comma_before = u32::from(clause > sentence.start && context.is_mark(clause - 1));
    let opens = u32::from(clause <= sentence.start + 1);
    let tail = source.map_or(cue.end, |source| source.end.max(cue.end));
    let quote_after = u32::from((0..3).any(|step| context.opens_at(tail + step).is_some()));
    let sentence_end_after = u32::from(tail + 1 >= sentence.end);
    let shape = source_side
        + 4 * (quote_before
            + 2 * comma_before
            + 4 * opens
            + 8 * quote_after
            + 16 * sentence_end_after);
    let next = reading.tag(cue.end) as u32;
    let salt = if right { 0 } else { 100 };
    let Some(tokens) = &candidate.tokens else {
        out.push(feature(200 + salt, shape));
        out.push(feature_pair(201 + salt, shape, class));
        out.push(feature_pair(202 + salt, shape, own));
        out.push(feature_pair(203 + salt, base, quote_before * 2 + opens));
        out.push(feature_pair(204 + salt, shape, next));
        out.push(feature_pair(205 + salt, class, context.word(cue.end)));
        out.push(feature_pair(206 + salt, own * 32 + class, next));
        out.push(feature_pair(207 + salt, class, context.word_before(clause, 1)));
        out.push(feature_pair(208 + salt, own, context.word_before(clause, 1)));
        out.push(feature_pair(209 + salt, base, context.word(cue.end)));
        out.push(feature(210 + salt, base));
        return;
    };
    let (start, end) = (tokens.start, tokens.end);
    let edge = candidate.edge as u32;
    let gap_from = if right { tail.min(start) } else { end };
    let gap = if right { start - gap_from } else { clause.saturating_sub(end).min(cue.start) };
    let gap = bucket(gap);
    let quoted = u32::from(context.opens_at(start).is_some())
        + 2 * u32::from(context.ended_at(end).is_some());
    let start_tag = reading.tag(start) as u32;
    let start_word = context.word(start);
    let before_start = context.word_before(start, 1);
    let before_tag = context.tag_before(start, 1) as u32;
    let end_tag = reading.tag(end) as u32;
    let end_word = context.word(end);
    let last_tag = context.tag_before(end, 1) as u32;
    let length = bucket(end - start);
    let verbs = context.verbs_in(start, end.min(reading.tokens.len())).min(3);
    let at_sentence_end = u32::from(end + 1 >= context.sentence(start).end);
    let after_end = reading.tag(end + 1) as u32;
    let is_source =
        u32::from(source.is_some_and(|source| source.start < end && start < source.end));

    out.push(feature_pair(220 + salt, gap, quoted));
    out.push(feature_pair(221 + salt, edge * 8 + quoted, shape));
    out.push(feature_pair(222 + salt, start_tag * 16 + gap, class));
    out.push(feature_pair(223 + salt, start_word, class));
    out.push(feature_pair(224 + salt, start_word, gap * 8 + quoted));
    out.push(feature_pair(225 + salt, base, start_tag));
    out.push(feature_pair(226 + salt, base, start_word));
    out.push(feature_pair(227 + salt, before_start, start_tag));
    out.push(feature_pair(228 + salt, before_tag * 32 + start_tag, gap));
    out.push(feature_pair(229 + salt, edge * 8 + quoted, end_tag));
    out.push(feature_pair(230 + salt, edge * 8 + quoted, end_word));
    out.push(feature_pair(231 + salt, end_word, after_end));
    out.push(feature_pair(232 + salt, end_tag * 32 + after_end, verbs * 16 + length));
    out.push(feature_pair(233 + salt, class * 32 + start_tag, end_tag));
    out.push(feature_pair(234 + salt, base, end_tag * 4 + verbs));
    out.push(feature_pair(235 + salt, length, edge * 8 + quoted));
    out.push(feature_pair(236 + salt, verbs, class * 8 + edge));
    out.push(feature_pair(237 + salt, last_tag * 32 + end_tag, edge));
    out.push(feature_pair(238 + salt, end_word, class));
    out.push(feature_pair(239 + salt, end_word, verbs * 8 + at_sentence_end));
    out.push(feature_pair(240 + salt, shape, start_tag));
    out.push(feature_pair(241 + salt, own * 32 + start_tag, edge * 8 + verbs));
    out.push(feature_pair(242 + salt, base, edge * 8 + quoted));
    out.push(feature_pair(243 + salt, class * 8 + quoted, at_sentence_end * 4 + verbs));
    out.push(feature_pair(244 + salt, is_source, edge));
    out.push(feature_pair(245 + salt, shape, length));
    out.push(feature_pair(246 + salt, start_word, end_word));
    out.push(feature_pair(247 + salt, start_tag, verbs * 512 + end_tag * 16 + edge));
    let inside = u32::from(context.outer_number(start) != context.outer_number(head))
        + 2 * u32::from(context.outer_number(end.saturating_sub(1)) != context.outer_number(head));
    out.push(feature_pair(248 + salt, inside, quoted * 8 + edge));
    out.push(feature_pair(249 + salt, inside, class));
    let next_cue = (end..(end + 4).min(reading.tokens.len()))
        .map(|token| context.cues[token] as u32)
        .find(|&class| class != 0)
        .unwrap_or(0);
    out.push(feature_pair(250 + salt, next_cue, end_tag * 8 + edge));
    if !right {
        let nearest = phrase_before(context, clause).map(|number| &reading.phrases[number]);
        let same = u32::from(nearest.is_some_and(|phrase| phrase.tokens.start == start));
        out.push(feature_pair(251 + salt, same, shape));
        out.push(feature_pair(252 + salt, same * 64 + own, class));
    }
}
