//! A crawl over sites that misbehave, all at once: each has its named result, none stalls the others.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use claimtrail::domain::{Validators, address_key};
use claimtrail::fetch::{FetchError, Fetched, Fetcher, Known};
use claimtrail::ingest::Meta;
use claimtrail::jobs::fetch_document::read_page;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use super::options;
use crate::support::site::{Names, Request, Site, say};

const PAGE: &[u8] =
    b"<html><title>Pier</title><p>The Harbour Board denied that the ferry had sunk.</p></html>";

const CONSENT: &[u8] = b"<p>We value your privacy. We and our 412 partners store and/or access information on a device for personalised ads.</p><p>You can withdraw your consent. Accept all</p>";

const HTML: &str = "200 OK\r\nContent-Type: text/html; charset=utf-8";

/// Longer than any crawl may last, and shorter than any of its time limits twice in a row.
const BOUND: Duration = Duration::from_secs(25);

/// The site and path of each way to misbehave, and the result it has: the name of an error, or what
/// came.
const WAYS: &[(&str, &str, &str)] = &[
    ("good", "/a", "page"),
    ("slow-drip", "/a", "too_slow"),
    ("head-drip", "/a", "timeout"),
    ("silent", "/a", "timeout"),
    ("endless", "/a", "too_large"),
    ("huge-length", "/a", "too_large"),
    ("loop", "/a", "redirect_loop"),
    ("ping", "/a", "redirect_loop"),
    ("chain", "/0", "too_many_redirects"),
    ("to-private", "/a", "inside_address"),
    ("to-metadata", "/a", "inside_address"),
    ("to-rebound", "/a", "inside_address"),
    ("to-file", "/a", "bad_address"),
    ("to-nowhere", "/a", "bad_redirect"),
    ("short", "/a", "broken_off"),
    ("long", "/a", "page"),
    ("gzip", "/a", "page"),
    ("gzip-bomb", "/a", "too_large"),
    ("gzip-broken", "/a", "bad_encoding"),
    ("gzip-cut", "/a", "bad_encoding"),
    ("gzip-false", "/a", "bad_encoding"),
    ("brotli", "/a", "bad_encoding"),
    ("charset-wrong", "/a", "page"),
    ("charset-none", "/a", "page"),
    ("throttled", "/a", "http_429"),
    ("unavailable", "/a", "http_503"),
    ("not-modified-unasked", "/a", "bad_answer"),
    ("not-modified", "/a", "not modified"),
    ("to-consent", "/a", "consent_wall"),
    ("consent", "/a", "consent_wall"),
    ("empty", "/a", "empty"),
    ("nothing", "/a", "empty"),
    ("picture", "/a", "not_text"),
    ("picture-as-page", "/a", "not_text"),
    ("noise-as-page", "/a", "not_text"),
    ("not-found", "/a", "http_404"),
    ("gone", "/a", "gone"),
    ("closes", "/a", "broken_off"),
    ("closes-in-head", "/a", "broken_off"),
    ("header-flood", "/a", "too_large"),
    ("header-long", "/a", "too_large"),
    ("chunks-garbage", "/a", "bad_answer"),
    ("not-http", "/a", "bad_answer"),
    ("one-line", "/a", "page"),
    ("hops", "/a", "page"),
    ("refresh", "/a", "page"),
    ("refresh-loop", "/a", "redirect_loop"),
    ("refresh-chain", "/0", "too_many_redirects"),
    ("refresh-private", "/a", "inside_address"),
    ("refresh-consent", "/a", "consent_wall"),
    ("refresh-file", "/a", "page"),
    ("refresh-late", "/a", "page"),
    ("robots-disallow", "/a", "blocked_by_robots"),
    ("robots-500", "/a", "robots_unavailable"),
    ("robots-huge", "/a", "page"),
    ("robots-huge", "/secret/a", "blocked_by_robots"),
    ("robots-loop", "/a", "page"),
    ("robots-binary", "/a", "page"),
    ("no-such-name", "/a", "dns"),
];

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

async fn raw(stream: &mut TcpStream, bytes: &[u8]) {
    let _ = stream.write_all(bytes).await;
}

/// A page that leads on by itself, with words of its own.
async fn refresh(stream: &mut TcpStream, content: &str) {
    let meta = format!("<meta http-equiv=\"refresh\" content=\"{content}\">");
    let page = [meta.as_bytes(), PAGE].concat();
    say(stream, HTML, &page).await;
}

async fn redirect(stream: &mut TcpStream, to: &str) {
    say(stream, &format!("302 Found\r\nLocation: {to}"), b"").await;
}

/// Writes `piece` again and again, until the other side has had enough.
async fn without_end(stream: &mut TcpStream, piece: &[u8], pause: Duration) {
    while stream.write_all(piece).await.is_ok() {
        tokio::time::sleep(pause).await;
    }
}

