//! CSV → its rows, named by a row of names: RFC 4180, and what programs write in its place.
//!
//! The delimiter is the one under which the first row names most fields. Rows are split as bytes, since
//! in every encoding but UTF-16, which is turned into UTF-8 first, quote, delimiter and line break are
//! ASCII and stand in no other letter.

mod split;

use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use serde_json::{Map, Value, json};

use self::split::{Cells, RowRead, Transcoded, read_row};
use super::fields::{Field, Fields, Known, field_named, names_of};
use super::tape::Tape;
use super::{Archive, Entry, Found, MAX_BYTES, Mark, Number, Record};
use crate::ingest::encoding::guess;

/// Longest row, in bytes without its quotes.
const LONGEST_ROW: usize = MAX_BYTES + (1 << 20);

/// Most cells in a row.
const MOST_CELLS: usize = 4_096;

/// Bytes at the beginning that tell delimiter and encoding.
const LOOKED_AT: usize = 1 << 16;

/// What may stand between cells, most usual first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// What programs write into a cell of which they know nothing.
const NOTHING: [&str; 4] = ["nan", "none", "null", "\\N"];

/// Whether a file that begins like this is CSV with names that are known.
pub(super) fn tells_csv(head: &[u8]) -> bool {
    let line = head.split(|&byte| byte == b'\n').next().unwrap_or(head);
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let names = names_under(best_delimiter(line), line);
    let columns = columns(&names);
    columns.iter().flatten().count() > 1 && has_words(&columns)
}

/// What the first row says of all others.
struct Header {
    names: Vec<String>,
    columns: Vec<Option<Known>>,
    /// `None` for UTF-8 as far as it goes.
    encoding: Option<&'static Encoding>,
}

impl Header {
    fn decode<'b>(&self, row: &[u8], cell: &'b [u8]) -> std::borrow::Cow<'b, str> {
        let encoding = self.encoding.unwrap_or_else(|| guess(row));
        encoding.decode_without_bom_handling(cell).0
    }
}

/// A row with as many cells as there are names.
pub struct Row {
    header: Arc<Header>,
    cells: Cells,
}

impl Row {
    fn cells(&self) -> impl Iterator<Item = String> {
        self.cells.iter().map(|cell| self.header.decode(&self.cells.bytes, cell).into_owned())
    }

    /// The fields that its cells give.
    pub(super) fn fields(&self) -> Fields {
        let mut fields = Fields::default();
        for (cell, column) in self.cells().zip(&self.header.columns) {
            let says_nothing = NOTHING.iter().any(|it| cell.trim().eq_ignore_ascii_case(it));
            if let Some(known) = column
                && !says_nothing
            {
                fields.offer(*known, Value::String(cell));
            }
        }
        fields
    }

    /// As a line of NDJSON under the same names.
    pub(super) fn to_line(&self) -> Vec<u8> {
        let cells = self.header.names.iter().cloned().zip(self.cells().map(Value::String));
        Value::Object(cells.collect::<Map<_, _>>()).to_string().into_bytes()
    }

    pub(super) fn size(&self) -> usize {
        self.cells.bytes.len()
    }
}

/// The rows of CSV below the first; empty lines are left out.
pub(super) struct Rows<'r> {
    state: State<'r>,
    mark: Mark,
    charset: Option<String>,
}

enum State<'r> {
    Unopened(Box<dyn BufRead + 'r>),
    Open {
        input: Tape<Box<dyn BufRead + 'r>>,
        reader: Box<Reader>,
        header: Arc<Header>,
        lines: u64,
    },
    Over,
}

impl<'r> Rows<'r> {
    /// The rows from `mark` on of all that `input` holds.
    pub fn new(input: Box<dyn BufRead + 'r>, mark: Mark, charset: Option<&str>) -> Self {
        Rows { state: State::Unopened(input), mark, charset: charset.map(str::to_owned) }
    }

