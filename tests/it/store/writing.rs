//! One document, one transaction.

use std::collections::BTreeMap;

use claimtrail::domain::view::{
    ActorFilter, ClaimFilter, PageRequest, RebuttalFilter, StatementFilter, StoreOutcome,
    TimelineEvent,
};
use claimtrail::domain::{ActorKind, ClaimId, DateTimePrecision, Span, Stance, StatedTime, Status};
use claimtrail::jobs::extract_document::{self, NewDocument};
use claimtrail::pipeline::Gear;
use claimtrail::store::{
    self, Pool, PoolOptions, actors, claims, documents, rebuttals, statements,
};
use futures_util::future::join_all;
use proptest::prelude::*;

use super::{WRONG_SUMMARIES, report, rumour, shown};
use crate::support::builders::{Story, at};
use crate::support::database::TestDatabase;

async fn count(database: &TestDatabase, table: &str) -> i64 {
    let sql = format!("select count(*) from {table}");
    database.client().await.query_one(&sql, &[]).await.unwrap().get(0)
}

/// How many rows every table of facts has.
async fn counts(database: &TestDatabase) -> Vec<(&'static str, i64)> {
    let mut counts = Vec::new();
    for table in [
        "outlets",
        "documents",
        "document_urls",
        "document_revisions",
        "extractions",
        "actors",
        "actor_aliases",
        "actor_affiliations",
        "actor_mentions",
        "statements",
        "statement_spans",
        "claims",
        "appearances",
        "claimants",
        "claim_subjects",
        "denials",
        "denial_mentions",
        "denial_mention_spans",
        "rebuttals",
        "claim_status_events",
        "claim_summaries",
    ] {
        counts.push((table, count(database, table).await));
    }
    counts
}

#[tokio::test]
async fn what_goes_in_comes_out_with_its_words() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let stored =
        rumour("https://lorne.test/ferry", "2026-03-01T08:00:00Z").store(&pool).await.unwrap();
    assert_eq!(stored.outcome, StoreOutcome::Created);
    let connection = &mut *pool.get().await.unwrap();

    let claim = claims::find(connection, stored.claims_appeared[0], None).await.unwrap();
    assert_eq!(claim.text, "The ferry Mirelle sank off Lorne.");
    assert_eq!(claim.status, Status::Denied);
    assert_eq!(claim.claimants[0].name, "Dana Orrin");
    assert_eq!(claim.denied_by[0].name, "Harbour Board");
    assert_eq!((claim.appearances, claim.rebuttals, claim.documents, claim.outlets), (1, 1, 1, 1));
    assert_eq!(claim.first_stated.unwrap().at, at("2026-03-01T08:00:00Z"));

    let rebuttal = rebuttals::find(connection, stored.rebuttals_appeared[0]).await.unwrap();
    assert_eq!(rebuttal.mentions[0].cue.quote, "denied");
    assert_eq!(rebuttal.claim.id, claim.id);
    assert_eq!(rebuttal.document.as_ref().unwrap().outlet.as_ref().unwrap().name, "lorne.test");

    let filter = StatementFilter { document: Some(stored.document), ..Default::default() };
    let said = statements::list(connection, &filter, &PageRequest::first(9)).await.unwrap();
    let said = &said.items[0];
    assert_eq!(said.source[0].quote, "Dana Orrin");
    assert_eq!(said.cue.as_ref().unwrap().quote, "said");
    assert_eq!(said.contents[0].quote, "the ferry Mirelle had sunk off Lorne");
    assert_eq!(statements::find(connection, said.id).await.unwrap(), *said);

    let detail = documents::find(connection, stored.document).await.unwrap();
    assert_eq!(detail.document.claims, 1);
    assert_eq!(detail.extractor.unwrap().version, "test");
    assert!(detail.text.starts_with("Dana Orrin said"));
}

