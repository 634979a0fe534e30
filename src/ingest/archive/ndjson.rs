//! NDJSON → its lines.

use std::io::{self, BufRead};

use super::{Archive, Entry, Found, LONGEST_RECORD, Mark, Number, Record, pass};

/// The lines of NDJSON; empty ones are left out.
pub(super) struct Lines<R> {
    input: R,
    /// Bytes to pass over before the first line.
    before: u64,
    end: Mark,
    broken: bool,
}

impl<R: BufRead> Lines<R> {
    /// Lines from `mark` on, which is `before` bytes further in `input`.
    pub fn new(input: R, before: u64, mark: Mark) -> Self {
        Lines { input, before, end: mark, broken: false }
    }

    fn line(&mut self) -> io::Result<Option<Found>> {
        pass(&mut self.input, std::mem::take(&mut self.before))?;
        loop {
            let mut line = Vec::new();
            let read = read_line(&mut self.input, &mut line, LONGEST_RECORD)?;
            let (bytes, found) = match read {
                LineRead::End => return Ok(None),
                LineRead::Line(bytes) => {
                    if self.end.records == 0 && line.starts_with(b"\xef\xbb\xbf") {
                        line.drain(..3);
                    }
                    let empty = line.trim_ascii().is_empty();
                    (bytes, (!empty).then_some(Found::Record(Record::Json(line))))
                }
                LineRead::TooLong(bytes) => {
                    let reason = format!("the line is longer than {LONGEST_RECORD} bytes");
                    (bytes, Some(Found::Refused { reason, line: None }))
                }
            };
            self.end.bytes += bytes;
            self.end.records += 1;
            if found.is_some() {
                return Ok(found);
            }
        }
    }
}

impl<R: BufRead> Archive for Lines<R> {
    fn next(&mut self) -> Option<Entry> {
        if self.broken {
            return None;
        }
        let found = match self.line() {
            Ok(found) => found?,
            Err(error) => {
                self.broken = true;
                let number = Number::Line(self.end.records + 1);
                return Some(Entry {
                    number,
                    end: self.end,
                    found: Found::Broken(error.to_string()),
                });
            }
        };
        Some(Entry { number: Number::Line(self.end.records), end: self.end, found })
    }
}

/// What stood before the next line feed.
pub(super) enum LineRead {
    /// A line of so many bytes, line feed included.
    Line(u64),
    /// A line over the limit, passed over without being kept.
    TooLong(u64),
    /// Nothing.
    End,
}

/// Reads up to the next line feed, `limit` bytes at most.
///
/// # Errors
/// The input cannot be read.
pub(super) fn read_line(
    input: &mut impl BufRead,
    line: &mut Vec<u8>,
    limit: usize,
) -> io::Result<LineRead> {
    let read = io::Read::take(&mut *input, limit as u64).read_until(b'\n', line)?;
    if read == 0 {
        return Ok(LineRead::End);
    }
    if read < limit || line.ends_with(b"\n") {
        return Ok(LineRead::Line(read as u64));
    }
    line.clear();
    let passed = input.skip_until(b'\n')?;
    Ok(LineRead::TooLong(read as u64 + passed as u64))
}
