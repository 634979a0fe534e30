//! The queue: work that is durable before it is promised.
//!
//! A job is taken with a lease. Whoever took it finishes it, gives it back with the reason, or
//! dies; then the lease runs out and the next [`take`] puts it back. Jobs may run twice, so
//! whatever they do must bear it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::sql_types::{
    BigInt, Binary, Bool, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel::{OptionalExtension, QueryableByName};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::cursor::{TimeKey, Walk};
use super::sql::{Sql, word};
use super::{Connection, Error};
use crate::domain::JobId;
use crate::domain::view::{JobFilter, JobKind, JobView, Page, PageRequest, StoredDocument};

/// The channel that says a job was added.
pub const CHANNEL: &str = "claimtrail_jobs";

/// A job to add.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    /// What it does.
    pub kind: JobKind,
    /// What it needs.
    pub payload: serde_json::Value,
    /// Bytes it needs.
    pub attachment: Vec<u8>,
    /// How often it may be tried; 1 at least.
    pub max_attempts: i32,
}

/// A job in the hands of a worker.
#[derive(Debug, Clone, PartialEq)]
pub struct TakenJob {
    /// Which one.
    pub id: JobId,
    /// What it does.
    pub kind: JobKind,
    /// What it needs.
    pub payload: serde_json::Value,
    /// Bytes it needs.
    pub attachment: Vec<u8>,
    /// Which attempt this is, counted from 1.
    pub attempt: i32,
}

/// Adds a job and wakes a worker once the caller's transaction commits.
pub async fn enqueue(connection: &mut Connection, job: &NewJob) -> Result<JobId, Error> {
    let id = JobId::new();
    diesel::sql_query(
        "with added as (
             insert into jobs (id, kind, payload, attachment, max_attempts)
             values ($1, $2, $3, $4, $5) returning 1)
         select pg_notify($6, '') from added",
    )
    .bind::<SqlUuid, _>(id.0)
    .bind::<Text, _>(job.kind.as_str())
    .bind::<Jsonb, _>(&job.payload)
    .bind::<Binary, _>(&job.attachment)
    .bind::<Integer, _>(job.max_attempts.max(1))
    .bind::<Text, _>(CHANNEL)
    .execute(connection)
    .await?;
    Ok(id)
}

#[derive(QueryableByName)]
struct TakenRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Jsonb)]
    payload: serde_json::Value,
    #[diesel(sql_type = Nullable<Binary>)]
    attachment: Option<Vec<u8>>,
    #[diesel(sql_type = Integer)]
    attempts: i32,
}

/// Takes the job that waits longest, if one is due, for as long as `lease`.
pub async fn take(
    connection: &mut Connection,
    worker: Uuid,
    lease: Duration,
) -> Result<Option<TakenJob>, Error> {
    reclaim(connection).await?;
    let row: Option<TakenRow> = diesel::sql_query(
        "update jobs
            set state = 'running', attempts = attempts + 1, locked_by = $1,
                locked_until = clock_timestamp() + $2 * interval '1 millisecond'
          where id = (select id from jobs where state = 'queued' and run_after <= clock_timestamp()
                       order by run_after, id limit 1 for update skip locked)
         returning id, kind, payload, attachment, attempts",
    )
    .bind::<SqlUuid, _>(worker)
    .bind::<BigInt, _>(milliseconds(lease))
    .get_result(connection)
    .await
    .optional()?;
    row.map(|row| {
        Ok(TakenJob {
            id: JobId(row.id),
            kind: word(&row.kind)?,
            payload: row.payload,
            attachment: row.attachment.unwrap_or_default(),
            attempt: row.attempts,
        })
    })
    .transpose()
}

