//! The name of a file, or how it begins → how documents are written down in it.

use std::io::Read;

use flate2::read::GzDecoder;
use percent_encoding::percent_decode_str;
use url::Url;

use super::GZIP;
use super::csv::tells_csv;
use crate::ingest::parse_url;

/// Bytes at the beginning of a file that tell its form where its name does not.
pub const LOOKED_AT: usize = 16 << 10;

/// How documents are written down in an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One text.
    Text,
    /// One page.
    Html,
    /// A JSON object a line.
    Ndjson,
    /// A list of JSON objects, or objects one after the other over any number of lines.
    Json,
    /// A row for each document, under a row of names.
    Csv,
    /// Web archive: ISO 28500.
    Warc,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// An archive or a document, packed with gzip or not.
    One(Kind),
    /// Many of them.
    Zip,
}

/// The form that a file's name tells, `.gz` left aside.
///
/// ```
/// use claimtrail::ingest::archive::{Form, Kind, named_form};
/// assert_eq!(named_form("CC-NEWS-1.warc.gz"), Some(Form::One(Kind::Warc)));
/// assert_eq!(named_form("notes.bin"), None);
/// ```
pub fn named_form(name: &str) -> Option<Form> {
    let name = name.to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    // How GDELT names its lines of JSON.
    if name.ends_with(".gqg.json") {
        return Some(Form::One(Kind::Ndjson));
    }
    let (stem, extension) = name.rsplit_once('.')?;
    let kind = match extension {
        "txt" | "text" => Kind::Text,
        "html" | "htm" | "xhtml" => Kind::Html,
        "ndjson" | "jsonl" => Kind::Ndjson,
        "csv" | "tsv" => Kind::Csv,
        "warc" => Kind::Warc,
        "zip" => return Some(Form::Zip),
        _ => return None,
    };
    (!stem.is_empty()).then_some(Form::One(kind))
}

/// The address that a file's name is, escaped as one part of a path, with an ending behind it.
///
/// ```
/// use claimtrail::ingest::archive::named_address;
/// let address = named_address("pages/https%3A%2F%2Fquay.test%2Fa.html").expect("an address");
/// assert_eq!(address.as_str(), "https://quay.test/a");
/// assert_eq!(named_address("quay.test/a.html"), None);
/// ```
pub fn named_address(path: &str) -> Option<Url> {
    let name = path.rsplit('/').next()?;
    let name = name.strip_suffix(".gz").unwrap_or(name);
    let (stem, _) = name.rsplit_once('.')?;
    let written = percent_decode_str(stem).decode_utf8().ok()?;
    parse_url(&written).ok()
}

/// The form that the first bytes tell; what tells nothing is a text.
pub fn told_form(head: &[u8]) -> Form {
    if head.starts_with(b"PK\x03\x04") {
        return Form::Zip;
    }
    let mut unpacked = Vec::new();
    if head.starts_with(&GZIP) {
        // It breaks off where the head does, and what came before is enough.
        let _ = GzDecoder::new(head).take(LOOKED_AT as u64).read_to_end(&mut unpacked);
    } else {
        unpacked.extend_from_slice(head);
    }
    let begin = unpacked.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&unpacked).trim_ascii_start();
    Form::One(match begin {
        [b'{', ..] if is_spread(begin) => Kind::Json,
        [b'{', ..] => Kind::Ndjson,
        [b'[', rest @ ..] if rest.trim_ascii_start().starts_with(b"{") => Kind::Json,
        [b'<', next, ..] if next.is_ascii_alphabetic() || b"!?".contains(next) => Kind::Html,
        _ if begin.starts_with(b"WARC/") => Kind::Warc,
        _ if tells_csv(begin) => Kind::Csv,
        _ => Kind::Text,
    })
}

/// Whether an object at the beginning goes on in the next line, as no line of NDJSON does.
fn is_spread(begin: &[u8]) -> bool {
    let Some(end) = memchr::memchr(b'\n', begin) else { return false };
    let first = serde_json::from_slice::<serde::de::IgnoredAny>(&begin[..end]);
    first.is_err_and(|error| error.is_eof())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn names_tell_forms_with_gz_or_without() {
        for (name, form) in [
            ("a.ndjson", Some(Form::One(Kind::Ndjson))),
            ("A.JSONL.GZ", Some(Form::One(Kind::Ndjson))),
            ("20260301000100.gqg.json.gz", Some(Form::One(Kind::Ndjson))),
            ("a.tsv", Some(Form::One(Kind::Csv))),
            ("a.csv.gz", Some(Form::One(Kind::Csv))),
            ("a.warc", Some(Form::One(Kind::Warc))),
            ("a.zip", Some(Form::Zip)),
            ("a.json", None),
            (".txt", None),
            ("zip", None),
        ] {
            assert_eq!(named_form(name), form, "{name}");
        }
    }

    #[test]
    fn beginnings_tell_forms_packed_or_not() {
        for (begin, kind) in [
            ("\u{feff} {\"text\":1}", Kind::Ndjson),
            ("{\"a\":[1,2]}\r\n{}", Kind::Ndjson),
            ("{\"text\": broken\n{}", Kind::Ndjson),
            ("{\n  \"text\": 1}", Kind::Json),
            ("{\"text\":\n 1}", Kind::Json),
            ("\u{feff}[\n {\"text\":1}", Kind::Json),
            ("[{\"text\":1},", Kind::Json),
            ("[Photo] The port", Kind::Text),
            ("[]", Kind::Text),
            ("<!doctype html>", Kind::Html),
            ("< 5 ships came", Kind::Text),
            ("WARC/1.1\r\nWARC-Type: warcinfo\r\n", Kind::Warc),
            ("title,text\nA,B\n", Kind::Csv),
            ("Headline;Body\n", Kind::Csv),
            ("title, said the clerk\n", Kind::Text),
            ("text\n", Kind::Text),
            ("", Kind::Text),
        ] {
            assert_eq!(told_form(begin.as_bytes()), Form::One(kind), "{begin}");
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packed.write_all(begin.as_bytes()).expect("packs");
            let packed = packed.finish().expect("packs");
            assert_eq!(told_form(&packed), Form::One(kind), "{begin}");
        }
        assert_eq!(told_form(b"PK\x03\x04rest"), Form::Zip);
    }
}
