//! Published reviews → stored, each in a transaction of its own.

use super::patiently;
use crate::domain::PublishedReview;
use crate::domain::view::StoredReview;
use crate::ingest::review::READER_VERSION;
use crate::pipeline::matching::canonical_key;
use crate::store::{self, Pool, writing};

/// Stores one review with the claim that it is of. Storing it again changes nothing.
///
/// # Errors
/// [`store::Error::Unavailable`] when the database stays away, [`store::Error::Conflict`] where a
/// rule of the schema refuses it.
pub async fn store(pool: &Pool, review: &PublishedReview) -> Result<StoredReview, store::Error> {
    let key = canonical_key(&review.claim);
    patiently(async || {
        let mut connection = pool.get().await?;
        store::transaction(&mut connection, async |connection| {
            writing::store_review(connection, review, &key, READER_VERSION).await
        })
        .await
    })
    .await
}
