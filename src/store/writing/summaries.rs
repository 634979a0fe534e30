//! What stands for and against the claims a document touched, counted and judged anew.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Float4, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use super::Context;
use super::claims::ClaimRows;
use super::rebuttals::RebuttalRows;
use crate::domain::status::{
    self, AppearanceEvidence, Assessment, RULES, RebuttalEvidence, ReviewEvidence, Status, assess,
};
use crate::domain::{
    ActorId, AppearanceId, DocumentId, OriginId, OutletId, RebuttalId, ReviewId, Stance,
};
use crate::store::insert::{Inserts, bound};
use crate::store::rows::claim::{NewStatusEvent, NewSummary};
use crate::store::sql::{IdRow, Sql, word};
use crate::store::{Connection, Error, views};

/// A rebuttal of one revision, and what makes it the same as another's.
#[derive(QueryableByName)]
pub(super) struct RebuttalKey {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    pub claim_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub denier_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    pub kind: String,
}

impl RebuttalKey {
    pub fn sameness(&self) -> (Uuid, Option<Uuid>, &str) {
        (self.claim_id, self.denier_id, &self.kind)
    }
}

/// The live rebuttals of a revision.
pub(super) async fn rebuttals_of(
    connection: &Connection,
    revision: Uuid,
) -> Result<Vec<RebuttalKey>, Error> {
    let mut sql = Sql::new(
        "select r.id, r.claim_id, n.denier_id, r.kind
           from rebuttals r join denials n on n.id = r.denial_id",
    );
    sql.push("where n.revision_id = {}", [revision.into()]);
    sql.live("r", None).push("order by r.id", []);
    sql.look_up(connection).await
}

/// The claims that stand in a revision.
pub(super) async fn claims_of(
    connection: &Connection,
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
    Ok(sql.look_up::<IdRow>(connection).await?.into_iter().map(|row| row.id).collect())
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
    #[diesel(sql_type = SqlUuid)]
    origin_id: Uuid,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    stated_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    stated_precision: Option<String>,
    #[diesel(sql_type = Float4)]
    confidence: f32,
}

/// A live review of a claim.
#[derive(QueryableByName)]
struct ReviewRow {
    #[diesel(sql_type = SqlUuid)]
    claim_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    rebuttal_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    verdict: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    published_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    published_precision: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    claim_stated_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    claim_stated_precision: Option<String>,
}

/// What was counted of a claim before.
#[derive(QueryableByName)]
struct SummaryRow {
    #[diesel(sql_type = SqlUuid)]
    claim_id: Uuid,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Float4)]
    confidence: f32,
    #[diesel(sql_type = Integer)]
    appearances: i32,
    #[diesel(sql_type = Integer)]
    rebuttals: i32,
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
}

/// Live evidence about one claim, the earliest recorded first.
#[derive(Default)]
pub(super) struct Evidence {
    found: status::Evidence,
    documents: BTreeSet<Uuid>,
    outlets: BTreeSet<Uuid>,
    origins: BTreeSet<Uuid>,
    times: Times,
    confidence: f32,
}

/// When a claim was first and last stated.
#[derive(Debug, Clone, Default)]
struct Times {
    first: Option<(DateTime<Utc>, String)>,
    last: Option<DateTime<Utc>>,
}

impl Times {
    /// Of two equally early times the one known before stays.
    fn add(&mut self, at: DateTime<Utc>, precision: &str) {
        if self.first.as_ref().is_none_or(|(first, _)| at < *first) {
            self.first = Some((at, precision.to_owned()));
        }
        self.last = self.last.max(Some(at));
    }

    fn add_all(&mut self, later: &Times) {
        if let Some((at, precision)) = &later.first {
            self.add(*at, precision);
        }
        self.last = self.last.max(later.last);
    }
}

