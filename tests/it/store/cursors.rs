//! A walk meets everything that was there when it began, once.

use std::collections::BTreeSet;

use claimtrail::domain::view::{
    ActorFilter, ClaimFilter, ClaimSort, DocumentFilter, OutletFilter, PageRequest, RebuttalFilter,
    StatementFilter,
};
use claimtrail::domain::{ActorKind, ClaimId, Status};
use claimtrail::store::cursor::BadCursor;
use claimtrail::store::{
    Connection, Error, actors, claims, documents, outlets, rebuttals, statements,
};
use proptest::prelude::*;

use super::{report, rumour};
use crate::support::database::TestDatabase;

/// Walks a list to its end, `$between` after each page, and gives the ids in the order met.
macro_rules! walk {
    ($list:path, $connection:expr, $filter:expr, $limit:expr, $between:expr) => {{
        let mut ids = Vec::new();
        let mut page = PageRequest::first($limit);
        loop {
            let found = $list($connection, &$filter, &page).await.unwrap();
            assert!(found.items.len() <= usize::from($limit));
            ids.extend(found.items.iter().map(|item| item.id));
            let Some(next) = found.next else { break ids };
            page.cursor = Some(next);
            $between.await;
        }
    }};
}

async fn nothing() {}

#[tokio::test]
async fn every_list_walks_each_item_once_at_any_page_size() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    for n in 0..7 {
        let mut story = rumour(&format!("https://outlet{n}.test/1"), "2026-03-01T08:00:00Z");
        story
            .claim(&format!("Gull {n} votes."))
            .appears(claimtrail::domain::Stance::Reports, "ferry");
        story.actor(&format!("Gull {n}"), Some(ActorKind::Person));
        story.store(&pool).await.unwrap();
    }
    let connection = &mut *pool.get().await.unwrap();
    macro_rules! check {
        ($list:path, $filter:expr, $count:expr) => {
            let whole = walk!($list, connection, $filter, 100u16, nothing());
            assert_eq!(whole.len(), $count, stringify!($list));
            for limit in [1u16, 2, 3, 7, 8] {
                assert_eq!(walk!($list, connection, $filter, limit, nothing()), whole);
            }
        };
    }
    for sort in
        [ClaimSort::Newest, ClaimSort::Oldest, ClaimSort::MostDenied, ClaimSort::MostReported]
    {
        check!(claims::list, ClaimFilter { sort, ..Default::default() }, 8);
    }
    check!(documents::list, DocumentFilter::default(), 7);
    check!(statements::list, StatementFilter::default(), 7);
    check!(rebuttals::list, RebuttalFilter::default(), 7);
    check!(actors::list, ActorFilter::default(), 9);
    check!(outlets::list, OutletFilter::default(), 7);
}

#[tokio::test]
async fn a_walk_is_not_disturbed_by_what_is_added_meanwhile() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    for n in 0..9 {
        let story = report(
            &format!("https://a.test/{n}"),
            "2026-03-01T08:00:00Z",
            &format!("Gull {n} votes."),
        );
        story.store(&pool).await.unwrap();
    }
    let connection = &mut *pool.get().await.unwrap();
    let mut number = 100;
    for sort in
        [ClaimSort::Newest, ClaimSort::Oldest, ClaimSort::MostDenied, ClaimSort::MostReported]
    {
        let filter = ClaimFilter { sort, ..Default::default() };
        let there: BTreeSet<ClaimId> =
            walk!(claims::list, connection, filter, 100u16, nothing()).into_iter().collect();
        let met = walk!(claims::list, connection, filter, 2u16, async {
            // A new claim, and one more place for a known one, which changes its counts.
            number += 1;
            // The walk over the oldest would never catch up with endless additions.
            if number % 10 < 8 {
                let new = format!("Gull {number} votes.");
                report(&format!("https://a.test/{number}"), "2026-03-01T08:00:00Z", &new)
                    .store(&pool)
                    .await
                    .unwrap();
                let known = format!("Gull {} votes.", number % 9);
                report(&format!("https://b.test/{number}"), "2026-03-01T08:00:00Z", &known)
                    .store(&pool)
                    .await
                    .unwrap();
            }
        });
        let distinct: BTreeSet<ClaimId> = met.iter().copied().collect();
        assert_eq!(distinct.len(), met.len(), "{sort:?} met a claim twice");
        assert!(distinct.is_superset(&there), "{sort:?} missed a claim");
    }
}

