//! Each filter of each list lets through what it names, and nothing else.

use claimtrail::domain::view::{
    ActorFilter, AppearanceFilter, ClaimFilter, ClaimSort, DocumentFilter, OutletFilter,
    PageRequest, RebuttalFilter, StatementFilter, StoredDocument,
};
use claimtrail::domain::{ActorKind, DenierRole, RebuttalKind, Stance, Status};
use claimtrail::store::{
    Pool, actors, appearances, claims, documents, outlets, rebuttals, statements,
};

use super::{rumour, shown};
use crate::support::builders::{Story, at};
use crate::support::database::TestDatabase;

const FERRY: &str = "The ferry Mirelle sank off Lorne.";
const BUDGET: &str = "Mayor Ilva Strand hid the budget.";

/// The rumour of 1 March at lorne.test, and a debunk of another claim of 5 March at fjord.test.
async fn two_stories(pool: &Pool) -> (StoredDocument, StoredDocument) {
    let ferry =
        rumour("https://lorne.test/ferry", "2026-03-01T08:00:00Z").store(pool).await.unwrap();
    let mut story = Story::new(
        "https://www.fjord.test/budget?id=7",
        "A post said Ilva Strand hid the budget. That is a hoax. “It is online”, Strand told us.",
    )
    .title("The budget was never hidden")
    .published("2026-03-05T08:00:00Z");
    let mayor = story.actor("Ilva Strand", Some(ActorKind::Person));
    story.extraction.actors[mayor.0].aliases.push("Strand".to_owned());
    story.extraction.actors[mayor.0].roles.push("Mayor".to_owned());
    story.statement(mayor, "Strand", "told", &["It is online"]);
    story
        .claim(BUDGET)
        .scores(0.3, 0.95)
        .appears(Stance::Reports, "Ilva Strand hid the budget")
        .appears(Stance::Denies, "It is online")
        .debunked("a hoax", "Hoax");
    let budget = story.store(pool).await.unwrap();
    (ferry, budget)
}

#[tokio::test]
async fn claims_are_filtered() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    two_stories(&pool).await;
    let connection = &mut *pool.get().await.unwrap();
    let some = |text: &str| Some(text.parse().unwrap());
    let cases: [(ClaimFilter, &[&str]); 24] = [
        (ClaimFilter { q: Some("ferries sinking OR sank".into()), ..Default::default() }, &[FERRY]),
        (ClaimFilter { q: Some("budget -hid".into()), ..Default::default() }, &[]),
        (ClaimFilter { q: Some("\0".into()), ..Default::default() }, &[]),
        (ClaimFilter { status: Some(Status::Denied), ..Default::default() }, &[FERRY]),
        (ClaimFilter { status: Some(Status::Debunked), ..Default::default() }, &[BUDGET]),
        (
            ClaimFilter { claimant: Some("dana ORRIN".parse().unwrap()), ..Default::default() },
            &[FERRY],
        ),
        (
            ClaimFilter { claimant: Some("Harbour Board".parse().unwrap()), ..Default::default() },
            &[],
        ),
        (
            ClaimFilter {
                denied_by: Some("the harbour board".parse().unwrap()),
                ..Default::default()
            },
            &[FERRY],
        ),
        (ClaimFilter { denied_by: Some("Dana Orrin".parse().unwrap()), ..Default::default() }, &[]),
        (ClaimFilter { about: Some("Strand".parse().unwrap()), ..Default::default() }, &[BUDGET]),
        (ClaimFilter { about: Some("Mayor".parse().unwrap()), ..Default::default() }, &[]),
        (
            ClaimFilter { outlet: Some("WWW.lorne.test".parse().unwrap()), ..Default::default() },
            &[FERRY],
        ),
        (
            ClaimFilter { outlet: Some("fjord.test".parse().unwrap()), ..Default::default() },
            &[BUDGET],
        ),
        (ClaimFilter { outlet: Some("none.test".parse().unwrap()), ..Default::default() }, &[]),
        (ClaimFilter { language: Some("en".into()), ..Default::default() }, &[BUDGET, FERRY]),
        (ClaimFilter { language: Some("de".into()), ..Default::default() }, &[]),
        (ClaimFilter { from: Some(at("2026-03-05T08:00:00Z")), ..Default::default() }, &[BUDGET]),
        (ClaimFilter { to: Some(at("2026-03-05T08:00:00Z")), ..Default::default() }, &[FERRY]),
        (
            ClaimFilter {
                from: some("2026-03-02T00:00:00Z"),
                to: some("2026-03-04T00:00:00Z"),
                ..Default::default()
            },
            &[],
        ),
        (ClaimFilter { min_check_worthiness: Some(0.9), ..Default::default() }, &[BUDGET]),
        (ClaimFilter { min_confidence: Some(0.8), ..Default::default() }, &[FERRY]),
        (ClaimFilter { sort: ClaimSort::Oldest, ..Default::default() }, &[FERRY, BUDGET]),
        (ClaimFilter { sort: ClaimSort::MostReported, ..Default::default() }, &[BUDGET, FERRY]),
        (ClaimFilter { as_of: Some(at("2020-01-01T00:00:00Z")), ..Default::default() }, &[]),
    ];
    for (filter, texts) in cases {
        let found = claims::list(connection, &filter, &PageRequest::first(9)).await.unwrap();
        assert_eq!(shown(&found, |claim| claim.text.as_str()), texts, "{filter:?}");
    }
    let dana =
        actors::list(connection, &ActorFilter::default(), &PageRequest::first(9)).await.unwrap();
    let dana = dana.items.iter().find(|actor| actor.name == "Dana Orrin").unwrap();
    assert_eq!((dana.statements, dana.claims, dana.rebuttals), (1, 1, 0));
    let by_id =
        ClaimFilter { claimant: Some(dana.id.to_string().parse().unwrap()), ..Default::default() };
    let found = claims::list(connection, &by_id, &PageRequest::first(9)).await.unwrap();
    assert_eq!(shown(&found, |claim| claim.text.as_str()), [FERRY]);
}

