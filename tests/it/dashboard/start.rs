//! `/`: the newest claims and denials, search, pages of both lists.

use claimtrail::domain::{ActorKind, DenierRole, RebuttalKind, Stance};
use reqwest::Method;

use super::page::{browse, each, links, page, words};
use crate::support::app::{TestApp, send};
use crate::support::builders::Story;

const TEXT: &str = "Tom Okafor said the east pier is closed. The Harbour Ministry has denied it.";

/// Article `number`, in which the ministry denies what Tom Okafor says.
async fn store_denied(app: &TestApp, number: usize) {
    let url = format!("https://courier{}.test/pier/{number}", number % 2);
    let day = number % 28 + 1;
    let mut story = Story::new(&url, TEXT).published(&format!("2026-03-{day:02}T08:30:00Z"));
    let fisherman = story.actor("Tom Okafor", Some(ActorKind::Person));
    let ministry = story.actor("The Harbour Ministry", Some(ActorKind::Government));
    story
        .claim(&format!("Pier {number} is closed."))
        .claimed_by(fisherman)
        .appears(Stance::Asserts, "the east pier is closed")
        .rebutted(
            RebuttalKind::Denial,
            Some(ministry),
            DenierRole::Party,
            Some("hoax"),
            "has denied",
        );
    story.store(&app.pool()).await.unwrap();
}

#[tokio::test]
async fn an_empty_service_tells_a_newcomer_what_to_do() {
    let app = TestApp::new().await;
    let page = page(&browse(&app, "/").await, 200);
    let told = words(&page.select("main"));
    assert!(told.contains("Nothing is stored yet"), "{told}");
    assert!(told.contains("claimtrail ingest"), "{told}");
    assert_eq!(links(&page, "main li a"), ["/paste", "/docs"]);
}

#[tokio::test]
async fn the_newest_denial_says_who_denies_what_and_when() {
    let app = TestApp::new().await;
    store_denied(&app, 1).await;
    let page = page(&browse(&app, "/").await, 200);
    assert_eq!(each(&page, ".columns h3"), ["Pier 1 is closed.", "Pier 1 is closed."]);
    assert_eq!(each(&page, ".voices dd"), ["Tom Okafor", "The Harbour Ministry"]);
    assert_eq!(each(&page, ".denial .says"), ["The Harbour Ministry denies it, calling it hoax"]);
    let meta = &each(&page, ".denial .meta")[0];
    assert!(meta.starts_with("Denied"), "{meta}");
    assert!(meta.contains("courier1.test") && meta.contains("2 March 2026, 08:30 UTC"), "{meta}");
    // The denial leads to the words it stands on.
    let place = &links(&page, ".denial .meta a")[0];
    let document = super::page::page(&browse(&app, place).await, 200);
    let fragment = place.split_once('#').unwrap().1;
    assert_eq!(words(&document.select(&format!("[id='{fragment}']"))), "has denied");
}

#[tokio::test]
async fn the_search_is_a_plain_form_that_keeps_what_was_asked() {
    let app = TestApp::new().await;
    for number in 1..=3 {
        store_denied(&app, number).await;
    }
    // As a browser sends it: with the fields that nobody filled in.
    let asked = "/?q=pier&status=denied&outlet=courier1.test&from=2026-03-01&to=2026-03-03";
    let found = page(&browse(&app, asked).await, 200);
    assert_eq!(each(&found, ".list h3"), ["Pier 1 is closed."]);
    assert_eq!(found.select("#q").attr("value").unwrap().to_string(), "pier");
    assert_eq!(
        found.select("#status option[selected]").attr("value").unwrap().to_string(),
        "denied"
    );
    assert_eq!(found.select("#from").attr("value").unwrap().to_string(), "2026-03-01");
    assert_eq!(found.select("#from").attr("type").unwrap().to_string(), "date");
    let blank = page(&browse(&app, "/?q=&status=&outlet=&from=&to=").await, 200);
    assert_eq!(blank.select(".columns > section").length(), 2);
    let outlet = page(&browse(&app, "/?outlet=courier0.test").await, 200);
    assert_eq!(each(&outlet, ".list h3"), ["Pier 2 is closed.", "Pier 2 is closed."]);
    let nothing = page(&browse(&app, "/?q=dragons").await, 200);
    assert!(words(&nothing.select(".empty")).contains("No claim is like that"));
    let exact = page(&browse(&app, "/?from=2026-03-01T10:00:00Z").await, 200);
    assert_eq!(exact.select("#from").attr("type").unwrap().to_string(), "text");
    assert_eq!(exact.select("#from").attr("value").unwrap().to_string(), "2026-03-01T10:00:00Z");
}

#[tokio::test]
async fn each_list_is_walked_to_its_end_and_the_other_stays() {
    let app = TestApp::new().await;
    for number in 0..45 {
        store_denied(&app, number).await;
    }
    for (list, next) in [("#claims", 0), ("#denials", 1)] {
        let mut seen = Vec::new();
        let mut address = "/".to_owned();
        for _ in 0..3 {
            let shown = page(&browse(&app, &address).await, 200);
            let sections = shown.select(".columns > section");
            let section = sections.iter().nth(next).unwrap();
            assert_eq!(section.select(list).length(), 1);
            seen.extend(section.select("h3").iter().map(|it| words(&it)));
            let other = sections.iter().nth(1 - next).unwrap();
            assert_eq!(words(&other.select("h3").first()), "Pier 44 is closed.");
            match section.select("a[rel=next]").attr("href") {
                Some(next) => address = next.to_string(),
                None => break,
            }
        }
        let expected: Vec<_> =
            (0..45).rev().map(|number| format!("Pier {number} is closed.")).collect();
        assert_eq!(seen, expected);
    }
}

#[tokio::test]
async fn a_page_is_not_sent_twice_to_who_has_it() {
    let app = TestApp::new().await;
    store_denied(&app, 1).await;
    let first = browse(&app, "/").await;
    let again = app.request(Method::GET, "/").header("if-none-match", first.header("etag"));
    let again = send(again).await;
    assert_eq!(again.status, 304);
    store_denied(&app, 2).await;
    let changed = app.request(Method::GET, "/").header("if-none-match", first.header("etag"));
    assert_eq!(send(changed).await.status, 200);
    let head = send(app.request(Method::HEAD, "/")).await;
    assert_eq!(head.status, 200);
    assert!(head.body.is_empty());
}
