//! Feeds of every kind, as publishers write them and as they should not.

use std::io::Write;

use claimtrail::domain::DateTimePrecision;
use claimtrail::domain::view::FeedKind;
use claimtrail::ingest::feed::{
    Feed, FeedEntry, FeedError, Found, MAX_ENTRIES, MAX_FEED_BYTES, feeds_named_by, look,
    read_feed, read_opml,
};
use flate2::Compression;
use flate2::write::GzEncoder;
use url::Url;

fn base() -> Url {
    "https://lorne-courier.test/news/feed.xml".parse().unwrap()
}

fn read(text: &str) -> Feed {
    read_feed(text.as_bytes(), &base(), None).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn refused(bytes: &[u8]) -> &'static str {
    read_feed(bytes, &base(), None).expect_err("no feed").name()
}

fn urls(feed: &Feed) -> Vec<&str> {
    feed.entries.iter().map(|entry| entry.url.as_str()).collect()
}

/// When an entry was published, with how exactly that is known.
fn published(entry: &FeedEntry) -> String {
    let stated = entry.published.expect("a time");
    format!("{} {:?}", stated.at.to_rfc3339(), stated.precision)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// RSS 2.0 with these items.
fn rss(items: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\
         <channel><title>Lorne Courier</title><link>https://lorne-courier.test/</link>\
         <description>News</description><ttl>30</ttl>{items}</channel></rss>"
    )
}

#[test]
fn rss_is_read_with_its_times_zones_and_authors() {
    let feed = read(&rss(
        "<item><title>Ferry &amp;amp; pier</title><link>https://lorne-courier.test/1</link>\
         <pubDate>Mon, 02 Mar 2026 10:30:00 +0200</pubDate><dc:creator>Petra Lank</dc:creator></item>\
         <item><title>Rail</title><link>/2?utm_source=rss#top</link>\
         <pubDate>Mon, 02 Mar 2026 10:30 GMT</pubDate><author>desk@lorne-courier.test</author></item>\
         <item><guid>https://lorne-courier.test/3</guid><pubDate>2026-03-02</pubDate></item>\
         <item><title>No address</title><guid isPermaLink=\"false\">tag:4</guid></item>",
    ));
    assert_eq!((feed.kind, feed.title.as_deref()), (FeedKind::Rss, Some("Lorne Courier")));
    assert_eq!((feed.ttl, feed.skipped, feed.cut), (Some(30), 1, false));
    assert_eq!(
        urls(&feed),
        [
            "https://lorne-courier.test/1",
            "https://lorne-courier.test/2?utm_source=rss",
            "https://lorne-courier.test/3"
        ]
    );
    let told: Vec<String> = feed.entries.iter().map(published).collect();
    assert_eq!(
        told,
        [
            "2026-03-02T08:30:00+00:00 Second",
            "2026-03-02T10:30:00+00:00 Second",
            "2026-03-02T00:00:00+00:00 Day"
        ]
    );
    assert_eq!(feed.entries[0].title.as_deref(), Some("Ferry & pier"));
    assert_eq!(feed.entries[0].authors, ["Petra Lank"]);
    assert_eq!(feed.entries[1].authors, [""; 0]);
}

#[test]
fn a_time_without_a_zone_tells_the_day_alone_and_no_time_is_guessed() {
    for (written, expected) in [
        ("Mon, 02 Mar 2026 10:30:00 CET", Some("2026-03-02T09:30:00+00:00")),
        ("Mon, 02 Mar 2026 10:30:00 EST", Some("2026-03-02T15:30:00+00:00")),
        ("2026-03-02 10:30:00", Some("2026-03-02T00:00:00+00:00")),
        ("2026-03-02T10:30:00.123456+0100", Some("2026-03-02T09:30:00+00:00")),
        ("yesterday", None),
        ("", None),
    ] {
        let feed = read(&rss(&format!(
            "<item><link>https://n.test/1</link><pubDate>{written}</pubDate></item>"
        )));
        let at = feed.entries[0].published.map(|stated| stated.at.to_rfc3339());
        assert_eq!(at.as_deref(), expected, "{written}");
        assert_eq!(feed.entries[0].updated.map(|at| at.to_rfc3339()).as_deref(), expected);
    }
}

