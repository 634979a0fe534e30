//! Bytes → characters: byte order mark, declared charset, the page's own, then detection.

use std::borrow::Cow;
use std::sync::LazyLock;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use regex::bytes::Regex;

use super::Error;

/// How far into a page its own charset declaration may stand; browsers look at as much.
const DECLARED_WITHIN: usize = 1024;

/// How many bytes the guess at an undeclared encoding is made from.
const GUESSED_FROM: usize = 64 * 1024;

/// More than one control or undecodable character in this many, and it is no text.
const CHARACTERS_PER_CONTROL: usize = 20;

/// Characters, and what was done to get them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decoded<'b> {
    pub text: Cow<'b, str>,
    /// WHATWG name of the encoding.
    pub encoding: &'static str,
    pub byte_order_mark: bool,
}

/// The first charset that an XML declaration or a `meta` element names.
static DECLARATION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?i-u)(?:<meta\b[^>]*?\bcharset\s*=\s*|<\?xml\b[^>]*?\bencoding\s*=\s*)["']?\s*([a-z0-9_.:+-]{1,40})"#,
    )
    .expect("the pattern compiles")
});

/// Decodes `bytes`; `charset` is what a header or the caller says, `is_html` lets the page speak.
///
/// # Errors
/// [`Error::UnknownCharset`] where the caller's charset is none, [`Error::NotText`] for binary.
pub(super) fn decode<'b>(
    bytes: &'b [u8],
    charset: Option<&str>,
    is_html: bool,
) -> Result<Decoded<'b>, Error> {
    let declared = charset
        .map(|label| {
            Encoding::for_label_no_replacement(label.trim().as_bytes())
                .ok_or_else(|| Error::UnknownCharset(label.chars().take(40).collect()))
        })
        .transpose()?;
    let decoded = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => {
            let (text, _) = encoding.decode_without_bom_handling(&bytes[length..]);
            Decoded { text, encoding: encoding.name(), byte_order_mark: true }
        }
        None => {
            let encoding = declared
                .or_else(|| if is_html { in_page(bytes) } else { None })
                .unwrap_or_else(|| guess(bytes));
            let (text, _) = encoding.decode_without_bom_handling(bytes);
            Decoded { text, encoding: encoding.name(), byte_order_mark: false }
        }
    };
    refuse_binary(&decoded.text)?;
    Ok(decoded)
}

/// What the page itself declares. UTF-16 cannot be true where ASCII letters were just read.
fn in_page(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(DECLARED_WITHIN)];
    let label = DECLARATION.captures(head)?.get(1)?.as_bytes();
    let encoding = Encoding::for_label_no_replacement(label)?;
    Some(if encoding.is_ascii_compatible() { encoding } else { UTF_8 })
}

/// UTF-8 where it is valid; else what the bytes look like.
pub(super) fn guess(bytes: &[u8]) -> &'static Encoding {
    if std::str::from_utf8(bytes).is_ok() {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let head = &bytes[..bytes.len().min(GUESSED_FROM)];
    if detector.feed(head, head.len() == bytes.len()) {
        detector.guess(None, Utf8Detection::Allow)
    } else {
        // All ASCII so far: the odd byte comes later, and this is what most pages mean by it.
        WINDOWS_1252
    }
}

/// Refuses what decodes to a heap of control characters: an image, an archive, UTF-16 unmarked.
fn refuse_binary(text: &str) -> Result<(), Error> {
    let mut characters = 0;
    let mut controls = 0;
    for character in text.chars() {
        characters += 1;
        let odd = character == char::REPLACEMENT_CHARACTER
            || (character.is_control()
                && !matches!(character, '\t' | '\n' | '\r' | '\u{c}' | '\u{85}'));
        controls += usize::from(odd);
    }
    if controls * CHARACTERS_PER_CONTROL > characters && controls > 3 {
        return Err(Error::NotText { controls, characters });
    }
    Ok(())
}
