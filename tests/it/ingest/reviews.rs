//! `ClaimReview` as it is published → reviews: what is read, what is not and why.

use claimtrail::domain::{DateTimePrecision, PublishedReview, UnreadCode, Verdict, VerdictSource};
use claimtrail::ingest::review::{
    Context, Found, LONGEST_BLOCK, Refusal, from_html, from_json, from_lines, from_reader,
    is_streamable, ratings,
};
use serde_json::{Value, json};

fn context() -> Context {
    Context::default()
}

/// The one review of a JSON text.
#[track_caller]
fn read(block: &Value) -> PublishedReview {
    only(from_json(&block.to_string(), &context()))
}

#[track_caller]
fn only(mut found: Vec<Found>) -> PublishedReview {
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0).outcome.unwrap_or_else(|refusal| panic!("{refusal}"))
}

/// A whole block with these members in the place of its own.
fn block(more: Value) -> Value {
    let mut block = json!({
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "url": "https://check.test/pier",
        "claimReviewed": "The pier of Lorne has been shut since Monday.",
        "datePublished": "2026-03-04",
        "name": "No, the pier is open",
        "author": {"@type": "Organization", "name": "Lorne Check", "url": "https://check.test/"},
        "itemReviewed": {
            "@type": "Claim",
            "author": {"@type": "Person", "name": "R. Roe", "jobTitle": "Harbour clerk"},
            "datePublished": "2026-03-02",
            "appearance": {"@type": "CreativeWork", "url": "https://posts.test/1"}
        },
        "reviewRating": {
            "@type": "Rating", "ratingValue": 1, "bestRating": 5, "worstRating": 1,
            "alternateName": "False"
        }
    });
    for (name, value) in more.as_object().expect("members") {
        block[name] = value.clone();
    }
    block
}

#[track_caller]
fn codes(review: &PublishedReview) -> Vec<(&str, UnreadCode)> {
    review.unread.iter().map(|it| (it.pointer.as_str(), it.code)).collect()
}

fn places(found: &[Found]) -> Vec<&str> {
    found.iter().map(|block| block.place.as_str()).collect()
}

#[test]
fn a_whole_block_is_read_with_nothing_left() {
    let given = block(json!({}));
    let review = read(&given);
    assert_eq!(review.claim, "The pier of Lorne has been shut since Monday.");
    assert_eq!(review.url.as_deref(), Some("https://check.test/pier"));
    assert_eq!(review.title.as_deref(), Some("No, the pier is open"));
    assert_eq!(review.publisher.as_deref(), Some("Lorne Check"));
    assert_eq!(review.publisher_url.as_deref(), Some("https://check.test/"));
    assert_eq!(review.claimants[0].name, "R. Roe");
    assert_eq!(review.claimants[0].job_title.as_deref(), Some("Harbour clerk"));
    assert_eq!(review.appearances[0].url, "https://posts.test/1");
    let told = review.claim_stated.unwrap();
    assert_eq!(
        (told.at.to_rfc3339().as_str(), told.precision),
        ("2026-03-02T00:00:00+00:00", DateTimePrecision::Day)
    );
    assert_eq!(review.language, "en");
    assert_eq!((review.verdict, review.verdict_from), (Verdict::False, VerdictSource::Words));
    assert_eq!(codes(&review), []);
    assert_eq!(review.raw, given.to_string());
}

#[test]
fn the_block_is_kept_byte_for_byte() {
    let text = "{\"items\" : [ {\"x\": {\"@type\" :\"ClaimReview\",  \"claimReviewed\":\"It \\u0069s.\",\n \"n\": 1.50e1 }} ]}";
    let review = only(from_json(text, &context()));
    assert_eq!(
        review.raw,
        "{\"@type\" :\"ClaimReview\",  \"claimReviewed\":\"It \\u0069s.\",\n \"n\": 1.50e1 }"
    );
}

