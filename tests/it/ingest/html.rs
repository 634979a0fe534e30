//! Pages: main text, metadata, and pages made to hurt.

use std::time::{Duration, Instant};

use claimtrail::domain::DateTimePrecision;
use claimtrail::ingest::{Error, Ingested, MediaType, Meta, from_html, parse_url};

fn read(html: &str, address: Option<&str>) -> Ingested {
    let url = address.map(|address| parse_url(address).expect("an address"));
    from_html(html, Meta { url, ..Meta::default() }).expect("a document")
}

const ARTICLE: &str = r#"<!DOCTYPE html><html lang="en-GB"><head>
<title>Port of Sella denies closure | The Quay</title>
<meta property="og:title" content="Port of Sella denies closure">
<meta property="og:site_name" content="The Quay">
<meta name="author" content="Ida Moll">
<meta property="article:published_time" content="2026-03-02T13:18:00+09:00">
<link rel="canonical" href="/news/closure?id=7">
</head><body>
<nav><a href="/">Home</a> <a href="/news">News</a></nav>
<article><h1>Port of Sella denies closure</h1>
<div class="share">Send this story to a friend</div>
<p>The port of Sella denied on Monday that it had been closed, and called the reports of a spill in the outer basin “baseless”.</p>
<p>The harbour office said that ferries left on time all week, with the exception of one that waited for a doctor.</p>
<p>ADVERTISEMENT</p>
<p>A docker who asked not to be named said that he had seen no oil, neither in the basin nor along the mole.</p>
</article><footer>© 2026 The Quay. All rights reserved.</footer></body></html>"#;

#[test]
fn a_page_becomes_title_body_and_metadata() {
    let ingested = read(ARTICLE, Some("https://www.quay.test/news/closure?id=7&utm=x"));
    let document = ingested.document;
    assert_eq!(ingested.media_type, MediaType::Html);
    assert_eq!(document.title.as_deref(), Some("Port of Sella denies closure"));
    assert_eq!(document.authors, ["Ida Moll"]);
    assert_eq!(document.outlet.as_deref(), Some("quay.test"));
    assert_eq!(document.language, "en");
    assert_eq!(
        document.url.as_ref().map(|url| url.as_str()),
        Some("https://www.quay.test/news/closure?id=7")
    );
    let published = document.published.expect("a time");
    assert_eq!(published.at.to_rfc3339(), "2026-03-02T04:18:00+00:00");
    assert_eq!(published.precision, DateTimePrecision::Second);
    assert!(document.text.starts_with("The port of Sella denied"), "{}", document.text);
    assert!(document.text.ends_with("along the mole."), "{}", document.text);
    for gone in ["Send this story", "ADVERTISEMENT", "Home", "rights reserved", "denies closure"] {
        assert!(!document.text.contains(gone), "{gone} stayed in {}", document.text);
    }
}

/// Case C42, for words: a piece of a page is read as far as it goes, and one without words is told from
/// one that cannot be read.
#[test]
fn a_fragment_of_a_page_keeps_its_words_and_an_empty_one_is_told_from_a_broken_one() {
    let list =
        read("<a href=\"/1\">One pier is shut.</a><a href=\"/2\">Two piers are open.</a>", None);
    for words in ["One pier is shut.", "Two piers are open."] {
        assert!(list.document.text.contains(words), "{}", list.document.text);
    }
    let refused = |html: &str| from_html(html, Meta::default()).expect_err("no document");
    assert!(matches!(refused("<ul><li></ul>"), Error::NoArticle));
    assert!(matches!(refused(&"<div>".repeat(100_000)), Error::TooDeep { .. }));
}

/// Case C36.
#[test]
fn a_short_page_keeps_its_sentence_and_loses_its_share_box() {
    let html = "<h1>Minister denies trip</h1><div class=\"share\">Send this story to a friend</div>\
        <p>The minister denied the trip.</p>";
    let document = read(html, None).document;
    assert_eq!(document.title.as_deref(), Some("Minister denies trip"));
    assert_eq!(document.text, "The minister denied the trip.");
}

#[test]
fn what_the_caller_knows_goes_before_what_the_page_says() {
    let meta = Meta {
        title: Some("From the feed".to_owned()),
        outlet: Some("The Mole".to_owned()),
        authors: vec!["Per Lund".to_owned()],
        ..Meta::default()
    };
    let document = from_html(ARTICLE, meta).expect("read").document;
    assert_eq!(document.title.as_deref(), Some("From the feed"));
    assert_eq!(document.outlet.as_deref(), Some("The Mole"));
    assert_eq!(document.authors, ["Per Lund"]);
}