#[tokio::test]
async fn the_same_document_again_changes_nothing() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let story = rumour("https://lorne.test/ferry", "2026-03-01T08:00:00Z");
    let first = story.store(&pool).await.unwrap();
    let before = counts(&database).await;
    let mut again = story.clone();
    again.document.url = Some("HTTPS://LORNE.test:443/ferry#comments".parse().unwrap());
    let second = again.store(&pool).await.unwrap();
    assert_eq!(second.outcome, StoreOutcome::Unchanged);
    assert_eq!((second.document, second.revision), (first.document, first.revision));
    let third = extract_document::run(&pool, again.new_document(), Gear::Fast).await.unwrap();
    assert_eq!(third, second);
    assert_eq!(counts(&database).await, before);
}

#[tokio::test]
async fn a_document_without_an_address_is_known_by_its_words() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let first = Story::without_url("No ferry sank.").store(&pool).await.unwrap();
    let second = Story::without_url("No ferry sank.").store(&pool).await.unwrap();
    let other = Story::without_url("No ferry sank.").title("Ferry").store(&pool).await.unwrap();
    assert_eq!(second.outcome, StoreOutcome::Unchanged);
    assert_eq!(second.document, first.document);
    assert_eq!(other.outcome, StoreOutcome::Created);
}

#[tokio::test]
async fn sixteen_posts_at_once_make_one_document() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let story = rumour("https://lorne.test/ferry", "2026-03-01T08:00:00Z");
    let stored = join_all((0..16).map(|_| story.store(&pool))).await;
    let stored: Vec<_> = stored.into_iter().map(Result::unwrap).collect();
    let created = stored.iter().filter(|stored| stored.outcome == StoreOutcome::Created).count();
    assert_eq!(created, 1);
    assert!(stored.iter().all(|other| other.revision == stored[0].revision));
    assert_eq!(count(&database, "document_revisions").await, 1);
    assert_eq!(count(&database, "claims").await, 1);
    assert_eq!(count(&database, "rebuttals").await, 1);
}

#[tokio::test]
async fn sixteen_documents_at_once_found_one_claim_and_its_actors_once() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let stories: Vec<_> = (0..16)
        .map(|n| rumour(&format!("https://outlet{n}.test/ferry"), "2026-03-01T08:00:00Z"))
        .collect();
    let stored = join_all(stories.iter().map(|story| story.store(&pool))).await;
    let claims: std::collections::BTreeSet<ClaimId> =
        stored.into_iter().flat_map(|stored| stored.unwrap().claims_appeared).collect();
    assert_eq!(claims.len(), 1);
    let claim = claims::find(&mut pool.get().await.unwrap(), *claims.first().unwrap(), None).await;
    let claim = claim.unwrap();
    assert_eq!((claim.documents, claim.outlets, claim.rebuttals), (16, 16, 16));
    assert_eq!(claim.denied_by.len(), 1);
    assert_eq!(count(&database, "actors").await, 2);
    let backwards = "claim_summaries s where superseded_at < recorded_at";
    assert_eq!(count(&database, backwards).await, 0);
}

#[tokio::test]
async fn claims_of_equal_wording_join_within_and_across_documents() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let mut story = Story::new("https://a.test/1", "The Mirelle sank. Indeed, “Mirelle sank”!");
    story.claim("The Mirelle sank.").appears(Stance::Asserts, "The Mirelle sank");
    story.claim("“Mirelle sank”!").appears(Stance::Asserts, "“Mirelle sank”");
    story.claim("The Mirelle did not sink.").appears(Stance::Denies, "sank");
    let first = story.store(&pool).await.unwrap();
    assert_eq!(first.claims_appeared.len(), 2);
    let second = report("https://b.test/1", "2026-03-02T00:00:00Z", "the MIRELLE sank");
    let second = second.store(&pool).await.unwrap();
    assert!(first.claims_appeared.contains(&second.claims_appeared[0]));
    let german =
        report("https://c.test/1", "2026-03-02T00:00:00Z", "the MIRELLE sank").language("de");
    let german = german.store(&pool).await.unwrap();
    assert!(!first.claims_appeared.contains(&german.claims_appeared[0]));
}

