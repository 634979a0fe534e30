//! A stream that can be wound back to its last mark, as far as its memory reaches.

use std::io::{self, BufRead, Read};

/// Keeps what was read since the mark, up to a limit; past that, the way back is lost.
pub(super) struct Tape<R> {
    inner: R,
    /// Where in the stream `kept` begins.
    start: u64,
    kept: Vec<u8>,
    /// Bytes of `kept` that lie behind the mark.
    mark: usize,
    /// Bytes of `kept` that are read.
    at: usize,
    keeping: bool,
    limit: usize,
    /// What `inner` failed with; what fails on top of it may be the fault of what it holds.
    pub failed: Option<io::ErrorKind>,
}

impl<R: BufRead> Tape<R> {
    /// A tape of a stream that stands at `offset`; it keeps `limit` bytes at most.
    pub fn new(inner: R, offset: u64, limit: usize) -> Self {
        Tape {
            inner,
            start: offset,
            kept: Vec::new(),
            mark: 0,
            at: 0,
            keeping: true,
            limit,
            failed: None,
        }
    }

    /// Where the next byte stands.
    pub fn offset(&self) -> u64 {
        self.start + self.at as u64
    }

    /// From here on the way back is kept.
    pub fn set_mark(&mut self) {
        self.mark = self.at;
        self.keeping = true;
        // Moving the rest to the front for every mark would cost more than it frees.
        if self.mark > self.kept.len() / 2 {
            self.kept.drain(..self.mark);
            self.start += self.mark as u64;
            self.at -= self.mark;
            self.mark = 0;
        }
    }

    /// Winds back to `offset`; answers whether it is still kept.
    pub fn wind_back(&mut self, offset: u64) -> bool {
        let reachable = self.keeping
            && (self.start + self.mark as u64..=self.start + self.kept.len() as u64)
                .contains(&offset);
        if reachable {
            self.at = (offset - self.start) as usize;
        }
        reachable
    }

    /// Up to `bytes` next bytes, fewer only at the end; they are still to be read.
    pub fn peek(&mut self, bytes: usize) -> io::Result<&[u8]> {
        while self.kept.len() - self.at < bytes {
            let buffer = match self.inner.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.failed = Some(error.kind());
                    return Err(error);
                }
            };
            if buffer.is_empty() {
                break;
            }
            let taken = buffer.len().min(bytes);
            self.kept.extend_from_slice(&buffer[..taken]);
            self.inner.consume(taken);
        }
        let end = self.kept.len().min(self.at + bytes);
        Ok(&self.kept[self.at..end])
    }

    /// Reads `bytes` bytes and throws them away; answers how many there were.
    pub fn pass(&mut self, bytes: u64) -> io::Result<u64> {
        let mut passed = 0;
        while passed < bytes {
            let buffer = self.fill_buf()?.len() as u64;
            if buffer == 0 {
                break;
            }
            let taken = buffer.min(bytes - passed);
            self.consume(taken as usize);
            passed += taken;
        }
        Ok(passed)
    }

    /// Reads up to the next place where `begins` says, of up to `head` bytes, that it is one.
    /// Only places that start with `first` are asked. Answers whether there was one.
    pub fn scan(
        &mut self,
        first: &[u8],
        head: usize,
        begins: impl Fn(&[u8]) -> bool,
    ) -> io::Result<bool> {
        loop {
            // What lies behind is not wound back to while scanning.
            self.set_mark();
            let seen = self.peek(SCANNED.max(head))?;
            if seen.len() < first.len() {
                let rest = seen.len();
                self.consume(rest);
                return Ok(false);
            }
            let at_end = seen.len() < SCANNED.max(head);
            let certain = if at_end { seen.len() } else { seen.len() - head.min(seen.len() - 1) };
            let found = memchr::memmem::find_iter(seen, first)
                .take_while(|&at| at < certain)
                .find(|&at| begins(&seen[at..seen.len().min(at + head)]));
            match found {
                Some(at) => {
                    self.consume(at);
                    return Ok(true);
                }
                None => self.consume(certain),
            }
        }
    }

    /// The stream behind it, with what was looked at and not read lost.
    pub fn into_inner(self) -> R {
        self.inner
    }
}

/// Bytes that are looked through at a time.
const SCANNED: usize = 1 << 16;

impl<R: BufRead> Read for Tape<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let buffer = self.fill_buf()?;
        let bytes = buffer.len().min(into.len());
        into[..bytes].copy_from_slice(&buffer[..bytes]);
        self.consume(bytes);
        Ok(bytes)
    }
}

impl<R: BufRead> BufRead for Tape<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at < self.kept.len() {
            return Ok(&self.kept[self.at..]);
        }
        self.inner.fill_buf().inspect_err(|error| self.failed = Some(error.kind()))
    }

    fn consume(&mut self, bytes: usize) {
        if self.at < self.kept.len() {
            self.at += bytes;
        } else if self.keeping && self.kept.len() - self.mark + bytes <= self.limit {
            // What was just shown is still there, so this reads nothing.
            if let Ok(buffer) = self.inner.fill_buf() {
                self.kept.extend_from_slice(&buffer[..bytes]);
            }
            self.at += bytes;
            self.inner.consume(bytes);
        } else {
            self.start += (self.at + bytes) as u64;
            self.kept.clear();
            (self.at, self.mark, self.keeping) = (0, 0, false);
            self.inner.consume(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn winds_back_to_its_mark_and_not_before() {
        let mut tape = Tape::new(&b"0123456789"[..], 100, 6);
        assert_eq!(tape.pass(2).expect("reads"), 2);
        tape.set_mark();
        assert_eq!(tape.pass(3).expect("reads"), 3);
        assert_eq!(tape.offset(), 105);
        assert!(!tape.wind_back(101), "before the mark");
        assert!(tape.wind_back(102));
        assert_eq!(tape.peek(4).expect("reads"), b"2345");
        assert_eq!(tape.offset(), 102);
        assert_eq!(tape.pass(100).expect("reads"), 8);
        assert_eq!(tape.offset(), 110);
        assert!(!tape.wind_back(102), "more than it keeps");
    }

    #[test]
    fn finds_what_stands_across_the_edge_of_what_it_looks_through() {
        for before in [0, 1, SCANNED - 3, SCANNED - 1, SCANNED, 3 * SCANNED - 2] {
            let mut content = vec![b'-'; before];
            content.extend_from_slice(b"ABx ABC rest");
            let mut tape = Tape::new(&content[..], 0, 1 << 20);
            let found = tape.scan(b"AB", 3, |head| head == b"ABC").expect("reads");
            assert!(found, "{before}");
            assert_eq!(tape.offset(), before as u64 + 4);
            assert!(!tape.scan(b"ABCD", 4, |_| true).expect("reads"));
        }
    }
}
