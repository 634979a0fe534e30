//! Exact provenance: where in a document's title or text something stands.
//!
//! Inside the process a [`Span`] is a half-open range of **bytes**. In Postgres and on the wire
//! it is a [`LocatedSpan`]: a half-open range of **Unicode code points** with the words it covers,
//! so that SQL's `substr(text, start + 1, end - start)` proves the quote. [`CodePoints`] is the one
//! converter between the two.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// The part of a document that a span points into.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The headline, kept apart from the body.
    Title,
    /// The cleaned body.
    #[default]
    Text,
}

impl Field {
    /// The word used in JSON and in Postgres.
    pub fn as_str(self) -> &'static str {
        match self {
            Field::Title => "title",
            Field::Text => "text",
        }
    }
}

/// A half-open range of bytes in one field of a document.
///
/// Both ends lie on character boundaries of that field; whoever makes a span sees to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// Which field the offsets count in.
    pub field: Field,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// A span in the body.
    pub fn text(range: Range<usize>) -> Self {
        Span { field: Field::Text, start: range.start, end: range.end }
    }

    /// A span in the given field.
    pub fn new(field: Field, range: Range<usize>) -> Self {
        Span { field, start: range.start, end: range.end }
    }

    /// The byte range.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// Whether no byte is covered.
    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// Whether `other` lies wholly inside.
    pub fn contains(self, other: Span) -> bool {
        self.field == other.field && self.start <= other.start && other.end <= self.end
    }

    /// Whether the two share at least one byte.
    pub fn overlaps(self, other: Span) -> bool {
        self.field == other.field && self.start < other.end && other.start < self.end
    }
}

/// A span as Postgres and the wire know it: code points, with the quoted words.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LocatedSpan {
    /// Which field the offsets count in.
    #[serde(default)]
    pub field: Field,
    /// First code point, 0-based.
    pub start: i32,
    /// One past the last code point.
    pub end: i32,
    /// The words between the two, exactly as they stand.
    pub quote: String,
}

/// Converts byte spans of one text to code points and back.
///
/// Costs one pass over the text to build, and at most [`CodePoints::STRIDE`] bytes of counting a
/// look-up.
///
/// ```
/// use claimtrail::domain::{CodePoints, Field, Span};
/// let points = CodePoints::new("„No“, she said");
/// let span = points.locate(Span::new(Field::Text, 3..5)).expect("on boundaries");
/// assert_eq!((span.start, span.end, span.quote.as_str()), (1, 3, "No"));
/// assert_eq!(points.bytes(1..3), Some(3..5));
/// ```
pub struct CodePoints<'t> {
    text: &'t str,
    /// `starts[i]` is the number of code points that begin before byte `i * STRIDE`.
    starts: Vec<u32>,
}

impl<'t> CodePoints<'t> {
    /// Bytes between two checkpoints.
    pub const STRIDE: usize = 256;

    /// Counts the code points of `text` once.
    pub fn new(text: &'t str) -> Self {
        let mut starts = Vec::with_capacity(text.len() / Self::STRIDE + 1);
        let mut seen = 0u32;
        for chunk in text.as_bytes().chunks(Self::STRIDE) {
            starts.push(seen);
            seen += count_starts(chunk);
        }
        if starts.is_empty() {
            starts.push(0);
        }
        CodePoints { text, starts }
    }

    /// The number of code points before byte `byte`; `None` off the end or inside a character.
    pub fn code_point(&self, byte: usize) -> Option<i32> {
        if !self.text.is_char_boundary(byte) {
            return None;
        }
        let block = (byte / Self::STRIDE).min(self.starts.len() - 1);
        let rest = &self.text.as_bytes()[block * Self::STRIDE..byte];
        i32::try_from(self.starts[block] + count_starts(rest)).ok()
    }

    /// The span in code points with its quote; `None` where it does not lie on character
    /// boundaries of this text.
    pub fn locate(&self, span: Span) -> Option<LocatedSpan> {
        Some(LocatedSpan {
            field: span.field,
            start: self.code_point(span.start)?,
            end: self.code_point(span.end)?,
            quote: self.text.get(span.range())?.to_owned(),
        })
    }

    /// The byte range of a range of code points; `None` off the end.
    pub fn bytes(&self, points: Range<i32>) -> Option<Range<usize>> {
        Some(self.byte(points.start)?..self.byte(points.end)?)
    }

    fn byte(&self, point: i32) -> Option<usize> {
        let point = u32::try_from(point).ok()?;
        let block = self.starts.partition_point(|&seen| seen <= point).saturating_sub(1);
        let from = block * Self::STRIDE;
        let mut left = point - self.starts[block];
        for (offset, &byte) in self.text.as_bytes()[from..].iter().enumerate() {
            if is_start(byte) {
                if left == 0 {
                    return Some(from + offset);
                }
                left -= 1;
            }
        }
        (left == 0).then_some(self.text.len())
    }
}

/// Whether a UTF-8 byte begins a character.
fn is_start(byte: u8) -> bool {
    byte & 0b1100_0000 != 0b1000_0000
}

fn count_starts(bytes: &[u8]) -> u32 {
    bytes.iter().map(|&byte| u32::from(is_start(byte))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_code_points_across_checkpoints() {
        let text = "é𝄞a".repeat(300);
        let points = CodePoints::new(&text);
        for (count, (byte, _)) in text.char_indices().enumerate() {
            assert_eq!(points.code_point(byte), Some(count as i32));
            assert_eq!(points.byte(count as i32), Some(byte));
        }
        assert_eq!(points.code_point(text.len()), Some(900));
        assert_eq!(points.byte(900), Some(text.len()));
        assert_eq!(points.byte(901), None);
        assert_eq!(points.code_point(1), None);
    }

    #[test]
    fn an_empty_text_has_one_place() {
        let points = CodePoints::new("");
        assert_eq!(points.code_point(0), Some(0));
        assert_eq!(points.code_point(1), None);
        assert_eq!(points.bytes(0..0), Some(0..0));
    }
}
