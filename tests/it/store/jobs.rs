//! The queue: nothing is lost, nothing is done twice at once, nothing is tried for ever.

use std::collections::BTreeSet;
use std::time::Duration;

use claimtrail::domain::view::{JobFilter, JobState, PageRequest, Retried, StoreOutcome};
use claimtrail::domain::{Document, JobId};
use claimtrail::jobs::extract_document::{NewDocument, enqueue};
use claimtrail::jobs::{Worker, WorkerOptions};
use claimtrail::store::jobs::{self, FREE_INTERRUPTIONS, NewJob};
use claimtrail::store::{Error, Pool, PoolOptions};
use uuid::Uuid;

use crate::support::database::TestDatabase;

const LEASE: Duration = Duration::from_secs(60);

fn article(n: usize) -> NewDocument {
    let mut document =
        Document::from_text(format!("The Lorne gull society met for the {n}th time."));
    document.url = Some(format!("https://gulls.test/{n}").parse().unwrap());
    NewDocument { document, received: vec![0, 159, 146, 150], media_type: "text/plain".to_owned() }
}

async fn queue(pool: &Pool, n: usize) -> JobId {
    enqueue(&mut pool.get().await.unwrap(), &article(n), None).await.unwrap()
}

async fn run_out(database: &TestDatabase) {
    let past = "update jobs set locked_until = clock_timestamp() - interval '1 second' where state = 'running'";
    database.client().await.execute(past, &[]).await.unwrap();
}

async fn make_due(database: &TestDatabase) {
    database
        .client()
        .await
        .execute("update jobs set run_after = clock_timestamp()", &[])
        .await
        .unwrap();
}

#[tokio::test]
async fn a_queued_document_is_read_and_its_job_says_what_became_of_it() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let id = queue(&pool, 1).await;
    let worker = Worker::new(pool.clone(), WorkerOptions::default());
    assert!(worker.work_once().await.unwrap());
    assert!(!worker.work_once().await.unwrap());
    let job = jobs::find(&mut pool.get().await.unwrap(), id).await.unwrap();
    assert_eq!((job.state, job.attempts), (JobState::Done, 1));
    assert_eq!(job.result.unwrap().outcome, StoreOutcome::Created);
    let row = database
        .client()
        .await
        .query_one(
            "select payload::text, attachment, (select received from document_revisions) from jobs",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(row.get::<_, String>(0), "{}");
    assert_eq!(row.get::<_, Option<Vec<u8>>>(1), None);
    assert_eq!(row.get::<_, Vec<u8>>(2), [0, 159, 146, 150]);
}

#[tokio::test]
async fn two_workers_never_hold_the_same_job() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    for n in 0..12 {
        queue(&pool, n).await;
    }
    let takers =
        (0..16).map(|_| {
            let pool = pool.clone();
            async move {
                jobs::take(&mut pool.get().await.unwrap(), Uuid::now_v7(), LEASE).await.unwrap()
            }
        });
    let taken: Vec<JobId> = futures_util::future::join_all(takers)
        .await
        .into_iter()
        .flatten()
        .map(|job| job.id)
        .collect();
    assert_eq!(taken.len(), 12);
    assert_eq!(taken.into_iter().collect::<BTreeSet<_>>().len(), 12);
}

#[tokio::test]
async fn a_dead_workers_job_comes_back_when_its_lease_runs_out() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let id = queue(&pool, 1).await;
    let connection = &mut *pool.get().await.unwrap();
    let (dead, alive) = (Uuid::now_v7(), Uuid::now_v7());
    let first = jobs::take(connection, dead, LEASE).await.unwrap().unwrap();
    assert_eq!(jobs::take(connection, alive, LEASE).await.unwrap(), None);
    run_out(&database).await;
    let again = jobs::take(connection, alive, LEASE).await.unwrap().unwrap();
    assert_eq!((again.id, again.attempt), (id, 2));
    assert_eq!((again.payload, again.attachment), (first.payload, first.attachment));
    // Whoever lost the lease can neither finish nor fail nor renew.
    assert!(matches!(jobs::renew(connection, id, dead, LEASE).await, Err(Error::NotFound)));
    assert!(matches!(jobs::fail(connection, id, dead, "late", None).await, Err(Error::NotFound)));
    jobs::renew(connection, id, alive, LEASE).await.unwrap();
}

