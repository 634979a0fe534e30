//! What an answer is said to be, and what it looks like → whether we read it, and as what.

use reqwest::header::{CONTENT_TYPE, HeaderMap};

use super::error::FetchError;

/// What we read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageType {
    /// A page.
    Html,
    /// A text.
    PlainText,
    /// Whatever was said to be at the address of a feed; only its reader can tell.
    Feed,
}

/// What is hoped for at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// A page or a text.
    Page,
    /// A feed, or a page that names one. Feeds come under many types and none.
    Feed,
}

/// What the headers say of a body.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    /// `None` where they say nothing.
    pub media_type: Option<PageType>,
    pub charset: Option<String>,
}

/// How files begin that are neither page nor text, whatever they are said to be.
const MAGIC: [(&[u8], &str); 11] = [
    (b"%PDF-", "a PDF"),
    (b"\x89PNG", "an image"),
    (b"GIF8", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"RIFF", "sound or moving pictures"),
    (b"OggS", "sound or moving pictures"),
    (b"ID3", "sound or moving pictures"),
    (b"PK\x03\x04", "an archive"),
    (b"\x1f\x8b", "an archive"),
    (b"BZh", "an archive"),
    (b"\x7fELF", "a program"),
];

/// Reads the content type.
///
/// # Errors
/// [`FetchError::NotText`] where it is said to be something else.
pub(super) fn said_to_be(headers: &HeaderMap, wanted: Wanted) -> Result<Said, FetchError> {
    let written = headers.get(CONTENT_TYPE).map_or(&b""[..], |value| value.as_bytes());
    let written = String::from_utf8_lossy(written).to_ascii_lowercase();
    let mut parts = written.split(';').map(str::trim);
    let media_type = match parts.next().unwrap_or("") {
        "text/html" | "application/xhtml+xml" => Some(PageType::Html),
        "text/plain" => Some(PageType::PlainText),
        "" => None,
        other if wanted == Wanted::Feed && !is_media(other) => None,
        other => return Err(FetchError::NotText { found: other.chars().take(80).collect() }),
    };
    let charset = parts
        .find_map(|part| part.strip_prefix("charset="))
        .map(|label| label.trim_matches(['"', '\'', ' ']).to_owned())
        .filter(|label| !label.is_empty());
    Ok(Said { media_type, charset })
}

/// Whether a content type is one of pictures and the like.
fn is_media(written: &str) -> bool {
    ["image/", "audio/", "video/", "font/"].iter().any(|family| written.starts_with(family))
}

/// What a body is, as far as its beginning tells.
///
/// # Errors
/// [`FetchError::Empty`], and [`FetchError::NotText`] for what begins like another kind of file.
pub(super) fn looks_like(
    said: Option<PageType>,
    wanted: Wanted,
    bytes: &[u8],
) -> Result<PageType, FetchError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(FetchError::Empty);
    }
    // Large sitemaps come as gzip files.
    let is_packed_feed = wanted == Wanted::Feed && bytes.starts_with(b"\x1f\x8b");
    if let Some((_, found)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic))
        && !is_packed_feed
    {
        return Err(FetchError::NotText { found: (*found).to_owned() });
    }
    if wanted == Wanted::Feed {
        return Ok(PageType::Feed);
    }
    Ok(said.unwrap_or_else(|| {
        let begin = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
        if begin.starts_with(b"<") { PageType::Html } else { PageType::PlainText }
    }))
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn said(written: &'static str) -> Result<Said, FetchError> {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(written))]);
        said_to_be(&headers, Wanted::Page)
    }

    #[test]
    fn reads_type_and_charset_as_servers_write_them() {
        for (written, media_type, charset) in [
            ("text/html", Some(PageType::Html), None),
            ("Text/HTML; Charset=\"Windows-1252\"", Some(PageType::Html), Some("windows-1252")),
            ("application/xhtml+xml;charset=utf-8", Some(PageType::Html), Some("utf-8")),
            (
                "text/plain; format=flowed; charset=koi8-r",
                Some(PageType::PlainText),
                Some("koi8-r"),
            ),
            ("; charset=", None, None),
        ] {
            let charset = charset.map(str::to_owned);
            assert_eq!(said(written), Ok(Said { media_type, charset }), "{written}");
        }
        for other in ["application/json", "image/png", "text/css", "application/pdf; charset=utf-8"]
        {
            assert_eq!(said(other).unwrap_err().name(), "not_text", "{other}");
        }
    }

    #[test]
    fn looks_into_what_is_called_a_page() {
        let page = |said, bytes| looks_like(said, Wanted::Page, bytes);
        assert_eq!(page(None, b"\xef\xbb\xbf\n<p>A pier.</p>"), Ok(PageType::Html));
        assert_eq!(page(None, b"A pier."), Ok(PageType::PlainText));
        assert_eq!(page(Some(PageType::PlainText), b"<p>"), Ok(PageType::PlainText));
        assert_eq!(page(Some(PageType::Html), b" \r\n"), Err(FetchError::Empty));
        let png = page(Some(PageType::Html), b"\x89PNG\r\n\x1a\n");
        assert_eq!(png.unwrap_err().name(), "not_text");
        let packed = b"\x1f\x8b\x08\0";
        assert_eq!(page(None, packed).unwrap_err().name(), "not_text");
        assert_eq!(looks_like(None, Wanted::Feed, packed), Ok(PageType::Feed));
        let pdf = looks_like(None, Wanted::Feed, b"%PDF-1.7");
        assert_eq!(pdf.unwrap_err().name(), "not_text");
    }

    #[test]
    fn a_feed_may_be_called_anything_but_a_picture() {
        let said = |written| {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(written))]);
            said_to_be(&headers, Wanted::Feed)
        };
        for written in ["application/rss+xml", "application/json", "application/x-gzip", "x/y"] {
            assert_eq!(said(written).map(|said| said.media_type), Ok(None), "{written}");
        }
        assert_eq!(said("image/png").unwrap_err().name(), "not_text");
    }
}
