//! One text or page → the one record that it is.

use std::io::{BufRead, Read};

use super::{Archive, Entry, Found, Kind, MAX_BYTES, Mark, Number, Record};

/// A file that is one document.
pub(super) struct Whole<R> {
    kind: Kind,
    input: Option<R>,
}

impl<R: BufRead> Whole<R> {
    /// The document in `input`.
    pub fn new(kind: Kind, input: R) -> Self {
        Whole { kind, input: Some(input) }
    }
}

impl<R: BufRead> Archive for Whole<R> {
    fn next(&mut self) -> Option<Entry> {
        let input = self.input.take()?;
        let mut bytes = Vec::new();
        // One more than are taken, so that a longer one is refused as what it is.
        let found = match input.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes) {
            Err(error) => Found::Broken(error.to_string()),
            Ok(_) if self.kind == Kind::Html => Found::Record(Record::Page(bytes, None)),
            Ok(_) => Found::Record(Record::Text(bytes, None)),
        };
        // There is no place within one document to begin at.
        Some(Entry { number: Number::Whole, end: Mark::default(), found })
    }
}