#[tokio::test]
async fn a_timeline_is_walked_in_order() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let mut id = None;
    for n in 1..=5 {
        let story = rumour(&format!("https://o{n}.test/1"), &format!("2026-03-0{n}T08:00:00Z"));
        id = Some(story.store(&pool).await.unwrap().claims_appeared[0]);
    }
    let connection = &mut *pool.get().await.unwrap();
    let whole =
        claims::timeline(connection, id.unwrap(), None, &PageRequest::first(99)).await.unwrap();
    assert!(whole.next.is_none());
    let mut met = Vec::new();
    let mut page = PageRequest::first(2);
    loop {
        let part = claims::timeline(connection, id.unwrap(), None, &page).await.unwrap();
        met.extend(part.items);
        let Some(next) = part.next else { break };
        page.cursor = Some(next);
    }
    assert_eq!(met, whole.items);
    assert!(met.len() >= 11);
    let unknown = claims::timeline(connection, ClaimId::new(), None, &PageRequest::first(9)).await;
    assert!(matches!(unknown, Err(Error::NotFound)));
}

async fn refused(connection: &mut Connection, filter: &ClaimFilter, cursor: &str) -> BadCursor {
    let page = PageRequest { limit: 2, cursor: Some(cursor.to_owned()) };
    match claims::list(connection, filter, &page).await {
        Err(Error::Cursor(error)) => error,
        other => panic!("{cursor:?} gave {other:?}"),
    }
}

#[tokio::test]
async fn a_cursor_of_another_list_filter_or_order_is_refused() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    for n in 0..3 {
        let text = format!("Gull {n} votes.");
        report(&format!("https://a.test/{n}"), "2026-03-01T08:00:00Z", &text)
            .store(&pool)
            .await
            .unwrap();
    }
    let connection = &mut *pool.get().await.unwrap();
    let filter = ClaimFilter::default();
    let first = claims::list(connection, &filter, &PageRequest::first(1)).await.unwrap();
    let cursor = first.next.unwrap();
    let denied = ClaimFilter { status: Some(Status::Denied), ..Default::default() };
    assert_eq!(refused(connection, &denied, &cursor).await, BadCursor::Foreign);
    let oldest = ClaimFilter { sort: ClaimSort::Oldest, ..Default::default() };
    assert_eq!(refused(connection, &oldest, &cursor).await, BadCursor::Foreign);
    let most = ClaimFilter { sort: ClaimSort::MostDenied, ..Default::default() };
    assert_eq!(refused(connection, &most, &cursor).await, BadCursor::Foreign);
    let page = PageRequest { limit: 1, cursor: Some(cursor.clone()) };
    let other = documents::list(connection, &DocumentFilter::default(), &page).await;
    assert!(matches!(other, Err(Error::Cursor(BadCursor::Foreign))));
    for bad in ["", "x", "e30", "💥", &"A".repeat(100_000), &cursor[1..], &format!("{cursor}A")] {
        assert_eq!(refused(connection, &filter, bad).await, BadCursor::Malformed, "{bad:.20}");
    }
}

#[tokio::test]
async fn a_forged_key_is_refused_before_postgres_sees_it() {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let database = TestDatabase::new().await;
    let pool = database.pool();
    for n in 0..2 {
        let text = format!("Gull {n} votes.");
        report(&format!("https://a.test/{n}"), "2026-03-01T08:00:00Z", &text)
            .store(&pool)
            .await
            .unwrap();
    }
    let connection = &mut *pool.get().await.unwrap();
    let filter = ClaimFilter::default();
    let first = claims::list(connection, &filter, &PageRequest::first(1)).await.unwrap();
    let inside = URL_SAFE_NO_PAD.decode(first.next.unwrap()).unwrap();
    let inside: serde_json::Value = serde_json::from_slice(&inside).unwrap();
    for at in [i64::MIN, -300_000_000_000_000_000, 9_223_300_000_000_000_000, i64::MAX] {
        let mut forged = inside.clone();
        forged["k"]["at"] = at.into();
        let cursor = URL_SAFE_NO_PAD.encode(forged.to_string());
        assert_eq!(refused(connection, &filter, &cursor).await, BadCursor::Malformed, "{at}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_stored_is_walked_whole(
        sizes in proptest::collection::vec(0usize..4, 1..6),
        limit in 1u16..6,
        sort in prop_oneof![Just(ClaimSort::Newest), Just(ClaimSort::Oldest), Just(ClaimSort::MostDenied), Just(ClaimSort::MostReported)],
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let database = TestDatabase::new().await;
            let pool = database.pool();
            let mut stored = BTreeSet::new();
            for (n, &claims_in_it) in sizes.iter().enumerate() {
                let mut story = rumour(&format!("https://a.test/{n}"), "2026-03-01T08:00:00Z");
                for claim in 0..claims_in_it {
                    story.claim(&format!("Gull {claim} votes.")).appears(claimtrail::domain::Stance::Reports, "ferry");
                }
                stored.extend(story.store(&pool).await.unwrap().claims_appeared);
            }
            let connection = &mut *pool.get().await.unwrap();
            let filter = ClaimFilter { sort, ..Default::default() };
            let met = walk!(claims::list, connection, filter, limit, nothing());
            assert_eq!(met.len(), stored.len());
            assert_eq!(met.into_iter().collect::<BTreeSet<_>>(), stored);
        });
    }
}
