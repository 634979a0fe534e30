//! Which document is this, and has it changed? With the locks that make the answer hold.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Binary, Integer, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName};
use diesel_async::RunQueryDsl;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use uuid::Uuid;

use super::{Draft, Received};
use crate::domain::view::{StoreOutcome, StoredDocument};
use crate::domain::{Document, DocumentId, RevisionId, canonical_url};
use crate::store::rows::document::{NewDocument, NewDocumentUrl, NewOutlet};
use crate::store::rows::insert_all;
use crate::store::schema::{document_urls, documents};
use crate::store::sql::{IdRow, Sql};
use crate::store::{Connection, Error, outlets};

/// What [`begin`] found.
#[derive(Debug)]
pub enum Begun {
    /// The live revision has the same words.
    Unchanged(StoredDocument),
    /// A new document or a new revision.
    Changed(Draft),
}

/// SHA-256 of the title, a line feed and the text: the words' identity.
pub fn sha256(document: &Document) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(document.title.as_deref().unwrap_or(""));
    digest.update(b"\n");
    digest.update(&document.text);
    digest.finalize().into()
}

/// What tells one document from another: its address, or, without one, its words.
enum Identity {
    Url(String),
    Words([u8; 32]),
}

impl Identity {
    fn of(document: &Document) -> Self {
        match document.url.as_ref().and_then(canonical_url) {
            Some(url) => Identity::Url(url.into()),
            None => Identity::Words(sha256(document)),
        }
    }

    fn lock_name(&self) -> String {
        match self {
            Identity::Url(url) => format!("document {url}"),
            Identity::Words(digest) => format!("document {}", crate::store::views::hex(digest)),
        }
    }
}

#[derive(Clone, QueryableByName)]
struct LiveRow {
    #[diesel(sql_type = SqlUuid)]
    document_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    revision_id: Uuid,
    #[diesel(sql_type = Integer)]
    number: i32,
    #[diesel(sql_type = Binary)]
    sha256: Vec<u8>,
}

/// The known document's answer when `document` would change nothing; takes no lock, so that a
/// repeated post costs one look.
pub async fn unchanged(
    connection: &mut Connection,
    document: &Document,
) -> Result<Option<StoredDocument>, Error> {
    let live = find(connection, &Identity::of(document)).await?;
    Ok(live.filter(|live| live.sha256 == sha256(document)).map(answer))
}

fn answer(live: LiveRow) -> StoredDocument {
    StoredDocument {
        document: DocumentId(live.document_id),
        revision: RevisionId(live.revision_id),
        outcome: StoreOutcome::Unchanged,
        claims_appeared: Vec::new(),
        claims_vanished: Vec::new(),
        rebuttals_appeared: Vec::new(),
        rebuttals_vanished: Vec::new(),
    }
}

/// Finds the document or founds it. Call it first in a transaction.
///
/// Locks, in this order: the document; each language whose claims may change, in order of name.
/// The time is taken after them, so that rows of one claim never run backwards in time.
///
/// # Errors
/// [`Error::Conflict`] with `document_urls_url_length` for an address of more than 2,048 bytes.
pub async fn begin(connection: &mut Connection, received: Received<'_>) -> Result<Begun, Error> {
    let document = received.document;
    let identity = Identity::of(document);
    lock(connection, &identity.lock_name()).await?;
    let live = find(connection, &identity).await?;
    if let Some(live) = &live
        && live.sha256 == sha256(document)
    {
        return Ok(Begun::Unchanged(answer(live.clone())));
    }
    let mut languages = BTreeSet::from([document.language.clone()]);
    if let Some(live) = &live {
        languages.extend(languages_of(connection, live.revision_id).await?);
    }
    for language in &languages {
        lock(connection, &format!("claims {language}")).await?;
    }
    let at = take_time(connection).await?;
    let draft = match live {
        Some(live) => Draft {
            document: DocumentId(live.document_id),
            revision: RevisionId::new(),
            number: live.number.saturating_add(1),
            previous: Some(RevisionId(live.revision_id)),
            at,
        },
        None => Draft {
            document: found(connection, document, &identity, at).await?,
            revision: RevisionId::new(),
            number: 1,
            previous: None,
            at,
        },
    };
    Ok(Begun::Changed(draft))
}

