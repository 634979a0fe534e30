//! Bytes → tokens: words with their clitics split off, numbers, quotation marks, other marks.

use crate::pipeline::lexicon::{Classes, hash_bytes, words};

use super::Tag;

/// What a token is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// Letters, perhaps with inner hyphens, apostrophes or full stops; or a clitic ("n't", "'s").
    Word,
    /// Begins with a digit and is no more than a number with its suffix: "1,200", "3rd", "90s".
    Number,
    /// A quotation mark, or an apostrophe that could be one.
    Quote,
    /// Any other mark.
    Punctuation,
}

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// What it is made of.
    pub kind: TokenKind,
    /// What it is in its sentence.
    pub tag: Tag,
    /// What the word lists know of it.
    pub classes: Classes,
    /// Number of its verb's base form; 0 where it is no known verb.
    pub lemma: u16,
    /// Hash of its lower-case form.
    pub hash: u32,
    /// Begins with an upper-case letter.
    pub capitalised: bool,
    /// Has at least two letters and all are upper case.
    pub all_caps: bool,
    /// Is the first word of its sentence.
    pub sentence_start: bool,
    /// White space, or the start of the text, stands before it.
    pub space_before: bool,
    lower_start: usize,
    lower_end: usize,
}

impl Token {
    /// The lower-case form, from the text's arena.
    pub(super) fn lower<'l>(&self, lowered: &'l str) -> &'l str {
        &lowered[self.lower_start..self.lower_end]
    }

    /// Whether it is a word or a number.
    pub fn is_word(&self) -> bool {
        matches!(self.kind, TokenKind::Word | TokenKind::Number)
    }
}

/// Characters that readers do not see and that stand inside words.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{AD}' | '\u{200B}' | '\u{200C}' | '\u{200D}' | '\u{2060}' | '\u{FEFF}')
}

fn is_word_letter(letter: char) -> bool {
    letter.is_alphanumeric()
        || is_invisible(letter)
        || ('\u{300}'..='\u{36F}').contains(&letter)
        || ('\u{64B}'..='\u{65F}').contains(&letter)
}

fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '’' | 'ʼ' | '‘' | '`')
}

fn is_quote(letter: char) -> bool {
    matches!(letter, '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '\'' | '‘' | '’' | '‚' | '＂')
}

struct Tokenizer<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    lowered: String,
    last_end: usize,
}

/// The tokens of `text`, untagged, and the arena of their lower-case forms.
pub(super) fn tokenize(text: &str) -> (Vec<Token>, String) {
    let mut tokenizer = Tokenizer {
        text,
        tokens: Vec::with_capacity(text.len() / 5),
        lowered: String::with_capacity(text.len()),
        last_end: 0,
    };
    let mut at = 0;
    while let Some(letter) = text[at..].chars().next() {
        let width = letter.len_utf8();
        if letter.is_whitespace() || letter.is_control() || is_invisible(letter) {
            at += width;
        } else if letter.is_alphanumeric()
            || (matches!(letter, '@' | '#') && next_is_letter(text, at + width))
        {
            at = tokenizer.word(at);
        } else if is_quote(letter) {
            tokenizer.push(at, at + width, TokenKind::Quote);
            at += width;
        } else {
            let end = at + run(&text[at..], letter);
            let kind =
                if matches!(letter, '`') { TokenKind::Quote } else { TokenKind::Punctuation };
            tokenizer.push(at, end, kind);
            at = end;
        }
    }
    (tokenizer.tokens, tokenizer.lowered)
}

fn next_is_letter(text: &str, at: usize) -> bool {
    text[at..].chars().next().is_some_and(char::is_alphanumeric)
}

/// Length of the mark at the start of `rest`: dots, hyphens and back-ticks are taken in runs.
fn run(rest: &str, letter: char) -> usize {
    let width = letter.len_utf8();
    let longest = match letter {
        '.' | '-' => usize::MAX,
        '`' => 2,
        _ => return width,
    };
    rest.bytes().take_while(|&byte| byte == letter as u8).take(longest).count()
}

