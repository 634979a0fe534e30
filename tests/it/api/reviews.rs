//! Published fact-checks over the API: imported, listed, on the claim's trail, and as they were known.

use claimtrail::domain::Stance;
use claimtrail::store::redaction;
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::builders::Story;

fn block(url: &str, claim: &str, rating: &str) -> Value {
    json!({
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "url": url,
        "claimReviewed": claim,
        "datePublished": "2026-03-04",
        "name": "What the harbour office says",
        "author": {"@type": "Organization", "name": "Lorne Check", "url": "https://check.test/"},
        "itemReviewed": {
            "@type": "Claim",
            "author": {"@type": "Person", "name": "R. Roe"},
            "datePublished": "2026-03-02",
            "appearance": "https://posts.test/1"
        },
        "reviewRating": {"@type": "Rating", "alternateName": rating}
    })
}

const CLAIM: &str = "The pier of Lorne has been shut since Monday.";

async fn import(app: &TestApp, body: &Value) -> Value {
    app.post("/v1/reviews:import", body).await.expect(200)
}

fn counts(report: &Value) -> [i64; 4] {
    ["created", "revised", "unchanged", "refused"].map(|name| report[name].as_i64().unwrap())
}

#[tokio::test]
async fn a_review_founds_its_claim_and_is_its_rebuttal() {
    let app = TestApp::new().await;
    let report = import(&app, &block("https://check.test/pier", CLAIM, "False")).await;
    assert_eq!(counts(&report), [1, 0, 0, 0]);
    let imported = &report["blocks"][0];
    assert_eq!((&imported["outcome"], &imported["verdict"]), (&json!("created"), &json!("false")));
    assert_eq!(imported["unread"].as_array().unwrap().len(), 3, "{imported}");
    let claim = imported["claim"].as_str().unwrap();
    let review = imported["review"].as_str().unwrap();

    let read = app.get(&format!("/v1/reviews/{review}")).await.expect(200);
    for (pointer, expected) in [
        ("/claim/text", json!(CLAIM)),
        ("/claim/status", json!("debunked")),
        ("/claimants/0/name", json!("R. Roe")),
        ("/claim_stated_at", json!("2026-03-02T00:00:00Z")),
        ("/claim_stated_precision", json!("day")),
        ("/appearances/0/url", json!("https://posts.test/1")),
        ("/url", json!("https://check.test/pier")),
        ("/publisher", json!("Lorne Check")),
        ("/outlet/domain", json!("check.test")),
        ("/rating/words", json!("False")),
        ("/verdict", json!("false")),
        ("/verdict_from", json!("words")),
        ("/revision_number", json!(1)),
        ("/unread/0/pointer", json!("/reviewRating/ratingValue")),
    ] {
        assert_eq!(read.pointer(pointer), Some(&expected), "{pointer}: {read}");
    }

    let of_claim = app.get(&format!("/v1/claims/{claim}")).await.expect(200);
    assert_eq!((&of_claim["status"], &of_claim["reviews"]), (&json!("debunked"), &json!(1)));
    assert_eq!(of_claim["rebuttals"], 1);
    assert_eq!(of_claim["reasons"][0]["code"], "reviewed_false");
    assert_eq!(of_claim["reasons"][0]["review"], review);
    assert_eq!(of_claim["first_stated_at"], "2026-03-02T00:00:00Z");
    let listed = app.get("/v1/claims?status=debunked").await.expect(200);
    assert_eq!(listed["items"][0]["id"], claim);

    let rebuttals = app.get(&format!("/v1/claims/{claim}/rebuttals")).await.expect(200);
    let rebuttal = &rebuttals["items"][0];
    assert_eq!(rebuttal["id"], read["rebuttal"]);
    assert_eq!((&rebuttal["kind"], &rebuttal["document"]), (&json!("review"), &Value::Null));
    assert_eq!(rebuttal["review"]["id"], review);
    assert_eq!(rebuttal["denier_role"], "outlet");
    for filter in ["kind=review", "outlet=check.test", "denier_role=outlet", "from=2026-03-04"] {
        let found = app.get(&format!("/v1/rebuttals?{filter}")).await.expect(200);
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "{filter}");
    }

    let timeline = app.get(&format!("/v1/claims/{claim}/timeline")).await.expect(200);
    let events = timeline["items"].as_array().unwrap();
    assert_eq!(events[0]["event"], "review");
    assert_eq!(events[0]["review"]["verdict"], "false");
    assert_eq!(events[0]["rebuttal"], read["rebuttal"]);
    assert_eq!(events[1]["event"], "status");
}

