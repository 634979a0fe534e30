//! Notes of correction with the claims that they touch.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use super::brief;
use crate::domain::view::CorrectionNoteView;
use crate::domain::{LocatedSpan, RebuttalId};
use crate::store::sql::{Sql, word};
use crate::store::{Connection, Error};

#[derive(QueryableByName)]
struct NoteRow {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    rule: String,
    #[diesel(sql_type = Nullable<Text>)]
    field: Option<String>,
    #[diesel(sql_type = Nullable<Integer>)]
    span_start: Option<i32>,
    #[diesel(sql_type = Nullable<Integer>)]
    span_end: Option<i32>,
    #[diesel(sql_type = Text)]
    quote: String,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
    #[diesel(sql_type = Array<SqlUuid>)]
    rebuttals: Vec<Uuid>,
    #[diesel(sql_type = Array<SqlUuid>)]
    claims: Vec<Uuid>,
}

/// The notes of a revision as they were live at `as_of`, in order of place.
pub(in crate::store) async fn notes(
    connection: &mut Connection,
    revision: Uuid,
    as_of: Option<DateTime<Utc>>,
) -> Result<Vec<CorrectionNoteView>, Error> {
    let mut sql = Sql::new(
        "select n.kind, n.rule, n.field, n.span_start, n.span_end, n.quote, n.recorded_at,
                coalesce(b.rebuttals, '{}') as rebuttals,
                coalesce(b.claims, array_remove(array[n.claim_id], null)) as claims
           from correction_notes n
           left join lateral (
                select array_agg(r.id order by r.id) as rebuttals,
                       array_agg(r.claim_id order by r.id) as claims
                  from denial_mentions m
                  join denial_mention_spans s
                    on s.revision_id = m.revision_id and s.mention_id = m.id and s.role = 'cue'
                  join rebuttals r on r.denial_id = m.denial_id
                 where m.revision_id = n.revision_id and m.rule = n.rule and s.field = n.field
                   and s.span_start >= n.span_start and s.span_end <= n.span_end",
    );
    sql.live("r", as_of).push(") b on true where n.revision_id = {}", [revision.into()]);
    sql.live("n", as_of).push("order by n.ordinal", []);
    let rows: Vec<NoteRow> = sql.load(connection).await?;
    let ids: Vec<Uuid> = rows.iter().flat_map(|row| row.claims.iter().copied()).collect();
    let claims = brief::claims(connection, ids, None).await?;
    rows.into_iter()
        .map(|row| {
            let place = row.span_start.zip(row.span_end).zip(row.field.as_deref());
            let span = place
                .map(|((start, end), field)| {
                    let quote = row.quote.clone();
                    Ok::<_, Error>(LocatedSpan { field: word(field)?, start, end, quote })
                })
                .transpose()?;
            Ok(CorrectionNoteView {
                kind: word(&row.kind)?,
                rule: row.rule,
                span,
                words: row.quote,
                claims: row.claims.iter().filter_map(|id| claims.get(id).cloned()).collect(),
                rebuttals: row.rebuttals.into_iter().map(RebuttalId).collect(),
                recorded_at: row.recorded_at,
            })
        })
        .collect()
}