/// Waits until no other transaction holds `name`; holds it until this one ends.
async fn lock(connection: &mut Connection, name: &str) -> Result<(), Error> {
    diesel::sql_query("select pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind::<Text, _>(name)
        .execute(connection)
        .await?;
    Ok(())
}

async fn find(connection: &mut Connection, identity: &Identity) -> Result<Option<LiveRow>, Error> {
    const LIVE: &str = "select r.document_id, r.id as revision_id, r.number, r.sha256
           from document_revisions r where r.superseded_at is null and r.document_id = ";
    Ok(match identity {
        Identity::Url(url) => diesel::sql_query(format!(
            "{LIVE} (select u.document_id from document_urls u where u.url = $1)"
        ))
        .bind::<Text, _>(url)
        .get_result(connection)
        .await
        .optional()?,
        Identity::Words(digest) => diesel::sql_query(format!(
            "{LIVE} (select d.id from documents d where d.content_sha256 = $1)"
        ))
        .bind::<Binary, _>(digest.as_slice())
        .get_result(connection)
        .await
        .optional()?,
    })
}

#[derive(QueryableByName)]
struct LanguageRow {
    #[diesel(sql_type = Text)]
    language: String,
}

async fn languages_of(connection: &mut Connection, revision: Uuid) -> Result<Vec<String>, Error> {
    let mut sql = Sql::new("select distinct c.language from claims c where c.id in (");
    sql.push(
        "select claim_id from appearances where revision_id = {}
         union select claim_id from denials where revision_id = {})",
        [revision.into(), revision.into()],
    );
    let rows: Vec<LanguageRow> = sql.load(connection).await?;
    Ok(rows.into_iter().map(|row| row.language).collect())
}

#[derive(QueryableByName)]
struct TimeRow {
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
}

/// The time of this transaction's rows. The transaction has its id before, which tells walks that
/// are pinned to an instant to stay behind it.
async fn take_time(connection: &mut Connection) -> Result<DateTime<Utc>, Error> {
    diesel::sql_query("select pg_current_xact_id()").execute(&mut *connection).await?;
    let row: TimeRow =
        diesel::sql_query("select clock_timestamp() as at").get_result(connection).await?;
    Ok(row.at)
}

/// Founds a document with its outlet and address.
async fn found(
    connection: &mut Connection,
    document: &Document,
    identity: &Identity,
    at: DateTime<Utc>,
) -> Result<DocumentId, Error> {
    let outlet_id = find_or_found_outlet(connection, document, at).await?;
    let id = DocumentId::new();
    let content_sha256 = match identity {
        Identity::Words(digest) => Some(digest.as_slice()),
        Identity::Url(_) => None,
    };
    let row = NewDocument { id: id.0, outlet_id, content_sha256, recorded_at: at };
    insert_all!(connection, documents::table, [row]);
    if let Identity::Url(url) = identity {
        let row = NewDocumentUrl {
            id: Uuid::now_v7(),
            document_id: id.0,
            url,
            canonical: true,
            recorded_at: at,
        };
        insert_all!(connection, document_urls::table, [row]);
    }
    Ok(id)
}

/// The publisher of `document`, known by its domain: the one given, else the host of the address; by its
/// name where there is neither. `None` for a document of nobody, and for a name without a letter in it.
async fn find_or_found_outlet(
    connection: &mut Connection,
    document: &Document,
    at: DateTime<Utc>,
) -> Result<Option<Uuid>, Error> {
    let given = document.outlet.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let host = document.url.as_ref().and_then(|url| url.host_str());
    let domain = given.and_then(outlets::domain).or_else(|| host.and_then(outlets::domain));
    let Some(name) = given.filter(|name| outlets::domain(name).is_none()).or(domain.as_deref())
    else {
        return Ok(None);
    };
    let key = domain.clone().unwrap_or_else(|| outlets::key(name));
    if key.is_empty() {
        return Ok(None);
    }
    let row = NewOutlet {
        id: Uuid::now_v7(),
        key: &key,
        name,
        domain: domain.as_deref(),
        recorded_at: at,
    };
    diesel::insert_into(crate::store::schema::outlets::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(&mut *connection)
        .await?;
    let mut sql = Sql::new("select id from outlets");
    sql.push("where key = {}", [key.into()]);
    Ok(sql.load::<IdRow>(connection).await?.into_iter().next().map(|row| row.id))
}
