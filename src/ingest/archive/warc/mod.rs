//! WARC 1.0 and 1.1, packed or not → what servers answered.
//!
//! Written after ISO 28500:2017 (<https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/>):
//! a record is a version line, named fields, an empty line, `Content-Length` bytes, and two line breaks. Packed, each
//! record is a gzip member of its own (annex D); a file that is packed as a whole is read too.
//!
//! A record whose length is wrong, or whose member is broken, is named by its byte, and reading goes on at the next
//! place where one begins: with the next member that unpacks to a version line, or with the next version line.

mod capture;
mod head;
mod packing;

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::GzDecoder;

pub use self::capture::Capture;
use self::capture::Content;
use self::head::{Head, read_head};
use super::tape::Tape;
use super::{AT_ONCE, Archive, Entry, Found, GZIP, MAX_BYTES, Mark, Number, Record};

/// Longest content of a record that is read, in bytes: a page with what the server said before it.
const LONGEST_CONTENT: u64 = MAX_BYTES as u64 + (64 << 10);

/// Bytes of a record to which reading can go back.
const KEPT: usize = LONGEST_CONTENT as usize + (128 << 10);

/// How a record begins.
const VERSION: &[u8] = b"WARC/";

/// Bytes of a packed member that are enough to unpack [`VERSION`].
const MEMBER_HEAD: usize = 4 << 10;

/// The records of a web archive.
pub(in crate::ingest) struct Records<R: BufRead> {
    state: State<R>,
    mark: Mark,
    /// Records to pass over in the first piece.
    behind: u64,
    packed: bool,
}

enum State<R: BufRead> {
    Unopened(R, u64),
    /// Where a packed member should begin, or records that are not packed.
    Between(Tape<R>),
    Inside(Piece<R>),
    Over,
}

/// A packed member, or all of what is not packed.
struct Piece<R: BufRead> {
    start: u64,
    /// Records of it that are read.
    records: u64,
    content: PieceContent<R>,
}

enum PieceContent<R: BufRead> {
    Plain(Tape<R>),
    Member(Box<Tape<BufReader<GzDecoder<Tape<R>>>>>),
}

/// What comes next in a piece.
enum Step {
    /// A record, with where it begins in the unpacked piece, and whether the piece ends with it.
    Found {
        at: u64,
        found: Found,
        last: bool,
    },
    End,
}

impl<R: BufRead> Records<R> {
    /// The records from `mark` on; `input` is without the first `skipped` bytes.
    pub fn new(input: R, skipped: u64, mark: Mark) -> Self {
        let state = State::Unopened(input, skipped);
        Records { state, mark, behind: mark.records, packed: false }
    }

    /// Answers `None` to be asked again.
    fn step(&mut self) -> Option<Option<Entry>> {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Unopened(input, skipped) => {
                let mut raw = Tape::new(input, skipped, KEPT);
                let before = self.mark.bytes - skipped;
                let passed = raw.pass(before);
                let begun = passed.and_then(|passed| {
                    let there = passed == before;
                    self.packed = raw.peek(GZIP.len())? == GZIP;
                    there.then_some(()).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
                });
                match begun {
                    Ok(()) => {
                        self.state = State::Between(raw);
                        None
                    }
                    Err(error) => Some(Some(self.broken(&error))),
                }
            }
            State::Between(raw) => self.begin_piece(raw),
            State::Inside(piece) => self.read_piece(piece),
            State::Over => Some(None),
        }
    }

    fn broken(&self, error: &io::Error) -> Entry {
        let number = Number::Byte(self.mark.bytes);
        Entry { number, end: self.mark, found: Found::Broken(error.to_string()) }
    }

    fn begin_piece(&mut self, mut raw: Tape<R>) -> Option<Option<Entry>> {
        // Some writers fill up to a block.
        let begun = loop {
            match raw.peek(1) {
                Ok([0 | b'\r' | b'\n']) => raw.consume(1),
                Ok([]) => return Some(None),
                Ok(_) => break raw.peek(GZIP.len()).map(|head| head == GZIP),
                Err(error) => break Err(error),
            }
        };
        raw.set_mark();
        let start = raw.offset();
        match begun {
            Err(error) => Some(Some(self.broken(&error))),
            Ok(true) => {
                let unpacked = BufReader::with_capacity(AT_ONCE, GzDecoder::new(raw));
                let content = PieceContent::Member(Box::new(Tape::new(unpacked, 0, KEPT)));
                self.state = State::Inside(Piece { start, records: 0, content });
                None
            }
            Ok(false) if !self.packed => {
                let content = PieceContent::Plain(raw);
                self.state = State::Inside(Piece { start, records: 0, content });
                None
            }
            Ok(false) => Some(Some(self.go_on_behind(raw, start, "no packed member begins here"))),
        }
    }

    fn read_piece(&mut self, mut piece: Piece<R>) -> Option<Option<Entry>> {
        let step = match &mut piece.content {
            PieceContent::Plain(tape) => read_record(tape),
            PieceContent::Member(tape) => read_record(tape),
        };
        let start = piece.start;
        match (step, piece.content) {
            (Ok(Step::End), PieceContent::Plain(_)) => Some(None),
            (Ok(Step::End), PieceContent::Member(tape)) => {
                self.state = State::Between(raw_of(*tape));
                None
            }
            (Ok(Step::Found { at, found, .. }), PieceContent::Plain(tape)) => {
                self.mark = Mark { bytes: tape.offset(), records: 0 };
                let content = PieceContent::Plain(tape);
                self.state = State::Inside(Piece { start, records: piece.records + 1, content });
                Some(Some(Entry { number: Number::Byte(at), end: self.mark, found }))
            }
            (Ok(Step::Found { found, last, .. }), PieceContent::Member(tape)) => {
                let records = piece.records + 1;
                if last {
                    let raw = raw_of(*tape);
                    self.mark = Mark { bytes: raw.offset(), records: 0 };
                    self.state = State::Between(raw);
                } else {
                    self.mark = Mark { bytes: start, records };
                    let content = PieceContent::Member(tape);
                    self.state = State::Inside(Piece { start, records, content });
                }
                if self.behind > 0 {
                    self.behind -= 1;
                    return None;
                }
                Some(Some(Entry { number: Number::Byte(start), end: self.mark, found }))
            }
            (Err(error), PieceContent::Plain(_)) => Some(Some(self.broken(&error))),
            (Err(error), PieceContent::Member(tape)) => {
                let raw = raw_of(*tape);
                self.behind = 0;
                if raw.failed.is_some() {
                    return Some(Some(self.broken(&error)));
                }
                let reason = format!("its packed bytes are broken: {error}");
                Some(Some(self.go_on_behind(raw, start, &reason)))
            }
        }
    }

    /// Names what begins at `start` and looks for the next member.
    fn go_on_behind(&mut self, mut raw: Tape<R>, start: u64, reason: &str) -> Entry {
        // Where that is too far, the search begins where the broken one was left.
        raw.wind_back(start + 1);
        let gzip_deflate = [GZIP[0], GZIP[1], 8];
        let found = raw.scan(&gzip_deflate, MEMBER_HEAD, |head| {
            let mut begin = [0; VERSION.len()];
            GzDecoder::new(head).read_exact(&mut begin).is_ok() && begin == VERSION
        });
        self.mark = Mark { bytes: raw.offset(), records: 0 };
        let reason = match found {
            Ok(true) => reason.to_owned(),
            Ok(false) => format!("{reason}; nothing behind it can be read"),
            Err(error) => return self.broken(&error),
        };
        self.state = State::Between(raw);
        let found = Found::Refused { reason, line: None };
        Entry { number: Number::Byte(start), end: self.mark, found }
    }
}