#[tokio::test]
async fn rebuttals_are_filtered() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let (ferry, budget) = two_stories(&pool).await;
    let connection = &mut *pool.get().await.unwrap();
    let denial = ferry.rebuttals_appeared[0];
    let debunk = budget.rebuttals_appeared[0];
    let cases: [(RebuttalFilter, &[_]); 12] = [
        (RebuttalFilter::default(), &[debunk, denial]),
        (RebuttalFilter { kind: Some(RebuttalKind::Debunk), ..Default::default() }, &[debunk]),
        (
            RebuttalFilter { denier: Some("Harbour Board".parse().unwrap()), ..Default::default() },
            &[denial],
        ),
        (RebuttalFilter { denier_role: Some(DenierRole::Outlet), ..Default::default() }, &[debunk]),
        (RebuttalFilter { label: Some("HOAX".into()), ..Default::default() }, &[debunk]),
        (
            RebuttalFilter { outlet: Some("lorne.test".parse().unwrap()), ..Default::default() },
            &[denial],
        ),
        (
            RebuttalFilter { from: Some(at("2026-03-02T00:00:00Z")), ..Default::default() },
            &[debunk],
        ),
        (RebuttalFilter { to: Some(at("2026-03-02T00:00:00Z")), ..Default::default() }, &[denial]),
        (RebuttalFilter { claim: Some(ferry.claims_appeared[0]), ..Default::default() }, &[denial]),
        (RebuttalFilter { document: Some(budget.document), ..Default::default() }, &[debunk]),
        (RebuttalFilter { as_of: Some(at("2020-01-01T00:00:00Z")), ..Default::default() }, &[]),
        (RebuttalFilter { kind: Some(RebuttalKind::Review), ..Default::default() }, &[]),
    ];
    for (filter, ids) in cases {
        let found = rebuttals::list(connection, &filter, &PageRequest::first(9)).await.unwrap();
        assert_eq!(shown(&found, |rebuttal| rebuttal.id), ids, "{filter:?}");
    }
}

#[tokio::test]
async fn documents_are_filtered() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let (ferry, budget) = two_stories(&pool).await;
    let (ferry, budget) = (ferry.document, budget.document);
    let connection = &mut *pool.get().await.unwrap();
    let cases: [(DocumentFilter, &[_]); 9] = [
        (DocumentFilter::default(), &[budget, ferry]),
        (
            DocumentFilter { outlet: Some("lorne.test".parse().unwrap()), ..Default::default() },
            &[ferry],
        ),
        (DocumentFilter { language: Some("en".into()), ..Default::default() }, &[budget, ferry]),
        (DocumentFilter { language: Some("fr".into()), ..Default::default() }, &[]),
        (
            DocumentFilter {
                url: Some("https://WWW.fjord.test/budget?id=7#a".into()),
                ..Default::default()
            },
            &[budget],
        ),
        (DocumentFilter { q: Some("never hidden".into()), ..Default::default() }, &[budget]),
        (DocumentFilter { q: Some("ferry".into()), ..Default::default() }, &[ferry]),
        (
            DocumentFilter { from: Some(at("2026-03-05T08:00:00Z")), ..Default::default() },
            &[budget],
        ),
        (DocumentFilter { to: Some(at("2026-03-05T08:00:00Z")), ..Default::default() }, &[ferry]),
    ];
    for (filter, ids) in cases {
        let found = documents::list(connection, &filter, &PageRequest::first(9)).await.unwrap();
        assert_eq!(shown(&found, |document| document.id), ids, "{filter:?}");
    }
}