#[tokio::test]
async fn who_made_a_checked_claim_is_the_actor_that_articles_name() {
    let app = TestApp::new().await;
    let mut story = Story::new("https://courier.test/1", "Rhoda Roe has denied that she sold it.");
    let roe = story.actor("Rhoda Roe", Some(claimtrail::domain::ActorKind::Person));
    story.claim("Rhoda Roe sold the pier.").denied_by(roe, "denied");
    story.store(&app.pool()).await.unwrap();
    let by = |kind: &str, name: &str| {
        let mut block = block("https://check.test/pier", CLAIM, "False");
        block["itemReviewed"]["author"] =
            json!({ "@type": kind, "name": name, "jobTitle": "harbour master" });
        block
    };
    // Blocks often give a wrong type; of two actors of one name nobody speaks.
    let report = import(&app, &by("Organization", "Rhoda Roe")).await;
    let claim = report["blocks"][0]["claim"].as_str().unwrap();
    let of_claim = app.get(&format!("/v1/claims/{claim}")).await.expect(200);
    let named = of_claim["claimants"].as_array().unwrap();
    assert_eq!(named.len(), 1, "{of_claim}");
    let id = named[0]["id"].as_str().unwrap();
    let actors = app.walk("/v1/actors?q=roe").await;
    assert_eq!(actors.len(), 1, "{actors:?}");
    assert_eq!((&actors[0]["id"], &actors[0]["kind"]), (&json!(id), &json!("person")));
    assert_eq!((&actors[0]["claims"], &actors[0]["rebuttals"]), (&json!(1), &json!(1)));
    assert_eq!(actors[0]["roles"], json!(["harbour master"]));
    let trail = app.get(&format!("/v1/actors/{id}/trail")).await.expect(200);
    assert_eq!(trail["claimed"][0]["id"], claim);
    assert_eq!(trail["was_denied"][0]["id"], claim, "a fact-check speaks against it");
    assert_eq!(app.walk("/v1/claims?claimant=Rhoda+Roe").await.len(), 1);
    let page = String::from_utf8(app.get(&format!("/claims/{claim}")).await.body).unwrap();
    assert!(page.contains("Rhoda Roe"), "{page}");

    // The publisher names nobody any more: so from now on, and not before.
    let then = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    let report = import(&app, &by("Person", "Facebook posts")).await;
    assert_eq!(counts(&report), [0, 1, 0, 0]);
    let claimants = async |query: &str| {
        app.get(&format!("/v1/claims/{claim}{query}")).await.expect(200)["claimants"].clone()
    };
    assert_eq!(claimants("").await, json!([]));
    assert_eq!(claimants(&format!("?as_of={then}")).await, json!(named));
    let now = app.walk("/v1/actors?q=roe").await;
    assert_eq!((&now[0]["claims"], now.len()), (&json!(0), 1));
    assert_eq!(app.walk(&format!("/v1/actors?q=roe&as_of={then}")).await, actors);
    let one = app.get(&format!("/v1/actors/{id}?as_of={then}")).await.expect(200);
    assert_eq!(one, actors[0]);
    let before = "2020-01-01T00:00:00Z";
    assert!(app.walk(&format!("/v1/actors?as_of={before}")).await.is_empty());
    app.get(&format!("/v1/actors/{id}?as_of={before}")).await.expect(404);
}

