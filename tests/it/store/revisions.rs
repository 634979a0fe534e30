//! A changed text at the same address.

use claimtrail::domain::view::{AppearanceFilter, ClaimFilter, PageRequest, StoreOutcome};
use claimtrail::domain::{ChangeKind, Field, LocatedSpan, Stance, Status};
use claimtrail::pipeline::comparison::compare;
use claimtrail::store::{Error, appearances, claims, documents, rebuttals, revisions};

use super::{report, rumour, shown};
use crate::support::builders::Story;
use crate::support::database::TestDatabase;

#[tokio::test]
async fn a_changed_text_says_what_appeared_and_what_vanished() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let first =
        rumour("https://lorne.test/ferry", "2026-03-01T08:00:00Z").store(&pool).await.unwrap();
    let mut changed = Story::new(
        "https://lorne.test/ferry",
        "The ferry Mirelle reached Lorne. Reports that the ferry Mirelle had sunk were wrong.",
    )
    .published("2026-03-01T08:00:00Z");
    changed
        .claim("The ferry Mirelle reached Lorne.")
        .appears(Stance::Asserts, "The ferry Mirelle reached Lorne");
    changed
        .claim("The ferry Mirelle sank off Lorne.")
        .appears(Stance::Reports, "the ferry Mirelle had sunk")
        .debunked("wrong", "wrong");
    let second = changed.store(&pool).await.unwrap();
    assert_eq!(second.outcome, StoreOutcome::Revised);
    assert_eq!(second.document, first.document);
    assert_eq!(second.claims_appeared.len(), 1);
    assert_eq!(second.claims_vanished, []);
    assert_eq!(second.rebuttals_vanished, first.rebuttals_appeared);
    assert_eq!(second.rebuttals_appeared.len(), 1);

    let connection = &mut *pool.get().await.unwrap();
    let claim = claims::find(connection, first.claims_appeared[0], None).await.unwrap();
    assert_eq!(claim.status, Status::Debunked);
    assert_eq!((claim.appearances, claim.rebuttals), (1, 1));
    assert!(claim.claimants.is_empty());
    let old = rebuttals::find(connection, first.rebuttals_appeared[0]).await.unwrap();
    assert!(old.superseded_at.is_some());
    assert_eq!(old.mentions[0].cue.quote, "denied");

    let difference =
        revisions::difference(connection, first.document, 1, 2, compare).await.unwrap();
    assert_eq!(difference.from.superseded_at, Some(difference.to.recorded_at));
    assert_eq!(difference.claims_appeared[0].text, "The ferry Mirelle reached Lorne.");
    assert!(difference.claims_vanished.is_empty());
    assert_eq!(difference.rebuttals_vanished[0].denier.as_ref().unwrap().name, "Harbour Board");
    assert_eq!(difference.rebuttals_appeared.len(), 1);
    let removed: Vec<_> = difference.changes.iter().filter_map(|it| it.before.as_ref()).collect();
    assert_eq!(removed[0].quote, "Dana Orrin said the ferry Mirelle had sunk off Lorne.");
    assert!(matches!(
        revisions::difference(connection, first.document, 1, 3, compare).await,
        Err(Error::NotFound)
    ));
}

#[tokio::test]
async fn a_claim_that_no_document_carries_leaves_the_lists_and_keeps_its_history() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let first =
        rumour("https://lorne.test/ferry", "2026-03-01T08:00:00Z").store(&pool).await.unwrap();
    let id = first.claims_appeared[0];
    let then = documents::find(&mut pool.get().await.unwrap(), first.document).await.unwrap();
    let then = then.document.revised_at;
    let second =
        Story::new("https://lorne.test/ferry", "Nothing happened.").store(&pool).await.unwrap();
    assert_eq!(second.claims_vanished, [id]);

    let connection = &mut *pool.get().await.unwrap();
    let page = PageRequest::first(9);
    let now = claims::list(connection, &ClaimFilter::default(), &page).await.unwrap();
    assert!(now.items.is_empty());
    let claim = claims::find(connection, id, None).await.unwrap();
    assert_eq!((claim.appearances, claim.rebuttals, claim.status), (0, 0, Status::Unverified));
    let as_of = ClaimFilter { as_of: Some(then), ..Default::default() };
    let known = claims::list(connection, &as_of, &page).await.unwrap();
    assert_eq!(shown(&known, |claim| (claim.id, claim.status)), [(id, Status::Denied)]);
    assert_eq!(known.items[0].denied_by[0].name, "Harbour Board");
    let filter = AppearanceFilter { claim: Some(id), as_of: Some(then), ..Default::default() };
    assert_eq!(appearances::list(connection, &filter, &page).await.unwrap().items.len(), 1);
    let before = then - chrono::TimeDelta::seconds(1);
    assert!(matches!(claims::find(connection, id, Some(before)).await, Err(Error::NotFound)));

    // The first text again is a third revision, and the claim is back under its own id.
    let third =
        rumour("https://lorne.test/ferry", "2026-03-01T08:00:00Z").store(&pool).await.unwrap();
    assert_eq!(third.claims_appeared, [id]);
    let numbers = revisions::list(connection, first.document).await.unwrap();
    assert_eq!(numbers.iter().map(|revision| revision.number).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(
        claims::list(connection, &ClaimFilter::default(), &page).await.unwrap().items.len(),
        1
    );
}

