//! Hostile and mistaken requests: each gets a problem document with the right status.

use insta::assert_json_snapshot;
use reqwest::Method;
use serde_json::json;

use crate::support::app::{TestApp, send};

const JSON: &str = "application/json";

#[tokio::test]
async fn broken_json_is_told_with_its_place() {
    let app = TestApp::new().await;
    let answer = app.post_bytes("/v1/extract", JSON, b"{\"text\": \"a\",,}".to_vec()).await;
    assert_eq!(answer.status, 400);
    assert_json_snapshot!(answer.problem());
}

#[tokio::test]
async fn a_body_of_50_mb_is_refused_by_its_length() {
    let app = TestApp::new().await;
    let answer = app.post_bytes("/v1/extract", JSON, vec![b' '; 50 << 20]).await;
    assert_eq!(answer.status, 413);
    assert_json_snapshot!(answer.problem());
}

#[tokio::test]
async fn a_body_without_a_length_is_cut_off_at_the_limit() {
    let app = TestApp::with(&["--max-text-bytes", "1000"]).await;
    let chunks = futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b'a'; 400]));
    let request = app
        .request(Method::POST, "/v1/extract")
        .header("content-type", "text/plain")
        .body(reqwest::Body::wrap_stream(futures_util::StreamExt::take(chunks, 100)));
    let answer = send(request).await;
    assert_eq!(answer.status, 413);
    assert!(answer.problem()["detail"].as_str().unwrap().contains("1000 bytes"));
}

#[tokio::test]
async fn a_long_text_within_a_short_enough_body_is_refused_with_the_limit() {
    let app = TestApp::with(&["--max-text-bytes", "1000"]).await;
    let answer = app.post("/v1/extract", &json!({"text": "a ".repeat(501)})).await;
    assert_eq!(answer.status, 413);
    assert_json_snapshot!(answer.problem());
    app.post("/v1/extract", &json!({"text": "a ".repeat(500)})).await.expect(200);
}

#[tokio::test]
async fn nesting_of_100_000_is_refused() {
    let app = TestApp::new().await;
    for body in ["[".repeat(100_000), format!("{{\"text\":{}", "{\"a\":".repeat(100_000))] {
        let answer = app.post_bytes("/v1/extract", JSON, body.into_bytes()).await;
        assert_eq!(answer.status, 400);
        let detail = answer.problem()["detail"].to_string();
        assert!(detail.contains("recursion limit exceeded"), "{detail}");
    }
}

#[tokio::test]
async fn invalid_utf_8_is_told_with_its_place() {
    let app = TestApp::new().await;
    let answer = app.post_bytes("/v1/extract", JSON, b"{\"text\":\"a\xff\"}".to_vec()).await;
    assert_eq!(answer.status, 400);
    assert_json_snapshot!(answer.problem());
}

#[tokio::test]
async fn a_wrong_type_is_refused_with_its_field() {
    let app = TestApp::new().await;
    let answer = app.post("/v1/extract", &json!({"text": ["a"]})).await;
    assert_eq!(answer.status, 422);
    assert_json_snapshot!(answer.problem());
}

#[tokio::test]
async fn an_unknown_field_is_refused_with_the_known_ones() {
    let app = TestApp::new().await;
    let answer = app.post("/v1/extract", &json!({"text": "a", "body": "b"})).await;
    assert_eq!(answer.status, 422);
    assert_json_snapshot!(answer.problem());
}

#[tokio::test]
async fn a_cursor_that_no_list_gave_is_refused() {
    let app = TestApp::new().await;
    let answer = app.get("/v1/claims?cursor=nonsense").await;
    assert_eq!(answer.status, 400);
    assert_json_snapshot!(answer.problem());
    for list in ["documents", "rebuttals", "statements", "actors", "outlets", "jobs"] {
        for cursor in ["nonsense", "AAAA", "%F0%9F%9A%A2", ""] {
            let answer = app.get(&format!("/v1/{list}?cursor={cursor}")).await;
            assert_eq!(answer.status, 400, "{list} {cursor}");
            assert_eq!(answer.problem()["errors"][0]["parameter"], "cursor", "{list} {cursor}");
        }
    }
}