#[tokio::test]
async fn a_job_that_fails_is_tried_later_and_then_put_aside_with_its_error() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let id = queue(&pool, 1).await;
    let connection = &mut *pool.get().await.unwrap();
    let worker = Uuid::now_v7();
    for attempt in 1..=5 {
        let job = jobs::take(connection, worker, LEASE).await.unwrap().unwrap();
        assert_eq!(job.attempt, attempt);
        jobs::fail(connection, id, worker, "no \0 luck", Some(Duration::from_secs(60)))
            .await
            .unwrap();
        assert_eq!(jobs::take(connection, worker, LEASE).await.unwrap(), None, "not due yet");
        make_due(&database).await;
    }
    let job = jobs::find(connection, id).await.unwrap();
    assert_eq!((job.state, job.attempts), (JobState::Failed, 5));
    assert_eq!(job.error.as_deref(), Some("no \u{fffd} luck"));
    assert!(job.finished_at.is_some());
    assert_eq!(jobs::take(connection, worker, LEASE).await.unwrap(), None);
}

#[tokio::test]
async fn a_document_that_kills_its_reader_is_put_aside_at_last() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let id = queue(&pool, 1).await;
    let connection = &mut *pool.get().await.unwrap();
    for _ in 0..5 {
        assert!(jobs::take(connection, Uuid::now_v7(), LEASE).await.unwrap().is_some());
        run_out(&database).await;
    }
    assert_eq!(jobs::take(connection, Uuid::now_v7(), LEASE).await.unwrap(), None);
    let job = jobs::find(connection, id).await.unwrap();
    assert_eq!(job.state, JobState::Failed);
    let failed = JobFilter { state: Some(JobState::Failed) };
    let listed = jobs::list(connection, &failed, &PageRequest::first(9)).await.unwrap();
    assert_eq!(listed.items, [job]);
}

#[tokio::test]
async fn a_job_that_is_no_document_is_put_aside_at_once() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let job = NewJob {
        kind: claimtrail::domain::view::JobKind::ExtractDocument,
        payload: serde_json::json!({"text": 7}),
        attachment: Vec::new(),
        max_attempts: 5,
        request: None,
    };
    let id = jobs::enqueue(&mut pool.get().await.unwrap(), &job).await.unwrap();
    assert!(Worker::new(pool.clone(), WorkerOptions::default()).work_once().await.unwrap());
    let job = jobs::find(&mut pool.get().await.unwrap(), id).await.unwrap();
    assert_eq!((job.state, job.attempts), (JobState::Failed, 1));
    assert!(job.error.unwrap().contains("not a document"));
}

#[tokio::test]
async fn a_running_worker_hears_of_jobs_and_stops_when_told() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    // It never looks by itself within this test's time: only being woken helps.
    let poll = Duration::from_secs(3_600);
    let options = WorkerOptions { lease: LEASE, poll, ..WorkerOptions::default() };
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let worker = Worker::new(pool.clone(), options);
    let working = tokio::spawn(worker.run(async { drop(stopped.await) }));
    let client = database.client().await;
    let listening = "select count(*) from pg_stat_activity where datname = current_database() and query ilike 'listen %'";
    while client.query_one(listening, &[]).await.unwrap().get::<_, i64>(0) == 0 {
        tokio::task::yield_now().await;
    }
    let id = queue(&pool, 1).await;
    let done = async {
        while jobs::find(&mut pool.get().await.unwrap(), id).await.unwrap().state != JobState::Done
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), done).await.expect("the job was not heard of");
    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(30), working).await.expect("did not stop").unwrap();
}

