//! What stands for and against the claims a document touched, counted and judged anew.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Float4, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::domain::status::{
    AppearanceEvidence, Assessment, RULES, RebuttalEvidence, Status, assess,
};
use crate::domain::{ActorId, AppearanceId, OutletId, RebuttalId};
use crate::store::rows::claim::{NewStatusEvent, NewSummary};
use crate::store::rows::insert_all;
use crate::store::schema::{claim_status_events, claim_summaries};
use crate::store::sql::{IdRow, Sql, word};
use crate::store::{Connection, Error};

/// A rebuttal of one revision, and what makes it the same as another's.
#[derive(QueryableByName)]
pub(super) struct RebuttalKey {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    claim_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    denier_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    kind: String,
}

impl RebuttalKey {
    pub fn sameness(&self) -> (Uuid, Option<Uuid>, &str) {
        (self.claim_id, self.denier_id, &self.kind)
    }
}

/// The live rebuttals of a revision.
pub(super) async fn rebuttals_of(
    connection: &mut Connection,
    revision: Uuid,
) -> Result<Vec<RebuttalKey>, Error> {
    let mut sql = Sql::new(
        "select r.id, r.claim_id, n.denier_id, r.kind
           from rebuttals r join denials n on n.id = r.denial_id",
    );
    sql.push("where n.revision_id = {}", [revision.into()]);
    sql.live("r", None).push("order by r.id", []);
    sql.load(connection).await
}

/// The claims that stand in a revision.
pub(super) async fn claims_of(
    connection: &mut Connection,
    revision: Uuid,
) -> Result<BTreeSet<Uuid>, Error> {
    let mut sql = Sql::new("");
    sql.push(
        "select claim_id as id from appearances a where a.revision_id = {}",
        [revision.into()],
    );
    sql.live("a", None);
    sql.push("union select claim_id from denials n where n.revision_id = {}", [revision.into()]);
    sql.live("n", None);
    Ok(sql.load::<IdRow>(connection).await?.into_iter().map(|row| row.id).collect())
}

#[derive(QueryableByName)]
struct EvidenceRow {
    #[diesel(sql_type = SqlUuid)]
    claim_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    /// Stance of an appearance, kind of a rebuttal.
    #[diesel(sql_type = Text)]
    what: String,
    #[diesel(sql_type = Nullable<Text>)]
    denier_role: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    actor_id: Option<Uuid>,
    #[diesel(sql_type = SqlUuid)]
    document_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    outlet_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    stated_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    stated_precision: Option<String>,
    #[diesel(sql_type = Float4)]
    confidence: f32,
}

#[derive(QueryableByName)]
struct StatusRow {
    #[diesel(sql_type = SqlUuid)]
    claim_id: Uuid,
    #[diesel(sql_type = Text)]
    status: String,
}

/// Everything live about one claim.
#[derive(Default)]
struct Evidence {
    appearances: Vec<AppearanceEvidence>,
    rebuttals: Vec<RebuttalEvidence>,
    documents: BTreeSet<Uuid>,
    outlets: BTreeSet<Uuid>,
    first: Option<(DateTime<Utc>, String)>,
    last: Option<DateTime<Utc>>,
    confidence: f32,
}

impl Evidence {
    fn add(&mut self, row: EvidenceRow) -> Result<(), Error> {
        self.documents.insert(row.document_id);
        self.outlets.extend(row.outlet_id);
        self.confidence = self.confidence.max(row.confidence);
        if let (Some(at), Some(precision)) = (row.stated_at, row.stated_precision) {
            if self.first.as_ref().is_none_or(|(first, _)| at < *first) {
                self.first = Some((at, precision));
            }
            self.last = self.last.max(Some(at));
        }
        match row.denier_role {
            Some(role) => self.rebuttals.push(RebuttalEvidence {
                id: RebuttalId(row.id),
                kind: word(&row.what)?,
                denier: row.actor_id.map(ActorId),
                denier_role: word(&role)?,
                outlet: row.outlet_id.map(OutletId),
                stated_at: row.stated_at,
            }),
            None => self.appearances.push(AppearanceEvidence {
                id: AppearanceId(row.id),
                stance: word(&row.what)?,
                outlet: row.outlet_id.map(OutletId),
                speaker: row.actor_id.map(ActorId),
                stated_at: row.stated_at,
            }),
        }
        Ok(())
    }
}

