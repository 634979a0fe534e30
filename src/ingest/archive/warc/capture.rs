//! What a server answered, as it was sent → a page.

use url::Url;

use super::head::{ContentKind, Head, is_page, media_type};
use super::packing::unpack;
use crate::ingest::{Error, Ingested, Meta, asks_for_consent, from_html, parse_url};

/// Most fields of an HTTP head.
const MOST_FIELDS: usize = 256;

/// A page as it was sent.
#[derive(Debug)]
pub struct Capture {
    url: Url,
    content: Vec<u8>,
    /// Where the body begins in `content`.
    body: usize,
    chunked: bool,
    /// What it is packed with, the outermost last.
    packed: Vec<String>,
    charset: Option<String>,
    truncated: Option<String>,
}

/// What the content of a record is.
pub(super) enum Content {
    Page(Box<Capture>),
    /// No page; with the name of its kind.
    Other(&'static str),
    Unreadable(String),
}

impl Capture {
    /// The page in `content`, if there is one.
    pub(super) fn find(head: Head, kind: ContentKind, content: Vec<u8>) -> Content {
        let url = match parse_url(&head.target) {
            Ok(url) => url,
            Err(error) => return Content::Unreadable(error.to_string()),
        };
        let capture = Capture {
            url,
            body: 0,
            chunked: false,
            packed: Vec::new(),
            charset: charset(&head.content_type),
            truncated: head.truncated,
            content,
        };
        match kind {
            ContentKind::Page => Content::Page(Box::new(capture)),
            ContentKind::Http => capture.read_http(&head.identified),
        }
    }

    fn read_http(mut self, identified: &str) -> Content {
        let mut fields = vec![httparse::EMPTY_HEADER; MOST_FIELDS];
        let mut answer = httparse::Response::new(&mut fields);
        // Servers send what they should not, and it is kept as it was sent.
        let mut lenient = httparse::ParserConfig::default();
        lenient
            .allow_spaces_after_header_name_in_responses(true)
            .allow_obsolete_multiline_headers_in_responses(true)
            .allow_multiple_spaces_in_response_status_delimiters(true)
            .allow_space_before_first_header_name(true)
            .ignore_invalid_headers_in_responses(true);
        self.body = match lenient.parse_response(&mut answer, &self.content) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) => {
                return Content::Unreadable("its HTTP head does not end".to_owned());
            }
            Err(error) => {
                return Content::Unreadable(format!("its HTTP head cannot be read: {error}"));
            }
        };
        if answer.code != Some(200) {
            return Content::Other("answers of another status than 200");
        }
        let said = |name: &str| -> Vec<String> {
            let fields = answer.headers.iter();
            let fields = fields.filter(|field| field.name.trim().eq_ignore_ascii_case(name));
            fields.map(|field| String::from_utf8_lossy(field.value).trim().to_owned()).collect()
        };
        let list = |name: &str| -> Vec<String> {
            let words = said(name).join(",").to_ascii_lowercase();
            words
                .split(',')
                .map(|word| word.trim().to_owned())
                .filter(|it| !it.is_empty())
                .collect()
        };
        let content_type = said("content-type").pop().unwrap_or_default();
        let media = match media_type(&content_type) {
            said if said.is_empty() => media_type(identified),
            said => said,
        };
        if !is_page(&media) {
            return Content::Other("answers that are no pages");
        }
        let (packed, transferred) = (list("content-encoding"), list("transfer-encoding"));
        self.charset = charset(&content_type);
        self.chunked = transferred.last().is_some_and(|coding| coding == "chunked");
        let codings = transferred.into_iter().filter(|coding| coding != "chunked");
        self.packed =
            packed.into_iter().chain(codings).filter(|coding| coding != "identity").collect();
        Content::Page(Box::new(self))
    }

    /// The page as a document; what could not be used is told in `notes`.
    pub(in crate::ingest::archive) fn read(
        &self,
        meta: Meta,
        notes: &mut Vec<String>,
    ) -> Result<Ingested, String> {
        if let Some(reason) = &self.truncated {
            notes.push(format!("the archive keeps only its beginning ({reason})"));
        }
        let page = self.page()?;
        let read = |charset: Option<String>| {
            let url = Some(self.url.clone());
            from_html(page.as_slice(), Meta { url, charset, ..meta.clone() })
        };
        let charset = self.charset.clone().or_else(|| meta.charset.clone());
        let ingested = match read(charset) {
            // A header's nonsense: the page and its bytes tell more.
            Err(Error::UnknownCharset(_)) => read(None),
            outcome => outcome,
        };
        let ingested = ingested.map_err(|error| error.to_string())?;
        if asks_for_consent(&ingested.document.text) {
            return Err("the page only asks for consent".to_owned());
        }
        Ok(ingested)
    }

    /// The bytes of the page, unpacked as far as they are packed: many archives keep what a server
    /// said beside bytes that are unpacked already.
    fn page(&self) -> Result<Vec<u8>, String> {
        let body = &self.content[self.body..];
        let mut page = body.to_vec();
        if self.chunked {
            let (joined, whole) = joined(body)?;
            if !whole && self.truncated.is_none() {
                return Err("its last chunk is cut off".to_owned());
            }
            page = joined;
        }
        for coding in self.packed.iter().rev() {
            if page.trim_ascii_start().starts_with(b"<") {
                break;
            }
            page = unpack(page, coding)?;
        }
        Ok(page)
    }

    pub(in crate::ingest::archive) fn size(&self) -> usize {
        self.content.len()
    }
}

/// The body of chunks (RFC 9112, 7.1), and whether all of them are there; as it is, where it does not
/// begin as one.
fn joined(body: &[u8]) -> Result<(Vec<u8>, bool), String> {
    let mut joined = Vec::with_capacity(body.len());
    let mut rest = body;
    loop {
        match httparse::parse_chunk_size(rest) {
            Ok(httparse::Status::Complete((_, 0))) => return Ok((joined, true)),
            Ok(httparse::Status::Complete((head, size))) => {
                let there = &rest[head..];
                let size = usize::try_from(size).unwrap_or(usize::MAX);
                joined.extend_from_slice(&there[..there.len().min(size)]);
                if there.len() <= size {
                    return Ok((joined, false));
                }
                rest = &there[size..];
                rest =
                    rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")).unwrap_or(rest);
            }
            _ if joined.is_empty() => return Ok((body.to_vec(), true)),
            Ok(httparse::Status::Partial) => return Ok((joined, false)),
            Err(_) => return Err("its chunks cannot be read".to_owned()),
        }
    }
}

/// The charset in a content type.
fn charset(content_type: &str) -> Option<String> {
    let parts = content_type.split(';').skip(1).map(str::trim);
    parts
        .filter_map(|part| part.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
        .map(|(_, label)| label.trim().trim_matches(['"', '\'']).to_owned())
        .filter(|label| !label.is_empty())
}
