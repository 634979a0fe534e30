//! Claims and all that hangs on them over HTTP: lists, filters, single records, the trail.

use claimtrail::domain::{ActorKind, Stance};
use insta::assert_json_snapshot;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::app::{TestApp, send};
use crate::support::builders::Story;

const TEXT: &str = "Tom Okafor said the east pier is closed. The Harbour Ministry has denied it.";

/// Article `number`: its own pier is said to be closed, and the ministry denies it.
async fn store_denied(app: &TestApp, number: usize) {
    let url = format!("https://courier.test/pier/{number}");
    let mut story = Story::new(&url, TEXT)
        .title(&format!("Pier {number}"))
        .published(&format!("2026-03-{:02}T08:30:00Z", number + 1));
    let fisherman = story.actor("Tom Okafor", Some(ActorKind::Person));
    let ministry = story.actor("The Harbour Ministry", Some(ActorKind::Government));
    let said = story.statement(fisherman, "Tom Okafor", "said", &["the east pier is closed"]);
    story
        .claim(&format!("The east pier {number} is closed."))
        .claimed_by(fisherman)
        .appears_in(Stance::Asserts, "the east pier is closed", Some(said))
        .denied_by(ministry, "has denied");
    story.store(&app.pool()).await.unwrap();
}

async fn only(app: &TestApp, list: &str) -> Value {
    let items = app.walk(&format!("/v1/{list}")).await;
    assert_eq!(items.len(), 1, "{items:?}");
    items.into_iter().next().unwrap()
}

fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}

#[tokio::test]
async fn one_claim_shows_who_asserts_and_who_denies_it() {
    let app = TestApp::new().await;
    store_denied(&app, 1).await;
    let claim = only(&app, "claims?limit=10").await;
    assert_json_snapshot!(claim, {
        ".**.id" => "[id]",
        ".**.rebuttal" => "[id]",
        ".recorded_at" => "[time]",
        ".updated_at" => "[time]",
    });
    assert_eq!(app.get(&format!("/v1/claims/{}", id(&claim))).await.expect(200), claim);
}

#[tokio::test]
async fn the_trail_of_a_claim_is_told_in_order() {
    let app = TestApp::new().await;
    store_denied(&app, 1).await;
    let claim = only(&app, "claims?limit=10").await;
    let entries = app.walk(&format!("/v1/claims/{}/timeline?limit=1", id(&claim))).await;
    let told: Vec<_> = entries
        .iter()
        .map(|entry| {
            let words = entry["quote"]["quote"].as_str().unwrap_or("-");
            format!("{} {} {words}", entry["event"].as_str().unwrap(), entry["clock"])
        })
        .collect();
    assert_eq!(
        told,
        [
            "appearance \"stated\" the east pier is closed",
            "rebuttal \"stated\" has denied",
            "status \"recorded\" -",
        ]
    );
    assert_json_snapshot!(entries[1], {
        ".**.id" => "[id]",
        ".recorded_at" => "[time]",
    });
}

#[tokio::test]
async fn appearances_and_rebuttals_of_a_claim_quote_their_words() {
    let app = TestApp::new().await;
    store_denied(&app, 1).await;
    store_denied(&app, 2).await;
    let claim = only(&app, "claims?q=%22pier+1%22").await;
    let appearances = only(&app, &format!("claims/{}/appearances?limit=10", id(&claim))).await;
    assert_eq!(appearances["stance"], "asserts");
    assert_eq!(
        appearances["span"],
        json!({"start": 16, "end": 39, "quote": "the east pier is closed"})
    );
    assert_eq!(appearances["speaker"]["name"], "Tom Okafor");
    let path = format!("/v1/claims/{}/appearances?stance=denies", id(&claim));
    assert_eq!(app.walk(&path).await, Vec::<Value>::new());

    let rebuttal = only(&app, &format!("claims/{}/rebuttals?kind=denial", id(&claim))).await;
    assert_eq!(rebuttal["mentions"][0]["cue"]["quote"], "has denied");
    assert_eq!(rebuttal["claim"]["id"], claim["id"]);
    let single = app.get(&format!("/v1/rebuttals/{}", id(&rebuttal))).await.expect(200);
    assert_eq!(single, rebuttal);
    assert_eq!(app.walk("/v1/rebuttals?limit=1").await.len(), 2);
}

