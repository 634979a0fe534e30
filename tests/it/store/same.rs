//! Documents that turn out to be one.

use claimtrail::domain::view::{
    AppearanceFilter, ClaimFilter, ClaimView, CorrectionOf, DocumentFilter, NewCorrection,
    PageRequest, StoreOutcome,
};
use claimtrail::domain::{DocumentId, RebuttalId, Stance};
use claimtrail::store::redaction::{Request, redact};
use claimtrail::store::writing::{self, Choice};
use claimtrail::store::{Error, Pool, appearances, claims, corrections, documents, transaction};
use futures_util::future::join_all;

use super::WRONG_SUMMARIES;
use crate::support::builders::Story;
use crate::support::database::TestDatabase;

const WORDS: &str = "The Harbour Board denied that the ferry had sunk. Nobody was hurt, and the pier of Lorne is open again.";
const CLAIM: &str = "The ferry sank.";

const CANONICAL: &str = "https://n.test/2026/pier";
const OTHER: &str = "https://n.test/p12";

/// The article at `url`, which other addresses led to, with its claim and the denial.
fn article(url: &str, aliases: &[&str], words: &str) -> Story {
    let mut story = Story::new(url, words);
    story.document.aliases = aliases.iter().map(|alias| alias.parse().unwrap()).collect();
    let board = story.actor("Harbour Board", None);
    story
        .claim(CLAIM)
        .appears(Stance::Denies, "the ferry had sunk")
        .denied_by(board, "denied that the ferry had sunk");
    story
}

async fn store(pool: &Pool, url: &str, aliases: &[&str]) -> (StoreOutcome, DocumentId) {
    let stored = article(url, aliases, WORDS).store(pool).await.unwrap();
    (stored.outcome, stored.document)
}

/// The documents of the list, the first one recorded first; those at `url` where that is given.
async fn listed(pool: &Pool, url: Option<&str>) -> Vec<DocumentId> {
    let filter = DocumentFilter { url: url.map(str::to_owned), ..DocumentFilter::default() };
    let connection = &mut *pool.get().await.unwrap();
    let page = documents::list(connection, &filter, &PageRequest::first(9)).await.unwrap();
    page.items.into_iter().rev().map(|document| document.id).collect()
}

async fn claim(pool: &Pool, as_of: Option<chrono::DateTime<chrono::Utc>>) -> ClaimView {
    let filter = ClaimFilter { as_of, ..ClaimFilter::default() };
    let connection = &mut *pool.get().await.unwrap();
    let page = claims::list(connection, &filter, &PageRequest::first(9)).await.unwrap();
    let [claim] = page.items.try_into().unwrap();
    claim
}

async fn count(database: &TestDatabase, from: &str) -> i64 {
    let sql = format!("select count(*) from {from}");
    database.client().await.query_one(&sql, &[]).await.unwrap().get(0)
}

/// Two documents, stored before anybody knew that their addresses are one article's.
async fn two(pool: &Pool) -> (DocumentId, DocumentId) {
    let (_, first) = store(pool, CANONICAL, &[]).await;
    let (_, second) = store(pool, OTHER, &[]).await;
    assert_ne!(first, second);
    (first, second)
}

#[tokio::test]
async fn two_documents_that_turn_out_to_be_one_are_one_from_then_on() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let (first, second) = two(&pool).await;
    let latest = "https://n.test/latest";
    let other = Story::new(latest, "Gulls voted for the quay.").store(&pool).await.unwrap();
    let before = claim(&pool, None).await;
    assert_eq!((before.documents, before.appearances, before.rebuttals), (2, 2, 2));
    let then = chrono::Utc::now();
    // The page behind both other addresses is the first one; what stood at one of them was another text.
    for _ in 0..2 {
        let again = store(&pool, CANONICAL, &[OTHER, latest]).await;
        assert_eq!(again, (StoreOutcome::Unchanged, first));
    }
    assert_eq!(listed(&pool, None).await, [first, other.document]);
    for address in [CANONICAL, OTHER] {
        assert_eq!(listed(&pool, Some(address)).await, [first], "{address}");
    }
    let now = claim(&pool, None).await;
    assert_eq!((now.documents, now.appearances, now.rebuttals, now.origins), (1, 1, 1, 1));
    let past = claim(&pool, Some(then)).await;
    assert_eq!((past.documents, past.appearances, past.rebuttals), (2, 2, 2));
    let connection = &mut *pool.get().await.unwrap();
    let found = documents::find(connection, first).await.unwrap();
    assert_eq!(found.document.url.as_deref(), Some(CANONICAL));
    assert_eq!(found.addresses, [CANONICAL, OTHER]);
    assert_eq!(found.same_as, [second]);
    assert_eq!(documents::survivor(connection, second).await.unwrap(), Some(first));
    assert_eq!(documents::survivor(connection, first).await.unwrap(), None);
    // The past names each place by the address that it stood at.
    let filter = AppearanceFilter { as_of: Some(then), ..AppearanceFilter::default() };
    let places = appearances::list(connection, &filter, &PageRequest::first(9)).await.unwrap();
    let mut urls: Vec<_> = places.items.into_iter().filter_map(|it| it.document.url).collect();
    urls.sort();
    assert_eq!(urls, [CANONICAL, OTHER]);
    // New words at either address are a revision of the one.
    let words = format!("{WORDS} The gulls agreed.");
    let later = article(OTHER, &[], &words).store(&pool).await.unwrap();
    assert_eq!((later.outcome, later.document), (StoreOutcome::Revised, first));
    assert_eq!(count(&database, WRONG_SUMMARIES).await, 0);
}

