//! Published reviews → stored, each in a transaction of its own.

use super::patiently;
use crate::domain::PublishedReview;
use crate::domain::view::StoredReview;
use crate::ingest::review::READER_VERSION;
use crate::pipeline::matching::canonical_key;
use crate::store::writing::{Choice, NamedClaimants};
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

/// Stored fact-checks that name claimants whom the present reader has not taken for actors; as
/// [`writing::named_claimants`].
///
/// # Errors
/// [`store::Error::Unavailable`] when the database is away.
pub async fn named_claimants(
    pool: &Pool,
    choice: &Choice,
    after: Option<uuid::Uuid>,
    most: i64,
) -> Result<Vec<NamedClaimants>, store::Error> {
    let mut connection = pool.get().await?;
    writing::named_claimants(&mut connection, choice, READER_VERSION, after, most).await
}

/// Takes the claimants of one of them for actors; answers whether that changed anything.
///
/// # Errors
/// [`store::Error::Unavailable`] when the database stays away.
pub async fn renew_claimants(pool: &Pool, named: &NamedClaimants) -> Result<bool, store::Error> {
    patiently(async || {
        let mut connection = pool.get().await?;
        store::transaction(&mut connection, async |connection| {
            writing::renew_claimants(connection, named, READER_VERSION).await
        })
        .await
    })
    .await
}