/// A colon at the end of a path begins a verb; anywhere else it is part of an id that is none.
#[tokio::test]
async fn a_colon_in_an_id_is_a_bad_id_unless_it_begins_a_verb() {
    let app = TestApp::new().await;
    for (path, status) in [
        ("/v1/claims/:a/timeline", 400),
        ("/v1/claims/%3A%C2%A6/timeline", 400),
        ("/v1/claims/%3Aa", 400),
        ("/v1/claims/01890000-0000-7000-8000-000000000000:merged", 404),
        ("/v1/jobs/01890000-0000-7000-8000-000000000000:retry", 405),
    ] {
        let answer = app.get(path).await;
        assert_eq!(answer.status, status, "{path}");
        let problem = answer.problem();
        assert_eq!(problem["errors"].is_array(), status == 400, "{path}: {problem}");
    }
    for path in ["/v1/jobs/x:retry", "/v1/jobs/%3Ax:retry", "/v1/documents/null,null:redact"] {
        let body = json!({ "by": "desk", "reason": "asked for" });
        assert_eq!(app.post(path, &body).await.status, 400, "{path}");
    }
}

#[tokio::test]
async fn a_bad_uuid_is_refused_and_an_unknown_one_is_not_found() {
    let app = TestApp::new().await;
    let answer = app.get("/v1/claims/42").await;
    assert_eq!(answer.status, 400);
    assert_json_snapshot!(answer.problem());
    let id = "01890000-0000-7000-8000-000000000000";
    for one in [
        "claims/{id}",
        "claims/{id}/timeline",
        "claims/{id}/appearances",
        "claims/{id}/rebuttals",
        "documents/{id}",
        "documents/{id}/statements",
        "documents/{id}/revisions",
        "documents/{id}/revisions/1",
        "documents/{id}/difference?from=1&to=2",
        "rebuttals/{id}",
        "statements/{id}",
        "actors/{id}",
        "outlets/{id}",
        "jobs/{id}",
    ] {
        let path = format!("/v1/{}", one.replace("{id}", id));
        let answer = app.get(&path).await;
        assert_eq!(answer.status, 404, "{path}");
        let problem = answer.problem();
        assert_eq!(problem["type"], "/problems/not-found", "{path}");
        assert!(problem["detail"].as_str().unwrap().contains(id), "{path}");
        assert_eq!(app.get(&path.replace(id, "42")).await.status, 400, "{path}");
    }
}

