//! Feeds over the API: followed, polled, changed, forgotten.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::Method;
use serde_json::{Value, json};

use claimtrail::jobs::poll_feed::enqueue_due;
use claimtrail::jobs::{Worker, WorkerOptions};

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

#[tokio::test]
async fn what_a_feed_names_is_fetched_once_and_again_when_its_time_moves() {
    let room = Newsroom::new().await;
    room.publish(1, WORDS);
    room.publish(2, WORDS);
    room.list(&[(1, "2026-03-01T08:00:00Z"), (2, "2026-03-01T09:00:00Z")]);
    let app = app(&room).await;
    let id = follow(&app, &room.url("/feed")).await;
    app.poll().await;
    assert_eq!(documents(&app).await, [("/1".to_owned(), 1), ("/2".to_owned(), 1)]);
    let polled = feed(&app, &id).await;
    assert_eq!((&polled["kind"], &polled["title"]), (&json!("rss"), &json!("Lorne Courier")));
    assert_eq!((&polled["last_result"], &polled["state"]), (&json!("ok"), &json!("active")));
    assert_eq!((&polled["last_entries"], &polled["last_queued"]), (&json!(2), &json!(2)));
    assert!((wait(&app).await - 900.0).abs() < 60.0);

    // Nothing new: the mark tells, and no page is asked for.
    later(&app).await;
    app.poll().await;
    assert_eq!(feed(&app, &id).await["last_result"], "not_modified");
    assert_eq!(
        room.marks("/feed").last().unwrap().as_deref().map(|it| it.starts_with('"')),
        Some(true)
    );
    assert_eq!((room.asked("/1"), room.asked("/2")), (1, 1));

    // The same entries in another answer, one of them with another time and other words.
    room.publish(2, "The Harbour Board said that the pier had sunk.");
    room.publish(3, WORDS);
    room.list(&[
        (3, "2026-03-01T11:00:00Z"),
        (2, "2026-03-01T10:00:00Z"),
        (1, "2026-03-01T08:00:00Z"),
    ]);
    later(&app).await;
    app.poll().await;
    let polled = feed(&app, &id).await;
    assert_eq!((&polled["last_entries"], &polled["last_queued"]), (&json!(3), &json!(2)));
    let revisions = [("/1".to_owned(), 1), ("/2".to_owned(), 2), ("/3".to_owned(), 1)];
    assert_eq!(documents(&app).await, revisions);
    assert_eq!((room.asked("/1"), room.asked("/2"), room.asked("/3")), (1, 2, 1));
}

#[tokio::test]
async fn a_feed_that_names_a_new_time_with_every_answer_has_its_pages_left_alone_for_an_hour() {
    let room = Newsroom::new().await;
    room.publish(1, WORDS);
    room.list(&[(1, "2026-03-01T08:00:00Z")]);
    let app = app(&room).await;
    follow(&app, &room.url("/feed")).await;
    app.poll().await;
    for at in ["2026-03-01T08:01:00Z", "2026-03-01T08:02:00Z"] {
        room.list(&[(1, at)]);
        app.client().await.batch_execute("update feeds set next_poll_at = now()").await.unwrap();
        app.poll().await;
    }
    assert_eq!((room.asked("/feed"), room.asked("/1")), (4, 1));
    // The change is not forgotten meanwhile, though the feed stays as it is.
    later(&app).await;
    app.poll().await;
    assert_eq!(room.asked("/1"), 2);
}

#[tokio::test]
async fn what_is_known_already_is_not_fetched_for_another_feed() {
    let room = Newsroom::new().await;
    for number in 1..=3 {
        room.publish(number, WORDS);
    }
    room.put("/a", XML, room.rss(&[(1, ""), (2, "")]));
    room.put("/b", XML, room.rss(&[(2, ""), (3, "")]));
    let app = app(&room).await;
    let posted = json!({"url": room.url("/1"), "text": WORDS, "title": "Pier 1"});
    app.post("/v1/documents?wait=true", &posted).await.expect(201);
    follow(&app, &room.url("/a")).await;
    follow(&app, &room.url("/b")).await;
    app.poll().await;
    assert_eq!((room.asked("/1"), room.asked("/2"), room.asked("/3")), (0, 1, 1));
    assert_eq!(documents(&app).await.len(), 3);
}

