//! A document whose text is removed on request.

use claimtrail::domain::view::{ClaimFilter, PageRequest, StoreOutcome, StoredDocument};
use claimtrail::domain::{ActorKind, Note, NoteCode, Stance, Status};
use claimtrail::jobs::extract_document::enqueue;
use claimtrail::store::redaction::{self, Request};
use claimtrail::store::{Error, Pool, claims, contents, documents, revisions, transaction};

use super::{WRONG_SUMMARIES, report, rumour};
use crate::support::builders::Story;
use crate::support::database::TestDatabase;

/// A word that stands nowhere else.
const CANARY: &str = "Quoxwimble";

const URL: &str = "https://lorne.test/quoxwimble-sold-the-pier";

/// A document that has the word wherever a document can have one.
fn everywhere() -> Story {
    let text = "Mara Quoxwimble told the Quoxwimble Post that the Quoxwimble pier was sold. Harbour Minister Ilse Quoxwimble denied that the Quoxwimble pier was sold.\n\nCorrection: The Quoxwimble pier was not sold.";
    let mut story =
        Story::new(URL, text).title("Quoxwimble pier sold").published("2026-03-01T08:00:00Z");
    story.document.authors = vec!["Jo Quoxwimble".to_owned()];
    story.document.aliases = vec!["https://lorne.test/amp/quoxwimble".parse().unwrap()];
    story.document.corrections = vec!["It is the Quoxwimble jetty.".to_owned()];
    story.extraction.notes.push(Note {
        code: NoteCode::LanguageUndetermined,
        detail: "quoxwimble is no known word".to_owned(),
    });
    let mara = story.actor("Mara Quoxwimble", Some(ActorKind::Person));
    let minister = story.actor("Ilse Quoxwimble", Some(ActorKind::Person));
    let post = story.actor("Quoxwimble Post", Some(ActorKind::Outlet));
    story.extraction.actors[minister.0].roles.push("Minister of Quoxwimble".to_owned());
    story.extraction.actors[minister.0].aliases.push("Lady Quoxwimble".to_owned());
    story.extraction.actors[mara.0].speaks_for = Some(post);
    let said = story.statement(mara, "Mara Quoxwimble", "told", &["the Quoxwimble pier was sold"]);
    story.extraction.statements[said.0].via = Some(post);
    story.extraction.statements[said.0].via_span = Some(story.span("the Quoxwimble Post"));
    story
        .claim("The Quoxwimble pier was sold.")
        .appears_in(Stance::Asserts, "the Quoxwimble pier was sold", Some(said))
        .claimed_by(mara)
        .rebutted(
            claimtrail::domain::RebuttalKind::Denial,
            Some(minister),
            claimtrail::domain::DenierRole::Party,
            Some("quoxwimble"),
            "denied that the Quoxwimble pier was sold",
        );
    story
}

/// Every column that holds words or bytes, with the rows of it that hold the canary.
async fn sightings(database: &TestDatabase) -> Vec<String> {
    let client = database.client().await;
    let columns = client
        .query(
            "select c.relname::text, a.attname::text, format_type(a.atttypid, null)
               from pg_attribute a join pg_class c on c.oid = a.attrelid
              where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'm')
                and a.attnum > 0 and not a.attisdropped
                and format_type(a.atttypid, null) in ('text', 'text[]', 'jsonb', 'json', 'bytea',
                    'character varying', 'tsvector', 'citext')
              order by 1, 2",
            &[],
        )
        .await
        .unwrap();
    assert!(columns.len() > 60, "the catalogue is read: {}", columns.len());
    let mut found = Vec::new();
    for row in columns {
        let (table, column, kind): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        let words = match kind.as_str() {
            "bytea" => format!("encode({column}, 'escape')"),
            _ => format!("{column}::text"),
        };
        let sql = format!("select count(*) from {table} where {words} ilike '%{CANARY}%'");
        let count: i64 = client.query_one(&sql, &[]).await.unwrap().get(0);
        if count > 0 {
            found.push(format!("{table}.{column}"));
        }
    }
    found
}

