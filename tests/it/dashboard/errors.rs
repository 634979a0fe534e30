//! Errors as a browser is shown them.

use reqwest::Method;

use super::page::{BROWSER, browse, page, words};
use crate::support::app::{TestApp, send};

const NOBODY: &str = "01890000-0000-7000-8000-000000000000";

#[tokio::test]
async fn a_browser_is_shown_what_is_wrong_and_where_to_go() {
    let app = TestApp::new().await;
    for (path, status, told) in [
        ("/nothing".to_owned(), 404, "No resource has this path"),
        (format!("/claims/{NOBODY}"), 404, "No claim has the id"),
        (format!("/documents/{NOBODY}"), 404, "No document has the id"),
        ("/claims/pier".to_owned(), 400, "id must be a UUID"),
        ("/?status=dubious".to_owned(), 400, "status is unknown; known are"),
        ("/?from=2026-03-02&to=2026-03-01".to_owned(), 400, "to must not be before from"),
        ("/?cursor=abc".to_owned(), 400, "cursor is not a cursor of this list"),
        ("/?denials_cursor=abc".to_owned(), 400, "denials_cursor is not a cursor of this list"),
        ("/?page=2".to_owned(), 400, "page is unknown; known are"),
    ] {
        let answer = browse(&app, &path).await;
        let page = page(&answer, status);
        let shown = words(&page.select("main"));
        assert!(shown.contains(told), "{path}: {shown}");
        assert!(shown.contains(answer.header("x-request-id")), "{path}: {shown}");
        assert_eq!(page.select("main a[href='/']").length(), 1, "{path}");
    }
}

#[tokio::test]
async fn without_postgres_the_page_says_to_try_again() {
    let app = TestApp::without_postgres().await;
    let answer = browse(&app, "/").await;
    let page = page(&answer, 503);
    assert_eq!(answer.header("retry-after"), "5");
    let shown = words(&page.select("main"));
    assert!(shown.contains("Nothing is lost") && !shown.contains("nowhere"), "{shown}");
}

#[tokio::test]
async fn a_program_gets_problem_details_and_so_does_everybody_below_v1() {
    let app = TestApp::new().await;
    assert_eq!(app.get("/nothing").await.problem()["status"], 404);
    let below = browse(&app, "/v1/nothing").await;
    assert_eq!(below.problem()["status"], 404);
    let wrong_method = app.request(Method::PUT, "/paste").header("accept", BROWSER);
    let wrong_method = send(wrong_method).await;
    page(&wrong_method, 405);
    assert_eq!(wrong_method.header("allow"), "GET, HEAD, POST");
}
