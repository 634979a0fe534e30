//! Plain texts: title line, line breaks, left-over lines, spans.

use claimtrail::domain::{CodePoints, Field, Span};
use claimtrail::ingest::{Error, Evidence, MAX_BYTES, Meta, from_plain_text, from_text_file};
use proptest::prelude::*;

#[test]
fn the_first_line_before_an_empty_line_is_the_title_of_a_file() {
    let file = "\r\n Port denies closure \r\n\r\nThe port denied it.\r\nIt is open.";
    let document = from_text_file(file, Meta::default()).expect("read").document;
    assert_eq!(document.title.as_deref(), Some("Port denies closure"));
    assert_eq!(document.text, "The port denied it.\nIt is open.");
}

#[test]
fn a_body_alone_keeps_its_first_line() {
    let document =
        from_plain_text("Port open\n\nSo it is.", Meta::default()).expect("read").document;
    assert_eq!(document.title, None);
    assert_eq!(document.text, "Port open\n\nSo it is.");
}

#[test]
fn a_known_title_leaves_the_file_whole() {
    let meta = Meta { title: Some("From the feed".to_owned()), ..Meta::default() };
    let document = from_text_file("Port open\n\nSo it is.", meta).expect("read").document;
    assert_eq!(document.title.as_deref(), Some("From the feed"));
    assert_eq!(document.text, "Port open\n\nSo it is.");
}

#[test]
fn left_over_lines_fall_away_with_their_numbers() {
    let file = "Port open\n\nThe port is open.\nReklam yükleniyor…\nShare this article\n\
        ADVERTISEMENT\nIt said so.\n\nComments are moderated. Please stay polite.\n";
    let ingested = from_text_file(file, Meta::default()).expect("read");
    assert_eq!(ingested.document.text, "The port is open.\nIt said so.");
    let rules: Vec<_> =
        ingested.changes.removed_lines.iter().map(|line| line.rule.as_str()).collect();
    assert_eq!(rules, ["loading-note", "share-line", "advertisement-label", "comment-policy"]);
}

#[test]
fn a_text_of_left_over_lines_alone_is_empty() {
    assert!(matches!(from_plain_text("ADVERTISEMENT\n", Meta::default()), Err(Error::Empty)));
}

#[test]
fn a_file_beyond_the_limit_is_refused_with_the_limit() {
    let bytes = vec![b'a'; MAX_BYTES + 1];
    let error = from_text_file(&bytes[..], Meta::default()).expect_err("refused");
    assert_eq!(error.to_string(), "16777217 bytes are too many: at most 16777216 are read");
}

#[test]
fn the_outlet_is_read_off_the_address_where_nobody_names_it() {
    let url = claimtrail::ingest::parse_url("https://www.quay.test/a").expect("an address");
    let meta = Meta { url: Some(url.clone()), ..Meta::default() };
    let document = from_plain_text("The pier is open.", meta).expect("read").document;
    assert_eq!(document.outlet.as_deref(), Some("quay.test"));
    let meta = Meta { url: Some(url), outlet: Some("The Quay".to_owned()), ..Meta::default() };
    let document = from_plain_text("The pier is open.", meta).expect("read").document;
    assert_eq!(document.outlet.as_deref(), Some("The Quay"));
}

#[test]
fn a_language_that_is_no_tag_is_refused() {
    for language in ["", "e", "english language", "12", "en-"] {
        let meta = Meta { language: Some(language.to_owned()), ..Meta::default() };
        let refused = from_plain_text("Pier.", meta);
        assert!(matches!(refused, Err(Error::Language(_))), "{language:?}");
    }
}

#[test]
fn the_callers_language_decides_where_the_text_does_not() {
    let meta = Meta { language: Some("en-GB".to_owned()), ..Meta::default() };
    let ingested = from_plain_text("Pier shut.", meta).expect("read");
    assert_eq!(ingested.document.language, "en");
    assert_eq!(ingested.changes.language, Evidence::Prior);
}

/// Characters that upset offsets: marks, astral letters, line breaks, NUL, joiners, right-to-left.
fn odd_text() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        any::<char>().prop_map(String::from),
        Just("\r\n".to_owned()),
        Just("\n\n".to_owned()),
        Just("\0".to_owned()),
        Just("\u{feff}".to_owned()),
        Just("👩‍👩‍👧".to_owned()),
        Just("e\u{301}".to_owned()),
        Just("\u{202e}مرحبا".to_owned()),
        Just("ADVERTISEMENT\n".to_owned()),
        Just("The port denied it. ".to_owned()),
    ];
    prop::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn whatever_was_cleaned_every_span_proves_itself(text in odd_text(), at in any::<[prop::sample::Index; 2]>()) {
        let Ok(ingested) = from_text_file(text.as_str(), Meta::default()) else { return Ok(()) };
        let document = ingested.document;
        for field in [Field::Title, Field::Text] {
            let words = document.field(field);
            prop_assert!(!words.contains(['\0', '\r']));
            let bounds: Vec<usize> =
                words.char_indices().map(|(byte, _)| byte).chain([words.len()]).collect();
            let mut ends = at.map(|index| bounds[index.index(bounds.len())]);
            ends.sort();
            let located = CodePoints::new(words)
                .locate(Span::new(field, ends[0]..ends[1]))
                .expect("a span on character boundaries is located");
            let slice: String = words
                .chars()
                .skip(located.start as usize)
                .take((located.end - located.start) as usize)
                .collect();
            prop_assert_eq!(slice, located.quote);
        }
    }

    #[test]
    fn cleaning_a_clean_text_again_changes_nothing(text in odd_text()) {
        let Ok(once) = from_plain_text(text.as_str(), Meta::default()) else { return Ok(()) };
        if let Ok(twice) = from_plain_text(once.document.text.as_str(), Meta::default()) {
            prop_assert_eq!(&twice.document.text, &once.document.text);
        }
    }

    #[test]
    fn any_bytes_give_a_document_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(ingested) = from_text_file(&bytes[..], Meta::default()) {
            prop_assert!(!ingested.document.text.is_empty());
            prop_assert_eq!(ingested.bytes, bytes);
        }
    }
}
