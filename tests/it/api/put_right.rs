//! What people put right of what was read in documents, over HTTP, through the extractor itself.

use serde_json::{Value, json};

use crate::support::app::TestApp;

const TEXT: &str = "Tom Okafor said on Monday that the dam at Kelm had broken. The Harbour Ministry has \
                    denied that the dam had broken.";

/// The app with one stored article, and the article's id.
async fn stored() -> (TestApp, String) {
    let app = TestApp::new().await;
    let id = store(&app, TEXT).await;
    (app, id)
}

async fn store(app: &TestApp, text: &str) -> String {
    let body = json!({ "url": "https://courier.test/dam", "text": text });
    let stored = app.post("/v1/documents?wait=true", &body).await.json();
    stored["document"].as_str().unwrap().to_owned()
}

async fn correct(app: &TestApp, mut correction: Value) -> Value {
    correction["reason"] = json!("read by a person");
    correction["by"] = json!("desk editor");
    app.post("/v1/corrections", &correction).await.expect(201)
}

async fn withdraw(app: &TestApp, correction: &Value) -> Value {
    let path = format!("/v1/corrections/{}:withdraw", correction["id"].as_str().unwrap());
    app.post(&path, &json!({ "reason": "it was right", "by": "desk editor" })).await.expect(200)
}

/// The live rebuttals: kind, denier and claim.
async fn rebuttals(app: &TestApp) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let found = app.walk("/v1/rebuttals?limit=50").await;
    found
        .iter()
        .map(|it| (text(&it["kind"]), text(&it["denier"]["name"]), text(&it["claim"]["text"])))
        .collect()
}

