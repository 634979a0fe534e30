//! The queue: work that is durable before it is promised.
//!
//! A job is taken with a lease. Whoever took it finishes it, gives it back with the reason, or
//! dies; then the lease runs out and the next [`take`] puts it back. Jobs may run twice, so
//! whatever they do must bear it. What is done is removed after a time ([`remove_done`]); what
//! failed stays until somebody has it tried again ([`retry`]).

use std::time::Duration;

use diesel::sql_types::{
    Array, BigInt, Binary, Bool, Integer, Jsonb, Nullable, Text, Uuid as SqlUuid,
};
use diesel::{OptionalExtension, QueryableByName};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::sql::word;
use super::{Connection, Error};
use crate::domain::view::{JobKind, Retried, StoredDocument};
use crate::domain::{JobId, RequestId};

mod read;

pub use read::{depth, find, list};

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
    /// The request that asks for it, if one does.
    pub request: Option<RequestId>,
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
    /// The request that asked for it, if one did.
    pub request: Option<RequestId>,
}

/// Interruptions of one job that do not count as attempts.
pub const FREE_INTERRUPTIONS: i32 = 20;

/// Adds a job and wakes a worker once the caller's transaction commits.
pub async fn enqueue(connection: &mut Connection, job: &NewJob) -> Result<JobId, Error> {
    let id = JobId::new();
    diesel::sql_query(
        "with added as (
             insert into jobs (id, kind, payload, attachment, max_attempts, request_id)
             values ($1, $2, $3, $4, $5, $6) returning 1)
         select pg_notify($7, '') from added",
    )
    .bind::<SqlUuid, _>(id.0)
    .bind::<Text, _>(job.kind.as_str())
    .bind::<Jsonb, _>(&job.payload)
    .bind::<Binary, _>(&job.attachment)
    .bind::<Integer, _>(job.max_attempts.max(1))
    .bind::<Nullable<SqlUuid>, _>(job.request.map(|request| request.0))
    .bind::<Text, _>(CHANNEL)
    .execute(connection)
    .await?;
    Ok(id)
}

/// Jobs that one statement of [`enqueue_all`] adds.
const ADDED_AT_ONCE: usize = 5_000;

/// Adds jobs of one kind without attachments, the first due at once and each other `pause` after the
/// one before it.
pub async fn enqueue_all(
    connection: &mut Connection,
    kind: JobKind,
    payloads: &[serde_json::Value],
    max_attempts: i32,
    pause: Duration,
) -> Result<(), Error> {
    for (number, chunk) in payloads.chunks(ADDED_AT_ONCE).enumerate() {
        let ids: Vec<Uuid> = chunk.iter().map(|_| JobId::new().0).collect();
        let before = i64::try_from(number * ADDED_AT_ONCE).unwrap_or(i64::MAX);
        diesel::sql_query(
            "with added as (
                 insert into jobs (id, kind, payload, max_attempts, run_after)
                 select u.id, $3, u.payload, $4,
                        clock_timestamp() + (u.place - 1 + $5) * $6 * interval '1 millisecond'
                   from unnest($1, $2) with ordinality u (id, payload, place)
                 returning 1)
             select pg_notify($7, '') from added limit 1",
        )
        .bind::<Array<SqlUuid>, _>(&ids)
        .bind::<Array<Jsonb>, _>(chunk)
        .bind::<Text, _>(kind.as_str())
        .bind::<Integer, _>(max_attempts.max(1))
        .bind::<BigInt, _>(before)
        .bind::<BigInt, _>(milliseconds(pause))
        .bind::<Text, _>(CHANNEL)
        .execute(connection)
        .await?;
    }
    Ok(())
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
    #[diesel(sql_type = Nullable<SqlUuid>)]
    request_id: Option<Uuid>,
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
         returning id, kind, payload, attachment, attempts, request_id",
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
            request: row.request_id.map(RequestId),
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