#[tokio::test]
async fn a_document_that_changes_its_language_takes_its_claims_along() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let english = report("https://a.test/1", "2026-03-01T08:00:00Z", "Gulls vote.");
    let first = english.store(&pool).await.unwrap();
    let german = report("https://a.test/1", "2026-03-01T08:00:00Z", "Möwen wählen.").language("de");
    let second = german.store(&pool).await.unwrap();
    assert_eq!(second.claims_vanished, first.claims_appeared);
    let connection = &mut *pool.get().await.unwrap();
    let live =
        claims::list(connection, &ClaimFilter::default(), &PageRequest::first(9)).await.unwrap();
    assert_eq!(shown(&live, |claim| claim.language.clone()), ["de"]);
}

/// The changes as they are told: kind, words before, words after.
fn told(
    difference: &claimtrail::domain::view::RevisionDifference,
) -> Vec<(ChangeKind, String, String)> {
    let quote = |span: &Option<LocatedSpan>| span.as_ref().map_or("", |it| &it.quote).to_owned();
    let changes = difference.changes.iter();
    changes.map(|change| (change.kind, quote(&change.before), quote(&change.after))).collect()
}

#[tokio::test]
async fn what_a_revision_changed_is_kept_sentence_by_sentence_with_its_places() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let url = "https://lorne.test/gulls";
    let texts = [
        "Möwen 🐦 kommen. The board met. The gulls came on Monday. Nobody knew. It rained.",
        "It rained. Möwen 🐦 kommen. The board met. The gulls came on Tuesday. They left.",
        "It rained. They left.",
    ];
    let first = Story::new(url, texts[0]).title("Gulls come").store(&pool).await.unwrap();
    for text in &texts[1..] {
        Story::new(url, text).title("Gulls gone").store(&pool).await.unwrap();
    }
    let connection = &mut *pool.get().await.unwrap();
    // Nothing compares here: what is told of neighbours was kept.
    let next = revisions::difference(connection, first.document, 1, 2, |_, _| {
        unreachable!("the difference of neighbours is kept")
    });
    let next = next.await.unwrap();
    let is = |kind, before: &str, after: &str| (kind, before.to_owned(), after.to_owned());
    assert_eq!(
        told(&next),
        [
            is(ChangeKind::Changed, "Gulls come", "Gulls gone"),
            is(ChangeKind::Moved, "It rained.", "It rained."),
            is(ChangeKind::Changed, "The gulls came on Monday.", "The gulls came on Tuesday."),
            is(ChangeKind::Removed, "Nobody knew.", ""),
            is(ChangeKind::Added, "", "They left."),
        ]
    );
    // Each place is where its words stand, in code points of its own revision.
    for change in &next.changes {
        for (span, text) in [(&change.before, texts[0]), (&change.after, texts[1])] {
            let Some(span) = span.as_ref().filter(|span| span.field == Field::Text) else {
                continue;
            };
            let length = usize::try_from(span.end - span.start).unwrap();
            let start = usize::try_from(span.start).unwrap();
            let words: String = text.chars().skip(start).take(length).collect();
            assert_eq!(words, span.quote);
        }
    }
    let far = revisions::difference(connection, first.document, 1, 3, compare).await.unwrap();
    assert!(told(&far).contains(&is(ChangeKind::Removed, "Möwen 🐦 kommen.", "")));
    let back = revisions::difference(connection, first.document, 3, 1, compare).await.unwrap();
    assert!(told(&back).contains(&is(ChangeKind::Added, "", "Möwen 🐦 kommen.")));
    let itself = revisions::difference(connection, first.document, 2, 2, compare).await.unwrap();
    assert_eq!(told(&itself), []);

    // Revisions from before differences were kept are compared when they are asked for.
    database.client().await.batch_execute("delete from revision_changes").await.unwrap();
    let again = revisions::difference(connection, first.document, 1, 2, compare).await.unwrap();
    assert_eq!(told(&again), told(&next));
}
