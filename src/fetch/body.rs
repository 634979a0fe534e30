//! An answer on its way → its bytes, within limits of size and speed, decompressed.

use std::io::{self, Write};
use std::time::Duration;

use flate2::write::GzDecoder;
use reqwest::Response;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use tokio::time::Instant;

use super::client::read_failed;
use super::error::FetchError;

/// What a body may cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Bytes, as sent and once decompressed.
    pub bytes: usize,
    /// What is done with more.
    pub excess: Excess,
    /// Bytes a second that must come on average, once `grace` is over.
    pub rate: u64,
    /// How long a body may take to get going.
    pub grace: Duration,
}

/// What to do with more bytes than are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Excess {
    Refuse,
    /// The beginning is good enough.
    Cut,
}

/// Reads a body to its end or its limit.
pub(super) async fn read(mut response: Response, limits: Limits) -> Result<Vec<u8>, FetchError> {
    let too_large = || FetchError::TooLarge { what: "the body", limit: limits.bytes };
    let declared = response.content_length().unwrap_or(0);
    if limits.excess == Excess::Refuse && declared > limits.bytes as u64 {
        return Err(too_large());
    }
    let mut sink = Sink::for_coding(response.headers(), limits.bytes)?;
    let begun = Instant::now();
    let mut received = 0;
    loop {
        let due =
            limits.grace + Duration::from_secs_f64(received as f64 / limits.rate.max(1) as f64);
        let chunk = tokio::time::timeout_at(begun + due, response.chunk())
            .await
            .map_err(|_| FetchError::TooSlow { limit: limits.rate })?
            .map_err(|error| read_failed(&error))?;
        let Some(chunk) = chunk else { break };
        received += chunk.len();
        match sink.take(&chunk) {
            Ok(()) if received <= limits.bytes => {}
            Err(Full::Broken(detail)) => return Err(FetchError::BadEncoding { detail }),
            _ if limits.excess == Excess::Cut => return Ok(sink.so_far()),
            _ => return Err(too_large()),
        }
    }
    sink.finish().map_err(|full| match full {
        Full::Broken(detail) => FetchError::BadEncoding { detail },
        Full::Limit => too_large(),
    })
}

/// Why a sink takes no more.
enum Full {
    Limit,
    Broken(String),
}

/// Bytes up to a limit.
struct Bounded {
    bytes: Vec<u8>,
    limit: usize,
}

impl Write for Bounded {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        let room = self.limit - self.bytes.len();
        self.bytes.extend_from_slice(&more[..more.len().min(room)]);
        if more.len() > room { Err(io::ErrorKind::StorageFull.into()) } else { Ok(more.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

enum Sink {
    Plain(Bounded),
    Gzip(Box<GzDecoder<Bounded>>),
}

impl Sink {
    fn for_coding(headers: &HeaderMap, limit: usize) -> Result<Self, FetchError> {
        let bounded = Bounded { bytes: Vec::new(), limit };
        let coding = headers.get(CONTENT_ENCODING).map_or(&b""[..], |value| value.as_bytes());
        match coding.trim_ascii().to_ascii_lowercase().as_slice() {
            b"" | b"identity" => Ok(Sink::Plain(bounded)),
            b"gzip" | b"x-gzip" => Ok(Sink::Gzip(Box::new(GzDecoder::new(bounded)))),
            other => Err(FetchError::BadEncoding {
                detail: format!(
                    "the coding {:?} was not asked for",
                    String::from_utf8_lossy(other)
                ),
            }),
        }
    }

    fn take(&mut self, mut chunk: &[u8]) -> Result<(), Full> {
        match self {
            Sink::Plain(bounded) => bounded.write_all(chunk).map_err(full),
            Sink::Gzip(decoder) => {
                while !chunk.is_empty() {
                    match decoder.write(chunk).map_err(full)? {
                        // The compressed part is over; browsers overlook what follows it, too.
                        0 => break,
                        taken => chunk = &chunk[taken..],
                    }
                }
                Ok(())
            }
        }
    }

    fn so_far(self) -> Vec<u8> {
        match self {
            Sink::Plain(bounded) => bounded.bytes,
            Sink::Gzip(mut decoder) => std::mem::take(&mut decoder.get_mut().bytes),
        }
    }

    fn finish(self) -> Result<Vec<u8>, Full> {
        match self {
            Sink::Plain(bounded) => Ok(bounded.bytes),
            Sink::Gzip(decoder) => decoder.finish().map(|it| it.bytes).map_err(full),
        }
    }
}

fn full(error: io::Error) -> Full {
    match error.kind() {
        io::ErrorKind::StorageFull => Full::Limit,
        _ => Full::Broken(error.to_string()),
    }
}