impl Evidence {
    fn add(&mut self, row: EvidenceRow) -> Result<(), Error> {
        self.documents.insert(row.document_id);
        self.outlets.extend(row.outlet_id);
        self.origins.insert(row.origin_id);
        self.confidence = self.confidence.max(row.confidence);
        if let (Some(at), Some(precision)) = (row.stated_at, &row.stated_precision) {
            self.times.add(at, precision);
        }
        let stated = views::stated(row.stated_at, row.stated_precision.as_deref())?;
        let (document, origin) = (DocumentId(row.document_id), OriginId(row.origin_id));
        match row.denier_role {
            Some(role) => self.found.rebuttals.push(RebuttalEvidence {
                id: RebuttalId(row.id),
                kind: word(&row.what)?,
                denier: row.actor_id.map(ActorId),
                denier_role: word(&role)?,
                outlet: row.outlet_id.map(OutletId),
                document,
                origin,
                stated,
            }),
            None => self.found.appearances.push(AppearanceEvidence {
                id: AppearanceId(row.id),
                stance: word(&row.what)?,
                outlet: row.outlet_id.map(OutletId),
                document,
                origin,
                speaker: row.actor_id.map(ActorId),
                stated,
            }),
        }
        Ok(())
    }

    /// A published fact-check is as sure as its publisher; it tells when it and the claim were said.
    fn add_review(&mut self, row: ReviewRow) -> Result<(), Error> {
        self.confidence = 1.0;
        for (at, precision) in [
            (row.published_at, &row.published_precision),
            (row.claim_stated_at, &row.claim_stated_precision),
        ] {
            if let (Some(at), Some(precision)) = (at, precision) {
                self.times.add(at, precision);
            }
        }
        self.found.reviews.push(ReviewEvidence {
            id: ReviewId(row.id),
            rebuttal: row.rebuttal_id.map(RebuttalId),
            verdict: word(&row.verdict)?,
        });
        Ok(())
    }

    /// Adds what was recorded later.
    fn add_all(&mut self, later: Evidence) {
        self.found.appearances.extend(later.found.appearances);
        self.found.rebuttals.extend(later.found.rebuttals);
        self.found.reviews.extend(later.found.reviews);
        self.documents.extend(later.documents);
        self.outlets.extend(later.outlets);
        self.origins.extend(later.origins);
        self.times.add_all(&later.times);
        self.confidence = self.confidence.max(later.confidence);
    }

    fn count(&self) -> Counts {
        let status::Evidence { appearances, rebuttals, reviews } = &self.found;
        let against = reviews.iter().filter(|review| review.rebuttal.is_some()).count();
        Counts {
            confidence: self.confidence,
            appearances: count(appearances.len()),
            rebuttals: count(rebuttals.len() + against),
            reviews: count(reviews.len()),
            documents: count(self.documents.len()),
            outlets: count(self.outlets.len()),
            origins: count(self.origins.len()),
            times: self.times.clone(),
        }
    }
}

fn count(length: usize) -> i32 {
    i32::try_from(length).unwrap_or(i32::MAX)
}

/// The numbers of a summary.
struct Counts {
    confidence: f32,
    appearances: i32,
    rebuttals: i32,
    reviews: i32,
    documents: i32,
    outlets: i32,
    origins: i32,
    times: Times,
}

/// Where the evidence of a document comes from.
#[derive(Clone, Copy)]
pub(super) struct Source {
    pub document: Uuid,
    pub outlet: Option<Uuid>,
    /// Its text.
    pub origin: Uuid,
    /// Whether something that is stored may have the same text.
    pub is_known: bool,
}

impl SummaryRow {
    /// Whether the next summary follows from this one and what a document adds, without another
    /// look at all the evidence, of which a much repeated claim has tens of thousands.
    ///
    /// So it is where nothing ends and the status cannot change: the document speaks against the
    /// claim nowhere, and asserts it only where nobody speaks against it.
    fn is_enough(&self, added: &Evidence, is_vanishing: bool) -> bool {
        let asserts =
            || added.found.appearances.iter().any(|place| place.stance == Stance::Asserts);
        !is_vanishing && added.found.rebuttals.is_empty() && (self.rebuttals == 0 || !asserts())
    }