#[tokio::test]
async fn an_attempt_that_was_cut_short_does_not_count_but_not_for_ever() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let id = queue(&pool, 1).await;
    let connection = &mut *pool.get().await.unwrap();
    let worker = Uuid::now_v7();
    for interruption in 1..=FREE_INTERRUPTIONS {
        let job = jobs::take(connection, worker, LEASE).await.unwrap().unwrap();
        assert_eq!(job.attempt, 1);
        assert_eq!(jobs::give_back(connection, worker, "told to stop").await.unwrap(), 1);
        let job = jobs::find(connection, id).await.unwrap();
        assert_eq!((job.state, job.attempts), (JobState::Queued, 0));
        assert_eq!(job.interruptions, interruption);
    }
    for attempt in 1..=5 {
        let job = jobs::take(connection, worker, LEASE).await.unwrap().unwrap();
        assert_eq!(job.attempt, attempt);
        jobs::give_back(connection, worker, "told to stop").await.unwrap();
    }
    let job = jobs::find(connection, id).await.unwrap();
    assert_eq!((job.state, job.error.as_deref()), (JobState::Failed, Some("told to stop")));
    assert_eq!(jobs::give_back(connection, worker, "told to stop").await.unwrap(), 0);
}

#[tokio::test]
async fn giving_back_leaves_the_jobs_of_others() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let connection = &mut *pool.get().await.unwrap();
    let (one, other) = (Uuid::now_v7(), Uuid::now_v7());
    queue(&pool, 1).await;
    jobs::take(connection, one, LEASE).await.unwrap().unwrap();
    assert_eq!(jobs::give_back(connection, other, "told to stop").await.unwrap(), 0);
    assert_eq!(jobs::take(connection, other, LEASE).await.unwrap(), None);
}

#[tokio::test]
async fn what_was_put_aside_can_be_tried_again_and_nothing_else() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let id = queue(&pool, 1).await;
    let connection = &mut *pool.get().await.unwrap();
    let refused = jobs::retry(connection, id).await.unwrap();
    assert_eq!(refused, Retried::NotFailed(JobState::Queued));
    let worker = Uuid::now_v7();
    jobs::take(connection, worker, LEASE).await.unwrap().unwrap();
    jobs::fail(connection, id, worker, "no luck", None).await.unwrap();
    let Retried::Queued(job) = jobs::retry(connection, id).await.unwrap() else {
        panic!("it had failed")
    };
    assert_eq!((job.state, job.attempts, job.finished_at), (JobState::Queued, 0, None));
    assert!(Worker::new(pool.clone(), WorkerOptions::default()).work_once().await.unwrap());
    let done = jobs::retry(connection, id).await.unwrap();
    assert_eq!(done, Retried::NotFailed(JobState::Done));
    assert!(matches!(jobs::retry(connection, JobId::new()).await, Err(Error::NotFound)));
}

#[tokio::test]
async fn only_jobs_that_were_done_long_ago_are_removed() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let (old, new, failed) = (queue(&pool, 1).await, queue(&pool, 2).await, queue(&pool, 3).await);
    let connection = &mut *pool.get().await.unwrap();
    let worker = Worker::new(pool.clone(), WorkerOptions::default());
    for _ in 0..3 {
        assert!(worker.work_once().await.unwrap());
    }
    let client = database.client().await;
    for (state, id) in [("done", old), ("failed", failed)] {
        let ended = "update jobs set state = $1, error = 'as told', finished_at = now() - interval '8 days' where id::text = $2";
        assert_eq!(client.execute(ended, &[&state, &id.to_string()]).await.unwrap(), 1);
    }
    let week = Duration::from_secs(7 * 24 * 60 * 60);
    assert_eq!(jobs::remove_done(connection, week).await.unwrap(), 1);
    assert_eq!(jobs::remove_done(connection, week).await.unwrap(), 0);
    assert!(matches!(jobs::find(connection, old).await, Err(Error::NotFound)));
    for kept in [new, failed] {
        jobs::find(connection, kept).await.unwrap();
    }
}

