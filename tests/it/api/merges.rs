//! Claims that people merge and split, over HTTP.

use claimtrail::domain::{ActorKind, Stance};
use claimtrail::ingest::review::{Context, from_json};
use claimtrail::jobs::import_reviews;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::app::{Answer, TestApp};
use crate::support::builders::Story;
use crate::support::client::unfollowing;

const CLOSED: &str = "The east pier of Lorne is closed.";
const SHUT: &str = "Lorne has shut its east pier.";
const BARRED: &str = "Nobody may enter the east pier of Lorne.";

/// An article that asserts `claim` in its first sentence, in which the board denies it if it does.
async fn article(app: &TestApp, url: &str, claim: &str, denied: bool) {
    let text = format!("{claim} Dana Orrin said so. The Harbour Board denied it.");
    let mut story = Story::new(url, &text).published("2026-03-01T08:00:00Z");
    let dana = story.actor("Dana Orrin", Some(ActorKind::Person));
    let board = story.actor("Harbour Board", Some(ActorKind::Organisation));
    let built = story.claim(claim).appears(Stance::Asserts, claim).claimed_by(dana);
    if denied {
        built.denied_by(board, "denied");
    }
    story.store(&app.pool()).await.unwrap();
}

/// A fact-check that finds `claim` false.
async fn review(app: &TestApp, page: &str, claim: &str) {
    let block = format!(
        r#"{{"@type":"ClaimReview","url":"https://check.test/{page}","datePublished":"2026-03-04",
            "claimReviewed":"{claim}","reviewRating":{{"alternateName":"False"}}}}"#
    );
    for found in from_json(&block, &Context::default()) {
        import_reviews::store(&app.pool(), &found.outcome.unwrap()).await.unwrap();
    }
}

/// The id of the claim of this wording, merged or not.
async fn id(app: &TestApp, text: &str) -> String {
    let row = app.client().await;
    let row = row.query_one("select id::text from claims where text = $1", &[&text]).await;
    row.unwrap().get(0)
}

async fn merge(app: &TestApp, claim: &str, into: &str) -> Answer {
    let body = json!({ "into": into, "reason": "one closure", "by": "desk editor" });
    app.post(&format!("/v1/claims/{claim}:merge"), &body).await
}

async fn split(app: &TestApp, claim: &str, merge: &Value) -> Answer {
    let body = json!({ "merge": merge, "reason": "two piers", "by": "desk editor" });
    app.post(&format!("/v1/claims/{claim}:split"), &body).await
}

/// Everything that is told of a claim, at that time where one is given.
async fn told(app: &TestApp, claim: &str, as_of: Option<&str>) -> Vec<Value> {
    let query = as_of.map_or(String::new(), |at| format!("?as_of={at}"));
    let mut told = Vec::new();
    for part in ["", "/timeline", "/appearances", "/rebuttals"] {
        told.push(app.get(&format!("/v1/claims/{claim}{part}{query}")).await.expect(200));
    }
    told
}

async fn list(app: &TestApp, query: &str) -> Vec<String> {
    let claims = app.walk(&format!("/v1/claims?{query}")).await;
    claims.iter().map(|claim| claim["text"].as_str().unwrap().to_owned()).collect()
}