/// Writes a new summary of each claim, and an event for each whose status changed.
pub(super) async fn renew(
    connection: &mut Connection,
    claims: Vec<Uuid>,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    if claims.is_empty() {
        return Ok(());
    }
    let mut evidence = evidence(connection, &claims).await?;
    let statuses = statuses(connection, &claims).await?;
    diesel::sql_query(
        "update claim_summaries set superseded_at = $1
          where claim_id = any($2) and superseded_at is null",
    )
    .bind::<Timestamptz, _>(at)
    .bind::<diesel::sql_types::Array<SqlUuid>, _>(&claims)
    .execute(&mut *connection)
    .await?;
    let mut summaries = Vec::with_capacity(claims.len());
    let mut events = Vec::new();
    for claim_id in claims {
        let evidence = evidence.remove(&claim_id).unwrap_or_default();
        let Assessment { status, reasons } = assess(&evidence.appearances, &evidence.rebuttals);
        let previous: Option<Status> =
            statuses.get(&claim_id).map(|status| word(status)).transpose()?;
        if previous != Some(status) {
            events.push(NewStatusEvent {
                id: Uuid::now_v7(),
                claim_id,
                status: status.as_str(),
                previous: previous.map(|status| status.as_str().to_owned()),
                reasons: serde_json::to_value(reasons)
                    .map_err(|error| Error::Query(error.into()))?,
                rules: RULES,
                recorded_at: at,
            });
        }
        let count = |length: usize| i32::try_from(length).unwrap_or(i32::MAX);
        let (first_stated_at, first_stated_precision) = evidence.first.unzip();
        summaries.push(NewSummary {
            id: Uuid::now_v7(),
            claim_id,
            status: status.as_str(),
            confidence: evidence.confidence,
            appearances: count(evidence.appearances.len()),
            rebuttals: count(evidence.rebuttals.len()),
            documents: count(evidence.documents.len()),
            outlets: count(evidence.outlets.len()),
            first_stated_at,
            first_stated_precision,
            last_stated_at: evidence.last,
            recorded_at: at,
        });
    }
    insert_all!(connection, claim_summaries::table, summaries);
    insert_all!(connection, claim_status_events::table, events);
    Ok(())
}

/// Live appearances and rebuttals of the claims, the earliest recorded first.
async fn evidence(
    connection: &mut Connection,
    claims: &[Uuid],
) -> Result<BTreeMap<Uuid, Evidence>, Error> {
    let mut sql = Sql::new("select e.*, r.document_id, d.outlet_id from (");
    sql.push(
        "select a.claim_id, a.id, a.stance as what, null as denier_role,
                coalesce(st.speaker_id, cl.actor_id) as actor_id, a.revision_id, a.stated_at,
                a.stated_precision, a.confidence, a.recorded_at
           from appearances a
           left join statements st on st.id = a.statement_id
           left join lateral (select c.actor_id from claimants c
                where c.appearance_id = a.id order by c.id limit 1) cl on true
          where a.claim_id = any({})",
        [claims.to_vec().into()],
    );
    sql.live("a", None).push(
        "union all
         select r.claim_id, r.id, r.kind, n.denier_role, n.denier_id, n.revision_id, r.stated_at,
                r.stated_precision, n.confidence, r.recorded_at
           from rebuttals r join denials n on n.id = r.denial_id
          where r.claim_id = any({})",
        [claims.to_vec().into()],
    );
    sql.live("r", None).push(
        ") e join document_revisions r on r.id = e.revision_id
             join documents d on d.id = r.document_id
          order by e.recorded_at, e.id",
        [],
    );
    let mut found: BTreeMap<Uuid, Evidence> = BTreeMap::new();
    for row in sql.load::<EvidenceRow>(connection).await? {
        found.entry(row.claim_id).or_default().add(row)?;
    }
    Ok(found)
}

/// The status each claim has until now.
async fn statuses(
    connection: &mut Connection,
    claims: &[Uuid],
) -> Result<BTreeMap<Uuid, String>, Error> {
    let mut sql = Sql::new("select s.claim_id, s.status from claim_summaries s");
    sql.push("where s.claim_id = any({})", [claims.to_vec().into()]);
    sql.live("s", None);
    let rows: Vec<StatusRow> = sql.load(connection).await?;
    Ok(rows.into_iter().map(|row| (row.claim_id, row.status)).collect())
}