#[tokio::test]
async fn a_transaction_broken_midway_leaves_nothing() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let before = counts(&database).await;
    let story = rumour("https://lorne.test/ferry", "2026-03-01T08:00:00Z");
    let (new, extraction) = (story.new_document(), &story.extraction);
    let mut connection = pool.get().await.unwrap();
    let broken = store::transaction(&mut connection, async |connection| {
        extract_document::store(connection, &new, extraction).await?;
        Err::<(), _>(store::Error::NotFound)
    })
    .await;
    assert!(matches!(broken, Err(store::Error::NotFound)));
    drop(connection);
    assert_eq!(counts(&database).await, before);

    // The same with the session itself gone, as after kill -9 of the program.
    let mut connection = pool.get().await.unwrap();
    let client = database.client().await;
    let lost = store::transaction(&mut connection, async |connection| {
        extract_document::store(connection, &new, extraction).await?;
        client
            .execute(
                "select pg_terminate_backend(pid) from pg_stat_activity
                  where datname = current_database() and state = 'idle in transaction'",
                &[],
            )
            .await
            .unwrap();
        Ok(())
    })
    .await;
    assert!(lost.is_err_and(|error| error.is_transient()));
    drop(connection);
    assert_eq!(counts(&database).await, before);
    let stored = story.store(&pool).await.unwrap();
    assert_eq!(stored.outcome, StoreOutcome::Created);
}

#[tokio::test]
async fn spans_count_code_points_and_prove_their_quotes() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let mut story = Story::new(
        "https://lorne.test/é",
        "\u{feff}Zoë 𝄞 Örk — „die Fähre 🚢 sank“, sagte sie.\r\nÖrk dementierte.",
    )
    .title("Fähre 🚢");
    let zoe = story.actor("Zoë 𝄞 Örk", Some(ActorKind::Person));
    story.statement(zoe, "Zoë 𝄞 Örk", "sagte", &["die Fähre 🚢 sank"]);
    story
        .claim("Die Fähre sank.")
        .appears(Stance::Asserts, "die Fähre 🚢 sank")
        .denied_by(zoe, "dementierte");
    let title = Span::new(claimtrail::domain::Field::Title, 7..11);
    story.extraction.claims[0].appearances[0].span = title;
    story.store(&pool).await.unwrap();
    assert_eq!(count(&database, "unproven_spans").await, 0);
    assert_eq!(count(&database, "spans").await, 6);
    let quote: String = database
        .client()
        .await
        .query_one("select quote from appearances", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(quote, "🚢");
}

#[tokio::test]
async fn a_span_that_does_not_fit_is_left_out_and_the_rest_is_kept() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let mut story = rumour("https://lorne.test/ferry", "2026-03-01T08:00:00Z");
    story.extraction.claims[0].appearances[0].span = Span::text(3..9_999);
    story.extraction.claims[0].denials[0].mentions[0].cue = Span::text(5..5);
    story.extraction.statements[0].confidence = f32::NAN;
    let stored = story.store(&pool).await.unwrap();
    assert_eq!(stored.rebuttals_appeared, []);
    assert_eq!(count(&database, "statements").await, 1);
    assert_eq!(count(&database, "appearances").await, 0);
}

#[tokio::test]
async fn actors_of_one_name_and_kind_are_one_and_keep_their_other_names() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let mut first = Story::new("https://a.test/1", "René Ossó spoke for Lorne.");
    let rene = first.actor("René Ossó", Some(ActorKind::Person));
    let lorne = first.actor("Lorne", Some(ActorKind::Government));
    first.extraction.actors[rene.0].roles.push("Harbour Minister".to_owned());
    first.extraction.actors[rene.0].speaks_for = Some(lorne);
    first.store(&pool).await.unwrap();
    let mut second = Story::new("https://b.test/1", "Rene Osso, the fox of the docks.");
    let rene = second.actor("RENE OSSO", Some(ActorKind::Person));
    second.extraction.actors[rene.0].aliases.push("the fox of the docks".to_owned());
    second.actor("Rene Osso", None);
    second.actor("Lorne", Some(ActorKind::Person));
    second.actor("…", None);
    second.store(&pool).await.unwrap();

    let connection = &mut *pool.get().await.unwrap();
    let all =
        actors::list(connection, &ActorFilter::default(), &PageRequest::first(9)).await.unwrap();
    assert_eq!(shown(&all, |actor| actor.name.clone()), ["Lorne", "Lorne", "René Ossó"]);
    let rene = &all.items[2];
    assert_eq!(rene.aliases, ["the fox of the docks"]);
    assert_eq!(rene.roles, ["Harbour Minister"]);
    assert_eq!(rene.speaks_for[0].name, "Lorne");
    assert_eq!(actors::find(connection, rene.id, None).await.unwrap(), *rene);
}

