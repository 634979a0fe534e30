//! Pages that go, and come back.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::site::{Site, say};

const WORDS: &str = "The Harbour Board denied that the ferry Mirelle had sunk.";

/// A site with one article at `/ferry`, which answers as it is told to; `/old` redirects to it.
struct Quay {
    site: Site,
    answer: Arc<Mutex<&'static str>>,
    asked: Arc<AtomicUsize>,
    app: TestApp,
}

impl Quay {
    async fn new() -> Self {
        let answer = Arc::new(Mutex::new("200 OK"));
        let asked = Arc::new(AtomicUsize::new(0));
        let (told, counted) = (answer.clone(), asked.clone());
        let site = Site::start(move |request, mut stream| {
            let status = *told.lock().unwrap();
            counted.fetch_add(1, Ordering::SeqCst);
            async move {
                match (request.path.as_str(), status) {
                    ("/robots.txt" | "/nothing", _) => {
                        say(&mut stream, "404 Not Found", b"").await;
                    }
                    ("/old", _) => {
                        say(&mut stream, "301 Moved\r\nLocation: /ferry", b"").await;
                    }
                    (_, "200 OK") => {
                        let page = format!(
                            "<html><head><title>Ferry afloat</title>\
                             <link rel=canonical href=/ferry></head><body><article>\
                             <h1>Ferry afloat</h1><p>{WORDS}</p></article></body></html>"
                        );
                        let head = "200 OK\r\nContent-Type: text/html; charset=utf-8";
                        say(&mut stream, head, page.as_bytes()).await;
                    }
                    (_, status) => say(&mut stream, status, b"<p>Nothing here.</p>").await,
                }
            }
        })
        .await;
        let allowed = site.address.to_string();
        let app = TestApp::with(&["--fetch-allow", &allowed, "--fetch-pause", "1"]).await;
        Quay { site, answer, asked, app }
    }

    fn answers(&self, status: &'static str) {
        *self.answer.lock().unwrap() = status;
    }

    fn url(&self, path: &str) -> String {
        self.site.url("127.0.0.1", path).into()
    }

    async fn post(&self, path: &str) -> crate::support::app::Answer {
        self.app.post("/v1/documents?wait=true", &json!({"url": self.url(path)})).await
    }

    /// The job that fetches `path`, when it has ended.
    async fn job(&self, path: &str) -> Value {
        let queued = self.app.post("/v1/documents", &json!({"url": self.url(path)})).await;
        let queued = queued.expect(202);
        self.app.work().await;
        self.app.get(&format!("/v1/jobs/{}", queued["id"].as_str().unwrap())).await.expect(200)
    }

    async fn document(&self, id: &Value) -> Value {
        self.app.get(&format!("/v1/documents/{}", id.as_str().unwrap())).await.expect(200)
    }
}

#[tokio::test]
async fn a_page_that_is_gone_is_a_fact_with_a_time_and_its_trail_stays() {
    let quay = Quay::new().await;
    let first = quay.post("/ferry").await.expect(201);
    let id = &first["document"];
    assert_eq!(quay.document(id).await["removed_at"], Value::Null);

    quay.answers("404 Not Found");
    let removed = quay.post("/ferry").await.expect(200);
    assert_eq!((&removed["outcome"], &removed["document"]), (&json!("removed"), id));
    assert_eq!((&removed["extraction"], &removed["revision"]), (&Value::Null, &first["revision"]));
    let since = quay.document(id).await["removed_at"].clone();
    assert!(since.is_string());
    // Asked again, and by a job: the fact is the same, known since then.
    let job = quay.job("/ferry").await;
    assert_eq!((&job["state"], &job["result"]["outcome"]), (&json!("done"), &json!("removed")));
    let document = quay.document(id).await;
    assert_eq!((&document["removed_at"], &document["text"]), (&since, &json!(WORDS)));
    assert_eq!(document["removals"].as_array().unwrap().len(), 1);
    assert_eq!(quay.app.walk("/v1/documents?limit=1").await[0]["id"], *id);
    assert_eq!(quay.app.walk("/v1/claims?status=denied").await.len(), 1);
    let page = quay.app.get(&format!("/documents/{}", id.as_str().unwrap())).await;
    let page = String::from_utf8(page.body).unwrap();
    assert!(page.contains("which has answered 404 since"), "{page}");

    quay.answers("410 Gone");
    assert_eq!(quay.post("/ferry").await.expect(200)["outcome"], "removed");
    let document = quay.document(id).await;
    let statuses = |document: &Value| -> Vec<(Value, bool)> {
        let removals = document["removals"].as_array().unwrap().iter();
        removals.map(|it| (it["status"].clone(), it["superseded_at"].is_null())).collect()
    };
    assert_eq!(statuses(&document), [(json!(404), false), (json!(410), true)]);

    // Words posted from elsewhere do not say that the page is there; fetching it does.
    quay.app
        .post(
            "/v1/documents?wait=true",
            &json!({"url": quay.url("/ferry"), "text": WORDS, "title": "Ferry afloat"}),
        )
        .await
        .expect(200);
    assert!(quay.document(id).await["removed_at"].is_string());
    quay.answers("200 OK");
    assert_eq!(quay.post("/ferry").await.expect(200)["outcome"], "unchanged");
    let document = quay.document(id).await;
    assert_eq!(document["removed_at"], Value::Null);
    assert_eq!(statuses(&document), [(json!(404), false), (json!(410), false)]);
    // And so does a job.
    quay.answers("410 Gone");
    assert_eq!(quay.job("/ferry").await["result"]["outcome"], "removed");
    quay.answers("200 OK");
    assert_eq!(quay.job("/ferry").await["result"]["outcome"], "unchanged");
    assert_eq!(quay.document(id).await["removed_at"], Value::Null);
}