#[tokio::test]
async fn an_unknown_parameter_is_refused_with_the_known_ones() {
    let app = TestApp::new().await;
    let answer = app.get("/v1/claims?stauts=denied").await;
    assert_eq!(answer.status, 400);
    assert_json_snapshot!(answer.problem());
    let answer = app.get("/v1/claims/01890000-0000-7000-8000-000000000000?x=1").await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn parameters_out_of_range_are_refused_by_name() {
    let app = TestApp::new().await;
    for (query, name) in [
        ("limit=201", "limit"),
        ("limit=0", "limit"),
        ("limit=ten", "limit"),
        ("status=untrue", "status"),
        ("sort=worst", "sort"),
        ("min_confidence=1.5", "min_confidence"),
        ("from=20189-01-01T00:00:00Z", "from"),
        ("as_of=yesterday", "as_of"),
        ("to=2026-01-01&from=2026-01-02", "to"),
        ("q=", "q"),
        ("q=a%00b", "q"),
        ("q=%ff", "q"),
        ("limit=1&limit=2", "limit"),
    ] {
        let answer = app.get(&format!("/v1/claims?{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
        assert_eq!(answer.problem()["errors"][0]["parameter"], name, "{query}");
    }
    let answer = app.get("/v1/claims?limit=201").await;
    assert_json_snapshot!(answer.problem());
}

#[tokio::test]
async fn a_year_of_five_digits_is_refused_where_it_stands() {
    let app = TestApp::new().await;
    let body = json!({"text": "The pier is closed.", "published_at": "20189-01-01T00:00:00Z"});
    let answer = app.post("/v1/extract", &body).await;
    assert_eq!(answer.status, 422);
    assert_json_snapshot!(answer.problem());
}

#[tokio::test]
async fn an_empty_text_is_refused_with_its_field() {
    let app = TestApp::new().await;
    for text in ["", " \u{a0}\n\t "] {
        let answer = app.post("/v1/extract", &json!({"text": text})).await;
        assert_eq!(answer.status, 422);
        assert_eq!(
            answer.problem()["errors"],
            json!([{"pointer": "#/text", "detail": "must not be empty"}])
        );
    }
    let answer = app.post_bytes("/v1/extract", "text/plain", b"\r\n".to_vec()).await;
    assert_eq!(answer.status, 422);
    assert_eq!(answer.problem()["errors"][0]["pointer"], "#");
}

#[tokio::test]
async fn a_nul_is_refused_with_its_field() {
    let app = TestApp::new().await;
    let answer = app.post("/v1/extract", &json!({"text": "a", "title": "b\0"})).await;
    assert_eq!(answer.status, 422);
    assert_eq!(
        answer.problem()["errors"],
        json!([{"pointer": "#/title", "detail": "must not contain U+0000"}])
    );
}

#[tokio::test]
async fn neither_words_nor_both_kinds_of_words_are_a_document() {
    let app = TestApp::new().await;
    for (body, pointer) in [
        (json!({}), "#/text"),
        (json!({"title": "Pier closed"}), "#/text"),
        (json!({"text": "a", "html": "<p>a"}), "#/html"),
        (json!({"text": "a", "url": "ftp://courier.test/a"}), "#/url"),
        (json!({"text": "a", "url": "not an address"}), "#/url"),
        (json!({"text": "a", "language": "no such tag"}), "#/language"),
        (json!({"text": "a", "title": " "}), "#/title"),
        (json!({"text": "a", "outlet": "o".repeat(201)}), "#/outlet"),
        (json!({"html": "<p></p>"}), "#/html"),
    ] {
        let answer = app.post("/v1/extract", &body).await;
        assert_eq!(answer.status, 422, "{body}");
        assert_eq!(answer.problem()["errors"][0]["pointer"], pointer, "{body}");
    }
}

#[tokio::test]
async fn an_address_alone_is_not_fetched() {
    let app = TestApp::new().await;
    let answer = app.post("/v1/extract", &json!({"url": "https://courier.test/pier"})).await;
    assert_eq!(answer.status, 422);
    assert_json_snapshot!(answer.problem());
}

#[tokio::test]
async fn other_content_types_and_codings_are_refused() {
    let app = TestApp::new().await;
    let form = "application/x-www-form-urlencoded";
    for media_type in [form, "application/pdf", "nonsense", "application/json; charset=latin1"] {
        let answer = app.post_bytes("/v1/extract", media_type, b"{}".to_vec()).await;
        assert_eq!(answer.status, 415, "{media_type}");
        answer.problem();
    }
    let untyped = send(app.request(Method::POST, "/v1/extract").body("{}")).await;
    assert_eq!(untyped.status, 415);
    assert_json_snapshot!(untyped.problem());
    let coded = app
        .request(Method::POST, "/v1/extract")
        .header("content-type", JSON)
        .header("content-encoding", "gzip")
        .body("{}");
    assert_eq!(send(coded).await.status, 415);
}

#[tokio::test]
async fn another_method_is_told_the_allowed_ones() {
    let app = TestApp::new().await;
    let answer = send(app.request(Method::DELETE, "/v1/extract")).await;
    assert_eq!(answer.status, 405);
    assert_eq!(answer.header("allow"), "POST");
    assert_json_snapshot!(answer.problem());
    let answer = send(app.request(Method::PUT, "/healthz")).await;
    assert_eq!(answer.header("allow"), "GET, HEAD");
}

#[tokio::test]
async fn an_unknown_route_is_a_problem_too() {
    let app = TestApp::new().await;
    for path in ["/v1/nothing", "/v1/extract/", "/%00", "/v1/claims/%ff/timeline/x"] {
        let answer = app.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.problem()["type"], "/problems/unknown-route", "{path}");
    }
}

#[tokio::test]
async fn a_foreign_host_and_another_sites_write_are_refused() {
    let app = TestApp::new().await;
    let answer = send(app.request(Method::GET, "/healthz").header("host", "evil.test")).await;
    assert_eq!(answer.status, 421);
    assert_json_snapshot!(answer.problem());
    let answer = send(
        app.request(Method::POST, "/v1/extract")
            .header("content-type", "text/plain")
            .header("origin", "https://evil.test")
            .body("The pier is closed."),
    )
    .await;
    assert_eq!(answer.status, 403);
    assert_json_snapshot!(answer.problem());
}

#[tokio::test]
async fn every_kind_of_problem_has_its_page() {
    let app = TestApp::new().await;
    let list = String::from_utf8(app.get("/problems").await.body).unwrap();
    for kind in claimtrail::api::problem::ProblemKind::ALL {
        let answer = app.get(&kind.type_uri()).await;
        assert_eq!(answer.status, 200);
        let page = String::from_utf8(answer.body).unwrap();
        assert!(page.contains(kind.title()), "{page}");
        assert!(list.contains(&format!("href=\"{}\"", kind.type_uri())));
    }
    assert_eq!(app.get("/problems/none").await.problem()["status"], 404);
}