#[tokio::test]
async fn what_the_feed_says_of_an_article_holds_where_its_page_says_nothing() {
    let room = Newsroom::new().await;
    room.put("/1", "200 OK\r\nContent-Type: text/plain", WORDS);
    room.put("/2", "200 OK\r\nContent-Type: text/html", format!(
        "<html><head><title>Its own</title><meta property=article:published_time content=2026-02-01></head>\
         <body><article><p>{WORDS}</p></article></body></html>"
    ));
    room.list(&[(1, "2026-03-01T08:00:00Z"), (2, "2026-03-01T08:00:00Z")]);
    let app = app(&room).await;
    let added = json!({"url": room.url("/feed"), "outlet": "Lorne Courier"});
    app.post("/v1/feeds", &added).await.expect(201);
    app.poll().await;
    let told = async |path: &str| {
        let url = room.url(path);
        let found = app.get(&format!("/v1/documents?url={url}")).await.expect(200);
        let document = found["items"][0].clone();
        assert_eq!(document["outlet"]["name"], "Lorne Courier");
        (document["title"].clone(), document["published_at"].clone())
    };
    assert_eq!(told("/1").await, (json!("Pier 1"), json!("2026-03-01T08:00:00Z")));
    assert_eq!(told("/2").await, (json!("Its own"), json!("2026-02-01T00:00:00Z")));
}

