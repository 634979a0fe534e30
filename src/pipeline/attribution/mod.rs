//! Sentences → Statements: cues, contents, sources and what links them.

mod calibration;
pub mod content;
pub mod context;
pub mod cue;
mod drafts;
mod encoder;
mod gate;
pub mod lexicon;
pub mod models;
mod nesting;
mod quotations;
pub mod rules;
pub mod source;
mod turns;
mod via;

use std::ops::Range;

use crate::domain::{CueKind, Mode};
use crate::pipeline::Gear;
use crate::pipeline::text::{QuotationKind, Reading};

use context::Context;
use drafts::Draft;
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

/// Statements less likely than this to be right in every part are left out; the best F1 of source
/// and attribution together on dev, where 0.16 to 0.25 lie within half a point.
pub const ACCEPT: f32 = 0.22;

/// A quotation that no word attributes is kept with this confidence: that it is somebody's words.
const FREE: f32 = 0.3;
/// As [`FREE`], where a speaker seems to go on.
const CONTINUED: f32 = 0.4;
/// An outer statement this much as likely as the inner one is kept in its place; chosen on dev,
/// where 0.4 to 1 lie within one point of F1.
const OUTER_STAYS: f32 = 0.9;
/// What a by-line and a turn of a transcript are worth: the form leaves little to doubt.
const BYLINE: f32 = 0.85;

/// All statements of a reading, in order of their first word; one that stands in the contents of
/// another follows it and names it as its parent.
pub fn find_statements(reading: &Reading<'_>) -> Vec<AttributedStatement> {
    find_with(models::models(), reading, ACCEPT)
}

/// Version of the model in the seat of the given gear.
pub fn model(gear: Gear) -> &'static str {
    match gear {
        Gear::Fast => "linear-1",
        Gear::Accurate => encoder::MODEL,
    }
}

/// As [`find_statements`], by the seat of the given gear.
pub fn find_statements_in(gear: Gear, reading: &Reading<'_>) -> Vec<AttributedStatement> {
    match gear {
        Gear::Fast => find_statements(reading),
        Gear::Accurate => {
            let context = Context::new(reading);
            let mut statements = settle(&context, encoder::drafts(&context));
            // What stands inside a content is short and read apart; the linear models do for it.
            let models = models::models();
            nesting::nest(models, reading, ACCEPT, &mut statements, nesting::MAX_NESTING);
            nesting::order(statements)
        }
    }
}

/// As [`find_statements`], with given weights and acceptance.
pub fn find_with(models: &Models, reading: &Reading<'_>, accept: f32) -> Vec<AttributedStatement> {
    let mut statements = top_level(models, reading, accept);
    nesting::nest(models, reading, accept, &mut statements, nesting::MAX_NESTING);
    nesting::order(statements)
}

/// The statements that stand in no other one.
fn top_level(models: &Models, reading: &Reading<'_>, accept: f32) -> Vec<AttributedStatement> {
    let context = Context::new(reading);
    let drafts = drafts::find(models, &context, accept);
    settle(&context, drafts)
}

/// Turns of a transcript, then the drafts that do not contradict a likelier one, then the
/// quotations that are left.
fn settle(context: &Context<'_>, mut drafts: Vec<Draft>) -> Vec<AttributedStatement> {
    let reading = context.reading;
    let mut taken = vec![false; reading.tokens.len()];
    let mut statements = Vec::new();
    for turn in turns::find(reading) {
        taken[turn.start..turn.words.end].fill(true);
        statements.extend(turn_statement(reading, &turn));
    }
    drafts.retain(|draft| !taken[draft.head]);
    let kept = without_overlaps(drafts, &mut taken);
    statements.extend(kept.iter().filter_map(|draft| drafts::statement(context, draft)));
    let mut statements = nesting::order(statements);
    unattributed(context, &taken, &mut statements);
    statements
}

/// The drafts of which none stands in another, the likelier ones first; what they cover is taken.
///
/// Of two that do, the outer one stays where it is about as likely: the inner one is found again
/// when the outer one's contents are read.
fn without_overlaps(mut drafts: Vec<Draft>, taken: &mut [bool]) -> Vec<Draft> {
    drafts.sort_by(|a, b| b.probability.total_cmp(&a.probability).then(a.head.cmp(&b.head)));
    let mut kept: Vec<Option<Draft>> = Vec::new();
    // Which of the kept ones has its cue's head at a token.
    let mut headed = vec![usize::MAX; taken.len()];
    for draft in drafts {
        if taken[draft.head] {
            continue;
        }
        let parts = [Some(&draft.cue), draft.left.as_ref(), draft.right.as_ref()];
        let tokens = || parts.into_iter().flatten().cloned().flatten();
        let inner: Vec<usize> =
            tokens().map(|token| headed[token]).filter(|&number| number != usize::MAX).collect();
        let likelier = inner
            .iter()
            .filter_map(|&number| kept[number].as_ref())
            .any(|inner| draft.probability < OUTER_STAYS * inner.probability);
        if likelier {
            continue;
        }
        for number in inner {
            kept[number] = None;
        }
        for token in tokens() {
            taken[token] = true;
        }
        headed[draft.head] = kept.len();
        kept.push(Some(draft));
    }
    kept.into_iter().flatten().collect()
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
