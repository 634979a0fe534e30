//! Bytes → code points, and times → columns: the edge where the process meets Postgres.

use chrono::{DateTime, Utc};

use crate::domain::{
    CodePoints, DateTimePrecision, Document, Field, LocatedSpan, RevisionWords, Span, StatedTime,
};
use crate::store::cursor::in_range;

/// Finds the code points of one document's spans.
pub(super) struct Locator<'a> {
    title: CodePoints<'a>,
    text: CodePoints<'a>,
}

impl<'a> Locator<'a> {
    pub fn new(document: &'a Document) -> Self {
        Locator {
            title: CodePoints::new(document.field(Field::Title)),
            text: CodePoints::new(document.field(Field::Text)),
        }
    }

    /// The same for words that are stored already.
    pub fn of_words(words: &'a RevisionWords) -> Self {
        Locator {
            title: CodePoints::new(words.field(Field::Title)),
            text: CodePoints::new(words.field(Field::Text)),
        }
    }

    /// The span with its quote; `None`, with a warning, for one that is empty or does not fit.
    pub fn one(&self, span: Span) -> Option<LocatedSpan> {
        let points = match span.field {
            Field::Title => &self.title,
            Field::Text => &self.text,
        };
        let located = points.locate(span).filter(|located| located.start < located.end);
        if located.is_none() {
            tracing::warn!(?span, "left out a span that does not fit its document");
        }
        located
    }
}

/// A time that Postgres can hold; a document printed before 4712 BC has no known date.
pub(super) fn stated(time: Option<StatedTime>) -> Option<StatedTime> {
    time.filter(|time| in_range(time.at))
}

/// The two columns of a time.
pub(super) fn columns(time: Option<StatedTime>) -> (Option<DateTime<Utc>>, Option<String>) {
    (time.map(|time| time.at), time.map(|time| precision(time.precision).to_owned()))
}

fn precision(precision: DateTimePrecision) -> &'static str {
    match precision {
        DateTimePrecision::Second => "second",
        DateTimePrecision::Minute => "minute",
        DateTimePrecision::Day => "day",
        DateTimePrecision::Month => "month",
        DateTimePrecision::Year => "year",
    }
}

/// A score as the schema takes it: 0..1, and 0 for what is no number.
pub(super) fn score(score: f32) -> f32 {
    if score.is_nan() { 0.0 } else { score.clamp(0.0, 1.0) }
}

/// Places in a list as Postgres counts them.
pub(super) fn ordinal(index: usize) -> i32 {
    i32::try_from(index).unwrap_or(i32::MAX)
}
