//! Feeds over the API.

mod following;
mod polling;
mod sitemaps;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::app::{Answer, TestApp, send};
use crate::support::newsroom::Newsroom;

const WORDS: &str = "The Harbour Board denied that the pier had sunk.";
const XML: &str = "200 OK\r\nContent-Type: application/xml";

async fn app(room: &Newsroom) -> TestApp {
    let flags = room.flags();
    TestApp::with(&flags.iter().map(String::as_str).collect::<Vec<_>>()).await
}

async fn patch(app: &TestApp, id: &str, change: &Value) -> Answer {
    send(app.request(Method::PATCH, &format!("/v1/feeds/{id}")).json(change)).await
}

async fn follow(app: &TestApp, url: &str) -> String {
    let added = app.post("/v1/feeds", &json!({"url": url})).await.expect(201);
    added["feed"]["id"].as_str().unwrap().to_owned()
}

async fn feed(app: &TestApp, id: &str) -> Value {
    app.get(&format!("/v1/feeds/{id}")).await.expect(200)
}

/// Has every feed be due, and everything that was queued be forgotten as lately queued.
async fn later(app: &TestApp) {
    let sql = "update feeds set next_poll_at = now() - interval '1 second';
               update feed_entries set queued_at = queued_at - interval '2 hours';
               update jobs set run_after = now() - interval '1 second' where state = 'queued'";
    app.client().await.batch_execute(sql).await.unwrap();
}

/// The addresses of the stored documents, with the number of their revisions.
async fn documents(app: &TestApp) -> Vec<(String, i64)> {
    let sql = "select regexp_replace(u.url, '^.*/', '/'), count(r.id) from document_urls u
                 join document_revisions r on r.document_id = u.document_id
                where u.canonical group by u.url order by u.url";
    let rows = app.client().await.query(sql, &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// How many seconds from now a feed is asked again.
async fn wait(app: &TestApp) -> f64 {
    let sql = "select extract(epoch from next_poll_at - now())::float8 from feeds";
    app.client().await.query_one(sql, &[]).await.unwrap().get(0)
}
