//! Lines of the GDELT Global Quotation Graph.

use claimtrail::domain::DateTimePrecision;
use claimtrail::ingest::archive::{Defaults, Found, Kind, Mark, open};
use serde_json::json;

#[test]
fn a_line_becomes_its_passages_and_the_day_it_was_seen_is_not_its_date() {
    let line = json!({
        "date": "2026-03-04T01:15:00Z", "url": "https://quay.test/2026/03/02/port", "title": "Port denies", "lang": "ENGLISH",
        "quotes": [
            {"pre": "Harbour master Ida Moll said on Monday that ", "quote": "the report that the pier was sold is a hoax", "post": ", and left."},
            {"pre": "A docker told the paper: ", "quote": "I saw nothing.", "post": ""},
        ],
    });
    let bytes = line.to_string();
    let mut archive = open(Kind::Ndjson, bytes.as_bytes(), 0, Mark::default(), None);
    let Found::Record(record) = archive.next().expect("a line").found else { panic!("no record") };
    let read = record.read(&Defaults::default());
    assert!(read.passages);
    let document = read.document.expect("a document").document;
    assert_eq!(document.title.as_deref(), Some("Port denies"));
    assert_eq!(document.outlet.as_deref(), Some("quay.test"));
    assert_eq!(document.language, "en");
    assert_eq!(
        document.text,
        "Harbour master Ida Moll said on Monday that “the report that the pier was sold is a hoax”, and left.\n\nA docker told the paper: “I saw nothing.”"
    );
    // Of the time of publication, the address tells the day.
    let published = document.published.expect("a day");
    assert_eq!(
        (published.at.to_rfc3339().as_str(), published.precision),
        ("2026-03-02T00:00:00+00:00", DateTimePrecision::Day)
    );
    let extraction = claimtrail::pipeline::extract(&claimtrail::domain::Document { ..document });
    assert!(
        extraction.claims.iter().any(|claim| !claim.denials.is_empty()),
        "the denial is found in its passage"
    );
}

#[test]
fn an_article_that_has_its_words_is_read_by_them() {
    let line = json!({"text": "The port denied it.", "quotes": [{"quote": "no"}]}).to_string();
    let document = super::document(Kind::Ndjson, line.as_bytes());
    assert_eq!(document.text, "The port denied it.");
}