/// The time, once everything before it is in the past.
fn now() -> String {
    let now = chrono::Utc::now();
    while chrono::Utc::now() <= now {}
    now.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

#[tokio::test]
async fn a_merged_claim_answers_through_its_survivor_with_all_evidence_of_both() {
    let app = TestApp::new().await;
    article(&app, "https://courier.test/1", CLOSED, false).await;
    article(&app, "https://herald.test/1", SHUT, true).await;
    review(&app, "shut", SHUT).await;
    let (closed, shut) = (id(&app, CLOSED).await, id(&app, SHUT).await);
    let before = now();
    let was = told(&app, &shut, Some(&before)).await;
    let listed = app.get(&format!("/v1/claims?as_of={before}")).await.expect(200);

    let merged = merge(&app, &shut, &closed).await.expect(200);
    assert_eq!((&merged["claim"], &merged["into"]), (&json!(shut), &json!(closed)));
    assert_eq!(merge(&app, &shut, &closed).await.expect(200), merged, "said again");
    let after = now();

    let survivor = app.get(&format!("/v1/claims/{closed}")).await.expect(200);
    let counts = ["appearances", "rebuttals", "reviews", "documents", "outlets"];
    assert_eq!(counts.map(|count| survivor[count].as_i64().unwrap()), [2, 2, 1, 2, 2]);
    assert_eq!(survivor["status"], "debunked");
    assert_eq!(survivor["members"][0]["text"], SHUT);
    assert_eq!(survivor["members"][0]["merge"], merged["id"]);
    assert_eq!(survivor["denied_by"][0]["name"], "Harbour Board");
    let places = app.walk(&format!("/v1/claims/{closed}/appearances?limit=9")).await;
    let members: Vec<&Value> = places.iter().map(|place| &place["member"]).collect();
    assert_eq!(members, [&json!(closed), &json!(shut)]);
    let against = app.walk(&format!("/v1/claims/{closed}/rebuttals?limit=9")).await;
    assert!(against.iter().all(|it| it["member"] == shut && it["claim"]["id"] == closed));
    assert_eq!(against.len(), 2);
    let reviews = app.walk(&format!("/v1/reviews?claim={closed}")).await;
    assert_eq!(reviews.len(), 1);

    for part in ["", "/timeline", "/appearances?limit=7", "/rebuttals"] {
        let address = app.url(&format!("/v1/claims/{shut}{part}"));
        let redirect = unfollowing().request(Method::GET, address).send().await.unwrap();
        assert_eq!(redirect.status(), 308);
        assert_eq!(redirect.headers()["location"], format!("/v1/claims/{closed}{part}"));
        assert_eq!(redirect.headers()["cache-control"], "no-store");
        assert_eq!(redirect.json::<Value>().await.unwrap()["merged_into"], closed);
    }
    assert_eq!(app.get(&format!("/v1/claims/{shut}")).await.expect(200), survivor);
    let page = app.get(&format!("/claims/{shut}")).await;
    let page = String::from_utf8(page.body).unwrap();
    assert!(page.contains(CLOSED) && page.contains("Also worded") && page.contains(SHUT), "{page}");

    assert_eq!(list(&app, "limit=9").await, [CLOSED]);
    assert_eq!(list(&app, "q=shut").await, [CLOSED], "found by the other wording");
    assert_eq!(list(&app, "denied_by=Harbour+Board").await, [CLOSED]);
    let csv = String::from_utf8(app.get("/v1/exports/claims.csv").await.body).unwrap();
    assert_eq!(csv.lines().count(), 2, "{csv}");
    // Not before: the two would be joined without anybody's asking.
    app.keep_known_claims().await;
    let matched = app.post("/v1/claims:match", &json!({ "text": SHUT })).await.expect(200);
    let matched = matched["results"][0]["matches"].as_array().unwrap();
    assert_eq!(matched.len(), 1, "once, by whichever wording: {matched:?}");
    assert_eq!(matched[0]["claim"]["id"], closed);
    assert_eq!(matched[0]["rebuttals"].as_array().unwrap().len(), 2);

    let trail = app.walk(&format!("/v1/claims/{closed}/timeline?limit=9")).await;
    let moment = trail.iter().find(|entry| entry["event"] == "merge").unwrap();
    assert_eq!((&moment["id"], &moment["other"]["text"]), (&merged["id"], &json!(SHUT)));
    assert_eq!(moment["other"]["answers"], false);

    assert_eq!(told(&app, &shut, Some(&before)).await, was);
    assert_eq!(app.get(&format!("/v1/claims?as_of={before}")).await.expect(200), listed);
    assert_eq!(told(&app, &shut, Some(&after)).await[0]["id"], closed);
    let log = "select action, acted_by, reason from audit_log";
    let log = app.client().await.query(log, &[]).await.unwrap();
    assert_eq!(log.len(), 1);
    assert_eq!(log[0].get::<_, &str>(0), "merge_claims");
}

#[tokio::test]
async fn a_split_gives_each_claim_its_own_back_with_what_came_in_meanwhile() {
    let app = TestApp::new().await;
    article(&app, "https://courier.test/1", CLOSED, false).await;
    article(&app, "https://herald.test/1", SHUT, true).await;
    let (closed, shut) = (id(&app, CLOSED).await, id(&app, SHUT).await);
    let apart = [told(&app, &closed, None).await, told(&app, &shut, None).await];
    let merged = merge(&app, &shut, &closed).await.expect(200);
    article(&app, "https://gazette.test/1", SHUT, false).await;
    review(&app, "shut", SHUT).await;
    let together = now();
    let was = told(&app, &closed, Some(&together)).await;
    assert_eq!(was[0]["appearances"], 3);
    assert_eq!(was[0]["reviews"], 1);

    let undone = split(&app, &closed, &merged["id"]).await.expect(200);
    assert!(undone["undone_at"].is_string());
    assert_eq!(split(&app, &shut, &merged["id"]).await.expect(200), undone, "said again");
    let claim = app.get(&format!("/v1/claims/{closed}")).await.expect(200);
    for field in ["text", "status", "appearances", "rebuttals", "reviews", "outlets", "members"] {
        assert_eq!(claim[field], apart[0][0][field], "{field}");
    }
    let claim = app.get(&format!("/v1/claims/{shut}")).await.expect(200);
    assert_eq!((&claim["id"], &claim["appearances"]), (&json!(shut), &json!(2)));
    assert_eq!((&claim["rebuttals"], &claim["reviews"]), (&json!(2), &json!(1)));
    assert_eq!(claim["status"], "debunked");
    for (id, answers) in [(&closed, false), (&shut, true)] {
        let trail = app.walk(&format!("/v1/claims/{id}/timeline?limit=9")).await;
        let moments = trail.iter().filter(|entry| entry["id"] == merged["id"]);
        let moments: Vec<_> =
            moments.map(|it| (it["event"].as_str().unwrap(), &it["other"]["answers"])).collect();
        assert_eq!(moments, [("merge", &json!(answers)), ("split", &json!(false))]);
    }
    assert_eq!(list(&app, "sort=oldest").await, [CLOSED, SHUT]);
    assert_eq!(told(&app, &closed, Some(&together)).await, was);
    let at = format!("as_of={together}");
    assert_eq!(list(&app, &at).await, [CLOSED], "as it was listed then");
}

#[tokio::test]
async fn chains_are_followed_and_circles_refused() {
    let app = TestApp::new().await;
    for (number, claim) in [CLOSED, SHUT, BARRED].into_iter().enumerate() {
        article(&app, &format!("https://courier.test/{number}"), claim, false).await;
    }
    let ids = [id(&app, CLOSED).await, id(&app, SHUT).await, id(&app, BARRED).await];
    let [closed, shut, barred] = &ids;
    let first = merge(&app, barred, shut).await.expect(200);
    let second = merge(&app, shut, closed).await.expect(200);
    let claim = app.get(&format!("/v1/claims/{barred}")).await.expect(200);
    assert_eq!((&claim["id"], &claim["appearances"]), (&json!(closed), &json!(3)));
    assert_eq!(claim["members"].as_array().unwrap().len(), 2);

    for (claim, into) in [(closed, barred), (closed, shut), (shut, barred), (barred, closed)] {
        let refused = merge(&app, claim, into).await;
        assert_eq!(refused.status, 409);
        let problem = refused.problem();
        assert_eq!(problem["type"], "/problems/claim-merged");
        assert!(problem["detail"].as_str().unwrap().contains(closed.as_str()), "{problem}");
    }
    // An article with the wording of a claim in the middle of the chain.
    article(&app, "https://herald.test/1", SHUT, false).await;
    split(&app, closed, &second["id"]).await.expect(200);
    let counts = async |id: &str| app.get(&format!("/v1/claims/{id}")).await.expect(200);
    assert_eq!(counts(closed).await["appearances"], 1);
    let claim = counts(barred).await;
    assert_eq!((&claim["id"], &claim["appearances"]), (&json!(shut), &json!(3)));
    split(&app, shut, &first["id"]).await.expect(200);
    assert_eq!(counts(shut).await["appearances"], 2);
    assert_eq!(counts(barred).await["appearances"], 1);
}

#[tokio::test]
async fn merges_of_nothing_and_without_a_reason_are_refused() {
    let app = TestApp::new().await;
    article(&app, "https://courier.test/1", CLOSED, false).await;
    article(&app, "https://courier.test/2", SHUT, false).await;
    article(&app, "https://courier.test/3", BARRED, false).await;
    let (closed, shut, barred) =
        (id(&app, CLOSED).await, id(&app, SHUT).await, id(&app, BARRED).await);
    let nobody = "01890000-0000-7000-8000-000000000000";
    merge(&app, nobody, &closed).await.expect(404);
    for (into, by, pointer) in
        [(nobody, "me", "#/into"), (&closed, "me", "#/into"), (&shut, " ", "#/by")]
    {
        let body = json!({ "into": into, "reason": "one", "by": by });
        let refused = app.post(&format!("/v1/claims/{closed}:merge"), &body).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], pointer);
    }
    let merged = merge(&app, &shut, &closed).await.expect(200);
    split(&app, nobody, &merged["id"]).await.expect(404);
    for (claim, merge) in [(&closed, &json!(nobody)), (&barred, &merged["id"])] {
        let refused = split(&app, claim, merge).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], "#/merge");
    }
}
