//! An outlet corrects what it published: the note, the claim that it touches, and its status.

use serde_json::{Value, json};

use crate::support::app::TestApp;

const URL: &str = "https://lorne-courier.test/ferry";
const FIRST: &str =
    "Captain Petra Lank said that the ferry Mirelle had sunk off Lorne. The pier was shut all day.";
const CORRECTED: &str = "Captain Petra Lank said nothing of the ferry. The pier was shut all day.\n\nCorrection: An earlier version of this article said that the ferry Mirelle had sunk off Lorne. It is afloat.";

async fn post(app: &TestApp, text: &str) -> Value {
    let body = json!({"url": URL, "outlet": "Lorne Courier", "language": "en", "text": text});
    app.post("/v1/documents?wait=true", &body).await.json()
}

async fn corrections(app: &TestApp, stored: &Value) -> Vec<Value> {
    let id = stored["document"].as_str().unwrap();
    let document = app.get(&format!("/v1/documents/{id}")).await.expect(200);
    document["corrections"].as_array().unwrap().clone()
}

/// The claim that the first text makes.
async fn claim(app: &TestApp) -> (String, Value) {
    let first = post(app, FIRST).await;
    assert_eq!(corrections(app, &first).await, [] as [Value; 0]);
    let claims = app.walk("/v1/claims?q=sunk").await;
    assert_eq!(claims.len(), 1, "{claims:?}");
    assert_eq!(claims[0]["status"], "unverified");
    (claims[0]["id"].as_str().unwrap().to_owned(), first)
}

#[tokio::test]
async fn a_correction_is_linked_to_the_claim_that_went_and_changes_its_status_from_then_on() {
    let app = TestApp::new().await;
    let (id, first) = claim(&app).await;
    let then = app.get(&format!("/v1/claims/{id}")).await.expect(200)["updated_at"].clone();
    let second = post(&app, CORRECTED).await;
    assert_eq!((&second["outcome"], &second["document"]), (&json!("revised"), &first["document"]));

    let found = app.get(&format!("/v1/claims/{id}")).await.expect(200);
    assert_eq!(found["status"], "corrected", "{found}");
    let rebuttals = app.walk(&format!("/v1/claims/{id}/rebuttals?limit=9")).await;
    let [rebuttal] = rebuttals.as_slice() else { panic!("{rebuttals:?}") };
    assert_eq!(
        (&rebuttal["kind"], &rebuttal["denier_role"]),
        (&json!("correction"), &json!("outlet"))
    );
    assert_eq!(rebuttal["denier"]["name"], "Lorne Courier");
    let mention = &rebuttal["mentions"][0];
    assert_eq!(mention["cue"]["quote"], "Correction: An earlier version of this article said that");
    assert_eq!(mention["denied"]["quote"], "the ferry Mirelle had sunk off Lorne");
    let notes = corrections(&app, &second).await;
    let [note] = notes.as_slice() else { panic!("{notes:?}") };
    assert_eq!((&note["kind"], &note["claims"][0]["id"]), (&json!("correction"), &json!(id)));
    assert_eq!(note["rebuttals"], json!([rebuttal["id"]]));
    let start = usize::try_from(note["span"]["start"].as_u64().unwrap()).unwrap();
    let tail: String = CORRECTED.chars().skip(start).collect();
    assert_eq!(note["span"]["quote"], tail);
    let page = app.get(&format!("/documents/{}", first["document"].as_str().unwrap())).await;
    let page = String::from_utf8(page.body).unwrap();
    assert!(page.contains("Corrections by the outlet") && page.contains(&format!("/claims/{id}")));

    // What was known before is as it was.
    let before = then.as_str().unwrap();
    let known = app.get(&format!("/v1/claims/{id}?as_of={before}")).await.expect(200);
    assert_eq!((&known["status"], &known["rebuttals"]), (&json!("unverified"), &json!(0)));

    // Another edit keeps the note, and with it the rebuttal.
    let third = post(&app, &CORRECTED.replace("all day", "all night")).await;
    assert_eq!(third["outcome"], "revised");
    assert_eq!(app.get(&format!("/v1/claims/{id}")).await.expect(200)["status"], "corrected");
    assert_eq!(third["rebuttals_appeared"], json!([]), "{third}");
    // Without the note nothing speaks against it any more, and that is told from then on.
    post(&app, "The pier was shut all night.").await;
    assert_eq!(app.get(&format!("/v1/claims/{id}")).await.expect(200)["status"], "unverified");
}