    /// The numbers with `added`, by a document that brought nothing of the claim before.
    fn count_with(self, added: &Evidence, outlet_is_new: bool, origin_is_new: bool) -> Counts {
        let mut times = Times {
            first: self.first_stated_at.zip(self.first_stated_precision),
            last: self.last_stated_at,
        };
        times.add_all(&added.times);
        Counts {
            confidence: self.confidence.max(added.confidence),
            appearances: self.appearances.saturating_add(count(added.found.appearances.len())),
            rebuttals: self.rebuttals,
            reviews: self.reviews,
            documents: self.documents.saturating_add(1),
            outlets: self.outlets.saturating_add(i32::from(outlet_is_new)),
            origins: self.origins.saturating_add(i32::from(origin_is_new)),
            times,
        }
    }
}

impl Context<'_> {
    /// What the rows of this document say about each claim.
    pub(super) fn evidence(
        &self,
        source: Source,
        claims: &ClaimRows<'_>,
        rebuttals: &RebuttalRows<'_>,
    ) -> Result<BTreeMap<Uuid, Evidence>, Error> {
        let mut found: BTreeMap<Uuid, Evidence> = BTreeMap::new();
        for (row, speaker) in claims.appearances.iter().zip(&claims.speakers) {
            found.entry(row.claim_id).or_default().add(EvidenceRow {
                claim_id: row.claim_id,
                id: row.id,
                what: row.stance.to_owned(),
                denier_role: None,
                actor_id: speaker.map(|speaker| speaker.0),
                document_id: source.document,
                outlet_id: source.outlet,
                origin_id: source.origin,
                stated_at: row.stated_at,
                stated_precision: row.stated_precision.clone(),
                confidence: row.confidence,
            })?;
        }
        for (row, denial) in rebuttals.rebuttals.iter().zip(&rebuttals.denials) {
            found.entry(row.claim_id).or_default().add(EvidenceRow {
                claim_id: row.claim_id,
                id: row.id,
                what: row.kind.to_owned(),
                denier_role: Some(denial.denier_role.to_owned()),
                actor_id: denial.denier_id,
                document_id: source.document,
                outlet_id: source.outlet,
                origin_id: source.origin,
                stated_at: row.stated_at,
                stated_precision: row.stated_precision.clone(),
                confidence: denial.confidence,
            })?;
        }
        Ok(found)
    }
}

/// New summaries, and an event for each claim whose status changed.
#[derive(Default)]
pub(super) struct Renewed {
    summaries: Vec<NewSummary>,
    events: Vec<NewStatusEvent>,
}

impl Renewed {
    pub fn add_to<'r>(&'r self, inserts: &mut Inserts<'r>, at: DateTime<Utc>) {
        let recorded = || ("recorded_at", bound::<Timestamptz, _>(at));
        inserts.add(&self.summaries, [recorded()]);
        inserts.add(&self.events, [("rules", bound::<Text, _>(RULES)), recorded()]);
    }

    fn add(
        &mut self,
        claim_id: Uuid,
        previous: Option<Status>,
        judged: Assessment,
        counts: Counts,
    ) -> Result<(), Error> {
        let Assessment { status, reasons } = judged;
        if previous != Some(status) {
            self.events.push(NewStatusEvent {
                id: Uuid::now_v7(),
                claim_id,
                status: status.as_str(),
                previous: previous.map(|status| status.as_str().to_owned()),
                reasons: serde_json::to_value(reasons)
                    .map_err(|error| Error::Query(error.into()))?,
            });
        }
        let (first_stated_at, first_stated_precision) = counts.times.first.unzip();
        self.summaries.push(NewSummary {
            id: Uuid::now_v7(),
            claim_id,
            status: status.as_str(),
            confidence: counts.confidence,
            appearances: counts.appearances,
            rebuttals: counts.rebuttals,
            documents: counts.documents,
            outlets: counts.outlets,
            origins: counts.origins,
            reviews: counts.reviews,
            first_stated_at,
            first_stated_precision,
            last_stated_at: counts.times.last,
        });
        Ok(())
    }
}