/// The document read again, as by a newer extractor.
async fn read_again(app: &TestApp) {
    let pool = app.pool();
    let all = claimtrail::store::writing::Choice::default();
    let mut connection = pool.get().await.unwrap();
    let some = claimtrail::store::writing::stored(&mut connection, &all, None, 9).await.unwrap();
    for stored in some {
        claimtrail::jobs::reprocess::run(&pool, &stored, app.app().gear).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn what_is_no_denial_is_none_until_that_is_taken_back() {
    let (app, _) = stored().await;
    let rebuttal = app.walk("/v1/rebuttals?limit=9").await.remove(0);
    let claim = format!("/v1/claims/{}", rebuttal["claim"]["id"].as_str().unwrap());
    let before = app.get(&claim).await.expect(200);
    assert_eq!(before["status"], "denied");
    let at = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);

    let kind = json!({ "kind": "not_a_denial", "rebuttal": rebuttal["id"] });
    let correction = correct(&app, kind).await;
    assert_eq!(correction["span"], rebuttal["mentions"][0]["cue"]);
    assert!(rebuttals(&app).await.is_empty());
    assert_eq!(app.get(&claim).await.expect(200)["status"], "unverified");
    read_again(&app).await;
    assert!(rebuttals(&app).await.is_empty(), "it survives a newer extractor");
    store(&app, &format!("Kelm, Tuesday. {TEXT}")).await;
    assert!(rebuttals(&app).await.is_empty(), "and a new text that has the words elsewhere");
    assert_eq!(app.walk("/v1/corrections?limit=9").await, std::slice::from_ref(&correction));
    let id = rebuttal["claim"]["id"].as_str().unwrap();
    let of_claim = app.walk(&format!("/v1/corrections?claim={id}")).await;
    assert_eq!(of_claim, std::slice::from_ref(&correction));
    let page = String::from_utf8(app.get(&format!("/claims/{id}")).await.body).unwrap();
    assert!(page.contains("No denial") && page.contains("read by a person"), "{page}");
    assert_eq!(app.get(&format!("{claim}?as_of={at}")).await.expect(200), before);

    let withdrawn = withdraw(&app, &correction).await;
    assert!(withdrawn["withdrawn_at"].is_string());
    assert_eq!(withdraw(&app, &correction).await, withdrawn, "said again");
    assert_eq!(rebuttals(&app).await.len(), 1);
    assert_eq!(app.get(&claim).await.expect(200)["status"], "denied");
    assert!(app.walk("/v1/corrections?limit=9").await.is_empty());
    let log = "select action from audit_log order by recorded_at";
    let log = app.client().await.query(log, &[]).await.unwrap();
    let log: Vec<&str> = log.iter().map(|row| row.get(0)).collect();
    assert_eq!(log, ["correct", "withdraw_correction"]);
}

#[tokio::test]
async fn another_denier_and_another_claim_stand_instead_of_what_was_read() {
    let (app, _) = stored().await;
    let rebuttal = app.walk("/v1/rebuttals?limit=9").await.remove(0);
    let (read, claim) = (&rebuttal["denier"]["name"], &rebuttal["claim"]["text"]);
    let name = |value: &Value| value.as_str().unwrap().to_owned();
    assert_ne!(read, "Tom Okafor");
    let denier = json!({ "kind": "denier", "rebuttal": rebuttal["id"], "denier": "Tom Okafor" });
    let first = correct(&app, denier).await;
    let expected = ("denial".to_owned(), "Tom Okafor".to_owned(), name(claim));
    assert_eq!(rebuttals(&app).await, [expected]);
    assert_eq!(app.walk("/v1/claims?denied_by=Tom+Okafor").await.len(), 1);
    let page = format!("/claims/{}", rebuttal["claim"]["id"].as_str().unwrap());
    let page = String::from_utf8(app.get(&page).await.body).unwrap();
    assert!(page.contains("Another denier"), "{page}");

    let rebuttal = app.walk("/v1/rebuttals?limit=9").await.remove(0);
    let meant = "The dam at Kelm leaks.";
    let other = json!({ "kind": "claim", "rebuttal": rebuttal["id"], "text": meant });
    let second = correct(&app, other).await;
    assert_eq!(second["claim"]["text"], meant);
    let expected = ("denial".to_owned(), "Tom Okafor".to_owned(), meant.to_owned());
    assert_eq!(rebuttals(&app).await, std::slice::from_ref(&expected));
    read_again(&app).await;
    assert_eq!(rebuttals(&app).await, [expected]);
    let page = format!("/claims/{}", second["claim"]["id"].as_str().unwrap());
    let page = String::from_utf8(app.get(&page).await.body).unwrap();
    assert!(page.contains("Another claim was meant"), "{page}");

    withdraw(&app, &first).await;
    withdraw(&app, &second).await;
    assert_eq!(rebuttals(&app).await, [("denial".to_owned(), name(read), name(claim))]);
}

#[tokio::test]
async fn what_was_missed_is_there_once_somebody_says_so() {
    let (app, document) = stored().await;
    let place = |words: &str| {
        let start = TEXT.find(words).unwrap();
        json!({ "start": start, "end": start + words.len() })
    };
    let claim = "It was Monday.";
    let missed = json!({
        "kind": "missed_claim", "document": document, "span": place("on Monday"), "text": claim,
        "stance": "reports",
    });
    let correction = correct(&app, missed).await;
    assert_eq!(correction["span"]["quote"], "on Monday");
    let against = json!({
        "kind": "missed_rebuttal", "document": document, "span": place("broken"),
        "claim": correction["claim"]["id"], "rebuttal_kind": "debunk", "label": "hoax",
    });
    correct(&app, against).await;
    read_again(&app).await;
    let found = app.walk(&format!("/v1/claims?q={}", "Monday")).await;
    let found = found.iter().find(|it| it["text"] == claim).unwrap();
    assert_eq!((&found["appearances"], &found["rebuttals"]), (&json!(1), &json!(1)));
    assert_eq!(found["status"], "debunked");
    let hoax = app.walk("/v1/rebuttals?label=hoax").await;
    assert_eq!(hoax[0]["mentions"][0]["cue"]["quote"], "broken");
    assert_eq!(hoax[0]["mentions"][0]["rule"], "correction");
}

#[tokio::test]
async fn corrections_that_lack_something_are_refused_by_field() {
    let (app, document) = stored().await;
    let nobody = "01890000-0000-7000-8000-000000000000";
    let rebuttal = app.walk("/v1/rebuttals?limit=9").await.remove(0)["id"].clone();
    let span = json!({ "start": 0, "end": 3 });
    for (mut body, pointer) in [
        (json!({ "kind": "not_a_denial" }), "#/rebuttal"),
        (json!({ "kind": "not_a_denial", "rebuttal": nobody }), "#/rebuttal"),
        (json!({ "kind": "denier", "rebuttal": rebuttal }), "#/denier"),
        (json!({ "kind": "denier", "rebuttal": rebuttal, "denier": "Nobody at all" }), "#/denier"),
        (json!({ "kind": "claim", "rebuttal": rebuttal }), "#/claim"),
        (json!({ "kind": "claim", "rebuttal": rebuttal, "claim": nobody }), "#/claim"),
        (json!({ "kind": "claim", "rebuttal": rebuttal, "text": " " }), "#/text"),
        (json!({ "kind": "missed_claim", "span": span, "text": "It is." }), "#/document"),
        (
            json!({ "kind": "missed_claim", "document": nobody, "span": span, "text": "It is." }),
            "#/document",
        ),
        (json!({ "kind": "missed_claim", "document": document, "text": "It is." }), "#/span"),
        (
            json!({ "kind": "missed_claim", "document": document, "text": "It is.",
                    "span": { "start": 5, "end": 100_000 } }),
            "#/span",
        ),
        (json!({ "kind": "guess" }), "#/kind"),
    ] {
        body["reason"] = json!("read by a person");
        body["by"] = json!("desk editor");
        let refused = app.post("/v1/corrections", &body).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{body}");
    }
    let who = json!({ "reason": "x", "by": "y" });
    app.post(&format!("/v1/corrections/{nobody}:withdraw"), &who).await.expect(404);
    app.get(&format!("/v1/corrections/{nobody}")).await.expect(404);
    assert!(app.walk("/v1/corrections?limit=9").await.is_empty());
}

/// Six outlets that report one dam, of which three mean another one than the others do.
async fn six(app: &TestApp) -> String {
    for number in 0..6 {
        let url = format!("https://outlet{number}.test/dam");
        let text = format!("Reporter {number} wrote this. {TEXT}");
        let body = json!({ "url": url, "text": text, "published_at": "2026-03-01T08:00:00Z" });
        app.post("/v1/documents?wait=true", &body).await.expect(201);
    }
    let claims = app.walk("/v1/claims?limit=50").await;
    let said: Vec<&Value> = claims.iter().filter(|claim| claim["documents"] == 6).collect();
    assert_eq!(said.len(), 1, "{claims:?}");
    said[0]["id"].as_str().unwrap().to_owned()
}

fn counted(claim: &Value) -> [&Value; 3] {
    ["appearances", "rebuttals", "documents"].map(|name| &claim[name])
}

#[tokio::test]
async fn places_that_mean_another_claim_are_parted_off_together_and_taken_back_together() {
    let app = TestApp::new().await;
    let id = six(&app).await;
    let path = format!("/v1/claims/{id}");
    let before = app.get(&path).await.expect(200);
    assert_eq!(counted(&before), [&json!(12), &json!(6), &json!(6)], "{before}");
    let all = app.walk(&format!("{path}/appearances?limit=50")).await;
    let of = |number: usize| {
        let outlet = format!("outlet{number}.test");
        all.iter().filter(move |it| it["document"]["outlet"]["domain"] == outlet.as_str())
    };
    let rebuttals = app.walk(&format!("{path}/rebuttals?limit=50")).await;
    let appearances: Vec<&Value> = [0, 2, 4].into_iter().flat_map(of).map(|it| &it["id"]).collect();
    assert_eq!(appearances.len(), 6, "{:?}", all.first());
    let rebuttal = rebuttals
        .iter()
        .find(|it| it["document"]["outlet"]["domain"] == "outlet0.test")
        .unwrap_or_else(|| panic!("{:?}", rebuttals.first()));
    let then = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);

    let meant = "The dam at Kelm West broke.";
    let split = json!({
        "appearances": appearances, "rebuttals": [rebuttal["id"]], "text": meant,
        "reason": "there are two dams", "by": "desk editor",
    });
    let parted = app.post(&format!("{path}:split"), &split).await.expect(200);
    assert_eq!(parted["corrections"].as_array().unwrap().len(), 7, "{parted}");
    let other = format!("/v1/claims/{}", parted["into"].as_str().unwrap());
    let counts = async || {
        let (one, other) = (app.get(&path).await.expect(200), app.get(&other).await.expect(200));
        [counted(&one).map(Value::clone), counted(&other).map(Value::clone)]
    };
    let apart = [[json!(6), json!(5), json!(5)], [json!(6), json!(1), json!(3)]];
    let now = app.get(&other).await.expect(200);
    assert_eq!((&now["text"], &parted["claim"]), (&json!(meant), &json!(id)));
    assert_eq!(counts().await, apart);
    assert_eq!(app.get(&format!("{path}?as_of={then}")).await.expect(200), before);
    read_again(&app).await;
    assert_eq!(counts().await, apart, "it survives a newer extractor");

    let of_split = format!("/v1/corrections?limit=50&split={}", parted["id"].as_str().unwrap());
    let corrections = app.walk(&of_split).await;
    assert_eq!(corrections.len(), 7);
    assert!(corrections.iter().all(|it| it["reason"] == "there are two dams"));
    let links = app.walk("/v1/links?limit=50&state=rejected").await;
    assert_eq!(links.len(), 1, "the matching does not join them again: {links:?}");
    let log = "select action, count(*) from audit_log group by action order by action";
    let log = app.client().await.query(log, &[]).await.unwrap();
    let log: Vec<(String, i64)> = log.iter().map(|row| (row.get(0), row.get(1))).collect();
    let expected = [("correct", 7), ("reject_link", 1), ("split_claim", 1)];
    assert_eq!(log, expected.map(|(action, count)| (action.to_owned(), count)));

    // One by itself, then the others.
    let one = corrections[0]["id"].as_str().unwrap();
    withdraw(&app, &corrections[0]).await;
    assert_eq!(app.walk(&of_split).await.len(), 6);
    let back = json!({ "whole_split": true, "reason": "it is one dam", "by": "desk editor" });
    let taken = app.post(&format!("/v1/corrections/{one}:withdraw"), &back).await.expect(200);
    assert!(taken["withdrawn_at"].is_string());
    assert!(app.walk(&of_split).await.is_empty());
    let again = app.get(&path).await.expect(200);
    assert_eq!(counted(&again), counted(&before));
    assert_eq!(again["status"], before["status"]);
}

