//! Claims with their counts, claimants, deniers and reasons; appearances with where they stand.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{
    Array, Float4, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use futures_util::future::try_join3;
use uuid::Uuid;

use super::brief::{self, ClaimRole};
use super::span::located;
use super::{ended, stated};
use crate::domain::status::Reason;
use crate::domain::view::{ActorBrief, AppearanceView, ClaimView, MemberView};
use crate::domain::{AppearanceId, ClaimId, RevisionId, StatementId};
use crate::store::merges::members;
use crate::store::sql::{Sql, word};
use crate::store::{Connection, Error};

/// What [`ClaimRow`] is read from, as seen at `as_of`; conditions follow.
pub(in crate::store) fn select(as_of: Option<DateTime<Utc>>) -> Sql {
    let mut sql = Sql::new(CLAIMS);
    sql.live("e", as_of).push("where true", []).live("s", as_of);
    sql
}

const CLAIMS: &str =
    "select c.id, coalesce(e.text, c.text) as text, c.text as extracted_text, c.language, c.check_worthiness, c.recorded_at, s.status as computed_status,
            coalesce(e.status, s.status) as status, coalesce(e.tags, '{}') as tags, e.note, s.confidence,
            s.appearances, s.rebuttals, s.documents, s.outlets, s.origins, s.reviews, s.first_stated_at,
            s.first_stated_precision, s.last_stated_at,
            greatest(s.recorded_at, e.recorded_at) as updated_at
       from claims c join claim_summaries s on s.claim_id = c.id
       left join claim_edits e on e.claim_id = c.id";

#[derive(QueryableByName)]
pub(in crate::store) struct ClaimRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = Text)]
    extracted_text: String,
    #[diesel(sql_type = Text)]
    language: String,
    #[diesel(sql_type = Nullable<Float4>)]
    check_worthiness: Option<f32>,
    #[diesel(sql_type = Timestamptz)]
    pub recorded_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    computed_status: String,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Array<Text>)]
    tags: Vec<String>,
    #[diesel(sql_type = Nullable<Text>)]
    note: Option<String>,
    #[diesel(sql_type = Float4)]
    confidence: f32,
    #[diesel(sql_type = Integer)]
    pub appearances: i32,
    #[diesel(sql_type = Integer)]
    pub rebuttals: i32,
    #[diesel(sql_type = Integer)]
    documents: i32,
    #[diesel(sql_type = Integer)]
    outlets: i32,
    #[diesel(sql_type = Integer)]
    origins: i32,
    #[diesel(sql_type = Integer)]
    reviews: i32,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    first_stated_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    first_stated_precision: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    last_stated_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Timestamptz)]
    updated_at: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct ReasonRow {
    #[diesel(sql_type = SqlUuid)]
    claim_id: Uuid,
    #[diesel(sql_type = Jsonb)]
    reasons: serde_json::Value,
}

/// What stands around claims as seen at `as_of`.
pub(in crate::store) struct Around {
    actors: BTreeMap<(Uuid, ClaimRole), Vec<ActorBrief>>,
    members: BTreeMap<Uuid, Vec<MemberView>>,
    reasons: BTreeMap<Uuid, Vec<Reason>>,
}

impl Around {
    /// Of the claims with these ids.
    pub async fn of(
        connection: &Connection,
        claims: &[Uuid],
        as_of: Option<DateTime<Utc>>,
    ) -> Result<Self, Error> {
        let (actors, members, reasons) = try_join3(
            brief::claim_actors(connection, claims, as_of),
            members(connection, claims, as_of),
            reasons(connection, claims, as_of),
        )
        .await?;
        Ok(Around { actors, members, reasons })
    }

    /// The claims of these rows, in their order.
    pub fn views(mut self, rows: Vec<ClaimRow>) -> Result<Vec<ClaimView>, Error> {
        rows.into_iter()
            .map(|row| {
                let mut of = |role| self.actors.remove(&(row.id, role)).unwrap_or_default();
                Ok(ClaimView {
                    id: ClaimId(row.id),
                    claimants: of(ClaimRole::Claimant),
                    denied_by: of(ClaimRole::Denier),
                    about: of(ClaimRole::Subject),
                    text: row.text,
                    language: row.language,
                    extracted_text: row.extracted_text,
                    status: word(&row.status)?,
                    computed_status: word(&row.computed_status)?,
                    tags: row.tags,
                    note: row.note,
                    reasons: self.reasons.remove(&row.id).unwrap_or_default(),
                    check_worthiness: row.check_worthiness,
                    confidence: row.confidence,
                    appearances: row.appearances,
                    rebuttals: row.rebuttals,
                    documents: row.documents,
                    outlets: row.outlets,
                    origins: row.origins,
                    reviews: row.reviews,
                    first_stated: stated(
                        row.first_stated_at,
                        row.first_stated_precision.as_deref(),
                    )?,
                    last_stated_at: row.last_stated_at,
                    members: self.members.remove(&row.id).unwrap_or_default(),
                    recorded_at: row.recorded_at,
                    updated_at: row.updated_at,
                })
            })
            .collect()
    }
}

