//! Documents posted as an address alone.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::site::{Site, say};

const WORDS: &str = "The Harbour Board denied that the ferry Mirelle had sunk.";

/// A request: its path, and the mark that was sent along.
type Asked = (String, Option<String>);

/// A news site: an article with its AMP page and an old address that redirects, and pages that fail.
struct News {
    site: Site,
    asked: Arc<Mutex<Vec<Asked>>>,
    away: Arc<AtomicBool>,
}

impl News {
    async fn new() -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let away = Arc::new(AtomicBool::new(false));
        let (kept, is_away) = (asked.clone(), away.clone());
        let site = Site::start(move |request, mut stream| {
            let (kept, is_away) = (kept.clone(), is_away.clone());
            async move {
                let stream = &mut stream;
                let mark = request.headers.get("if-none-match").cloned();
                kept.lock().unwrap().push((request.path.clone(), mark.clone()));
                let html = "200 OK\r\nContent-Type: text/html; charset=utf-8";
                match request.path.as_str() {
                    "/robots.txt" => say(stream, "404 Not Found", b"").await,
                    _ if is_away.load(Ordering::SeqCst) => say(stream, "503 Away", b"").await,
                    "/old" => say(stream, "301 Moved\r\nLocation: /ferry", b"").await,
                    "/ferry" if mark.is_some() => say(stream, "304 Not Modified", b"").await,
                    "/ferry" | "/ferry/amp" => {
                        let page = format!(
                            "<html><head><title>Ferry afloat</title><link rel=canonical href=/ferry></head>\
                             <body><article><h1>Ferry afloat</h1><p>{WORDS}</p></article></body></html>"
                        );
                        say(stream, &format!("{html}\r\nETag: \"f1\""), page.as_bytes()).await;
                    }
                    "/inside" => {
                        say(stream, "302 Found\r\nLocation: http://169.254.169.254/", b"").await;
                    }
                    "/pictures" => say(stream, html, b"<html><body><img src=a.png></body></html>").await,
                    "/gone" => say(stream, "410 Gone", b"").await,
                    _ => say(stream, "404 Not Found", b"<p>Nothing here.</p>").await,
                }
            }
        })
        .await;
        News { site, asked, away }
    }

    fn url(&self, path: &str) -> String {
        self.site.url("127.0.0.1", path).into()
    }

    async fn app(&self) -> TestApp {
        let allowed = self.site.address.to_string();
        TestApp::with(&["--fetch-allow", &allowed, "--fetch-pause", "1"]).await
    }

    /// Where `path` was asked for, the marks that were sent along.
    fn marks(&self, path: &str) -> Vec<Option<String>> {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|(asked, _)| asked == path).map(|(_, mark)| mark.clone()).collect()
    }
}