#[tokio::test]
async fn what_cannot_be_parted_is_refused_by_its_place_and_nothing_is_changed() {
    let app = TestApp::new().await;
    let id = six(&app).await;
    let path = format!("/v1/claims/{id}");
    let before = app.get(&path).await.expect(200);
    let appearances = app.walk(&format!("{path}/appearances?limit=50")).await;
    let one = &appearances[0]["id"];
    let nowhere = json!("01890000-0000-7000-8000-000000000000");
    let text = "The dam at Kelm West broke.";
    let many = vec![one.clone(); 51];
    for (asked, pointer) in [
        (json!({}), "#/merge"),
        (json!({ "merge": nowhere, "appearances": [one], "text": text }), "#/merge"),
        (json!({ "appearances": [one] }), "#/claim"),
        (json!({ "appearances": [one], "text": text, "claim": id }), "#/text"),
        (json!({ "appearances": [one, nowhere], "text": text }), "#/appearances/1"),
        (json!({ "rebuttals": [one], "text": text }), "#/rebuttals/0"),
        (json!({ "appearances": [one], "claim": id }), "#/claim"),
        (json!({ "appearances": [one], "claim": nowhere }), "#/claim"),
        (json!({ "appearances": [one], "text": before["text"] }), "#/text"),
        (json!({ "appearances": many, "text": text }), "#/appearances"),
    ] {
        let mut asked = asked;
        asked["reason"] = json!("there are two dams");
        asked["by"] = json!("desk editor");
        let refused = app.post(&format!("{path}:split"), &asked).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{asked}: {refused}");
    }
    assert_eq!(app.get(&path).await.expect(200), before);
    assert_eq!(app.walk("/v1/claims?q=west").await, [] as [Value; 0]);
}
