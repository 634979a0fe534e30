//! Documents: articles, their revisions and what changed between those.

use std::collections::BTreeSet;
use std::time::Duration;

use diesel::QueryableByName;
use diesel::sql_types::{Jsonb, Nullable, Text, Uuid as SqlUuid};
use similar::{ChangeTag, TextDiff};
use url::Url;
use uuid::Uuid;

use super::cursor::{TimeKey, Walk, clamp};
use super::sql::{IdRow, Sql};
use super::views::brief;
use super::views::document::{DOCUMENTS, DocumentRow, REVISIONS, RevisionRow, documents};
use super::views::rebuttal::{REBUTTALS, RebuttalRow, briefs};
use super::{Connection, Error, outlets};
use crate::domain::view::{
    ClaimBrief, DocumentDetail, DocumentFilter, DocumentView, Page, PageRequest, RebuttalBrief,
    RevisionDifference, RevisionView, TextChange, TextChangeKind,
};
use crate::domain::{DocumentId, ExtractorInfo, address_key};

/// How long to look for the smallest difference of two texts; a larger one will do then.
const DIFFERENCE_TIME: Duration = Duration::from_secs(1);

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
/// [`Error::NotFound`].
pub async fn find(connection: &mut Connection, id: DocumentId) -> Result<DocumentDetail, Error> {
    let mut sql = Sql::new(DOCUMENTS);
    sql.push("and d.id = {}", [id.0.into()]);
    let rows: Vec<DocumentRow> = sql.load(connection).await?;
    let document = documents(connection, rows).await?.into_iter().next().ok_or(Error::NotFound)?;
    let mut sql = Sql::new(
        "select r.text, e.extractor_version, e.models, e.notes from document_revisions r
           left join extractions e on e.revision_id = r.id and e.superseded_at is null",
    );
    sql.push("where r.id = {}", [document.revision.0.into()]);
    let words =
        sql.load::<WordsRow>(connection).await?.into_iter().next().ok_or(Error::NotFound)?;
    let extractor = match (words.extractor_version, words.models) {
        (Some(version), Some(models)) => Some(ExtractorInfo { version, models: json(models)? }),
        _ => None,
    };
    Ok(DocumentDetail {
        document,
        text: words.text,
        revisions: revisions(connection, id).await?,
        notes: words.notes.map(json).transpose()?.unwrap_or_default(),
        extractor,
    })
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
            "and to_tsvector('english', left(coalesce(r.title, ''), 1000) || ' ' || left(r.text, 100000))
                 @@ websearch_to_tsquery('english', {})",
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

/// All revisions of a document, oldest first.
///
/// # Errors
/// [`Error::NotFound`] for an unknown document; every known one has a revision.
pub async fn revisions(
    connection: &mut Connection,
    id: DocumentId,
) -> Result<Vec<RevisionView>, Error> {
    let mut sql = Sql::new(REVISIONS);
    sql.push("and document_id = {} order by number", [id.0.into()]);
    let rows: Vec<RevisionRow> = sql.load(connection).await?;
    if rows.is_empty() {
        return Err(Error::NotFound);
    }
    Ok(rows.into_iter().map(RevisionView::from).collect())
}

#[derive(QueryableByName)]
struct TextRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    text: String,
}

