//! Archives → records → documents, as a stream.
//!
//! ```text
//! bytes → (reader of the kind) → Entry: a record, what was passed over, or why there is none
//!                                  └→ on any thread → Document
//! ```
//!
//! A reader splits records off and judges nothing that costs time; [`Record::read`] does the rest.
//! Whatever the archive holds, a reader keeps one record in memory at most, of a bounded size.

mod csv;
mod fields;
mod gdelt;
mod json;
mod kind;
mod ndjson;
mod record;
mod tape;
mod warc;
mod whole;
mod zip;

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

pub use self::kind::{Form, Kind, LOOKED_AT, named_address, named_form, told_form};
pub use self::record::{Defaults, ReadRecord, Record};
pub use self::zip::{Packed, PackedEntry, Zip};
use super::MAX_BYTES;

/// Longest record of NDJSON or CSV, in bytes: JSON may write a character of the text in up to six.
const LONGEST_RECORD: usize = 4 * MAX_BYTES;

/// Bytes that are unpacked at a time.
const AT_ONCE: usize = 1 << 16;

/// How gzip begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// A place between two records, from which reading can go on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mark {
    /// Bytes before it: of the unpacked content for NDJSON, JSON and CSV, of the archive itself up to the
    /// packed or unpacked piece for WARC.
    pub bytes: u64,
    /// Lines before it; for WARC, records before it in the piece that begins at `bytes`.
    pub records: u64,
}

/// Where in its archive a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    /// It is all there is.
    Whole,
    /// In this line, counted from 1.
    Line(u64),
    /// In these lines, from the first to the last.
    Lines(u64, u64),
    /// At this byte of the archive, counted from 0; for WARC of the packed member it is in, where it is
    /// packed, for JSON of the unpacked content.
    Byte(u64),
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Number::Whole => Ok(()),
            Number::Line(line) => write!(f, ":{line}"),
            Number::Lines(first, last) => write!(f, ":{first}-{last}"),
            Number::Byte(byte) => write!(f, ", byte {byte}"),
        }
    }
}

/// What came next in an archive.
pub struct Entry {
    /// Where it stands.
    pub number: Number,
    /// Where the next one begins.
    pub end: Mark,
    /// What it is.
    pub found: Found,
}

/// What an entry is.
pub enum Found {
    /// A record that should hold a document.
    Record(Record),
    /// A record that is no document by its kind, such as the request in a web archive.
    PassedOver(&'static str),
    /// A record that is broken or too large.
    Refused {
        /// What is wrong with it.
        reason: String,
        /// What of it is worth keeping apart, as a line of JSON.
        line: Option<Vec<u8>>,
    },
    /// The archive cannot be read any further.
    Broken(String),
}

/// A reader of one kind of archive. Nothing comes after [`Found::Broken`].
pub trait Archive {
    /// The next entry; `None` at the end.
    fn next(&mut self) -> Option<Entry>;
}

/// Reads an archive of this kind on from `mark`.
///
/// `input` are its bytes, packed with gzip or not, without the first `skipped`, for which see
/// [`can_be_begun_at`]; they are no more than lie before `mark`. `charset` is the encoding of CSV where it is known.
pub fn open<'r>(
    kind: Kind,
    input: impl BufRead + 'r,
    skipped: u64,
    mark: Mark,
    charset: Option<&str>,
) -> Box<dyn Archive + 'r> {
    match kind {
        Kind::Ndjson => {
            let unpacked = if skipped == 0 { unpack(input) } else { Box::new(input) };
            Box::new(ndjson::Lines::new(unpacked, mark.bytes - skipped, mark))
        }
        Kind::Json => Box::new(json::Objects::new(unpack(input), mark)),
        Kind::Csv => Box::new(csv::Rows::new(unpack(input), mark, charset)),
        Kind::Warc => Box::new(warc::Records::new(input, skipped, mark)),
        Kind::Text | Kind::Html => Box::new(whole::Whole::new(kind, unpack(input))),
    }
}

/// Whether an archive of this kind that begins like `head` can be opened without the bytes before a
/// [`Mark`]; another one has to be read from its start.
pub fn can_be_begun_at(kind: Kind, head: &[u8]) -> bool {
    match kind {
        Kind::Warc => true,
        Kind::Ndjson => !head.starts_with(&GZIP),
        Kind::Json | Kind::Csv | Kind::Text | Kind::Html => false,
    }
}

/// The unpacked bytes, where the input begins as gzip does.
fn unpack<'r>(mut input: impl BufRead + 'r) -> Box<dyn BufRead + 'r> {
    let mut head = Vec::new();
    if let Err(error) = input.by_ref().take(GZIP.len() as u64).read_to_end(&mut head) {
        return Box::new(BufReader::new(Failing(Some(error))));
    }
    let packed = head == GZIP;
    let whole = io::Cursor::new(head).chain(input);
    if packed {
        Box::new(BufReader::with_capacity(AT_ONCE, MultiGzDecoder::new(whole)))
    } else {
        Box::new(whole)
    }
}

/// An input that could not even be begun; whoever reads it hears why.
struct Failing(Option<io::Error>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(self.0.take().unwrap_or_else(|| io::ErrorKind::Other.into()))
    }
}

/// Passes over the first `bytes` bytes of `input`.
///
/// # Errors
/// [`io::ErrorKind::UnexpectedEof`] where it is not that long.
fn pass(input: &mut impl BufRead, bytes: u64) -> io::Result<()> {
    let passed = io::copy(&mut input.take(bytes), &mut io::sink())?;
    if passed < bytes { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
}
