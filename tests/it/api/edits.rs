//! Wording, tags, note and status that people give claims, over HTTP.

use claimtrail::domain::Stance;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::app::{Answer, TestApp, send};
use crate::support::builders::Story;

const CLOSED: &str = "Pier closed.";

async fn claim(app: &TestApp) -> Value {
    let mut story = Story::new("https://courier.test/1", "Pier closed. The board denied it.");
    let board = story.actor("board", None);
    story.claim(CLOSED).appears(Stance::Asserts, CLOSED).denied_by(board, "denied");
    story.store(&app.pool()).await.unwrap();
    app.walk("/v1/claims?limit=1").await.remove(0)
}

async fn change(app: &TestApp, claim: &Value, mut change: Value, tag: Option<&str>) -> Answer {
    change["reason"] = json!("told by the harbour master");
    change["by"] = json!("desk editor");
    let path = format!("/v1/claims/{}", claim["id"].as_str().unwrap());
    let request = app.request(Method::PATCH, &path).json(&change);
    send(match tag {
        Some(tag) => request.header("if-match", tag),
        None => request,
    })
    .await
}

#[tokio::test]
async fn what_people_say_of_a_claim_is_shown_at_once_and_the_past_stays() {
    let app = TestApp::new().await;
    let before = claim(&app).await;
    let path = format!("/v1/claims/{}", before["id"].as_str().unwrap());
    assert_eq!((&before["status"], &before["tags"]), (&json!("denied"), &json!([])));
    let at = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    let better = "The east pier of Lorne is closed.";
    let edit = json!({
        "text": format!(" {better} "), "tags": ["harbour", "east", "harbour"],
        "note": "See the notice.", "status": "confirmed",
    });
    let after = change(&app, &before, edit.clone(), None).await.expect(200);
    assert_eq!((&after["text"], &after["extracted_text"]), (&json!(better), &json!(CLOSED)));
    assert_eq!(
        (&after["status"], &after["computed_status"]),
        (&json!("confirmed"), &json!("denied"))
    );
    assert_eq!((&after["tags"], &after["note"]), (&json!(["east", "harbour"]), &edit["note"]));
    assert_eq!(change(&app, &before, edit, None).await.expect(200), after, "said again");
    assert_eq!(app.get(&path).await.expect(200), after);
    for (query, found) in [
        ("status=confirmed", 1),
        ("status=denied", 0),
        ("tag=harbour", 1),
        ("tag=pier", 0),
        ("q=lorne", 1),
        ("q=closed", 1),
        ("q=boat", 0),
    ] {
        assert_eq!(app.walk(&format!("/v1/claims?{query}")).await.len(), found, "{query}");
    }
    let rebuttal = app.walk("/v1/rebuttals?limit=1").await.remove(0);
    assert_eq!(rebuttal["claim"]["text"], better);
    assert_eq!(rebuttal["claim"]["status"], "confirmed");
    let csv = String::from_utf8(app.get("/v1/exports/claims.csv").await.body).unwrap();
    assert!(csv.contains(better) && csv.contains("confirmed"), "{csv}");
    let page = String::from_utf8(app.get(&format!("/claims/{}", &path[11..])).await.body).unwrap();
    for shown in [better, CLOSED, "See the notice.", "Set by hand", "east"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }

    assert_eq!(app.get(&format!("{path}?as_of={at}")).await.expect(200), before);
    let denied = app.walk(&format!("/v1/claims?status=denied&as_of={at}")).await;
    assert_eq!(denied, std::slice::from_ref(&before));
    let back = json!({ "text": null, "tags": [], "note": null, "status": null });
    let mut undone = change(&app, &before, back, None).await.expect(200);
    assert_ne!(undone["updated_at"], before["updated_at"]);
    undone["updated_at"] = before["updated_at"].clone();
    assert_eq!(undone, before);
    let log = "select reason from audit_log where action = 'change_claim'";
    assert_eq!(app.client().await.query(log, &[]).await.unwrap().len(), 2, "one for each change");
}

/// The wording that comes in is still found by its own words.
#[tokio::test]
async fn a_claim_that_people_reworded_stays_the_claim_of_its_wording() {
    let app = TestApp::new().await;
    let known = claim(&app).await;
    change(&app, &known, json!({ "text": "The east pier is closed." }), None).await.expect(200);
    let mut story = Story::new("https://herald.test/1", CLOSED);
    story.claim(CLOSED).appears(Stance::Asserts, CLOSED);
    story.store(&app.pool()).await.unwrap();
    let claims = app.walk("/v1/claims?limit=9").await;
    assert_eq!(claims.len(), 1);
    assert_eq!(claims[0]["appearances"], 2);
    assert_eq!(claims[0]["computed_status"], "disputed");
}

#[tokio::test]
async fn who_saw_an_older_state_changes_nothing() {
    let app = TestApp::new().await;
    let known = claim(&app).await;
    let path = format!("/v1/claims/{}", known["id"].as_str().unwrap());
    let tag = app.get(&path).await.header("etag").to_owned();
    let noted = change(&app, &known, json!({ "note": "One." }), Some(&tag)).await;
    assert_ne!(noted.header("etag"), tag);
    noted.expect(200);
    let refused = change(&app, &known, json!({ "note": "Two." }), Some(&tag)).await;
    assert_eq!(refused.status, 412);
    assert_eq!(refused.problem()["type"], "/problems/precondition-failed");
    assert_eq!(app.get(&path).await.expect(200)["note"], "One.");
    change(&app, &known, json!({ "note": "Two." }), Some("*")).await.expect(200);
}

#[tokio::test]
async fn changes_that_say_nothing_or_too_much_are_refused_by_field() {
    let app = TestApp::new().await;
    let known = claim(&app).await;
    for (body, pointer) in [
        (json!({}), "#"),
        (json!({ "text": " " }), "#/text"),
        (json!({ "note": "n".repeat(2001) }), "#/note"),
        (json!({ "tags": vec!["a"; 21] }), "#/tags"),
        (json!({ "tags": ["t".repeat(51)] }), "#/tags"),
        (json!({ "status": "settled" }), "#/status"),
        (json!({ "words": "x" }), "#/words"),
    ] {
        let refused = change(&app, &known, body.clone(), None).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{body}");
    }
    let unknown = json!({ "id": "01890000-0000-7000-8000-000000000000" });
    change(&app, &unknown, json!({ "note": "x" }), None).await.expect(404);
    let path = format!("/v1/claims/{}", known["id"].as_str().unwrap());
    let body = json!({ "note": "x", "by": "me" });
    let refused = send(app.request(Method::PATCH, &path).json(&body)).await.expect(422);
    assert_eq!(refused["errors"][0]["pointer"], "#/reason");
}
