//! Errors are told apart: a lost database is not a refused row.

use std::time::{Duration, Instant};

use claimtrail::domain::OutletId;
use claimtrail::store::{Error, Pool, PoolOptions, migrate, outlets, transaction};

use crate::support::database::TestDatabase;

#[tokio::test]
async fn a_database_that_cannot_be_reached_is_unavailable() {
    let options = PoolOptions { connect_timeout: Duration::from_millis(300), ..Default::default() };
    for url in [
        "postgres://nobody@%2Fnowhere/none",
        // TEST-NET-1, where nobody answers
        "postgres://nobody@192.0.2.1/none",
    ] {
        let began = Instant::now();
        let pool = Pool::new(url, options.clone()).unwrap();
        assert!(matches!(pool.get().await, Err(Error::Unavailable(_))), "{url}");
        assert!(
            matches!(pool.ping(Duration::from_millis(300)).await, Err(Error::Unavailable(_))),
            "{url}"
        );
        assert!(began.elapsed() < Duration::from_secs(5));
    }
    assert!(matches!(
        migrate("postgres://nobody@%2Fnowhere/none").await,
        Err(Error::Unavailable(_))
    ));
}

#[tokio::test]
async fn a_session_that_was_ended_is_unavailable_and_the_next_one_works() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let mut connection = pool.get().await.unwrap();
    outlets::find(&mut connection, OutletId::new()).await.unwrap_err();
    database
        .client()
        .await
        .execute(
            "select pg_terminate_backend(pid) from pg_stat_activity
              where datname = current_database() and application_name = 'claimtrail'",
            &[],
        )
        .await
        .unwrap();
    let lost = outlets::find(&mut connection, OutletId::new()).await;
    assert!(matches!(lost, Err(Error::Unavailable(_))), "{lost:?}");
    drop(connection);
    // The pool throws a connection away once its driver has seen the end, which may be one turn of
    // the runtime later; until then a caller is told to come again.
    let mut found = outlets::find(&mut pool.get().await.unwrap(), OutletId::new()).await;
    if matches!(found, Err(Error::Unavailable(_))) {
        tokio::task::yield_now().await;
        found = outlets::find(&mut pool.get().await.unwrap(), OutletId::new()).await;
    }
    assert!(matches!(found, Err(Error::NotFound)), "{found:?}");
    pool.ping(Duration::from_secs(60)).await.unwrap();
}

#[tokio::test]
async fn no_free_connection_in_time_is_unavailable() {
    let database = TestDatabase::new().await;
    let options =
        PoolOptions { size: 1, connect_timeout: Duration::from_secs(3), ..Default::default() };
    let pool = Pool::new(database.url(), options).unwrap();
    let held = pool.get().await.unwrap();
    assert!(matches!(pool.get().await, Err(Error::Unavailable(_))));
    drop(held);
    assert!(pool.get().await.is_ok());
}

#[tokio::test]
async fn a_pool_of_ended_sessions_heals_at_once() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let mut held = Vec::new();
    for _ in 0..8 {
        held.push(pool.get().await.unwrap());
    }
    assert_eq!(pool.usage().used, 8);
    drop(held);
    assert_eq!((pool.usage().open, pool.usage().used), (8, 0));
    let client = database.client().await;
    let end = "select pg_terminate_backend(pid, 10000) from pg_stat_activity
                where datname = current_database() and application_name = 'claimtrail'";
    client.execute(end, &[]).await.unwrap();
    // The drivers of the sessions run on this thread; they read the end in a turn of theirs.
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
    for _ in 0..8 {
        let found = outlets::find(&mut pool.get().await.unwrap(), OutletId::new()).await;
        assert!(matches!(found, Err(Error::NotFound)), "{found:?}");
    }
}

#[tokio::test]
async fn work_that_is_given_up_leaves_no_transaction_open() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let client = database.client().await;
    let mut connection = pool.get().await.unwrap();
    let never = transaction(&mut connection, async |connection| {
        outlets::find(connection, OutletId::new()).await.unwrap_err();
        std::future::pending::<Result<(), Error>>().await
    });
    let given_up = tokio::time::timeout(Duration::from_millis(300), never).await;
    assert!(given_up.is_err());
    drop(connection);
    let open = "select count(*) from pg_stat_activity
                 where datname = current_database() and state like 'idle in transaction%'";
    let closed = async {
        while client.query_one(open, &[]).await.unwrap().get::<_, i64>(0) != 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), closed).await.expect("its locks stay");
    assert_eq!(pool.usage().open, 0);
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_told_from_a_database_that_is_away() {
    let database = TestDatabase::new().await;
    let options =
        PoolOptions { statement_timeout: Duration::from_millis(100), ..Default::default() };
    let pool = Pool::new(database.url(), options).unwrap();
    let client = database.client().await;
    client.batch_execute("begin; lock table outlets in access exclusive mode").await.unwrap();
    let late = outlets::find(&mut pool.get().await.unwrap(), OutletId::new()).await;
    assert!(matches!(late, Err(Error::GaveUp(_))), "{late:?}");
}
