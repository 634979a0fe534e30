//! The queue: nothing is lost, nothing is done twice at once, nothing is tried for ever.

use std::collections::BTreeSet;
use std::time::Duration;

use claimtrail::domain::view::{JobFilter, JobState, PageRequest, StoreOutcome};
use claimtrail::domain::{Document, JobId};
use claimtrail::jobs::extract_document::{NewDocument, enqueue};
use claimtrail::jobs::{Worker, WorkerOptions};
use claimtrail::store::jobs::{self, NewJob};
use claimtrail::store::{Error, Pool};
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
    enqueue(&mut pool.get().await.unwrap(), &article(n)).await.unwrap()
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
    let options = WorkerOptions { jobs: 2, lease: LEASE, poll: Duration::from_secs(3_600) };
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
