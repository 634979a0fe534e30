//! Connections, transactions and notifications.

use std::borrow::Cow;
use std::fmt::Display;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use diesel_async::pooled_connection::deadpool::{Object, Pool as Deadpool};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, PoolableConnection, RecyclingMethod,
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use futures_util::{FutureExt, StreamExt};

use super::{Error, Snapshot};

/// A connection to Postgres; every function of the store takes one.
pub type Connection = AsyncPgConnection;

/// A connection that goes back to its pool when dropped. `&mut *pooled` is a [`Connection`].
///
/// One that is lost, or that still has a transaction open because whoever ran it was given up, is
/// closed instead: waiting in the pool it would keep its locks.
pub struct PooledConnection(Option<Object<AsyncPgConnection>>);

/// What [`PooledConnection`] says where the connection was taken out, which only its end does.
const TAKEN: &str = "a connection is in its place until it is dropped";

impl Deref for PooledConnection {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.0.as_deref().expect(TAKEN)
    }
}

impl DerefMut for PooledConnection {
    fn deref_mut(&mut self) -> &mut Connection {
        self.0.as_deref_mut().expect(TAKEN)
    }
}

impl PooledConnection {
    /// Closes the connection; the pool opens another when it needs one.
    fn discard(mut self) {
        if let Some(connection) = self.0.take() {
            drop(Object::take(connection));
        }
    }
}

impl Drop for PooledConnection {
    fn drop(&mut self) {
        if let Some(mut connection) = self.0.take()
            && connection.is_broken()
        {
            drop(Object::take(connection));
        }
    }
}

/// Whether the database was there when it was last connected to; told once for each change.
#[derive(Debug, Default)]
struct Availability {
    away: AtomicBool,
}

impl Availability {
    fn lost(&self, cause: &dyn Display) {
        if !self.away.swap(true, Ordering::Relaxed) {
            tracing::warn!(%cause, "Postgres is away");
        }
    }

    fn found(&self) {
        if self.away.swap(false, Ordering::Relaxed) {
            tracing::info!("Postgres is back");
        }
    }
}

/// How many of a pool's connections are open and how many of these in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolUse {
    /// Open at most.
    pub size: usize,
    /// Open now.
    pub open: usize,
    /// In use now.
    pub used: usize,
}

/// Sizes and limits of a [`Pool`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolOptions {
    /// Connections at most.
    pub size: usize,
    /// How long to wait for a free connection; a new one gets four fifths of it, so that a machine
    /// that does not answer is told from a pool that is in use.
    pub connect_timeout: Duration,
    /// How long one statement may run; Postgres ends it then.
    pub statement_timeout: Duration,
}

impl Default for PoolOptions {
    /// 16 connections, 5 s to get one, 30 s a statement.
    fn default() -> Self {
        PoolOptions {
            size: 16,
            connect_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(30),
        }
    }
}

/// Connections to one database; cheap to clone. Nothing is connected before it is needed.
#[derive(Clone)]
pub struct Pool {
    inner: Deadpool<AsyncPgConnection>,
    url: String,
    options: PoolOptions,
    availability: Arc<Availability>,
}

impl std::fmt::Debug for Pool {
    /// Without the address, which carries a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Pool {
    /// A pool for the database at `url`.
    ///
    /// # Errors
    /// [`Error::Query`] for sizes that make no pool; never because the database is away.
    pub fn new(url: &str, options: PoolOptions) -> Result<Self, Error> {
        Self::over(url, options, Arc::default())
    }

    /// Other connections to the same database, which tell together when it goes away and comes back.
    ///
    /// # Errors
    /// As [`Pool::new`].
    pub fn beside(&self, options: PoolOptions) -> Result<Self, Error> {
        Self::over(&self.url, options, Arc::clone(&self.availability))
    }

    fn over(
        url: &str,
        options: PoolOptions,
        availability: Arc<Availability>,
    ) -> Result<Self, Error> {
        let mut config = ManagerConfig::default();
        // A lost connection is known as such once its driver has read the end of it, mostly before
        // it is asked for again; asking before each use doubles the round trips of short reads.
        config.recycling_method = RecyclingMethod::Fast;
        let (limits, seen) = (options.clone(), Arc::clone(&availability));
        config.custom_setup = Box::new(move |url| establish(url, &limits, &seen).boxed());
        let manager = AsyncDieselConnectionManager::new_with_config(url, config);
        let inner = Deadpool::builder(manager)
            .max_size(options.size.max(1))
            .build()
            .map_err(|error| Error::Query(error.into()))?;
        Ok(Pool { inner, url: url.to_owned(), options, availability })
    }

    /// A free connection.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when there is none within the connect timeout.
    pub async fn get(&self) -> Result<PooledConnection, Error> {
        match tokio::time::timeout(self.options.connect_timeout, self.inner.get()).await {
            Ok(Ok(connection)) => Ok(PooledConnection(Some(connection))),
            Ok(Err(error)) => Err(Error::unavailable(error)),
            Err(elapsed) => Err(Error::unavailable(elapsed)),
        }
    }