#[test]
fn lists_graphs_feeds_lines_and_fields_are_looked_through() {
    let one = block(json!({}));
    let other = json!({"@type": "NewsArticle", "headline": "The pier"});
    for (text, expected) in [
        (json!([one, one]), vec!["/0", "/1"]),
        (json!({"@graph": [other, one]}), vec!["/@graph/1"]),
        (
            json!({"@type": "DataFeed", "dataFeedElement": [
                {"@type": "DataFeedItem", "item": [one, one]}, {"item": [one]}]}),
            vec![
                "/dataFeedElement/0/item/0",
                "/dataFeedElement/0/item/1",
                "/dataFeedElement/1/item/0",
            ],
        ),
        (json!({"fixture": "a", "claimreview": one}), vec!["/claimreview"]),
        (json!({"@type": "NewsArticle", "review": {"a/b": one}}), vec!["/review/a~1b"]),
    ] {
        let found = from_json(&text.to_string(), &context());
        assert_eq!(places(&found), expected, "{text}");
        assert!(found.iter().all(|block| block.outcome.is_ok()), "{found:?}");
    }
    let lines = format!("{one}\n\n{}\n{{\n", json!({"block": one}));
    let found = from_lines(&lines, &context());
    assert_eq!(places(&found), ["line 1", "line 3: /block", "line 4"]);
    assert!(matches!(found[2].outcome, Err(Refusal::NotJson(_))));
}

