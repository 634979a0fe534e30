//! Text → tokens, sentences, quotations, noun phrases; knows language only, no claim.
//!
//! [`read`] is the one way in. It reads one field of a document (title or body) in one pass of
//! linear cost a stage, whatever the text: a megabyte of quotation marks costs what a megabyte of
//! prose does. All positions are bytes of the text that was read and lie on character boundaries.

mod phrase;
mod quotation;
mod sentence;
mod tag;
mod token;

use std::ops::Range;

pub use phrase::{NounPhrase, PhraseKind};
pub use quotation::{Quotation, QuotationKind};
pub use tag::Tag;
pub use token::{Token, TokenKind};

/// One field of a document, read: its words and what they make up.
///
/// ```
/// use claimtrail::pipeline::text;
/// let reading = text::read("“Nothing was there,” Gen. Brandt said.");
/// assert_eq!(reading.sentences.len(), 1);
/// assert_eq!(&reading.text[reading.quotations[0].inner.clone()], "Nothing was there,");
/// ```
#[derive(Debug)]
pub struct Reading<'t> {
    /// What was read.
    pub text: &'t str,
    /// Words, numbers and marks, in order of place.
    pub tokens: Vec<Token>,
    /// Sentences; every token is in exactly one.
    pub sentences: Vec<Sentence>,
    /// Paragraphs; every token is in exactly one.
    pub paragraphs: Vec<Paragraph>,
    /// Quotations, in order of their opening mark.
    pub quotations: Vec<Quotation>,
    /// Names, pronouns and other noun phrases without what follows their head, in order of place;
    /// they do not overlap.
    pub phrases: Vec<NounPhrase>,
    lowered: String,
    sentence_of: Vec<u32>,
    quotation_of: Vec<u32>,
    phrase_of: Vec<u32>,
}

/// A sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// Its tokens.
    pub tokens: Range<usize>,
    /// Bytes from its first to its last token.
    pub span: Range<usize>,
    /// The paragraph it is in.
    pub paragraph: usize,
}

/// A paragraph: what stands between blank lines, or a line where lines are not wrapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paragraph {
    /// Its tokens.
    pub tokens: Range<usize>,
    /// Its sentences.
    pub sentences: Range<usize>,
}

/// Reads one field of a document.
pub fn read(text: &str) -> Reading<'_> {
    let (mut tokens, lowered) = token::tokenize(text);
    let breaks = sentence::paragraphs(text, &tokens);
    let quotations = quotation::find(text, &mut tokens, &breaks, &lowered);
    let (sentences, paragraphs) = sentence::split(&mut tokens, &breaks, &lowered);
    for sentence in &sentences {
        tag::tag_sentence(&mut tokens[sentence.tokens.clone()], &lowered);
    }
    let phrases = phrase::find(&tokens, &sentences, &lowered);

    let mut sentence_of = vec![0; tokens.len()];
    for (number, sentence) in sentences.iter().enumerate() {
        sentence_of[sentence.tokens.clone()].fill(number as u32);
    }
    let mut phrase_of = vec![u32::MAX; tokens.len()];
    for (number, phrase) in phrases.iter().enumerate() {
        phrase_of[phrase.tokens.clone()].fill(number as u32);
    }
    let quotation_of = quotation::innermost(&quotations, tokens.len());
    Reading {
        text,
        tokens,
        sentences,
        paragraphs,
        quotations,
        phrases,
        lowered,
        sentence_of,
        quotation_of,
        phrase_of,
    }
}

/// The sentences of a text alone, as [`read`] divides it, in order of place.
pub fn sentences(text: &str) -> Vec<Sentence> {
    let (mut tokens, lowered) = token::tokenize(text);
    let breaks = sentence::paragraphs(text, &tokens);
    quotation::find(text, &mut tokens, &breaks, &lowered);
    sentence::split(&mut tokens, &breaks, &lowered).0
}

impl<'t> Reading<'t> {
    /// The words of a token as they stand.
    pub fn word(&self, token: usize) -> &'t str {
        self.tokens.get(token).map_or("", |token| &self.text[token.start..token.end])
    }

    /// A token in lower case, curly apostrophes made straight and invisible marks left out.
    pub fn lower(&self, token: usize) -> &str {
        self.tokens.get(token).map_or("", |token| token.lower(&self.lowered))
    }

    /// The base form of a verb; empty where the token is no known verb.
    pub fn lemma(&self, token: usize) -> &'static str {
        self.tokens
            .get(token)
            .map_or("", |token| crate::pipeline::lexicon::words().lemma(token.lemma))
    }

    /// What a token is in its sentence; [`Tag::Other`] off the end.
    pub fn tag(&self, token: usize) -> Tag {
        self.tokens.get(token).map_or(Tag::Other, |token| token.tag)
    }

    /// The bytes from the first to the last token of a range; `None` for an empty one.
    pub fn span(&self, tokens: Range<usize>) -> Option<Range<usize>> {
        let slice = self.tokens.get(tokens)?;
        Some(slice.first()?.start..slice.last()?.end)
    }

    /// The number of the sentence a token is in; 0 off the end.
    pub fn sentence_of(&self, token: usize) -> usize {
        self.sentence_of.get(token).map_or(0, |&number| number as usize)
    }

    /// The number of the innermost quotation a token is in, its marks included.
    pub fn quotation_of(&self, token: usize) -> Option<usize> {
        self.quotation_of.get(token).filter(|&&number| number != u32::MAX).map(|&n| n as usize)
    }

    /// The number of the noun phrase a token is in.
    pub fn phrase_of(&self, token: usize) -> Option<usize> {
        self.phrase_of.get(token).filter(|&&number| number != u32::MAX).map(|&n| n as usize)
    }

    /// The first token that ends after byte `at`; the number of tokens where there is none.
    pub fn token_at(&self, at: usize) -> usize {
        self.tokens.partition_point(|token| token.end <= at)
    }
}