    /// Whether the database answers, asked for `limit` at most.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it does not.
    pub async fn ping(&self, limit: Duration) -> Result<(), Error> {
        let begun = tokio::time::Instant::now();
        let mut connection = match tokio::time::timeout(limit, self.get()).await {
            Ok(connection) => connection?,
            Err(elapsed) => return Err(Error::unavailable(elapsed)),
        };
        let ping = diesel::sql_query("select 1").execute(&mut *connection);
        match tokio::time::timeout_at(begun + limit, ping).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => {
                connection.discard();
                Err(Error::unavailable(error))
            }
            Err(elapsed) => {
                self.availability.lost(&"it does not answer in time");
                connection.discard();
                Err(Error::unavailable(elapsed))
            }
        }
    }

    /// How much of the pool is in use.
    pub fn usage(&self) -> PoolUse {
        let status = self.inner.status();
        PoolUse {
            size: status.max_size,
            open: status.size,
            used: status.size.saturating_sub(status.available),
        }
    }

    /// A connection of its own that hears notifications on `channel`.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database cannot be reached.
    pub async fn listen(&self, channel: &'static str) -> Result<Listener, Error> {
        let mut connection = establish(&self.url, &self.options, &self.availability)
            .await
            .map_err(Error::unavailable)?;
        connection.batch_execute(&format!("listen {channel}")).await?;
        Ok(Listener { connection })
    }

    /// The database as it is now, on a connection of its own: a long read takes none of the
    /// pool's connections away and is not cut by its statement timeout.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database cannot be reached.
    pub async fn snapshot(&self) -> Result<Snapshot, Error> {
        self.in_time(Snapshot::open(&noticing_loss(&self.url))).await?
    }

    async fn in_time<T>(&self, opening: impl Future<Output = T>) -> Result<T, Error> {
        tokio::time::timeout(self.options.connect_timeout, opening)
            .await
            .map_err(Error::unavailable)
    }
}

/// Hears notifications; see [`Pool::listen`].
pub struct Listener {
    connection: AsyncPgConnection,
}

impl Listener {
    /// Waits for the next notification.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the connection is lost: listen anew.
    pub async fn heard(&mut self) -> Result<(), Error> {
        match std::pin::pin!(self.connection.notifications_stream()).next().await {
            Some(notification) => notification.map(drop).map_err(Error::from),
            None => Err(Error::unavailable("the listening connection ended")),
        }
    }
}

/// A new connection with the session's settings, within four fifths of the connect timeout.
fn establish(
    url: &str,
    options: &PoolOptions,
    availability: &Arc<Availability>,
) -> impl Future<Output = Result<AsyncPgConnection, diesel::ConnectionError>> + Send + 'static {
    let url = noticing_loss(url).into_owned();
    let limit = options.connect_timeout * 4 / 5;
    // A session that waits within a transaction has lost whoever ran it; its locks must not stay.
    let settings = format!(
        "set application_name = 'claimtrail'; set timezone = 'UTC'; set statement_timeout = {0};
         set idle_in_transaction_session_timeout = {0}",
        options.statement_timeout.as_millis()
    );
    let availability = Arc::clone(availability);
    async move {
        let open = async {
            let mut connection = AsyncPgConnection::establish(&url).await?;
            connection
                .batch_execute(&settings)
                .await
                .map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
            Ok(connection)
        };
        let opened = tokio::time::timeout(limit, open).await.unwrap_or_else(|_| {
            Err(diesel::ConnectionError::BadConnection("it does not answer in time".to_owned()))
        });
        match &opened {
            Ok(_) => availability.found(),
            Err(error) => availability.lost(error),
        }
        opened
    }
}

/// Limits on a silent line, which would otherwise keep its caller waiting for some fifteen minutes
/// and its listener for hours; seconds. A Unix socket has no use for them.
const SILENCE: [(&str, u32); 2] = [("tcp_user_timeout", 15), ("keepalives_idle", 15)];

/// The address of a database, with the limits of [`SILENCE`] where it names no others.
fn noticing_loss(url: &str) -> Cow<'_, str> {
    let mut url = Cow::Borrowed(url);
    for (name, seconds) in SILENCE {
        if url.contains(name) {
            continue;
        }
        let between = match (url.contains("://"), url.contains('?')) {
            (true, false) => '?',
            (true, true) => '&',
            // `host=… user=…`
            (false, _) => ' ',
        };
        url = Cow::Owned(format!("{url}{between}{name}={seconds}"));
    }
    url
}

/// One connection without a pool and without a limit on statements: for migrations and tools.
///
/// # Errors
/// [`Error::Unavailable`] when the database cannot be reached.
pub async fn connect(url: &str) -> Result<Connection, Error> {
    AsyncPgConnection::establish(url).await.map_err(Error::unavailable)
}

/// An async closure whose future can move between threads.
///
/// Stable Rust cannot yet say this of an `AsyncFnOnce` alone.
pub trait Work<'r, R>: FnOnce(&'r mut Connection) -> Self::Future {
    /// What the closure gives.
    type Future: Future<Output = Result<R, Error>> + Send;
}

impl<'r, R, F, Fut> Work<'r, R> for F
where
    F: FnOnce(&'r mut Connection) -> Fut,
    Fut: Future<Output = Result<R, Error>> + Send,
{
    type Future = Fut;
}

/// Runs `work` in one transaction: all of it is there afterwards, or none.
///
/// # Errors
/// Whatever `work` answers, after rolling back; [`Error`] of the commit itself.
pub async fn transaction<R, F>(connection: &mut Connection, work: F) -> Result<R, Error>
where
    R: Send,
    F: for<'r> AsyncFnOnce(&'r mut Connection) -> Result<R, Error> + for<'r> Work<'r, R> + Send,
{
    connection.transaction::<R, Error, F>(work).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_get_limits_on_silence_unless_they_have_their_own() {
        assert_eq!(
            noticing_loss("postgres://a:b@%2Frun%2Fpg/news"),
            "postgres://a:b@%2Frun%2Fpg/news?tcp_user_timeout=15&keepalives_idle=15"
        );
        assert_eq!(
            noticing_loss("postgres://a@db.test/news?keepalives_idle=60"),
            "postgres://a@db.test/news?keepalives_idle=60&tcp_user_timeout=15"
        );
        assert_eq!(
            noticing_loss("host=db.test user=a"),
            "host=db.test user=a tcp_user_timeout=15 keepalives_idle=15"
        );
    }
}