#[tokio::test]
async fn one_document_however_it_is_reached() {
    let news = News::new().await;
    let app = news.app().await;
    let post = async |path: &str| {
        app.post("/v1/documents?wait=true", &json!({"url": news.url(path)})).await
    };
    let first = post("/old").await.expect(201);
    assert_eq!(first["extraction"]["document"]["url"], news.url("/ferry"));
    assert_eq!(first["extraction"]["document"]["title"], "Ferry afloat");
    assert_eq!(first["extraction"]["claims"][0]["denials"].as_array().unwrap().len(), 1);
    for path in ["/ferry", "/old", "/ferry/amp", "/ferry?utm_source=feed"] {
        let again = if path.contains('?') {
            app.post(
                "/v1/documents?wait=true",
                &json!({"url": news.url(path), "text": WORDS, "title": "Ferry afloat"}),
            )
            .await
        } else {
            post(path).await
        };
        let again = again.expect(200);
        assert_eq!(
            (&again["outcome"], &again["document"]),
            (&json!("unchanged"), &first["document"])
        );
        let found =
            app.get(&format!("/v1/documents?url={}", news.url(path).replace('?', "%3F"))).await;
        assert_eq!(found.expect(200)["items"][0]["id"], first["document"], "{path}");
    }
    assert_eq!(app.get("/v1/documents").await.expect(200)["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_job_fetches_and_asks_later_only_whether_something_changed() {
    let news = News::new().await;
    let app = news.app().await;
    let fetch = async || -> Value {
        let queued = app.post("/v1/documents", &json!({"url": news.url("/old")})).await.expect(202);
        assert_eq!(
            (&queued["kind"], &queued["state"]),
            (&json!("fetch_document"), &json!("queued"))
        );
        app.work().await;
        app.get(&format!("/v1/jobs/{}", queued["id"].as_str().unwrap())).await.expect(200)
    };
    let first = fetch().await;
    assert_eq!((&first["state"], &first["result"]["outcome"]), (&json!("done"), &json!("created")));
    let again = fetch().await;
    assert_eq!(again["result"]["outcome"], "unchanged");
    assert_eq!(again["result"]["document"], first["result"]["document"]);
    assert_eq!(news.marks("/ferry"), [None, Some("\"f1\"".to_owned())]);

    // Other words came to stand there: the mark no longer speaks of what is stored.
    let changed = json!({"url": news.url("/ferry"), "text": "The Harbour Board said nothing."});
    app.post("/v1/documents?wait=true", &changed).await.expect(200);
    assert_eq!(fetch().await["result"]["outcome"], "revised");
    assert_eq!(news.marks("/ferry")[2], None);
}

#[tokio::test]
async fn a_job_tries_again_what_may_pass_and_nothing_else() {
    let news = News::new().await;
    let app = news.app().await;
    let fetch = async |path: &str| -> Value {
        let queued = app.post("/v1/documents", &json!({"url": news.url(path)})).await.expect(202);
        app.work().await;
        app.get(&format!("/v1/jobs/{}", queued["id"].as_str().unwrap())).await.expect(200)
    };
    for (path, name) in [
        ("/missing", "http_404: "),
        ("/gone", "gone: "),
        ("/inside", "inside_address: "),
        ("/pictures", "unreadable: "),
    ] {
        let job = fetch(path).await;
        assert_eq!((&job["state"], &job["attempts"]), (&json!("failed"), &json!(1)), "{job}");
        assert!(job["error"].as_str().unwrap().starts_with(name), "{job}");
    }
    news.away.store(true, Ordering::SeqCst);
    let job = fetch("/ferry").await;
    assert_eq!((&job["state"], &job["attempts"]), (&json!("queued"), &json!(1)), "{job}");
    assert!(job["error"].as_str().unwrap().starts_with("http_503: "), "{job}");
    assert!(job["run_after"].as_str() > job["recorded_at"].as_str());
}

#[tokio::test]
async fn a_page_is_extracted_from_its_address_and_nothing_is_stored() {
    let news = News::new().await;
    let app = news.app().await;
    let answer = app.post("/v1/extract", &json!({"url": news.url("/old"), "title": "Given"})).await;
    let extraction = answer.expect(200);
    assert_eq!(extraction["document"]["title"], "Given");
    assert_eq!(extraction["document"]["text"], WORDS);
    assert_eq!(app.get("/v1/documents").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn what_an_address_fails_with_is_named() {
    let news = News::new().await;
    let app = news.app().await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (url, status, reason) in [
        (news.url("/missing"), 422, "http_404"),
        (news.url("/gone"), 422, "gone"),
        (news.url("/pictures"), 422, "unreadable"),
        (news.url("/inside"), 422, "inside_address"),
        (format!("http://{closed}/"), 422, "inside_address"),
        ("http://2130706433/".to_owned(), 422, "inside_address"),
        ("http://localhost:5432/".to_owned(), 422, "inside_address"),
        ("https://n.test:22/".to_owned(), 422, "bad_address"),
        (news.url("/a").replace("http:", "https:"), 502, "tls"),
    ] {
        for path in ["/v1/extract", "/v1/documents?wait=true"] {
            let answer = app.post(path, &json!({"url": url})).await;
            assert_eq!(answer.status, status, "{url} {:?}", answer.json());
            let problem = answer.problem();
            assert_eq!(problem["reason"], reason, "{url}");
            assert_eq!(problem["errors"][0]["pointer"], "#/url");
        }
    }
    news.away.store(true, Ordering::SeqCst);
    let answer = app.post("/v1/extract", &json!({"url": news.url("/ferry")})).await;
    assert_eq!(
        (answer.status.as_u16(), answer.problem()["reason"].clone()),
        (502, json!("http_503"))
    );
    assert_eq!(app.get("/v1/documents").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn fetching_can_be_switched_off() {
    let app = TestApp::new().await;
    for path in ["/v1/extract", "/v1/documents", "/v1/documents?wait=true"] {
        let answer = app.post(path, &json!({"url": "https://courier.test/pier"})).await;
        assert_eq!(answer.status, 422, "{path}");
        assert_eq!(answer.problem()["type"], "/problems/fetching-unavailable");
        assert_eq!(answer.problem()["reason"], "fetching_off");
    }
    assert_eq!(app.get("/v1/jobs").await.expect(200)["items"], json!([]));
}