#[tokio::test]
async fn a_retraction_withdraws_what_the_report_said() {
    let app = TestApp::new().await;
    let (id, _) = claim(&app).await;
    let text = format!(
        "Editor's note: This article has been retracted. Its source was forged.\n\n{FIRST}"
    );
    let second = post(&app, &text).await;
    let found = app.get(&format!("/v1/claims/{id}")).await.expect(200);
    assert_eq!(found["status"], "retracted");
    assert_eq!(corrections(&app, &second).await[0]["kind"], "retraction");
    let rebuttals = app.walk(&format!("/v1/claims/{id}/rebuttals?limit=9")).await;
    assert_eq!(
        rebuttals[0]["mentions"][0]["cue"]["quote"],
        "Editor's note: This article has been retracted"
    );
    // Also where the report itself is taken out of the text, now and by a later edit.
    for text in [
        "Editor's note: This article has been retracted.",
        "Editor's note: This article has been retracted. We regret it.",
    ] {
        post(&app, text).await;
        let found = app.get(&format!("/v1/claims/{id}")).await.expect(200);
        assert_eq!(found["status"], "retracted", "{text}");
    }
}

#[tokio::test]
async fn a_note_that_touches_no_claim_is_kept_and_an_update_is_none() {
    let app = TestApp::new().await;
    let (id, _) = claim(&app).await;
    let text = format!(
        "{FIRST}\n\nUpdate: The board has answered.\n\nCorrection: The photograph shows another harbour.\n\nClarification: The board met twice."
    );
    let second = post(&app, &text).await;
    let notes = corrections(&app, &second).await;
    let kinds: Vec<_> = notes.iter().map(|note| note["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["correction", "clarification"]);
    assert!(notes.iter().all(|note| note["claims"] == json!([]) && note["rebuttals"] == json!([])));
    assert_eq!(app.get(&format!("/v1/claims/{id}")).await.expect(200)["status"], "unverified");
}

#[tokio::test]
async fn a_correction_in_the_pages_data_alone_is_a_fact_without_a_place() {
    let app = TestApp::new().await;
    let (id, first) = claim(&app).await;
    let page = |correction: &str, more: &str| {
        format!(
            r#"<html lang="en"><head><title>Ferry</title><script type="application/ld+json">
            {{"@type":"NewsArticle","headline":"Ferry","correction":{{"@type":"CorrectionComment","text":"{correction}"}}}}
            </script></head><body><article><h1>Ferry</h1><p>{FIRST}</p>{more}</article></body></html>"#
        )
    };
    let post = async |html: String| {
        let body = json!({"url": URL, "outlet": "Lorne Courier", "html": html});
        app.post("/v1/documents?wait=true", &body).await.expect(200)
    };
    let words = "The ferry Mirelle had not sunk off Lorne.";
    let second = post(page(words, "")).await;
    assert_eq!(second["document"], first["document"]);
    let notes = corrections(&app, &second).await;
    let [note] = notes.as_slice() else { panic!("{notes:?}") };
    assert_eq!((&note["span"], &note["words"]), (&Value::Null, &json!(words)));
    assert_eq!((&note["claims"][0]["id"], &note["rebuttals"]), (&json!(id), &json!([])));
    let found = app.get(&format!("/v1/claims/{id}")).await.expect(200);
    assert_eq!(found["status"], "unverified", "nothing in the text proves it");
    // Where the page shows the words too, they are the rebuttal.
    let third = post(page(words, &format!("<p>{words}</p>"))).await;
    let notes = corrections(&app, &third).await;
    assert_eq!(notes[0]["span"]["quote"], words);
    assert_eq!(notes[0]["claims"][0]["id"], json!(id));
    let found = app.get(&format!("/v1/claims/{id}")).await.expect(200);
    assert_eq!(found["status"], "corrected");
}
