//! Spans that nest, overlap and cross → tokens that nest well.
//!
//! One sweep over the edges of the spans, paragraph by paragraph. A span that crosses the end of
//! another, or of its paragraph, is closed there and opened again behind it, so that every opened
//! element is closed in order.

use std::collections::BTreeSet;
use std::ops::Range;

use super::anchor;
use crate::domain::{CodePoints, Field, Stance};

/// What the words under a mark are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MarkKind {
    /// A claim stands here, and this is done to it.
    Place(PlaceStance),
    /// The words of the denied thing.
    Denied,
    /// The words that deny.
    DenialCue,
    /// The words that name who denies.
    Denier,
    /// The words that name who relayed it.
    Via,
    /// The words that name the source of a statement.
    Source,
    /// The words that attribute.
    Cue,
}

/// [`Stance`] in an order, so that marks have one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlaceStance {
    /// Says it is so.
    Asserts,
    /// Says it is not so.
    Denies,
    /// Says that others say so.
    Reports,
    /// Asks whether it is so.
    Questions,
}

impl From<Stance> for MarkKind {
    fn from(stance: Stance) -> Self {
        MarkKind::Place(match stance {
            Stance::Asserts => PlaceStance::Asserts,
            Stance::Denies => PlaceStance::Denies,
            Stance::Reports => PlaceStance::Reports,
            Stance::Questions => PlaceStance::Questions,
        })
    }
}

impl MarkKind {
    /// Every kind, in the order of the legend.
    pub const ALL: [MarkKind; 10] = [
        MarkKind::Place(PlaceStance::Asserts),
        MarkKind::Place(PlaceStance::Reports),
        MarkKind::Place(PlaceStance::Questions),
        MarkKind::Place(PlaceStance::Denies),
        MarkKind::DenialCue,
        MarkKind::Denied,
        MarkKind::Denier,
        MarkKind::Via,
        MarkKind::Source,
        MarkKind::Cue,
    ];

    /// The classes it is styled by.
    pub fn class(self) -> &'static str {
        match self {
            MarkKind::Place(PlaceStance::Asserts) => "place asserts",
            MarkKind::Place(PlaceStance::Denies) => "place denies",
            MarkKind::Place(PlaceStance::Reports) => "place reports",
            MarkKind::Place(PlaceStance::Questions) => "place questions",
            MarkKind::Denied => "denied",
            MarkKind::DenialCue => "denial-cue",
            MarkKind::Denier => "denier",
            MarkKind::Via => "via",
            MarkKind::Source => "source",
            MarkKind::Cue => "cue",
        }
    }

    /// What it says, alone or before the number of its claim.
    pub fn says(self) -> &'static str {
        match self {
            MarkKind::Place(PlaceStance::Asserts) => "asserts claim",
            MarkKind::Place(PlaceStance::Denies) => "denies claim",
            MarkKind::Place(PlaceStance::Reports) => "reports claim",
            MarkKind::Place(PlaceStance::Questions) => "questions claim",
            MarkKind::Denied => "denied words, claim",
            MarkKind::DenialCue => "words that deny claim",
            MarkKind::Denier => "who denies claim",
            MarkKind::Via => "who relayed it",
            MarkKind::Source => "source of a statement",
            MarkKind::Cue => "words that attribute",
        }
    }

    /// What the legend says of it.
    pub fn legend(self) -> &'static str {
        match self {
            MarkKind::Place(PlaceStance::Asserts) => "a claim, asserted here",
            MarkKind::Place(PlaceStance::Denies) => "a claim, denied here",
            MarkKind::Place(PlaceStance::Reports) => "a claim, reported as others say it",
            MarkKind::Place(PlaceStance::Questions) => "a claim, questioned here",
            MarkKind::Denied => "what is denied",
            MarkKind::DenialCue => "words that deny",
            MarkKind::Denier => "who denies",
            MarkKind::Via => "who relayed it",
            MarkKind::Source => "source of a statement",
            MarkKind::Cue => "words that attribute",
        }
    }

    /// `mark` for what speaks of a claim, `span` for what stands around it.
    fn element(self) -> &'static str {
        match self {
            MarkKind::Place(_) | MarkKind::Denied | MarkKind::DenialCue => "mark",
            MarkKind::Denier | MarkKind::Via | MarkKind::Source | MarkKind::Cue => "span",
        }
    }
}

/// Words of a document that are marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Bytes of the field.
    pub range: Range<usize>,
    /// What they are.
    pub kind: MarkKind,
    /// The number of the claim they speak of, counted from 1.
    pub claim: Option<usize>,
}

/// The beginning of an element around marked words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// `mark` or `span`.
    pub element: &'static str,
    /// What it is styled by.
    pub class: &'static str,
    /// The fragment it is found by; once a place.
    pub id: Option<String>,
    /// What it says, in words.
    pub says: String,
}

