//! Feeds that are polled: what is fetched, when they are asked again, what goes wrong.

use reqwest::Method;
use serde_json::{Value, json};

use super::{WORDS, XML, app, documents, feed, follow, later, patch, wait};
use crate::support::app::send;
use crate::support::newsroom::Newsroom;

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
