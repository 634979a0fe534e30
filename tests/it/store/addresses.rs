//! One document, however it is reached.

use claimtrail::domain::view::{DocumentFilter, PageRequest, StoreOutcome, StoredDocument};
use claimtrail::domain::{Document, DocumentId};
use claimtrail::ingest::{Meta, from_html, from_plain_text, parse_url};
use claimtrail::jobs::extract_document::{self, NewDocument};
use claimtrail::pipeline::Gear;
use claimtrail::store::{Pool, documents};
use futures_util::future::join_all;

use crate::support::database::TestDatabase;

const WORDS: &str = "The Harbour Board denied that the ferry had sunk.";

async fn post(pool: &Pool, document: Document) -> StoredDocument {
    let new = NewDocument { document, received: Vec::new(), media_type: "text/plain".to_owned() };
    extract_document::run(pool, new, Gear::Fast).await.unwrap()
}

fn text(url: &str, words: &str) -> Document {
    let meta = Meta { url: Some(parse_url(url).unwrap()), ..Meta::default() };
    from_plain_text(words, meta).unwrap().document
}

fn page(url: &str, canonical: &str) -> Document {
    let html = format!("<link rel=canonical href=\"{canonical}\"><p>{WORDS}</p>");
    let meta = Meta { url: Some(parse_url(url).unwrap()), ..Meta::default() };
    from_html(html.as_str(), meta).unwrap().document
}

/// The same words, found at `url`, which others led to.
fn led_to(url: &str, aliases: &[&str]) -> Document {
    let aliases = aliases.iter().map(|alias| parse_url(alias).unwrap()).collect();
    Document { aliases, ..text(url, WORDS) }
}

async fn at(pool: &Pool, url: &str) -> Vec<DocumentId> {
    let filter = DocumentFilter { url: Some(url.to_owned()), ..DocumentFilter::default() };
    let connection = &mut *pool.get().await.unwrap();
    let page = documents::list(connection, &filter, &PageRequest::first(9)).await.unwrap();
    page.items.into_iter().map(|document| document.id).collect()
}

/// Case C46.
#[tokio::test]
async fn spellings_of_one_address_are_one_document() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let first = post(&pool, text("HTTPS://WWW.N.test:443/a/?b=2&a=1#top", WORDS)).await;
    assert_eq!(first.outcome, StoreOutcome::Created);
    for spelling in [
        "https://www.n.test/a?a=1&b=2",
        "http://n.test/a?a=1&b=2&utm_source=feed",
        "https://n.test/a/?fbclid=x&a=1&b=2",
    ] {
        let again = post(&pool, text(spelling, WORDS)).await;
        assert_eq!((again.outcome, again.document), (StoreOutcome::Unchanged, first.document));
        assert_eq!(at(&pool, spelling).await, [first.document], "{spelling}");
    }
    for other in
        ["https://n.test/A?a=1&b=2", "https://n.test/a?a=1", "https://n.test/a?a=1&b=2&id=3"]
    {
        assert_eq!(post(&pool, text(other, WORDS)).await.outcome, StoreOutcome::Created, "{other}");
    }
}

/// Case C48.
#[tokio::test]
async fn an_amp_page_and_its_article_are_one_document_with_two_addresses() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let amp = post(&pool, page("https://n.test/a/amp", "https://n.test/a")).await;
    for address in ["https://n.test/a", "https://n.test/a/amp", "https://m.n.test/a"] {
        let again = post(&pool, text(address, WORDS)).await;
        assert_eq!((again.outcome, again.document), (StoreOutcome::Unchanged, amp.document));
    }
    // Seen above, and kept though nothing else changed.
    assert_eq!(at(&pool, "https://m.n.test/a").await, [amp.document]);
    let amplifiers = post(&pool, text("https://n.test/amplifiers", WORDS)).await;
    assert_ne!(amplifiers.document, amp.document);
    let shown = documents::find(&mut pool.get().await.unwrap(), amp.document).await.unwrap();
    assert_eq!(shown.document.url.as_deref(), Some("https://n.test/a"));
}

#[tokio::test]
async fn what_a_page_says_of_itself_goes_before_the_guess_of_a_twin() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let elsewhere = post(&pool, page("https://n.test/pier/amp", "/2026/pier-shut")).await;
    let guessed = post(&pool, text("https://n.test/pier", WORDS)).await;
    assert_ne!(guessed.document, elsewhere.document);
    assert_eq!(at(&pool, "https://n.test/pier/amp").await, [elsewhere.document]);
    // The one that moved is known by its old address.
    let moved =
        post(&pool, led_to("https://n.test/2026/pier-open", &["https://n.test/pier"])).await;
    assert_eq!((moved.outcome, moved.document), (StoreOutcome::Unchanged, guessed.document));
    let bogus = post(&pool, page("https://n.test/quay", "https://n.test/")).await;
    assert_ne!(
        bogus.document,
        post(&pool, page("https://n.test/lock", "https://n.test/")).await.document
    );
}

#[tokio::test]
async fn every_address_passed_on_the_way_leads_to_the_document() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let first = post(&pool, led_to("https://n.test/2026/pier", &["https://sh.test/x7"])).await;
    let hops = ["https://sh.test/y8", "http://n.test/?p=12"];
    let again = post(&pool, led_to("https://n.test/2026/pier", &hops)).await;
    assert_eq!((again.outcome, again.document), (StoreOutcome::Unchanged, first.document));
    for (n, address) in ["https://sh.test/x7", hops[0], hops[1]].into_iter().enumerate() {
        let revised = format!("{WORDS} The pier was shut {n} times.");
        let later = post(&pool, text(address, &revised)).await;
        assert_eq!((later.outcome, later.document), (StoreOutcome::Revised, first.document));
    }
    // An address that leads somewhere already goes on leading there.
    let other = post(&pool, led_to("https://n.test/2026/quay", &["https://sh.test/x7"])).await;
    assert_ne!(other.document, first.document);
    assert_eq!(at(&pool, "https://sh.test/x7").await, [first.document]);
}

#[tokio::test]
async fn posts_at_once_by_different_addresses_found_one_document() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let posts = (0..12).map(|n| {
        let document = match n % 3 {
            0 => text("https://n.test/pier", WORDS),
            1 => led_to("https://n.test/pier", &["https://sh.test/a", "https://a.test/z"]),
            _ => led_to("https://sh.test/a", &["https://n.test/pier", "https://z.test/a"]),
        };
        post(&pool, document)
    });
    let stored = join_all(posts).await;
    let created = stored.iter().filter(|it| it.outcome == StoreOutcome::Created).count();
    assert_eq!(created, 1);
    assert!(stored.iter().all(|it| it.document == stored[0].document));
    for address in ["https://sh.test/a", "https://a.test/z", "https://z.test/a"] {
        assert_eq!(at(&pool, address).await, [stored[0].document], "{address}");
    }
}