/// What changed in a document from revision number `from` to number `to`.
///
/// # Errors
/// [`Error::NotFound`] for an unknown document or number.
pub async fn difference(
    connection: &mut Connection,
    id: DocumentId,
    from: i32,
    to: i32,
) -> Result<RevisionDifference, Error> {
    let revisions = revisions(connection, id).await?;
    let numbered = |number: i32| {
        revisions.iter().find(|revision| revision.number == number).cloned().ok_or(Error::NotFound)
    };
    let (from, to) = (numbered(from)?, numbered(to)?);
    let mut sql = Sql::new("select id, text from document_revisions");
    sql.push("where id = any({})", [vec![from.id.0, to.id.0].into()]);
    let texts: Vec<TextRow> = sql.load(connection).await?;
    let text_of = |id: Uuid| {
        texts.iter().find(|row| row.id == id).map(|row| row.text.clone()).ok_or(Error::NotFound)
    };
    let (before, after) = (text_of(from.id.0)?, text_of(to.id.0)?);
    // Seconds of work on two long texts: not on a thread that serves others.
    let text = tokio::task::spawn_blocking(move || text_changes(&before, &after))
        .await
        .map_err(|error| Error::Query(error.into()))?;
    let (claims_before, claims_after) =
        (claim_ids(connection, from.id.0).await?, claim_ids(connection, to.id.0).await?);
    let (rebuttals_before, rebuttals_after) =
        (rebuttal_rows(connection, from.id.0).await?, rebuttal_rows(connection, to.id.0).await?);
    let (appeared, vanished) = (
        rebuttals_missing_in(&rebuttals_after, &rebuttals_before),
        rebuttals_missing_in(&rebuttals_before, &rebuttals_after),
    );
    Ok(RevisionDifference {
        text,
        claims_appeared: claim_briefs(connection, &claims_after - &claims_before).await?,
        claims_vanished: claim_briefs(connection, &claims_before - &claims_after).await?,
        rebuttals_appeared: rebuttal_briefs(connection, rebuttals_after, appeared).await?,
        rebuttals_vanished: rebuttal_briefs(connection, rebuttals_before, vanished).await?,
        from,
        to,
    })
}

/// Two texts line by line, neighbouring lines of the same fate together.
fn text_changes(before: &str, after: &str) -> Vec<TextChange> {
    let difference = TextDiff::configure().timeout(DIFFERENCE_TIME).diff_lines(before, after);
    let mut changes: Vec<TextChange> = Vec::new();
    for change in difference.iter_all_changes() {
        let kind = match change.tag() {
            ChangeTag::Equal => TextChangeKind::Same,
            ChangeTag::Delete => TextChangeKind::Removed,
            ChangeTag::Insert => TextChangeKind::Added,
        };
        match changes.last_mut() {
            Some(last) if last.kind == kind => last.text.push_str(change.value()),
            _ => changes.push(TextChange { kind, text: change.value().to_owned() }),
        }
    }
    changes
}

/// The claims that stand in a revision, whether it is live or not.
async fn claim_ids(connection: &mut Connection, revision: Uuid) -> Result<BTreeSet<Uuid>, Error> {
    let mut sql = Sql::new("");
    sql.push(
        "select claim_id as id from appearances where revision_id = {}
         union select claim_id from denials where revision_id = {}",
        [revision.into(), revision.into()],
    );
    Ok(sql.load::<IdRow>(connection).await?.into_iter().map(|row| row.id).collect())
}

async fn claim_briefs(
    connection: &mut Connection,
    ids: BTreeSet<Uuid>,
) -> Result<Vec<ClaimBrief>, Error> {
    Ok(brief::claims(connection, ids, None).await?.into_values().collect())
}

async fn rebuttal_rows(
    connection: &mut Connection,
    revision: Uuid,
) -> Result<Vec<RebuttalRow>, Error> {
    let mut sql = Sql::new(REBUTTALS);
    sql.push("and n.revision_id = {} order by r.recorded_at, r.id", [revision.into()]);
    sql.load(connection).await
}

fn rebuttals_missing_in(rows: &[RebuttalRow], others: &[RebuttalRow]) -> BTreeSet<Uuid> {
    let known: BTreeSet<_> = others.iter().map(RebuttalRow::sameness).collect();
    rows.iter().filter(|row| !known.contains(&row.sameness())).map(|row| row.id).collect()
}

async fn rebuttal_briefs(
    connection: &mut Connection,
    mut rows: Vec<RebuttalRow>,
    ids: BTreeSet<Uuid>,
) -> Result<Vec<RebuttalBrief>, Error> {
    rows.retain(|row| ids.contains(&row.id));
    briefs(connection, rows).await
}