#[test]
fn atom_links_are_those_to_the_article_and_resolved_where_they_stand() {
    let feed = read(
        "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:base=\"https://lorne-courier.test/a/\">\
         <title type=\"html\">The &lt;b&gt;Courier&lt;/b&gt;</title><id>x</id>\
         <link rel=\"self\" href=\"/feed.atom\"/>\
         <entry><id>tag:1</id><title>Pier</title>\
         <link rel=\"self\" href=\"1.atom\"/><link rel=\"enclosure\" href=\"1.mp3\"/>\
         <link rel=\"alternate\" type=\"application/pdf\" href=\"1.pdf\"/>\
         <link rel=\"alternate\" type=\"text/html\" href=\"1.html\"/>\
         <published>2026-03-01T08:00:00Z</published><updated>2026-03-01T09:15:30+01:00</updated>\
         <author><name>Petra Lank</name></author></entry>\
         <entry><id>https://lorne-courier.test/by-id</id><updated>2026-03-01T00:00:00Z</updated></entry>\
         <entry><id>tag:3</id><content type=\"text/html\" src=\"https://lorne-courier.test/a/elsewhere.html\"/></entry></feed>",
    );
    assert_eq!((feed.kind, feed.title.as_deref()), (FeedKind::Atom, Some("The Courier")));
    assert_eq!(
        urls(&feed),
        [
            "https://lorne-courier.test/a/1.html",
            "https://lorne-courier.test/by-id",
            "https://lorne-courier.test/a/elsewhere.html"
        ]
    );
    let entry = &feed.entries[0];
    assert_eq!(entry.updated.unwrap().to_rfc3339(), "2026-03-01T08:15:30+00:00");
    assert_eq!(entry.authors, ["Petra Lank"]);
    assert_eq!(feed.entries[2].updated, None);
}

#[test]
fn json_feed_is_read_with_relative_addresses() {
    let feed = read(
        r#" {"version": "https://jsonfeed.org/version/1.1", "title": "Courier", "items": [
            {"id": "1", "url": "/1", "title": "Pier", "content_html": "<p>All of it.</p>",
             "date_published": "2026-03-01T08:00:00+02:00", "date_modified": "2026-03-01T09:00:00Z",
             "authors": [{"name": "Petra Lank"}],
             "attachments": [{"url": "/1.mp3", "mime_type": "audio/mpeg"}]},
            {"id": "2", "external_url": "https://fjord.test/2"},
            {"id": "no address", "content_text": "Only words."}]}"#,
    );
    assert_eq!((feed.kind, feed.skipped), (FeedKind::JsonFeed, 1));
    assert_eq!(urls(&feed), ["https://lorne-courier.test/1", "https://fjord.test/2"]);
    assert_eq!(published(&feed.entries[0]), "2026-03-01T06:00:00+00:00 Second");
    assert_eq!(feed.entries[0].authors, ["Petra Lank"]);
}

#[test]
fn old_rss_is_read_too() {
    let feed = read(
        "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"http://purl.org/rss/1.0/\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><channel><title>Old</title><link>https://n.test/</link>\
         <description>d</description></channel><item><title>Pier</title><link>https://n.test/1</link>\
         <dc:date>2026-03-01T08:00:00Z</dc:date></item></rdf:RDF>",
    );
    assert_eq!((feed.kind, urls(&feed)), (FeedKind::Rss, vec!["https://n.test/1"]));
}

const NEWS_SITEMAP: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"
        xmlns:n=\"http://www.google.com/schemas/sitemap-news/0.9\"
        xmlns:image=\"http://www.google.com/schemas/sitemap-image/1.1\">
  <url><loc> https://lorne-courier.test/1?a=1&amp;b=2 </loc><lastmod>2026-03-02T10:00:00+01:00</lastmod>
    <n:news><n:publication><n:name>Lorne Courier</n:name><n:language>en</n:language></n:publication>
      <n:publication_date>2026-03-01</n:publication_date><n:title>Pier <![CDATA[& ferry]]></n:title></n:news>
    <image:image><image:loc>https://lorne-courier.test/1.jpg</image:loc></image:image></url>
  <url><n:news><n:publication_date>2026-03-01T08:00Z</n:publication_date></n:news><loc>/2</loc></url>
  <url><loc>https://lorne-courier.test/3?x=1&y=2</loc></url>
  <url><loc>mailto:desk@lorne-courier.test</loc></url><url/>
