//! Health, documentation and what every answer wears.

use reqwest::Method;

use crate::support::app::{TestApp, send};

#[tokio::test]
async fn health_asks_nobody() {
    let app = TestApp::new().await;
    let answer = app.get("/healthz").await;
    assert_eq!(answer.expect(200)["status"], "ok");
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn readiness_asks_postgres() {
    let app = TestApp::new().await;
    assert_eq!(app.get("/readyz").await.expect(200)["status"], "ok");
}

#[tokio::test]
async fn without_postgres_it_says_so_and_does_not_tell_why() {
    let app = TestApp::without_postgres().await;
    app.get("/healthz").await.expect(200);
    let metrics = String::from_utf8(app.get("/metrics").await.body).unwrap();
    assert!(metrics.contains("claimtrail_postgres_up 0\n"), "{metrics}");
    assert!(!metrics.contains("claimtrail_queue"), "{metrics}");
    app.post("/v1/extract", &serde_json::json!({"text": "The pier is closed."})).await.expect(200);
    for path in ["/readyz", "/v1/claims", "/v1/claims/01890000-0000-7000-8000-000000000000"] {
        let answer = app.get(path).await;
        assert_eq!(answer.status, 503, "{path}");
        assert_eq!(answer.header("retry-after"), "5", "{path}");
        let problem = answer.problem();
        assert_eq!(problem["type"], "/problems/database-unavailable", "{path}");
        assert!(!problem.to_string().contains("nowhere"), "{problem}");
    }
}

#[tokio::test]
async fn every_answer_has_an_id_and_its_guards() {
    let app = TestApp::new().await;
    for path in ["/healthz", "/docs", "/openapi.json", "/nothing", "/problems"] {
        let answer = app.get(path).await;
        assert_eq!(answer.header("x-request-id").len(), 36, "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
        assert_eq!(answer.header("server"), "", "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
    }
}

#[tokio::test]
async fn the_documentation_shows_every_path_and_loads_nothing_from_elsewhere() {
    let app = TestApp::new().await;
    let document = app.get("/openapi.json").await.expect(200);
    let page = String::from_utf8(app.get("/docs").await.body).unwrap();
    for path in document["paths"].as_object().unwrap().keys() {
        assert!(page.contains(&format!("<code>{path}</code>")), "{path}");
    }
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        assert!(page.contains(&format!("id=\"shape-{name}\"")), "{name}");
    }
    assert!(!page.contains("<script") && !page.contains("src="), "{page}");
    assert_eq!(page.matches("rel=\"stylesheet\"").count(), 1);
    let style = app.get("/style.css").await;
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
    assert!(!String::from_utf8(style.body).unwrap().contains("url("));
}

#[tokio::test]
async fn the_document_is_not_sent_twice_to_who_has_it() {
    let app = TestApp::new().await;
    let first = app.get("/openapi.json").await;
    let again = app.request(Method::GET, "/openapi.json");
    let again = send(again.header("if-none-match", first.header("etag"))).await;
    assert_eq!(again.status, 304);
    assert!(again.body.is_empty());
    assert_eq!(again.header("etag"), first.header("etag"));
}

#[tokio::test]
async fn head_answers_as_get_without_the_body() {
    let app = TestApp::new().await;
    let whole = app.get("/openapi.json").await;
    let head = send(app.request(Method::HEAD, "/openapi.json")).await;
    assert_eq!(head.status, 200);
    assert!(head.body.is_empty());
    assert_eq!(head.header("etag"), whole.header("etag"));
    assert_eq!(head.header("content-length"), whole.body.len().to_string());
}

#[tokio::test]
async fn the_sign_of_the_pages_is_served_from_here() {
    let app = TestApp::new().await;
    let icon = app.get("/favicon.ico").await;
    assert_eq!(icon.header("content-type"), "image/svg+xml");
    assert!(String::from_utf8(icon.body).unwrap().starts_with("<svg "));
}