fn raw_of<R: BufRead>(tape: Tape<BufReader<GzDecoder<Tape<R>>>>) -> Tape<R> {
    tape.into_inner().into_inner().into_inner()
}

impl<R: BufRead> Archive for Records<R> {
    fn next(&mut self) -> Option<Entry> {
        loop {
            if let Some(answer) = self.step() {
                return answer;
            }
        }
    }
}

/// Reads the next record of a piece.
///
/// # Errors
/// The piece cannot be read, or unpacked.
fn read_record<S: BufRead>(tape: &mut Tape<S>) -> io::Result<Step> {
    pass_breaks(tape)?;
    if tape.peek(1)?.is_empty() {
        return Ok(Step::End);
    }
    tape.set_mark();
    let at = tape.offset();
    let found = match read_head(tape)? {
        Ok(head) => read_content(tape, head)?,
        Err(reason) => {
            if tape.wind_back(at) {
                tape.consume(1);
            }
            find_version(tape)?;
            Found::Refused { reason, line: None }
        }
    };
    let last = tape.peek(1)?.is_empty();
    Ok(Step::Found { at, found, last })
}

fn read_content<S: BufRead>(tape: &mut Tape<S>, head: Head) -> io::Result<Found> {
    let begin = tape.offset();
    let length = head.length;
    let kind = head.content();
    let mut content = Vec::new();
    let read = match kind {
        Ok(_) if length <= LONGEST_CONTENT => {
            tape.by_ref().take(length).read_to_end(&mut content)? as u64
        }
        _ => tape.pass(length)?,
    };
    let ended = read == length && {
        pass_breaks(tape)?;
        let next = tape.peek(VERSION.len())?;
        next.is_empty() || next == VERSION
    };
    if !ended {
        let reason = if read < length {
            format!("it ends before the {length} bytes that it should have")
        } else {
            format!("something else than a record follows on its {length} bytes")
        };
        // Nothing tells where it ends but the beginning of another one.
        tape.wind_back(begin);
        find_version(tape)?;
        return Ok(Found::Refused { reason, line: None });
    }
    Ok(match kind {
        Err(other) => Found::PassedOver(other),
        Ok(_) if length > LONGEST_CONTENT => {
            let reason =
                format!("its {length} bytes are more than the {LONGEST_CONTENT} that are read");
            Found::Refused { reason, line: None }
        }
        Ok(kind) => match Capture::find(head, kind, content) {
            Content::Page(capture) => Found::Record(Record::Capture(capture)),
            Content::Other(other) => Found::PassedOver(other),
            Content::Unreadable(reason) => Found::Refused { reason, line: None },
        },
    })
}

fn pass_breaks<S: BufRead>(tape: &mut Tape<S>) -> io::Result<()> {
    while let [b'\r' | b'\n'] = tape.peek(1)? {
        tape.consume(1);
    }
    Ok(())
}

/// Reads on to the next line that is a version line.
fn find_version<S: BufRead>(tape: &mut Tape<S>) -> io::Result<()> {
    let first: Vec<u8> = [b"\n", VERSION].concat();
    let found = tape.scan(&first, first.len() + 3, |head| {
        matches!(head[first.len()..], [major, b'.', minor] if major.is_ascii_digit() && minor.is_ascii_digit())
    })?;
    if found {
        tape.consume(1);
    }
    Ok(())
}
