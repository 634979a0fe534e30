//! Quotation marks → quotations: curly, straight and single, nested, over several paragraphs.

use std::ops::Range;

use super::token::{Token, TokenKind};

/// What the words between the marks are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QuotationKind {
    /// Somebody's words.
    Words,
    /// A nickname or a title: known as “Lefty”.
    Name,
}

/// Words between quotation marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quotation {
    /// With its marks, from the first to the last paragraph it runs over.
    pub span: Range<usize>,
    /// Without its outermost marks.
    pub inner: Range<usize>,
    /// Its tokens, marks included.
    pub tokens: Range<usize>,
    /// One piece for each paragraph it runs over, marks included.
    pub parts: Vec<Range<usize>>,
    /// 0 for an outermost one.
    pub depth: usize,
    /// The quotation it stands in.
    pub parent: Option<usize>,
    /// Whether a closing mark was found; where not, it ends with its paragraph.
    pub closed: bool,
    /// What the words are.
    pub kind: QuotationKind,
}

/// Deeper nesting is not read: nobody writes it, and it keeps hostile input cheap.
const MAX_DEPTH: usize = 8;

/// Which marks belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Curly,
    Straight,
    Single,
    StraightSingle,
    Guillemets,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Open,
    Close,
    Either,
    /// No quotation mark at all: an apostrophe.
    Apostrophe,
}

struct Open {
    family: Family,
    /// First token, the mark.
    token: usize,
    /// Index in the list of quotations, reserved at the opening so that they stay in order.
    number: usize,
    /// Finished parts, as token ranges, and the first token of the part under way.
    parts: Vec<Range<usize>>,
    part_start: usize,
    /// The first quotation opened inside; where the mark turns out never to close, it ends there.
    first_inside: Option<usize>,
}

struct Finder<'t> {
    text: &'t str,
    tokens: &'t mut [Token],
    stack: Vec<Open>,
    found: Vec<Option<Quotation>>,
}

/// All quotations of a text, in order of their opening mark.
pub(super) fn find(
    text: &str,
    tokens: &mut [Token],
    breaks: &[usize],
    lowered: &str,
) -> Vec<Quotation> {
    let mut finder = Finder { text, tokens, stack: Vec::new(), found: Vec::new() };
    for (number, &first) in breaks.iter().enumerate() {
        let end = breaks.get(number + 1).copied().unwrap_or(finder.tokens.len());
        let next = breaks.get(number + 1).copied();
        finder.paragraph(first, end, next);
    }
    finder.finish(lowered)
}

