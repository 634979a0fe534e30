//! Jobs as a reader sees them: one, the list, and how much is left.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::domain::view::{JobFilter, JobState, JobView, Page, PageRequest, QueueDepth};
use crate::domain::{JobId, RequestId};
use crate::store::cursor::{TimeKey, Walk};
use crate::store::sql::{Sql, word};
use crate::store::{Connection, Error};

const JOBS: &str =
    "select j.id, j.kind, j.state, j.attempts, j.max_attempts, j.interruptions, j.result,
            j.error, j.request_id, j.recorded_at, j.run_after, j.finished_at
       from jobs j where true";

#[derive(QueryableByName)]
struct JobRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Integer)]
    attempts: i32,
    #[diesel(sql_type = Integer)]
    max_attempts: i32,
    #[diesel(sql_type = Integer)]
    interruptions: i32,
    #[diesel(sql_type = Nullable<Jsonb>)]
    result: Option<serde_json::Value>,
    #[diesel(sql_type = Nullable<Text>)]
    error: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    request_id: Option<Uuid>,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    run_after: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    finished_at: Option<DateTime<Utc>>,
}

fn view(row: JobRow) -> Result<JobView, Error> {
    Ok(JobView {
        id: JobId(row.id),
        kind: word(&row.kind)?,
        state: word(&row.state)?,
        attempts: row.attempts,
        max_attempts: row.max_attempts,
        interruptions: row.interruptions,
        result: row
            .result
            .map(serde_json::from_value)
            .transpose()
            .map_err(|error| Error::Query(error.into()))?,
        error: row.error,
        request: row.request_id.map(RequestId),
        recorded_at: row.recorded_at,
        run_after: row.run_after,
        finished_at: row.finished_at,
    })
}

/// One job.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find(connection: &mut Connection, id: JobId) -> Result<JobView, Error> {
    let mut sql = Sql::new(JOBS);
    sql.push("and j.id = {}", [id.0.into()]);
    sql.load(connection).await?.into_iter().next().map_or(Err(Error::NotFound), view)
}

/// Jobs, the last added first.
///
/// # Errors
/// [`Error::Cursor`] for a cursor that this list did not give.
pub async fn list(
    connection: &mut Connection,
    filter: &JobFilter,
    page: &PageRequest,
) -> Result<Page<JobView>, Error> {
    let walk: Walk<TimeKey> = Walk::new("jobs", filter, page)?;
    let mut sql = Sql::new(JOBS);
    if let Some(state) = filter.state {
        sql.push("and j.state = {}", [state.as_str().into()]);
    }
    walk.bound_by_time(&mut sql, "j", true);
    let rows: Vec<JobRow> = sql.load(connection).await?;
    let page = walk.page(rows, |row| TimeKey { at: row.recorded_at, id: row.id });
    Ok(Page { items: page.items.into_iter().map(view).collect::<Result<_, _>>()?, next: page.next })
}

#[derive(QueryableByName)]
struct DepthRow {
    #[diesel(sql_type = BigInt)]
    queued: i64,
    #[diesel(sql_type = BigInt)]
    running: i64,
    #[diesel(sql_type = BigInt)]
    failed: i64,
    #[diesel(sql_type = BigInt)]
    oldest_due: i64,
}

/// How much work is left. Reads the partial indexes only, whatever is done already.
pub async fn depth(connection: &mut Connection) -> Result<QueueDepth, Error> {
    let row: DepthRow = diesel::sql_query(
        "select (select count(*) from jobs where state = 'queued') as queued,
                (select count(*) from jobs where state = 'running') as running,
                (select count(*) from jobs where state = 'failed') as failed,
                coalesce((select greatest(0, extract(epoch from clock_timestamp() - min(run_after))
                                             * 1000)
                            from jobs where state = 'queued'), 0)::bigint as oldest_due",
    )
    .get_result(connection)
    .await?;
    let count = |rows: i64| u64::try_from(rows).unwrap_or_default();
    let jobs = JobState::LEFT.map(|state| match state {
        JobState::Queued => (state, count(row.queued)),
        JobState::Running => (state, count(row.running)),
        JobState::Failed | JobState::Done => (state, count(row.failed)),
    });
    Ok(QueueDepth { jobs: jobs.to_vec(), oldest_due: Duration::from_millis(count(row.oldest_due)) })
}
