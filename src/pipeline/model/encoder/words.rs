//! Text → words and word pieces, as BERT's uncased tokeniser cuts them.
//!
//! A word is a run of letters and digits or one mark. A break of paragraph becomes a word without
//! letters, so that the encoder sees where paragraphs end.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Characters of the longest word that is cut into pieces; a longer one is one unknown piece.
const LONGEST_WORD: usize = 100;

/// The pieces a word can be made of.
#[derive(Debug)]
pub struct Vocabulary {
    numbers: HashMap<String, u32>,
    unknown: u32,
    start: u32,
    pause: u32,
    stops: [Option<u32>; 4],
}

impl Vocabulary {
    /// Reads one piece a line; a piece that continues a word begins with `##`. `None` where one of
    /// the three marks `[UNK]`, `[CLS]`, `[SEP]` is missing.
    pub fn new(lines: &str) -> Option<Vocabulary> {
        let numbers: HashMap<String, u32> =
            lines.lines().zip(0..).map(|(piece, number)| (piece.to_owned(), number)).collect();
        let number = |piece: &str| numbers.get(piece).copied();
        Some(Vocabulary {
            unknown: number("[UNK]")?,
            start: number("[CLS]")?,
            pause: number("[SEP]")?,
            stops: [number("."), number("?"), number("!"), number(";")],
            numbers,
        })
    }

    /// Number of pieces.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// The mark that a window begins with.
    pub fn start(&self) -> u32 {
        self.start
    }

    /// The mark of a paragraph's and a window's end.
    pub fn pause(&self) -> u32 {
        self.pause
    }

    /// Appends the pieces of one word; none where nothing of it is left after cleaning.
    fn cut(&self, word: &str, pieces: &mut Vec<u32>) {
        let folded = folded(word);
        if folded.is_empty() {
            return;
        }
        if folded.chars().count() > LONGEST_WORD {
            pieces.push(self.unknown);
            return;
        }
        let first = pieces.len();
        let mut start = 0;
        let mut key = String::with_capacity(folded.len() + 2);
        while start < folded.len() {
            let mut end = folded.len();
            let found = loop {
                key.clear();
                if start > 0 {
                    key.push_str("##");
                }
                key.push_str(&folded[start..end]);
                if let Some(&number) = self.numbers.get(&key) {
                    break Some(number);
                }
                match folded[start..end].char_indices().next_back() {
                    Some((at, _)) if at > 0 => end = start + at,
                    _ => break None,
                }
            };
            let Some(number) = found else {
                pieces.truncate(first);
                pieces.push(self.unknown);
                return;
            };
            pieces.push(number);
            start = end;
        }
    }
}

/// One word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Its bytes; empty for a break of paragraph.
    pub span: Range<usize>,
    /// Its pieces, as places in [`Words::pieces`].
    pub pieces: Range<usize>,
    /// Whether it stands in quotation marks; the marks do.
    pub quoted: bool,
}

/// The words of a text with their pieces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// In order of place.
    pub words: Vec<Word>,
    /// The pieces of all words, one after the other.
    pub pieces: Vec<u32>,
}

impl Words {
    /// Cuts `text`.
    pub fn read(text: &str, vocabulary: &Vocabulary) -> Words {
        let mut words = Words::default();
        let mut inside = false;
        let mut rest = text.char_indices().peekable();
        let mut pending_break = false;
        while let Some((start, c)) = rest.next() {
            if c.is_whitespace() {
                pending_break |= c == '\n';
                continue;
            }
            if pending_break && !words.words.is_empty() {
                let at = words.pieces.len();
                words.pieces.push(vocabulary.pause);
                words.words.push(Word { span: start..start, pieces: at..at + 1, quoted: false });
                inside = false;
            }
            pending_break = false;
            let alone = is_mark(c) || is_han(c);
            let mut end = start + c.len_utf8();
            while let Some(&(at, next)) = rest.peek() {
                if alone || next.is_whitespace() || is_mark(next) || is_han(next) {
                    break;
                }
                end = at + next.len_utf8();
                rest.next();
            }
            let first = words.pieces.len();
            vocabulary.cut(&text[start..end], &mut words.pieces);
            if words.pieces.len() == first {
                continue;
            }
            let was = inside;
            match c {
                '“' | '«' | '„' => inside = true,
                '”' | '»' => inside = false,
                '"' => inside = !inside,
                _ => {}
            }
            words.words.push(Word {
                span: start..end,
                pieces: first..words.pieces.len(),
                quoted: was || inside,
            });
        }
        words
    }

    /// Ranges of words whose pieces fit `budget`, two marks included: cut between paragraphs where
    /// one ends, else after a full stop, else anywhere.
    pub fn windows(&self, vocabulary: &Vocabulary, budget: usize) -> Vec<Range<usize>> {
        let limit = budget.saturating_sub(2);
        let mut windows = Vec::new();
        let mut start = 0;
        while start < self.words.len() {
            let (mut used, mut at) = (0, start);
            let (mut at_pause, mut at_stop) = (None, None);
            while let Some(word) = self.words.get(at) {
                used += word.pieces.len();
                if used > limit {
                    break;
                }
                at += 1;
                if word.span.is_empty() {
                    at_pause = Some(at);
                } else if word.span.len() == 1
                    && vocabulary.stops.contains(&self.pieces.get(word.pieces.start).copied())
                {
                    at_stop = Some(at);
                }
            }
            let end = if at == self.words.len() {
                at
            } else {
                at_pause.or(at_stop).unwrap_or(at.max(start + 1))
            };
            windows.push(start..end);
            start = end;
        }
        windows
    }
}

/// Lower case without accents, controls left out.
fn folded(word: &str) -> String {
    if word.is_ascii() {
        return word
            .chars()
            .filter(|c| !c.is_ascii_control())
            .map(|c| c.to_ascii_lowercase())
            .collect();
    }
    word.chars()
        .filter(|&c| !is_dropped(c))
        .nfd()
        .filter(|&c| !is_combining_mark(c))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Whether a character is a word by itself: ASCII marks and symbols, and other punctuation.
fn is_mark(c: char) -> bool {
    static PUNCTUATION: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^\p{P}$").expect("a valid class"));
    match c {
        '\0'..='\x7f' => c.is_ascii_punctuation(),
        '\u{2010}'..='\u{2027}' => true,
        _ if c.is_alphanumeric() => false,
        _ => PUNCTUATION.is_match(c.encode_utf8(&mut [0; 4])),
    }
}

/// Whether cleaning takes a character away: controls, formats, what stands for nothing.
fn is_dropped(c: char) -> bool {
    static OTHER: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^\p{C}$").expect("a valid class"));
    c == '\u{fffd}' || (!c.is_alphanumeric() && OTHER.is_match(c.encode_utf8(&mut [0; 4])))
}

/// Whether a character is a Han ideograph, which is a word by itself.
fn is_han(c: char) -> bool {
    matches!(c,
        '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{2ceaf}'
        | '\u{f900}'..='\u{faff}' | '\u{2f800}'..='\u{2fa1f}')
}
