//! Whole lists out of one snapshot.

use std::time::Duration;

use claimtrail::domain::status::Status;
use claimtrail::domain::view::{ClaimFilter, ClaimSort};
use claimtrail::store::exports::{self, CHUNK};
use claimtrail::store::{Pool, PoolOptions};

use crate::support::database::TestDatabase;
use crate::support::generated;

#[tokio::test]
async fn an_export_sees_nothing_of_what_is_written_meanwhile() {
    let database = TestDatabase::new().await;
    let client = database.client().await;
    let rows = 2 * CHUNK as i32 + 7;
    generated::claims(&client, 1, rows, 0).await;
    let filter = ClaimFilter { sort: ClaimSort::Oldest, ..ClaimFilter::default() };
    let snapshot = database.pool().snapshot().await.unwrap();
    let mut export = exports::claims(snapshot, &filter).await.unwrap();
    assert_eq!(export.rows(), rows as u64);
    let mut seen = export.next().await.unwrap().unwrap();
    assert_eq!(seen.len(), CHUNK);

    generated::claims(&client, rows + 1, rows + 50, 0).await;
    client
        .batch_execute(
            "update claim_summaries set superseded_at = clock_timestamp();
             insert into claim_summaries (id, claim_id, status, confidence, appearances, rebuttals,
                    documents, outlets, origins)
             select gen_random_uuid(), claim_id, 'denied', confidence, 0, 1, 1, 1, 1
               from claim_summaries;
             insert into claim_status_events (id, claim_id, status, reasons, rules)
             select gen_random_uuid(), id, 'denied', '[{\"code\": \"denied\"}]', 'test' from claims",
        )
        .await
        .unwrap();
    while let Some(chunk) = export.next().await.unwrap() {
        seen.extend(chunk);
    }
    assert!(export.next().await.unwrap().is_none());
    assert_eq!(seen.len(), rows as usize);
    assert!(seen.iter().all(|claim| claim.status == Status::Unverified));
    assert!(seen.iter().all(|claim| claim.reasons.is_empty()));
    assert!(seen.is_sorted_by_key(|claim| claim.recorded_at));

    let snapshot = database.pool().snapshot().await.unwrap();
    let denied = ClaimFilter { status: Some(Status::Denied), ..ClaimFilter::default() };
    let after = exports::claims(snapshot, &denied).await.unwrap();
    assert_eq!(after.rows(), rows as u64 + 50);
}

#[tokio::test]
async fn no_timeout_of_statements_cuts_an_export() {
    let database = TestDatabase::new().await;
    let client = database.client().await;
    generated::claims(&client, 1, 3000, 100).await;
    let statement_timeout = Duration::from_millis(1);
    let hurried = PoolOptions {
        statement_timeout,
        connect_timeout: Duration::from_secs(60),
        ..PoolOptions::default()
    };
    let pool = Pool::new(database.url(), hurried).unwrap();
    let snapshot = pool.snapshot().await.unwrap();
    let filter = ClaimFilter { sort: ClaimSort::MostReported, ..ClaimFilter::default() };
    let mut export = exports::claims(snapshot, &filter).await.unwrap();
    let mut rows = 0;
    while let Some(chunk) = export.next().await.unwrap() {
        rows += chunk.len();
    }
    assert_eq!(rows, 3000);
}

#[tokio::test]
async fn as_many_rows_as_chunks_hold_end_well() {
    let database = TestDatabase::new().await;
    generated::claims(&database.client().await, 1, 2 * CHUNK as i32, 0).await;
    let snapshot = database.pool().snapshot().await.unwrap();
    let mut export = exports::claims(snapshot, &ClaimFilter::default()).await.unwrap();
    assert_eq!(export.next().await.unwrap().unwrap().len(), CHUNK);
    assert_eq!(export.next().await.unwrap().unwrap().len(), CHUNK);
    assert!(export.next().await.unwrap().is_none());
}

#[tokio::test]
async fn an_export_that_is_dropped_in_a_query_ends_that_query() {
    let database = TestDatabase::new().await;
    let client = database.client().await;
    generated::claims(&client, 1, 3, 0).await;
    // Holds the export in its first query: nobody may read the table meanwhile.
    client.batch_execute("begin; lock table claims in access exclusive mode").await.unwrap();
    let waiting = "select count(*) from pg_stat_activity
                    where application_name = 'claimtrail export' and wait_event_type = 'Lock'
                      and datname = current_database()";
    let watcher = database.client().await;
    let until = async |expected: i64| {
        let asked = std::time::Instant::now();
        while watcher.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) != expected {
            assert!(asked.elapsed() < Duration::from_secs(60), "not {expected} waiting");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let snapshot = database.pool().snapshot().await.unwrap();
    let filter = ClaimFilter::default();
    {
        let mut opening = std::pin::pin!(exports::claims(snapshot, &filter));
        tokio::select! {
            _ = &mut opening => panic!("the table is locked"),
            () = until(1) => {}
        }
    }
    // The lock is held still: only the cancelling can have ended it.
    until(0).await;
    client.batch_execute("rollback").await.unwrap();
}