async fn redact(
    pool: &Pool,
    stored: &StoredDocument,
) -> Result<claimtrail::domain::Tombstone, Error> {
    let request = Request { by: "desk editor", reason: "asked for by the person named" };
    let mut connection = pool.get().await?;
    let document = stored.document;
    transaction(&mut connection, async |connection| {
        redaction::redact(connection, document, request).await
    })
    .await
}

#[tokio::test]
async fn no_column_of_any_table_keeps_a_word_of_it() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let first = everywhere().store(&pool).await.unwrap();
    let mut revised = everywhere();
    revised.document.text.push_str(" The Quoxwimble board is glad.");
    revised.document.title = Some("Quoxwimble pier not sold".to_owned());
    revised.store(&pool).await.unwrap();
    // Waiting to be stored once more, under another spelling of the address and under none.
    for url in [Some("http://www.lorne.test/quoxwimble-sold-the-pier/?utm_source=x"), None] {
        let mut waiting = everywhere().new_document();
        waiting.document.url = url.map(|url| url.parse().unwrap());
        waiting.document.aliases.clear();
        enqueue(&mut pool.get().await.unwrap(), &waiting, None).await.unwrap();
    }
    database
        .client()
        .await
        .batch_execute("update jobs set error = 'refused: \"Quoxwimble\"'")
        .await
        .unwrap();
    // Another document of the same people, to whom only this one gave a name and a role.
    let mut other = Story::new("https://fjord.test/1", "Mara Q. was seen.");
    let mara = other.actor("Mara Quoxwimble", Some(ActorKind::Person));
    other.extraction.actors[mara.0].name = "Mara Q.".to_owned();
    other.store(&pool).await.unwrap();

    let before = sightings(&database).await;
    for column in [
        "actor_aliases.alias",
        "actor_mentions.quote",
        "actors.name",
        "appearances.quote",
        "claims.text",
        "correction_notes.quote",
        "denial_mention_spans.quote",
        "denials.label",
        "document_revisions.authors",
        "document_revisions.received",
        "document_revisions.text",
        "document_revisions.title",
        "document_urls.key",
        "document_urls.url",
        "extractions.notes",
        "jobs.attachment",
        "jobs.error",
        "jobs.payload",
        "statement_spans.quote",
    ] {
        assert!(before.contains(&column.to_owned()), "{column} is not in {before:?}");
    }
    let tombstone = redact(&pool, &first).await.unwrap();
    assert_eq!(sightings(&database).await, [""; 0]);
    assert_eq!((tombstone.document, tombstone.lifted_at), (first.document, None));
    let client = database.client().await;
    let logged: i64 = client
        .query_one(
            "select count(*) from audit_log where action = 'redact' and acted_by = 'desk editor'
                and reason = 'asked for by the person named'",
            &[],
        )
        .await
        .unwrap()
        .get(0);
    assert_eq!(logged, 1);
    // Nothing is left of it, and asked again nothing changes.
    let connection = &mut *pool.get().await.unwrap();
    let redacted = |error: Error| matches!(error, Error::Redacted(stone) if *stone == tombstone);
    assert!(redacted(documents::find(connection, first.document).await.unwrap_err()));
    assert!(redacted(
        contents::of_document(connection, first.document, Some(1)).await.unwrap_err()
    ));
    assert!(redacted(revisions::list(connection, first.document).await.unwrap_err()));
    assert!(redacted(revisions::find(connection, first.document, 1).await.unwrap_err()));
    assert_eq!(redact(&pool, &first).await.unwrap(), tombstone);
}

