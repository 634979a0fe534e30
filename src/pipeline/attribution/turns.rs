//! Transcripts → statements: "RIVERA: I would not rely on it."

use std::ops::Range;

use crate::pipeline::lexicon::Classes;
use crate::pipeline::text::{Reading, TokenKind};

use super::rules::rules;

/// What one speaker says before the next one does, in tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The speaker's name; `None` for a label such as "TEXT:".
    pub speaker: Option<Range<usize>>,
    /// What stands after a comma: "WARD HEAD".
    pub role: Option<Range<usize>>,
    /// Notes in brackets: "through translator".
    pub notes: Vec<Range<usize>>,
    /// The colon.
    pub colon: usize,
    /// From the first token of the name.
    pub start: usize,
    /// The words said; empty where the next speaker follows at once.
    pub words: Range<usize>,
}

/// Longest run of capitals, roles and notes before a colon, in tokens.
const LONGEST: usize = 14;

/// The turns of a transcript, in order; none where a text has fewer than two of them.
pub fn find(reading: &Reading<'_>) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    let mut named = 0usize;
    for paragraph in &reading.paragraphs {
        let first = turns.len();
        for colon in paragraph.tokens.clone() {
            if reading.tokens[colon].kind != TokenKind::Punctuation || reading.lower(colon) != ":" {
                continue;
            }
            let floor = turns
                .get(first..)
                .and_then(|turns| turns.last())
                .map_or(paragraph.tokens.start, |turn| turn.colon + 1);
            if colon + 1 < paragraph.tokens.end
                && let Some(turn) = turn(reading, floor, colon, paragraph.tokens.end)
            {
                if let Some(last) = turns.get_mut(first..).and_then(|turns| turns.last_mut()) {
                    last.words.end = turn.start;
                }
                named += usize::from(turn.speaker.is_some());
                turns.push(turn);
            }
        }
    }
    // One name before a colon is a dateline or a heading as often as it is a speaker.
    if turns.len() < 2 || named == 0 {
        return Vec::new();
    }
    turns
}

fn turn(reading: &Reading<'_>, floor: usize, colon: usize, end: usize) -> Option<Turn> {
    let floor = floor.max(colon.saturating_sub(LONGEST));
    let mut notes = Vec::new();
    let mut at = colon;
    // Back over "(through translator)".
    while at > floor && reading.lower(at - 1) == ")" {
        let open = (floor..at - 1).rev().find(|&token| reading.lower(token) == "(")?;
        if open + 1 < at - 1 {
            notes.push(open + 1..at - 1);
        }
        at = open;
    }
    // Back over capitals; a comma parts name and role.
    let close = at;
    let mut comma = None;
    while at > floor {
        let token = &reading.tokens[at - 1];
        let capitals = token.kind == TokenKind::Word
            && (token.all_caps || initial(reading.word(at - 1)))
            && !token.classes.any(Classes::DETERMINER | Classes::BE | Classes::MODAL);
        if capitals {
            at -= 1;
        } else if reading.lower(at - 1) == "," && at < close && comma.is_none() && at - 1 > floor {
            comma = Some(at - 1);
            at -= 1;
        } else {
            break;
        }
    }
    // "said, RIVERA:": the comma belongs to what stands before.
    if comma == Some(at) {
        at += 1;
        comma = None;
    }
    let name_end = comma.unwrap_or(close);
    if at >= name_end || !(at..name_end).any(|token| reading.tokens[token].all_caps) {
        return None;
    }
    let label = name_end - at == 1 && rules().is_pseudo_speaker(reading.lower(at));
    notes.reverse();
    Some(Turn {
        speaker: (!label).then_some(at..name_end),
        role: comma.map(|comma| comma + 1..close),
        notes,
        colon,
        start: at,
        words: colon + 1..end,
    })
}

fn initial(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(char::is_uppercase)
        && letters.next().is_none_or(|second| second == '.')
}