/// Waits until the other side goes.
async fn wait_for_the_end(stream: &mut TcpStream) {
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
}

async fn robots(way: &str, stream: &mut TcpStream) {
    let text = "200 OK\r\nContent-Type: text/plain";
    match way {
        "robots-disallow" => say(stream, text, b"User-agent: *\nDisallow: /\n").await,
        "robots-500" => say(stream, "500 Oops", b"").await,
        "robots-huge" => {
            let mut huge = b"User-agent: claimtrail\nDisallow: /secret\n".to_vec();
            huge.resize(600 << 10, b'#');
            // Behind what is read.
            huge.extend_from_slice(b"\nDisallow: /\n");
            say(stream, text, &huge).await;
        }
        "robots-loop" => redirect(stream, "/robots.txt").await,
        "robots-binary" => say(stream, text, &[0, 159, 146, 150, 10].repeat(1_000)).await,
        _ => say(stream, "404 Not Found", PAGE).await,
    }
}

async fn misbehave(request: Request, mut stream: TcpStream, port: u16) {
    let stream = &mut stream;
    let way = request.host.strip_suffix(".test").unwrap_or("");
    if request.path == "/robots.txt" {
        return robots(way, stream).await;
    }
    let gzipped = format!("{HTML}\r\nContent-Encoding: gzip");
    match way {
        "slow-drip" => {
            raw(stream, b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>").await;
            without_end(stream, b"a", Duration::from_millis(100)).await;
        }
        "head-drip" => {
            raw(stream, b"HTTP/1.1 200 OK\r\nX-Long: ").await;
            without_end(stream, b"a", Duration::from_millis(100)).await;
        }
        "silent" => wait_for_the_end(stream).await,
        "endless" => {
            raw(stream, b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n").await;
            without_end(stream, &[b'a'; 8 << 10], Duration::ZERO).await;
        }
        "huge-length" => {
            raw(stream, b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n<p>").await;
            wait_for_the_end(stream).await;
        }
        "loop" => redirect(stream, "/a").await,
        "ping" => redirect(stream, &format!("http://pong.test:{port}/a")).await,
        "pong" => redirect(stream, &format!("http://ping.test:{port}/a")).await,
        "chain" => {
            let number: usize = request.path[1..].parse().unwrap();
            redirect(stream, &format!("/{}", number + 1)).await;
        }
        "to-private" => redirect(stream, "http://10.0.0.1/admin").await,
        "to-metadata" => redirect(stream, "//169.254.169.254/latest/meta-data/").await,
        "to-rebound" => redirect(stream, "http://rebound.test/").await,
        "to-file" => redirect(stream, "file:///etc/hosts").await,
        "to-nowhere" => say(stream, "302 Found", b"").await,
        "short" => {
            raw(stream, b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n").await;
            raw(stream, PAGE).await;
        }
        "long" => {
            let head = format!("HTTP/1.1 {HTML}\r\nContent-Length: {}\r\n\r\n", PAGE.len());
            raw(stream, head.as_bytes()).await;
            raw(stream, &PAGE.repeat(2)).await;
        }
        "gzip" => say(stream, &gzipped, &gzip(PAGE)).await,
        "gzip-bomb" => say(stream, &gzipped, &gzip(&[b' '; 2 << 20])).await,
        "gzip-broken" => {
            let mut broken = gzip(&PAGE.repeat(50));
            let middle = broken.len() / 2;
            broken[middle..middle + 8].fill(0xff);
            say(stream, &gzipped, &broken).await;
        }
        "gzip-cut" => say(stream, &gzipped, &gzip(PAGE)[..40]).await,
        "gzip-false" => say(stream, &gzipped, PAGE).await,
        "brotli" => say(stream, &format!("{HTML}\r\nContent-Encoding: br"), PAGE).await,
        "charset-wrong" => {
            say(stream, "200 OK\r\nContent-Type: text/html; charset=klingon", PAGE).await;
        }
        "charset-none" => {
            let page = b"<meta charset=windows-1252><p>Das Ministerium bestritt am Montag, dass es \x84sp\xe4ter\x93 kam.</p>";
            say(stream, "200 OK\r\nContent-Type: text/html", page).await;
        }
        "throttled" => say(stream, "429 Too Many Requests\r\nRetry-After: 70", b"").await,
        "unavailable" => say(stream, "503 Service Unavailable", PAGE).await,
        "not-modified-unasked" => say(stream, "304 Not Modified", b"").await,
        "not-modified" => match request.headers.get("if-none-match").map(String::as_str) {
            Some("\"e1\"") => say(stream, "304 Not Modified", b"").await,
            _ => say(stream, HTML, PAGE).await,
        },
        "to-consent" => redirect(stream, &format!("http://consent.n.test:{port}/?to=a")).await,
        "consent" => say(stream, HTML, CONSENT).await,
        "empty" => say(stream, HTML, b"").await,
        "nothing" => raw(stream, b"HTTP/1.1 204 No Content\r\n\r\n").await,
        "picture" => say(stream, "200 OK\r\nContent-Type: image/png", b"\x89PNG\r\n\x1a\n").await,
        "picture-as-page" => say(stream, HTML, b"\x89PNG\r\n\x1a\n0000").await,
        "noise-as-page" => {
            let noise: Vec<u8> = (0..4_000_u32).map(|n| (n * n % 7) as u8).collect();
            say(stream, "200 OK\r\nContent-Type: text/html", &noise).await;
        }
        "not-found" => say(stream, "404 Not Found\r\nContent-Type: text/html", PAGE).await,
        "gone" => say(stream, "410 Gone", PAGE).await,
        "closes" => {}
        "closes-in-head" => raw(stream, b"HTTP/1.1 200 OK\r\nContent-Ty").await,
        "header-flood" => {
            let headers: String = (0..5_000).map(|n| format!("X-{n}: a\r\n")).collect();
            say(stream, &format!("200 OK\r\n{headers}X-Last: a"), PAGE).await;
        }
        "header-long" => say(stream, &format!("200 OK\r\nX: {}", "a".repeat(1 << 20)), PAGE).await,
        "chunks-garbage" => {
            raw(stream, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nwhat?\r\n").await;
        }
        "not-http" => raw(stream, b"220 harbour.test ESMTP ready\r\n").await,
        "one-line" => {
            let line = "The Harbour Board denied that the ferry had sunk. ".repeat(4_000);
            say(stream, HTML, format!("<p>{line}</p>").as_bytes()).await;
        }
        "hops" => redirect(stream, &format!("http://hop.test:{port}/b")).await,
        "hop" => redirect(stream, &format!("http://good.test:{port}/c?id=7")).await,
        "refresh" => refresh(stream, &format!("0; url=http://good.test:{port}/c?id=7")).await,
        "refresh-loop" => refresh(stream, if request.path == "/a" { "0;/b" } else { "0;/a" }).await,
        "refresh-chain" => {
            let number: usize = request.path[1..].parse().unwrap();
            refresh(stream, &format!("1; url=/{}", number + 1)).await;
        }
        "refresh-private" => refresh(stream, "0; url=http://10.0.0.1/admin").await,
        "refresh-consent" => {
            refresh(stream, &format!("0; url=http://consent.n.test:{port}/?to=a")).await;
        }
        "refresh-file" => refresh(stream, "0; url=file:///etc/hosts").await,
        "refresh-late" => refresh(stream, "30; url=http://10.0.0.1/admin").await,
        _ => say(stream, HTML, PAGE).await,
    }
}

/// A site of all the ways, under as many names.
async fn site() -> Site {
    Site::start(|request, stream| async move {
        let port = stream.local_addr().unwrap().port();
        misbehave(request, stream, port).await;
    })
    .await
}

fn names() -> std::sync::Arc<Names> {
    Names::new(&[("no-such-name.test", &[&[]]), ("rebound.test", &[&["127.0.0.1"]])])
}

/// The name of what an address gave, its words included where they came.
async fn outcome(fetcher: &Fetcher, url: &Url) -> (String, Option<FetchError>) {
    let marks = Validators { etag: Some("\"e1\"".to_owned()), last_modified: None };
    let known: Known = match url.host_str() {
        Some("not-modified.test") => Known::from([(address_key(url).unwrap(), marks)]),
        _ => Known::new(),
    };
    match fetcher.fetch(url, &known).await {
        Ok(Fetched::NotModified { .. }) => ("not modified".to_owned(), None),
        Ok(Fetched::Page(page)) => match read_page(&page, &Meta::default()) {
            Ok(_) => ("page".to_owned(), None),
            Err(error) => (error.name(), None),
        },
        Err(error) => (error.name(), Some(error)),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_way_to_misbehave_has_its_named_result_and_none_stalls_the_others() {
    assert!(WAYS.len() >= 25);
    let site = site().await;
    let fetcher = Fetcher::new(options(&site, names())).unwrap();
    let begun = Instant::now();
    let visits = WAYS.iter().map(|(way, path, expected)| {
        let url = site.url(&format!("{way}.test"), path);
        let fetcher = &fetcher;
        async move {
            let (name, error) = outcome(fetcher, &url).await;
            (*way, *expected, name, error, begun.elapsed())
        }
    });
    let mut wrong = BTreeMap::new();
    for (way, expected, name, error, took) in join_all(visits).await {
        if name != expected {
            wrong.insert(way, format!("{name}, not {expected}, after {took:?}: {error:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(begun.elapsed() < BOUND, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_port_without_a_listener_refuses_and_one_without_encryption_is_told_apart() {
    let site = site().await;
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let mut options = options(&site, names());
    options.allow.push(closed);
    let fetcher = Fetcher::new(options).unwrap();
    let refused = format!("http://n.test:{}/a", closed.port()).parse().unwrap();
    assert_eq!(outcome(&fetcher, &refused).await.0, "refused");
    let plain = format!("https://n.test:{}/a", site.address.port()).parse().unwrap();
    assert_eq!(outcome(&fetcher, &plain).await.0, "tls");
}

#[tokio::test]
async fn what_passes_is_told_from_what_does_not_and_pauses_are_handed_on() {
    let site = site().await;
    let fetcher = Fetcher::new(options(&site, names())).unwrap();
    for (way, transient) in
        [("throttled", true), ("unavailable", true), ("gone", false), ("not-found", false)]
    {
        let (_, error) = outcome(&fetcher, &site.url(&format!("{way}.test"), "/a")).await;
        assert_eq!(error.unwrap().is_transient(), transient, "{way}");
    }
    let again = outcome(&fetcher, &site.url("throttled.test", "/b")).await;
    assert_eq!(again.0, "host_busy");
    assert!(again.1.unwrap().retry_after().unwrap() > Duration::from_secs(60));
}

#[tokio::test]
async fn a_flapping_site_gives_its_page_in_the_end() {
    let asked = std::sync::Arc::new(AtomicUsize::new(0));
    let site = Site::start(move |request, mut stream| {
        let asked = asked.clone();
        async move {
            match request.path.as_str() {
                "/robots.txt" => say(&mut stream, "404 Not Found", b"").await,
                _ if asked.fetch_add(1, Ordering::SeqCst).is_multiple_of(2) => {
                    say(&mut stream, "500 Oops", b"").await;
                }
                _ => say(&mut stream, HTML, PAGE).await,
            }
        }
    })
    .await;
    let fetcher = Fetcher::new(options(&site, names())).unwrap();
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(outcome(&fetcher, &site.url("n.test", "/a")).await.0);
    }
    assert_eq!(seen, ["http_500", "page", "http_500", "page"]);
}

#[tokio::test]
async fn redirects_are_remembered_and_the_last_address_is_the_pages() {
    let site = site().await;
    let fetcher = Fetcher::new(options(&site, names())).unwrap();
    let Ok(Fetched::Page(page)) =
        fetcher.fetch(&site.url("hops.test", "/a#top"), &Known::new()).await
    else {
        panic!("a page")
    };
    assert_eq!(page.url, site.url("good.test", "/c?id=7"));
    assert_eq!(page.passed, [site.url("hops.test", "/a"), site.url("hop.test", "/b")]);
    let ingested = read_page(&page, &Meta::default()).unwrap();
    assert_eq!(ingested.document.url, Some(page.url));
    assert_eq!(ingested.document.aliases, page.passed);
}

#[tokio::test]
async fn a_page_that_leads_on_by_itself_is_a_redirect_and_one_that_waits_is_a_page() {
    let site = site().await;
    let fetcher = Fetcher::new(options(&site, names())).unwrap();
    for (way, found, passed) in [("refresh", "good", true), ("refresh-late", "refresh-late", false)]
    {
        let asked = site.url(&format!("{way}.test"), "/a");
        let Ok(Fetched::Page(page)) = fetcher.fetch(&asked, &Known::new()).await else {
            panic!("a page")
        };
        assert_eq!(page.url.host_str(), Some(format!("{found}.test").as_str()));
        let ingested = read_page(&page, &Meta::default()).unwrap();
        assert_eq!(ingested.document.url, Some(page.url));
        let aliases = if passed { vec![asked] } else { Vec::new() };
        assert_eq!(ingested.document.aliases, aliases);
    }
}

#[tokio::test]
async fn words_come_through_whatever_the_header_says_of_their_encoding() {
    let site = site().await;
    let fetcher = Fetcher::new(options(&site, names())).unwrap();
    for (way, words) in [("charset-wrong", "the ferry had sunk"), ("charset-none", "„später“ kam")]
    {
        let url = site.url(&format!("{way}.test"), "/a");
        let Ok(Fetched::Page(page)) = fetcher.fetch(&url, &Known::new()).await else {
            panic!("a page")
        };
        let ingested = read_page(&page, &Meta::default()).unwrap();
        assert!(ingested.document.text.contains(words), "{}", ingested.document.text);
        assert_eq!(ingested.changes.undecodable, 0);
    }
}