#[tokio::test]
async fn the_depth_of_the_queue_leaves_out_what_is_done() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let connection = &mut *pool.get().await.unwrap();
    let empty = jobs::depth(connection).await.unwrap();
    assert_eq!(empty.oldest_due, Duration::ZERO);
    for n in 0..5 {
        queue(&pool, n).await;
    }
    let worker = Uuid::now_v7();
    assert!(Worker::new(pool.clone(), WorkerOptions::default()).work_once().await.unwrap());
    let failed = jobs::take(connection, worker, LEASE).await.unwrap().unwrap();
    jobs::fail(connection, failed.id, worker, "no luck", None).await.unwrap();
    jobs::take(connection, worker, LEASE).await.unwrap().unwrap();
    let waiting =
        "update jobs set run_after = run_after - interval '90 seconds' where state = 'queued'";
    database.client().await.execute(waiting, &[]).await.unwrap();
    let depth = jobs::depth(connection).await.unwrap();
    let expected = [(JobState::Queued, 2), (JobState::Running, 1), (JobState::Failed, 1)];
    assert_eq!(depth.jobs, expected);
    assert!(depth.oldest_due >= Duration::from_secs(90), "{depth:?}");
    assert!(depth.oldest_due < Duration::from_secs(900), "{depth:?}");
}

#[tokio::test]
async fn a_job_that_does_not_end_in_the_stop_time_is_given_back_at_once() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let id = queue(&pool, 1).await;
    // The job cannot be stored while somebody holds the table.
    let (holder, client) = (database.client().await, database.client().await);
    holder.batch_execute("begin; lock table documents in access exclusive mode").await.unwrap();
    let options = WorkerOptions {
        lease: Duration::from_secs(3_600),
        stop_time: Duration::from_millis(200),
        ..WorkerOptions::default()
    };
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let worker = Worker::new(pool.clone(), options);
    let working = tokio::spawn(worker.run(async { drop(stopped.await) }));
    let blocked = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    while client.query_one(blocked, &[]).await.unwrap().get::<_, i64>(0) == 0 {
        tokio::task::yield_now().await;
    }
    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(30), working).await.expect("did not stop").unwrap();
    let job = jobs::find(&mut pool.get().await.unwrap(), id).await.unwrap();
    assert_eq!((job.state, job.attempts, job.interruptions), (JobState::Queued, 0, 1));
    holder.batch_execute("rollback").await.unwrap();
    let again = Worker::new(pool.clone(), WorkerOptions::default());
    assert!(again.work_once().await.unwrap());
    let job = jobs::find(&mut pool.get().await.unwrap(), id).await.unwrap();
    assert_eq!((job.state, job.attempts), (JobState::Done, 1));
}

#[tokio::test]
async fn a_worker_whose_sessions_are_ended_under_way_does_its_job_all_the_same() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let (holder, client) = (database.client().await, database.client().await);
    holder.batch_execute("begin; lock table documents in access exclusive mode").await.unwrap();
    let id = queue(&pool, 1).await;
    let poll = Duration::from_millis(20);
    let options = WorkerOptions { lease: Duration::from_secs(3_600), poll, ..Default::default() };
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let workers = pool.beside(PoolOptions::default()).unwrap();
    let working = tokio::spawn(Worker::new(workers, options).run(async { drop(stopped.await) }));
    // The sessions that wait for the table, which are the worker's.
    let end = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    while client.query(end, &[]).await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    holder.batch_execute("rollback").await.unwrap();
    let done = async {
        loop {
            let job = jobs::find(&mut pool.get().await.unwrap(), id).await.unwrap();
            if job.state == JobState::Done {
                return job;
            }
            tokio::task::yield_now().await;
        }
    };
    let job = tokio::time::timeout(Duration::from_secs(30), done).await.expect("waits for a lease");
    assert_eq!(job.attempts, 1);
    assert!(job.interruptions >= 1, "{job:?}");
    stop.send(()).unwrap();
    working.await.unwrap();
}