</urlset>";

#[test]
fn a_news_sitemap_is_read_with_its_news_and_without_its_pictures() {
    let feed = read(NEWS_SITEMAP);
    assert_eq!((feed.kind, feed.title.as_deref()), (FeedKind::Sitemap, Some("Lorne Courier")));
    assert_eq!(
        urls(&feed),
        [
            "https://lorne-courier.test/1?a=1&b=2",
            "https://lorne-courier.test/2",
            "https://lorne-courier.test/3?x=1&y=2"
        ]
    );
    assert_eq!(feed.skipped, 2);
    let entry = &feed.entries[0];
    assert_eq!(entry.title.as_deref(), Some("Pier & ferry"));
    assert_eq!(entry.published.unwrap().precision, DateTimePrecision::Day);
    assert_eq!(entry.updated.unwrap().to_rfc3339(), "2026-03-02T09:00:00+00:00");
    assert_eq!(feed.entries[1].updated.unwrap().to_rfc3339(), "2026-03-01T08:00:00+00:00");
    assert_eq!(feed.entries[2].dated(), None);
}

#[test]
fn sitemaps_come_packed_as_indexes_and_as_lists_of_lines() {
    let packed = read_feed(&gzip(NEWS_SITEMAP.as_bytes()), &base(), None).unwrap();
    assert_eq!(packed, read(NEWS_SITEMAP));
    let index = read(
        "<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"><sitemap>\
         <loc>/news.xml.gz</loc><lastmod>2026-03-01</lastmod></sitemap></sitemapindex>",
    );
    assert_eq!(index.kind, FeedKind::SitemapIndex);
    assert_eq!(urls(&index), ["https://lorne-courier.test/news.xml.gz"]);
    let lines = read("https://lorne-courier.test/1\r\n\r\nhttps://lorne-courier.test/2\n");
    assert_eq!((lines.kind, lines.entries.len()), (FeedKind::Sitemap, 2));
}

