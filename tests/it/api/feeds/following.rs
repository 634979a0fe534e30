//! Feeds that are found, listed, changed and forgotten.

use reqwest::Method;
use serde_json::{Value, json};

use super::{XML, app, follow, later, patch, wait};
use crate::support::app::{TestApp, send};
use crate::support::newsroom::Newsroom;

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