impl Tokenizer<'_> {
    fn push(&mut self, start: usize, end: usize, kind: TokenKind) {
        let text = &self.text[start..end];
        let lower_start = self.lowered.len();
        let (mut upper, mut letters) = (0usize, 0usize);
        for letter in text.chars() {
            if letter.is_ascii() {
                letters += usize::from(letter.is_ascii_alphabetic());
                upper += usize::from(letter.is_ascii_uppercase());
                self.lowered.push(letter.to_ascii_lowercase());
            } else if matches!(letter, '’' | 'ʼ' | '‘') {
                self.lowered.push('\'');
            } else if !is_invisible(letter) {
                letters += usize::from(letter.is_alphabetic());
                upper += usize::from(letter.is_uppercase());
                self.lowered.extend(letter.to_lowercase());
            }
        }
        let lower = &self.lowered[lower_start..];
        let entry = if matches!(kind, TokenKind::Word | TokenKind::Number) || lower == "&" {
            words().get(lower)
        } else {
            Default::default()
        };
        let space_before = start == 0 || self.last_end < start;
        self.tokens.push(Token {
            start,
            end,
            kind,
            tag: Tag::Other,
            classes: entry.classes,
            lemma: entry.lemma,
            hash: hash_bytes(lower.as_bytes()),
            capitalised: text.chars().next().is_some_and(char::is_uppercase),
            all_caps: letters >= 2 && upper == letters,
            sentence_start: false,
            space_before,
            lower_start,
            lower_end: self.lowered.len(),
        });
        self.last_end = end;
    }

    /// Takes the word that starts at `start`; gives where the next token may start.
    fn word(&mut self, start: usize) -> usize {
        let text = self.text;
        if let Some(end) = address(text, start) {
            self.push(start, end, TokenKind::Word);
            return end;
        }
        let numeric = text[start..].starts_with(|letter: char| letter.is_numeric());
        let mut at = start;
        // Where the part after the last inner mark began, and whether only "X." came before it.
        let mut part = start;
        let mut initials = true;
        // The last apostrophe inside, where a clitic may begin.
        let mut apostrophe = None;
        loop {
            let rest = &text[at..];
            let Some(letter) = rest.chars().next() else { break };
            let width = letter.len_utf8();
            if is_word_letter(letter) || (at == start && matches!(letter, '@' | '#')) {
                at += width;
                continue;
            }
            let after = rest[width..].chars().next();
            let joins = match letter {
                _ if is_apostrophe(letter) => after.is_some_and(char::is_alphabetic),
                '-' | '‐' | '‑' | '_' | '/' if !numeric || letter != '/' => {
                    letter != '/' && after.is_some_and(char::is_alphanumeric)
                }
                '/' | ':' => numeric && after.is_some_and(|next| next.is_numeric()),
                ',' => numeric && after.is_some_and(|next| next.is_numeric()),
                '&' => after.is_some_and(char::is_uppercase),
                '.' => match after {
                    Some(next) if numeric => next.is_numeric(),
                    Some(next) if next.is_alphabetic() => {
                        let single = is_single_letter(&text[part..at]);
                        (initials && single) || (!single && next.is_lowercase())
                    }
                    _ => false,
                },
                '@' => after.is_some_and(char::is_alphanumeric),
                _ => false,
            };
            if !joins {
                break;
            }
            if is_apostrophe(letter) {
                apostrophe = Some(at);
            }
            if letter == '.' {
                initials &= is_single_letter(&text[part..at]);
            } else if letter != ',' {
                initials = false;
            }
            at += width;
            part = at;
        }
        // "U.S." and "Mr." take their full stop along.
        if text[at..].starts_with('.') && !text[at..].starts_with("..") {
            let single = initials && is_single_letter(&text[part..at]);
            let numbered = !matches!(&text[start..at], "No" | "Nos")
                || text[at + 1..].trim_start().starts_with(|letter: char| letter.is_numeric());
            if numbered && (single || is_abbreviation(&text[start..at])) {
                at += 1;
                self.push(start, at, TokenKind::Word);
                return at;
            }
        }
        let word = &text[start..at];
        let kind =
            if numeric && is_plain_number(word) { TokenKind::Number } else { TokenKind::Word };
        match apostrophe.and_then(|apostrophe| clitic(text, start, apostrophe, at)) {
            Some(split) => {
                self.push(start, split, kind);
                self.push(split, at, TokenKind::Word);
            }
            None => self.push(start, at, kind),
        }
        at
    }
}

/// The end of a web or mail address that starts at `start`.
fn address(text: &str, start: usize) -> Option<usize> {
    let head = text.as_bytes().get(start..)?;
    let known = [&b"http://"[..], b"https://", b"www."];
    known.iter().find(|prefix| {
        head.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    })?;
    let rest = &text[start..];
    let end = rest
        .find(|letter: char| {
            letter.is_whitespace() || matches!(letter, '"' | '“' | '”' | '<' | '>')
        })
        .unwrap_or(rest.len());
    let trimmed = rest[..end].trim_end_matches(['.', ',', ';', ':', ')', '!', '?', '\'', '’']);
    (!trimmed.is_empty()).then_some(start + trimmed.len())
}

fn is_single_letter(part: &str) -> bool {
    let mut letters = part.chars();
    letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none()
}

fn is_abbreviation(word: &str) -> bool {
    if word.len() > 12 || !word.is_ascii() {
        return false;
    }
    let mut buffer = [0u8; 13];
    buffer[..word.len()].copy_from_slice(word.as_bytes());
    buffer[..word.len()].make_ascii_lowercase();
    buffer[word.len()] = b'.';
    let Ok(key) = std::str::from_utf8(&buffer[..=word.len()]) else { return false };
    let classes = words().get(key).classes;
    // "no." and "sun." are words at the end of a sentence; only "No. 5" and "Sun." are short.
    let small = matches!(word, "etc" | "vs" | "cf" | "approx" | "est" | "v");
    classes.any(Classes::TITLE_ABBREVIATION | Classes::ABBREVIATION | Classes::MONTH)
        && (small || word.starts_with(|letter: char| letter.is_ascii_uppercase()))
}

fn is_plain_number(word: &str) -> bool {
    let letters = word.chars().filter(|letter| letter.is_alphabetic()).count();
    letters <= 2 && !word.contains('-')
}

/// Where the clitic of the word `start..end` begins, its last apostrophe being at `apostrophe`.
fn clitic(text: &str, start: usize, apostrophe: usize, end: usize) -> Option<usize> {
    let mark = text[apostrophe..].chars().next()?;
    let tail = &text[apostrophe + mark.len_utf8()..end];
    match tail {
        "s" | "S" | "re" | "ve" | "ll" | "d" | "m" | "RE" | "VE" | "LL" | "D" | "M" => {
            Some(apostrophe)
        }
        "t" | "T" => {
            let head = &text[start..apostrophe];
            let split = head.len().checked_sub(1)?;
            (head.ends_with(['n', 'N']) && split > 0).then_some(start + split)
        }
        _ => None,
    }
}
