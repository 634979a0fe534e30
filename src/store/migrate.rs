//! Brings a database to the schema this program speaks.

use diesel_async::{AsyncMigrationHarness, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Connection, Error, connect};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// Key of the advisory lock that lets one process migrate at a time: "claimtra" in ASCII.
const LOCK: i64 = 0x636c_6169_6d74_7261;

/// Applies what is missing, in order, and answers the names of what was applied.
///
/// Safe when several processes start at once: the others wait and find nothing left to do.
///
/// # Errors
/// [`Error::Unavailable`] when the database cannot be reached, [`Error::Query`] when a migration
/// fails; each migration is one transaction, so earlier ones stay.
pub async fn migrate(url: &str) -> Result<Vec<String>, Error> {
    run(url, |harness| {
        Ok(harness.run_pending_migrations(MIGRATIONS)?.iter().map(ToString::to_string).collect())
    })
    .await
}

/// Takes the newest applied migration back and answers its name.
///
/// # Errors
/// As [`migrate`]; [`Error::Query`] where none is applied.
pub async fn revert_last_migration(url: &str) -> Result<String, Error> {
    run(url, |harness| Ok(harness.revert_last_migration(MIGRATIONS)?.to_string())).await
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

async fn run<T: Send + 'static>(
    url: &str,
    step: fn(&mut AsyncMigrationHarness<Connection>) -> Result<T, Cause>,
) -> Result<T, Error> {
    let mut connection = connect(url).await?;
    diesel::sql_query("select pg_advisory_lock($1)")
        .bind::<diesel::sql_types::BigInt, _>(LOCK)
        .execute(&mut connection)
        .await?;
    // The harness blocks its thread, which a current-thread runtime cannot spare.
    let (answer, mut connection) = tokio::task::spawn_blocking(move || {
        let mut harness = AsyncMigrationHarness::new(connection);
        (step(&mut harness), harness.into_inner())
    })
    .await
    .map_err(|error| Error::Query(error.into()))?;
    // The lock would end with the connection, but that ends only when the runtime comes to it, and
    // whoever waits for the lock may keep it from that.
    diesel::sql_query("select pg_advisory_unlock($1)")
        .bind::<diesel::sql_types::BigInt, _>(LOCK)
        .execute(&mut connection)
        .await?;
    answer.map_err(Error::Query)
}