#[tokio::test]
async fn only_the_canonical_address_itself_says_that_a_page_is_gone() {
    let quay = Quay::new().await;
    let id = quay.post("/ferry").await.expect(201)["document"].clone();
    quay.post("/old").await.expect(200);

    // Nobody's address: nothing stood there.
    let answer = quay.post("/nothing").await;
    assert_eq!((answer.status.as_u16(), &answer.problem()["reason"]), (422, &json!("http_404")));
    let job = quay.job("/nothing").await;
    assert!(job["error"].as_str().unwrap().starts_with("http_404"), "{job}");
    // An alias that redirects to what is gone says nothing of itself, and neither do other failures.
    quay.answers("404 Not Found");
    assert_eq!(quay.post("/old").await.problem()["reason"], "http_404");
    for (status, reason) in
        [("503 Away", "http_503"), ("403 Forbidden", "http_403"), ("451 No", "http_451")]
    {
        quay.answers(status);
        assert_eq!(quay.post("/ferry").await.problem()["reason"], reason);
    }
    let document = quay.document(&id).await;
    assert_eq!((&document["removed_at"], &document["removals"]), (&Value::Null, &json!([])));
}

#[tokio::test]
async fn what_was_redacted_is_not_asked_for_again() {
    let quay = Quay::new().await;
    let id = quay.post("/ferry").await.expect(201)["document"].clone();
    // Asked for before, and still waiting: nothing of it is left either.
    quay.app.post("/v1/documents", &json!({"url": quay.url("/ferry")})).await.expect(202);
    let path = format!("/v1/documents/{}:redact", id.as_str().unwrap());
    quay.app.post(&path, &json!({"reason": "asked for", "by": "desk"})).await.expect(200);
    assert_eq!(quay.app.get("/v1/jobs").await.expect(200)["items"], json!([]));

    let asked = quay.asked.load(Ordering::SeqCst);
    assert_eq!(quay.post("/ferry").await.problem()["type"], "/problems/redacted");
    let answer = quay.app.post("/v1/documents", &json!({"url": quay.url("/ferry")})).await;
    assert_eq!(answer.problem()["type"], "/problems/redacted");
    // A job whose request came through all the same, as at that very moment, does not ask either.
    quay.app.post("/v1/documents", &json!({"url": quay.url("/nothing")})).await.expect(202);
    let change = format!(
        "update jobs set payload = jsonb_set(payload, '{{url}}', '\"{}\"')",
        quay.url("/ferry")
    );
    quay.app.client().await.batch_execute(&change).await.unwrap();
    quay.app.work().await;
    let job = quay.app.get("/v1/jobs").await.expect(200)["items"][0].clone();
    assert_eq!((&job["state"], &job["attempts"]), (&json!("failed"), &json!(1)), "{job}");
    assert!(job["error"].as_str().unwrap().starts_with("redacted"), "{job}");
    assert_eq!(quay.asked.load(Ordering::SeqCst), asked);
    // An alias that redirects there is asked once, and what comes is refused.
    assert_eq!(quay.post("/old").await.problem()["type"], "/problems/redacted");
}
