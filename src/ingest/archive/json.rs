//! A list of JSON objects, or objects one after the other → each of them.
//!
//! Where one ends is told by its brackets and quotation marks alone, so that an object that cannot be
//! read costs no other; what is in it is judged later, on any thread.

use std::io::{self, BufRead};

use super::{Archive, Entry, Found, LONGEST_RECORD, Mark, Number, Record, pass};

/// The objects of a JSON file.
pub(super) struct Objects<R> {
    input: R,
    /// Bytes read so far.
    at: u64,
    end: Mark,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing is read yet; reading goes on behind this mark.
    Begin(Mark),
    /// Objects stand one after the other, without a list around them.
    Bare,
    /// Behind the bracket that opens the list, where it may end at once.
    Opened,
    /// Behind an item.
    BehindItem,
    /// Behind the bracket that closes the list.
    Closed,
    Over,
}

impl<R: BufRead> Objects<R> {
    /// Objects from `mark` on, of an input that begins where its file does.
    pub fn new(input: R, mark: Mark) -> Self {
        Objects { input, at: 0, end: mark, state: State::Begin(mark) }
    }

    /// The next item with the byte it begins at; `None` at the end.
    fn item(&mut self) -> Result<Option<(u64, Found)>, Broken> {
        if let State::Begin(mark) = self.state {
            self.begin(mark)?;
        }
        let next = self.peek()?;
        match (self.state, next) {
            (State::Bare | State::Closed, None) => return Ok(None),
            (_, None) => return Err(Broken::of("it ends before its list does")),
            (State::Closed, Some(_)) => {
                return Err(Broken::of(format!(
                    "something stands behind its list, at byte {}",
                    self.at
                )));
            }
            (State::Opened | State::BehindItem, Some(b']')) => {
                self.consume(1);
                self.state = State::Closed;
                return self.item();
            }
            (State::BehindItem, Some(b',')) => {
                self.consume(1);
                if self.peek()?.is_none() {
                    return Err(Broken::of("it ends before its list does"));
                }
            }
            (State::BehindItem, Some(_)) => {
                let reason = format!("a comma is missing in its list, before byte {}", self.at);
                return Err(Broken::of(reason));
            }
            _ => {}
        }
        let start = self.at;
        let found = self.value()?;
        if self.at == start {
            return Err(Broken::of(format!("no object begins at byte {start}")));
        }
        self.end = Mark { bytes: self.at, records: self.end.records + 1 };
        if self.state == State::Opened {
            self.state = State::BehindItem;
        }
        Ok(Some((start, found)))
    }

    /// Passes over what lies before the mark, once the first sign has told what the file is.
    fn begin(&mut self, mark: Mark) -> Result<(), Broken> {
        for mark in b"\xef\xbb\xbf" {
            // One by one: what is at hand may end within it.
            if self.input.fill_buf()?.first() == Some(mark) {
                self.consume(1);
            }
        }
        self.state = match self.peek()? {
            Some(b'[') => {
                self.consume(1);
                State::Opened
            }
            _ => State::Bare,
        };
        if mark.bytes > self.at {
            pass(&mut self.input, mark.bytes - self.at)?;
            self.at = mark.bytes;
            if self.state == State::Opened {
                self.state = State::BehindItem;
            }
        }
        Ok(())
    }

    /// The next byte that is no space, still to be read.
    fn peek(&mut self) -> io::Result<Option<u8>> {
        loop {
            let buffer = self.input.fill_buf()?;
            let spaces = buffer.iter().take_while(|byte| is_space(**byte)).count();
            match (buffer.get(spaces).copied(), spaces) {
                (None, 0) => return Ok(None),
                (next, _) => {
                    self.consume(spaces);
                    if next.is_some() {
                        return Ok(next);
                    }
                }
            }
        }
    }

    fn consume(&mut self, bytes: usize) {
        self.input.consume(bytes);
        self.at += bytes as u64;
    }

    /// Reads a value up to its end; line ends between its parts become spaces, so that it is one line.
    fn value(&mut self) -> io::Result<Found> {
        let (mut value, mut too_long) = (Vec::new(), false);
        let mut scan = Scan::default();
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                break;
            }
            let (taken, ended) = scan.through(buffer);
            too_long |= value.len() + taken > LONGEST_RECORD;
            if too_long {
                value.clear();
            } else {
                value.extend_from_slice(&buffer[..taken]);
            }
            self.consume(taken);
            if ended {
                break;
            }
        }
        if too_long {
            let reason = format!("the object is longer than {LONGEST_RECORD} bytes");
            return Ok(Found::Refused { reason, line: None });
        }
        on_one_line(&mut value);
        Ok(Found::Record(Record::Json(value)))
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// How far a value is read.
#[derive(Debug, Default)]
struct Scan {
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl Scan {
    /// How many of these bytes belong to the value, and whether it ends with them.
    fn through(&mut self, bytes: &[u8]) -> (usize, bool) {
        for (at, &byte) in bytes.iter().enumerate() {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' if self.in_string => self.escaped = true,
                b'"' => {
                    self.in_string = !self.in_string;
                    if !self.in_string && self.depth == 0 {
                        return (at + 1, true);
                    }
                }
                _ if self.in_string => {}
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' if self.depth > 0 => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return (at + 1, true);
                    }
                }
                // Behind a number or a word; the bracket is that of the list.
                b',' | b']' | b'}' if self.depth == 0 => return (at, true),
                byte if self.depth == 0 && is_space(byte) => return (at, true),
                _ => {}
            }
        }
        (bytes.len(), false)
    }
}

fn on_one_line(value: &mut [u8]) {
    let mut scan = Scan::default();
    for at in 0..value.len() {
        scan.through(&value[at..=at]);
        if !scan.in_string && matches!(value[at], b'\r' | b'\n') {
            value[at] = b' ';
        }
    }
}

/// Why nothing further can be read.
struct Broken(String);

impl Broken {
    fn of(reason: impl Into<String>) -> Self {
        Broken(reason.into())
    }
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Broken(error.to_string())
    }
}

impl<R: BufRead> Archive for Objects<R> {
    fn next(&mut self) -> Option<Entry> {
        if self.state == State::Over {
            return None;
        }
        match self.item() {
            Ok(Some((start, found))) => {
                Some(Entry { number: Number::Byte(start), end: self.end, found })
            }
            Ok(None) => {
                self.state = State::Over;
                None
            }
            Err(Broken(reason)) => {
                self.state = State::Over;
                let found = Found::Broken(reason);
                Some(Entry { number: Number::Byte(self.at), end: self.end, found })
            }
        }
    }
}
