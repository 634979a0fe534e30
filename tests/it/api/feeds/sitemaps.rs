//! Sitemaps and indexes of sitemaps.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::Method;
use serde_json::json;

use claimtrail::jobs::poll_feed::enqueue_due;
use claimtrail::jobs::{Worker, WorkerOptions};

use super::{WORDS, XML, app, documents, follow};
use crate::support::app::{TestApp, send};
use crate::support::newsroom::Newsroom;

#[tokio::test]
async fn an_index_is_followed_sitemap_by_sitemap() {
    let room = Newsroom::new().await;
    for number in 1..=3 {
        room.publish(number, WORDS);
    }
    let entry = |number: usize, at: &str| {
        format!("<url><loc>{}</loc><lastmod>{at}</lastmod></url>", room.url(&format!("/{number}")))
    };
    let now = chrono::Utc::now();
    let (today, old) = (now.to_rfc3339(), (now - chrono::TimeDelta::days(30)).to_rfc3339());
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    let new = format!("<urlset>{}{}</urlset>", entry(1, &today), entry(2, &old));
    packed.write_all(new.as_bytes()).unwrap();
    room.put("/new.xml.gz", "200 OK\r\nContent-Type: application/gzip", packed.finish().unwrap());
    room.put("/old.xml", XML, format!("<urlset>{}</urlset>", entry(3, &old)));
    let index = |new: &str| {
        format!(
            "<sitemapindex><sitemap><loc>{}</loc><lastmod>{new}</lastmod></sitemap>\
             <sitemap><loc>{}</loc><lastmod>{old}</lastmod></sitemap></sitemapindex>",
            room.url("/new.xml.gz"),
            room.url("/old.xml")
        )
    };
    room.put("/index.xml", XML, index(&today));
    let app = app(&room).await;
    let id = follow(&app, &room.url("/index.xml")).await;
    app.poll().await;
    app.poll().await;
    // What is older than two days is not fetched, sitemaps included.
    assert_eq!(documents(&app).await, [("/1".to_owned(), 1)]);
    assert_eq!(room.asked("/old.xml"), 0);
    let below = app.get(&format!("/v1/feeds?parent={id}")).await.expect(200);
    assert_eq!(below["items"].as_array().unwrap().len(), 1);
    assert_eq!(below["items"][0]["kind"], "sitemap");

    // The index tells that a sitemap changed: it is asked at once.
    let later_today = (now + chrono::TimeDelta::hours(3)).to_rfc3339();
    room.put("/index.xml", XML, index(&later_today));
    let client = app.client().await;
    let due = "update feeds set next_poll_at = now() where kind = 'sitemap_index';
               update feed_entries set queued_at = queued_at - interval '2 hours'";
    client.batch_execute(due).await.unwrap();
    app.poll().await;
    app.poll().await;
    assert_eq!(room.asked("/new.xml.gz"), 2);
    // Forgotten with its index.
    let removed = send(app.request(Method::DELETE, &format!("/v1/feeds/{id}"))).await;
    assert_eq!(removed.status, 204);
    assert_eq!(app.get("/v1/feeds").await.expect(200)["items"], json!([]));
    assert_eq!(documents(&app).await.len(), 1);
}

#[tokio::test]
async fn a_long_sitemap_is_queued_whole_and_in_order_and_lets_others_in_between() {
    let room = Newsroom::new().await;
    let count = 12_000;
    let urls: String = (0..count)
        .map(|number| format!("<url><loc>{}</loc></url>", room.url(&format!("/{number:05}"))))
        .collect();
    room.put("/long.xml", XML, format!("<urlset>{urls}</urlset>"));
    let flags = [&room.flags()[..2], &["--fetch-pause".to_owned(), "100".to_owned()]].concat();
    let app = TestApp::with(&flags.iter().map(String::as_str).collect::<Vec<_>>()).await;
    follow(&app, &room.url("/long.xml")).await;
    enqueue_due(&app.pool()).await.unwrap();
    let worker = Worker::new(app.pool(), WorkerOptions::default());
    let worker = worker.fetching(app.app().fetcher.clone());
    assert!(worker.work_once().await.unwrap());
    let sql = "select count(*), count(distinct payload ->> 'url'), count(distinct id),
                      extract(epoch from max(run_after) - min(run_after))::float8,
                      bool_and(payload ->> 'url' like '%' || lpad(place::text, 5, '0'))
                 from (select *, row_number() over (order by run_after) - 1 as place from jobs
                        where kind = 'fetch_document') j";
    let row = app.client().await.query_one(sql, &[]).await.unwrap();
    assert_eq!([0, 1, 2].map(|at| row.get::<_, i64>(at)), [count; 3]);
    // A pause apart, so that what is queued now is due before the last of them.
    let apart = row.get::<_, f64>(3);
    assert!((apart - 0.1 * (count - 1) as f64).abs() < 30.0, "{apart}");
    assert!(row.get::<_, bool>(4), "not in the order of their addresses");
    app.client().await.batch_execute("update feeds set next_poll_at = now()").await.unwrap();
    enqueue_due(&app.pool()).await.unwrap();
    app.client()
        .await
        .batch_execute("delete from jobs where kind = 'fetch_document'")
        .await
        .unwrap();
    assert!(worker.work_once().await.unwrap());
    assert!(!worker.work_once().await.unwrap(), "something was queued again");
}

#[tokio::test]
async fn indexes_below_indexes_end() {
    let room = Newsroom::new().await;
    for depth in 0..6 {
        let next = room.url(&format!("/index-{}", depth + 1));
        room.put(
            &format!("/index-{depth}"),
            XML,
            format!("<sitemapindex><sitemap><loc>{next}</loc></sitemap></sitemapindex>"),
        );
    }
    let app = app(&room).await;
    follow(&app, &room.url("/index-0")).await;
    for _ in 0..8 {
        app.poll().await;
    }
    let feeds = app.get("/v1/feeds").await.expect(200);
    let results: Vec<&str> = feeds["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["last_result"].as_str().unwrap())
        .collect();
    assert_eq!(results, ["ok", "ok", "ok", "too_deep"]);
}
