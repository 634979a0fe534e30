//! The body of a batch as it arrives → its lines, one at a time.

use std::io::Write;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::web::Bytes;
use flate2::write::MultiGzDecoder;
use futures_util::StreamExt;

use crate::api::problem::{Problem, ProblemKind};

/// How long the body may stay silent while it is waited for.
const SILENCE: Duration = Duration::from_secs(60);

/// Packed bytes that are unpacked at a time: gzip makes at most 1,032 bytes of one, so a step stays
/// near 1 MiB whatever was packed.
const UNPACKED_AT_ONCE: usize = 1024;

/// Unpacked bytes for a packed one beyond which a body is no text but a trap. Of NDJSON, even one
/// line again and again stays far below.
const LONGEST_EXPANSION: u64 = 400;

/// Unpacked bytes that are not asked for their expansion.
const EXPANSION_FREE: u64 = 8 << 20;

/// What comes next in the body.
pub enum Next {
    /// A line with something in it, without its line feed.
    Line(u64, Vec<u8>),
    /// A line longer than allowed, which was passed over.
    TooLong(u64),
    /// The end of the body.
    End,
    /// The body cannot be read further.
    Broken(Problem),
}

/// The lines of a body.
pub struct Lines {
    body: Body,
    limit: usize,
    /// What was last read and not yet divided.
    piece: Bytes,
    /// The line under way.
    line: Vec<u8>,
    too_long: bool,
    number: u64,
}

impl Lines {
    /// The lines of `payload`, each of `limit` bytes at most.
    pub fn new(payload: Payload, gzip: bool, limit: usize) -> Self {
        Lines {
            body: Body { payload, unpacking: gzip.then(Unpacking::new) },
            limit,
            piece: Bytes::new(),
            line: Vec::new(),
            too_long: false,
            number: 0,
        }
    }

    /// Waits for the next line. After the end, and where the body is broken, do not ask again.
    pub async fn next(&mut self) -> Next {
        loop {
            if let Some(at) = memchr::memchr(b'\n', &self.piece) {
                let part = self.piece.split_to(at + 1);
                self.add(&part[..at]);
                match self.close() {
                    Some(line) => return line,
                    None => continue,
                }
            }
            let rest = std::mem::take(&mut self.piece);
            self.add(&rest);
            match self.body.next().await {
                Ok(Some(piece)) => self.piece = piece,
                Ok(None) if self.line.is_empty() && !self.too_long => return Next::End,
                // The last line needs no line feed; the body ends again when it is asked again.
                Ok(None) => return self.close().unwrap_or(Next::End),
                Err(problem) => return Next::Broken(problem),
            }
        }
    }

    /// Reads and drops what still comes, so that a client which sends without reading comes to the
    /// answer.
    pub async fn drain(&mut self) {
        while let Some(Ok(_)) = self.body.payload.next().await {}
    }

    fn add(&mut self, part: &[u8]) {
        if self.too_long {
            return;
        }
        if self.line.len() + part.len() > self.limit {
            self.too_long = true;
            self.line = Vec::new();
        } else {
            self.line.extend_from_slice(part);
        }
    }

    /// Ends the line under way; `None` for one with nothing in it.
    fn close(&mut self) -> Option<Next> {
        self.number += 1;
        let line = std::mem::take(&mut self.line);
        if std::mem::take(&mut self.too_long) {
            return Some(Next::TooLong(self.number));
        }
        (!line.trim_ascii().is_empty()).then_some(Next::Line(self.number, line))
    }
}

/// The bytes of a body, unpacked.
struct Body {
    payload: Payload,
    unpacking: Option<Unpacking>,
}

impl Body {
    async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        loop {
            if let Some(unpacking) = &mut self.unpacking
                && !unpacking.packed.is_empty()
            {
                let piece = unpacking.step()?;
                // A body that is all here already must not keep the thread from other requests.
                tokio::task::yield_now().await;
                if !piece.is_empty() {
                    return Ok(Some(piece));
                }
                continue;
            }
            let silent = Problem::new(
                ProblemKind::BodyTimeout,
                format!("Nothing of the body arrived for {} s.", SILENCE.as_secs()),
            );
            let chunk =
                tokio::time::timeout(SILENCE, self.payload.next()).await.map_err(|_| silent)?;
            match (chunk, &mut self.unpacking) {
                (Some(Err(_)), _) => {
                    return Err(Problem::new(
                        ProblemKind::MalformedBody,
                        "The body ended before it was complete.",
                    ));
                }
                (Some(Ok(chunk)), Some(unpacking)) => unpacking.packed = chunk,
                (Some(Ok(chunk)), None) => return Ok(Some(chunk)),
                (None, Some(unpacking)) => {
                    let last = unpacking.finish()?;
                    return Ok((!last.is_empty()).then_some(last));
                }
                (None, None) => return Ok(None),
            }
        }
    }
}

/// A gzip body on its way out of its packing.
struct Unpacking {
    decoder: MultiGzDecoder<Vec<u8>>,
    /// What arrived and is not yet unpacked.
    packed: Bytes,
    taken: u64,
    given: u64,
    finished: bool,
}

impl Unpacking {
    fn new() -> Self {
        Unpacking {
            decoder: MultiGzDecoder::new(Vec::new()),
            packed: Bytes::new(),
            taken: 0,
            given: 0,
            finished: false,
        }
    }

    fn step(&mut self) -> Result<Bytes, Problem> {
        let part = self.packed.split_to(self.packed.len().min(UNPACKED_AT_ONCE));
        self.decoder.write_all(&part).map_err(|error| not_gzip(&error))?;
        self.taken += part.len() as u64;
        let piece = std::mem::take(self.decoder.get_mut());
        self.given += piece.len() as u64;
        if self.given > EXPANSION_FREE && self.given / LONGEST_EXPANSION > self.taken {
            return Err(Problem::new(
                ProblemKind::ContentTooLarge,
                format!("The body unpacks to more than {LONGEST_EXPANSION} times its size."),
            ));
        }
        Ok(piece.into())
    }

    /// The last bytes; the packing proves that none is missing.
    fn finish(&mut self) -> Result<Bytes, Problem> {
        if std::mem::replace(&mut self.finished, true) {
            return Ok(Bytes::new());
        }
        self.decoder.try_finish().map_err(|error| not_gzip(&error))?;
        Ok(std::mem::take(self.decoder.get_mut()).into())
    }
}

fn not_gzip(error: &std::io::Error) -> Problem {
    Problem::new(ProblemKind::MalformedBody, format!("The body is not whole gzip: {error}."))
}
