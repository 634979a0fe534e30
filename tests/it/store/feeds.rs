//! Feeds that are due, and their polls.

use claimtrail::domain::view::NewFeed;
use claimtrail::store::{self, feeds};

use crate::support::database::TestDatabase;

#[tokio::test]
async fn a_poll_that_is_just_being_queued_is_work_that_is_left() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let mut looking = pool.get().await.unwrap();
    assert!(!feeds::work_is_left(&mut looking).await.unwrap());
    let new = NewFeed {
        url: "https://n.test/feed".parse().unwrap(),
        kind: None,
        title: None,
        outlet: None,
        since: None,
        interval: 900,
    };
    feeds::insert(&mut pool.get().await.unwrap(), &new).await.unwrap();
    assert!(feeds::work_is_left(&mut looking).await.unwrap());
    let mut queueing = pool.get().await.unwrap();
    let queued = store::transaction(&mut queueing, async |queueing| {
        let queued = feeds::enqueue_due(queueing).await?;
        // Nobody else sees the job yet, and nobody else is given the feed.
        let mut other = pool.get().await?;
        assert_eq!(feeds::enqueue_due(&mut other).await?, 0);
        assert!(feeds::work_is_left(&mut looking).await?);
        Ok::<_, store::Error>(queued)
    });
    assert_eq!(queued.await.unwrap(), 1);
    assert!(feeds::work_is_left(&mut looking).await.unwrap());
    let done = "update jobs set state = 'done', payload = '{}', finished_at = clock_timestamp()";
    database.client().await.batch_execute(done).await.unwrap();
    assert!(!feeds::work_is_left(&mut looking).await.unwrap());
}
