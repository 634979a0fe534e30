//! `/paste`: a text in a form, what it says on a page.

use reqwest::Method;
use serde_json::json;

use super::page::{BROWSER, browse, each, page, words};
use crate::support::app::{Answer, TestApp, send};

const TEXT: &str = "The Harbour Ministry denied reports that the east pier had collapsed, calling such claims \"a hoax\".";

/// Sends the form as a browser does.
async fn paste(app: &TestApp, fields: &[(&str, &str)]) -> Answer {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = app
        .request(Method::POST, "/paste")
        .header("accept", BROWSER)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", app.url(""))
        .header("sec-fetch-site", "same-origin")
        .body(body);
    send(request).await
}

/// The text of a reading without the numbers of the claims.
fn text_of(page: &dom_query::Document) -> String {
    page.select(".text .reference").remove();
    words(&page.select(".text .marked"))
}

#[tokio::test]
async fn a_pasted_text_is_marked_as_the_api_reads_it_and_nothing_is_stored() {
    let app = TestApp::new().await;
    page(&browse(&app, "/paste").await, 200);
    let read = page(&paste(&app, &[("text", TEXT), ("format", "text"), ("title", "")]).await, 200);
    let api = app.post("/v1/extract", &json!({"text": TEXT})).await.expect(200);
    let claims: Vec<_> =
        api["claims"].as_array().unwrap().iter().map(|it| it["text"].clone()).collect();
    assert!(!claims.is_empty());
    assert_eq!(json!(each(&read, ".found h3")), json!(claims));
    let mention = &api["claims"][0]["denials"][0]["mentions"][0];
    let cue = &mention["cue"];
    let fragment = format!("[id='text-{}-{}']", cue["start"], cue["end"]);
    assert_eq!(json!(words(&read.select(&fragment))), cue["quote"]);
    assert!(
        words(&read.select(".rebuttal")).starts_with("The Harbour Ministry")
            || words(&read.select(".rebuttal")).starts_with("Harbour Ministry")
    );
    assert!(words(&read.select(".notice")).starts_with("Nothing of this was stored"));
    assert_eq!(text_of(&read), TEXT);
    for list in ["claims", "documents"] {
        assert!(app.walk(&format!("/v1/{list}?limit=10")).await.is_empty());
    }
}

#[tokio::test]
async fn a_headline_and_a_page_are_read_too() {
    let app = TestApp::new().await;
    let with_first_line = format!("Pier stands\r\n\r\n{TEXT}");
    let read = page(&paste(&app, &[("text", &with_first_line)]).await, 200);
    assert_eq!(words(&read.select("h1")), "Pier stands");
    let html = format!(
        "<html><head><title>Pier stands</title></head><body><article><h1>Pier stands</h1><p>{TEXT}</p><p>The pier was built in the last century, and the town is proud of it.</p></article></body></html>"
    );
    let read = page(&paste(&app, &[("text", &html), ("format", "html"), ("title", "")]).await, 200);
    assert_eq!(words(&read.select("h1")), "Pier stands");
    assert!(read.select(".text .denial-cue").length() > 0);
}

#[tokio::test]
async fn what_is_refused_comes_back_in_the_form() {
    let app = TestApp::with(&["--max-text-bytes", "4096"]).await;
    let long_title = "Pier ".repeat(500);
    for (fields, told) in [
        ([("text", "  \n"), ("title", "Pier"), ("format", "text")], "The text must not be empty"),
        ([("text", "<p> </p>"), ("title", "Pier"), ("format", "html")], "The text "),
        (
            [("text", TEXT), ("title", &long_title), ("format", "text")],
            "The title must have at most 2000 characters",
        ),
    ] {
        let again = page(&paste(&app, &fields).await, 422);
        let why = words(&again.select("[role=alert]"));
        assert!(why.contains(told), "{why}");
        assert_eq!(again.select("#title").attr("value").unwrap().to_string(), fields[1].1);
        assert_eq!(again.select("textarea").text().trim(), fields[0].1.trim());
        let format = again.select("[name=format][checked]").attr("value").unwrap().to_string();
        assert_eq!(format, fields[2].1);
    }
    let long = "a ".repeat(2049);
    let refused = page(&paste(&app, &[("text", &long)]).await, 413);
    assert!(words(&refused.select("main")).contains("at most 4096 bytes"));
    page(&paste(&app, &[("text", TEXT), ("colour", "red")]).await, 422);
    let endless = paste(&app, &[("text", &"é".repeat(50_000))]).await;
    page(&endless, 413);
    let other = send(app.request(Method::POST, "/paste").json(&json!({"text": TEXT}))).await;
    assert_eq!(other.problem()["status"], 415);
}

#[tokio::test]
async fn only_our_own_pages_may_send_the_form() {
    let app = TestApp::new().await;
    for (origin, site, status) in [
        ("null", Some("same-origin"), 200),
        ("null", Some("cross-site"), 403),
        ("null", None, 403),
        ("https://evil.test", Some("cross-site"), 403),
    ] {
        let mut request = app
            .request(Method::POST, "/paste")
            .header("accept", BROWSER)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("origin", origin)
            .body("text=The+pier+is+closed.");
        if let Some(site) = site {
            request = request.header("sec-fetch-site", site);
        }
        page(&send(request).await, status);
    }
}

#[tokio::test]
async fn hostile_words_stay_words() {
    let app = TestApp::new().await;
    let hostile = "Tom Okafor said <script>alert(1)</script> \"onmouseover=alert(1) x=' \u{202e}olleh\u{202c} was </mark></p><h1>false</h1>. He denied that &lt;b&gt; was so.";
    let read =
        page(&paste(&app, &[("text", hostile), ("title", "\"><script>x</script>")]).await, 200);
    assert_eq!(text_of(&read), hostile);
    assert_eq!(words(&read.select("h1")), "\"><script>x</script>");
    let with_nul = format!("{TEXT}\0 And\0 so on.");
    let read = page(&paste(&app, &[("text", &with_nul)]).await, 200);
    assert_eq!(text_of(&read), format!("{TEXT} And so on."));
}

#[tokio::test]
async fn one_line_of_two_megabytes_is_read() {
    let app = TestApp::new().await;
    let mut line = "The Harbour Ministry denied that pier 7 was shut. ".repeat(20);
    // One word without end: reading that many sentences takes a test build minutes.
    line.push_str(&"é<&\"".repeat((2 * 1024 * 1024 - line.len()) / "é<&\"".len()));
    let read = page(&paste(&app, &[("text", &line)]).await, 200);
    assert_eq!(text_of(&read), line);
    assert!(read.select(".text .denial-cue").length() > 10);
}