/// Claims as seen at `as_of`, in the order of the rows.
pub(in crate::store) async fn claims(
    connection: &Connection,
    rows: Vec<ClaimRow>,
    as_of: Option<DateTime<Utc>>,
) -> Result<Vec<ClaimView>, Error> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    Around::of(connection, &ids, as_of).await?.views(rows)
}

/// Why each claim has its status.
async fn reasons(
    connection: &Connection,
    claims: &[Uuid],
    as_of: Option<DateTime<Utc>>,
) -> Result<BTreeMap<Uuid, Vec<Reason>>, Error> {
    if claims.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut sql =
        Sql::new("select distinct on (claim_id) claim_id, reasons from claim_status_events");
    sql.among("where", "claim_id", claims);
    if let Some(at) = as_of {
        sql.push("and recorded_at <= {}", [crate::store::cursor::clamp(at).into()]);
    }
    sql.push("order by claim_id, recorded_at desc, id desc", []);
    sql.look_up::<ReasonRow>(connection)
        .await?
        .into_iter()
        .map(|row| {
            let reasons = serde_json::from_value(row.reasons);
            Ok((row.claim_id, reasons.map_err(|error| Error::Query(error.into()))?))
        })
        .collect()
}

/// What [`AppearanceRow`] is read from; conditions follow.
pub(in crate::store) const APPEARANCES: &str =
    "select a.id, a.claim_id, coalesce(a.member_id, a.claim_id) as member_id, a.revision_id, a.statement_id, a.stance, a.field, a.span_start,
            a.span_end, a.quote, a.stated_at, a.stated_precision, a.confidence,
            a.extractor_version, a.recorded_at, a.superseded_at, st.speaker_id
       from appearances a left join statements st on st.id = a.statement_id where true";

#[derive(QueryableByName)]
pub(in crate::store) struct AppearanceRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    claim_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    member_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    revision_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    statement_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    stance: String,
    #[diesel(sql_type = Text)]
    field: String,
    #[diesel(sql_type = Integer)]
    span_start: i32,
    #[diesel(sql_type = Integer)]
    span_end: i32,
    #[diesel(sql_type = Text)]
    quote: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    stated_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    stated_precision: Option<String>,
    #[diesel(sql_type = Float4)]
    confidence: f32,
    #[diesel(sql_type = Text)]
    extractor_version: String,
    #[diesel(sql_type = Timestamptz)]
    pub recorded_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    superseded_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    speaker_id: Option<Uuid>,
}

/// Appearances as seen at `as_of` with their documents and speakers, in the order of the rows.
pub(in crate::store) async fn appearances(
    connection: &mut Connection,
    rows: Vec<AppearanceRow>,
    as_of: Option<DateTime<Utc>>,
) -> Result<Vec<AppearanceView>, Error> {
    let documents = brief::documents(connection, rows.iter().map(|row| row.revision_id)).await?;
    let speakers =
        brief::actors(connection, rows.iter().filter_map(|row| row.speaker_id), as_of).await?;
    rows.into_iter()
        .map(|row| {
            Ok(AppearanceView {
                id: AppearanceId(row.id),
                claim: ClaimId(row.claim_id),
                member: ClaimId(row.member_id),
                document: documents.get(&row.revision_id).cloned().ok_or(Error::NotFound)?,
                revision: RevisionId(row.revision_id),
                stance: word(&row.stance)?,
                span: located(&row.field, row.span_start, row.span_end, row.quote)?,
                statement: row.statement_id.map(StatementId),
                speaker: row.speaker_id.and_then(|id| speakers.get(&id).cloned()),
                stated: stated(row.stated_at, row.stated_precision.as_deref())?,
                confidence: row.confidence,
                extractor_version: row.extractor_version,
                recorded_at: row.recorded_at,
                superseded_at: ended(row.superseded_at, as_of),
            })
        })
        .collect()
}
