//! "Has this been denied?" over HTTP.

use claimtrail::domain::{ActorKind, Stance};
use claimtrail::index::{Keeper, KnownClaims};
use serde_json::{Value, json};

use crate::support::app::{Answer, TestApp};
use crate::support::builders::Story;

/// A claim that somebody makes and somebody else denies.
async fn store(app: &TestApp, number: usize, claim: &str) {
    let url = format!("https://courier.test/known/{number}");
    let text = format!("Tom Okafor said so: {claim} The Harbour Ministry has denied it.");
    let mut story = Story::new(&url, &text).published("2026-03-02T08:30:00Z");
    let person = story.actor("Tom Okafor", Some(ActorKind::Person));
    let ministry = story.actor("The Harbour Ministry", Some(ActorKind::Government));
    story
        .claim(claim)
        .claimed_by(person)
        .appears_in(Stance::Asserts, claim, None)
        .denied_by(ministry, "has denied");
    story.store(&app.pool()).await.unwrap();
}

async fn ask(app: &TestApp, body: Value) -> Answer {
    app.post("/v1/claims:match", &body).await
}

async fn knowing() -> TestApp {
    let app = TestApp::new().await;
    let claims = [
        "The ferry Aurora sank in Ostrel harbour.",
        "Bread will cost twice as much from Monday.",
        "The dam at Kelm is about to break.",
    ];
    for (number, claim) in claims.into_iter().enumerate() {
        store(&app, number, claim).await;
    }
    app.keep_known_claims().await;
    app
}

