//! Bytes → rows, one at a time, and on behind what is none.

use std::io::{self, BufRead, Read};

use csv_core::{ReadRecordResult, Reader};
use encoding_rs::{CoderResult, Decoder};

use super::{LONGEST_ROW, MOST_CELLS};
use crate::ingest::archive::tape::Tape;

/// The cells of a row, one behind the other.
pub(super) struct Cells {
    pub bytes: Vec<u8>,
    pub ends: Vec<usize>,
}

impl Cells {
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.bytes[start..end])
    }
}

/// What stood at the beginning of a line.
pub(super) enum RowRead {
    Cells(Cells),
    /// A quotation mark is opened in its first line and not closed in the file; only that line is read.
    Unclosed,
    /// Only its first line is read.
    TooLong,
}

/// Reads the next row, `lines` being those before it; with the line it begins in.
pub(super) fn read_row<R: BufRead>(
    input: &mut Tape<R>,
    reader: &mut Reader,
    lines: &mut u64,
) -> io::Result<Option<(u64, RowRead)>> {
    while let [byte @ (b'\r' | b'\n')] = *input.peek(1)? {
        *lines += u64::from(byte == b'\n');
        input.consume(1);
    }
    if input.peek(1)?.is_empty() {
        return Ok(None);
    }
    let first = *lines + 1;
    let start = input.offset();
    input.set_mark();
    reader.reset();
    let (mut bytes, mut ends) = (vec![0; 1 << 12], vec![0; 64]);
    let (mut written, mut cells, mut breaks, mut quotes) = (0, 0, 0, 0);
    let mut last = 0;
    let (whole, at_end) = loop {
        let shown = input.fill_buf()?;
        let at_end = shown.is_empty();
        let (result, read, wrote, ended) =
            reader.read_record(shown, &mut bytes[written..], &mut ends[cells..]);
        let read_now = &shown[..read];
        breaks += memchr::memchr_iter(b'\n', read_now).count() as u64;
        quotes += memchr::memchr_iter(b'"', read_now).count();
        last = read_now.last().copied().unwrap_or(last);
        input.consume(read);
        (written, cells) = (written + wrote, cells + ended);
        match result {
            ReadRecordResult::InputEmpty => {}
            ReadRecordResult::OutputFull if bytes.len() >= LONGEST_ROW => break (false, at_end),
            ReadRecordResult::OutputFull => {
                bytes.resize((2 * bytes.len()).min(LONGEST_ROW), 0);
            }
            ReadRecordResult::OutputEndsFull if ends.len() >= MOST_CELLS => break (false, at_end),
            ReadRecordResult::OutputEndsFull => ends.resize(2 * ends.len(), 0),
            ReadRecordResult::Record | ReadRecordResult::End => break (true, at_end),
        }
    };
    // What ends with the file, and has one mark too many, took all rows behind it for a cell.
    let unclosed = whole && at_end && quotes % 2 == 1 && breaks > 0;
    if !whole || unclosed {
        // The next row is looked for in the next line; where the way back is lost, from here on.
        if input.wind_back(start) {
            breaks = 0;
        }
        *lines += breaks;
        let passed = input.skip_until(b'\n')?;
        *lines += u64::from(passed > 0);
        return Ok(Some((first, if unclosed { RowRead::Unclosed } else { RowRead::TooLong })));
    }
    if last == b'\r' && input.peek(1)? == b"\n" {
        input.consume(1);
        breaks += 1;
    }
    *lines += breaks;
    bytes.truncate(written);
    ends.truncate(cells);
    Ok(Some((first, RowRead::Cells(Cells { bytes, ends }))))
}

/// UTF-16 → UTF-8.
pub(super) struct Transcoded<R> {
    inner: R,
    decoder: Decoder,
    over: bool,
}

impl<R: BufRead> Transcoded<R> {
    pub fn new(inner: R, decoder: Decoder) -> Self {
        Transcoded { inner, decoder, over: false }
    }
}

impl<R: BufRead> Read for Transcoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let shown = self.inner.fill_buf()?;
            let last = shown.is_empty();
            if last && self.over {
                return Ok(0);
            }
            let (result, read, written, _) = self.decoder.decode_to_utf8(shown, into, last);
            self.inner.consume(read);
            self.over = last && result == CoderResult::InputEmpty;
            if written > 0 {
                return Ok(written);
            }
        }
    }
}
