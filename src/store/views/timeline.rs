//! The trail of one claim: appearances, rebuttals and changes of status on one line of time.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Bool, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use super::span::located;
use super::{brief, review};
use crate::domain::view::{Clock, TimelineEntry, TimelineEvent};
use crate::domain::{AppearanceId, ClaimId, MergeId, RebuttalId};
use crate::store::cursor::{TrailKey, clamp};
use crate::store::sql::{Sql, word, words};
use crate::store::{Connection, Error};

#[derive(QueryableByName)]
pub(in crate::store) struct TrailRow {
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    precision: String,
    #[diesel(sql_type = Bool)]
    stated: bool,
    #[diesel(sql_type = Text)]
    event: String,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    revision_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    actor_id: Option<Uuid>,
    /// The revision of a review.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    review_revision_id: Option<Uuid>,
    /// The rebuttal that a review is.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    rebuttal_id: Option<Uuid>,
    /// Stance, kind, verdict, status or the wording of another claim.
    #[diesel(sql_type = Text)]
    what: String,
    /// Label, the status before, or why claims were merged.
    #[diesel(sql_type = Nullable<Text>)]
    beside: Option<String>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    reasons: Option<serde_json::Value>,
    #[diesel(sql_type = Nullable<Text>)]
    field: Option<String>,
    #[diesel(sql_type = Nullable<Integer>)]
    span_start: Option<i32>,
    #[diesel(sql_type = Nullable<Integer>)]
    span_end: Option<i32>,
    #[diesel(sql_type = Nullable<Text>)]
    quote: Option<String>,
    /// The other claim of a merge.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    other_id: Option<Uuid>,
    /// Its language.
    #[diesel(sql_type = Nullable<Text>)]
    language: Option<String>,
    /// Whether a merge was undone.
    #[diesel(sql_type = Bool)]
    undone: bool,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
}

impl TrailRow {
    pub fn key(&self) -> TrailKey {
        TrailKey { at: self.at, recorded_at: self.recorded_at, id: self.id }
    }
}

/// The moments of a claim behind `after`, in order.
pub(in crate::store) async fn rows(
    connection: &mut Connection,
    claim: Uuid,
    as_of: Option<DateTime<Utc>>,
    after: Option<TrailKey>,
    limit: i64,
) -> Result<Vec<TrailRow>, Error> {
    let mut sql = Sql::new("select * from (");
    sql.push(
        "select coalesce(a.stated_at, a.recorded_at) as at,
                coalesce(a.stated_precision, 'second') as precision,
                a.stated_at is not null as stated, 'appearance' as event, a.id, a.revision_id,
                st.speaker_id as actor_id, a.stance as what, null as beside,
                null::jsonb as reasons, a.field, a.span_start, a.span_end, a.quote, a.recorded_at,
                null::uuid as review_revision_id, null::uuid as rebuttal_id,
                null::uuid as other_id, null as language, false as undone
           from appearances a left join statements st on st.id = a.statement_id
          where a.claim_id = {}",
        [claim.into()],
    );
    sql.live("a", as_of).push(
        "union all
         select coalesce(r.stated_at, r.recorded_at), coalesce(r.stated_precision, 'second'),
                r.stated_at is not null, 'rebuttal', r.id, n.revision_id, n.denier_id, r.kind,
                n.label, null, q.field, q.span_start, q.span_end, q.quote, r.recorded_at,
                null, null, null, null, false
           from rebuttals r join denials n on n.id = r.denial_id
           left join lateral (
                select s.field, s.span_start, s.span_end, s.quote
                  from denial_mentions m join denial_mention_spans s
                    on s.revision_id = m.revision_id and s.mention_id = m.id and s.role = 'cue'
                 where m.revision_id = n.revision_id and m.denial_id = n.id
                 order by m.ordinal limit 1) q on true
          where r.claim_id = {}",
        [claim.into()],
    );
    sql.live("r", as_of).push(
        "union all
         select coalesce(v.published_at, v.recorded_at),
                coalesce(v.published_precision, 'second'), v.published_at is not null, 'review',
                w.id, null, null, v.verdict, null, null, null, null, null, null, v.recorded_at,
                v.id, r.id, null, null, false
           from review_claims k join reviews w on w.id = k.review_id
           join review_revisions v on v.review_id = w.id
           left join rebuttals r on r.review_revision_id = v.id",
        [],
    );
    sql.live("r", as_of).push("where k.claim_id = {}", [claim.into()]);
    sql.live("k", as_of).live("v", as_of).push(
        "union all
         select e.recorded_at, 'second', false, 'status', e.id, null, null, e.status, e.previous,
                e.reasons, null, null, null, null, e.recorded_at, null, null, null, null, false
           from claim_status_events e where e.claim_id = {}",
        [claim.into()],
    );
    if let Some(at) = as_of {
        sql.push("and e.recorded_at <= {}", [clamp(at).into()]);
    }
    for (clock, undone) in [("recorded_at", false), ("superseded_at", true)] {
        sql.push(
            &format!(
                "union all
                 select g.{clock}, 'second', false, case g.claim_id when {{}} then 'away' else 'merge' end,
                        g.id, null, null, c.text, g.reason, null, null, null, null, null, g.{clock},
                        null, null, c.id, c.language, {undone}
                   from merges g
                   join claims c on c.id = case g.claim_id when {{}} then g.into_id else g.claim_id end
                  where {{}} in (g.claim_id, g.into_id) and g.{clock} is not null"
            ),
            [claim.into(), claim.into(), claim.into()],
        );
        if let Some(at) = as_of {
            sql.push(&format!("and g.{clock} <= {{}}"), [clamp(at).into()]);
        }
    }
    sql.push(") t where true", []);
    if let Some(key) = after {
        sql.push(
            "and (t.at, t.recorded_at, t.id) > ({}, {}, {})",
            [key.at.into(), key.recorded_at.into(), key.id.into()],
        );
    }
    sql.push("order by t.at, t.recorded_at, t.id limit {}", [limit.into()]);
    sql.load(connection).await
}