#[tokio::test]
async fn a_claimant_goes_with_its_claim_when_that_is_merged() {
    let app = TestApp::new().await;
    let mut claims = Vec::new();
    for (url, words) in [("https://check.test/1", CLAIM), ("https://check.test/2", "Gulls vote.")] {
        let report = import(&app, &block(url, words, "False")).await;
        claims.push(report["blocks"][0]["claim"].as_str().unwrap().to_owned());
    }
    let merge = json!({ "into": claims[1], "reason": "one matter", "by": "desk editor" });
    app.post(&format!("/v1/claims/{}:merge", claims[0]), &merge).await.expect(200);
    let trail = app.walk("/v1/actors?q=roe").await;
    let trail = app.get(&format!("/v1/actors/{}/trail", trail[0]["id"].as_str().unwrap())).await;
    let claimed = trail.expect(200)["claimed"].clone();
    assert_eq!((claimed.as_array().unwrap().len(), &claimed[0]["id"]), (1, &json!(claims[1])));
}

#[tokio::test]
async fn the_page_of_a_claim_shows_its_reviews() {
    let app = TestApp::new().await;
    let rating = "<b>False</b>: it is open";
    let report = import(&app, &block("https://check.test/pier", CLAIM, rating)).await;
    let claim = report["blocks"][0]["claim"].as_str().unwrap();
    let page = app.get(&format!("/claims/{claim}")).await;
    let page = String::from_utf8(page.body).unwrap();
    for words in [
        "<strong><bdi>Lorne Check</bdi></strong>",
        "href=\"https://check.test/pier\"",
        "What the harbour office says",
        "&#60;b&#62;False&#60;/b&#62;: it is open",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let start = app.get("/").await;
    assert_eq!(start.status, 200, "{}", String::from_utf8_lossy(&start.body));
}

#[tokio::test]
async fn the_block_comes_out_as_it_went_in() {
    let app = TestApp::new().await;
    let raw = "{ \"@type\":\"ClaimReview\",\n \"url\":\"https:\\/\\/check.test\\/1\", \"claimReviewed\":\"The pier is \\u0073hut.\", \"n\":1.50 }";
    let body = format!("[{raw}]").into_bytes();
    let report =
        app.post_bytes("/v1/reviews:import", "application/ld+json", body).await.expect(200);
    let review = report["blocks"][0]["review"].as_str().unwrap();
    let answer = app.get(&format!("/v1/reviews/{review}/raw")).await;
    assert_eq!(answer.header("content-type"), "application/ld+json");
    assert_eq!(String::from_utf8(answer.body).unwrap(), raw);
    app.get("/v1/reviews/01890000-0000-7000-8000-000000000000/raw").await.expect(404);
}

#[tokio::test]
async fn importing_again_changes_nothing_and_a_changed_block_supersedes() {
    let app = TestApp::new().await;
    let first = block("https://check.test/pier", CLAIM, "False");
    let report = import(&app, &first).await;
    let (review, claim) =
        (report["blocks"][0]["review"].clone(), report["blocks"][0]["claim"].clone());
    let count = "select (select count(*) from review_revisions)
        + (select count(*) from claim_summaries) + (select count(*) from rebuttals)";
    let rows = async || -> i64 { app.client().await.query_one(count, &[]).await.unwrap().get(0) };
    let before = rows().await;
    // Other spacing, another order and another way to write the address say the same.
    let mut spaced: Value = first.clone();
    spaced["url"] = json!("https://check.test/pier");
    let spaced = serde_json::to_string_pretty(&spaced).unwrap().into_bytes();
    let again = app.post_bytes("/v1/reviews:import", "application/json", spaced).await.expect(200);
    assert_eq!(counts(&again), [0, 0, 1, 0]);
    assert_eq!(again["blocks"][0]["review"], review);
    assert_eq!(rows().await, before);

    let known = app.get(&format!("/v1/reviews/{}", review.as_str().unwrap())).await.expect(200);
    let then = known["recorded_at"].as_str().unwrap().to_owned();
    let changed = block("https://www.check.test/pier#top", CLAIM, "True");
    let report = import(&app, &changed).await;
    assert_eq!(counts(&report), [0, 1, 0, 0]);
    assert_eq!((&report["blocks"][0]["review"], &report["blocks"][0]["claim"]), (&review, &claim));
    let (review, claim) = (review.as_str().unwrap(), claim.as_str().unwrap());

    let now = app.get(&format!("/v1/reviews/{review}")).await.expect(200);
    assert_eq!((&now["verdict"], &now["revision_number"]), (&json!("true"), &json!(2)));
    assert_eq!(now["rebuttal"], Value::Null);
    assert_eq!(now["claim"]["status"], "confirmed");
    let rebuttals = app.get(&format!("/v1/claims/{claim}/rebuttals")).await.expect(200);
    assert_eq!(rebuttals["items"], json!([]));

    // An old file that is loaded again does not undo a newer one.
    let old = import(&app, &first).await;
    assert_eq!(counts(&old), [0, 0, 1, 0]);
    assert_eq!(app.get(&format!("/v1/reviews/{review}")).await.expect(200), now);

    let as_of = format!("as_of={}", then.replace('+', "%2B"));
    let past = app.get(&format!("/v1/reviews/{review}?{as_of}")).await.expect(200);
    assert_eq!((&past["verdict"], &past["claim"]["status"]), (&json!("false"), &json!("debunked")));
    assert_eq!(past["rebuttal"], known["rebuttal"]);
    let past = app.get(&format!("/v1/claims/{claim}?{as_of}")).await.expect(200);
    assert_eq!((&past["status"], &past["rebuttals"]), (&json!("debunked"), &json!(1)));
    let past = app.get(&format!("/v1/reviews?{as_of}&verdict=false")).await.expect(200);
    assert_eq!(past["items"].as_array().unwrap().len(), 1);
    let past = app.get(&format!("/v1/claims/{claim}/timeline?{as_of}")).await.expect(200);
    assert_eq!(past["items"][0]["review"]["verdict"], "false");
    app.get(&format!("/v1/reviews/{review}?as_of=2020-01-01")).await.expect(404);
}

#[tokio::test]
async fn a_review_finds_the_claim_that_documents_carry() {
    let app = TestApp::new().await;
    let mut story =
        Story::new("https://lorne.test/1", "The pier of Lorne has been shut since Monday.");
    story.claim(CLAIM).appears(Stance::Asserts, "The pier of Lorne has been shut");
    story.store(&app.pool()).await.unwrap();
    let claims = app.get("/v1/claims").await.expect(200);
    let claim = claims["items"][0].clone();
    assert_eq!((&claim["status"], &claim["reviews"]), (&json!("unverified"), &json!(0)));

    let wording = "“The pier of Lorne has been shut since Monday”";
    let report = import(&app, &block("https://check.test/pier", wording, "Half true")).await;
    assert_eq!(report["blocks"][0]["claim"], claim["id"]);
    let id = claim["id"].as_str().unwrap();
    let mixed = app.get(&format!("/v1/claims/{id}")).await.expect(200);
    assert_eq!((&mixed["status"], &mixed["reviews"]), (&json!("unverified"), &json!(1)));
    assert_eq!((&mixed["appearances"], &mixed["rebuttals"]), (&json!(1), &json!(0)));

    import(&app, &block("https://other.test/pier", CLAIM, "Mostly false")).await;
    import(&app, &block("https://third.test/pier", CLAIM, "True")).await;
    let disputed = app.get(&format!("/v1/claims/{id}")).await.expect(200);
    assert_eq!((&disputed["status"], &disputed["reviews"]), (&json!("disputed"), &json!(3)));
    assert_eq!((&disputed["rebuttals"], &disputed["appearances"]), (&json!(1), &json!(1)));

    // What documents say later leaves the reviews in place.
    let mut later =
        Story::new("https://lorne.test/2", "The pier of Lorne has been shut since Monday.");
    later.claim(CLAIM).appears(Stance::Asserts, "The pier of Lorne has been shut");
    later.store(&app.pool()).await.unwrap();
    let after = app.get(&format!("/v1/claims/{id}")).await.expect(200);
    assert_eq!((&after["status"], &after["reviews"]), (&json!("disputed"), &json!(3)));
    assert_eq!(after["appearances"], 2);
}

#[tokio::test]
async fn a_review_that_words_the_claim_otherwise_is_linked_and_matched() {
    let app = TestApp::new().await;
    let claim = "The ferry Mirelle burned down in Lorne harbour on Friday.";
    let mut story = Story::new("https://lorne.test/1", claim);
    story.claim(claim).appears(Stance::Asserts, claim);
    story.store(&app.pool()).await.unwrap();
    let reviewed = "On Friday, the ferry Mirelle burned down in the harbour of Lorne.";
    let report = import(&app, &block("https://check.test/ferry", reviewed, "Fake")).await;
    app.keep_known_claims().await;
    let links = app.walk("/v1/links?limit=5&kind=same").await;
    let ids: Vec<&Value> = links.iter().map(|link| &link["claims"][1]["id"]).collect();
    assert_eq!(ids, [&report["blocks"][0]["claim"]], "{links:?}");

    let asked = json!({"text": "Did the ferry Mirelle burn down in Lorne on Friday?"});
    let answer = app.post("/v1/claims:match", &asked).await.expect(200);
    let matches = answer["results"][0]["matches"].as_array().unwrap();
    let kinds = matches.iter().flat_map(|it| it["rebuttals"].as_array().unwrap());
    let kinds: Vec<&Value> = kinds.map(|rebuttal| &rebuttal["kind"]).collect();
    assert_eq!(kinds, ["review"], "{answer}");
}

#[tokio::test]
async fn a_reviewed_claim_outlives_the_document_that_carried_it() {
    let app = TestApp::new().await;
    let mut story = Story::new("https://lorne.test/1", CLAIM);
    story.claim(CLAIM).appears(Stance::Asserts, CLAIM);
    let stored = story.store(&app.pool()).await.unwrap();
    let report = import(&app, &block("https://check.test/pier", CLAIM, "False")).await;
    let request = redaction::Request { by: "a desk", reason: "asked for" };
    let mut connection = app.pool().get().await.unwrap();
    redaction::redact(&mut connection, stored.document, request).await.unwrap();
    let claim = report["blocks"][0]["claim"].as_str().unwrap();
    let claim = app.get(&format!("/v1/claims/{claim}")).await.expect(200);
    assert_eq!((&claim["appearances"], &claim["reviews"]), (&json!(0), &json!(1)));
    assert_eq!(claim["status"], "debunked");
}

#[tokio::test]
async fn reviews_of_one_claim_at_once_found_it_once() {
    let app = TestApp::new().await;
    let blocks: Vec<Value> =
        (0..12).map(|n| block(&format!("https://check.test/{}", n % 8), CLAIM, "False")).collect();
    let reports = futures_util::future::join_all(blocks.iter().map(|it| import(&app, it))).await;
    let claims: std::collections::BTreeSet<String> =
        reports.iter().map(|it| it["blocks"][0]["claim"].to_string()).collect();
    assert_eq!(claims.len(), 1);
    let claims = app.get("/v1/claims").await.expect(200);
    assert_eq!(claims["items"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&claims["items"][0]["reviews"], &claims["items"][0]["rebuttals"]),
        (&json!(8), &json!(8))
    );
}

#[tokio::test]
async fn pages_lines_and_feeds_are_imported_and_bad_blocks_named() {
    let app = TestApp::new().await;
    let page = format!(
        "<html><script type=\"application/ld+json\">{{oops</script>
         <script type=\"application/ld+json\">{};</script><p>Words</p></html>",
        block("/pier", CLAIM, "False")
    );
    let path = "/v1/reviews:import?url=https://check.test/articles/7";
    let report =
        app.post_bytes(path, "text/html; charset=utf-8", page.into_bytes()).await.expect(200);
    assert_eq!(counts(&report), [1, 0, 0, 1]);
    assert_eq!(report["blocks"][0]["place"], "script 1");
    assert!(report["blocks"][0]["error"].as_str().unwrap().contains("not JSON"));
    let unread = report["blocks"][1]["unread"].as_array().unwrap();
    assert!(unread.iter().any(|it| it["code"] == "trailing_garbage"), "{unread:?}");
    assert!(unread.iter().any(|it| it["code"] == "relative_address"), "{unread:?}");
    let review = report["blocks"][1]["review"].as_str().unwrap();
    let review = app.get(&format!("/v1/reviews/{review}")).await.expect(200);
    assert_eq!(review["url"], "https://check.test/pier");

    let lines = format!(
        "{}\n{}\nnot json\n",
        block("https://check.test/2", "The ferry is late today.", "True"),
        json!({"@type": "NewsArticle"})
    );
    let report = app
        .post_bytes("/v1/reviews:import", "application/x-ndjson", lines.into_bytes())
        .await
        .expect(200);
    assert_eq!(counts(&report), [1, 0, 0, 2]);
    assert_eq!(report["blocks"][1]["place"], "line 2");
    assert!(report["blocks"][1]["error"].as_str().unwrap().contains("NewsArticle"));

    let feed = json!({"@type": "DataFeed", "dataFeedElement": [
        {"item": [block("https://check.test/3", "The gull is blue.", "Fake")]},
        {"item": []}]});
    let report = import(&app, &feed).await;
    assert_eq!(counts(&report), [1, 0, 0, 1]);
    assert_eq!(report["blocks"][0]["place"], "/dataFeedElement/0/item/0");
}

#[tokio::test]
async fn lists_are_filtered_and_walked() {
    let app = TestApp::new().await;
    let blocks: Vec<Value> = (0..7)
        .map(|n| {
            let host = if n % 2 == 0 { "check" } else { "probe" };
            let rating = if n < 3 { "False" } else { "Unproven" };
            let mut block = block(
                &format!("https://{host}.test/{n}"),
                &format!("The pier has {n} gulls."),
                rating,
            );
            block["author"] = json!({"@type": "Organization", "name": format!("The {host}")});
            block["datePublished"] = json!(format!("2026-03-0{}", n + 1));
            block
        })
        .collect();
    import(&app, &json!(blocks)).await;
    let found = async |filter: &str| app.walk(&format!("/v1/reviews?limit=2&{filter}")).await.len();
    for (filter, expected) in [
        ("verdict=false", 3),
        ("verdict=unproven", 4),
        ("publisher=check.test", 4),
        ("publisher=The%20probe", 3),
        ("q=gulls", 7),
        ("q=harbour", 7),
        ("q=mayor", 0),
        ("language=en", 7),
        ("from=2026-03-03&to=2026-03-05", 2),
        ("verdict=false&publisher=probe.test", 1),
    ] {
        assert_eq!(found(filter).await, expected, "{filter}");
    }
    let one = &app.walk("/v1/reviews?verdict=false").await[0];
    let claim = one["claim"]["id"].as_str().unwrap();
    assert_eq!(found(&format!("claim={claim}")).await, 1);
    for bad in ["verdict=wrong", "claim=7", "from=soon", "page=2", "cursor=x"] {
        assert_eq!(app.get(&format!("/v1/reviews?{bad}")).await.status, 400, "{bad}");
    }
}

#[tokio::test]
async fn bodies_that_cannot_be_read_are_refused() {
    let app = TestApp::new().await;
    for (media_type, bytes, status) in [
        ("text/plain", b"{}".to_vec(), 415),
        ("application/json; charset=utf-16", b"{}".to_vec(), 415),
        ("application/json", b"\xff\xfe".to_vec(), 400),
        ("application/json", vec![b' '; 8 << 20], 413),
    ] {
        let answer = app.post_bytes("/v1/reviews:import", media_type, bytes).await;
        assert_eq!(answer.status, status, "{media_type}");
        answer.problem();
    }
    let wrong = app.post("/v1/reviews:import?url=nowhere", &json!({})).await;
    assert_eq!(wrong.status, 400);
    let report = import(&app, &json!([])).await;
    assert_eq!(counts(&report), [0, 0, 0, 0]);
}