#[tokio::test]
async fn statements_appearances_actors_and_outlets_are_filtered() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let (ferry, budget) = two_stories(&pool).await;
    let connection = &mut *pool.get().await.unwrap();
    let page = PageRequest::first(9);
    for (filter, sources) in [
        (StatementFilter::default(), vec!["Strand", "Dana Orrin"]),
        (
            StatementFilter { document: Some(ferry.document), ..Default::default() },
            vec!["Dana Orrin"],
        ),
        (
            StatementFilter { speaker: Some("Strand".parse().unwrap()), ..Default::default() },
            vec!["Strand"],
        ),
        (StatementFilter { q: Some("online".into()), ..Default::default() }, vec!["Strand"]),
        (StatementFilter { q: Some("harbour".into()), ..Default::default() }, vec![]),
    ] {
        let found = statements::list(connection, &filter, &page).await.unwrap();
        assert_eq!(shown(&found, |said| said.source[0].quote.as_str()), sources, "{filter:?}");
    }
    for (filter, count) in [
        (AppearanceFilter::default(), 3),
        (AppearanceFilter { claim: Some(budget.claims_appeared[0]), ..Default::default() }, 2),
        (AppearanceFilter { stance: Some(Stance::Denies), ..Default::default() }, 1),
        (AppearanceFilter { document: Some(ferry.document), ..Default::default() }, 1),
    ] {
        let found = appearances::list(connection, &filter, &page).await.unwrap();
        assert_eq!(found.items.len(), count, "{filter:?}");
    }
    for (filter, names) in [
        (ActorFilter { q: Some("strand".into()), ..Default::default() }, vec!["Ilva Strand"]),
        (ActorFilter { q: Some("mayor".into()), ..Default::default() }, vec!["Ilva Strand"]),
        (
            ActorFilter { kind: Some(ActorKind::Organisation), ..Default::default() },
            vec!["Harbour Board"],
        ),
    ] {
        let found = actors::list(connection, &filter, &page).await.unwrap();
        assert_eq!(shown(&found, |actor| actor.name.as_str()), names, "{filter:?}");
    }
    let found = outlets::list(connection, &OutletFilter { q: Some("lorne.test".into()) }, &page)
        .await
        .unwrap();
    assert_eq!(
        shown(&found, |outlet| (outlet.name.as_str(), outlet.documents)),
        [("lorne.test", 1)]
    );
    assert_eq!(outlets::find(connection, found.items[0].id).await.unwrap(), found.items[0]);
}

/// Case C44: a reader sees one word, and so must a search, while the stored words stay as they came.
#[tokio::test]
async fn marks_that_no_reader_sees_hide_no_word_from_a_search() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let words = "Der Au\u{df}en\u{ad}minister de\u{200b}mentiert den Kauf.";
    let mut story =
        Story::new("https://quay.test/1", words).title("Kauf de\u{2060}mentiert").language("de");
    let minister = story.actor("Au\u{df}en\u{ad}minister", Some(ActorKind::Person));
    story.statement(
        minister,
        "Au\u{df}en\u{ad}minister",
        "de\u{200b}mentiert",
        &["de\u{200b}mentiert den Kauf"],
    );
    story
        .claim("Der Au\u{df}en\u{ad}minister kauft den Pier.")
        .appears(Stance::Reports, "den Kauf");
    let stored = story.store(&pool).await.unwrap();
    let connection = &mut *pool.get().await.unwrap();
    let page = PageRequest::first(9);
    for q in ["Außenminister dementiert", "Au\u{df}en\u{ad}minister", "de\u{200b}mentiert"] {
        let filter = DocumentFilter { q: Some(q.to_owned()), ..Default::default() };
        let found = documents::list(connection, &filter, &page).await.unwrap();
        assert_eq!(shown(&found, |it| it.id), [stored.document], "{q:?}");
    }
    let filter = StatementFilter { q: Some("dementiert".to_owned()), ..Default::default() };
    assert_eq!(statements::list(connection, &filter, &page).await.unwrap().items.len(), 1);
    let filter = ClaimFilter { q: Some("Außenminister".to_owned()), ..Default::default() };
    assert_eq!(claims::list(connection, &filter, &page).await.unwrap().items.len(), 1);
    let filter = ActorFilter { q: Some("Außenminister".to_owned()), ..Default::default() };
    assert_eq!(actors::list(connection, &filter, &page).await.unwrap().items.len(), 1);

    // The same claim without the marks is the same claim.
    let mut plain = Story::new("https://fjord.test/1", "Der Kauf.").language("de");
    plain.claim("Der Außenminister kauft den Pier.").appears(Stance::Reports, "Der Kauf");
    let plain = plain.store(&pool).await.unwrap();
    assert_eq!(plain.claims_appeared, stored.claims_appeared);
    let kept = documents::find(connection, stored.document).await.unwrap();
    assert_eq!(kept.text, words);
    let unproven = "select count(*) from unproven_spans";
    let client = database.client().await;
    assert_eq!(client.query_one(unproven, &[]).await.unwrap().get::<_, i64>(0), 0);
    // The index answers such a search.
    client.batch_execute("set enable_seqscan = off").await.unwrap();
    let plan = client
        .query(
            "explain select id from document_revisions r
              where to_tsvector('english', searchable(
                        left(coalesce(r.title, ''), 1000) || ' ' || left(r.text, 100000)))
                    @@ websearch_to_tsquery('english', searchable('Pier'))",
            &[],
        )
        .await
        .unwrap();
    let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
    assert!(plan.iter().any(|line| line.contains("document_revisions_search")), "{plan:?}");
}