#[test]
fn what_is_no_claim_review_is_refused_by_what_it_is() {
    for (text, said) in [
        (r#"{"@type":"NewsArticle"}"#, "it is NewsArticle, not a ClaimReview"),
        (
            r#"{"@graph":[{"@type":"WebPage"},{"@type":["Review","Thing"]}]}"#,
            "WebPage, Review, Thing",
        ),
        (r#"{"claimReviewed":"The pier is shut."}"#, "an object without a @type"),
        ("[]", ""),
        ("7", "a number"),
        (r#""ClaimReview""#, "a string"),
        ("{", "not JSON"),
        (r#"{"@type":"ClaimReview","claimReviewed":"\ud800"}"#, "not JSON"),
        (
            r#"{"@type":"ClaimReview","url":"https://check.test/1"}"#,
            "no claim: /itemReviewed is not there; /claimReviewed is not there",
        ),
        (
            r#"{"@type":"ClaimReview","claimReviewed":" ","itemReviewed":"https://posts.test/1"}"#,
            "/claimReviewed says nothing",
        ),
        (r#"{"@type":"ClaimReview","claimReviewed":false}"#, "/claimReviewed is no text"),
    ] {
        let found = from_json(text, &context());
        let refusals: Vec<String> =
            found.iter().map(|it| it.outcome.as_ref().unwrap_err().to_string()).collect();
        match said {
            "" => assert_eq!(refusals, [""; 0]),
            said => {
                assert!(refusals.len() == 1 && refusals[0].contains(said), "{text}: {refusals:?}")
            }
        }
    }
    let long = block(json!({"reviewBody": "x".repeat(LONGEST_BLOCK)}));
    let found = from_json(&json!([long, block(json!({}))]).to_string(), &context());
    assert!(matches!(found[0].outcome, Err(Refusal::TooLong(_))), "{:?}", places(&found));
    assert!(found[1].outcome.is_ok());
}

/// A block with something behind it, as templates leave it.
#[test]
fn a_semicolon_behind_a_block_is_told_and_costs_nothing() {
    let text = format!("{};", block(json!({})));
    let review = only(from_json(&text, &context()));
    assert_eq!(codes(&review), [("", UnreadCode::TrailingGarbage)]);
    assert_eq!(review.raw, block(json!({})).to_string());
    let page = format!(r#"<script type="application/ld+json">{text}</script>"#);
    let review = only(from_html(page.as_str(), &context()).unwrap());
    assert_eq!(codes(&review), [("", UnreadCode::TrailingGarbage)]);
}

#[test]
fn a_block_with_a_comma_too_many_is_mended_and_says_so() {
    let text = r#"{"@type":"ClaimReview","claimReviewed":"The pier is shut.","itemReviewed":{},
        "author":{"name":"Lorne Check"},"url":"https://check.test/1",}"#;
    let review = only(from_json(text, &context()));
    assert_eq!(review.claim, "The pier is shut.");
    assert!(codes(&review).contains(&("", UnreadCode::Mended)));
}

#[test]
fn entities_are_resolved_once_and_never_made_a_tag() {
    let published = "Smith &amp; Sons said &quot;no&quot;\n to the pier";
    let review = read(&block(json!({"claimReviewed": published})));
    assert_eq!(review.claim, "Smith & Sons said \"no\" to the pier");
    assert_eq!(review.claim_published, published);
    let text = r#"{"@type":"ClaimReview","claimReviewed":"\u0026amp;lt;b\u0026amp;gt; is shut"}"#;
    let review = only(from_json(text, &context()));
    assert_eq!(review.claim, "&lt;b&gt; is shut");
}

#[test]
fn every_script_of_a_page_is_searched_and_a_bad_one_is_told() {
    let page = format!(
        r##"<html><head><script type="application/ld+json">{{"@type":"WebPage"}}</script>
        <script type="application/ld+json">not json</script>
        <script>var a = {{"@type":"ClaimReview"}};</script>
        <script type="application/ld+json">{{"@type":"Organization","@id":"#desk","name":"Lorne Check"}}</script>
        <script type="application/ld+json">{{"@graph":[{}]}}</script></head><body><p>Text</p></body></html>"##,
        block(json!({"author": {"@id": "#desk"}, "url": "/pier"}))
    );
    let address = "https://www.check.test/articles/7".parse().ok();
    let found = from_html(page.as_str(), &Context { address, ..context() }).unwrap();
    assert_eq!(places(&found), ["script 2", "script 4: /@graph/0"]);
    assert!(matches!(found[0].outcome, Err(Refusal::NotJson(_))));
    let review = found[1].outcome.as_ref().unwrap();
    assert_eq!(review.publisher.as_deref(), Some("Lorne Check"));
    assert_eq!(review.url.as_deref(), Some("https://www.check.test/pier"));
    assert_eq!(codes(review), [("/url", UnreadCode::RelativeAddress)]);
    assert_eq!(from_html("<p>No script</p>", &context()).unwrap(), []);
}

#[test]
fn reviews_in_microdata_are_read() {
    let page = r#"<html><body><div itemscope itemtype="http://schema.org/WebPage">
        <article itemprop="mainEntity" itemscope itemtype="http://schema.org/ClaimReview">
          <h1 itemprop="name">No, the <em>pier</em> is open</h1>
          <meta itemprop="claimReviewed" content="The pier of Lorne is shut.">
          <a itemprop="url" href="https://check.test/pier">Link</a>
          <time itemprop="datePublished" datetime="2026-03-04">Wednesday</time>
          <div itemprop="author" itemscope itemtype="http://schema.org/Organization"><b itemprop="name">Lorne Check</b></div>
          <div itemprop="itemReviewed" itemscope itemtype="http://schema.org/CreativeWork">
            <span itemprop="author" itemscope itemtype="http://schema.org/Person"><i itemprop="name">R. Roe</i></span>
            <span itemprop="author" itemscope itemtype="http://schema.org/Person"><i itemprop="name">A. Oke</i></span>
            <meta itemprop="datePublished" content="2026-03-02"></div>
          <div itemprop="reviewRating" itemscope itemtype="http://schema.org/Rating">
            <span itemprop="ratingValue">4</span>/<span itemprop="bestRating">1</span>
            <meta itemprop="worstRating" content="5"><b itemprop="alternateName">Mostly false</b></div>
        </article></div><div itemscope itemtype="http://schema.org/Person"><b itemprop="name">Ida</b></div></body></html>"#;
    let found = from_html(page, &context()).unwrap();
    assert_eq!(places(&found), ["item 1: /mainEntity"]);
    let review = only(found);
    assert_eq!(review.claim, "The pier of Lorne is shut.");
    assert_eq!(review.title.as_deref(), Some("No, the pier is open"));
    assert_eq!(review.url.as_deref(), Some("https://check.test/pier"));
    assert_eq!(review.publisher.as_deref(), Some("Lorne Check"));
    assert_eq!((review.rating.share(), review.verdict), (Some(0.25), Verdict::MostlyFalse));
    assert_eq!(review.claimants.len(), 2);
    assert_eq!(codes(&review), []);
    let raw: Value = serde_json::from_str(&review.raw).unwrap();
    assert_eq!(raw["reviewRating"]["alternateName"], "Mostly false");
    let script = format!("<script type=\"application/ld+json\">{}</script>", block(json!({})));
    let both = page.replace("</body>", &format!("{script}</body>"));
    assert_eq!(places(&from_html(both.as_str(), &context()).unwrap()), ["script 1"]);
    let deep = format!(
        "<p>ClaimReview</p>{}",
        "<div itemprop=a itemscope itemtype=ClaimReview>".repeat(400)
    );
    assert!(from_html(deep.as_str(), &context()).unwrap().iter().all(|it| it.outcome.is_err()));
}

#[test]
fn numbers_in_words_and_scales_upside_down_are_read() {
    let rated = |rating: Value| read(&block(json!({"reviewRating": rating})));
    let review = rated(
        json!({"ratingValue": "4", "bestRating": "1", "worstRating": "5", "alternateName": "Mostly false"}),
    );
    assert_eq!(review.rating.share(), Some(0.25));
    assert_eq!(review.verdict, Verdict::MostlyFalse);
    assert_eq!(codes(&review), []);

    let review = rated(json!({"ratingValue": "4,5", "bestRating": "5,0", "worstRating": " 0 "}));
    assert_eq!(review.rating.share(), Some(0.9));
    assert_eq!((review.verdict, review.verdict_from), (Verdict::True, VerdictSource::Numbers));

    let review = rated(json!({"ratingValue": "4/5", "worstRating": 1, "alternateName": "🟨"}));
    assert_eq!((review.rating.value, review.rating.best), (Some(4.0), Some(5.0)));
    assert_eq!(review.verdict, Verdict::MostlyTrue);
    assert_eq!(review.rating.words.as_deref(), Some("🟨"));

    for (rating, code) in [
        (json!({"ratingValue": 7, "bestRating": 5, "worstRating": 1}), UnreadCode::OutsideScale),
        (json!({"ratingValue": -1, "bestRating": -1, "worstRating": -1}), UnreadCode::FlatScale),
        (json!({"ratingValue": "", "bestRating": 5, "worstRating": 1}), UnreadCode::Empty),
        (json!({"ratingValue": [], "bestRating": 5, "worstRating": 1}), UnreadCode::Empty),
        (json!({"ratingValue": true, "bestRating": 5, "worstRating": 1}), UnreadCode::WrongType),
        (json!({"ratingValue": "--", "bestRating": 5, "worstRating": 1}), UnreadCode::NotANumber),
    ] {
        let review = rated(rating.clone());
        assert_eq!(review.rating.share(), None);
        assert_eq!((review.verdict, review.verdict_from), (Verdict::Other, VerdictSource::Nothing));
        assert!(
            codes(&review).contains(&("/reviewRating/ratingValue", code)),
            "{rating}: {review:?}"
        );
    }
}

#[test]
fn rating_words_are_found_where_publishers_put_them() {
    for (rating, words, verdict) in [
        (json!({"alternateName": "Falso "}), "Falso ", Verdict::False),
        (json!({"name": "Half true"}), "Half true", Verdict::Mixed),
        (json!({"ratingValue": "Mostly True"}), "Mostly True", Verdict::MostlyTrue),
        (json!("Unproven"), "Unproven", Verdict::Unproven),
        (json!([{"alternateName": "True"}]), "True", Verdict::True),
        (json!({"alternateName": ["FAKE"]}), "FAKE", Verdict::False),
        (json!({"alternateName": {"@value": "Faux", "@language": "fr"}}), "Faux", Verdict::False),
    ] {
        let review = read(&block(json!({"reviewRating": rating})));
        assert_eq!(review.rating.words.as_deref(), Some(words));
        assert_eq!(
            (review.verdict, review.verdict_from),
            (verdict, VerdictSource::Words),
            "{rating}"
        );
    }
    for words in ["Needs context", "Falso, pero", "🟥", "The harbour office denies it"] {
        let review = read(&block(json!({"reviewRating": {"alternateName": words}})));
        assert_eq!((review.verdict, review.rating.words.as_deref()), (Verdict::Other, Some(words)));
    }
    let review = read(&block(json!({"reviewRating": {"alternateName": "🟥"}})));
    assert!(codes(&review).contains(&("/reviewRating/alternateName", UnreadCode::UnknownRating)));
    let review = read(&block(json!({"reviewRating": null})));
    assert_eq!(review.verdict, Verdict::Other);
    assert_eq!(codes(&review), [("/reviewRating", UnreadCode::Missing)]);
}

#[test]
fn appearances_are_read_as_texts_and_as_works() {
    let item = |more: Value| {
        let mut item = json!({"@type": "Claim", "author": "R. Roe", "datePublished": "2026-03-02"});
        for (name, value) in more.as_object().unwrap() {
            item[name] = value.clone();
        }
        read(&block(json!({"itemReviewed": item})))
    };
    let review = item(json!({
        "appearance": "https://n.test/a",
        "firstAppearance": [{"@type": "CreativeWork", "url": " https://n.test/b "}],
        "url": "https://n.test/a",
        "sameAs": ["https://n.test/c?fbid=1&x=%zz", "see the post", {"@type": "CreativeWork"}]
    }));
    let found: Vec<_> = review.appearances.iter().map(|it| (it.url.as_str(), it.first)).collect();
    assert_eq!(
        found,
        [
            ("https://n.test/b", true),
            ("https://n.test/a", false),
            ("https://n.test/c?fbid=1&x=%zz", false)
        ]
    );
    assert_eq!(
        codes(&review),
        [
            ("/itemReviewed/sameAs/1", UnreadCode::NotAnAddress),
            ("/itemReviewed/sameAs/2/url", UnreadCode::Missing)
        ]
    );
}

#[test]
fn old_and_odd_places_of_claim_and_claimant_are_read() {
    let review = read(&block(json!({
        "claimReviewed": {"@type": "Claim", "text": "The bridge is shut."},
        "itemReviewed": {"@type": "CreativeWork", "author": {"name": "R. Roe"}, "datePublished": "2016-06-22"}
    })));
    assert_eq!(review.claim, "The bridge is shut.");
    assert_eq!(review.claimants[0].name, "R. Roe");
    let told = review.claim_stated.unwrap();
    assert_eq!(
        (told.at.date_naive().to_string().as_str(), told.precision),
        ("2016-06-22", DateTimePrecision::Day)
    );
    let without = json!({"claimReviewed": null, "itemReviewed": {"@type": "Claim", "text": "The bridge is shut."}});
    assert_eq!(read(&block(without)).claim, "The bridge is shut.");
    assert_eq!(
        read(&block(json!({"claimReviewed": ["The bridge is shut."]}))).claim,
        "The bridge is shut."
    );
    let bare = json!({"claimReviewed": null, "itemReviewed": "The bridge is shut."});
    assert_eq!(read(&block(bare)).claim, "The bridge is shut.");
    let full = json!({"http://schema.org/claimReviewed": [{"@value": "The bridge is shut."}],
        "@type": ["http://schema.org/ClaimReview"]});
    assert_eq!(read(&full).claim, "The bridge is shut.");

    let claimants = |author: Value| {
        let item = json!({"@type": "Claim", "author": author, "datePublished": "2026-03"});
        read(&block(json!({"itemReviewed": item})))
    };
    let names = |review: &PublishedReview| -> Vec<String> {
        review.claimants.iter().map(|it| it.name.clone()).collect()
    };
    assert_eq!(names(&claimants(json!("R. Roe"))), ["R. Roe"]);
    assert_eq!(names(&claimants(json!(["R. Roe", {"name": " A. Oke "}]))), ["R. Roe", "A. Oke"]);
    let review =
        claimants(json!({"name": ["R. Roe", "mayor of Lorne"], "sameAs": "https://r.test/"}));
    assert_eq!(review.claimants[0].other_names, ["mayor of Lorne"]);
    assert_eq!(review.claimants[0].same_as, ["https://r.test/"]);
    assert_eq!(review.claim_stated.unwrap().precision, DateTimePrecision::Month);
    let review = claimants(json!({"@type": "Person"}));
    assert_eq!(codes(&review), [("/itemReviewed/author/name", UnreadCode::Missing)]);
    let review = read(&block(json!({"itemReviewed": {"@type": "Claim"}})));
    assert_eq!(
        codes(&review),
        [
            ("/itemReviewed/author", UnreadCode::Missing),
            ("/itemReviewed/datePublished", UnreadCode::Missing)
        ]
    );
}

#[test]
fn times_and_addresses_that_cannot_be_read_are_told() {
    let review = read(&block(json!({
        "datePublished": "last week", "dateModified": "2026-03-05 14:40", "url": "ftp://check.test/1"
    })));
    assert_eq!((review.published, review.url), (None, None));
    assert_eq!(review.modified.unwrap().precision, DateTimePrecision::Day);
    assert_eq!(
        review.unread.iter().map(|it| (it.pointer.as_str(), it.code)).collect::<Vec<_>>(),
        [
            ("/url", UnreadCode::NotAnAddress),
            ("/datePublished", UnreadCode::NotATime),
            ("/dateModified", UnreadCode::NoZone)
        ]
    );
    for (url, base, read_as) in [
        ("check.test/pier", None, Some("https://check.test/pier")),
        ("//check.test/pier", None, Some("https://check.test/pier")),
        ("/pier", Some("https://check.test/"), Some("https://check.test/pier")),
        ("/pier", None, None),
    ] {
        let author = json!({"@type": "Organization", "name": "Lorne Check", "url": base});
        let review = read(&block(json!({"url": url, "author": author})));
        assert_eq!(review.url.as_deref(), read_as, "{url}");
        assert!(codes(&review).contains(&("/url", UnreadCode::RelativeAddress)), "{url}");
    }
}

#[test]
fn publishers_and_writers_are_told_apart() {
    let named = |publisher: Value, author: Value| {
        let review = read(&block(json!({"publisher": publisher, "author": author})));
        (review.publisher, review.authors)
    };
    let person = json!({"@type": "Person", "name": "Ida Moll"});
    let desk = json!({"@type": "NewsMediaOrganization", "name": "Lorne Check"});
    let writer = vec!["Ida Moll".to_owned()];
    assert_eq!(named(desk.clone(), person.clone()), (Some("Lorne Check".into()), writer.clone()));
    assert_eq!(
        named(Value::Null, json!([person, desk])),
        (Some("Lorne Check".into()), writer.clone())
    );
    assert_eq!(named(Value::Null, person), (None, writer));
    assert_eq!(named(json!("Lorne Check"), Value::Null), (Some("Lorne Check".into()), vec![]));
}

#[test]
fn hostile_blocks_are_bounded() {
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(from_json(&deep, &context()).iter().all(|found| found.outcome.is_err()));
    let deep = format!("{}{}{}", "{\"a\":".repeat(100), block(json!({})), "}".repeat(100));
    assert!(from_json(&deep, &context()).iter().all(|found| found.outcome.is_err()));
    let loops = json!({"@graph": [
        {"@id": "#a", "@type": "Person", "name": [{"@id": "#a"}]},
        block(json!({"author": {"@id": "#a"}, "publisher": {"@id": "#a"}}))]});
    let found = from_json(&loops.to_string(), &context());
    assert_eq!(found.len(), 1);
    let nul = only(from_json(
        r#"{"@type":"ClaimReview","claimReviewed":"The pier\u0000 is shut","reviewRating":{"alternateName":"\u0000"}}"#,
        &context(),
    ));
    assert!(!nul.claim.contains('\0') && !nul.rating.words.unwrap().contains('\0'));
    let many = json!((0..500).map(|n| format!("https://n.test/{n}")).collect::<Vec<_>>());
    let review = read(&block(
        json!({"itemReviewed": {"author": "R. Roe", "appearance": many, "datePublished": "2026-03-02"}}),
    ));
    assert_eq!(review.appearances.len(), 100);
    assert_eq!(codes(&review), [("/itemReviewed/appearance", UnreadCode::TooMany)]);
}

#[test]
fn lists_and_feeds_are_read_item_by_item_as_they_are_whole() {
    let one = block(json!({}));
    let feed = json!({"@context": "https://schema.org", "@type": "DataFeed", "dataFeedElement": [
        {"@type": "DataFeedItem", "item": [one, one]}, {"item": []}, {"item": one}], "name": "Checks"});
    for text in [json!([one, 7, {"@type": "NewsArticle"}]).to_string(), feed.to_string()] {
        assert!(is_streamable(&text));
        let mut found = Vec::new();
        from_reader(text.as_bytes(), &context(), |block| {
            found.push(block);
            true
        })
        .unwrap();
        assert_eq!(found, from_json(&text, &context()));
        let mut taken = 0;
        let stopped = from_reader(text.as_bytes(), &context(), |_| {
            taken += 1;
            false
        });
        assert!(stopped.is_ok() && taken == 1);
    }
    assert!(!is_streamable(&one.to_string()));
}

#[test]
fn a_list_that_breaks_off_keeps_what_stood_before() {
    let one = block(json!({})).to_string();
    let long = "x".repeat(17 << 20);
    for (text, said) in [
        (format!("[{one},"), "EOF"),
        (format!("[{one}] and more"), "trailing"),
        (format!("[{one},{{\"x\":\"{long}\"}}]"), "has more than 16777216 bytes"),
    ] {
        let mut found = 0;
        let error = from_reader(text.as_bytes(), &context(), |_| {
            found += 1;
            true
        })
        .unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
        assert_eq!(found, 1);
    }
}

/// Postgres takes no U+0000, so none may come through, wherever it stands.
#[test]
fn no_part_of_a_block_carries_a_nul_along() {
    fn poison(value: &mut Value) {
        match value {
            Value::String(text) if text != "ClaimReview" => text.insert(text.len() / 2, '\0'),
            Value::Array(items) => items.iter_mut().for_each(poison),
            Value::Object(members) => members.values_mut().for_each(poison),
            _ => {}
        }
    }
    for more in [json!({}), json!({"reviewRating": {"ratingValue": "Fal"}}), json!({"url": "/a"})] {
        let mut given = block(more);
        poison(&mut given);
        let mut review = read(&given);
        assert!(!std::mem::take(&mut review.raw).contains('\0'));
        let told = serde_json::to_string(&review).unwrap();
        assert!(!told.contains("\\u0000"), "{told}");
    }
}

/// The page of ratings is the table itself; `UPDATE_RATINGS=1` writes it anew.
#[test]
fn the_documented_ratings_are_those_of_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/ratings.md");
    let mut page = String::from(
        "# Ratings and what they mean\n\n\
         What the words of a fact-check's rating mean on our scale; `docs/reviews.md` tells how they are\n\
         read. The table is made from `src/ingest/review/verdicts.toml`, where its rules stand.\n\n\
         | verdict | language | ratings |\n| --- | --- | --- |\n",
    );
    for line in ratings() {
        let words = line.words.join("; ").replace('|', "\\|");
        page.push_str(&format!("| `{}` | {} | {words} |\n", line.verdict.as_str(), line.language));
    }
    if std::env::var_os("UPDATE_RATINGS").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), page);
}