/// Puts back jobs whose lease ran out: their worker is gone. After the last attempt they are put
/// aside, so that a document that kills its reader does not do so for ever.
async fn reclaim(connection: &mut Connection) -> Result<(), Error> {
    diesel::sql_query(
        "update jobs j
            set locked_until = null, locked_by = null,
                state = case when attempts < max_attempts then 'queued' else 'failed' end,
                finished_at = case when attempts < max_attempts then null else clock_timestamp() end,
                error = 'the worker stopped before it had finished'
          where j.id in (select id from jobs
                          where state = 'running' and locked_until < clock_timestamp()
                          for update skip locked)",
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Lengthens the lease of a job that takes its time.
///
/// # Errors
/// [`Error::NotFound`] when the job is no longer this worker's.
pub async fn renew(
    connection: &mut Connection,
    id: JobId,
    worker: Uuid,
    lease: Duration,
) -> Result<(), Error> {
    let renewed = diesel::sql_query(
        "update jobs set locked_until = clock_timestamp() + $3 * interval '1 millisecond'
          where id = $1 and locked_by = $2",
    )
    .bind::<SqlUuid, _>(id.0)
    .bind::<SqlUuid, _>(worker)
    .bind::<BigInt, _>(milliseconds(lease))
    .execute(connection)
    .await?;
    one(renewed)
}

/// Ends a job with what it gave. Belongs into the transaction of its work.
///
/// # Errors
/// [`Error::NotFound`] when the job is no longer this worker's; the transaction must not commit.
pub async fn finish(
    connection: &mut Connection,
    id: JobId,
    worker: Uuid,
    result: &StoredDocument,
) -> Result<(), Error> {
    let result = serde_json::to_value(result).map_err(|error| Error::Query(error.into()))?;
    let finished = diesel::sql_query(
        "update jobs set state = 'done', result = $3, error = null, payload = '{}',
                attachment = null, locked_until = null, locked_by = null,
                finished_at = clock_timestamp()
          where id = $1 and locked_by = $2",
    )
    .bind::<SqlUuid, _>(id.0)
    .bind::<SqlUuid, _>(worker)
    .bind::<Jsonb, _>(result)
    .execute(connection)
    .await?;
    one(finished)
}

/// Gives a job back after a failed attempt: to be tried again after `delay`, or put aside where
/// that is `None` or no attempt is left.
///
/// # Errors
/// [`Error::NotFound`] when the job is no longer this worker's.
pub async fn fail(
    connection: &mut Connection,
    id: JobId,
    worker: Uuid,
    error: &str,
    delay: Option<Duration>,
) -> Result<(), Error> {
    let failed = diesel::sql_query(
        "update jobs
            set locked_until = null, locked_by = null, error = $3,
                state = case when $4 and attempts < max_attempts then 'queued' else 'failed' end,
                finished_at = case when $4 and attempts < max_attempts then null
                                   else clock_timestamp() end,
                run_after = clock_timestamp() + $5 * interval '1 millisecond'
          where id = $1 and locked_by = $2",
    )
    .bind::<SqlUuid, _>(id.0)
    .bind::<SqlUuid, _>(worker)
    .bind::<Text, _>(error.replace('\0', "\u{fffd}"))
    .bind::<Bool, _>(delay.is_some())
    .bind::<BigInt, _>(milliseconds(delay.unwrap_or_default()))
    .execute(connection)
    .await?;
    one(failed)
}

fn one(rows: usize) -> Result<(), Error> {
    if rows == 1 { Ok(()) } else { Err(Error::NotFound) }
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

const JOBS: &str = "select j.id, j.kind, j.state, j.attempts, j.max_attempts, j.result, j.error,
            j.recorded_at, j.run_after, j.finished_at
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
    #[diesel(sql_type = Nullable<Jsonb>)]
    result: Option<serde_json::Value>,
    #[diesel(sql_type = Nullable<Text>)]
    error: Option<String>,
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
        result: row
            .result
            .map(serde_json::from_value)
            .transpose()
            .map_err(|error| Error::Query(error.into()))?,
        error: row.error,
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