#[tokio::test]
async fn a_failing_feed_is_asked_ever_more_rarely_and_comes_back() {
    let room = Newsroom::new().await;
    room.list(&[]);
    let app = app(&room).await;
    let id = follow(&app, &room.url("/feed")).await;
    room.put("/feed", "500 Oops", "");
    for (failures, seconds) in [(1, 900.0), (2, 1_800.0), (3, 3_600.0)] {
        later(&app).await;
        app.poll().await;
        let failing = feed(&app, &id).await;
        assert_eq!(
            (&failing["state"], &failing["failures"]),
            (&json!("failing"), &json!(failures))
        );
        assert_eq!(failing["last_result"], "http_500");
        assert!((wait(&app).await - seconds).abs() < 60.0, "{}", wait(&app).await);
    }
    assert_eq!(app.get("/v1/feeds?state=failing").await.expect(200)["items"][0]["id"], id.as_str());
    // A longer pause that the server asks for is kept, once its host may be asked again.
    room.put("/feed", "429 Slow down\r\nRetry-After: 20000", "");
    later(&app).await;
    app.poll().await;
    assert_eq!(feed(&app, &id).await["last_result"], "http_429");
    assert!((wait(&app).await - 20_000.0).abs() < 60.0, "{}", wait(&app).await);
    // The jobs of polls that failed are done: what failed stands in the feed.
    assert_eq!(app.get("/v1/jobs?state=failed").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn a_feed_that_is_gone_is_put_aside_until_somebody_wakes_it() {
    let room = Newsroom::new().await;
    room.list(&[]);
    let app = app(&room).await;
    let id = follow(&app, &room.url("/feed")).await;
    room.put("/feed", "410 Gone", "");
    app.poll().await;
    let gone = feed(&app, &id).await;
    assert_eq!((&gone["state"], &gone["last_result"]), (&json!("gone"), &json!("gone")));
    assert_eq!(gone["next_poll_at"], Value::Null);
    let asked = room.asked("/feed");
    later(&app).await;
    app.poll().await;
    assert_eq!(room.asked("/feed"), asked);
    let refused = app.post(&format!("/v1/feeds/{id}:poll"), &json!(null)).await;
    assert_eq!(
        (refused.status.as_u16(), refused.problem()["type"].clone()),
        (409, json!("/problems/feed-not-polled"))
    );
    room.list(&[]);
    let woken = patch(&app, &id, &json!({"paused": false})).await.expect(200);
    assert_eq!(woken["state"], "active");
    app.poll().await;
    assert_eq!(feed(&app, &id).await["last_result"], "ok");
}

#[tokio::test]
async fn a_feed_that_moved_for_good_is_followed_there_and_one_that_is_elsewhere_for_now_is_not() {
    let room = Newsroom::new().await;
    room.publish(1, WORDS);
    room.list(&[(1, "2026-03-01T08:00:00Z")]);
    let app = app(&room).await;
    room.put("/feed.xml", "200 OK\r\nContent-Type: application/rss+xml", room.rss(&[]));
    let id = follow(&app, &room.url("/feed.xml")).await;
    let url = async || feed(&app, &id).await["url"].as_str().unwrap().to_owned();

    // For now, and for good only behind a step that is for now.
    for head in ["302 Found", "307 Temporary Redirect", "303 See Other"] {
        room.put("/feed.xml", &format!("{head}\r\nLocation: /step"), "");
        room.put("/step", "301 Moved Permanently\r\nLocation: /feed", "");
        later(&app).await;
        app.poll().await;
        assert_eq!(
            (url().await, feed(&app, &id).await["last_result"].clone()),
            (room.url("/feed.xml"), json!("ok"))
        );
    }
    // For good, but to what is no feed, or to nothing.
    for to in ["/1", "/nowhere"] {
        room.put("/feed.xml", &format!("301 Moved Permanently\r\nLocation: {to}"), "");
        later(&app).await;
        app.poll().await;
        assert_eq!(url().await, room.url("/feed.xml"), "{to}");
    }
    // For good, and from there on for now.
    room.put("/feed.xml", "308 Permanent Redirect\r\nLocation: /rss", "");
    room.put("/rss", "302 Found\r\nLocation: /feed", "");
    later(&app).await;
    app.poll().await;
    assert_eq!(url().await, room.url("/rss"));
    room.put("/rss", "301 Moved Permanently\r\nLocation: /feed", "");
    later(&app).await;
    app.poll().await;
    assert_eq!(url().await, room.url("/feed"));
    // The new address is asked alone, with the mark of its last answer.
    let asked = (room.asked("/feed.xml"), room.asked("/rss"));
    later(&app).await;
    app.poll().await;
    assert_eq!(feed(&app, &id).await["last_result"], "not_modified");
    assert_eq!((room.asked("/feed.xml"), room.asked("/rss")), asked);
    // Whoever follows an old address finds the feed.
    for old in ["/feed.xml", "/rss"] {
        let added = app.post("/v1/feeds", &json!({"url": room.url(old)})).await.expect(200);
        assert_eq!(added["feed"]["id"], json!(id), "{old}");
    }
    let listed = format!(
        "<opml version=\"2.0\"><body><outline xmlUrl=\"{}\"/></body></opml>",
        room.url("/rss")
    );
    let import = app.request(Method::POST, "/v1/feeds:import").body(listed);
    let imported = send(import.header("content-type", "text/x-opml")).await.expect(200);
    assert_eq!(imported["added"], json!(0), "{imported}");
    assert_eq!(documents(&app).await, [("/1".to_owned(), 1)]);
    // Back again.
    room.put("/feed", "301 Moved Permanently\r\nLocation: /rss", "");
    room.put("/rss", "200 OK\r\nContent-Type: application/rss+xml", room.rss(&[]));
    later(&app).await;
    app.poll().await;
    assert_eq!(url().await, room.url("/rss"));
}

#[tokio::test]
async fn two_feeds_that_move_to_one_address_stay_two_and_are_both_read() {
    let room = Newsroom::new().await;
    let app = app(&room).await;
    let mut ids = Vec::new();
    for path in ["/a", "/b"] {
        room.put(path, "200 OK\r\nContent-Type: application/rss+xml", room.rss(&[]));
        ids.push(follow(&app, &room.url(path)).await);
    }
    room.list(&[]);
    for path in ["/a", "/b"] {
        room.put(path, "301 Moved Permanently\r\nLocation: /feed", "");
        later(&app).await;
        app.poll().await;
    }
    later(&app).await;
    app.poll().await;
    let (first, second) = (feed(&app, &ids[0]).await, feed(&app, &ids[1]).await);
    assert_eq!(
        (&first["url"], &second["url"]),
        (&json!(room.url("/feed")), &json!(room.url("/b")))
    );
    assert_eq!(
        (&first["last_result"], &second["last_result"]),
        (&json!("not_modified"), &json!("ok"))
    );
}

#[tokio::test]
async fn broken_feeds_have_their_named_results_and_do_not_stall_the_others() {
    let room = Newsroom::new().await;
    room.publish(1, WORDS);
    let good = room.rss(&[(1, "2026-03-01T08:00:00Z")]);
    let app = app(&room).await;
    let mut ids = Vec::new();
    for path in ["/page", "/cut", "/picture", "/gz", "/deep", "/missing", "/to-inside", "/good"] {
        room.put(path, XML, &good);
        ids.push((path, follow(&app, &room.url(path)).await));
    }
    room.put("/page", "200 OK\r\nContent-Type: text/html", "<html><p>Sorry.</p></html>");
    room.put("/cut", XML, &good[..good.len() - 40]);
    room.put("/picture", "200 OK\r\nContent-Type: image/png", b"\x89PNG\r\n\x1a\n");
    room.put("/gz", "200 OK\r\nContent-Type: application/x-gzip", b"\x1f\x8b\x08\0\0\0broken");
    room.put("/deep", XML, format!("<urlset>{}", "<a>".repeat(10_000)));
    room.put("/missing", "404 Not Found", "");
    room.put("/to-inside", "302 Found\r\nLocation: http://169.254.169.254/latest", "");
    app.poll().await;
    let expected = [
        "page",
        "broken_feed",
        "not_text",
        "bad_encoding",
        "broken_feed",
        "http_404",
        "inside_address",
        "ok",
    ];
    for ((path, id), expected) in ids.iter().zip(expected) {
        assert_eq!(feed(&app, id).await["last_result"], expected, "{path}");
    }
    assert_eq!(documents(&app).await, [("/1".to_owned(), 1)]);
}

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

#[tokio::test]
async fn a_page_leads_to_its_feed_and_a_site_to_its_sitemap() {
    let room = Newsroom::new().await;
    let html = "200 OK\r\nContent-Type: text/html";
    room.list(&[]);
    room.put("/home", html, "<html><head><link rel=alternate type=application/rss+xml href=/lost>\
        <link rel=alternate type=application/rss+xml href=/feed><link rel=alternate type=application/atom+xml \
        title=Sport href=/sport></head></html>");
    let app = app(&room).await;
    let added = app.post("/v1/feeds", &json!({"url": room.url("/home")})).await.expect(201);
    assert_eq!(added["feed"]["url"], room.url("/feed"));
    let others: Vec<&str> =
        added["others"].as_array().unwrap().iter().map(|it| it["url"].as_str().unwrap()).collect();
    assert_eq!(others, [room.url("/lost"), room.url("/sport")]);
    let again = app.post("/v1/feeds", &json!({"url": room.url("/feed/")})).await.expect(200);
    assert_eq!(again["feed"]["id"], added["feed"]["id"]);
    // A page that leads on by itself, and a feed that holds one.
    room.put("/moved", html, "<html><meta http-equiv=refresh content='0; url=/home'></html>");
    let again = app.post("/v1/feeds", &json!({"url": room.url("/moved")})).await.expect(200);
    assert_eq!(again["feed"]["id"], added["feed"]["id"]);
    let held = room.rss(&[]).replace(
        "<title>Lorne",
        "<description><![CDATA[<p>]]><![CDATA[<meta http-equiv=refresh content='0; url=/home'>]]></description><title>Lorne",
    );
    room.put("/held", XML, held);
    let held = app.post("/v1/feeds", &json!({"url": room.url("/held")})).await.expect(201);
    assert_eq!(held["feed"]["url"], room.url("/held"));

    room.put("/bare", html, "<html><p>No feeds here.</p></html>");
    let none = app.post("/v1/feeds", &json!({"url": room.url("/bare")})).await;
    assert_eq!((none.status.as_u16(), none.problem()["reason"].clone()), (422, json!("no_feed")));
    room.put("/sitemap.xml", XML, "<urlset></urlset>");
    let added = app.post("/v1/feeds", &json!({"url": room.url("/bare")})).await.expect(201);
    assert_eq!(
        (&added["feed"]["url"], &added["feed"]["kind"]),
        (&json!(room.url("/sitemap.xml")), &json!("sitemap"))
    );
    assert!(added["feed"]["since"].is_string());

    // Another site, whose robots.txt names a sitemap of news.
    let other = Newsroom::new().await;
    other.put(
        "/robots.txt",
        "200 OK\r\nContent-Type: text/plain",
        format!("Sitemap: {}\nSitemap: /news.xml\n", other.url("/all.xml")),
    );
    other.put("/all.xml", XML, "<urlset></urlset>");
    other.put("/news.xml", XML, "<urlset></urlset>");
    other.put("/", html, "<html><p>Hello.</p></html>");
    let app = self::app(&other).await;
    let added = app.post("/v1/feeds", &json!({"url": other.url("/")})).await.expect(201);
    assert_eq!(added["feed"]["url"], other.url("/news.xml"));
}

#[tokio::test]
async fn what_is_no_feed_is_refused_with_its_reason() {
    let room = Newsroom::new().await;
    room.put("/text", "200 OK\r\nContent-Type: text/plain", "Hello.");
    room.put("/opml", "200 OK\r\nContent-Type: text/xml", "<opml><body/></opml>");
    let app = app(&room).await;
    for (url, status, reason) in [
        (room.url("/missing"), 422, "http_404"),
        (room.url("/text"), 422, "not_a_feed"),
        (room.url("/opml"), 422, "opml"),
        ("http://127.0.0.1:1/feed".to_owned(), 422, "inside_address"),
        ("http://[::ffff:169.254.169.254]/feed".to_owned(), 422, "inside_address"),
    ] {
        let answer = app.post("/v1/feeds", &json!({"url": url})).await;
        assert_eq!(answer.status, status, "{url}");
        let problem = answer.problem();
        assert_eq!(
            (&problem["reason"], &problem["errors"][0]["pointer"]),
            (&json!(reason), &json!("#/url"))
        );
    }
    for (body, pointer) in [
        (json!({}), "#/url"),
        (json!({"url": "ftp://n.test/"}), "#/url"),
        (json!({"url": "http://n.test/", "interval_seconds": 59}), "#/interval_seconds"),
        (json!({"url": "http://n.test/", "interval_seconds": 604_801}), "#/interval_seconds"),
        (json!({"url": "http://n.test/", "since": "soon"}), "#/since"),
        (json!({"url": "http://n.test/", "outlet": " "}), "#/outlet"),
        (json!({"url": "http://n.test/", "every": 1}), "#/every"),
    ] {
        let answer = app.post("/v1/feeds", &body).await;
        assert_eq!(answer.status, 422, "{body}");
        assert_eq!(answer.problem()["errors"][0]["pointer"], pointer);
    }
    let off = TestApp::new().await.post("/v1/feeds", &json!({"url": "https://n.test/"})).await;
    assert_eq!(off.problem()["type"], "/problems/fetching-unavailable");
    assert_eq!(app.get("/v1/feeds").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn feeds_are_changed_paused_polled_at_once_and_forgotten() {
    let room = Newsroom::new().await;
    room.list(&[]);
    let app = app(&room).await;
    let id = follow(&app, &room.url("/feed")).await;
    app.poll().await;
    let changed =
        patch(&app, &id, &json!({"interval_seconds": 60, "outlet": "Courier"})).await.expect(200);
    assert_eq!((&changed["interval_seconds"], &changed["outlet"]), (&json!(60), &json!("Courier")));
    assert!(wait(&app).await <= 60.0);
    assert_eq!(patch(&app, &id, &json!({})).await.problem()["errors"][0]["pointer"], "#");
    assert_eq!(patch(&app, &id, &json!({"interval_seconds": 1})).await.status, 422);

    let paused = patch(&app, &id, &json!({"paused": true})).await.expect(200);
    assert_eq!((&paused["state"], &paused["next_poll_at"]), (&json!("paused"), &Value::Null));
    let asked = room.asked("/feed");
    later(&app).await;
    app.poll().await;
    assert_eq!(room.asked("/feed"), asked);
    patch(&app, &id, &json!({"paused": false})).await.expect(200);

    let first = app.post(&format!("/v1/feeds/{id}:poll"), &json!(null)).await;
    let job = first.expect(202);
    assert_eq!(job["kind"], "poll_feed");
    assert_eq!(first.header("location"), format!("/v1/jobs/{}", job["id"].as_str().unwrap()));
    let second = app.post(&format!("/v1/feeds/{id}:poll"), &json!(null)).await.expect(202);
    assert_eq!(second["id"], job["id"]);
    app.work().await;
    assert_eq!(room.asked("/feed"), asked + 1);
    let done = app.get(&format!("/v1/jobs/{}", job["id"].as_str().unwrap())).await.expect(200);
    assert_eq!((&done["state"], &done["result"]), (&json!("done"), &Value::Null));

    // A poll that is under way when its feed is forgotten ends without a word.
    app.post(&format!("/v1/feeds/{id}:poll"), &json!(null)).await.expect(202);
    let removed = send(app.request(Method::DELETE, &format!("/v1/feeds/{id}"))).await;
    assert_eq!(removed.status, 204);
    app.work().await;
    assert_eq!(room.asked("/feed"), asked + 1);
    for answer in [
        send(app.request(Method::DELETE, &format!("/v1/feeds/{id}"))).await,
        patch(&app, &id, &json!({"paused": true})).await,
        app.get(&format!("/v1/feeds/{id}")).await,
        app.post(&format!("/v1/feeds/{id}:poll"), &json!(null)).await,
    ] {
        assert_eq!(answer.problem()["type"], "/problems/not-found");
    }
}

#[tokio::test]
async fn a_list_of_feeds_is_imported_and_told_what_became_of_it() {
    let room = Newsroom::new().await;
    room.list(&[]);
    let app = app(&room).await;
    let opml = format!(
        "<opml version=\"1.0\"><body><outline text=\"All\"><outline text=\"Courier\" xmlUrl=\"{0}\"/>\n\
         <outline text=\"Twice\" xmlUrl=\"{0}/\"/></outline><outline text=\"Bad\" xmlUrl=\"news:x\"/></body></opml>",
        room.url("/feed")
    );
    let answer = app
        .post_bytes("/v1/feeds:import", "text/x-opml", opml.clone().into_bytes())
        .await
        .expect(200);
    assert_eq!((&answer["added"], &answer["known"]), (&json!(1), &json!(1)));
    assert_eq!(
        (&answer["refused"][0]["line"], &answer["refused"][0]["title"]),
        (&json!(2), &json!("Bad"))
    );
    let again = app.post_bytes("/v1/feeds:import", "text/xml", opml.into_bytes()).await.expect(200);
    assert_eq!((&again["added"], &again["known"]), (&json!(0), &json!(2)));
    app.poll().await;
    let feeds = app.get("/v1/feeds").await.expect(200);
    assert_eq!(
        (&feeds["items"][0]["title"], &feeds["items"][0]["last_result"]),
        (&json!("Courier"), &json!("ok"))
    );
    let broken = app.post_bytes("/v1/feeds:import", "text/xml", b"<opml><body>".to_vec()).await;
    assert_eq!(broken.status, 422);
    assert!(broken.problem()["errors"][0]["detail"].as_str().unwrap().contains("broken"));
    assert_eq!(app.post("/v1/feeds:import", &json!({})).await.status, 415);
}

#[tokio::test]
async fn the_list_is_walked_page_by_page() {
    let app = TestApp::new().await;
    let outlines: String =
        (0..7).map(|n| format!("<outline xmlUrl=\"https://n.test/{n}\"/>")).collect();
    let opml = format!("<opml><body>{outlines}</body></opml>");
    app.post_bytes("/v1/feeds:import", "text/xml", opml.into_bytes()).await.expect(200);
    let urls: std::collections::BTreeSet<String> = app
        .walk("/v1/feeds?limit=3")
        .await
        .iter()
        .map(|it| it["url"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(urls.len(), 7);
    for query in ["state=asleep", "parent=x", "limit=0", "kind=rss"] {
        assert_eq!(
            app.get(&format!("/v1/feeds?{query}")).await.problem()["type"],
            "/problems/invalid-parameter"
        );
    }
}

#[tokio::test]
async fn polls_and_feeds_are_counted() {
    let room = Newsroom::new().await;
    room.list(&[]);
    let app = app(&room).await;
    follow(&app, &room.url("/feed")).await;
    let metrics = async || String::from_utf8(app.get("/metrics").await.body).unwrap();
    let before = metrics().await;
    assert!(before.contains("claimtrail_feeds{state=\"active\"} 1\n"), "{before}");
    assert!(before.contains("claimtrail_feeds_due 1\n"), "{before}");
    app.poll().await;
    let after = metrics().await;
    assert!(after.contains("claimtrail_feeds_due 0\n"), "{after}");
    assert!(after.contains("claimtrail_feed_polls_total{result=\"ok\"} "), "{after}");
}
