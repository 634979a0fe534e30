//! Contents: one revision of a document with everything that stands in its words.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, Jsonb, Nullable, Text, Timestamptz};
use serde::de::DeserializeOwned;

use super::redaction::missing;
use super::revisions::kept_changes;
use super::sql::Sql;
use super::views::claim::{APPEARANCES, AppearanceRow, appearances};
use super::views::document::{DOCUMENTS, DocumentRow, documents};
use super::views::note::notes;
use super::views::rebuttal::{REBUTTALS, RebuttalRow, rebuttals};
use super::views::statement::{STATEMENTS, StatementRow, statements};
use super::views::{brief, stated};
use super::{Connection, Error};
use crate::domain::view::{DocumentContents, RevisionView};
use crate::domain::{DocumentId, ExtractorInfo};

#[derive(QueryableByName)]
struct WordsRow {
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = Text)]
    language: String,
    #[diesel(sql_type = Array<Text>)]
    authors: Vec<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    published_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    published_precision: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    extractor_version: Option<String>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    models: Option<serde_json::Value>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    notes: Option<serde_json::Value>,
}

/// One revision of a document, the live one where no number is given, with all that stands in it.
///
/// An older revision shows what was found in it when it was last live.
///
/// # Errors
/// [`Error::NotFound`] for an unknown document or number, and [`Error::Redacted`].
pub async fn of_document(
    connection: &mut Connection,
    id: DocumentId,
    number: Option<i32>,
) -> Result<DocumentContents, Error> {
    let mut sql = Sql::new(DOCUMENTS);
    sql.push("and d.id = {}", [id.0.into()]);
    let rows: Vec<DocumentRow> = sql.load(connection).await?;
    let Some(document) = documents(connection, rows).await?.into_iter().next() else {
        return Err(missing(connection, id).await);
    };
    let revisions = super::revisions::list(connection, id).await?;
    let shown = match number {
        Some(number) => revisions.iter().find(|revision| revision.number == number),
        None => revisions.iter().find(|revision| revision.id == document.revision),
    };
    let shown = shown.cloned().ok_or(Error::NotFound)?;
    let as_of = last_live(&shown);
    let before = revisions.iter().find(|revision| revision.number + 1 == shown.number);
    let changes = match before {
        Some(before) => kept_changes(connection, before.id.0, shown.id.0).await?,
        None => Vec::new(),
    };

    let corrections = notes(connection, shown.id.0, as_of).await?;
    let words = words(connection, &shown, as_of).await?;
    let mut sql = Sql::new(APPEARANCES);
    sql.live("a", as_of);
    sql.push("and a.revision_id = {} order by a.field, a.span_start, a.id", [shown.id.0.into()]);
    let rows: Vec<AppearanceRow> = sql.load(connection).await?;
    let appearances = appearances(connection, rows, None).await?;
    let mut sql = Sql::new(REBUTTALS);
    sql.live("r", as_of);
    sql.push("and n.revision_id = {} order by r.recorded_at, r.id", [shown.id.0.into()]);
    let rows: Vec<RebuttalRow> = sql.load(connection).await?;
    let rebuttals = rebuttals(connection, rows, None).await?;
    let mut sql = Sql::new(STATEMENTS);
    sql.live("s", as_of);
    sql.push("and s.revision_id = {} order by s.ordinal, s.id", [shown.id.0.into()]);
    let rows: Vec<StatementRow> = sql.load(connection).await?;
    let statements = statements(connection, rows).await?;
    let ids = appearances.iter().map(|appearance| appearance.claim.0);
    let ids = ids.chain(rebuttals.iter().map(|rebuttal| rebuttal.claim.id.0));
    let claims = brief::claims(connection, ids, None).await?.into_values().collect();

    let extractor = match (words.extractor_version, words.models) {
        (Some(version), Some(models)) => Some(ExtractorInfo { version, models: json(models)? }),
        _ => None,
    };
    Ok(DocumentContents {
        document,
        revisions,
        shown,
        text: words.text,
        language: words.language,
        authors: words.authors,
        published: stated(words.published_at, words.published_precision.as_deref())?,
        changes,
        corrections,
        notes: words.notes.map(json).transpose()?.unwrap_or_default(),
        extractor,
        claims,
        appearances,
        rebuttals,
        statements,
    })
}

/// The last instant at which a revision that was replaced was live; `None` for the live one.
///
/// What is extracted from a revision ends at the very instant at which the revision does.
fn last_live(revision: &RevisionView) -> Option<DateTime<Utc>> {
    revision.superseded_at.and_then(|at| at.checked_sub_signed(TimeDelta::microseconds(1)))
}

async fn words(
    connection: &mut Connection,
    revision: &RevisionView,
    as_of: Option<DateTime<Utc>>,
) -> Result<WordsRow, Error> {
    let mut sql = Sql::new(
        "select r.text, r.language, r.authors, r.published_at, r.published_precision,
                e.extractor_version, e.models, e.notes
           from document_revisions r left join extractions e on e.revision_id = r.id",
    );
    sql.live("e", as_of).push("where r.id = {}", [revision.id.0.into()]);
    sql.load(connection).await?.into_iter().next().ok_or(Error::NotFound)
}

fn json<T: DeserializeOwned>(value: serde_json::Value) -> Result<T, Error> {
    serde_json::from_value(value).map_err(|error| Error::Query(error.into()))
}
