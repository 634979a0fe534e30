//! Documents: articles with their words.

use diesel::QueryableByName;
use diesel::sql_types::{Jsonb, Nullable, Text};
use url::Url;
use uuid::Uuid;

use super::cursor::{TimeKey, Walk, clamp};
use super::redaction::missing;
use super::sql::{IdRow, Sql};
use super::views::document::{DOCUMENTS, DocumentRow, documents, removals};
use super::views::note::notes;
use super::{Connection, Error, outlets, revisions};
use crate::domain::view::{DocumentDetail, DocumentFilter, DocumentView, Page, PageRequest};
use crate::domain::{DocumentId, ExtractorInfo, address_key};

#[derive(QueryableByName)]
struct WordsRow {
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = Nullable<Text>)]
    extractor_version: Option<String>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    models: Option<serde_json::Value>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    notes: Option<serde_json::Value>,
}

/// One document with its words and revisions.
///
/// # Errors
/// [`Error::NotFound`], and [`Error::Redacted`] where its text was removed on request.
pub async fn find(connection: &mut Connection, id: DocumentId) -> Result<DocumentDetail, Error> {
    let mut sql = Sql::new(DOCUMENTS);
    sql.push("and d.id = {}", [id.0.into()]);
    let rows: Vec<DocumentRow> = sql.load(connection).await?;
    let Some(document) = documents(connection, rows).await?.into_iter().next() else {
        return Err(missing(connection, id).await);
    };
    let mut sql = Sql::new(
        "select r.text, e.extractor_version, e.models, e.notes from document_revisions r
           left join extractions e on e.revision_id = r.id and e.superseded_at is null",
    );
    sql.push("where r.id = {}", [document.revision.0.into()]);
    let corrections = notes(connection, document.revision.0, None).await?;
    let words =
        sql.load::<WordsRow>(connection).await?.into_iter().next().ok_or(Error::NotFound)?;
    let extractor = match (words.extractor_version, words.models) {
        (Some(version), Some(models)) => Some(ExtractorInfo { version, models: json(models)? }),
        _ => None,
    };
    Ok(DocumentDetail {
        document,
        text: words.text,
        addresses: addresses(connection, id).await?,
        same_as: same_as(connection, id).await?,
        revisions: revisions::list(connection, id).await?,
        removals: removals(connection, id).await?,
        corrections,
        notes: words.notes.map(json).transpose()?.unwrap_or_default(),
        extractor,
    })
}

/// The document that answers for one that was merged into it; `None` for one that stands by itself.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn survivor(
    connection: &Connection,
    id: DocumentId,
) -> Result<Option<DocumentId>, Error> {
    let mut sql = Sql::new("with recursive into_ (id, depth) as (");
    sql.push(
        "select document_id, 1 from document_links
          where same_as_id = {} and merged and superseded_at is null
         union all
         select l.document_id, i.depth + 1 from into_ i join document_links l
             on l.same_as_id = i.id and l.merged and l.superseded_at is null)
         select id from into_ order by depth desc limit 1",
        [id.0.into()],
    );
    let rows: Vec<IdRow> = sql.look_up(connection).await?;
    Ok(rows.into_iter().next().map(|row| DocumentId(row.id)))
}

/// The documents that were merged into this one, each behind those that were merged into it before.
pub(super) async fn merged(connection: &Connection, id: DocumentId) -> Result<Vec<Uuid>, Error> {
    let mut sql = Sql::new("with recursive merged (id, depth) as (");
    sql.push(
        "select same_as_id, 1 from document_links
          where document_id = {} and merged and superseded_at is null
         union all
         select l.same_as_id, m.depth + 1 from merged m join document_links l
             on l.document_id = m.id and l.merged and l.superseded_at is null)
         select id from merged order by depth desc, id",
        [id.0.into()],
    );
    let rows: Vec<IdRow> = sql.look_up(connection).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

#[derive(QueryableByName)]
struct AddressRow {
    #[diesel(sql_type = Text)]
    url: String,
}

/// Every address that leads to the document, the canonical one first, then in the order in which they came.
async fn addresses(connection: &Connection, id: DocumentId) -> Result<Vec<String>, Error> {
    let mut sql = Sql::new("select url from document_urls");
    sql.push("where document_id = {} order by not canonical, id", [id.0.into()]);
    let rows: Vec<AddressRow> = sql.look_up(connection).await?;
    Ok(rows.into_iter().map(|row| row.url).collect())
}

/// Documents that turned out to be this one, merged into it or by themselves.
async fn same_as(connection: &mut Connection, id: DocumentId) -> Result<Vec<DocumentId>, Error> {
    let mut sql = Sql::new("");
    sql.push(
        "select same_as_id as id from document_links
          where document_id = {} and superseded_at is null
         union
         select document_id from document_links where same_as_id = {} and superseded_at is null
         order by id",
        [id.0.into(), id.0.into()],
    );
    let rows: Vec<IdRow> = sql.load(connection).await?;
    Ok(rows.into_iter().map(|row| DocumentId(row.id)).collect())
}

fn json<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> Result<T, Error> {
    serde_json::from_value(value).map_err(|error| Error::Query(error.into()))
}

/// Documents, the last recorded first.
///
/// # Errors
/// [`Error::Cursor`] for a cursor that this list did not give.
pub async fn list(
    connection: &mut Connection,
    filter: &DocumentFilter,
    page: &PageRequest,
) -> Result<Page<DocumentView>, Error> {
    let walk: Walk<TimeKey> = Walk::new("documents", filter, page)?;
    let mut sql = Sql::new(DOCUMENTS);
    if let Some(outlet) = &filter.outlet {
        let ids = outlets::resolve(connection, outlet).await?;
        sql.push("and d.outlet_id = any({})", [ids.into()]);
    }
    if let Some(language) = &filter.language {
        sql.push("and r.language = {}", [language.as_str().into()]);
    }
    if let Some(url) = &filter.url {
        // What is no address leads to no document.
        let key = Url::parse(url).ok().and_then(|url| address_key(&url)).unwrap_or_default();
        sql.push(
            "and d.id in (select document_id from document_urls where key = {})",
            [key.into()],
        );
    }
    if let Some(q) = &filter.q {
        sql.push(
            "and to_tsvector('english', searchable(
                     left(coalesce(r.title, ''), 1000) || ' ' || left(r.text, 100000)))
                 @@ websearch_to_tsquery('english', searchable({}))",
            [q.as_str().into()],
        );
    }
    if let Some(from) = filter.from {
        sql.push("and r.published_at >= {}", [clamp(from).into()]);
    }
    if let Some(to) = filter.to {
        sql.push("and r.published_at < {}", [clamp(to).into()]);
    }
    walk.bound_by_time(&mut sql, "d", true);
    let rows: Vec<DocumentRow> = sql.load(connection).await?;
    let page = walk.page(rows, |row| TimeKey { at: row.recorded_at, id: row.id });
    Ok(Page { items: documents(connection, page.items).await?, next: page.next })
}