#[tokio::test]
async fn claims_are_filtered_and_sorted() {
    let app = TestApp::new().await;
    for number in 0..3 {
        store_denied(&app, number).await;
    }
    let first = only(&app, "claims?q=%22pier+0%22").await;
    let denier = first["denied_by"][0]["id"].as_str().unwrap();
    let learned = first["recorded_at"].as_str().unwrap();
    for (query, expected) in [
        ("status=denied".to_owned(), 3),
        ("status=confirmed".to_owned(), 0),
        ("denied_by=the+harbour+ministry".to_owned(), 3),
        (format!("denied_by={denier}"), 3),
        ("denied_by=Tom+Okafor".to_owned(), 0),
        ("claimant=Tom+Okafor".to_owned(), 3),
        ("outlet=courier.test".to_owned(), 3),
        ("outlet=elsewhere.test".to_owned(), 0),
        ("language=en".to_owned(), 3),
        ("language=fr".to_owned(), 0),
        ("from=2026-03-02".to_owned(), 2),
        ("to=2026-03-02".to_owned(), 1),
        (format!("as_of={learned}"), 1),
        ("as_of=2020-01-01".to_owned(), 0),
        ("min_confidence=0.8".to_owned(), 3),
        ("min_confidence=0.99".to_owned(), 0),
        ("min_check_worthiness=0.5".to_owned(), 3),
        ("min_check_worthiness=0.6".to_owned(), 0),
    ] {
        let items = app.walk(&format!("/v1/claims?{query}")).await;
        assert_eq!(items.len(), expected, "{query}");
    }
    let texts = |items: Vec<Value>| items.iter().map(|c| c["text"].clone()).collect::<Vec<_>>();
    let mut newest = texts(app.walk("/v1/claims?sort=newest&limit=2").await);
    newest.reverse();
    assert_eq!(texts(app.walk("/v1/claims?sort=oldest&limit=2").await), newest);
    assert_eq!(newest.len(), 3);
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_filters_only() {
    let app = TestApp::new().await;
    for number in 0..3 {
        store_denied(&app, number).await;
    }
    let page = app.get("/v1/claims?limit=1").await.expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    app.get(&format!("/v1/claims?limit=2&cursor={cursor}")).await.expect(200);
    for other in ["claims?status=denied&", "claims?sort=oldest&", "actors?", "rebuttals?"] {
        let answer = app.get(&format!("/v1/{other}cursor={cursor}")).await;
        assert_eq!(answer.problem()["type"], "/problems/invalid-cursor", "{other}");
    }
}

#[tokio::test]
async fn a_claim_has_another_tag_once_it_is_denied() {
    let app = TestApp::new().await;
    let mut story = Story::new("https://courier.test/a", TEXT);
    let claim = "The east pier 1 is closed.";
    story.claim(claim).appears(Stance::Reports, "the east pier is closed");
    story.store(&app.pool()).await.unwrap();
    let path = format!("/v1/claims/{}", id(&only(&app, "claims?limit=10").await));
    let first = app.get(&path).await;
    let ask = || app.request(Method::GET, &path).header("if-none-match", first.header("etag"));
    assert_eq!(send(ask()).await.status, 304);
    store_denied(&app, 1).await;
    let second = send(ask()).await;
    assert_eq!(second.expect(200)["status"], "denied");
    assert_ne!(second.header("etag"), first.header("etag"));
    let learned = first.json()["updated_at"].as_str().unwrap().to_owned();
    let then = app.get(&format!("{path}?as_of={learned}")).await.expect(200);
    assert_eq!(then, first.json());
}

#[tokio::test]
async fn statements_and_actors_are_listed_and_single() {
    let app = TestApp::new().await;
    store_denied(&app, 1).await;
    let statement = only(&app, "statements?speaker=Tom+Okafor").await;
    assert_eq!(statement["cue"]["quote"], "said");
    assert_eq!(statement["contents"][0]["quote"], "the east pier is closed");
    let single = app.get(&format!("/v1/statements/{}", id(&statement))).await.expect(200);
    assert_eq!(single, statement);
    let document = id(&statement["document"]);
    assert_eq!(only(&app, &format!("documents/{document}/statements?limit=9")).await, statement);
    assert_eq!(only(&app, &format!("statements?document={document}")).await, statement);

    let actor = only(&app, "actors?kind=government").await;
    assert_eq!(actor["rebuttals"], 1);
    assert_eq!(app.get(&format!("/v1/actors/{}", id(&actor))).await.expect(200), actor);
    assert_eq!(only(&app, "actors?q=okafor").await["name"], "Tom Okafor");
}
