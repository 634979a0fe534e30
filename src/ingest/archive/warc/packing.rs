//! A page as its server packed it → its bytes.

use std::io::{self, Read};

use brotli_decompressor::Decompressor;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use ruzstd::decoding::StreamingDecoder;

use super::super::{AT_ONCE, GZIP, MAX_BYTES};

/// How a Zstandard frame begins (RFC 8878, 3.1.1).
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Most memory that a Zstandard frame may ask for, in bytes: servers may ask for half of it (RFC 9659),
/// and a page that needs more is too large anyway.
const ZSTD_WINDOW: u64 = MAX_BYTES as u64;

/// Unpacks `page` from one coding (RFC 9110, 8.4.1), one byte more than a page may have at most, so that
/// a larger one is refused as what it is. What is not packed though its coding says so is left as it is,
/// where its first bytes tell.
///
/// # Errors
/// The bytes are broken, or packed with what is not read.
pub(super) fn unpack(page: Vec<u8>, coding: &str) -> Result<Vec<u8>, String> {
    let bytes = page.as_slice();
    let unpacked = match coding {
        "gzip" | "x-gzip" if !page.starts_with(&GZIP) => return Ok(page),
        "gzip" | "x-gzip" => read(MultiGzDecoder::new(bytes)),
        // The name means zlib; some servers send the bare stream.
        "deflate" if is_zlib(&page) => read(ZlibDecoder::new(bytes)),
        "deflate" => read(DeflateDecoder::new(bytes)),
        "br" if asks_for_large_window(&page) => {
            Err(io::Error::other("it asks for more memory than Brotli has"))
        }
        "br" => read(Decompressor::new(bytes, AT_ONCE)),
        "zstd" if !page.starts_with(&ZSTD) => return Ok(page),
        "zstd" => read_frames(bytes),
        other => {
            let other: String = other.chars().take(40).collect();
            return Err(format!("it is packed with {other:?}, which is not read"));
        }
    };
    unpacked.map_err(|error| format!("it cannot be unpacked ({coding}): {error}"))
}

fn read(packed: impl Read) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    packed.take(MAX_BYTES as u64 + 1).read_to_end(&mut page)?;
    Ok(page)
}

/// Frames of Zstandard, one after the other.
fn read_frames(mut packed: &[u8]) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    while !packed.is_empty() && page.len() <= MAX_BYTES {
        let frame = StreamingDecoder::new_with_max_window_size(&mut packed, ZSTD_WINDOW);
        let left = (MAX_BYTES + 1 - page.len()) as u64;
        frame.map_err(io::Error::other)?.take(left).read_to_end(&mut page)?;
    }
    Ok(page)
}

/// RFC 1950: the method and a check over the first two bytes.
fn is_zlib(bytes: &[u8]) -> bool {
    let [first, second, ..] = *bytes else { return false };
    first & 0x0f == 8 && (u16::from(first) << 8 | u16::from(second)) % 31 == 0
}

/// The one window that RFC 7932 (9.1) does not have, by which streams of another format ask for up to a
/// gigabyte of memory; the library would give it.
fn asks_for_large_window(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|first| first & 0x7f == 0x11)
}
