//! A document whose text is removed on request, over HTTP.

use serde_json::{Value, json};

use crate::support::app::TestApp;

const URL: &str = "https://courier.test/pier";
const WORDS: &str = "The Harbour Ministry has denied that the Quoxwimble pier is closed.";

async fn store(app: &TestApp) -> (String, Value) {
    let body = json!({"url": URL, "language": "en", "title": "Pier", "text": WORDS});
    let stored = app.post("/v1/documents?wait=true", &body).await.expect(201);
    (stored["document"].as_str().unwrap().to_owned(), body)
}

fn asked() -> Value {
    json!({"reason": "asked for by the person named", "by": "desk editor"})
}

#[tokio::test]
async fn a_redacted_document_is_gone_and_says_so() {
    let app = TestApp::new().await;
    let (id, body) = store(&app).await;
    assert_eq!(app.walk("/v1/claims?q=quoxwimble").await.len(), 1);
    let tombstone = app.post(&format!("/v1/documents/{id}:redact"), &asked()).await.expect(200);
    assert_eq!((&tombstone["document"], &tombstone["lifted_at"]), (&json!(id), &Value::Null));
    assert_eq!(tombstone["redacted_by"], "desk editor");
    let again = app.post(&format!("/v1/documents/{id}:redact"), &asked()).await.expect(200);
    assert_eq!(again, tombstone);

    for path in ["", "/revisions", "/revisions/1", "/statements", "/difference?from=1&to=1"] {
        let answer = app.get(&format!("/v1/documents/{id}{path}")).await;
        assert_eq!(answer.status, 410, "{path}");
        let problem = answer.problem();
        assert_eq!(problem["type"], "/problems/redacted", "{path}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(
            detail.contains(&id) && detail.contains("asked for by the person named"),
            "{detail}"
        );
    }
    assert_eq!(app.get(&format!("/documents/{id}")).await.status, 410);
    for list in ["documents", "claims", "statements", "rebuttals", "actors"] {
        let found = app.walk(&format!("/v1/{list}?limit=9")).await;
        assert_eq!(found, [] as [Value; 0], "{list}");
    }
    for export in ["claims.csv", "statements.ndjson", "rebuttals.csv", "appearances.ndjson"] {
        let rows = app.get(&format!("/v1/exports/{export}")).await;
        let rows = String::from_utf8(rows.body).unwrap();
        assert!(!rows.to_lowercase().contains("quoxwimble"), "{export}");
    }
    // The same address again, in whatever way, is refused before anything is kept.
    for path in ["/v1/documents?wait=true", "/v1/documents"] {
        for body in
            [&body, &json!({"url": "http://www.courier.test/pier/", "text": "Other words."})]
        {
            let answer = app.post(path, body).await;
            assert_eq!(
                (answer.status.as_u16(), &answer.problem()["type"]),
                (410, &json!("/problems/redacted"))
            );
        }
    }
    assert_eq!(app.get("/v1/jobs").await.expect(200)["items"], json!([]));
    let line = format!("{}\n", body);
    let batch =
        app.post_bytes("/v1/documents:batch", "application/x-ndjson", line.into_bytes()).await;
    let first = String::from_utf8(batch.body).unwrap();
    let first: Value = serde_json::from_str(first.lines().next().unwrap()).unwrap();
    assert_eq!(first["error"]["type"], "/problems/redacted", "{first}");
}

#[tokio::test]
async fn a_redaction_needs_a_reason_a_name_and_a_document() {
    let app = TestApp::new().await;
    let (id, _) = store(&app).await;
    let path = format!("/v1/documents/{id}:redact");
    for (body, pointer) in [
        (json!({"by": "desk"}), "#/reason"),
        (json!({"reason": " ", "by": "desk"}), "#/reason"),
        (json!({"reason": "asked for", "by": ""}), "#/by"),
        (json!({"reason": "asked for", "by": "desk", "quietly": true}), "#/quietly"),
    ] {
        let answer = app.post(&path, &body).await;
        assert_eq!(answer.status, 422, "{body}");
        assert_eq!(answer.problem()["errors"][0]["pointer"], pointer, "{body}");
    }
    app.get(&format!("/v1/documents/{id}")).await.expect(200);
    let unknown = "/v1/documents/01890000-0000-7000-8000-000000000000:redact";
    assert_eq!(app.post(unknown, &asked()).await.status, 404);
}

#[tokio::test]
async fn a_job_that_waited_meanwhile_keeps_no_word() {
    let app = TestApp::new().await;
    let (id, mut body) = store(&app).await;
    // Queued under another address; while it waits, the two are found to be one and are redacted.
    body["url"] = json!("https://courier.test/other");
    app.post("/v1/documents", &body).await.expect(202);
    app.client()
        .await
        .batch_execute(
            "update jobs set payload = jsonb_set(payload, '{text}', '\"Quoxwimble, once more.\"')",
        )
        .await
        .unwrap();
    app.post(&format!("/v1/documents/{id}:redact"), &asked()).await.expect(200);
    app.client()
        .await
        .batch_execute("update jobs set payload = jsonb_set(payload, '{url}', '\"https://courier.test/pier\"')")
        .await
        .unwrap();
    app.work().await;
    let job = app.get("/v1/jobs").await.expect(200)["items"][0].clone();
    assert_eq!((&job["state"], &job["attempts"]), (&json!("failed"), &json!(1)), "{job}");
    assert!(job["error"].as_str().unwrap().contains("redacted"), "{job}");
    let kept: i64 = app
        .client()
        .await
        .query_one(
            "select count(*) from jobs where payload::text ilike '%quoxwimble%' or attachment is not null",
            &[],
        )
        .await
        .unwrap()
        .get(0);
    assert_eq!(kept, 0);
}
