//! Which stored text a document prints, by its words and by addresses.

use std::collections::BTreeSet;

use diesel::QueryableByName;
use diesel::sql_types::{Nullable, Text, Uuid as SqlUuid};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::sql::{IdRow, Sql};
use super::writing::lock_bands;
use super::{Connection, Error};
use crate::domain::origins::{Candidate, Found, LONG, Method, decide, sign};
use crate::domain::{DocumentId, OriginId, RevisionId};

/// Stored texts that one is compared with at most: those that share most bands, the earliest first.
const MOST: i64 = 16;

/// The origin of a document that is being stored.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Origin {
    /// The name of the text that it prints.
    pub id: OriginId,
    /// Whether something that is stored may have it already.
    pub is_known: bool,
    /// Why it is that of a text of another document, and how much of it is shared; `None` for one of its
    /// own.
    pub copied: Option<(Method, Option<f32>)>,
    /// The bands by which its copies will be found; none of a copy.
    pub bands: Vec<i64>,
    /// The agency it is credited to.
    pub credit: Option<String>,
    /// The address that it says it was taken from.
    pub source_key: Option<String>,
}

/// What is known of where a document stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Whereabouts<'a> {
    pub document: DocumentId,
    /// Its revision that is being stored, where that is not the first.
    pub rewritten: Option<RevisionId>,
    /// The keys of its addresses.
    pub own: &'a [String],
    /// The key of the address that it says it was taken from.
    pub source: Option<&'a str>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    origin_id: Uuid,
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = Nullable<Text>)]
    credit: Option<String>,
}

/// The origin of a document with this text at these addresses: what the text tells, else what addresses
/// tell.
///
/// Copies that come at the same moment wait for each other here until the first is committed.
pub(super) async fn find(
    connection: &Connection,
    at: Whereabouts<'_>,
    text: &str,
) -> Result<Origin, Error> {
    let signature = match text.len() < LONG {
        true => sign(text),
        false => {
            let text = text.to_owned();
            on_a_thread(move || sign(&text)).await?
        }
    };
    let (bands, credit) = (signature.bands, signature.credit);
    let addresses = at.source.into_iter().chain(at.own.iter().map(String::as_str));
    let locks: BTreeSet<i64> = bands.iter().copied().chain(addresses.map(number_of)).collect();
    if !locks.is_empty() {
        lock_bands(connection, &locks).await?;
    }
    let by_text = match bands.is_empty() {
        true => None,
        false => by_text(connection, at.document, text, &bands, credit.as_deref()).await?,
    };
    let source_key = at.source.map(str::to_owned);
    if let Some(Found { origin: id, method, resemblance }) = by_text {
        // Copies of a copy are found by the first of its text.
        let (is_known, copied, bands) = (true, Some((method, resemblance)), Vec::new());
        return Ok(Origin { id, is_known, copied, bands, credit, source_key });
    }
    let own = own(connection, at, text, credit.as_deref()).await?;
    let by_address = by_address(connection, at).await?;
    let (id, is_known, copied) = match (by_address, own.continued) {
        // What says that it was taken from this document's address goes on counting with it.
        (Some(id), continued) if own.names.contains(&id) => (continued.unwrap_or(id), true, None),
        (Some(id), _) => (id, true, Some((Method::Address, None))),
        (None, Some(id)) => (id, true, None),
        (None, None) => match at.rewritten.filter(|_| own.is_named) {
            // Copies of what it said before are of another text.
            Some(revision) => (OriginId(revision.0), false, None),
            None => (OriginId(at.document.0), at.rewritten.is_some(), None),
        },
    };
    Ok(Origin { id, is_known, copied, bands, credit, source_key })
}

/// What is known of a document's own texts.
struct Own {
    /// The names that they have had, and the one that its first gets.
    names: BTreeSet<OriginId>,
    /// Whether an earlier revision had a text of its own.
    is_named: bool,
    /// The name of the earlier one that goes on in the text at hand.
    continued: Option<OriginId>,
}