impl Finder<'_> {
    fn char(&self, token: usize) -> char {
        self.text[self.tokens[token].start..].chars().next().unwrap_or(' ')
    }

    /// Whether the token before stands close by and is no opening mark.
    fn tight_before(&self, token: usize) -> bool {
        let start = self.tokens[token].start;
        let before = self.text[..start].chars().next_back();
        before.is_some_and(|letter| {
            !letter.is_whitespace()
                && !matches!(letter, '(' | '[' | '—' | '–' | '-' | '/' | '“' | '‘')
        })
    }

    fn letter_after(&self, token: usize) -> Option<char> {
        let end = self.tokens[token].end;
        self.text[end..].chars().next().filter(|letter| !letter.is_whitespace())
    }

    fn mark(&self, token: usize) -> Option<(Family, Side)> {
        if self.tokens[token].kind != TokenKind::Quote {
            return None;
        }
        let (before, after) = (self.tight_before(token), self.letter_after(token));
        let goes_on = after.is_some_and(|letter| {
            letter.is_alphanumeric()
                || matches!(
                    letter,
                    '$' | '[' | '(' | '…' | '.' | '“' | '‘' | '#' | '@' | '\'' | '"'
                )
        });
        let sided = match (before, goes_on) {
            (false, true) => Side::Open,
            (true, false) => Side::Close,
            _ => Side::Either,
        };
        Some(match self.char(token) {
            '“' | '„' | '‟' => (
                Family::Curly,
                if sided == Side::Close && after.is_none() { Side::Close } else { Side::Open },
            ),
            '”' => (Family::Curly, if sided == Side::Open { Side::Open } else { Side::Close }),
            '«' => (Family::Guillemets, Side::Open),
            '»' => (Family::Guillemets, Side::Close),
            '"' | '＂' => (Family::Straight, sided),
            '`' => (Family::Straight, Side::Open),
            '‘' | '‚' => match after {
                // ‘90s
                Some(letter) if letter.is_numeric() => (Family::Single, Side::Apostrophe),
                Some(_) if !before => (Family::Single, Side::Open),
                _ => (Family::Single, Side::Apostrophe),
            },
            '’' => (Family::Single, if before { Side::Close } else { Side::Apostrophe }),
            '\'' => match sided {
                Side::Open if after.is_some_and(char::is_numeric) => {
                    (Family::StraightSingle, Side::Apostrophe)
                }
                Side::Either => (Family::StraightSingle, Side::Apostrophe),
                side => (Family::StraightSingle, side),
            },
            _ => return None,
        })
    }

    /// For every single mark of the paragraph that could close: whether it does so beyond doubt.
    /// "voters’ anger" could be either; it closes only where nothing later does.
    fn certain_single_closes(&self, first: usize, end: usize) -> Vec<(usize, bool)> {
        let mut marks = Vec::new();
        // Whether a certain closing mark follows before the next opening one.
        let mut later = [false; 2];
        for token in (first..end).rev() {
            let Some((family, side)) = self.mark(token) else { continue };
            let slot = match family {
                Family::Single => 0,
                Family::StraightSingle => 1,
                _ => continue,
            };
            match side {
                Side::Open => {
                    marks.push((token, later[slot]));
                    later[slot] = false;
                }
                Side::Close => {
                    let plural = self.text[..self.tokens[token].start].ends_with(['s', 'S'])
                        && self.text[self.tokens[token].end..]
                            .chars()
                            .nth(1)
                            .is_some_and(char::is_alphanumeric);
                    marks.push((token, !plural || !later[slot]));
                    later[slot] = true;
                }
                _ => {}
            }
        }
        marks.reverse();
        marks
    }

    fn paragraph(&mut self, first: usize, end: usize, next: Option<usize>) {
        if let Some(bottom) = self.stack.first_mut() {
            // The mark that opens this paragraph was seen to continue the quotation.
            bottom.part_start = first;
        }
        let singles = self.certain_single_closes(first, end);
        let mut singles = singles.into_iter().peekable();
        let continued = !self.stack.is_empty();
        for token in first..end {
            let Some((family, side)) = self.mark(token) else { continue };
            let certain =
                singles.next_if(|&(mark, _)| mark == token).is_none_or(|(_, certain)| certain);
            if continued && token == first {
                continue;
            }
            let open = self.stack.iter().rposition(|open| open.family == family);
            let single = matches!(family, Family::Single | Family::StraightSingle);
            match side {
                Side::Apostrophe => {}
                Side::Open
                    if single && !certain && !(token == first && self.continues(family, next)) => {}
                Side::Open => self.open(family, token),
                Side::Close if single && !certain => {}
                // ” alone is no quotation.
                Side::Close => {
                    if let Some(level) = open {
                        self.close(level, token);
                    }
                }
                Side::Either => match open {
                    Some(level) => self.close(level, token),
                    None => self.open(family, token),
                },
            }
        }
        self.end_paragraph(end, next);
    }

    /// Whether the next paragraph opens with a mark of this family, as a quotation that runs over
    /// several paragraphs does.
    fn continues(&self, family: Family, next: Option<usize>) -> bool {
        next.is_some_and(|next| match self.mark(next) {
            Some((other, Side::Open)) => other == family,
            _ => false,
        })
    }

    fn end_paragraph(&mut self, end: usize, next: Option<usize>) {
        let keep = match self.stack.first() {
            Some(bottom) => self.continues(bottom.family, next),
            None => false,
        };
        while self.stack.len() > usize::from(keep) {
            self.give_up(end);
        }
        if keep && let Some(bottom) = self.stack.first_mut() {
            bottom.parts.push(bottom.part_start..end);
            bottom.part_start = end;
            bottom.first_inside = None;
        }
    }

    fn open(&mut self, family: Family, token: usize) {
        if self.stack.len() >= MAX_DEPTH {
            return;
        }
        if let Some(outer) = self.stack.last_mut() {
            outer.first_inside.get_or_insert(token);
        }
        let number = self.found.len();
        self.found.push(None);
        self.stack.push(Open {
            family,
            token,
            number,
            parts: Vec::new(),
            part_start: token,
            first_inside: None,
        });
    }

    fn close(&mut self, level: usize, token: usize) {
        // What was opened inside and never closed ends here.
        while self.stack.len() > level + 1 {
            self.give_up(token);
        }
        if let Some(open) = self.stack.pop() {
            self.record(open, token + 1, true);
        }
    }

    /// Ends the innermost open quotation without a closing mark, before token `end` at the latest.
    fn give_up(&mut self, end: usize) {
        if let Some(mut open) = self.stack.pop() {
            let end = open.first_inside.unwrap_or(end).min(end);
            open.part_start = open.part_start.min(end);
            self.record(open, end, false);
        }
    }

    fn record(&mut self, open: Open, end: usize, closed: bool) {
        let mut parts = open.parts;
        if open.part_start < end {
            parts.push(open.part_start..end);
        }
        let last = end - 1;
        let inner_start = self.tokens[open.token].end;
        let inner_end = if closed { self.tokens[last].start } else { self.tokens[last].end };
        let words = self.tokens[open.token..end].iter().any(Token::is_word);
        // rock 'n' roll
        let letter = matches!(open.family, Family::Single | Family::StraightSingle)
            && inner_end.saturating_sub(inner_start) < 2;
        if inner_start >= inner_end || !words || letter {
            return;
        }
        let spans = parts
            .iter()
            .filter(|part| !part.is_empty())
            .map(|part| self.tokens[part.start].start..self.tokens[part.end - 1].end)
            .collect();
        self.found[open.number] = Some(Quotation {
            span: self.tokens[open.token].start..self.tokens[last].end,
            inner: inner_start..inner_end,
            tokens: open.token..end,
            parts: spans,
            depth: 0,
            parent: None,
            closed,
            kind: QuotationKind::Words,
        });
    }

    fn finish(mut self, lowered: &str) -> Vec<Quotation> {
        let end = self.tokens.len();
        while !self.stack.is_empty() {
            self.give_up(end);
        }
        let mut quotations: Vec<Quotation> = self.found.into_iter().flatten().collect();
        // They are in order of opening and properly nested, so the parents form a stack.
        let mut outer: Vec<usize> = Vec::new();
        for number in 0..quotations.len() {
            let start = quotations[number].tokens.start;
            while outer.last().is_some_and(|&last| quotations[last].tokens.end <= start) {
                outer.pop();
            }
            quotations[number].parent = outer.last().copied();
            quotations[number].depth = outer.len();
            quotations[number].kind = kind(self.tokens, &quotations[number], lowered);
            outer.push(number);
        }
        quotations
    }
}

