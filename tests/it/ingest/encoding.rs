//! Which characters come out of which bytes.

use claimtrail::ingest::{Error, Ingested, Meta, from_html, from_plain_text, from_text_file};

fn file(bytes: &[u8]) -> Ingested {
    from_text_file(bytes, Meta::default()).expect("a document")
}

fn page(bytes: &[u8]) -> Ingested {
    from_html(bytes, Meta::default()).expect("a document")
}

#[test]
fn utf8_stays_as_it_is() {
    let ingested = file("Für „später“ – naïve café.".as_bytes());
    assert_eq!(ingested.document.text, "Für „später“ – naïve café.");
    assert_eq!(ingested.changes.encoding, "UTF-8");
    assert_eq!(ingested.bytes, "Für „später“ – naïve café.".as_bytes());
}

#[test]
fn byte_order_marks_tell_the_encoding_and_go() {
    let text = "The pier was shut.";
    let utf8 = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    let utf16le: Vec<u8> =
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let utf16be: Vec<u8> =
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
    for (bytes, encoding) in [(utf8, "UTF-8"), (utf16le, "UTF-16LE"), (utf16be, "UTF-16BE")] {
        let ingested = file(&bytes);
        assert_eq!(ingested.document.text, text);
        assert_eq!(ingested.changes.encoding, encoding);
        assert!(ingested.changes.byte_order_mark);
    }
}

#[test]
fn a_byte_order_mark_beats_a_declared_charset() {
    let meta = Meta { charset: Some("windows-1252".to_owned()), ..Meta::default() };
    let bytes = "\u{feff}Für später.".as_bytes();
    assert_eq!(from_plain_text(bytes, meta).expect("read").document.text, "Für später.");
}

#[test]
fn a_declared_charset_is_used() {
    let meta = Meta { charset: Some("ISO-8859-9".to_owned()), ..Meta::default() };
    let text =
        from_plain_text(&b"Liman kapal\xfd de\xf0il."[..], meta).expect("read").document.text;
    assert_eq!(text, "Liman kapalı değil.");
}

#[test]
fn an_unknown_charset_is_refused_by_name() {
    let meta = Meta { charset: Some("klingon-8".to_owned()), ..Meta::default() };
    let error = from_plain_text(&b"Pier."[..], meta).expect_err("refused");
    assert_eq!(error.to_string(), "unknown charset \"klingon-8\"");
}

/// Case C34.
#[test]
fn a_page_tells_its_own_charset() {
    let html = b"<meta http-equiv=\"Content-Type\" content=\"text/html; charset=windows-1252\">\
        <title>Hafen</title><p>Das ist nicht f\xfcr \x84sp\xe4ter\x93, sagte die Ministerin.</p>";
    let ingested = page(html);
    assert_eq!(ingested.document.text, "Das ist nicht für „später“, sagte die Ministerin.");
    assert_eq!(ingested.changes.encoding, "windows-1252");
    assert_eq!(ingested.changes.undecodable, 0);
}

#[test]
fn a_page_that_calls_its_ascii_utf16_is_read_as_utf8() {
    let html = "<meta charset=utf-16><p>The minister denied the trip – twice.</p>";
    assert_eq!(page(html.as_bytes()).document.text, "The minister denied the trip – twice.");
}

#[test]
fn an_undeclared_legacy_encoding_is_recognised() {
    let cyrillic = "Министерство опровергло сообщения о закрытии порта и назвало их ложными.";
    let (bytes, _, _) = encoding_rs::WINDOWS_1251.encode(cyrillic);
    let ingested = file(&bytes);
    assert_eq!(ingested.document.text, cyrillic);
    assert_eq!(ingested.changes.encoding, "windows-1251");
}

#[test]
fn a_late_odd_byte_in_a_long_file_is_read_as_windows_1252() {
    let mut bytes = "The port was open. ".repeat(5_000).into_bytes();
    bytes.extend_from_slice(b"It closed at the caf\xe9.");
    assert!(file(&bytes).document.text.ends_with("It closed at the café."));
}

/// Case C34: told, and not stored as clean.
#[test]
fn bytes_that_cannot_be_decoded_are_counted() {
    let meta = Meta { charset: Some("utf-8".to_owned()), ..Meta::default() };
    let bytes = b"The minister \xff denied that the pier \xfe was shut on Monday.";
    let ingested = from_plain_text(&bytes[..], meta).expect("read");
    assert_eq!(ingested.changes.undecodable, 2);
}

#[test]
fn binary_is_refused() {
    let png: Vec<u8> = (0..4_096u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    assert!(matches!(from_text_file(&png[..], Meta::default()), Err(Error::NotText { .. })));
    assert!(matches!(from_html(&png[..], Meta::default()), Err(Error::NotText { .. })));
}

#[test]
fn nul_is_removed_and_told() {
    let ingested = file(b"The min\0ister denied that the pier was shut.");
    assert_eq!(ingested.document.text, "The minister denied that the pier was shut.");
    assert_eq!(ingested.changes.nuls, 1);
}

#[test]
fn an_empty_file_is_refused() {
    for bytes in [&b""[..], b" \n\t\r\n", b"\xef\xbb\xbf", b"\0"] {
        assert!(matches!(from_text_file(bytes, Meta::default()), Err(Error::Empty)), "{bytes:?}");
        assert!(matches!(from_html(bytes, Meta::default()), Err(Error::Empty)), "{bytes:?}");
    }
}
