//! `/claims/{id}`: what the evidence says, and the trail with its words.

use claimtrail::domain::{
    ActorKind, DateTimePrecision, DenierRole, RebuttalKind, Stance, StatedTime,
};

use super::page::{browse, each, links, page, words};
use crate::support::app::TestApp;
use crate::support::builders::{Story, at};

const SAID: &str =
    "Rain fell all day. Tom Okafor said that the east pier is closed. Gulls sat on it.";
const DENIED: &str = "The Harbour Ministry told the Quay Wire that it “categorically denied” that the east pier is closed.";

/// One outlet reports the claim on some hour, another the denial on some day.
async fn store_trail(app: &TestApp) -> String {
    let mut said = Story::new("https://courier.test/pier", SAID)
        .title("Pier said to be closed")
        .published("2026-04-06T07:40:00Z");
    let fisherman = said.actor("Tom Okafor", Some(ActorKind::Person));
    let statement =
        said.statement(fisherman, "Tom Okafor", "said", &["that the east pier is closed"]);
    said.claim("The east pier is closed.").claimed_by(fisherman).appears_in(
        Stance::Asserts,
        "the east pier is closed",
        Some(statement),
    );
    said.store(&app.pool()).await.unwrap();

    let mut denied = Story::new("https://quay.test/denial", DENIED);
    denied.document.published =
        Some(StatedTime { at: at("2026-04-07T00:00:00Z"), precision: DateTimePrecision::Day });
    let ministry = denied.actor("The Harbour Ministry", Some(ActorKind::Government));
    let wire = denied.actor("Quay Wire", Some(ActorKind::Outlet));
    let denied_words = denied.span("that the east pier is closed");
    denied
        .claim("The east pier is closed.")
        .appears(Stance::Denies, "the east pier is closed")
        .rebutted(
            RebuttalKind::Denial,
            Some(ministry),
            DenierRole::Party,
            Some("hoax"),
            "categorically denied",
        );
    let denial = &mut denied.extraction.claims[0].denials[0];
    denial.via = Some(wire);
    denial.mentions[0].denied = Some(denied_words);
    denied.store(&app.pool()).await.unwrap();
    let claims = app.walk("/v1/claims?limit=10").await;
    assert_eq!(claims.len(), 1, "both articles speak of one claim");
    format!("/claims/{}", claims[0]["id"].as_str().unwrap())
}

#[tokio::test]
async fn the_status_stands_with_its_reasons_and_voices() {
    let app = TestApp::new().await;
    let address = store_trail(&app).await;
    let page = page(&browse(&app, &address).await, 200);
    assert_eq!(words(&page.select("h1")), "The east pier is closed.");
    assert_eq!(each(&page, ".standing .status"), ["Disputed"]);
    assert_eq!(
        each(&page, ".reasons li"),
        [
            "Denied: The Harbour Ministry, in quay.test",
            "Asserted by somebody else than the denier: Tom Okafor, in courier.test"
        ]
    );
    let facts = each(&page, ".facts dd");
    assert_eq!(facts[..2], ["Tom Okafor", "The Harbour Ministry"]);
    assert_eq!(facts[3], "2 appearances, 1 rebuttal, in 2 documents by 2 outlets");
    assert_eq!(facts[4], "50 of 100", "how much it deserves a check");
}

#[tokio::test]
async fn the_trail_tells_times_as_exactly_as_they_are_known_and_shows_the_words() {
    let app = TestApp::new().await;
    let address = store_trail(&app).await;
    let page = page(&browse(&app, &address).await, 200);
    let when = each(&page, ".trail .when");
    assert_eq!(when[..2], ["6 April 2026, 07:40 UTC", "7 April 2026, time unknown"]);
    assert_eq!(each(&page, ".trail .where strong"), ["courier.test", "quay.test"]);
    assert_eq!(
        each(&page, ".trail blockquote"),
        [
            "Rain fell all day. Tom Okafor said that the east pier is closed. Gulls sat on it.",
            DENIED
        ]
    );
    assert_eq!(each(&page, "blockquote .place"), ["the east pier is closed"]);
    assert_eq!(each(&page, "blockquote .denial-cue"), ["categorically denied"]);
    assert_eq!(each(&page, "blockquote .denied"), ["that the east pier is closed"]);
    assert_eq!(
        each(&page, ".fact .says")[..2],
        [
            "Tom Okafor asserts it",
            "The Harbour Ministry (a party to it) denies it, calling it hoax, via Quay Wire"
        ]
    );
    for (place, expected) in links(&page, ".fact .fine a")
        .iter()
        .zip(["the east pier is closed", "categorically denied"])
    {
        let document = super::page::page(&browse(&app, place).await, 200);
        let fragment = place.split_once('#').unwrap().1;
        assert_eq!(words(&document.select(&format!("[id='{fragment}']"))), expected);
    }
}

#[tokio::test]
async fn a_past_instant_shows_what_was_known_then() {
    let app = TestApp::new().await;
    let address = store_trail(&app).await;
    let api = app.get(&format!("/v1{address}/timeline")).await.expect(200);
    let first = api["items"][0]["recorded_at"].as_str().unwrap();
    let then = format!("{address}?as_of={first}");
    let shown = page(&browse(&app, &then).await, 200);
    assert_eq!(each(&shown, ".standing .status"), ["Unverified"]);
    assert!(words(&shown.select(".notice")).starts_with("As known on"));
    assert_eq!(shown.select(".trail .against").length(), 0);
    let before = page(&browse(&app, &format!("{address}?as_of=2020-01-03")).await, 404);
    assert!(words(&before.select("main")).contains("was not known yet"));
}

#[tokio::test]
async fn a_long_trail_is_read_page_by_page_with_the_same_instant() {
    let app = TestApp::new().await;
    for number in 0..60 {
        let mut story = Story::new(&format!("https://courier.test/{number}"), SAID)
            .published(&format!("2026-03-{:02}T{:02}:30:00Z", number % 28 + 1, number % 24));
        story.claim("The east pier is closed.").appears(Stance::Reports, "the east pier is closed");
        story.store(&app.pool()).await.unwrap();
    }
    let claims = app.walk("/v1/claims?limit=10").await;
    let address = format!("/claims/{}", claims[0]["id"].as_str().unwrap());
    let first = page(&browse(&app, &format!("{address}?as_of=2199-01-01")).await, 200);
    let next = &links(&first, "a[rel=next]")[0];
    assert!(next.contains("as_of=2199-01-01"), "{next}");
    let second = page(&browse(&app, next).await, 200);
    let count = |page: &dom_query::Document| page.select(".trail > li").length();
    assert_eq!((count(&first), count(&second)), (50, 11));
    assert_eq!(second.select("a[rel=next]").length(), 0);
    let (first, second) = (each(&first, ".when"), each(&second, ".when"));
    assert_eq!(first.iter().filter(|when| second.contains(when)).count(), 0);
}