/// Ends a job with the document it gave, if it gave one. Belongs into the transaction of its work.
///
/// # Errors
/// [`Error::NotFound`] when the job is no longer this worker's; the transaction must not commit.
pub async fn finish(
    connection: &mut Connection,
    id: JobId,
    worker: Uuid,
    result: Option<&StoredDocument>,
) -> Result<(), Error> {
    let result =
        result.map(serde_json::to_value).transpose().map_err(|error| Error::Query(error.into()))?;
    let finished = diesel::sql_query(
        "update jobs set state = 'done', result = $3, error = null, payload = '{}',
                attachment = null, locked_until = null, locked_by = null,
                finished_at = clock_timestamp()
          where id = $1 and locked_by = $2",
    )
    .bind::<SqlUuid, _>(id.0)
    .bind::<SqlUuid, _>(worker)
    .bind::<Nullable<Jsonb>, _>(result)
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

/// Gives back whatever a worker holds, its attempts having been cut short through no fault of theirs;
/// answers how many jobs that were. They are due at once, and such an attempt does not count until
/// there were [`FREE_INTERRUPTIONS`].
pub async fn give_back(
    connection: &mut Connection,
    worker: Uuid,
    reason: &str,
) -> Result<usize, Error> {
    let given = diesel::sql_query(
        "with given as (
             update jobs
                set locked_until = null, locked_by = null, error = $2,
                    interruptions = interruptions + 1,
                    attempts = case when interruptions < $3 then attempts - 1 else attempts end,
                    state = case when interruptions < $3 or attempts < max_attempts then 'queued'
                                 else 'failed' end,
                    finished_at = case when interruptions < $3 or attempts < max_attempts then null
                                       else clock_timestamp() end,
                    run_after = clock_timestamp()
              where locked_by = $1
             returning 1)
         select pg_notify($4, '') from given",
    )
    .bind::<SqlUuid, _>(worker)
    .bind::<Text, _>(reason)
    .bind::<Integer, _>(FREE_INTERRUPTIONS)
    .bind::<Text, _>(CHANNEL)
    .execute(connection)
    .await?;
    Ok(given)
}

/// Takes away what a job carries, because it must not be kept; the job can only fail then.
///
/// # Errors
/// [`Error::NotFound`] when the job is no longer this worker's.
pub async fn forget(connection: &mut Connection, id: JobId, worker: Uuid) -> Result<(), Error> {
    let forgotten = diesel::sql_query(
        "update jobs set payload = '{}', attachment = null where id = $1 and locked_by = $2",
    )
    .bind::<SqlUuid, _>(id.0)
    .bind::<SqlUuid, _>(worker)
    .execute(connection)
    .await?;
    one(forgotten)
}

/// Has a job that was put aside tried again, as often as a new one.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn retry(connection: &mut Connection, id: JobId) -> Result<Retried, Error> {
    let queued = diesel::sql_query(
        "with retried as (
             update jobs
                set state = 'queued', attempts = 0, interruptions = 0, finished_at = null,
                    run_after = clock_timestamp()
              where id = $1 and state = 'failed'
             returning 1)
         select pg_notify($2, '') from retried",
    )
    .bind::<SqlUuid, _>(id.0)
    .bind::<Text, _>(CHANNEL)
    .execute(connection)
    .await?;
    let job = find(connection, id).await?;
    Ok(if queued == 1 { Retried::Queued(job.into()) } else { Retried::NotFailed(job.state) })
}

/// Jobs removed by one statement, so that none holds its locks for long.
const REMOVED_AT_ONCE: i64 = 1_000;

/// Removes jobs that were done longer than `age` ago, some at a time; answers how many.
pub async fn remove_done(connection: &mut Connection, age: Duration) -> Result<usize, Error> {
    let removed = diesel::sql_query(
        "delete from jobs where id in (
             select id from jobs
              where state = 'done' and finished_at < clock_timestamp() - $1 * interval '1 millisecond'
              order by finished_at limit $2 for update skip locked)",
    )
    .bind::<BigInt, _>(milliseconds(age))
    .bind::<BigInt, _>(REMOVED_AT_ONCE)
    .execute(connection)
    .await?;
    Ok(removed)
}

/// Gives a job back untried, to be taken after `delay`: what it needs is in use.
///
/// # Errors
/// [`Error::NotFound`] when the job is no longer this worker's.
pub async fn defer(
    connection: &mut Connection,
    id: JobId,
    worker: Uuid,
    delay: Duration,
) -> Result<(), Error> {
    let deferred = diesel::sql_query(
        "update jobs
            set state = 'queued', attempts = attempts - 1, locked_until = null, locked_by = null,
                run_after = clock_timestamp() + $3 * interval '1 millisecond'
          where id = $1 and locked_by = $2",
    )
    .bind::<SqlUuid, _>(id.0)
    .bind::<SqlUuid, _>(worker)
    .bind::<BigInt, _>(milliseconds(delay))
    .execute(connection)
    .await?;
    one(deferred)
}

fn one(rows: usize) -> Result<(), Error> {
    if rows == 1 { Ok(()) } else { Err(Error::NotFound) }
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
