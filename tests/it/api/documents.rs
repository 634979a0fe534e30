//! Documents over HTTP: posted at once or through a job, the same again, changed, listed.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::app::{TestApp, send};
use crate::support::client::unfollowing;

fn article(number: usize) -> Value {
    json!({
        "text": format!("The Harbour Ministry has denied that pier {number} is closed."),
        "title": format!("Pier {number}"),
        "url": format!("https://courier.test/pier/{number}"),
        "published_at": format!("2026-03-{:02}T08:30:00Z", number + 1),
    })
}

#[tokio::test]
async fn a_document_that_is_waited_for_is_stored_and_answered_with_its_extraction() {
    let app = TestApp::new().await;
    let answer = app.post("/v1/documents?wait=true", &article(1)).await;
    let stored = answer.expect(201);
    let id = stored["document"].as_str().unwrap();
    assert_eq!(stored["outcome"], "created");
    assert_eq!(answer.header("location"), format!("/v1/documents/{id}"));
    assert_eq!(stored["extraction"]["document"]["id"], id);

    let document = app.get(answer.header("location")).await.expect(200);
    for field in ["title", "url", "text", "language", "sha256", "published_at"] {
        assert_eq!(document[field], stored["extraction"]["document"][field], "{field}");
    }
    assert_eq!(document["revision"], stored["revision"]);
    assert_eq!(document["revision_number"], 1);
    assert_eq!(document["outlet"]["domain"], "courier.test");
    assert_eq!(document["revisions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn claims_are_stored_with_how_much_they_deserve_a_check_and_found_by_it() {
    let app = TestApp::new().await;
    let text = "Mayor Tessa Orlo said that the city had sold 300 ferries for 40 million crowns.";
    let answer = app.post("/v1/documents?wait=true", &json!({ "text": text })).await;
    let extracted = answer.expect(201)["extraction"]["claims"][0]["check_worthiness"].clone();
    let score = extracted.as_f64().expect("a number");
    assert!((0.5..=1.0).contains(&score), "{score}");
    let found =
        async |least: f64| app.walk(&format!("/v1/claims?min_check_worthiness={least:.3}")).await;
    let claims = found(score - 0.01).await;
    assert_eq!(claims.len(), 1);
    assert_eq!(claims[0]["check_worthiness"], extracted);
    assert!(found(score + 0.01).await.is_empty());
}

#[tokio::test]
async fn a_document_that_is_not_waited_for_becomes_a_job() {
    let app = TestApp::new().await;
    let answer = app.post("/v1/documents", &article(1)).await;
    let job = answer.expect(202);
    assert_eq!(job["state"], "queued");
    let address = answer.header("location").to_owned();
    assert_eq!(address, format!("/v1/jobs/{}", job["id"].as_str().unwrap()));
    assert_eq!(app.get("/v1/documents").await.expect(200)["items"], json!([]));

    app.work().await;
    let job = app.get(&address).await.expect(200);
    assert_eq!(job["state"], "done");
    assert_eq!(job["result"]["outcome"], "created");
    let id = job["result"]["document"].as_str().unwrap();
    assert_eq!(app.get(&format!("/v1/documents/{id}")).await.expect(200)["title"], "Pier 1");
    let done = app.get("/v1/jobs?state=done").await.expect(200);
    assert_eq!(done["items"], json!([job]));
    assert_eq!(app.get("/v1/jobs?state=queued").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_before_it_is_queued() {
    let app = TestApp::new().await;
    for body in [json!({"text": " "}), json!({"html": "<p></p>"}), json!({"text": "a", "x": 1})] {
        assert_eq!(app.post("/v1/documents", &body).await.status, 422, "{body}");
    }
    let answer = app.post("/v1/documents", &json!({"url": "https://courier.test/a"})).await;
    assert_eq!(answer.problem()["type"], "/problems/fetching-unavailable");
    assert_eq!(app.post("/v1/documents?wait=yes", &article(1)).await.status, 400);
    assert_eq!(app.get("/v1/jobs").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn sixteen_posts_at_once_make_one_document() {
    let app = TestApp::new().await;
    let body = article(1);
    let posts = (0..16).map(|_| app.post("/v1/documents?wait=true", &body));
    let answers = futures_util::future::join_all(posts).await;
    let outcomes =
        |outcome: &str| answers.iter().filter(|answer| answer.json()["outcome"] == outcome).count();
    assert_eq!((outcomes("created"), outcomes("unchanged")), (1, 15));
    let first = &answers[0].json()["document"];
    assert!(answers.iter().all(|answer| answer.json()["document"] == *first));
    assert_eq!(app.walk("/v1/documents?limit=1").await.len(), 1);
}

#[tokio::test]
async fn a_changed_text_is_a_new_revision_with_its_difference() {
    let app = TestApp::new().await;
    let first = app.post("/v1/documents?wait=true", &article(1)).await.expect(201);
    let mut body = article(1);
    body["text"] = json!("Correction.\nThe Harbour Ministry has denied that pier 1 is closed.");
    let second = app.post("/v1/documents?wait=true", &body).await.expect(200);
    assert_eq!(second["outcome"], "revised");
    assert_eq!(second["document"], first["document"]);
    assert_ne!(second["revision"], first["revision"]);

    let base = format!("/v1/documents/{}", first["document"].as_str().unwrap());
    let revisions = app.get(&format!("{base}/revisions")).await.expect(200);
    assert_eq!(revisions["items"][0]["id"], first["revision"]);
    assert_eq!(revisions["items"][1]["superseded_at"], Value::Null);
    assert_eq!(revisions["items"][0]["superseded_at"], revisions["items"][1]["recorded_at"],);
    let difference = app.get(&format!("{base}/difference?from=1&to=2")).await.expect(200);
    let note = json!({"start": 0, "end": 11, "quote": "Correction."});
    assert_eq!(difference["changes"], json!([{"kind": "added", "before": null, "after": note}]),);
    let words = app.get(&format!("{base}/revisions/2")).await.expect(200);
    assert_eq!((&words["id"], &words["text"]), (&second["revision"], &body["text"]));
    assert_eq!(app.get(&format!("{base}/revisions/3")).await.status, 404);
    assert_eq!(app.get(&format!("{base}/revisions/0")).await.status, 400);
    assert_eq!(app.get(&format!("{base}/difference?from=1&to=3")).await.status, 404);
    assert_eq!(app.get(&format!("{base}/difference?from=0&to=2")).await.status, 400);
}

#[tokio::test]
async fn a_page_whose_surroundings_changed_is_no_new_revision() {
    let app = TestApp::new().await;
    let page = |title: &str, around: &str, words: &str| {
        json!({"url": "https://courier.test/pier", "html": format!(
            "<html><head><title>{title}</title><meta name=build content='{around}'></head><body>\
             <nav>{around}</nav><article><h1>{title}</h1><p>{words}</p></article>\
             <aside class=related><a href=/x>{around}</a></aside><script>var a = '{around}'</script>\
             </body></html>")})
    };
    let words = "The Harbour Ministry has denied that the pier is closed.";
    let outcome = async |page: Value| {
        app.post("/v1/documents?wait=true", &page).await.json()["outcome"].clone()
    };
    assert_eq!(outcome(page("Pier", "Monday", words)).await, "created");
    assert_eq!(outcome(page("Pier", "Tuesday, other links", words)).await, "unchanged");
    assert_eq!(outcome(page("Pier open", "Tuesday", words)).await, "revised");
    assert_eq!(
        outcome(page("Pier open", "Tuesday", &format!("{words} It rained."))).await,
        "revised"
    );
}

#[tokio::test]
async fn a_document_is_not_sent_twice_to_who_has_it() {
    let app = TestApp::new().await;
    let stored = app.post("/v1/documents?wait=true", &article(1)).await;
    let path = stored.header("location");
    let first = app.get(path).await;
    assert!(first.header("etag").starts_with('"'));
    let ask = || app.request(Method::GET, path).header("if-none-match", first.header("etag"));
    let again = send(ask()).await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    let mut changed = article(1);
    changed["title"] = json!("Pier 1, once more");
    app.post("/v1/documents?wait=true", &changed).await.expect(200);
    assert_eq!(send(ask()).await.status, 200);
}

#[tokio::test]
async fn the_list_is_walked_page_by_page_while_documents_are_added() {
    let app = TestApp::new().await;
    for number in 0..7 {
        app.post("/v1/documents?wait=true", &article(number)).await.expect(201);
    }
    let all: Vec<_> = app.walk("/v1/documents?limit=200").await;
    let ids = |items: &[Value]| items.iter().map(|item| item["id"].clone()).collect::<Vec<_>>();
    let first = app.get("/v1/documents?limit=3").await.expect(200);
    app.post("/v1/documents?wait=true", &article(7)).await.expect(201);
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = app.walk_from("/v1/documents?limit=3", Some(cursor)).await;
    let mut walked = ids(first["items"].as_array().unwrap());
    walked.extend(ids(&rest));
    assert_eq!(walked, ids(&all));
}

#[tokio::test]
async fn documents_are_filtered() {
    let app = TestApp::new().await;
    for number in 0..4 {
        app.post("/v1/documents?wait=true", &article(number)).await.expect(201);
    }
    for (query, expected) in [
        ("q=%22pier%202%22", 1),
        ("outlet=courier.test", 4),
        ("outlet=elsewhere.test", 0),
        ("language=en", 4),
        ("language=de", 0),
        ("url=https://courier.test/pier/3", 1),
        ("from=2026-03-03", 2),
        ("to=2026-03-03", 2),
        ("from=2026-03-02T08:30:00Z&to=2026-03-02T08:30:01Z", 1),
    ] {
        let items = app.walk(&format!("/v1/documents?{query}")).await;
        assert_eq!(items.len(), expected, "{query}");
    }
    assert_eq!(app.get("/v1/documents?from=2026-03-03&to=2026-03-02").await.status, 400);
    let outlets = app.get("/v1/outlets").await.expect(200);
    assert_eq!(outlets["items"][0]["documents"], 4);
    let id = outlets["items"][0]["id"].as_str().unwrap();
    assert_eq!(app.walk(&format!("/v1/documents?outlet={id}")).await.len(), 4);
    assert_eq!(app.get(&format!("/v1/outlets/{id}")).await.expect(200), outlets["items"][0]);
}

#[tokio::test]
async fn an_outlet_is_one_by_its_domain_whatever_it_is_called() {
    let app = TestApp::new().await;
    for (path, outlet) in
        [("a", json!("The Lorne Echo")), ("b", json!(null)), ("c", json!("lorne-echo.test"))]
    {
        let body = json!({
            "url": format!("https://www.lorne-echo.test/{path}"),
            "outlet": outlet,
            "text": format!("The ferry office denied reports that pier {path} had sunk."),
        });
        app.post("/v1/documents?wait=true", &body).await.expect(201);
    }
    let outlets = app.walk("/v1/outlets").await;
    assert_eq!(outlets.len(), 1, "{outlets:?}");
    assert_eq!(outlets[0]["name"], "The Lorne Echo");
    assert_eq!(outlets[0]["domain"], "lorne-echo.test");
    for called in ["The%20Lorne%20Echo", "lorne-echo.test"] {
        assert_eq!(app.walk(&format!("/v1/documents?outlet={called}")).await.len(), 3);
    }
}

#[tokio::test]
async fn requests_for_a_document_that_turned_out_to_be_another_are_redirected() {
    let app = TestApp::new().await;
    let (canonical, other) = ("https://courier.test/2026/pier", "https://courier.test/p12");
    let words = "The Harbour Ministry has denied that the pier of Lorne is closed.";
    let post = async |url: &str, media_type: &str, body: String| {
        let path = format!("/v1/documents?wait=true&url={url}");
        let answer = app.post_bytes(&path, media_type, body.into_bytes()).await;
        assert!(answer.status.is_success(), "{:?}", answer.json());
        answer.json()["document"].as_str().unwrap().to_owned()
    };
    let first = post(canonical, "text/plain", words.to_owned()).await;
    let second = post(other, "text/plain", words.to_owned()).await;
    assert_ne!(first, second);
    let page = format!("<link rel=canonical href=\"{canonical}\"><p>{words}</p>");
    assert_eq!(post(other, "text/html", page).await, first);

    for path in ["/v1/documents/{id}", "/v1/documents/{id}/statements?limit=3", "/documents/{id}"] {
        let asked = app.url(&path.replace("{id}", &second));
        let answer = unfollowing().request(Method::GET, asked).send().await.unwrap();
        assert_eq!(answer.status(), 308, "{path}");
        assert_eq!(answer.headers()["location"], path.replace("{id}", &first), "{path}");
        assert_eq!(answer.json::<Value>().await.unwrap()["merged_into"], first);
    }
    let document = app.get(&format!("/v1/documents/{second}")).await.expect(200);
    assert_eq!((&document["id"], &document["url"]), (&json!(first), &json!(canonical)));
    assert_eq!(document["addresses"], json!([canonical, other]));
    assert_eq!(document["same_as"], json!([second]));
    assert_eq!(app.walk("/v1/documents").await.len(), 1);
    let rebuttals = app.walk("/v1/rebuttals").await;
    assert_eq!(rebuttals.len(), 1, "{rebuttals:?}");
}