/// Case C38.
#[test]
fn a_canonical_address_is_believed_only_within_the_site_and_below_its_front_page() {
    let page = |href: &str| {
        format!("<link rel=canonical href=\"{href}\"><p>The minister denied the trip.</p>")
    };
    for (href, expected) in [
        ("/x/a?id=7", "https://n.test/x/a?id=7"),
        // Nothing believable is named: the article that the address is likely the AMP page of.
        ("https://n.test/", "https://n.test/x/a"),
        ("https://other.test/b", "https://n.test/x/a"),
        ("https://www.n.test/x/a", "https://www.n.test/x/a"),
        ("javascript:alert(1)", "https://n.test/x/a"),
    ] {
        let document = read(&page(href), Some("https://n.test/x/a/amp")).document;
        assert_eq!(document.url.map(String::from).as_deref(), Some(expected), "{href}");
    }
}

#[test]
fn a_page_tells_which_article_of_another_site_it_was_taken_from() {
    let source = |head: &str, url: Option<&str>| {
        let html = format!("{head}<p>The minister denied the trip to Kelm on Monday.</p>");
        read(&html, url).document.syndicated_from.map(String::from)
    };
    let url = Some("https://n.test/x/a");
    for head in [
        "<link rel=canonical href=\"https://agency.test/trip?utm_source=n\">",
        "<meta property=\"og:url\" content=\"https://agency.test/trip\">",
        "<link rel=canonical href=\"/x/a\"><meta name=\"syndication-source\" content=\"https://agency.test/trip\">",
    ] {
        assert_eq!(source(head, url).as_deref(), Some("https://agency.test/trip"), "{head}");
        assert_eq!(source(head, None), None, "where it stands is not known: {head}");
    }
    for href in ["https://n.test/x/b", "https://agency.test/", "mailto:desk@agency.test", "/x/a"] {
        assert_eq!(source(&format!("<link rel=canonical href=\"{href}\">"), url), None, "{href}");
    }
}

#[test]
fn the_text_decides_against_a_wrong_lang() {
    let html =
        "<html lang=en><p>Das Ministerium bestreitet, dass der Pier geschlossen wurde.</p></html>";
    assert_eq!(read(html, None).document.language, "de");
}

#[test]
fn a_page_without_words_is_told_apart_from_an_empty_one() {
    let html = "<html><body><img src=a.png><script>var a = 1;</script></body></html>";
    assert!(matches!(from_html(html, Meta::default()), Err(Error::NoArticle)));
    assert!(matches!(from_html("", Meta::default()), Err(Error::Empty)));
}

#[test]
fn deep_pages_are_refused_before_they_cost_time_or_stack() {
    let deep = 100_000;
    let inside = "<p>The minister denied the trip.</p>";
    let pages = [
        "<div>".repeat(deep) + inside,
        "<div/>".repeat(deep) + inside,
        format!("<template>{}", "<div>".repeat(deep)),
        "<table><tr><td>".repeat(deep / 3) + inside,
        "<ul><li>".repeat(deep / 2),
        "<div></body><!-- -->".repeat(deep),
    ];
    for page in pages {
        let begun = Instant::now();
        let refused = from_html(page.as_str(), Meta::default());
        let shown = page.chars().take(24).collect::<String>();
        assert!(matches!(refused, Err(Error::TooDeep { limit: 512 })), "{shown}: {refused:?}");
        assert!(begun.elapsed() < Duration::from_secs(20), "{shown}: {:?}", begun.elapsed());
    }
}

#[test]
fn formatting_left_open_and_drawings_are_no_depth() {
    let open = "<b>".repeat(100_000) + "<p>The minister denied the trip.</p>";
    assert_eq!(read(&open, None).document.text, "The minister denied the trip.");
    let drawing = format!("<p>The minister denied the trip.</p><svg>{}", "<g>".repeat(100_000));
    assert_eq!(read(&drawing, None).document.text, "The minister denied the trip.");
}

#[test]
fn pages_of_very_many_elements_are_refused() {
    let refused = from_html("<i>a</i>".repeat(200_000).as_str(), Meta::default());
    assert!(matches!(refused, Err(Error::TooManyNodes { .. })), "{refused:?}");
}

#[test]
fn a_page_beyond_the_size_limit_is_refused() {
    let refused = from_html("a".repeat(50 << 20).as_str(), Meta::default());
    assert!(matches!(refused, Err(Error::TooLarge { .. })), "{refused:?}");
}

#[test]
fn nesting_that_real_pages_have_is_read() {
    let html = format!("{}<p>The minister denied the trip.</p>", "<div>".repeat(200));
    assert_eq!(read(&html, None).document.text, "The minister denied the trip.");
}