#[tokio::test]
async fn an_assertion_elsewhere_makes_a_denied_claim_disputed() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let denied = rumour("https://a.test/1", "2026-03-01T08:00:00Z").store(&pool).await.unwrap();
    let id = denied.claims_appeared[0];
    let mut other = Story::new("https://b.test/1", "The ferry Mirelle sank off Lorne.")
        .published("2026-03-02T08:00:00Z");
    other
        .claim("The ferry Mirelle sank off Lorne.")
        .appears(Stance::Asserts, "The ferry Mirelle sank");
    other.store(&pool).await.unwrap();
    let connection = &mut *pool.get().await.unwrap();
    let claim = claims::find(connection, id, None).await.unwrap();
    assert_eq!(claim.status, Status::Disputed);
    let trail = claims::timeline(connection, id, None, &PageRequest::first(99)).await.unwrap();
    let times: Vec<_> = trail.items.iter().map(|entry| entry.at).collect();
    assert!(times.is_sorted());
    assert_eq!(trail.items.len(), 5);
}

#[tokio::test]
async fn what_repeats_a_denied_claim_is_counted_and_its_status_stays() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let denied = rumour("https://a.test/1", "2026-03-02T08:00:00Z").store(&pool).await.unwrap();
    let id = denied.claims_appeared[0];
    let repeated = |url: &str, time: &str, stance| {
        let mut story =
            Story::new(url, "They say the ferry Mirelle sank off Lorne.").published(time);
        story.claim("The ferry Mirelle sank off Lorne.").appears(stance, "the ferry Mirelle sank");
        story
    };
    let mut seen = Vec::new();
    for (url, time, stance) in [
        ("https://b.test/1", "2026-03-01T08:00:00Z", Stance::Reports),
        ("https://b.test/2", "2026-03-03T08:00:00Z", Stance::Questions),
        ("https://a.test/2", "2026-03-04T08:00:00Z", Stance::Reports),
        ("https://c.test/1", "2026-03-05T08:00:00Z", Stance::Asserts),
        ("https://d.test/1", "2026-03-06T08:00:00Z", Stance::Reports),
    ] {
        repeated(url, time, stance).store(&pool).await.unwrap();
        assert_eq!(count(&database, WRONG_SUMMARIES).await, 0, "{url}");
        let claim = claims::find(&mut pool.get().await.unwrap(), id, None).await.unwrap();
        let events = count(&database, "claim_status_events").await;
        seen.push((claim.status, claim.documents, claim.outlets, claim.reasons.len(), events));
    }
    let expected = [
        (Status::Denied, 2, 2, 1, 1),
        (Status::Denied, 3, 2, 1, 1),
        (Status::Denied, 4, 2, 1, 1),
        (Status::Disputed, 5, 3, 2, 2),
        (Status::Disputed, 6, 4, 2, 2),
    ];
    assert_eq!(seen, expected);
    let claim = claims::find(&mut pool.get().await.unwrap(), id, None).await.unwrap();
    assert_eq!(claim.first_stated.unwrap().at, at("2026-03-01T08:00:00Z"));
    assert_eq!(claim.last_stated_at, Some(at("2026-03-06T08:00:00Z")));
}

