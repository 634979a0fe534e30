//! Spans as Postgres keeps them → [`LocatedSpan`], gathered by what they belong to.

use std::collections::BTreeMap;

use diesel::QueryableByName;
use diesel::sql_types::{Integer, Text, Uuid as SqlUuid};
use uuid::Uuid;

use crate::domain::LocatedSpan;
use crate::store::sql::{Bind, Sql, word};
use crate::store::{Connection, Error};

#[derive(QueryableByName)]
struct SpanRow {
    #[diesel(sql_type = SqlUuid)]
    owner: Uuid,
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = Text)]
    field: String,
    #[diesel(sql_type = Integer)]
    span_start: i32,
    #[diesel(sql_type = Integer)]
    span_end: i32,
    #[diesel(sql_type = Text)]
    quote: String,
}

/// Spans of each owner by role, in order of place.
#[derive(Default)]
pub(in crate::store) struct Spans(BTreeMap<(Uuid, String), Vec<LocatedSpan>>);

impl Spans {
    /// All of a role.
    pub fn all(&mut self, owner: Uuid, role: &str) -> Vec<LocatedSpan> {
        self.0.remove(&(owner, role.to_owned())).unwrap_or_default()
    }

    /// The only one of a role.
    pub fn one(&mut self, owner: Uuid, role: &str) -> Option<LocatedSpan> {
        self.all(owner, role).into_iter().next()
    }
}

/// The spans of statements.
pub(in crate::store) async fn of_statements(
    connection: &mut Connection,
    revisions: Vec<Uuid>,
    statements: Vec<Uuid>,
) -> Result<Spans, Error> {
    load(
        connection,
        "select statement_id as owner, role, field, span_start, span_end, quote from statement_spans
          where revision_id = any({}) and statement_id = any({}) order by ordinal",
        [revisions.into(), statements.into()],
    )
    .await
}

/// The spans of denial mentions.
pub(in crate::store) async fn of_mentions(
    connection: &mut Connection,
    revisions: Vec<Uuid>,
    mentions: Vec<Uuid>,
) -> Result<Spans, Error> {
    load(
        connection,
        "select mention_id as owner, role, field, span_start, span_end, quote
           from denial_mention_spans
          where revision_id = any({}) and mention_id = any({})",
        [revisions.into(), mentions.into()],
    )
    .await
}

async fn load(connection: &mut Connection, query: &str, ids: [Bind; 2]) -> Result<Spans, Error> {
    let mut sql = Sql::new("");
    sql.push(query, ids);
    let mut spans = Spans::default();
    for row in sql.load::<SpanRow>(connection).await? {
        let span = located(&row.field, row.span_start, row.span_end, row.quote)?;
        spans.0.entry((row.owner, row.role)).or_default().push(span);
    }
    Ok(spans)
}

/// One span out of its columns.
pub(in crate::store) fn located(
    field: &str,
    start: i32,
    end: i32,
    quote: String,
) -> Result<LocatedSpan, Error> {
    Ok(LocatedSpan { field: word(field)?, start, end, quote })
}