/// Words that introduce a nickname or a title.
const NAMING: [&str; 12] = [
    "as",
    "nicknamed",
    "dubbed",
    "titled",
    "entitled",
    "named",
    "alias",
    "aka",
    "headlined",
    "called",
    "subtitled",
    "book",
];

fn kind(tokens: &[Token], quotation: &Quotation, lowered: &str) -> QuotationKind {
    let range = &quotation.tokens;
    let mut words = 0;
    let mut all_capital = true;
    for token in tokens[range.clone()].iter().filter(|token| token.is_word()).take(5) {
        words += 1;
        all_capital &= token.capitalised;
    }
    if words > 4 || !all_capital {
        return QuotationKind::Words;
    }
    let before = range.start.checked_sub(1).map(|number| &tokens[number]);
    let after = tokens.get(range.end);
    let named = before.is_some_and(|token| NAMING.contains(&token.lower(lowered)));
    let between = before.is_some_and(|token| token.capitalised && token.is_word())
        && after.is_some_and(|token| token.capitalised && token.is_word());
    if named || between { QuotationKind::Name } else { QuotationKind::Words }
}

/// For every token the innermost quotation it is in; `u32::MAX` for none.
pub(super) fn innermost(quotations: &[Quotation], tokens: usize) -> Vec<u32> {
    let mut of = vec![u32::MAX; tokens];
    // Inner ones come later and overwrite; the depth is bounded, so each token is written to at
    // most that often.
    for (number, quotation) in quotations.iter().enumerate() {
        of[quotation.tokens.clone()].fill(number as u32);
    }
    of
}
