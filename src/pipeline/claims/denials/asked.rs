//! The trained encoder's seat: what the words around a cue tell of it.

use std::cell::Cell;
use std::ops::Range;
use std::sync::LazyLock;

use super::cue::Cue;
use crate::pipeline::model::encoder::{CueRead, CueReader, Kernel, Part, Tagger, Words};
use crate::pipeline::text::Reading;

/// Version of the weights.
pub const MODEL: &str = "minilm-l4-denials-5";

/// A text whose cues the encoder is asked about.
#[derive(Debug)]
pub struct Asker<'r> {
    reading: &'r Reading<'r>,
    words: Words,
    /// Questions that may still be asked.
    left: Cell<usize>,
}

/// Questions that any text may ask, and tokens for which it may ask one more: a text of nothing
/// but cues would take an hour for a megabyte otherwise.
const FREE: usize = 16;
const TOKENS_EACH: usize = 64;

/// What the encoder answers for one cue, in tokens.
#[derive(Debug)]
pub struct Answer<'a> {
    asker: &'a Asker<'a>,
    read: CueRead,
}

impl<'r> Asker<'r> {
    /// Cuts the text into words.
    pub fn of(reading: &'r Reading<'r>) -> Self {
        let (words, _) = Tagger::built_in().words(reading.text, usize::MAX);
        let left = Cell::new(FREE + reading.tokens.len() / TOKENS_EACH);
        Asker { reading, words, left }
    }

    /// What the words around a cue tell; `None` where the cue has no word, or where the text has
    /// asked more often than one of its length may.
    pub fn ask(&self, cue: &Cue) -> Option<Answer<'_>> {
        let words = self.words(&cue.tokens)?;
        self.left.set(self.left.get().checked_sub(1)?);
        let read = reader().ask(Tagger::built_in(), &self.words, words, Kernel::best());
        Some(Answer { asker: self, read })
    }

    /// The words that tokens hold.
    fn words(&self, tokens: &Range<usize>) -> Option<Range<usize>> {
        let span = self.reading.span(tokens.clone())?;
        let words = &self.words.words;
        let start = words.partition_point(|word| word.span.end <= span.start);
        let end = start + words[start..].partition_point(|word| word.span.start < span.end);
        (start < end).then_some(start..end)
    }
}

impl Answer<'_> {
    /// The share that the cue denies something, 0..1.
    pub fn denies(&self) -> f32 {
        1.0 - self.read.kinds[0]
    }

    /// Log of the share that a part has these tokens, or is told nowhere.
    pub fn log_share(&self, part: Part, tokens: Option<&Range<usize>>) -> f32 {
        match tokens {
            None => self.read.log_share(part, None),
            Some(tokens) => self
                .asker
                .words(tokens)
                .map_or(f32::NEG_INFINITY, |words| self.read.log_share(part, Some(&words))),
        }
    }

    /// The likeliest tokens of a part, the likeliest first.
    pub fn best(&self, part: Part, longest: usize, count: usize) -> Vec<Range<usize>> {
        let reading = self.asker.reading;
        self.read
            .best(part, longest, count)
            .into_iter()
            .filter_map(|words| {
                let start = self.asker.words.words.get(words.start)?.span.start;
                let end = self.asker.words.words.get(words.end - 1)?.span.end;
                let tokens = reading.token_at(start)..reading.token_at(end.checked_sub(1)?) + 1;
                (tokens.start < tokens.end && tokens.end <= reading.tokens.len()).then_some(tokens)
            })
            .collect()
    }
}

/// The trained weights.
fn reader() -> &'static CueReader {
    static READER: LazyLock<CueReader> = LazyLock::new(|| {
        CueReader::read(include_bytes!("../../model/encoder/denials.safetensors"))
            .expect("the weights in the program are whole")
    });
    &READER
}

#[cfg(test)]
mod tests {
    use super::super::cue;
    use super::*;
    use crate::pipeline::text;

    #[test]
    fn a_text_asks_no_oftener_than_its_length_allows() {
        let reading = text::read("The palace denied that the well was dry.");
        let cues = cue::propose(&reading);
        let asker = Asker::of(&reading);
        assert_eq!(asker.left.get(), FREE);
        assert!(asker.ask(&cues[0]).is_some());
        assert_eq!(asker.left.get(), FREE - 1);
        asker.left.set(0);
        assert!(asker.ask(&cues[0]).is_none());

        let long = "The palace denied it. ".repeat(1_000);
        let reading = text::read(&long);
        assert_eq!(Asker::of(&reading).left.get(), FREE + reading.tokens.len() / TOKENS_EACH);
    }
}
