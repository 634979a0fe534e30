//! Revisions: the states of a document's words, and what changed from one to another.

use std::collections::BTreeSet;

use diesel::QueryableByName;
use diesel::sql_types::{Integer, Nullable, Text};
use uuid::Uuid;

use super::redaction::missing;
use super::sql::{IdRow, Sql, word};
use super::views::brief;
use super::views::document::{REVISIONS, RevisionRow};
use super::views::rebuttal::{REBUTTALS, RebuttalRow, briefs};
use super::{Connection, Error};
use crate::domain::view::{
    ClaimBrief, RebuttalBrief, RevisionDifference, RevisionView, SentenceChange,
};
use crate::domain::{self, CodePoints, DocumentId, Field, LocatedSpan, RevisionWords, Span};

/// All revisions of a document, oldest first.
///
/// # Errors
/// [`Error::NotFound`] for an unknown document (every known one has a revision), and
/// [`Error::Redacted`].
pub async fn list(connection: &mut Connection, id: DocumentId) -> Result<Vec<RevisionView>, Error> {
    let mut sql = Sql::new(REVISIONS);
    sql.push("and document_id = {} order by number", [id.0.into()]);
    let rows: Vec<RevisionRow> = sql.load(connection).await?;
    if rows.is_empty() {
        return Err(missing(connection, id).await);
    }
    Ok(rows.into_iter().map(RevisionView::from).collect())
}

/// One revision of a document with its words.
///
/// # Errors
/// [`Error::NotFound`] for an unknown document or number.
pub async fn find(
    connection: &mut Connection,
    id: DocumentId,
    number: i32,
) -> Result<(RevisionView, RevisionWords), Error> {
    let mut revisions = list(connection, id).await?.into_iter();
    let revision = revisions.find(|revision| revision.number == number).ok_or(Error::NotFound)?;
    let words = words(connection, revision.id.0).await?;
    Ok((revision, words))
}

#[derive(QueryableByName)]
struct WordsRow {
    #[diesel(sql_type = Nullable<Text>)]
    title: Option<String>,
    #[diesel(sql_type = Text)]
    text: String,
}

/// The words of one revision.
pub(super) async fn words(connection: &Connection, revision: Uuid) -> Result<RevisionWords, Error> {
    let mut sql = Sql::new("select title, text from document_revisions");
    sql.push("where id = {}", [revision.into()]);
    let rows: Vec<WordsRow> = sql.look_up(connection).await?;
    let row = rows.into_iter().next().ok_or(Error::NotFound)?;
    Ok(RevisionWords { title: row.title, text: row.text })
}

#[derive(QueryableByName)]
struct ChangeRow {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    field: String,
    #[diesel(sql_type = Nullable<Integer>)]
    before_start: Option<i32>,
    #[diesel(sql_type = Nullable<Integer>)]
    before_end: Option<i32>,
    #[diesel(sql_type = Nullable<Integer>)]
    after_start: Option<i32>,
    #[diesel(sql_type = Nullable<Integer>)]
    after_end: Option<i32>,
}

/// What a revision changed of the one before it, as it was kept when it came.
pub(super) async fn kept_changes(
    connection: &Connection,
    before: Uuid,
    after: Uuid,
) -> Result<Vec<SentenceChange>, Error> {
    let mut sql = Sql::new(
        "select kind, field, before_start, before_end, after_start, after_end from revision_changes",
    );
    sql.push("where revision_id = {} order by ordinal", [after.into()]);
    let rows: Vec<ChangeRow> = sql.look_up(connection).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let (before, after) = (words(connection, before).await?, words(connection, after).await?);
    let (before, after) = (Quotes::of(&before), Quotes::of(&after));
    rows.into_iter()
        .map(|row| {
            let field = word(&row.field)?;
            Ok(SentenceChange {
                kind: word(&row.kind)?,
                before: before.cut(field, row.before_start, row.before_end),
                after: after.cut(field, row.after_start, row.after_end),
            })
        })
        .collect()
}

