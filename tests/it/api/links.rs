//! Links between claims over HTTP: found as claims come in, judged by people.

use claimtrail::domain::{LinkKind, LinkState, Stance};
use claimtrail::store::links::{self, NewLink};
use claimtrail::store::transaction;
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::builders::Story;

/// Articles that each make one claim, in the order they come in.
async fn store(app: &TestApp, claims: &[&str]) {
    for (number, claim) in claims.iter().enumerate() {
        let url = format!("https://courier.test/linked/{number}/{}", claim.len());
        let mut story = Story::new(&url, claim);
        story.claim(claim).appears(Stance::Asserts, claim);
        story.store(&app.pool()).await.unwrap();
    }
    app.keep_known_claims().await;
}

/// Kind and texts of each link, those of the older claim first.
fn told(links: &[Value]) -> Vec<(&str, [&str; 2])> {
    links
        .iter()
        .map(|link| {
            let text = |at: usize| link["claims"][at]["text"].as_str().unwrap();
            (link["kind"].as_str().unwrap(), [text(0), text(1)])
        })
        .collect()
}

const SANK: &str = "The ferry Aurora sank in Ostrel harbour on Friday.";
const SUNK: &str = "On Friday, the ferry Aurora sank in the harbour of Ostrel.";
const AFLOAT: &str = "The ferry Aurora did not sink in Ostrel harbour on Friday.";

#[tokio::test]
async fn the_same_claim_and_its_opposite_are_linked_as_they_come_in() {
    let app = TestApp::new().await;
    let bread = "Bread will cost twice as much from Monday.";
    store(&app, &[SANK, bread, "Fake news!", SUNK]).await;
    let links = app.walk("/v1/links?limit=1").await;
    assert_eq!(told(&links), [("same", [SANK, SUNK])]);
    assert_eq!(links[0]["state"], "confirmed", "{}", links[0]);
    assert!(links[0]["method"].as_str().unwrap().contains("links-"), "{}", links[0]);
    assert_eq!(links[0]["evidence"]["scores"].as_array().unwrap().len(), 6);

    store(&app, &[AFLOAT, "The ferry Boreas sank in Kelm harbour on Friday.", "Fake: news"]).await;
    let links = app.walk("/v1/links?kind=contradicts").await;
    let mut found = told(&links);
    found.sort_unstable();
    // The older of the two that are one answers for both.
    assert_eq!(found, [("contradicts", [SANK, AFLOAT]); 2]);
    assert_ne!(links[0]["linked"], links[1]["linked"]);
    assert_eq!(app.walk("/v1/links?limit=10").await.len(), 3);
    let claim = links[0]["claims"][1]["id"].as_str().unwrap();
    assert_eq!(app.walk(&format!("/v1/links?claim={claim}")).await.len(), 2);
}

#[tokio::test]
async fn a_person_decides_and_is_not_asked_again() {
    let app = TestApp::new().await;
    store(&app, &[SANK, SUNK]).await;
    let before = chrono::Utc::now().to_rfc3339();
    let link = app.walk("/v1/links?state=confirmed").await.remove(0);
    let path = format!("/v1/links/{}", link["id"].as_str().unwrap());
    let who = json!({ "by": "desk editor", "reason": "two harbours" });
    assert_eq!(app.walk("/v1/claims?limit=9").await.len(), 1, "one claim in two wordings");
    let rejected = app.post(&format!("{path}:reject"), &who).await.expect(200);
    assert_eq!(app.walk("/v1/claims?limit=9").await.len(), 2);
    assert_eq!((&rejected["state"], &rejected["judged_by"]), (&"rejected".into(), &who["by"]));
    assert_eq!(rejected["recorded_at"], link["recorded_at"]);
    assert_eq!(app.get(&path).await.expect(200), rejected);
    assert_eq!(app.post(&format!("{path}:reject"), &who).await.expect(200), rejected);

    // Found again by whoever reads the meanings next, and left as it is.
    app.client().await.execute("delete from claim_meanings", &[]).await.unwrap();
    app.app().known.forget();
    app.keep_known_claims().await;
    assert_eq!(app.walk("/v1/links?state=rejected").await.len(), 1);
    assert_eq!(
        app.walk("/v1/claims?limit=9").await.len(),
        2,
        "what was rejected is not joined again"
    );
    assert!(app.walk("/v1/links?state=confirmed").await.is_empty());
    let before = url::form_urlencoded::byte_serialize(before.as_bytes()).collect::<String>();
    let then = app.walk(&format!("/v1/links?as_of={before}")).await;
    assert_eq!(then[0]["state"], "confirmed");

    let part = json!({ "by": "desk editor", "reason": "one tells more", "kind": "part_of" });
    let confirmed = app.post(&format!("{path}:confirm"), &part).await.expect(200);
    assert_eq!((&confirmed["state"], &confirmed["kind"]), (&"confirmed".into(), &"part_of".into()));
    let log = "select action, acted_by, reason from audit_log order by recorded_at";
    let log = app.client().await.query(log, &[]).await.unwrap();
    let log: Vec<[String; 3]> =
        log.iter().map(|row| [row.get(0), row.get(1), row.get(2)]).collect();
    assert_eq!(log.len(), 2, "{log:?}");
    assert_eq!(log[0], ["reject_link", "desk editor", "two harbours"]);
    assert_eq!(log[1][0], "confirm_link");
}