    fn open(&self, mut input: Box<dyn BufRead + 'r>) -> Result<State<'r>, String> {
        let said = |error: io::Error| error.to_string();
        let mut encoding = match &self.charset {
            Some(label) => Some(
                Encoding::for_label_no_replacement(label.trim().as_bytes())
                    .ok_or_else(|| format!("unknown charset {label:?}"))?,
            ),
            None => None,
        };
        let mut head = Vec::new();
        input.by_ref().take(3).read_to_end(&mut head).map_err(said)?;
        let marked = Encoding::for_bom(&head);
        if let Some((told, length)) = marked {
            encoding = Some(told);
            head.drain(..length);
        }
        let mut passed = marked.map_or(0, |(_, length)| length as u64);
        let whole = io::Cursor::new(head).chain(input);
        let input: Box<dyn BufRead + 'r> = match encoding {
            Some(wide) if wide == UTF_16LE || wide == UTF_16BE => {
                encoding = Some(UTF_8);
                passed = 0;
                Box::new(BufReader::new(Transcoded::new(
                    whole,
                    wide.new_decoder_without_bom_handling(),
                )))
            }
            _ => Box::new(whole),
        };
        let mut input = Tape::new(input, passed, 2 * LONGEST_ROW);
        let head = input.peek(LOOKED_AT).map_err(said)?;
        let whole_letters = match std::str::from_utf8(head) {
            Err(error) if error.error_len().is_none() => &head[..error.valid_up_to()],
            _ => head,
        };
        let encoding = encoding.filter(|&told| told != UTF_8).or_else(|| {
            let found = guess(whole_letters);
            (self.charset.is_none() && found != UTF_8).then_some(found)
        });
        let delimiter = best_delimiter(head);
        let mut reader = Box::new(ReaderBuilder::new().delimiter(delimiter).build());
        let mut lines = 0;
        let names: Vec<String> =
            match read_row(&mut input, &mut reader, &mut lines).map_err(said)? {
                Some((_, RowRead::Cells(cells))) => {
                    let decoder = encoding.unwrap_or(UTF_8);
                    let decoded = |cell| decoder.decode_without_bom_handling(cell).0.into_owned();
                    cells.iter().map(decoded).collect()
                }
                Some((_, RowRead::Unclosed | RowRead::TooLong)) => {
                    return Err("its first row does not end".to_owned());
                }
                None => Vec::new(),
            };
        let columns = columns(&names);
        if !has_words(&columns) {
            let known: Vec<_> = names_of(Field::Text).chain(names_of(Field::Html)).collect();
            return Err(format!(
                "its first row names no column of texts or pages; known are {}",
                known.join(", ")
            ));
        }
        if self.mark.bytes > input.offset() {
            let before = self.mark.bytes - input.offset();
            if input.pass(before).map_err(said)? < before {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).to_string());
            }
            lines = self.mark.records;
        }
        let header = Arc::new(Header { names, columns, encoding });
        Ok(State::Open { input, reader, header, lines })
    }
}

impl Archive for Rows<'_> {
    fn next(&mut self) -> Option<Entry> {
        if matches!(self.state, State::Unopened(_)) {
            let State::Unopened(input) = std::mem::replace(&mut self.state, State::Over) else {
                return None;
            };
            match self.open(input) {
                Ok(open) => self.state = open,
                Err(reason) => {
                    let number = Number::Line(1);
                    return Some(Entry { number, end: self.mark, found: Found::Broken(reason) });
                }
            }
        }
        let State::Open { input, reader, header, lines } = &mut self.state else { return None };
        let read = read_row(input, reader, lines);
        let end = Mark { bytes: input.offset(), records: *lines };
        let (first, found) = match read {
            Ok(None) => {
                self.state = State::Over;
                return None;
            }
            Ok(Some((first, RowRead::Cells(cells)))) => (first, row(header, cells)),
            Ok(Some((first, RowRead::Unclosed))) => {
                (first, refused("it opens a quotation mark that is closed nowhere".to_owned()))
            }
            Ok(Some((first, RowRead::TooLong))) => {
                let reason = format!("it is longer than {LONGEST_ROW} bytes or {MOST_CELLS} cells");
                (first, refused(reason))
            }
            Err(error) => {
                let first = *lines + 1;
                self.state = State::Over;
                (first, Found::Broken(error.to_string()))
            }
        };
        let number = if end.records > first {
            Number::Lines(first, end.records)
        } else {
            Number::Line(first)
        };
        Some(Entry { number, end, found })
    }
}

fn refused(reason: String) -> Found {
    Found::Refused { reason, line: None }
}

/// A row under its names. Empty cells behind the last name are what spreadsheets leave.
fn row(header: &Arc<Header>, mut cells: Cells) -> Found {
    let named = header.names.len();
    while cells.ends.len() > named && cells.iter().last().is_some_and(<[u8]>::is_empty) {
        cells.ends.pop();
    }
    let found = cells.ends.len();
    if found == named {
        return Found::Record(Record::Row(Row { header: header.clone(), cells }));
    }
    // Which cell belongs to which name cannot be told, so they are kept without names.
    let decoded: Vec<_> = cells.iter().map(|cell| header.decode(&cells.bytes, cell)).collect();
    Found::Refused {
        reason: format!("it has {found} cells where {named} are named"),
        line: Some(json!({ "cells": decoded }).to_string().into_bytes()),
    }
}

fn columns(names: &[String]) -> Vec<Option<Known>> {
    names.iter().map(|name| field_named(name)).collect()
}

fn has_words(columns: &[Option<Known>]) -> bool {
    columns.iter().flatten().any(|(field, _)| matches!(field, Field::Text | Field::Html))
}

/// The delimiter under which the row at the beginning of `head` names most.
fn best_delimiter(head: &[u8]) -> u8 {
    let score = |delimiter: u8| {
        let names = names_under(delimiter, head);
        (columns(&names).iter().flatten().count(), names.len())
    };
    let best = DELIMITERS.into_iter().rev().max_by_key(|&delimiter| score(delimiter));
    best.unwrap_or(DELIMITERS[0])
}

fn names_under(delimiter: u8, head: &[u8]) -> Vec<String> {
    let mut reader = ReaderBuilder::new().delimiter(delimiter).build();
    let (mut bytes, mut ends) = (vec![0; head.len()], vec![0; MOST_CELLS]);
    let (result, read, written, mut cells) = reader.read_record(head, &mut bytes, &mut ends);
    if result == ReadRecordResult::InputEmpty {
        // A row that is all there is ends with the file.
        let rest = &mut bytes[written..];
        let (_, _, _, more) = reader.read_record(&head[read..], rest, &mut ends[cells..]);
        cells += more;
    }
    ends.truncate(cells);
    Cells { bytes, ends }.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect()
}
