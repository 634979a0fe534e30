//! Tokens → cue candidates: which words could carry an attribution, and how far each reaches.

use std::ops::Range;

use crate::domain::CueKind;
use crate::pipeline::lexicon::Classes;
use crate::pipeline::model::{feature, feature_pair};
use crate::pipeline::text::{Tag, TokenKind};

use super::context::Context;
use super::lexicon::CueClass;
use super::rules::rules;

/// Whether token `at` could be the head of a cue: its verb, its noun, its colon.
pub fn could_be_cue(context: &Context<'_>, at: usize) -> bool {
    let reading = context.reading;
    let token = &reading.tokens[at];
    match token.kind {
        TokenKind::Punctuation => reading.lower(at) == ":" && at + 1 < reading.tokens.len(),
        TokenKind::Word if reading.lower(at) == "according" => {
            !rules().is_silent_noun(reading.lower(at + 2))
        }
        TokenKind::Word => {
            token.tag.is_verb()
                || context.cues[at] != CueClass::None
                // "The message was: …", "One view is that …"
                || (token.tag == Tag::Auxiliary && token.classes.any(Classes::BE))
        }
        _ => false,
    }
}

/// What kind of cue a head makes.
pub fn kind(context: &Context<'_>, head: usize) -> CueKind {
    let reading = context.reading;
    match reading.lower(head) {
        "according" | "per" => CueKind::AccordingTo,
        ":" => CueKind::Byline,
        _ if reading.tag(head).is_verb() || reading.tag(head) == Tag::Auxiliary => CueKind::Verb,
        _ if context.cues[head] == CueClass::Noun => CueKind::Noun,
        _ => CueKind::Verb,
    }
}

/// The nearest phrase that ends at or before `end`, by number.
pub fn phrase_before(context: &Context<'_>, end: usize) -> Option<usize> {
    let phrases = &context.reading.phrases;
    let number = phrases.partition_point(|phrase| phrase.tokens.end <= end);
    number.checked_sub(1)
}

fn bucket(distance: usize) -> u32 {
    match distance {
        0..=4 => distance as u32,
        5..=6 => 5,
        7..=9 => 6,
        10..=14 => 7,
        15..=24 => 8,
        _ => 9,
    }
}

