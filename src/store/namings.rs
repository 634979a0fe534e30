//! What documents call an actor, with the evidence and from when to when.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use super::sql::{Sql, word};
use super::views::{brief, span, stated};
use super::{Connection, Error, actor_merges};
use crate::domain::ActorId;
use crate::domain::view::NamingView;

/// Namings of one actor at most; what it was called first comes first.
pub const MOST: i64 = 1000;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    form: String,
    #[diesel(sql_type = Text)]
    alias: String,
    #[diesel(sql_type = BigInt)]
    documents: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    first_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    first_precision: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    last_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    last_precision: Option<String>,
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
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
}

/// The namings of an actor as known at `as_of`, the earliest learned first.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away. An unknown actor has none.
pub async fn list(
    connection: &mut Connection,
    actor: ActorId,
    as_of: Option<DateTime<Utc>>,
) -> Result<Vec<NamingView>, Error> {
    let mut sql = Sql::new(
        "select distinct on (s.form, s.alias_key) s.form, s.alias_key, s.alias, s.revision_id, s.field,
                s.span_start, s.span_end, s.quote, s.recorded_at,
                count(*) over w as documents,
                first_value(r.published_at) over (w order by r.published_at nulls last) as first_at,
                first_value(r.published_precision) over (w order by r.published_at nulls last)
                    as first_precision,
                first_value(r.published_at) over (w order by r.published_at desc nulls last) as last_at,
                first_value(r.published_precision) over (w order by r.published_at desc nulls last)
                    as last_precision
           from actor_sightings s join document_revisions r on r.id = s.revision_id",
    );
    let family = actor_merges::family(connection, &[actor.0], as_of).await?;
    sql.among("where", "s.actor_id", &family);
    sql.live("s", as_of).push(
        "window w as (partition by s.form, s.alias_key)
          order by s.form, s.alias_key, s.recorded_at, s.revision_id",
        [],
    );
    let mut sql = sql.within("select * from (", ") n order by n.recorded_at, n.form, n.alias_key");
    sql.push("limit {}", [MOST.into()]);
    let rows: Vec<Row> = sql.load(connection).await?;
    let documents = brief::documents(connection, rows.iter().map(|row| row.revision_id)).await?;
    rows.into_iter()
        .map(|row| {
            let document = documents.get(&row.revision_id).cloned().ok_or(Error::NotFound)?;
            let place = span::located(&row.field, row.span_start, row.span_end, row.quote)?;
            Ok(NamingView {
                form: word(&row.form)?,
                text: row.alias,
                documents: row.documents,
                first_seen: stated(row.first_at, row.first_precision.as_deref())?,
                last_seen: stated(row.last_at, row.last_precision.as_deref())?,
                evidence: (document, place),
                recorded_at: row.recorded_at,
            })
        })
        .collect()
}
