//! Corrections: what people put right of what was read in documents.

mod keep;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use super::cursor::{TimeKey, Walk};
use super::sql::{Sql, word, words};
use super::views::span::located;
use super::views::{brief, ended};
use super::{Connection, Error, actors};
use crate::domain::view::{
    CorrectionFilter, CorrectionOf, CorrectionView, Page, PageRequest, Selector,
};
use crate::domain::{
    ActorId, AppearanceId, ClaimId, CorrectionId, DenierRole, DocumentId, LocatedSpan, RebuttalId,
    RebuttalKind, RevisionId, SplitId, Stance,
};

pub use keep::{insert, part, withdraw};

/// A correction that stands, as it is applied.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    pub kind: CorrectionOf,
    pub revision: RevisionId,
    pub place: LocatedSpan,
    pub claim: Option<ClaimId>,
    pub denier: Option<ActorId>,
    pub denier_role: Option<DenierRole>,
    pub stance: Option<Stance>,
    pub rebuttal_kind: Option<RebuttalKind>,
    pub label: Option<String>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = SqlUuid)]
    document_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    revision_id: Uuid,
    #[diesel(sql_type = Text)]
    field: String,
    #[diesel(sql_type = Integer)]
    span_start: i32,
    #[diesel(sql_type = Integer)]
    span_end: i32,
    #[diesel(sql_type = Text)]
    quote: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    claim_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    denier_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    denier_role: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    stance: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    rebuttal_kind: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    label: Option<String>,
    #[diesel(sql_type = Text)]
    reason: String,
    #[diesel(sql_type = Text)]
    corrected_by: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    split_id: Option<Uuid>,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    superseded_at: Option<DateTime<Utc>>,
}

const CORRECTIONS: &str =
    "select k.id, k.kind, k.document_id, k.revision_id, k.field, k.span_start,
        k.span_end, k.quote, k.claim_id, k.denier_id, k.denier_role, k.stance, k.rebuttal_kind,
        k.label, k.reason, k.corrected_by, k.split_id, k.recorded_at, k.superseded_at
   from corrections k where true";

impl Row {
    fn place(&self) -> Result<LocatedSpan, Error> {
        located(&self.field, self.span_start, self.span_end, self.quote.clone())
    }
}

/// The corrections of a document that stand, in the order in which people said so.
pub(super) async fn of_document(
    connection: &Connection,
    document: DocumentId,
) -> Result<Vec<Standing>, Error> {
    let mut sql = Sql::new(CORRECTIONS);
    sql.push("and k.document_id = {}", [document.0.into()]).live("k", None);
    sql.push("order by k.recorded_at, k.id", []);
    let rows: Vec<Row> = sql.look_up(connection).await?;
    rows.into_iter()
        .map(|row| {
            Ok(Standing {
                kind: word(&row.kind)?,
                revision: RevisionId(row.revision_id),
                place: row.place()?,
                claim: row.claim_id.map(ClaimId),
                denier: row.denier_id.map(ActorId),
                denier_role: words(row.denier_role.as_deref())?,
                stance: words(row.stance.as_deref())?,
                rebuttal_kind: words(row.rebuttal_kind.as_deref())?,
                label: row.label,
            })
        })
        .collect()
}

async fn views(
    connection: &Connection,
    rows: Vec<Row>,
    as_of: Option<DateTime<Utc>>,
) -> Result<Vec<CorrectionView>, Error> {
    let claims = brief::claims(connection, rows.iter().filter_map(|row| row.claim_id), as_of);
    let claims = claims.await?;
    let deniers =
        brief::actors(connection, rows.iter().filter_map(|row| row.denier_id), as_of).await?;
    rows.into_iter()
        .map(|row| {
            Ok(CorrectionView {
                id: CorrectionId(row.id),
                kind: word(&row.kind)?,
                document: DocumentId(row.document_id),
                revision: RevisionId(row.revision_id),
                span: row.place()?,
                claim: row.claim_id.and_then(|id| claims.get(&id).cloned()),
                denier: row.denier_id.and_then(|id| deniers.get(&id).cloned()),
                denier_role: words(row.denier_role.as_deref())?,
                stance: words(row.stance.as_deref())?,
                rebuttal_kind: words(row.rebuttal_kind.as_deref())?,
                label: row.label,
                reason: row.reason,
                corrected_by: row.corrected_by,
                split: row.split_id.map(SplitId),
                recorded_at: row.recorded_at,
                withdrawn_at: ended(row.superseded_at, as_of),
            })
        })
        .collect()
}

/// One correction, withdrawn or not.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find(connection: &Connection, id: CorrectionId) -> Result<CorrectionView, Error> {
    let mut sql = Sql::new(CORRECTIONS);
    sql.push("and k.id = {}", [id.0.into()]);
    let rows: Vec<Row> = sql.look_up(connection).await?;
    views(connection, rows, None).await?.into_iter().next().ok_or(Error::NotFound)
}

/// The corrections of a split that stand.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn of_split(
    connection: &Connection,
    split: SplitId,
) -> Result<Vec<CorrectionView>, Error> {
    let mut sql = Sql::new(CORRECTIONS);
    sql.push("and k.split_id = {}", [split.0.into()]).live("k", None);
    sql.push("order by k.recorded_at, k.id", []);
    views(connection, sql.look_up(connection).await?, None).await
}