fn texts(matches: &Value) -> Vec<&str> {
    matches.as_array().unwrap().iter().map(|it| it["claim"]["text"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_claim_is_found_in_other_words_with_what_speaks_against_it() {
    let app = knowing().await;
    let body = json!({ "text": "Did the ferry Aurora really sink in the harbour of Ostrel??" });
    let answer = ask(&app, body).await.expect(200);
    let first = &answer["results"][0]["matches"][0];
    assert_eq!(first["claim"]["text"], "The ferry Aurora sank in Ostrel harbour.");
    assert_eq!(first["claim"]["status"], "denied");
    assert_eq!(first["relation"], "same");
    assert_eq!(first["rebuttals"][0]["kind"], "denial");
    assert_eq!(first["rebuttals"][0]["denier"]["name"], "The Harbour Ministry");
    assert_eq!(first["found_by"], json!(["words", "meaning"]));
    assert_ne!(first["decision"], "unlikely", "{first}");
    assert_eq!(answer["index"]["claims"], 3);
    assert_eq!(answer["index"]["without_meaning"], 0);
}

#[tokio::test]
async fn a_denial_is_never_taken_for_what_it_denies() {
    let app = knowing().await;
    let body = json!({ "texts": [
        "The ferry Aurora did not sink in Ostrel harbour.",
        "The ferry Boreas sank in Kelm harbour.",
    ]});
    let answer = ask(&app, body).await.expect(200);
    let relation = |at: usize| &answer["results"][at]["matches"][0]["relation"];
    assert_eq!(relation(0), "contradicts");
    assert_eq!(relation(1), "apart");
}

#[tokio::test]
async fn each_text_of_a_batch_has_its_result_and_limits_hold() {
    let app = knowing().await;
    let body = json!({ "texts": ["bread prices", "the Kelm dam"], "limit": 1, "min_score": 0 });
    let answer = ask(&app, body).await.expect(200);
    let results = answer["results"].as_array().unwrap();
    assert_eq!(results[0]["text"], "bread prices");
    assert_eq!(texts(&results[0]["matches"]), ["Bread will cost twice as much from Monday."]);
    assert_eq!(texts(&results[1]["matches"]), ["The dam at Kelm is about to break."]);
    let body = json!({ "text": "bread prices", "min_score": 1 });
    let answer = ask(&app, body).await.expect(200);
    assert_eq!(answer["results"][0]["matches"], json!([]));
}

#[tokio::test]
async fn bad_requests_name_their_field() {
    let app = TestApp::new().await;
    for (body, pointer) in [
        (json!({}), "/text"),
        (json!({ "text": "a", "texts": ["b"] }), "/texts"),
        (json!({ "text": "  " }), "/text"),
        (json!({ "text": "a".repeat(2_001) }), "/text"),
        (json!({ "texts": [] }), "/texts"),
        (json!({ "texts": ["a", ""] }), "/texts"),
        (json!({ "texts": vec!["a"; 51] }), "/texts"),
        (json!({ "text": "a", "limit": 0 }), "/limit"),
        (json!({ "text": "a", "min_score": 1.5 }), "/min_score"),
        (json!({ "text": "a", "language": "en" }), "/language"),
    ] {
        let problem = ask(&app, body.clone()).await.expect(422);
        assert_eq!(problem["errors"][0]["pointer"], format!("#{pointer}"), "{body}");
    }
    let answer = ask(&app, json!({ "text": "nothing is known" })).await.expect(200);
    assert_eq!(answer["results"][0]["matches"], json!([]));
}

#[tokio::test]
async fn a_claim_that_no_document_carries_any_more_is_not_answered() {
    let app = knowing().await;
    let mut story = Story::new("https://courier.test/known/2", "Nothing is left of it.");
    story.actor("Tom Okafor", Some(ActorKind::Person));
    story.store(&app.pool()).await.unwrap();
    let body = json!({ "text": "The dam at Kelm is about to break", "min_score": 0 });
    let answer = ask(&app, body).await.expect(200);
    let found = texts(&answer["results"][0]["matches"]);
    assert!(!found.contains(&"The dam at Kelm is about to break."), "{found:?}");
}

/// What a claim means is read once and kept, until another encoder reads it.
#[tokio::test]
async fn meanings_are_kept_for_the_next_process() {
    let app = knowing().await;
    let client = app.client().await;
    let known = std::sync::Arc::new(KnownClaims::default());
    let mut keeper = Keeper::new(known.clone(), app.pool());
    keeper.look().await.unwrap();
    assert_eq!(known.counts(), (3, 0));
    client.execute("update claim_meanings set encoder = 'another'", &[]).await.unwrap();
    let known = std::sync::Arc::new(KnownClaims::default());
    let mut keeper = Keeper::new(known.clone(), app.pool());
    keeper.look().await.unwrap();
    assert_eq!(known.counts(), (3, 3));
    assert_eq!(keeper.read_some().await.unwrap(), 0);
    let row =
        client.query_one("select count(*) from claim_meanings where encoder = 'another'", &[]);
    assert_eq!(row.await.unwrap().get::<_, i64>(0), 0);
}

fn keeper(app: &TestApp, file: &std::path::Path) -> (std::sync::Arc<KnownClaims>, Keeper) {
    let known = std::sync::Arc::new(KnownClaims::default());
    let keeper = Keeper::new(known.clone(), app.pool()).keeping_file(Some(file.to_owned()));
    (known, keeper)
}

/// What a process kept in its file the next one has, with what came and was read in between.
#[tokio::test]
async fn known_claims_are_taken_up_from_a_file_and_the_rest_from_the_database() {
    let app = knowing().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("known");
    let (known, mut first) = keeper(&app, &file);
    assert!(!first.open_file().await.unwrap(), "there is none");
    first.look().await.unwrap();
    first.write_file().await.unwrap();
    let question = "Did the ferry Aurora sink in Ostrel?";
    let found = known.ask(question);

    store(&app, 9, "The lighthouse of Ostrel is for sale.").await;
    let client = app.client().await;
    client.execute("delete from claim_meanings", &[]).await.unwrap();
    let (known, mut second) = keeper(&app, &file);
    assert!(second.open_file().await.unwrap());
    assert_eq!(known.counts(), (4, 1), "meanings are the file's");
    assert_eq!(known.unread(9)[0].1, "The lighthouse of Ostrel is for sale.");
    assert_eq!(known.ask(question)[0].claim, found[0].claim);
    second.look().await.unwrap();
    assert_eq!(known.counts().0, 4);
}

/// Its words may be those that somebody had removed.
#[tokio::test]
async fn a_file_with_a_claim_that_is_gone_or_that_is_torn_is_removed() {
    let app = knowing().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("known");
    let client = app.client().await;
    let insert = "insert into claims (id, text, language, canonical_sha256, extractor_version)
        values (gen_random_uuid(), 'Gone soon.', 'en', sha256('gone'), 'test')";
    client.execute(insert, &[]).await.unwrap();
    let (_, mut first) = keeper(&app, &file);
    first.look().await.unwrap();
    first.write_file().await.unwrap();
    client.execute("delete from claims where text = 'Gone soon.'", &[]).await.unwrap();
    let (known, mut second) = keeper(&app, &file);
    assert!(!second.open_file().await.unwrap());
    assert!(!file.exists());
    second.look().await.unwrap();
    assert_eq!(known.counts().0, 3);
    second.write_file().await.unwrap();
    // The first one still knew the claim that is gone, and writes a file without it.
    first.write_file().await.unwrap();
    let (known, mut of_first) = keeper(&app, &file);
    assert!(of_first.open_file().await.unwrap());
    assert_eq!(known.counts().0, 3);

    std::fs::write(&file, b"ctclaim1").unwrap();
    let (_, mut third) = keeper(&app, &file);
    assert!(!third.open_file().await.unwrap());
    assert!(!file.exists());
}

/// A claim that is committed after another with a later time is not passed over.
#[tokio::test]
async fn a_claim_that_is_committed_late_is_found() {
    let app = TestApp::new().await;
    let known = std::sync::Arc::new(KnownClaims::default());
    let mut keeper = Keeper::new(known.clone(), app.pool());
    let insert = "insert into claims (id, text, language, canonical_sha256, extractor_version)
        values (gen_random_uuid(), $1, 'en', sha256(convert_to($1, 'UTF8')), 'test')";
    let (mut slow, quick) = (app.client().await, app.client().await);
    let under_way = slow.transaction().await.unwrap();
    under_way.execute(insert, &[&"The slow one."]).await.unwrap();
    quick.execute(insert, &[&"The quick one."]).await.unwrap();
    keeper.look().await.unwrap();
    assert_eq!(known.counts().0, 1);
    under_way.commit().await.unwrap();
    keeper.look().await.unwrap();
    assert_eq!(known.counts().0, 2);
}
