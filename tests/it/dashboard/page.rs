//! A page as a browser reads it: parsed, and asked for what it shows.

use dom_query::{Document, Selection};
use reqwest::Method;

use crate::support::app::{Answer, TestApp, send};

/// What a browser says it takes.
pub const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// Asks as a browser does.
pub async fn browse(app: &TestApp, path: &str) -> Answer {
    send(app.request(Method::GET, path).header("accept", BROWSER)).await
}

/// The page of an answer, after the checks that hold for every page.
#[track_caller]
pub fn page(answer: &Answer, status: u16) -> Document {
    let html = String::from_utf8(answer.body.clone()).unwrap();
    assert_eq!(answer.status.as_u16(), status, "{html}");
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none';"), "{policy}");
    assert!(policy.contains("form-action 'self'"), "{policy}");
    let page = Document::from(html.as_str());
    for (selector, count) in [
        ("script, iframe, object, embed, base, style, [style]", 0),
        ("[onclick], [onmouseover], [onload], [onerror], [onfocus]", 0),
        ("h1", 1),
        ("main", 1),
        ("html[lang=en]", 1),
        ("title", 1),
    ] {
        assert_eq!(page.select(selector).length(), count, "{selector} in {html}");
    }
    for link in page.select("link, img, input[type=image]").iter() {
        let address = link.attr("href").or(link.attr("src")).unwrap();
        assert!(address.starts_with('/'), "{address} is not of this service");
    }
    let ids: Vec<_> = page.select("[id]").iter().map(|it| it.attr("id").unwrap()).collect();
    let mut distinct = ids.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), ids.len(), "an id stands twice: {ids:?}");
    page
}

/// Words with single spaces between them.
pub fn words(selection: &Selection<'_>) -> String {
    selection.text().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Words of what a selector finds, one entry for each.
pub fn each(page: &Document, selector: &str) -> Vec<String> {
    page.select(selector).iter().map(|it| words(&it)).collect()
}

/// Where the links that a selector finds lead.
pub fn links(page: &Document, selector: &str) -> Vec<String> {
    page.select(selector).iter().map(|it| it.attr("href").unwrap().to_string()).collect()
}