#[tokio::test]
async fn words_that_changed_when_it_turned_out_are_the_next_revision_of_the_one() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let (first, second) = two(&pool).await;
    let words = format!("{WORDS} The gulls agreed.");
    let stored = article(CANONICAL, &[OTHER], &words).store(&pool).await.unwrap();
    assert_eq!((stored.outcome, stored.document), (StoreOutcome::Revised, first));
    assert_eq!(listed(&pool, None).await, [first]);
    let now = claim(&pool, None).await;
    assert_eq!((now.documents, now.appearances, now.rebuttals), (1, 1, 1));
    assert_eq!(count(&database, WRONG_SUMMARIES).await, 0);
    // One that was merged before goes along.
    let third = "https://n.test/third";
    let third_id = article(third, &[], &words).store(&pool).await.unwrap().document;
    let stored = article(third, &[CANONICAL], &words).store(&pool).await.unwrap();
    assert_eq!((stored.outcome, stored.document), (StoreOutcome::Unchanged, third_id));
    for address in [CANONICAL, OTHER, third] {
        assert_eq!(listed(&pool, Some(address)).await, [third_id], "{address}");
    }
    let connection = &mut *pool.get().await.unwrap();
    for merged in [first, second] {
        assert_eq!(documents::survivor(connection, merged).await.unwrap(), Some(third_id));
    }
    assert_eq!(count(&database, WRONG_SUMMARIES).await, 0);
}

#[tokio::test]
async fn a_document_that_people_corrected_stays_beside_the_one_that_it_is() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let (first, second) = two(&pool).await;
    let sql = "select b.id::text from rebuttals b join denials n on n.id = b.denial_id
                 join document_revisions r on r.id = n.revision_id where r.document_id::text = $1";
    let row = database.client().await.query_one(sql, &[&second.to_string()]).await.unwrap();
    let id = RebuttalId(row.get::<_, &str>(0).parse().unwrap());
    let connection = &mut *pool.get().await.unwrap();
    let (_, words) = corrections::words_of_rebuttal(connection, id).await.unwrap();
    let choice = Choice { document: Some(second), ..Choice::default() };
    let read = writing::stored(connection, &choice, None, 1).await.unwrap().remove(0);
    let new = NewCorrection {
        kind: CorrectionOf::NotADenial,
        revision: words.revision,
        place: words.place,
        claim: None,
        denier: None,
        denier_role: None,
        stance: None,
        rebuttal_kind: None,
        label: None,
    };
    let request = Request { by: "desk editor", reason: "he denies another report" };
    transaction(connection, async |connection| {
        corrections::insert(connection, &read, &new, request).await
    })
    .await
    .unwrap();
    assert_eq!(store(&pool, CANONICAL, &[OTHER]).await, (StoreOutcome::Unchanged, first));
    assert_eq!(listed(&pool, None).await, [first, second]);
    assert_eq!(documents::find(connection, first).await.unwrap().same_as, [second]);
    assert_eq!(documents::survivor(connection, second).await.unwrap(), None);
}

#[tokio::test]
async fn redacting_the_one_removes_the_words_of_those_that_were_merged_with_it() {
    let request = Request { by: "a desk", reason: "asked for" };
    for by_the_merged in [false, true] {
        let database = TestDatabase::new().await;
        let pool = database.pool();
        let (first, second) = two(&pool).await;
        store(&pool, CANONICAL, &[OTHER]).await;
        let asked = if by_the_merged { second } else { first };
        let connection = &mut *pool.get().await.unwrap();
        let stone =
            transaction(connection, async |connection| redact(connection, asked, request).await);
        assert_eq!(stone.await.unwrap().document, asked);
        for table in
            ["document_revisions", "documents", "document_urls", "document_links", "claims"]
        {
            assert_eq!(count(&database, table).await, 0, "{table}");
        }
        for id in [first, second] {
            let answer = documents::find(connection, id).await;
            assert!(matches!(answer, Err(Error::Redacted(_))), "{answer:?}");
        }
        let again = article(OTHER, &[], WORDS).store(&pool).await;
        assert!(matches!(again, Err(Error::Redacted(_))), "{again:?}");
    }
}

#[tokio::test]
async fn posts_at_once_that_tell_it_and_that_bring_new_words_leave_one_document() {
    let alias = "https://sh.test/x7";
    for _ in 0..4 {
        let database = TestDatabase::new().await;
        let pool = database.pool();
        let (first, _) = two(&pool).await;
        // A third address leads to the second one, so that a post there names none of the canonical ones.
        store(&pool, OTHER, &[alias]).await;
        let words: Vec<String> = (0..3).map(|n| format!("{WORDS} {n} gulls.")).collect();
        let posts = (0..12).map(|n| match n % 3 {
            0 => article(alias, &[], &words[n / 3 % 3]),
            1 => article(CANONICAL, &[OTHER], WORDS),
            _ => article(OTHER, &[alias], WORDS),
        });
        let stored = join_all(posts.map(async |story| story.store(&pool).await)).await;
        assert!(stored.iter().all(Result::is_ok), "{stored:?}");
        // What the second one says now is what the first one had, or will be once it says so.
        store(&pool, OTHER, &[]).await;
        store(&pool, CANONICAL, &[OTHER]).await;
        assert_eq!(listed(&pool, None).await, [first]);
        assert_eq!(count(&database, "document_revisions where superseded_at is null").await, 1);
        assert_eq!(count(&database, WRONG_SUMMARIES).await, 0);
        assert_eq!(count(&database, "unproven_spans").await, 0);
    }
}