/// Cuts words out of a revision: all in one pass, where `substr` would begin anew for each.
struct Quotes<'w> {
    words: &'w RevisionWords,
    title: CodePoints<'w>,
    text: CodePoints<'w>,
}

impl<'w> Quotes<'w> {
    fn of(words: &'w RevisionWords) -> Self {
        Quotes {
            words,
            title: CodePoints::new(words.field(Field::Title)),
            text: CodePoints::new(words.field(Field::Text)),
        }
    }

    fn points(&self, field: Field) -> &CodePoints<'w> {
        match field {
            Field::Title => &self.title,
            Field::Text => &self.text,
        }
    }

    fn cut(&self, field: Field, start: Option<i32>, end: Option<i32>) -> Option<LocatedSpan> {
        let (start, end) = start.zip(end)?;
        let range = self.points(field).bytes(start..end)?;
        let quote = self.words.field(field).get(range)?.to_owned();
        Some(LocatedSpan { field, start, end, quote })
    }

    fn locate(&self, span: Option<Span>) -> Option<LocatedSpan> {
        let span = span?;
        self.points(span.field).locate(span)
    }
}

/// Tells what one revision's words changed of another's.
pub type Compare = fn(&RevisionWords, &RevisionWords) -> Vec<domain::SentenceChange>;

/// What changed in a document from revision number `from` to number `to`.
///
/// Of neighbours it is what was kept when the later one came; of others `compare` tells.
///
/// # Errors
/// [`Error::NotFound`] for an unknown document or number.
pub async fn difference(
    connection: &mut Connection,
    id: DocumentId,
    from: i32,
    to: i32,
    compare: Compare,
) -> Result<RevisionDifference, Error> {
    let revisions = list(connection, id).await?;
    let numbered = |number: i32| {
        revisions.iter().find(|revision| revision.number == number).cloned().ok_or(Error::NotFound)
    };
    let (from, to) = (numbered(from)?, numbered(to)?);
    let mut changes = Vec::new();
    if from.number.checked_add(1) == Some(to.number) {
        changes = kept_changes(connection, from.id.0, to.id.0).await?;
    }
    // None were kept of what is no neighbour, and of revisions that an older version stored.
    if changes.is_empty() && from.id != to.id {
        let before = words(connection, from.id.0).await?;
        let after = words(connection, to.id.0).await?;
        changes = tokio::task::spawn_blocking(move || compared(&before, &after, compare))
            .await
            .map_err(|error| Error::Query(error.into()))?;
    }
    let (claims_before, claims_after) =
        (claim_ids(connection, from.id.0).await?, claim_ids(connection, to.id.0).await?);
    let (rebuttals_before, rebuttals_after) =
        (rebuttal_rows(connection, from.id.0).await?, rebuttal_rows(connection, to.id.0).await?);
    let (appeared, vanished) = (
        rebuttals_missing_in(&rebuttals_after, &rebuttals_before),
        rebuttals_missing_in(&rebuttals_before, &rebuttals_after),
    );
    Ok(RevisionDifference {
        changes,
        claims_appeared: claim_briefs(connection, &claims_after - &claims_before).await?,
        claims_vanished: claim_briefs(connection, &claims_before - &claims_after).await?,
        rebuttals_appeared: rebuttal_briefs(connection, rebuttals_after, appeared).await?,
        rebuttals_vanished: rebuttal_briefs(connection, rebuttals_before, vanished).await?,
        from,
        to,
    })
}

fn compared(
    before: &RevisionWords,
    after: &RevisionWords,
    compare: Compare,
) -> Vec<SentenceChange> {
    let (old, new) = (Quotes::of(before), Quotes::of(after));
    let changes = compare(before, after).into_iter();
    changes
        .map(|change| SentenceChange {
            kind: change.kind,
            before: old.locate(change.before),
            after: new.locate(change.after),
        })
        .collect()
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