/// The document's own earlier texts, the last [`MOST`] of them, and which of them the text is a new edition of.
async fn own(
    connection: &Connection,
    at: Whereabouts<'_>,
    text: &str,
    credit: Option<&str>,
) -> Result<Own, Error> {
    let mut names = BTreeSet::from([OriginId(at.document.0)]);
    if at.rewritten.is_none() {
        return Ok(Own { names, is_named: false, continued: None });
    }
    let mut sql = Sql::new(
        "select o.origin_id, o.credit, r.text
           from document_revisions r join revision_origins o on o.revision_id = r.id",
    );
    sql.push(
        "where r.document_id = {} and o.method = 'own' order by r.number desc limit {}",
        [at.document.0.into(), MOST.into()],
    );
    let rows: Vec<Row> = sql.look_up(connection).await?;
    names.extend(rows.iter().map(|row| OriginId(row.origin_id)));
    let is_named = !rows.is_empty();
    let found = compare(text, credit, rows).await?;
    Ok(Own { names, is_named, continued: found.map(|found| found.origin) })
}

/// A number to lock an address by.
fn number_of(key: &str) -> i64 {
    let digest = Sha256::digest(key.as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    i64::from_be_bytes(first)
}

async fn by_text(
    connection: &Connection,
    document: DocumentId,
    text: &str,
    bands: &[i64],
    credit: Option<&str>,
) -> Result<Option<Found<OriginId>>, Error> {
    let mut sql = Sql::new(
        "select o.origin_id, o.credit, r.text from (select f.revision_id, count(*) as shared from",
    );
    sql.each(["revision_bands", "band", "revision_id", "f"], bands.to_vec().into());
    sql.push(
        "group by f.revision_id order by shared desc, f.revision_id limit {}) c
           join revision_origins o on o.revision_id = c.revision_id
           join document_revisions r on r.id = c.revision_id
          where r.document_id <> {} order by c.revision_id",
        [MOST.into(), document.0.into()],
    );
    compare(text, credit, sql.look_up(connection).await?).await
}

/// Which of the texts one is.
async fn compare(
    text: &str,
    credit: Option<&str>,
    rows: Vec<Row>,
) -> Result<Option<Found<OriginId>>, Error> {
    let candidates: Vec<Candidate<OriginId>> = rows
        .into_iter()
        .map(|row| Candidate {
            origin: OriginId(row.origin_id),
            text: row.text,
            credit: row.credit,
        })
        .collect();
    let long = text.len() + candidates.iter().map(|other| other.text.len()).sum::<usize>() >= LONG;
    match long {
        false => Ok(decide(text, credit, &candidates)),
        true => {
            let (text, credit) = (text.to_owned(), credit.map(str::to_owned));
            on_a_thread(move || decide(&text, credit.as_deref(), &candidates)).await
        }
    }
}

/// The origin of the document that this one was taken from; else of the first that was taken from the
/// same address, where that is not stored; else of the first that was taken from this one.
async fn by_address(
    connection: &Connection,
    at: Whereabouts<'_>,
) -> Result<Option<OriginId>, Error> {
    let mut found: Vec<IdRow> = Vec::new();
    if let Some(source) = at.source {
        let mut sql = Sql::new("select coalesce(o.origin_id, u.document_id) as id");
        sql.push(
            "from document_urls u
               left join document_revisions r on r.document_id = u.document_id and r.superseded_at is null
               left join revision_origins o on o.revision_id = r.id
              where u.key = {} and u.document_id <> {} limit 1",
            [source.into(), at.document.0.into()],
        );
        found = sql.look_up(connection).await?;
    }
    let named: Vec<String> = match at.source {
        Some(source) => vec![source.to_owned()],
        None => at.own.to_vec(),
    };
    if found.is_empty() && !named.is_empty() {
        let columns = "origin_id, revision_id, recorded_at, superseded_at";
        let mut sql = Sql::new("select o.origin_id as id from");
        sql.each(["revision_origins", "source_key", columns, "o"], named.into());
        sql.push(
            "join document_revisions r on r.id = o.revision_id
              where o.superseded_at is null and r.document_id <> {}
              order by o.recorded_at, o.revision_id limit 1",
            [at.document.0.into()],
        );
        found = sql.look_up(connection).await?;
    }
    Ok(found.into_iter().next().map(|row| OriginId(row.id)))
}

async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Query(error.into()))
}