#[tokio::test]
async fn a_place_is_of_the_time_at_which_its_statement_was_said_and_else_of_the_publication() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let mut story = Story::new(
        "https://a.test/gulls",
        "In 2014, Dana Orrin said that gulls vote. She repeated that they do vote.",
    )
    .published("2026-03-02T08:30:00Z");
    let orrin = story.actor("Dana Orrin", Some(ActorKind::Person));
    let then = story.statement(orrin, "Dana Orrin", "said", &["gulls vote"]);
    let again = story.statement(orrin, "She", "repeated", &["they do vote"]);
    let of_2014 = StatedTime { at: at("2014-01-01T00:00:00Z"), precision: DateTimePrecision::Year };
    story.extraction.statements[0].stated = Some(of_2014);
    story
        .claim("Gulls vote.")
        .claimed_by(orrin)
        .appears_in(Stance::Asserts, "gulls vote", Some(then))
        .appears_in(Stance::Asserts, "they do vote", Some(again));
    let stored = story.store(&pool).await.unwrap();
    let connection = &mut *pool.get().await.unwrap();

    let filter = StatementFilter { document: Some(stored.document), ..Default::default() };
    let said = statements::list(connection, &filter, &PageRequest::first(9)).await.unwrap();
    let times: Vec<_> = said.items.iter().map(|statement| statement.stated).collect();
    assert_eq!(times, [Some(of_2014), None]);
    let claim = claims::find(connection, stored.claims_appeared[0], None).await.unwrap();
    assert_eq!(claim.first_stated, Some(of_2014));
    assert_eq!(claim.last_stated_at, Some(at("2026-03-02T08:30:00Z")));
    let trail = claims::timeline(connection, claim.id, None, &PageRequest::first(9)).await.unwrap();
    let moments: Vec<_> = trail
        .items
        .iter()
        .filter(|moment| matches!(moment.event, TimelineEvent::Appearance { .. }))
        .map(|moment| (moment.at, moment.precision))
        .collect();
    assert_eq!(
        moments,
        [
            (of_2014.at, DateTimePrecision::Year),
            (at("2026-03-02T08:30:00Z"), DateTimePrecision::Second)
        ]
    );
    for (from, to, found) in [(2014, 2015, 1), (2015, 2026, 0), (2026, 2027, 1)] {
        let day = |year: i32| Some(at(&format!("{year}-01-01T00:00:00Z")));
        let filter = ClaimFilter { from: day(from), to: day(to), ..Default::default() };
        let claims = claims::list(connection, &filter, &PageRequest::first(9)).await.unwrap();
        assert_eq!(claims.items.len(), found, "from {from} to {to}");
    }
}

#[tokio::test]
async fn far_dates_are_kept_and_impossible_ones_unknown() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let mut far = report("https://a.test/1", "2026-01-01T00:00:00Z", "Gulls vote.");
    far.document.published =
        Some(StatedTime { at: at("+20189-07-01T00:00:00Z"), precision: DateTimePrecision::Day });
    let mut ancient = report("https://a.test/2", "2026-01-01T00:00:00Z", "Gulls vote.");
    let never = chrono::DateTime::<chrono::Utc>::MIN_UTC;
    ancient.document.published = Some(StatedTime { at: never, precision: DateTimePrecision::Day });
    let far = far.store(&pool).await.unwrap();
    let ancient = ancient.store(&pool).await.unwrap();
    let connection = &mut *pool.get().await.unwrap();
    let far = documents::find(connection, far.document).await.unwrap();
    assert_eq!(far.document.published.unwrap().at, at("+20189-07-01T00:00:00Z"));
    let ancient = documents::find(connection, ancient.document).await.unwrap();
    assert_eq!(ancient.document.published, None);
    for bound in [never, chrono::DateTime::<chrono::Utc>::MAX_UTC] {
        let claims_then =
            ClaimFilter { from: Some(bound), as_of: Some(bound), ..Default::default() };
        claims::list(connection, &claims_then, &PageRequest::first(1)).await.unwrap();
        let rebuttals_then = RebuttalFilter { to: Some(bound), ..Default::default() };
        rebuttals::list(connection, &rebuttals_then, &PageRequest::first(1)).await.unwrap();
    }
}