/// A piece of marked text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token<'t> {
    /// Words as they stand.
    Words(&'t str),
    /// An element begins.
    Open(Open),
    /// The element opened last and not yet closed ends.
    Close(&'static str),
    /// A claim that the words before speak of, by number.
    Reference(usize),
}

/// Weaves the marks of one field into its text.
pub struct Weaver<'t, 'm> {
    text: &'t str,
    field: Field,
    points: CodePoints<'t>,
    marks: &'m [Mark],
    /// The first mark that has not begun.
    next: usize,
    /// Marks that have begun and not ended, between two paragraphs.
    carried: Vec<usize>,
    /// Places that have their fragment; none are given where the text is a mere quotation.
    placed: Option<BTreeSet<(usize, usize)>>,
}

impl<'t, 'm> Weaver<'t, 'm> {
    /// Sorts the marks; those that do not fit the text, or cover nothing, fall away.
    pub fn new(text: &'t str, field: Field, marks: &'m mut Vec<Mark>) -> Self {
        marks.retain(|mark| text.get(mark.range.clone()).is_some_and(|words| !words.is_empty()));
        // The longest first where several begin, so that shorter ones stand inside.
        marks.sort_by_key(|mark| {
            (mark.range.start, std::cmp::Reverse(mark.range.end), mark.kind, mark.claim)
        });
        marks.dedup();
        Weaver {
            text,
            field,
            points: CodePoints::new(text),
            marks,
            next: 0,
            carried: Vec::new(),
            placed: Some(BTreeSet::new()),
        }
    }

    /// Gives no fragments: the text is quoted, and its places are elsewhere.
    pub fn quoting(mut self) -> Self {
        self.placed = None;
        self
    }

    /// The tokens of one paragraph. Paragraphs are asked for in order and do not overlap.
    pub fn weave(&mut self, paragraph: Range<usize>) -> Vec<Token<'t>> {
        let mut tokens = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        let mut opening = std::mem::take(&mut self.carried);
        let mut at = paragraph.start;
        while at < paragraph.end {
            self.begin(at, &mut opening);
            for index in opening.drain(..) {
                tokens.push(Token::Open(self.open(index)));
                open.push(index);
            }
            let until = self.next_edge(&open, paragraph.end);
            tokens.push(Token::Words(&self.text[at..until]));
            at = until;
            self.close(at, at == paragraph.end, &mut open, &mut opening, &mut tokens);
        }
        self.carried = opening;
        tokens
    }

    /// Adds the marks that begin at `at` or were passed over, the longest first.
    fn begin(&mut self, at: usize, opening: &mut Vec<usize>) {
        while self.marks.get(self.next).is_some_and(|mark| mark.range.start <= at) {
            opening.push(self.next);
            self.next += 1;
        }
        opening.retain(|&index| self.marks[index].range.end > at);
        opening.sort_by_key(|&index| (std::cmp::Reverse(self.marks[index].range.end), index));
    }

    /// Where the next mark begins or ends.
    fn next_edge(&self, open: &[usize], end: usize) -> usize {
        let ends = open.iter().map(|&index| self.marks[index].range.end);
        let begins = self.marks.get(self.next).map(|mark| mark.range.start);
        ends.chain(begins).fold(end, usize::min)
    }

    /// Closes what ends at `at` and, for that, whatever was opened behind it; the latter is to be
    /// opened again. Everything ends with its paragraph.
    fn close(
        &self,
        at: usize,
        paragraph_ends: bool,
        open: &mut Vec<usize>,
        again: &mut Vec<usize>,
        tokens: &mut Vec<Token<'t>>,
    ) {
        let ends = |&index: &usize| self.marks[index].range.end <= at;
        let first =
            if paragraph_ends { 0 } else { open.iter().position(ends).unwrap_or(open.len()) };
        let mut ended = BTreeSet::new();
        for index in open.drain(first..).rev() {
            let mark = &self.marks[index];
            tokens.push(Token::Close(mark.kind.element()));
            if mark.range.end > at {
                again.push(index);
            } else if mark.kind.element() == "mark" {
                ended.extend(mark.claim);
            }
        }
        tokens.extend(ended.into_iter().map(Token::Reference));
    }

    fn open(&mut self, index: usize) -> Open {
        let Mark { range, kind, claim } = &self.marks[index];
        let first = match &mut self.placed {
            Some(placed) => placed.insert((range.start, range.end)),
            None => false,
        };
        let ends = (self.points.code_point(range.start), self.points.code_point(range.end));
        let id = match ends {
            (Some(start), Some(end)) if first => Some(anchor::of_place(self.field, start, end)),
            _ => None,
        };
        let says = match claim {
            Some(number) => format!("{} {number}", kind.says()),
            None => kind.says().to_owned(),
        };
        Open { element: kind.element(), class: kind.class(), id, says }
    }
}

