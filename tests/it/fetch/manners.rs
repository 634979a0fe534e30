//! How a site is asked: who we are, how often, and under which conditions.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use claimtrail::domain::{Validators, address_key};
use claimtrail::fetch::{FetchOptions, Fetched, Fetcher, Known};
use futures_util::future::join_all;

use super::options;
use crate::support::site::{Names, Request, Site, say};

const PAGE: &[u8] = b"<p>The Harbour Board denied that the ferry had sunk.</p>";

/// A site that keeps what it was asked, and when.
async fn listening(robots: &'static str) -> (Site, Arc<Mutex<Vec<(Instant, Request)>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let kept = asked.clone();
    let site = Site::start(move |request, mut stream| {
        let kept = kept.clone();
        async move {
            let body = if request.path == "/robots.txt" { robots.as_bytes() } else { PAGE };
            kept.lock().unwrap().push((Instant::now(), request));
            say(&mut stream, "200 OK\r\nContent-Type: text/html\r\nETag: \"e1\"", body).await;
        }
    })
    .await;
    (site, asked)
}

#[tokio::test]
async fn says_who_it_is_and_brings_nothing_along() {
    let (site, asked) = listening("").await;
    let contact = Some("https://claimtrail.test/bot".to_owned());
    let fetcher =
        Fetcher::new(FetchOptions { contact, ..options(&site, Names::new(&[])) }).unwrap();
    fetcher.fetch(&site.url("n.test", "/a?id=7#part"), &Known::new()).await.unwrap();
    let asked = asked.lock().unwrap();
    let paths: Vec<_> = asked.iter().map(|(_, request)| request.path.as_str()).collect();
    assert_eq!(paths, ["/robots.txt", "/a?id=7"]);
    for (_, request) in asked.iter() {
        let agent =
            concat!("Claimtrail/", env!("CARGO_PKG_VERSION"), " (+https://claimtrail.test/bot)");
        assert_eq!(request.headers["user-agent"], agent);
        for other in ["cookie", "referer", "authorization", "if-none-match"] {
            assert!(!request.headers.contains_key(other), "{other}");
        }
    }
}

#[tokio::test]
async fn a_host_is_asked_one_page_at_a_time_and_with_a_pause() {
    let (site, asked) = listening("").await;
    let pause = Duration::from_millis(150);
    let fetcher = Fetcher::new(FetchOptions { pause, ..options(&site, Names::new(&[])) }).unwrap();
    let urls: Vec<_> = ["/a", "/b", "/c"].iter().map(|path| site.url("n.test", path)).collect();
    let nothing = Known::new();
    let fetched = join_all(urls.iter().map(|url| fetcher.fetch(url, &nothing))).await;
    assert!(fetched.iter().all(Result::is_ok), "{fetched:?}");
    let pages: Vec<Instant> = asked
        .lock()
        .unwrap()
        .iter()
        .filter(|(_, request)| request.path != "/robots.txt")
        .map(|(at, _)| *at)
        .collect();
    assert_eq!((pages.len(), asked.lock().unwrap().len()), (3, 4), "robots.txt is read once");
    assert!(pages.windows(2).all(|two| two[1] - two[0] >= pause), "{pages:?}");
}

#[tokio::test]
async fn a_crawl_delay_is_kept() {
    let (site, _) = listening("User-agent: *\nCrawl-delay: 120\n").await;
    let fetcher = Fetcher::new(options(&site, Names::new(&[]))).unwrap();
    fetcher.fetch(&site.url("n.test", "/a"), &Known::new()).await.unwrap();
    let busy = fetcher.fetch(&site.url("n.test", "/b"), &Known::new()).await.unwrap_err();
    assert_eq!(busy.name(), "host_busy");
    let wait = busy.retry_after().unwrap();
    assert!(wait > Duration::from_secs(60) && wait <= Duration::from_secs(120), "{wait:?}");
}

#[tokio::test]
async fn the_marks_of_the_last_answer_are_sent_to_their_address_alone() {
    let (site, asked) = listening("").await;
    let fetcher = Fetcher::new(options(&site, Names::new(&[]))).unwrap();
    let (one, other) = (site.url("n.test", "/a"), site.url("n.test", "/b"));
    let Ok(Fetched::Page(page)) = fetcher.fetch(&one, &Known::new()).await else {
        panic!("a page")
    };
    assert_eq!(page.validators.etag.as_deref(), Some("\"e1\""));
    let marks = Validators {
        last_modified: Some("Mon, 02 Mar 2026 08:00:00 GMT".to_owned()),
        ..page.validators
    };
    let known = Known::from([(address_key(&one).unwrap(), marks)]);
    fetcher.fetch(&one, &known).await.unwrap();
    fetcher.fetch(&other, &known).await.unwrap();
    let asked = asked.lock().unwrap();
    let conditions: Vec<_> = asked
        .iter()
        .filter(|(_, request)| request.path != "/robots.txt")
        .map(|(_, request)| {
            let header = |name| request.headers.get(name).map(String::as_str);
            (header("if-none-match"), header("if-modified-since"))
        })
        .collect();
    let sent = (Some("\"e1\""), Some("Mon, 02 Mar 2026 08:00:00 GMT"));
    assert_eq!(conditions, [(None, None), sent, (None, None)]);
}
