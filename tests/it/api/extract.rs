//! `POST /v1/extract`: what comes in, and spans that prove themselves.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::app::TestApp;

const ARTICLE: &str = "The Harbour Ministry has denied that the east pier is closed. \
                       \u{201c}The report is baseless,\u{201d} spokeswoman Ilse Brandt told Quay Wire.";

/// Counts the spans anywhere in an answer and holds each against the words it quotes.
fn prove_spans(answer: &Value) -> usize {
    let characters = |field: &Value| field.as_str().unwrap_or("").chars().collect::<Vec<_>>();
    let title = characters(&answer["document"]["title"]);
    let text = characters(&answer["document"]["text"]);
    let mut proven = 0;
    let mut left = vec![answer];
    while let Some(value) = left.pop() {
        match value {
            Value::Array(items) => left.extend(items),
            Value::Object(fields) => {
                if let Some(quote) = fields.get("quote") {
                    let field = if value["field"] == "title" { &title } else { &text };
                    let place = |name: &str| value[name].as_u64().unwrap() as usize;
                    let words: String = field[place("start")..place("end")].iter().collect();
                    assert_eq!(quote, &Value::from(words), "{value}");
                    proven += 1;
                }
                left.extend(fields.values());
            }
            _ => {}
        }
    }
    proven
}

#[tokio::test]
async fn json_plain_text_and_html_are_read() {
    let app = TestApp::new().await;
    let json =
        app.post("/v1/extract", &json!({"text": ARTICLE, "title": "Pier"})).await.expect(200);
    assert_eq!(json["document"]["text"], ARTICLE);
    assert_eq!(json["document"]["title"], "Pier");

    let file = format!("Pier\n\n{ARTICLE}\n").into_bytes();
    let plain = app.post_bytes("/v1/extract", "text/plain", file).await.expect(200);
    assert_eq!(plain, json);

    let page = format!(
        "<!DOCTYPE html><html lang=en><head><title>Pier</title></head><body><article><h1>Pier</h1><p>{0}</p><p>{0}</p></article></body></html>",
        ARTICLE
    );
    let html = app
        .post_bytes("/v1/extract?url=https://courier.test/pier", "text/html", page.clone().into())
        .await
        .expect(200);
    assert_eq!(html["document"]["url"], "https://courier.test/pier");
    assert_eq!(html["document"]["title"], "Pier");
    assert!(html["document"]["text"].as_str().unwrap().contains(ARTICLE));
    let body = json!({"html": page, "url": "https://courier.test/pier"});
    assert_eq!(app.post("/v1/extract", &body).await.expect(200), html);
}

#[tokio::test]
async fn what_is_known_of_a_document_is_kept() {
    let app = TestApp::new().await;
    let body = json!({
        "text": ARTICLE,
        "url": "https://www.courier.test/2026/pier?utm_source=x#top",
        "outlet": "Quay Courier",
        "published_at": "2026-03-02T10:30:00+02:00",
        "language": "en",
    });
    let answer = app.post("/v1/extract", &body).await.expect(200);
    assert_eq!(answer["document"]["outlet"], "Quay Courier");
    assert_eq!(answer["document"]["published_at"], "2026-03-02T08:30:00Z");
    assert_eq!(answer["document"]["language"], "en");
    assert_eq!(answer["document"]["id"], Value::Null);
}

#[tokio::test]
async fn a_charset_is_honoured_and_an_unknown_one_refused() {
    let app = TestApp::new().await;
    let latin = b"The caf\xe9 in the harbour is closed, the ministry said on Monday.".to_vec();
    let answer =
        app.post_bytes("/v1/extract", "text/plain; charset=windows-1252", latin.clone()).await;
    assert!(answer.expect(200)["document"]["text"].as_str().unwrap().contains("café"));
    let answer = app.post_bytes("/v1/extract", "text/plain; charset=klingon", latin).await;
    assert_eq!(answer.status, 415);
    answer.problem();
}

#[tokio::test]
async fn metadata_has_one_place() {
    let app = TestApp::new().await;
    let answer = app.post("/v1/extract?title=Pier", &json!({"text": ARTICLE})).await;
    assert_eq!(answer.status, 400);
    let answer = app.post("/v1/extract?tilte=Pier", &json!({"text": ARTICLE})).await;
    assert_eq!(answer.problem()["errors"][0]["parameter"], "tilte");
}

#[tokio::test]
async fn spans_hold_through_line_breaks_marks_and_odd_spaces() {
    let app = TestApp::new().await;
    for text in [
        ARTICLE.to_owned(),
        format!("\u{feff}{ARTICLE}"),
        format!("Monday.\r\n\r\n{ARTICLE}\r\n{ARTICLE}"),
        format!("Monday.\r{ARTICLE}"),
        format!("\u{1f6a2}\u{1f1f3}\u{1f1f4} e\u{301}\u{a0}\u{2003}\u{200b} {ARTICLE} \u{10ffff}"),
        ARTICLE.replace(' ', "\u{a0}"),
        ARTICLE.replace(' ', "  "),
    ] {
        let answer =
            app.post("/v1/extract", &json!({"text": text, "title": text})).await.expect(200);
        let proven = prove_spans(&answer);
        let claims = answer["claims"].as_array().unwrap().len();
        println!("{proven} spans, {claims} claims: {text:?}");
    }
}

#[test]
fn spans_hold_in_any_text() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let app = runtime.block_on(TestApp::new());
    let words = prop::sample::select(vec![
        "The ministry",
        " denied",
        " that ",
        "the pier",
        " is closed",
        ". ",
        "\u{201c}",
        "\u{201d}",
        "\r\n",
        "\r",
        "\n\n",
        "\u{feff}",
        "\u{a0}",
        "\u{200b}",
        "\u{1f6a2}",
        "e\u{301}",
        " said",
        ", ",
        "she",
        "\"",
        "\u{202e}",
        "Ilse Brandt",
        " told ",
        "Quay Wire",
        "a hoax",
    ]);
    let texts = prop::collection::vec(
        prop_oneof![4 => words.prop_map(str::to_owned), 1 => "\\PC{1,4}"],
        1..40,
    );
    proptest!(ProptestConfig::with_cases(64), |(pieces in texts)| {
        let text = format!("The ministry. {}", pieces.concat());
        let answer = runtime.block_on(app.post("/v1/extract", &json!({"text": text})));
        prove_spans(&answer.expect(200));
    });
}
