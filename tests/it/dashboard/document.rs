//! `/documents/{id}`: the words with everything that stands in them.

use claimtrail::domain::{ActorKind, Field, Note, NoteCode, Span, Stance};
use dom_query::Document;

use super::page::{browse, each, links, page, words};
use crate::support::app::TestApp;
use crate::support::builders::Story;

const TEXT: &str = "Tom Okafor said the east pier, which Ada Falk calls safe, is closed.\n\nThe Harbour Ministry has denied it.";

fn story() -> Story {
    let mut story = Story::new("https://courier.test/pier", TEXT)
        .title("Pier is closed, says fisherman")
        .published("2026-04-06T07:40:00Z");
    let fisherman = story.actor("Tom Okafor", Some(ActorKind::Person));
    let ministry = story.actor("The Harbour Ministry", Some(ActorKind::Government));
    let said = story.statement(
        fisherman,
        "Tom Okafor",
        "said",
        &["the east pier, which Ada Falk calls safe, is closed"],
    );
    story
        .claim("The east pier is closed.")
        .claimed_by(fisherman)
        .appears_in(
            Stance::Asserts,
            "the east pier, which Ada Falk calls safe, is closed",
            Some(said),
        )
        .denied_by(ministry, "has denied");
    story.claim("The east pier is safe.").appears(Stance::Reports, "which Ada Falk calls safe");
    // Crosses the end of the first claim.
    story.claim("The pier closed.").appears(Stance::Questions, "is closed.\n\nThe Harbour");
    let place = claimtrail::domain::Appearance {
        stance: Stance::Reports,
        span: Span::new(Field::Title, 0..14),
        statement: None,
    };
    story.extraction.claims[0].appearances.push(place);
    story
}

fn text_of(page: &Document) -> String {
    page.select(".text .reference").remove();
    words(&page.select(".text .marked"))
}

#[tokio::test]
async fn claims_and_denials_are_marked_where_they_stand() {
    let app = TestApp::new().await;
    let stored = story().store(&app.pool()).await.unwrap();
    let page = page(&browse(&app, &format!("/documents/{}", stored.document)).await, 200);
    assert_eq!(
        each(&page, ".text .place.asserts")[0],
        "the east pier, which Ada Falk calls safe2, is closed"
    );
    assert_eq!(each(&page, ".place.asserts .place.reports"), ["which Ada Falk calls safe"]);
    assert_eq!(each(&page, ".text .denial-cue"), ["has denied"]);
    assert_eq!(each(&page, ".text .source"), ["Tom Okafor"]);
    assert_eq!(each(&page, ".text .cue"), ["said"]);
    assert_eq!(each(&page, "h1 .place.reports"), ["Pier is closed"]);
    assert_eq!(
        each(&page, ".found h3"),
        ["The east pier is closed.", "The east pier is safe.", "The pier closed."]
    );
    assert!(each(&page, ".legend li").iter().any(|line| line.ends_with("words that deny")));
    // Each number leads to its claim.
    let references = links(&page, ".text .reference a");
    let claims = links(&page, ".found h3 a");
    assert_eq!(references, [&claims[1], &claims[0], &claims[2], &claims[0]].map(Clone::clone));
    assert_eq!(text_of(&page), TEXT.replace("\n\n", " "));
}

#[tokio::test]
async fn every_place_that_the_api_tells_has_its_fragment() {
    let app = TestApp::new().await;
    let stored = story().store(&app.pool()).await.unwrap();
    let page = page(&browse(&app, &format!("/documents/{}", stored.document)).await, 200);
    page.select(".reference").remove();
    for claim in app.walk("/v1/claims?limit=10").await {
        let id = claim["id"].as_str().unwrap();
        for appearance in app.walk(&format!("/v1/claims/{id}/appearances?limit=10")).await {
            let span = &appearance["span"];
            let field = span["field"].as_str().unwrap_or("text");
            let fragment = format!("[id='{field}-{}-{}']", span["start"], span["end"]);
            assert_eq!(page.select(&fragment).length(), 1, "{fragment}");
            let shown = words(&page.select(&fragment));
            let quote = span["quote"].as_str().unwrap();
            // A place that crosses another is split; its fragment is where it begins.
            assert!(quote.starts_with(&shown) && !shown.is_empty(), "{shown:?} of {quote:?}");
        }
    }
}

#[tokio::test]
async fn an_older_revision_can_be_chosen_and_shows_what_stood_in_it() {
    let app = TestApp::new().await;
    let stored = story().store(&app.pool()).await.unwrap();
    let mut revised = Story::new("https://courier.test/pier", "The pier is open again.");
    revised
        .extraction
        .notes
        .push(Note { code: NoteCode::LanguageUndetermined, detail: "too little text".to_owned() });
    revised.store(&app.pool()).await.unwrap();
    let address = format!("/documents/{}", stored.document);
    let live = page(&browse(&app, &address).await, 200);
    assert_eq!(text_of(&live), "The pier is open again.");
    assert_eq!(each(&live, ".notes li"), ["Language not certain: too little text"]);
    assert_eq!(links(&live, ".revisions a"), [format!("{address}?revision=1")]);
    let removed = each(&live, ".changes del");
    assert!(removed.contains(&"The Harbour Ministry has denied it.".to_owned()), "{removed:?}");
    assert_eq!(each(&live, ".changes ins"), ["The pier is open again."]);
    let older = page(&browse(&app, &format!("{address}?revision=1")).await, 200);
    assert_eq!(older.select(".changes").length(), 0);
    assert!(words(&older.select(".notice")).starts_with("Revision 1 of 2, replaced"));
    assert_eq!(older.select(".text .denial-cue").length(), 1);
    assert_eq!(older.select(".found h3").length(), 3);
    page(&browse(&app, &format!("{address}?revision=3")).await, 404);
    page(&browse(&app, &format!("{address}?revision=0")).await, 400);
}

#[tokio::test]
async fn the_words_of_a_page_stay_words() {
    let app = TestApp::new().await;
    let hostile = "<script>alert(1)</script> \"onmouseover=alert(1) \u{202e}olleh &amp; </p><h1>Tom</h1> said it.";
    let mut story = Story::new("https://evil.test/%22%3E%3Cscript%3E?a=1&b=2", hostile)
        .title("<img src=x onerror=alert(1)>");
    let actor = story.actor("</bdi><script>x</script>", None);
    story
        .claim("<b>It</b> \"is\" so.")
        .claimed_by(actor)
        .appears(Stance::Asserts, "<script>alert(1)</script> \"onmouseover=alert(1)")
        .debunked("said", "\"><script>");
    let stored = story.store(&app.pool()).await.unwrap();
    let shown = page(&browse(&app, &format!("/documents/{}", stored.document)).await, 200);
    assert_eq!(text_of(&shown), hostile);
    assert!(words(&shown.select("h1")).contains("<img src=x onerror=alert(1)>"));
    for claim in app.walk("/v1/claims?limit=10").await {
        let claim =
            page(&browse(&app, &format!("/claims/{}", claim["id"].as_str().unwrap())).await, 200);
        assert_eq!(words(&claim.select("h1")), "<b>It</b> \"is\" so.");
    }
    let start = page(&browse(&app, "/?q=%22%3E%3Cscript%3E&outlet=%22%3E").await, 200);
    assert_eq!(start.select("#q").attr("value").unwrap().to_string(), "\"><script>");
    page(&browse(&app, "/").await, 200);
}