/// What the cue model looks at for head `at`.
pub fn head_features(context: &Context<'_>, at: usize, out: &mut Vec<u32>) {
    out.clear();
    let reading = context.reading;
    let sentence = context.sentence(at);
    let tag = |back: isize| -> u32 {
        let place = at as isize + back;
        if place < sentence.start as isize || place >= sentence.end as isize {
            return 99;
        }
        reading.tag(place as usize) as u32
    };
    let word = |back: isize| -> u32 {
        let place = at as isize + back;
        if place < sentence.start as isize || place >= sentence.end as isize {
            return 7;
        }
        context.word(place as usize)
    };
    let base = context.base(at);
    let class = context.cues[at] as u32;
    let own = tag(0);
    out.push(feature(1, base));
    out.push(feature(2, word(0)));
    out.push(feature_pair(3, base, own));
    out.push(feature_pair(4, class, own));
    out.push(feature_pair(5, base, word(1)));
    out.push(feature_pair(6, base, tag(1)));
    out.push(feature_pair(7, base, tag(-1)));
    out.push(feature_pair(8, class, word(1)));
    out.push(feature_pair(9, class, word(-1)));
    out.push(feature_pair(10, own, word(1)));
    out.push(feature_pair(11, own, word(-1)));
    out.push(feature_pair(12, own * 32 + class, tag(-1) * 100 + tag(1)));
    out.push(feature_pair(13, own, tag(-2) * 100 + tag(-1)));
    out.push(feature_pair(14, own, tag(1) * 100 + tag(2)));
    out.push(feature_pair(15, class, tag(1) * 100 + tag(2)));
    out.push(feature_pair(16, word(-2), word(-1)));
    out.push(feature_pair(17, word(1), word(2)));
    out.push(feature_pair(18, base, word(-1)));
    out.push(feature_pair(37, base, word(2)));

    // Where the head stands towards quotations.
    let inside = match context.outer(at) {
        Some(quotation) => 1 + u32::from(quotation.tokens.len() > 8),
        None => 0,
    };
    let quote_after = (at + 1..(at + 9).min(sentence.end))
        .find(|&token| context.opens_at(token).is_some())
        .map_or(0, |token| bucket(token - at));
    let quote_before = (0..6)
        .filter_map(|back| at.checked_sub(back))
        .find(|&token| {
            token >= sentence.start.saturating_sub(1) && context.ended_at(token).is_some()
        })
        .map_or(0, |token| 1 + bucket(at - token));
    out.push(feature_pair(19, inside, class));
    out.push(feature_pair(20, inside, quote_after * 16 + quote_before));
    out.push(feature_pair(21, class, quote_after * 16 + quote_before + 1000 * inside));
    out.push(feature_pair(22, base, u32::from(quote_after > 0) * 2 + u32::from(quote_before > 0)));
    out.push(feature_pair(38, base, inside));

    // What complements it: "that", "to", a clause, an object.
    let mut complement = 0;
    let mut that = 0;
    for token in at + 1..(at + 8).min(sentence.end) {
        let tag = reading.tag(token);
        if tag == Tag::Subordinator && that == 0 {
            that = bucket(token - at);
            complement |= 1;
        }
        if tag == Tag::To {
            complement |= 2;
        }
        if tag.is_finite() {
            complement |= 4;
            break;
        }
        if tag == Tag::Punctuation {
            complement |= 8;
            break;
        }
    }
    out.push(feature_pair(23, class, complement));
    out.push(feature_pair(24, base, complement));
    out.push(feature_pair(25, own, that * 16 + complement));
    out.push(feature(39, that * 16 + complement));

    // What could be its subject.
    let subject = phrase_before(context, at).map(|number| &reading.phrases[number]);
    let (subject_kind, subject_word, distance) = match subject {
        Some(phrase) if phrase.tokens.start >= sentence.start => {
            let classes = reading.tokens[phrase.head].classes;
            let kind = phrase.kind as u32 * 8
                + u32::from(classes.any(Classes::PERSON)) * 2
                + u32::from(classes.any(Classes::BODY)) * 4
                + u32::from(phrase.possessive);
            (kind, context.word(phrase.head), bucket(at - phrase.tokens.end))
        }
        _ => (77, 0, 9),
    };
    let between = subject.map_or(0, |phrase| {
        let start = phrase.tokens.end.max(sentence.start).min(at);
        context.marks_in(start, at).min(2) * 4 + context.verbs_in(start, at).min(3)
    });
    out.push(feature_pair(26, own * 32 + class, subject_kind * 16 + distance));
    out.push(feature_pair(27, class, subject_word));
    out.push(feature_pair(28, base, subject_kind));
    out.push(feature_pair(29, own, subject_kind * 256 + distance * 16 + between));
    out.push(feature(40, subject_word));

    // Its helpers and where it stands in the sentence.
    let mut chain = 0u32;
    for back in 1..=4 {
        match tag(-back) {
            t if t == Tag::Modal as u32 => chain |= 1,
            t if t == Tag::Negation as u32 => chain |= 2,
            t if t == Tag::To as u32 => chain |= 4,
            t if t == Tag::Auxiliary as u32 => chain |= 8,
            t if t == Tag::Adverb as u32 => chain |= 16,
            _ => break,
        }
    }
    out.push(feature_pair(30, own, chain));
    out.push(feature_pair(31, class, chain));
    out.push(feature_pair(41, base, chain));
    let start_bucket = bucket(at - sentence.start);
    out.push(feature_pair(32, class, start_bucket));
    out.push(feature_pair(42, own, bucket(sentence.end - at)));

    // Another cue before it in the sentence makes this one part of what is said.
    let mut earlier = 0;
    let mut last_class = 0;
    let mut last_base = 0;
    let mut last_distance = 0;
    for token in (sentence.start.max(at.saturating_sub(40))..at).rev() {
        if reading.tag(token).is_verb() || reading.lower(token) == "according" {
            if last_base == 0 {
                last_base = context.base(token);
                last_distance = bucket(at - token);
            }
            let class = context.cues[token] as u32;
            if class != 0 {
                if last_class == 0 {
                    last_class = class;
                }
                earlier += 1;
            }
        }
    }
    let mut later = 0;
    for token in at + 1..sentence.end.min(at + 40) {
        if matches!(context.cues[token], CueClass::Say) && reading.tag(token).is_verb() {
            later += 1;
        }
    }
    out.push(feature_pair(33, class, earlier.min(3) * 4 + later.min(2)));
    out.push(feature_pair(34, last_class, own * 32 + class));
    out.push(feature_pair(35, last_base, last_distance));
    out.push(feature_pair(36, base, last_class));
    out.push(feature_pair(43, last_base, own));
}

/// Whether the cue should grow to take in `token`, to its left or right: what the model looks at.
pub fn extent_features(
    context: &Context<'_>,
    head: usize,
    cue: &Range<usize>,
    token: usize,
    out: &mut Vec<u32>,
) {
    out.clear();
    let reading = context.reading;
    let left = u32::from(token < cue.start);
    let tag = reading.tag(token) as u32 + 100 * left;
    let beyond = if left == 1 { token.checked_sub(1) } else { Some(token + 1) };
    let beyond_tag = beyond.map_or(98, |place| reading.tag(place) as u32);
    let beyond_word = beyond.map_or(0, |place| context.word(place));
    let base = context.base(head);
    let own = reading.tag(head) as u32;
    let grown = (cue.len() as u32).min(5);
    let quoted = u32::from(context.opens_at(token + 1).is_some())
        + 2 * u32::from(context.outer_number(token) != context.outer_number(head));
    out.push(feature(50, tag));
    out.push(feature_pair(51, tag, context.word(token)));
    out.push(feature_pair(52, base, context.word(token) ^ left));
    out.push(feature_pair(53, base, tag));
    out.push(feature_pair(54, tag, own * 32 + beyond_tag));
    out.push(feature_pair(55, tag, grown));
    out.push(feature_pair(56, context.word(token), beyond_word ^ left));
    out.push(feature_pair(57, context.cues[head] as u32, tag * 32 + beyond_tag));
    out.push(feature_pair(58, context.cues[head] as u32, context.word(token) ^ left));
    out.push(feature_pair(59, tag, quoted * 8 + grown));
    out.push(feature_pair(60, base, beyond_tag + tag * 64));
    let edge = if left == 1 { cue.start } else { cue.end.saturating_sub(1) };
    out.push(feature_pair(61, context.word(edge), context.word(token) ^ left));
    out.push(feature_pair(62, context.word(edge), tag));
}

/// How many words a cue grows at most to either side.
pub const MAX_GROWTH: usize = 8;