/// Where the paragraphs of a text are: parted by empty lines, or by line breaks where there are
/// no empty lines. Line breaks inside a paragraph stay in it.
pub fn paragraphs(text: &str) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.trim_end().len();
        lines.push(start..end.max(start));
        start += line.len();
    }
    let is_empty = |line: &Range<usize>| text[line.clone()].trim().is_empty();
    let parted_by_empty_lines = lines.iter().any(is_empty);
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut inside = false;
    for line in lines {
        if is_empty(&line) {
            inside = false;
        } else if let (true, true, Some(last)) = (inside, parted_by_empty_lines, found.last_mut()) {
            last.end = line.end;
        } else {
            found.push(line);
            inside = true;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mark(range: Range<usize>, kind: MarkKind, claim: Option<usize>) -> Mark {
        Mark { range, kind, claim }
    }

    /// One paragraph after the other, with elements named by the first letter of their class.
    fn woven(text: &str, mut marks: Vec<Mark>) -> String {
        let mut weaver = Weaver::new(text, Field::Text, &mut marks);
        let mut shown = String::new();
        for paragraph in paragraphs(text) {
            let mut names = Vec::new();
            for token in weaver.weave(paragraph) {
                match token {
                    Token::Words(words) => shown.push_str(words),
                    Token::Open(open) => {
                        let id = open.id.map_or(String::new(), |id| format!("#{id}"));
                        shown.push_str(&format!("<{}{id}>", open.class));
                        names.push(open.element);
                    }
                    Token::Close(element) => {
                        assert_eq!(names.pop(), Some(element));
                        shown.push_str("</>");
                    }
                    Token::Reference(number) => shown.push_str(&format!("[{number}]")),
                }
            }
            assert!(names.is_empty());
            shown.push('|');
        }
        shown
    }

    #[test]
    fn a_mark_inside_another_stands_inside_it() {
        assert_eq!(
            woven(
                "Lank said it rained.",
                vec![
                    mark(10..12, MarkKind::Denied, Some(2)),
                    mark(0..4, MarkKind::Source, None),
                    mark(10..19, Stance::Asserts.into(), Some(1)),
                ]
            ),
            "<source#text-0-4>Lank</> said <place asserts#text-10-19><denied#text-10-12>it</>[2] rained</>[1].|"
        );
    }

    #[test]
    fn marks_that_cross_are_split_and_keep_one_fragment() {
        assert_eq!(
            woven(
                "abcdef",
                vec![mark(0..4, MarkKind::Cue, None), mark(2..6, MarkKind::Denied, Some(1))]
            ),
            "<cue#text-0-4>ab<denied#text-2-6>cd</></><denied>ef</>[1]|"
        );
    }

    #[test]
    fn a_mark_over_two_paragraphs_is_in_both() {
        assert_eq!(
            woven("One.\n\nTwo.", vec![mark(1..8, MarkKind::DenialCue, Some(3))]),
            "O<denial-cue#text-1-8>ne.</>|<denial-cue>Tw</>[3]o.|"
        );
    }

    #[test]
    fn fragments_count_code_points_and_marks_that_do_not_fit_fall_away() {
        assert_eq!(
            woven(
                "éa",
                vec![
                    mark(2..3, MarkKind::Via, None),
                    mark(1..2, MarkKind::Cue, None),
                    mark(2..9, MarkKind::Cue, None),
                    mark(0..0, MarkKind::Cue, None),
                ]
            ),
            "é<via#text-1-2>a</>|"
        );
    }

    #[test]
    fn line_breaks_part_paragraphs_where_no_empty_line_does() {
        let words = |text: &str| -> Vec<String> {
            paragraphs(text).into_iter().map(|range| text[range].to_owned()).collect()
        };
        assert_eq!(words("a\nb"), ["a", "b"]);
        assert_eq!(words("a\nb\n \nc"), ["a\nb", "c"]);
        assert_eq!(words(" \n"), [""; 0]);
    }

    proptest! {
        /// `woven` itself fails where an element is closed out of order or left open.
        #[test]
        fn whatever_the_marks_every_word_stays_and_every_element_is_closed(
            text in "[ab é\n]{0,40}",
            ranges in proptest::collection::vec((0usize..50, 0usize..50, 0usize..10), 0..12),
        ) {
            let marks = ranges
                .into_iter()
                .map(|(a, b, kind)| mark(a.min(b)..a.max(b), MarkKind::ALL[kind], None))
                .collect();
            let shown = woven(&text, marks);
            let tags = regex::Regex::new("<[^>]*>").expect("valid");
            let words: String = tags.replace_all(&shown, "").split_terminator('|').collect();
            let whole: String =
                paragraphs(&text).into_iter().map(|range| text[range].to_owned()).collect();
            prop_assert_eq!(words, whole);
        }
    }
}