#[tokio::test]
async fn judgements_without_a_reason_or_of_nothing_are_refused() {
    let app = TestApp::new().await;
    let unknown = "/v1/links/01890000-0000-7000-8000-000000000000";
    let who = json!({ "by": "desk editor", "reason": "they are two" });
    app.post(&format!("{unknown}:confirm"), &who).await.expect(404);
    app.get(unknown).await.expect(404);
    for (body, pointer) in [
        (json!({ "by": "desk editor" }), "#/reason"),
        (json!({ "by": "desk editor", "reason": " " }), "#/reason"),
        (json!({ "by": "", "reason": "they are two" }), "#/by"),
        (json!({ "by": "a", "reason": "b", "kind": "near" }), "#/kind"),
    ] {
        let problem = app.post(&format!("{unknown}:reject"), &body).await.expect(422);
        assert_eq!(problem["errors"][0]["pointer"], pointer);
    }
}

#[tokio::test]
async fn the_page_of_a_claim_shows_its_links() {
    let app = TestApp::new().await;
    store(&app, &[SANK, SUNK, AFLOAT]).await;
    let links = app.walk("/v1/links?kind=same").await;
    let id = links[0]["claims"][0]["id"].as_str().unwrap();
    let page = app.get(&format!("/claims/{id}")).await;
    let page = String::from_utf8(page.body).unwrap();
    let (same, opposite) = page.split_once("Cannot be true together with it").unwrap();
    assert!(same.contains("Also worded") && same.contains(SUNK), "{page}");
    assert!(!page.contains("The same in other words"), "it is among the wordings: {page}");
    assert!(opposite.contains(AFLOAT), "{page}");
}

#[tokio::test]
async fn claims_that_a_person_says_are_one_are_merged_and_parted_by_another_word() {
    let app = TestApp::new().await;
    store(&app, &[SANK, "Pier 4 of Kelm burned down last week."]).await;
    let claims = app.walk("/v1/claims?sort=oldest").await;
    let ids: Vec<&str> = claims.iter().map(|claim| claim["id"].as_str().unwrap()).collect();
    // A pair that only a person could see.
    let link = NewLink {
        claims: [ids[1].parse().unwrap(), ids[0].parse().unwrap()],
        kind: LinkKind::Contradicts,
        state: LinkState::Suggested,
        score: 0.5,
        evidence: json!({}),
    };
    let mut connection = app.pool().get().await.unwrap();
    links::suggest(&mut connection, "rules", &[link]).await.unwrap();
    let link = app.walk("/v1/links?state=suggested").await.remove(0);
    let path = format!("/v1/links/{}", link["id"].as_str().unwrap());
    let same = json!({ "by": "desk editor", "reason": "one fire", "kind": "same" });
    app.post(&format!("{path}:confirm"), &same).await.expect(200);
    let claims = app.walk("/v1/claims?limit=9").await;
    assert_eq!(claims.len(), 1);
    assert_eq!((&claims[0]["id"], &claims[0]["appearances"]), (&json!(ids[0]), &json!(2)));
    assert_eq!(claims[0]["members"][0]["reason"], "one fire");
    assert!(app.walk("/v1/links?state=suggested").await.is_empty());

    for (verb, kind) in [("reject", "same"), ("confirm", "same"), ("confirm", "part_of")] {
        let other = json!({ "by": "desk editor", "reason": "two fires", "kind": kind });
        app.post(&format!("{path}:{verb}"), &other).await.expect(200);
        let expected = if (verb, kind) == ("confirm", "same") { 1 } else { 2 };
        assert_eq!(app.walk("/v1/claims?limit=9").await.len(), expected, "{verb} {kind}");
    }
}

/// Close wordings make chains, whose ends may say the opposite.
#[tokio::test]
async fn what_contradicts_or_was_told_apart_is_not_joined_through_a_third_wording() {
    let app = TestApp::new().await;
    let texts =
        ["Pier 1 of Lorne is shut.", "Pier 2 of Lorne is shut.", "Pier 3 of Lorne is shut."];
    let mut ids = Vec::new();
    for text in texts {
        let mut story = Story::new(&format!("https://courier.test/{}", &text[5..6]), text);
        story.claim(text).appears(Stance::Asserts, text);
        ids.push(story.store(&app.pool()).await.unwrap().claims_appeared[0]);
    }
    let mut connection = app.pool().get().await.unwrap();
    for (pair, kind, claims) in [
        ([0, 2], LinkKind::Contradicts, 3),
        ([0, 1], LinkKind::Same, 2),
        ([1, 2], LinkKind::Same, 2),
    ] {
        let link = NewLink {
            claims: pair.map(|at| ids[at]),
            kind,
            state: LinkState::Confirmed,
            score: 0.95,
            evidence: json!({}),
        };
        transaction(&mut connection, async |connection| {
            links::suggest(connection, "rules", std::slice::from_ref(&link)).await
        })
        .await
        .unwrap();
        assert_eq!(app.walk("/v1/claims?limit=9").await.len(), claims, "{pair:?}");
    }
}

/// A claim that was redacted while its meaning was being read holds nothing up.
#[tokio::test]
async fn a_claim_that_is_gone_is_neither_kept_nor_linked() {
    let app = TestApp::new().await;
    store(&app, &[SANK]).await;
    let gone = [(claimtrail::domain::ClaimId::new(), SUNK.to_owned())];
    app.app().known.add(gone);
    app.keep_known_claims().await;
    assert_eq!(app.app().known.counts(), (2, 0));
    assert!(app.walk("/v1/links?limit=10").await.is_empty());
}