#[test]
fn the_encoding_is_found_as_for_pages() {
    let xml = rss("<item><title>F\u{e4}hre</title><link>https://n.test/1</link></item>")
        .replace("<?xml version=\"1.0\"?>", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n");
    let latin: Vec<u8> = xml.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let utf16: Vec<u8> =
        std::iter::once(0xfeff).chain(xml.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for (bytes, charset) in [
        (latin.clone(), None),
        // The header goes before the declaration, and the byte order mark before both.
        (xml.clone().into_bytes(), Some("utf-8")),
        (utf16, Some("windows-1252")),
        (latin, Some("klingon-8")),
    ] {
        let feed = read_feed(&bytes, &base(), charset).unwrap();
        assert_eq!(feed.entries[0].title.as_deref(), Some("F\u{e4}hre"), "{charset:?}");
    }
}

#[test]
fn what_is_no_feed_or_broken_has_a_name() {
    let good = rss("<item><link>https://n.test/1</link></item>");
    let deep = format!("<urlset>{}", "<a>".repeat(200));
    for (bytes, name) in [
        (&b""[..], "empty"),
        (b"  \r\n ", "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\0\0\x01\x02\x03\x04", "not_text"),
        (b"<!doctype html><html><body><p>No feed.</p></body></html>", "page"),
        (b"<html><head><link rel=stylesheet href=a.css>", "page"),
        (b"<opml version=\"2.0\"><body/></opml>", "opml"),
        (b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "not_a_feed"),
        (b"<rss version=\"2.0\"></rss>", "not_a_feed"),
        (b"{\"items\": []", "broken_feed"),
        (b"{\"version\": \"https://n.test/2\", \"title\": \"x\", \"items\": []}", "not_a_feed"),
        (b"Not found", "not_a_feed"),
        (b"https://n.test/1\nand more", "not_a_feed"),
        (&good.as_bytes()[..good.len() - 30], "broken_feed"),
        (b"<urlset><url><loc>https://n.test/1</loc></url>", "broken_feed"),
        (b"<urlset><url><loc>https://n.test/1</url></urlset>", "broken_feed"),
        (deep.as_bytes(), "broken_feed"),
        (&gzip(good.as_bytes())[..60], "bad_encoding"),
    ] {
        assert_eq!(refused(bytes), name, "{}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn a_feed_that_makes_its_reader_give_up_is_broken_and_nothing_worse() {
    // A playing time with more digits than a number has, and a name that ends in the middle of a
    // character before its address of mail.
    let items = [
        "<item><link>https://n.test/1</link><itunes:duration>99999999999999999999999:00:00</itunes:duration></item>",
        "<item><link>https://n.test/1</link><author>\u{e4}\u{20ac}desk@n.test</author></item>",
    ];
    for item in items {
        let xml = rss(item)
            .replace("<rss ", "<rss xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\" ");
        match read_feed(xml.as_bytes(), &base(), None) {
            Ok(feed) => assert_eq!(urls(&feed), ["https://n.test/1"]),
            Err(error) => assert_eq!(error.name(), "broken_feed"),
        }
    }
}

#[test]
fn entities_are_not_opened_and_bombs_stay_small() {
    let bomb = format!(
        "<!DOCTYPE urlset [<!ENTITY a \"{}\"><!ENTITY b \"{}\"><!ENTITY x SYSTEM \"file:///etc/passwd\">]>\
         <urlset><url><loc>https://n.test/&b;&x;</loc></url></urlset>",
        "A".repeat(1_000),
        "&a;".repeat(1_000)
    );
    let feed = read(&bomb);
    assert!(feed.entries[0].url.as_str().len() < 50, "{}", feed.entries[0].url);
    let zeros = gzip(&vec![b' '; MAX_FEED_BYTES + 1]);
    assert!(zeros.len() < 1 << 20);
    assert_eq!(refused(&zeros), "too_large");
}

#[test]
fn more_entries_than_are_read_are_cut_and_that_is_told() {
    let url = "<url><loc>https://n.test/1</loc></url>";
    let feed = read(&format!("<urlset>{}</urlset>", url.repeat(MAX_ENTRIES + 1)));
    assert_eq!((feed.entries.len(), feed.cut), (MAX_ENTRIES, true));
    let feed = read(&format!("<urlset>{}</urlset>", url.repeat(3)));
    assert_eq!((feed.entries.len(), feed.cut), (3, false));
}

#[test]
fn a_page_tells_its_feeds() {
    let page = "<!DOCTYPE html><html><head><base href=\"/blog/\">
        <link rel=\"alternate\" type=\"application/rss+xml\" title=\" All news \" href=\"rss.xml\">
        <link rel='ALTERNATE feed' type='Application/Atom+XML' href='https://fjord.test/atom'>
        <link rel=alternate type=application/feed+json href=/feed.json>
        <link rel=\"alternate\" hreflang=\"de\" href=\"/de/\">
        <link rel=\"stylesheet\" type=\"application/rss+xml\" href=\"/no.xml\">
        <link rel=\"alternate\" type=\"application/rss+xml\" href=\"javascript:alert(1)\">
        <link rel=\"alternate\" type=\"application/rss+xml\" href=\"rss.xml\"></head><body>x</body></html>";
    let named = feeds_named_by(page, &base()).unwrap();
    let told: Vec<(&str, FeedKind, Option<&str>)> =
        named.iter().map(|it| (it.url.as_str(), it.kind, it.title.as_deref())).collect();
    assert_eq!(
        told,
        [
            ("https://lorne-courier.test/blog/rss.xml", FeedKind::Rss, Some("All news")),
            ("https://fjord.test/atom", FeedKind::Atom, None),
            ("https://lorne-courier.test/feed.json", FeedKind::JsonFeed, None),
        ]
    );
    assert_eq!(look(page.as_bytes(), &base(), None), Ok(Found::Page(named)));
    let deep = format!("<html>{}", "<div>".repeat(100_000));
    let error = look(deep.as_bytes(), &base(), None).unwrap_err();
    assert!(matches!(error, FeedError::Broken { .. }), "{error}");
}

/// Case C42: a list without `html` and `body` has its links, and one without any is not a broken one.
#[test]
fn a_fragment_of_a_page_tells_its_feeds_and_one_that_names_none_is_still_a_page() {
    let names = |page: &str| match look(page.as_bytes(), &base(), None) {
        Ok(Found::Page(named)) => Ok(named.iter().map(|it| it.url.path().to_owned()).collect()),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error.name()),
    };
    let two = |page: &str, expected: [&str; 2]| {
        assert_eq!(names(page), Ok(expected.map(str::to_owned).to_vec()), "{page}");
    };
    two("<a href=\"/1/rss\">One</a><a href=\"/2.atom\">Two</a>", ["/1/rss", "/2.atom"]);
    two(
        "<ul><li><a href=/1/feed/>One</a><li><a href=/1/feed/>One</a><li><a href=/2/rss.xml>Two</a>",
        ["/1/feed/", "/2/rss.xml"],
    );
    // What a page says of its links goes before how they end.
    two(
        "<p><a href=/0.rss>None</a><a rel=alternate type=application/rss+xml href=/1>One</a>
         <a rel='alternate' type='application/atom+xml' href='/2'>Two</a>",
        ["/1", "/2"],
    );
    let none: Result<Vec<String>, &str> = Ok(Vec::new());
    for page in ["<a href=\"/1\">One</a><a href=\"/2\">Two</a>", "<ul></ul>", "<p>No link."] {
        assert_eq!(names(page), none, "{page}");
    }
    for (broken, name) in [
        ("<ul><a href", "ok"),
        ("<urlset><url", "broken_feed"),
        ("<thing/>", "not_a_feed"),
        ("", "empty"),
    ] {
        match name {
            "ok" => assert_eq!(names(broken), none, "{broken}"),
            name => assert_eq!(names(broken), Err(name), "{broken}"),
        }
    }
    assert_eq!(names(&"<div>".repeat(100_000)), Err("broken_feed"));
}

#[test]
fn a_list_of_feeds_is_read_however_it_is_nested_and_the_bad_are_named() {
    let opml = "<?xml version=\"1.0\"?>
<opml version=\"2.0\"><head><title>Mine</title></head><body>
  <outline text=\"Coast\">
    <outline text=\"North\"><outline type=\"rss\" text=\"Courier\" xmlUrl=\"https://lorne-courier.test/rss?a=1&amp;b=2\"/></outline>
    <outline title=\"Fjord\" xmlurl=\" https://fjord.test/feed \" htmlUrl=\"https://fjord.test/\"></outline>
  </outline>
  <outline type=\"rss\" text=\"Lost\"/>
  <outline text=\"Old\" xmlUrl=\"gopher://old.test/\"/>
  <outline text=\"Empty folder\"/>
</body></opml>";
    let (good, bad) = read_opml(opml.as_bytes()).unwrap();
    let good: Vec<(usize, Option<&str>, &str)> =
        good.iter().map(|it| (it.line, it.title.as_deref(), it.url.as_str())).collect();
    assert_eq!(
        good,
        [
            (4, Some("Courier"), "https://lorne-courier.test/rss?a=1&b=2"),
            (5, Some("Fjord"), "https://fjord.test/feed"),
        ]
    );
    let bad: Vec<(usize, Option<&str>, &str)> =
        bad.iter().map(|it| (it.line, it.title.as_deref(), it.reason.as_str())).collect();
    assert_eq!(bad[0], (7, Some("Lost"), "it has no xmlUrl"));
    assert_eq!((bad[1].0, bad[1].1, bad.len()), (8, Some("Old"), 2));
    assert!(bad[1].2.contains("http://"), "{}", bad[1].2);
    for (bytes, name) in [
        (&b""[..], "empty"),
        (b"<opml><body><outline", "broken_feed"),
        (b"<rss/>", "not_a_feed"),
        (b"\0\x01\x02\x03\x04\x05\x06", "not_text"),
    ] {
        assert_eq!(read_opml(bytes).expect_err("no list").name(), name);
    }
}
