//! Stored texts that are read again.

use std::collections::BTreeSet;

use claimtrail::domain::view::StoredDocument;
use claimtrail::domain::{ActorKind, ClaimId, DateTimePrecision, Extraction, Stance, StatedTime};
use claimtrail::jobs::reprocess;
use claimtrail::pipeline::{EXTRACTOR_VERSION, Gear};
use claimtrail::store::writing::{Choice, Reread, Stored, stored};
use claimtrail::store::{Pool, claims, transaction};
use serde_json::json;

use super::rumour;
use crate::support::app::TestApp;
use crate::support::builders::{Story, at};
use crate::support::database::TestDatabase;

async fn only(pool: &Pool) -> Stored {
    let mut connection = pool.get().await.unwrap();
    stored(&mut connection, &Choice::default(), None, 9).await.unwrap().remove(0)
}

async fn read_again(pool: &Pool, extraction: &Extraction) -> Option<Reread> {
    let stored = only(pool).await;
    let mut connection = pool.get().await.unwrap();
    transaction(&mut connection, async |connection| {
        reprocess::store(connection, &stored, extraction).await
    })
    .await
    .unwrap()
}

/// The ids of what is live.
async fn live(database: &TestDatabase) -> BTreeSet<String> {
    let client = database.client().await;
    let rows = client
        .query(
            "select 's' || id from statements where superseded_at is null
             union all select 'a' || id from appearances where superseded_at is null
             union all select 'c' || id from claimants where superseded_at is null
             union all select 'j' || id from claim_subjects where superseded_at is null
             union all select 'd' || id from denials where superseded_at is null
             union all select 'm' || id from denial_mentions where superseded_at is null
             union all select 'r' || id from rebuttals where superseded_at is null
             union all select 'p' || actor_id || ordinal || recorded_at from actor_mentions
                        where superseded_at is null",
            &[],
        )
        .await
        .unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn what_is_read_the_same_keeps_every_id_and_changes_no_past() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let mut story = rumour("https://courier.test/1", "2026-03-01T08:00:00Z");
    let first: StoredDocument = story.store(&pool).await.unwrap();
    let before = live(&database).await;
    story.extraction.extractor.version = "next".to_owned();
    let again = read_again(&pool, &story.extraction).await.unwrap();
    assert_eq!((again.ended, again.added), (0, 0), "{again:?}");
    assert_eq!(again.kept, 3, "a statement, an appearance and a denial");
    assert_eq!(live(&database).await, before);
    assert_eq!(only(&pool).await.extractor, "next");
    let claim = first.claims_appeared[0];
    let mut connection = pool.get().await.unwrap();
    let claim = claims::find(&mut connection, claim, None).await.unwrap();
    assert_eq!((claim.appearances, claim.rebuttals), (1, 1));
}

#[tokio::test]
async fn what_is_read_otherwise_ends_and_the_rest_keeps_its_ids() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let text = "The ferry sank. The pier is shut. The board denied it.";
    let told = |denied: bool, pier: Option<Stance>| {
        let mut story = Story::new("https://courier.test/1", text);
        let board = story.actor("The board", Some(ActorKind::Organisation));
        let sank = story.claim("The ferry sank.").appears(Stance::Asserts, "The ferry sank.");
        if denied {
            sank.denied_by(board, "denied");
        }
        if let Some(stance) = pier {
            story.claim("The pier is shut.").appears(stance, "The pier is shut.");
        }
        story
    };
    let first = told(true, Some(Stance::Asserts)).store(&pool).await.unwrap();
    let [sank, shut]: [ClaimId; 2] = first.claims_appeared.try_into().unwrap();
    let before = live(&database).await;
    let at = chrono::Utc::now();
    let view = async |claim: ClaimId, as_of| {
        claims::find(&mut pool.get().await.unwrap(), claim, as_of).await.unwrap()
    };
    let was = [view(sank, None).await, view(shut, None).await];

    let again = read_again(&pool, &told(false, Some(Stance::Reports)).extraction).await.unwrap();
    assert_eq!(again, Reread { kept: 1, ended: 2, added: 1 });
    let after = live(&database).await;
    let kept: Vec<&String> = before.intersection(&after).filter(|id| id.starts_with('a')).collect();
    assert_eq!(kept.len(), 1, "the place of the claim that is read the same");
    let now = view(sank, None).await;
    assert_eq!((now.status.as_str(), now.rebuttals), ("unverified", 0));

    read_again(&pool, &told(true, None).extraction).await.unwrap();
    assert_eq!(view(sank, None).await.status.as_str(), "denied");
    assert_eq!(view(shut, None).await.appearances, 0);
    assert_eq!([view(sank, Some(at)).await, view(shut, Some(at)).await], was);
}