#[tokio::test]
async fn claims_of_others_stay_and_are_judged_anew_and_no_past_view_tells_more() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let rumour_stored =
        rumour("https://lorne.test/ferry", "2026-03-01T08:00:00Z").store(&pool).await.unwrap();
    let shared = rumour_stored.claims_appeared[0];
    let elsewhere =
        report("https://fjord.test/1", "2026-03-02T08:00:00Z", "The ferry Mirelle sank off Lorne.");
    elsewhere.store(&pool).await.unwrap();
    let mut own = rumour("https://lorne.test/ferry", "2026-03-01T08:00:00Z");
    own.document.text.push_str(" Gulls voted.");
    own.claim("Gulls voted.").appears(Stance::Reports, "Gulls voted");
    let own = own.store(&pool).await.unwrap();
    let connection = &mut *pool.get().await.unwrap();
    let before = claims::find(connection, shared, None).await.unwrap();
    assert_eq!((before.status, before.documents), (Status::Denied, 2));

    redact(&pool, &rumour_stored).await.unwrap();
    let claim = claims::find(connection, shared, None).await.unwrap();
    assert_eq!((claim.status, claim.documents, claim.rebuttals), (Status::Unverified, 1, 0));
    assert!(claim.denied_by.is_empty() && claim.claimants.is_empty());
    assert!(matches!(
        claims::find(connection, own.claims_appeared[0], None).await,
        Err(Error::NotFound)
    ));
    let page = PageRequest::first(9);
    let then = ClaimFilter { as_of: Some(before.updated_at), ..Default::default() };
    let known = claims::list(connection, &then, &page).await.unwrap();
    assert!(known.items.iter().all(|claim| claim.id == shared));
    assert!(
        known.items.iter().all(|claim| claim.denied_by.is_empty() && claim.claimants.is_empty())
    );
    let wrong = format!("select count(*) from {WRONG_SUMMARIES}");
    let client = database.client().await;
    assert_eq!(client.query_one(&wrong, &[]).await.unwrap().get::<_, i64>(0), 0);
}

#[tokio::test]
async fn a_redacted_document_does_not_come_back_unless_its_tombstone_is_lifted() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let stored = everywhere().store(&pool).await.unwrap();
    let words = Story::without_url("Only words, and no address.");
    let wordless = words.store(&pool).await.unwrap();
    redact(&pool, &stored).await.unwrap();
    redact(&pool, &wordless).await.unwrap();
    for address in [
        URL,
        "http://www.lorne.test/quoxwimble-sold-the-pier/?utm_campaign=y",
        "https://lorne.test/amp/quoxwimble",
    ] {
        let again = Story::new(address, "Other words.").store(&pool).await;
        assert!(matches!(again, Err(Error::Redacted(_))), "{address}: {again:?}");
    }
    assert!(matches!(words.store(&pool).await, Err(Error::Redacted(_))));
    assert!(Story::new("https://lorne.test/other", "Other words.").store(&pool).await.is_ok());

    let connection = &mut *pool.get().await.unwrap();
    let request = Request { by: "desk editor", reason: "the request was withdrawn" };
    let lifted = redaction::lift(connection, stored.document, request).await.unwrap();
    assert!(lifted.lifted_at.is_some());
    let again = Story::new(URL, "Other words.").store(&pool).await.unwrap();
    assert_eq!(again.outcome, StoreOutcome::Created);
    assert_ne!(again.document, stored.document);
    assert!(matches!(documents::find(connection, stored.document).await, Err(Error::Redacted(_))));
    let unknown = claimtrail::domain::DocumentId::new();
    assert!(matches!(redaction::lift(connection, unknown, request).await, Err(Error::NotFound)));
    assert!(matches!(redaction::redact(connection, unknown, request).await, Err(Error::NotFound)));
}

#[tokio::test]
async fn a_document_that_arrives_while_it_is_redacted_is_gone_or_refused() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let stored = everywhere().store(&pool).await.unwrap();
    let posts = (0..6).map(|number| {
        let mut story = everywhere();
        story.document.text.push_str(&format!(" Revision {number}."));
        let pool = pool.clone();
        async move { story.store(&pool).await.map(|_| ()) }
    });
    let posts = futures_util::future::join_all(posts);
    let (posted, redacted) = tokio::join!(posts, redact(&pool, &stored));
    redacted.unwrap();
    assert!(posted.iter().all(|it| matches!(it, Ok(()) | Err(Error::Redacted(_)))), "{posted:?}");
    assert_eq!(sightings(&database).await, [""; 0]);
}