/// Ends the summaries of the claims that a document of this source brings or had, and makes their next ones; before
/// its rows are written and after those of its last revision have ended.
pub(super) async fn renew(
    connection: &Connection,
    (at, source): (DateTime<Utc>, Option<Source>),
    vanishing: &BTreeSet<Uuid>,
    mut added: BTreeMap<Uuid, Evidence>,
    founded: &BTreeSet<Uuid>,
) -> Result<Renewed, Error> {
    let touched: BTreeSet<Uuid> = added.keys().chain(vanishing).copied().collect();
    let known: Vec<Uuid> = touched.difference(founded).copied().collect();
    let mut before = end_summaries(connection, known.clone(), at).await?;
    let (counted, judged): (Vec<Uuid>, Vec<Uuid>) = known.into_iter().partition(|id| {
        before
            .get(id)
            .zip(added.get(id))
            .is_some_and(|(summary, added)| summary.is_enough(added, vanishing.contains(id)))
    });
    let outlet = source.and_then(|source| source.outlet);
    let printed = source.filter(|source| source.is_known).map(|source| source.origin);
    let printed = printed_in(connection, counted.clone(), printed).await?;
    let carried = carried_by(connection, counted, outlet).await?;
    let mut evidence = evidence(connection, judged).await?;
    let mut renewed = Renewed::default();
    for claim_id in touched {
        let added = added.remove(&claim_id).unwrap_or_default();
        let summary = before.remove(&claim_id);
        let previous: Option<Status> =
            summary.as_ref().map(|summary| word(&summary.status)).transpose()?;
        let (judged, counts) = match summary {
            Some(summary) if summary.is_enough(&added, vanishing.contains(&claim_id)) => {
                let outlet_is_new = outlet.is_some() && !carried.contains(&claim_id);
                let unchanged = Assessment { status: word(&summary.status)?, reasons: Vec::new() };
                let origin_is_new = source.is_some() && !printed.contains(&claim_id);
                (unchanged, summary.count_with(&added, outlet_is_new, origin_is_new))
            }
            _ => {
                let mut evidence = evidence.remove(&claim_id).unwrap_or_default();
                evidence.add_all(added);
                (assess(&evidence.found), evidence.count())
            }
        };
        renewed.add(claim_id, previous, judged, counts)?;
    }
    Ok(renewed)
}

/// Ends the live summaries of the claims, and answers what they said.
async fn end_summaries(
    connection: &Connection,
    claims: Vec<Uuid>,
    at: DateTime<Utc>,
) -> Result<BTreeMap<Uuid, SummaryRow>, Error> {
    if claims.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut sql = Sql::new("update claim_summaries s");
    sql.push(
        "set superseded_at = {} where s.claim_id = any({}) and s.superseded_at is null
         returning s.claim_id, s.status, s.confidence, s.appearances, s.rebuttals, s.documents,
             s.outlets, s.origins, s.reviews, s.first_stated_at, s.first_stated_precision, s.last_stated_at",
        [at.into(), claims.into()],
    );
    let rows: Vec<SummaryRow> = sql.look_up(connection).await?;
    Ok(rows.into_iter().map(|row| (row.claim_id, row)).collect())
}

/// Which of the claims the outlet carries already. It reads on until it finds a place, so it is
/// slow once for each outlet of a much repeated claim.
async fn carried_by(
    connection: &Connection,
    claims: Vec<Uuid>,
    outlet: Option<Uuid>,
) -> Result<BTreeSet<Uuid>, Error> {
    let Some(outlet) = outlet.filter(|_| !claims.is_empty()) else { return Ok(BTreeSet::new()) };
    let mut sql = Sql::new("select c.id");
    sql.push(
        "from unnest({}) as c (id) where exists (
             select from appearances a
               join document_revisions r on r.id = a.revision_id
               join documents d on d.id = r.document_id
              where a.claim_id = c.id and a.superseded_at is null and d.outlet_id = {})
         or exists (
             select from denials n
               join document_revisions r on r.id = n.revision_id
               join documents d on d.id = r.document_id
              where n.claim_id = c.id and n.superseded_at is null and d.outlet_id = {})",
        [claims.into(), outlet.into(), outlet.into()],
    );
    Ok(sql.look_up::<IdRow>(connection).await?.into_iter().map(|row| row.id).collect())
}