/// The moments as a reader sees them at `as_of`, in the order of the rows.
pub(in crate::store) async fn entries(
    connection: &mut Connection,
    rows: Vec<TrailRow>,
    as_of: Option<DateTime<Utc>>,
) -> Result<Vec<TimelineEntry>, Error> {
    let documents =
        brief::documents(connection, rows.iter().filter_map(|row| row.revision_id)).await?;
    let actors =
        brief::actors(connection, rows.iter().filter_map(|row| row.actor_id), as_of).await?;
    let reviews =
        review::briefs(connection, rows.iter().filter_map(|row| row.review_revision_id)).await?;
    rows.into_iter()
        .map(|row| {
            let event = match row.event.as_str() {
                "appearance" => {
                    TimelineEvent::Appearance { id: AppearanceId(row.id), stance: word(&row.what)? }
                }
                "rebuttal" => TimelineEvent::Rebuttal {
                    id: RebuttalId(row.id),
                    kind: word(&row.what)?,
                    label: row.beside,
                },
                "review" => TimelineEvent::Review {
                    review: row
                        .review_revision_id
                        .and_then(|id| reviews.get(&id).cloned())
                        .ok_or(Error::NotFound)?,
                    rebuttal: row.rebuttal_id.map(RebuttalId),
                },
                "merge" | "away" => TimelineEvent::Merge {
                    id: MergeId(row.id),
                    other: row.other_id.map(ClaimId).ok_or(Error::NotFound)?,
                    text: row.what,
                    language: row.language.unwrap_or_default(),
                    away: row.event == "away",
                    undone: row.undone,
                    reason: row.beside.unwrap_or_default(),
                },
                _ => TimelineEvent::Status {
                    previous: words(row.beside.as_deref())?,
                    status: word(&row.what)?,
                    reasons: serde_json::from_value(row.reasons.unwrap_or_default())
                        .map_err(|error| Error::Query(error.into()))?,
                },
            };
            let quote = match (row.field, row.span_start, row.span_end, row.quote) {
                (Some(field), Some(start), Some(end), Some(quote)) => {
                    Some(located(&field, start, end, quote)?)
                }
                _ => None,
            };
            Ok(TimelineEntry {
                at: row.at,
                precision: word(&row.precision)?,
                clock: if row.stated { Clock::Stated } else { Clock::Recorded },
                event,
                document: row.revision_id.and_then(|id| documents.get(&id).cloned()),
                actor: row.actor_id.and_then(|id| actors.get(&id).cloned()),
                quote,
                recorded_at: row.recorded_at,
            })
        })
        .collect()
}