#[tokio::test]
async fn what_is_dated_now_is_said_anew_and_the_past_answers_without_the_date() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let mut story = rumour("https://courier.test/1", "2026-03-01T08:00:00Z");
    let claim = story.store(&pool).await.unwrap().claims_appeared[0];
    let past = chrono::Utc::now();
    let day = StatedTime { at: at("2026-02-27T00:00:00Z"), precision: DateTimePrecision::Day };
    story.extraction.statements[0].stated = Some(day);
    let again = read_again(&pool, &story.extraction).await.unwrap();
    assert_eq!(again, Reread { kept: 1, ended: 2, added: 2 }, "the denial stays");
    let first = async |as_of| {
        let mut connection = pool.get().await.unwrap();
        claims::find(&mut connection, claim, as_of).await.unwrap().first_stated.unwrap()
    };
    assert_eq!(first(None).await, day);
    assert_eq!(first(Some(past)).await.at, at("2026-03-01T08:00:00Z"));
    assert_eq!(read_again(&pool, &story.extraction).await.unwrap().ended, 0);

    story.extraction.claims[0].denials[0].stated = Some(day);
    let again = read_again(&pool, &story.extraction).await.unwrap();
    assert_eq!(again, Reread { kept: 2, ended: 1, added: 1 });
    assert_eq!(read_again(&pool, &story.extraction).await.unwrap().ended, 0);
}

/// Through the extractor itself.
#[tokio::test]
async fn a_stored_article_is_read_as_it_was_when_it_came_in() {
    let app = TestApp::new().await;
    let text = "Tom Okafor said on Monday that the dam at Kelm had broken. The Harbour Ministry has \
                denied that the dam had broken. \u{201c}The dam stands,\u{201d} minister Ilva Brandt said.";
    let body = json!({ "url": "https://courier.test/dam", "text": text, "title": "Dam broken?" });
    app.post("/v1/documents?wait=true", &body).await.expect(201);
    let before = live(app.database()).await;
    assert!(before.iter().any(|id| id.starts_with('d')), "{before:?}");
    let old = "update extractions set extractor_version = 'old'";
    app.client().await.execute(old, &[]).await.unwrap();
    let pool = app.pool();
    let again = reprocess::run(&pool, &only(&pool).await, Gear::Fast).await.unwrap().unwrap();
    assert_eq!((again.ended, again.added), (0, 0), "{again:?}");
    assert_eq!(live(app.database()).await, before);
    assert_eq!(only(&pool).await.extractor, EXTRACTOR_VERSION);
    let choice = Choice { not_read_by: Some(EXTRACTOR_VERSION.to_owned()), ..Choice::default() };
    let left = stored(&mut pool.get().await.unwrap(), &choice, None, 9).await.unwrap();
    assert!(left.is_empty(), "a stopped run goes on with what is left");
}

#[tokio::test]
async fn a_revision_that_was_replaced_meanwhile_is_left_alone() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let story = rumour("https://courier.test/1", "2026-03-01T08:00:00Z");
    story.store(&pool).await.unwrap();
    let old = only(&pool).await;
    Story::new("https://courier.test/1", "All is well.").store(&pool).await.unwrap();
    let mut connection = pool.get().await.unwrap();
    let reread = transaction(&mut connection, async |connection| {
        reprocess::store(connection, &old, &story.extraction).await
    });
    assert_eq!(reread.await.unwrap(), None);
}