/// Which of the claims another document of the origin carries already.
async fn printed_in(
    connection: &Connection,
    claims: Vec<Uuid>,
    origin: Option<Uuid>,
) -> Result<BTreeSet<Uuid>, Error> {
    let Some(origin) = origin.filter(|_| !claims.is_empty()) else { return Ok(BTreeSet::new()) };
    let mut sql = Sql::new("select c.id");
    sql.push(
        "from unnest({}) as c (id) where exists (
             select from appearances a join document_revisions r on r.id = a.revision_id
               left join revision_origins o on o.revision_id = a.revision_id
              where a.claim_id = c.id and a.superseded_at is null
                and coalesce(o.origin_id, r.document_id) = {})
         or exists (
             select from denials n join document_revisions r on r.id = n.revision_id
               left join revision_origins o on o.revision_id = n.revision_id
              where n.claim_id = c.id and n.superseded_at is null
                and coalesce(o.origin_id, r.document_id) = {})",
        [claims.into(), origin.into(), origin.into()],
    );
    Ok(sql.look_up::<IdRow>(connection).await?.into_iter().map(|row| row.id).collect())
}

/// Live appearances, rebuttals and reviews of the claims, the earliest recorded first.
async fn evidence(
    connection: &Connection,
    claims: Vec<Uuid>,
) -> Result<BTreeMap<Uuid, Evidence>, Error> {
    if claims.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut sql = Sql::new(
        "select e.*, r.document_id, d.outlet_id,
                coalesce(o.origin_id, r.document_id) as origin_id from (",
    );
    sql.push(
        "select a.claim_id, a.id, a.stance as what, null as denier_role,
                coalesce(st.speaker_id, cl.actor_id) as actor_id, a.revision_id, a.stated_at,
                a.stated_precision, a.confidence, a.recorded_at
           from appearances a
           left join statements st on st.id = a.statement_id
           left join lateral (select c.actor_id from claimants c
                where c.appearance_id = a.id and st.speaker_id is null
                order by c.id limit 1) cl on true
          where a.claim_id = any({})",
        [claims.clone().into()],
    );
    sql.live("a", None).push(
        "union all
         select r.claim_id, r.id, r.kind, n.denier_role, n.denier_id, n.revision_id, r.stated_at,
                r.stated_precision, n.confidence, r.recorded_at
           from rebuttals r join denials n on n.id = r.denial_id
          where r.claim_id = any({})",
        [claims.clone().into()],
    );
    sql.live("r", None).push(
        ") e join document_revisions r on r.id = e.revision_id
             join documents d on d.id = r.document_id
             left join revision_origins o on o.revision_id = e.revision_id
          order by e.recorded_at, e.id",
        [],
    );
    let mut found: BTreeMap<Uuid, Evidence> = BTreeMap::new();
    for row in sql.look_up::<EvidenceRow>(connection).await? {
        found.entry(row.claim_id).or_default().add(row)?;
    }
    for row in reviews(connection, claims).await? {
        found.entry(row.claim_id).or_default().add_review(row)?;
    }
    Ok(found)
}

async fn reviews(connection: &Connection, claims: Vec<Uuid>) -> Result<Vec<ReviewRow>, Error> {
    let mut sql = Sql::new(
        "select k.claim_id, w.id, r.id as rebuttal_id, v.verdict, v.published_at,
                v.published_precision, v.claim_stated_at, v.claim_stated_precision
           from review_claims k join reviews w on w.id = k.review_id
           join review_revisions v on v.review_id = w.id
           left join rebuttals r on r.review_revision_id = v.id and r.superseded_at is null",
    );
    sql.push("where k.claim_id = any({})", [claims.into()]);
    sql.live("k", None).live("v", None).push("order by v.recorded_at, v.id", []);
    sql.look_up(connection).await
}
