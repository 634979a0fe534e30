//! The named fields of a record.

use std::io::{self, BufRead, Read};

use super::VERSION;
use crate::ingest::archive::tape::Tape;

/// Longest head of a record, in bytes.
const LONGEST_HEAD: u64 = 64 << 10;

/// What a record says of itself, as far as we ask.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub kind: String,
    pub target: String,
    pub content_type: String,
    pub length: u64,
    /// Why the archive keeps only a part of what came, where it does.
    pub truncated: Option<String>,
    /// What the writer found the payload to be.
    pub identified: String,
}

/// What the content of a record is, where it may be a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ContentKind {
    /// An answer of a server with its head.
    Http,
    /// A page alone.
    Page,
}

impl Head {
    /// What the content is; the name of what it is otherwise.
    pub fn content(&self) -> Result<ContentKind, &'static str> {
        let media = media_type(&self.content_type);
        match self.kind.as_str() {
            "response" if !is_web(&self.target) => Err("responses of other protocols"),
            "response" if media.is_empty() || media == "application/http" => Ok(ContentKind::Http),
            "response" => Err("responses of other protocols"),
            "resource" if is_page(&media) && is_web(&self.target) => Ok(ContentKind::Page),
            "resource" => Err("resources that are no pages"),
            "request" => Err("requests"),
            "revisit" => Err("revisits"),
            "metadata" => Err("metadata"),
            "warcinfo" => Err("warcinfo"),
            "conversion" => Err("conversions"),
            "continuation" => Err("continuations"),
            _ => Err("records of other types"),
        }
    }
}

fn is_web(target: &str) -> bool {
    let scheme = target.split(':').next().unwrap_or("");
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

/// `text/html` of `Text/HTML; charset=utf-8`.
pub(super) fn media_type(written: &str) -> String {
    written.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

/// Whether it is a page that is named so.
pub(super) fn is_page(media_type: &str) -> bool {
    matches!(media_type, "text/html" | "application/xhtml+xml")
}

/// Reads a head and the empty line behind it; the inner error says why it is none.
///
/// # Errors
/// The piece cannot be read.
pub(super) fn read_head<S: BufRead>(tape: &mut Tape<S>) -> io::Result<Result<Head, String>> {
    let mut input = tape.by_ref().take(LONGEST_HEAD);
    let mut line = Vec::new();
    input.read_until(b'\n', &mut line)?;
    if !line.starts_with(VERSION) {
        return Ok(Err("no record begins here".to_owned()));
    }
    let mut fields: Vec<(String, String)> = Vec::new();
    loop {
        line.clear();
        let read = input.read_until(b'\n', &mut line)?;
        if read == 0 || !line.ends_with(b"\n") {
            let reason = if input.limit() == 0 {
                format!("its head is longer than {LONGEST_HEAD} bytes")
            } else {
                "the archive ends within its head".to_owned()
            };
            return Ok(Err(reason));
        }
        let written = String::from_utf8_lossy(&line);
        let words = written.trim();
        if words.is_empty() {
            break;
        }
        if written.starts_with([' ', '\t']) {
            // Folded, as in mail; only WARC 1.0 allows it.
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(words);
            }
            continue;
        }
        let Some((name, value)) = words.split_once(':') else {
            return Ok(Err("its head has a line without a name".to_owned()));
        };
        fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
    }
    Ok(head_of(fields))
}

fn head_of(fields: Vec<(String, String)>) -> Result<Head, String> {
    let mut head = Head::default();
    let mut length = None;
    for (name, value) in fields {
        match name.as_str() {
            "warc-type" => head.kind = value.to_ascii_lowercase(),
            // Some writers of WARC 1.0 took the angle brackets of its grammar along.
            "warc-target-uri" => head.target = value.trim_matches(['<', '>']).to_owned(),
            "content-type" => head.content_type = value,
            "content-length" => length = Some(value),
            "warc-truncated" => head.truncated = Some(value),
            "warc-identified-payload-type" => head.identified = value,
            _ => {}
        }
    }
    let length = length.ok_or("it names no Content-Length")?;
    head.length = length
        .parse()
        .map_err(|_| format!("its Content-Length {:?} is no number", shortened(&length)))?;
    Ok(head)
}

fn shortened(written: &str) -> String {
    written.chars().take(40).collect()
}