#[tokio::test]
async fn an_address_too_long_is_refused_by_name() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let url = format!("https://a.test/{}", "x".repeat(2_100));
    let refused = Story::new(&url, "No ferry sank.").store(&pool).await.unwrap_err();
    assert_eq!(refused.constraint(), Some("document_urls_url_length"));
}

#[tokio::test]
async fn a_crowd_of_rows_goes_in_and_a_long_sentence_too() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let text = "Dana said no. ".repeat(5_000);
    let mut story = Story::new("https://a.test/long", &text);
    let dana = story.actor("Dana", Some(ActorKind::Person));
    for n in 0..5_000 {
        let said = story.statement(dana, "Dana", "said", &["no"]);
        let at = n * 14;
        story.extraction.statements[said.0].contents = vec![Span::text(at + 10..at + 12)];
    }
    story.claim(&"very ".repeat(9_000)).appears(Stance::Asserts, "Dana said no");
    story.store(&pool).await.unwrap();
    assert_eq!(count(&database, "statement_spans").await, 15_000);
    assert_eq!(count(&database, "unproven_spans").await, 0);
}

/// What is posted, in order: which address, and which of its texts.
fn posts() -> impl Strategy<Value = Vec<(usize, String)>> {
    let sentence = prop_oneof![
        "The (ferry|harbour) office denied reports that pier [1-4] had sunk\\.",
        "Pia Storm said that the ferry had sunk\\.",
        "[a-zé“”‘’ 𝄞\\n.]{1,40}\\.",
    ];
    proptest::collection::vec((0..3_usize, sentence), 1..7)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Whatever was posted before, posting the last text of each address again changes nothing, every
    /// stored quote is proven, and every claim's summary is what counting anew gives.
    #[test]
    fn posting_again_changes_nothing_whatever_came_before(posts in posts()) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let database = TestDatabase::new().await;
            let pool = database.pool();
            let document = |(number, text): &(usize, String)| NewDocument {
                document: Story::new(&format!("https://pier{number}.test/a"), text).document,
                received: text.clone().into_bytes(),
                media_type: "text/plain".to_owned(),
            };
            for post in &posts {
                extract_document::run(&pool, document(post), Gear::Fast).await.unwrap();
                assert_eq!(count(&database, WRONG_SUMMARIES).await, 0);
            }
            let before = counts(&database).await;
            let last: BTreeMap<_, _> = posts.iter().cloned().collect();
            for post in last {
                let again = extract_document::run(&pool, document(&post), Gear::Fast).await.unwrap();
                assert_eq!(again.outcome, StoreOutcome::Unchanged);
            }
            assert_eq!(counts(&database).await, before);
            assert_eq!(count(&database, "unproven_spans").await, 0);
        });
    }
}

/// A connection keeps the plans that it made while the database was empty, and must not walk over
/// whole tables with them.
#[tokio::test]
async fn storing_into_a_fresh_database_reads_no_whole_table() {
    const DOCUMENTS: i64 = 30;
    let database = TestDatabase::new().await;
    let options = PoolOptions { size: 1, ..PoolOptions::default() };
    let pool = Pool::new(database.url(), options).unwrap();
    for number in 0..DOCUMENTS {
        let url = format!("https://lorne.test/ferry/{number}");
        rumour(&url, "2026-03-01T08:00:00Z").store(&pool).await.unwrap();
    }
    // A session tells what it did when it ends at the latest.
    drop(pool);
    let client = database.client().await;
    let told = "select n_tup_ins from pg_stat_user_tables where relname = 'documents'";
    while client.query_one(told, &[]).await.unwrap().get::<_, i64>(0) < DOCUMENTS {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let walked = "select relname::text, seq_scan from pg_stat_user_tables
        where relname in ('actors', 'claims', 'documents', 'document_urls', 'tombstone_digests')
          and seq_scan >= $1";
    let walked = client.query(walked, &[&(DOCUMENTS / 2)]).await.unwrap();
    let walked: Vec<(String, i64)> = walked.iter().map(|row| (row.get(0), row.get(1))).collect();
    assert_eq!(walked, []);
}
