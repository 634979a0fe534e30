//! NDJSON under our names and those of others.

use claimtrail::domain::DateTimePrecision;
use claimtrail::ingest::archive::Kind;
use serde_json::json;

use super::{document, packed, read};

#[test]
fn the_fields_of_common_news_sets_are_read() {
    // The shapes are those of the sets named; the words are ours.
    let text = "The port denied on Monday that it had been shut.";
    for (set, record, outlet, published, authors) in [
        (
            "ours",
            json!({"url": "https://quay.test/a", "title": "Port denies", "outlet": "The Quay", "text": text,
                   "published_at": "2026-03-02T13:18:00Z", "authors": ["Ida Moll"], "language": "en"}),
            "The Quay",
            "2026-03-02T13:18:00Z",
            vec!["Ida Moll"],
        ),
        (
            "news-please",
            json!({"authors": ["Ida Moll"], "date_download": "2026-11-01 10:00:00", "date_modify": null,
                   "date_publish": "2026-03-02 00:00:00", "description": "A summary", "filename": "a.html",
                   "image_url": "https://quay.test/a.jpg", "language": "en", "title": "Port denies", "title_page": null,
                   "title_rss": null, "source_domain": "quay.test", "maintext": text, "url": "https://quay.test/a"}),
            "quay.test",
            "2026-03-02T00:00:00Z",
            vec!["Ida Moll"],
        ),
        (
            "RealNews",
            json!({"title": "Port denies", "text": text, "summary": "A summary", "authors": ["Ida Moll"],
                   "publish_date": "03-02-2026", "status": "success", "url": "https://quay.test/a",
                   "domain": "quay.test", "warc_date": "2026-11-01T10:00:00Z", "split": "train"}),
            "quay.test",
            "",
            vec!["Ida Moll"],
        ),
        (
            "All The News",
            json!({"id": 17, "title": "Port denies", "publication": "The Quay", "author": "Ida Moll",
                   "date": "2026-03-02", "year": 2026.0, "month": 3.0, "url": "https://quay.test/a", "content": text}),
            "The Quay",
            "2026-03-02T00:00:00Z",
            vec!["Ida Moll"],
        ),
        (
            "CC-News",
            json!({"title": "Port denies", "text": text, "domain": "quay.test", "date": "2026-03-02 13:18:00",
                   "description": "A summary", "url": "https://quay.test/a", "image_url": ""}),
            "quay.test",
            "2026-03-02T00:00:00Z",
            vec![],
        ),
        (
            "a search service",
            json!({"uuid": "x", "url": "https://quay.test/a", "author": "Ida Moll; Tom Orrin", "language": "english",
                   "published": "2026-03-02T15:18:00.000+02:00", "title": "Port denies", "text": text,
                   "thread": {"url": "https://other.test/"}, "crawled": "2026-11-01T10:00:00Z",
                   "source": {"id": null, "name": "The Quay"}}),
            "The Quay",
            "2026-03-02T13:18:00Z",
            vec!["Ida Moll", "Tom Orrin"],
        ),
        (
            "schema.org",
            json!({"link": "https://quay.test/a", "headline": "Port denies", "articleBody": text,
                   "datePublished": "2026-03-02T13:18:00Z", "publisher": {"@type": "Organization", "name": "The Quay"},
                   "author": [{"@type": "Person", "name": "Ida Moll"}], "inLanguage": "en"}),
            "The Quay",
            "2026-03-02T13:18:00Z",
            vec!["Ida Moll"],
        ),
        (
            "paragraphs in a list, times as numbers",
            json!({"url": "https://quay.test/a", "title": "Port denies", "body": [text], "published": 1_772_457_480,
                   "site": "https://www.quay.test/"}),
            "quay.test",
            "2026-03-02T13:18:00Z",
            vec![],
        ),
    ] {
        let read = document(Kind::Ndjson, record.to_string().as_bytes());
        assert_eq!(read.url.map(String::from).as_deref(), Some("https://quay.test/a"), "{set}");
        assert_eq!(read.title.as_deref(), Some("Port denies"), "{set}");
        assert_eq!(read.text, text, "{set}");
        assert_eq!(read.outlet.as_deref(), Some(outlet), "{set}");
        assert_eq!(read.authors, authors, "{set}");
        assert_eq!(read.language, "en", "{set}");
        let at = read.published.map(|time| time.at.format("%Y-%m-%dT%H:%M:%SZ").to_string());
        assert_eq!(at.unwrap_or_default(), published, "{set}");
    }
}

#[test]
fn a_day_without_a_zone_is_known_as_a_day() {
    let record = json!({"text": "The port denied it.", "date_publish": "2026-03-02 23:30:00"});
    let published = document(Kind::Ndjson, record.to_string().as_bytes()).published;
    assert_eq!(published.map(|time| time.precision), Some(DateTimePrecision::Day));
}

#[test]
fn a_summary_is_never_taken_for_the_article() {
    let record = json!({"headline": "Port denies", "short_description": "It is open.", "link": "https://quay.test/a"});
    assert_eq!(
        read(Kind::Ndjson, record.to_string().as_bytes()),
        "1 refused: it has neither `text` nor `html`"
    );
}

#[test]
fn broken_lines_are_named_and_the_others_read_packed_or_not() {
    let lines = "\u{feff}{\"title\":\"One\",\"body\":\"The port denied it.\"}\r\n\
        [1]\n\
        {\"text\":{\"a\":1}}\n\
        \n\
        {\"text\":\"a\",\"html\":\"b\"}\n\
        {\"html\":\"<p>The port denied it twice.</p>\",\"text\":\n\
        {\"maintext\":\" \",\"raw_html\":\"<p>The port denied it three times.</p>\"}";
    let told = "1 One: The port denied it.\n\
        2 refused: invalid type: sequence, expected a JSON object at column 0\n\
        3 refused: its `text` is an object and no string\n\
        5 refused: it has both `text` and `html`\n\
        6 refused: EOF while parsing a value at line 2 column 0\n\
        7 : The port denied it three times.";
    assert_eq!(read(Kind::Ndjson, lines.as_bytes()), told);
    assert_eq!(read(Kind::Ndjson, &packed(lines.as_bytes())), told);
}

#[test]
fn a_cut_archive_ends_as_broken_behind_what_came_before() {
    let lines: String =
        (0..2_000).map(|at| format!("{{\"text\":\"The port denied report {at}.\"}}\n")).collect();
    let whole = packed(lines.as_bytes());
    let read = read(Kind::Ndjson, &whole[..whole.len() / 2]);
    assert!(read.lines().count() > 10);
    assert!(read.lines().last().is_some_and(|line| line.contains(" broken: ")));
    assert_eq!(read.matches("broken").count(), 1);
}
