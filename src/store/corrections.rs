//! Corrections: what people put right of what was read in documents.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::audit::{self, Request};
use super::cursor::{TimeKey, Walk};
use super::sql::{IdRow, Sql, word, words};
use super::views::span::located;
use super::views::{brief, ended};
use super::writing::{Stored, judge_anew, lock_documents, lock_merges, take_time};
use super::{Connection, Error, actors, claims, redaction};
use crate::domain::view::{
    ClaimGiven, CorrectionFilter, CorrectionOf, CorrectionView, NewCorrection, Page, PageRequest,
    Selector,
};
use crate::domain::{
    ActorId, AppearanceId, ClaimId, CorrectionId, DenierRole, DocumentId, LocatedSpan, RebuttalId,
    RebuttalKind, RevisionId, Stance,
};

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
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    superseded_at: Option<DateTime<Utc>>,
}

const CORRECTIONS: &str =
    "select k.id, k.kind, k.document_id, k.revision_id, k.field, k.span_start,
        k.span_end, k.quote, k.claim_id, k.denier_id, k.denier_role, k.stance, k.rebuttal_kind,
        k.label, k.reason, k.corrected_by, k.recorded_at, k.superseded_at
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
    walk.bound_by_time(&mut sql, "k", true);
    let rows: Vec<Row> = sql.load(connection).await?;
    let page = walk.page(rows, |row| TimeKey { at: row.recorded_at, id: row.id });
    Ok(Page { items: views(connection, page.items, filter.as_of).await?, next: page.next })
}

#[derive(QueryableByName)]
struct PlaceRow {
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

async fn words_of(connection: &Connection, sql: Sql, field: &'static str) -> Result<Words, Error> {
    let rows: Vec<PlaceRow> = sql.look_up(connection).await?;
    let row = rows.into_iter().next().ok_or(Error::Unknown { field })?;
    Ok(Words {
        document: DocumentId(row.document_id),
        revision: RevisionId(row.revision_id),
        place: located(&row.field, row.span_start, row.span_end, row.quote)?,
    })
}

/// The first words that deny in a rebuttal that stands.
///
/// # Errors
/// [`Error::Unknown`] for one that does not stand, and for a review.
pub async fn words_of_rebuttal(connection: &Connection, id: RebuttalId) -> Result<Words, Error> {
    let mut sql = Sql::new(
        "select v.document_id, v.id as revision_id, s.field, s.span_start, s.span_end, s.quote
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

/// The words of an appearance that stands.
///
/// # Errors
/// [`Error::Unknown`] for one that does not stand.
pub async fn words_of_appearance(
    connection: &Connection,
    id: AppearanceId,
) -> Result<Words, Error> {
    let mut sql = Sql::new(
        "select v.document_id, v.id as revision_id, a.field, a.span_start, a.span_end, a.quote
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

/// Keeps a correction of a document that was read as `stored`, with its claim; call it first in the
/// transaction that stores the document's rows again.
///
/// # Errors
/// [`Error::Unknown`] for a claim that is not stored, and [`Error::Changed`] where another revision took
/// the place of `stored` meanwhile.
pub async fn insert(
    connection: &mut Connection,
    stored: &Stored,
    new: &NewCorrection,
    request: Request<'_>,
) -> Result<CorrectionId, Error> {
    hold(connection, stored.document).await?;
    let mut sql = Sql::new("select r.id from document_revisions r where r.superseded_at is null");
    sql.push("and r.id = {}", [stored.revision.0.into()]);
    let live: Vec<IdRow> = sql.look_up(connection).await?;
    if live.is_empty() || new.revision != stored.revision {
        return Err(Error::Changed);
    }
    let at = take_time(connection).await?;
    let claim = match &new.claim {
        Some(given) => Some(claim(connection, given, &stored.read.language, at).await?),
        None => None,
    };
    let id = CorrectionId::new();
    diesel::sql_query(
        "insert into corrections
             (id, kind, document_id, revision_id, field, span_start, span_end, quote, claim_id,
              denier_id, denier_role, stance, rebuttal_kind, label, reason, corrected_by, recorded_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
    )
    .bind::<SqlUuid, _>(id.0)
    .bind::<Text, _>(new.kind.as_str())
    .bind::<SqlUuid, _>(stored.document.0)
    .bind::<SqlUuid, _>(new.revision.0)
    .bind::<Text, _>(new.place.field.as_str())
    .bind::<Integer, _>(new.place.start)
    .bind::<Integer, _>(new.place.end)
    .bind::<Text, _>(&new.place.quote)
    .bind::<Nullable<SqlUuid>, _>(claim.map(|claim| claim.0))
    .bind::<Nullable<SqlUuid>, _>(new.denier.map(|denier| denier.0))
    .bind::<Nullable<Text>, _>(new.denier_role.map(|role| role.as_str()))
    .bind::<Nullable<Text>, _>(new.stance.map(|stance| stance.as_str()))
    .bind::<Nullable<Text>, _>(new.rebuttal_kind.map(|kind| kind.as_str()))
    .bind::<Nullable<Text>, _>(new.label.as_deref())
    .bind::<Text, _>(request.reason)
    .bind::<Text, _>(request.by)
    .bind::<Timestamptz, _>(at)
    .execute(connection)
    .await?;
    audit::log(connection, "correct", id.0, request, at).await?;
    Ok(id)
}

/// Takes a correction back; call it first in the transaction that stores the document's rows again. Said
/// again it changes nothing.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn withdraw(
    connection: &mut Connection,
    id: CorrectionId,
    request: Request<'_>,
) -> Result<(), Error> {
    let standing = find(connection, id).await?;
    hold(connection, standing.document).await?;
    let at = take_time(connection).await?;
    let mut sql = Sql::new("update corrections k set superseded_at =");
    sql.push("{} where k.id = {}", [at.into(), id.0.into()]).live("k", None);
    sql.push("returning k.id", []);
    let ended: Vec<IdRow> = sql.look_up(connection).await?;
    if !ended.is_empty() {
        audit::log(connection, "withdraw_correction", id.0, request, at).await?;
    }
    Ok(())
}

/// Levels 1 and 2 of the locks, the second alone: a correction may found a claim.
async fn hold(connection: &Connection, document: DocumentId) -> Result<(), Error> {
    lock_documents(connection, &redaction::lock_names(connection, document).await?).await?;
    lock_merges(connection).await
}

/// The claim that is meant, founded where nobody said it before.
async fn claim(
    connection: &mut Connection,
    given: &ClaimGiven,
    language: &str,
    at: DateTime<Utc>,
) -> Result<ClaimId, Error> {
    let (text, key) = match given {
        ClaimGiven::Id(id) => {
            let known = claims::texts(connection, &[*id]).await?;
            return known.contains_key(id).then_some(*id).ok_or(Error::Unknown { field: "claim" });
        }
        ClaimGiven::Wording { text, key } => (text, key),
    };
    let known = claims::known(connection, language, std::slice::from_ref(key)).await?;
    if let Some(known) = known.into_iter().next() {
        return Ok(known.id);
    }
    let id = ClaimId::new();
    let mut sql = Sql::new("insert into claims");
    sql.push(
        "(id, text, language, canonical_sha256, extractor_version, recorded_at)
         values ({}, {}, {}, ({})[1], 'editor', {})",
        [
            id.0.into(),
            text.as_str().into(),
            language.into(),
            vec![claims::digest(key)].into(),
            at.into(),
        ],
    );
    sql.run(connection).await?;
    judge_anew(connection, BTreeSet::from([id.0]), at).await?;
    Ok(id)
}
