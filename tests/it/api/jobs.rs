//! Jobs over HTTP: what failed is shown and can be tried again, and requests can be followed into their jobs.

use reqwest::Method;
use serde_json::json;

use crate::support::app::{TestApp, send};

#[tokio::test]
async fn a_failed_job_is_listed_with_its_error_and_tried_again_when_asked() {
    let app = TestApp::new().await;
    let body = json!({"text": "The Harbour Ministry has denied that the east pier is closed."});
    let job = app.post("/v1/documents", &body).await.expect(202);
    let path = format!("/v1/jobs/{}", job["id"].as_str().unwrap());
    let retry = format!("{path}:retry");

    let refused = send(app.request(Method::POST, &retry)).await;
    assert_eq!(refused.status, 409);
    assert_eq!(refused.problem()["type"], "/problems/job-not-failed");
    assert!(refused.problem()["detail"].as_str().unwrap().ends_with("is queued."));

    let client = app.database().client().await;
    let failed =
        "update jobs set state = 'failed', error = 'no luck', attempts = 5, finished_at = now()";
    client.execute(failed, &[]).await.unwrap();
    let listed = app.get("/v1/jobs?state=failed").await.expect(200);
    assert_eq!(listed["items"][0]["id"], job["id"]);
    assert_eq!(listed["items"][0]["error"], "no luck");

    let again = send(app.request(Method::POST, &retry)).await.expect(202);
    assert_eq!((&again["state"], &again["attempts"]), (&json!("queued"), &json!(0)));
    app.work().await;
    let done = app.get(&path).await.expect(200);
    assert_eq!((&done["state"], &done["error"]), (&json!("done"), &json!(null)));
    let unknown = "/v1/jobs/01890000-0000-7000-8000-000000000000:retry";
    assert_eq!(send(app.request(Method::POST, unknown)).await.status, 404);
}

#[tokio::test]
async fn a_job_names_the_request_that_asked_for_it() {
    let app = TestApp::new().await;
    let id = "0193f3a2-7e1c-4c5b-9c39-0a1b2c3d4e5f";
    let post = |given: &str| {
        let request = app.request(Method::POST, "/v1/documents").header("x-request-id", given);
        send(request.json(&json!({"text": "The pier is closed."})))
    };
    let posted = post(id).await;
    assert_eq!(posted.header("x-request-id"), id);
    assert_eq!(posted.expect(202)["request_id"], id);
    let posted = post("a word of the client's").await;
    let own = posted.header("x-request-id").to_owned();
    assert_eq!(own.len(), 36);
    assert_eq!(posted.expect(202)["request_id"], own);
}