/// Corrections that stand, the newest first.
///
/// # Errors
/// [`Error::Cursor`] for a cursor that this list did not give.
pub async fn list(
    connection: &mut Connection,
    filter: &CorrectionFilter,
    page: &PageRequest,
) -> Result<Page<CorrectionView>, Error> {
    let walk: Walk<TimeKey> = Walk::new("corrections", filter, page)?;
    let mut sql = Sql::new(CORRECTIONS);
    sql.live("k", filter.as_of);
    if let Some(kind) = filter.kind {
        sql.push("and k.kind = {}", [kind.as_str().into()]);
    }
    if let Some(document) = filter.document {
        sql.push("and k.document_id = {}", [document.0.into()]);
    }
    if let Some(claim) = filter.claim {
        // Of a denial a correction keeps the words; whose claim it denied tell the rows that have them.
        sql.push(
            "and (k.claim_id = {} or k.kind in ('not_a_denial', 'denier') and exists (
                 select from denials n
                   join denial_mentions m on m.revision_id = n.revision_id and m.denial_id = n.id
                   join denial_mention_spans s on s.revision_id = m.revision_id and s.mention_id = m.id
                  where n.revision_id = k.revision_id and n.claim_id = {} and s.role = 'cue'
                    and (s.field, s.span_start, s.span_end) = (k.field, k.span_start, k.span_end)))",
            [claim.0.into(), claim.0.into()],
        );
    }
    if let Some(split) = filter.split {
        sql.push("and k.split_id = {}", [split.0.into()]);
    }
    walk.bound_by_time(&mut sql, "k", true);
    let rows: Vec<Row> = sql.load(connection).await?;
    let page = walk.page(rows, |row| TimeKey { at: row.recorded_at, id: row.id });
    Ok(Page { items: views(connection, page.items, filter.as_of).await?, next: page.next })
}

#[derive(QueryableByName)]
struct PlaceRow {
    #[diesel(sql_type = SqlUuid)]
    claim_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    document_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    revision_id: Uuid,
    #[diesel(sql_type = Text)]
    field: String,
    #[diesel(sql_type = Integer)]
    span_start: i32,
    #[diesel(sql_type = Integer)]
    span_end: i32,
    #[diesel(sql_type = Text)]
    quote: String,
}

/// Words of a live revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Of which document.
    pub document: DocumentId,
    /// The revision.
    pub revision: RevisionId,
    /// The words.
    pub place: LocatedSpan,
}

async fn words_of(
    connection: &Connection,
    sql: Sql,
    field: &'static str,
) -> Result<(ClaimId, Words), Error> {
    let rows: Vec<PlaceRow> = sql.look_up(connection).await?;
    let row = rows.into_iter().next().ok_or(Error::Unknown { field })?;
    let words = Words {
        document: DocumentId(row.document_id),
        revision: RevisionId(row.revision_id),
        place: located(&row.field, row.span_start, row.span_end, row.quote)?,
    };
    Ok((ClaimId(row.claim_id), words))
}

/// The claim that a rebuttal which stands counts against, and the first words in it that deny.
///
/// # Errors
/// [`Error::Unknown`] for one that does not stand, and for a review.
pub async fn words_of_rebuttal(
    connection: &Connection,
    id: RebuttalId,
) -> Result<(ClaimId, Words), Error> {
    let mut sql = Sql::new(
        "select r.claim_id, v.document_id, v.id as revision_id, s.field, s.span_start, s.span_end, s.quote
           from rebuttals r join denials n on n.id = r.denial_id
           join document_revisions v on v.id = n.revision_id
           join denial_mentions m on m.revision_id = n.revision_id and m.denial_id = n.id
           join denial_mention_spans s
             on s.revision_id = m.revision_id and s.mention_id = m.id and s.role = 'cue'",
    );
    sql.push("where r.id = {}", [id.0.into()]).live("r", None);
    sql.push("order by m.ordinal limit 1", []);
    words_of(connection, sql, "rebuttal").await
}

/// The claim that an appearance which stands counts for, and its words.
///
/// # Errors
/// [`Error::Unknown`] for one that does not stand.
pub async fn words_of_appearance(
    connection: &Connection,
    id: AppearanceId,
) -> Result<(ClaimId, Words), Error> {
    let mut sql = Sql::new(
        "select a.claim_id, v.document_id, v.id as revision_id, a.field, a.span_start, a.span_end, a.quote
           from appearances a join document_revisions v on v.id = a.revision_id",
    );
    sql.push("where a.id = {}", [id.0.into()]).live("a", None);
    words_of(connection, sql, "appearance").await
}

/// The one actor of this id or name.
///
/// # Errors
/// [`Error::Unknown`] where there is none, or more than one.
pub async fn denier(
    connection: &mut Connection,
    selector: &Selector<ActorId>,
) -> Result<ActorId, Error> {
    let unknown = || Error::Unknown { field: "denier" };
    let ids: BTreeSet<Uuid> =
        actors::resolve(connection, selector, None).await?.into_iter().collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let known = brief::actors(connection, ids.iter().copied(), None).await?;
    match ids[..] {
        [id] if known.contains_key(&id) => Ok(ActorId(id)),
        _ => Err(unknown()),
    }
}
