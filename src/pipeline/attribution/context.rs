//! What every stage of attribution asks of a reading, counted once.

use crate::pipeline::lexicon::{Classes, hash_bytes};
use crate::pipeline::text::{NounPhrase, Quotation, QuotationKind, Reading, Tag};

use super::lexicon::{CueClass, cue_class};

/// A reading with the counts and look-ups that attribution needs.
pub struct Context<'r> {
    /// The text, read.
    pub reading: &'r Reading<'r>,
    /// What kind of cue word each token is.
    pub cues: Vec<CueClass>,
    /// Finite verbs before each token.
    verbs: Vec<u32>,
    /// Commas, semicolons and dashes before each token.
    commas: Vec<u32>,
    /// The outermost quotation of words that begins at each token, and that ended before it.
    opening: Vec<u32>,
    ended: Vec<u32>,
    /// The outermost quotation of words around each token.
    outer: Vec<u32>,
}

const NONE: u32 = u32::MAX;
/// Stands for any name that is no office or body, so that nothing is learnt about people.
const A_NAME: u32 = 0x4E41_4D45;
const A_NUMBER: u32 = 0x4E55_4D42;

impl<'r> Context<'r> {
    /// No sentence of prose has so many tokens; it bounds what a cue looks at.
    pub const REACH: usize = 200;

    /// Counts what is needed of `reading`.
    pub fn new(reading: &'r Reading<'r>) -> Self {
        let count = reading.tokens.len();
        let mut context = Context {
            reading,
            cues: Vec::with_capacity(count),
            verbs: Vec::with_capacity(count + 1),
            commas: Vec::with_capacity(count + 1),
            opening: vec![NONE; count + 1],
            ended: vec![NONE; count + 1],
            outer: vec![NONE; count],
        };
        let (mut verbs, mut commas) = (0, 0);
        for token in 0..count {
            context.verbs.push(verbs);
            context.commas.push(commas);
            let tag = reading.tag(token);
            verbs += u32::from(tag.is_finite() || tag == Tag::VerbBase);
            commas += u32::from(tag == Tag::Punctuation);
            context.cues.push(cue_class(reading, token));
        }
        context.verbs.push(verbs);
        context.commas.push(commas);
        let mut covered = 0;
        for (number, quotation) in reading.quotations.iter().enumerate() {
            if quotation.kind == QuotationKind::Name || quotation.tokens.start < covered {
                continue;
            }
            covered = quotation.tokens.end;
            context.opening[quotation.tokens.start] = number as u32;
            context.ended[quotation.tokens.end] = number as u32;
            context.outer[quotation.tokens.clone()].fill(number as u32);
        }
        context
    }

    /// What a token's word counts as: names and numbers are all one.
    pub fn word(&self, token: usize) -> u32 {
        let Some(token) = self.reading.tokens.get(token) else { return 0 };
        match token.tag {
            Tag::Name if !token.classes.any(Classes::PERSON | Classes::BODY | Classes::TITLE) => {
                A_NAME
            }
            Tag::Number => A_NUMBER,
            _ => token.hash,
        }
    }

    /// The token `back` places before `token`, as a word; 0 before the text.
    pub fn word_before(&self, token: usize, back: usize) -> u32 {
        token.checked_sub(back).map_or(1, |token| self.word(token))
    }

    /// A verb's base form as a value, or the word itself.
    pub fn base(&self, token: usize) -> u32 {
        match self.reading.tokens.get(token) {
            Some(found) if found.lemma != 0 => hash_bytes(self.reading.lemma(token).as_bytes()),
            _ => self.word(token),
        }
    }

    /// The tag `back` places before `token`.
    pub fn tag_before(&self, token: usize, back: usize) -> Tag {
        token.checked_sub(back).map_or(Tag::Other, |token| self.reading.tag(token))
    }

    /// Verbs that can stand with a subject, in a range of tokens.
    pub fn verbs_in(&self, start: usize, end: usize) -> u32 {
        self.verbs[end.max(start)] - self.verbs[start]
    }

    /// Marks in a range of tokens.
    pub fn marks_in(&self, start: usize, end: usize) -> u32 {
        self.commas[end.max(start)] - self.commas[start]
    }

    /// The outermost quotation that begins at `token`.
    pub fn opens_at(&self, token: usize) -> Option<&'r Quotation> {
        self.opening.get(token).and_then(|&number| self.reading.quotations.get(number as usize))
    }

    /// The outermost quotation whose last token stands right before `token`.
    pub fn ended_at(&self, token: usize) -> Option<&'r Quotation> {
        self.ended.get(token).and_then(|&number| self.reading.quotations.get(number as usize))
    }

    /// The outermost quotation around `token`.
    pub fn outer(&self, token: usize) -> Option<&'r Quotation> {
        self.outer.get(token).and_then(|&number| self.reading.quotations.get(number as usize))
    }

    /// The number of the outermost quotation around `token`.
    pub fn outer_number(&self, token: usize) -> u32 {
        self.outer.get(token).copied().unwrap_or(NONE)
    }

    /// The sentence around `token`, no further than [`Context::REACH`] from it.
    pub fn sentence(&self, token: usize) -> std::ops::Range<usize> {
        let number = self.reading.sentence_of(token);
        let Some(sentence) = self.reading.sentences.get(number) else { return 0..0 };
        let start = sentence.tokens.start.max(token.saturating_sub(Self::REACH));
        start..sentence.tokens.end.min(token + Self::REACH)
    }

    /// The noun phrase that begins at `token`.
    pub fn phrase_at(&self, token: usize) -> Option<&'r NounPhrase> {
        let phrase = self.reading.phrases.get(self.reading.phrase_of(token)?)?;
        (phrase.tokens.start == token).then_some(phrase)
    }

    /// Whether the token is a mark that parts: comma, semicolon, colon, dash, bracket.
    pub fn is_mark(&self, token: usize) -> bool {
        self.reading.tag(token) == Tag::Punctuation
    }
}
