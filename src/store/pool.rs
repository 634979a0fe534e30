//! Connections, transactions and notifications.

use std::time::Duration;

use diesel_async::pooled_connection::deadpool::{Object, Pool as Deadpool};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use futures_util::{FutureExt, StreamExt};

use super::{Error, Snapshot};

/// A connection to Postgres; every function of the store takes one.
pub type Connection = AsyncPgConnection;

/// A connection that goes back to its pool when dropped. `&mut *pooled` is a [`Connection`].
pub type PooledConnection = Object<AsyncPgConnection>;

/// Sizes and limits of a [`Pool`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolOptions {
    /// Connections at most.
    pub size: usize,
    /// How long to wait for a free connection, or for a new one.
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
        let statement_timeout = options.statement_timeout;
        let mut config = ManagerConfig::default();
        // A lost connection shows in the first query; asking before each use doubles the round
        // trips of short reads.
        config.recycling_method = RecyclingMethod::Fast;
        config.custom_setup = Box::new(move |url| establish(url, statement_timeout).boxed());
        let manager = AsyncDieselConnectionManager::new_with_config(url, config);
        let inner = Deadpool::builder(manager)
            .max_size(options.size.max(1))
            .build()
            .map_err(|error| Error::Query(error.into()))?;
        Ok(Pool { inner, url: url.to_owned(), options })
    }

    /// A free connection.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when there is none within the connect timeout.
    pub async fn get(&self) -> Result<PooledConnection, Error> {
        match tokio::time::timeout(self.options.connect_timeout, self.inner.get()).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(error)) => Err(Error::unavailable(error)),
            Err(elapsed) => Err(Error::unavailable(elapsed)),
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it does not.
    pub async fn ping(&self) -> Result<(), Error> {
        let mut connection = self.get().await?;
        let ping = diesel::sql_query("select 1").execute(&mut *connection);
        match tokio::time::timeout(self.options.connect_timeout, ping).await {
            Ok(result) => result.map(drop).map_err(Error::unavailable),
            Err(elapsed) => Err(Error::unavailable(elapsed)),
        }
    }

    /// A connection of its own that hears notifications on `channel`.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database cannot be reached.
    pub async fn listen(&self, channel: &'static str) -> Result<Listener, Error> {
        let open = establish(&self.url, self.options.statement_timeout);
        let mut connection = self.in_time(open).await?.map_err(Error::unavailable)?;
        connection.batch_execute(&format!("listen {channel}")).await?;
        Ok(Listener { connection })
    }

    /// The database as it is now, on a connection of its own: a long read takes none of the
    /// pool's connections away and is not cut by its statement timeout.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database cannot be reached.
    pub async fn snapshot(&self) -> Result<Snapshot, Error> {
        self.in_time(Snapshot::open(&self.url)).await?
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

async fn establish(
    url: &str,
    statement_timeout: Duration,
) -> Result<AsyncPgConnection, diesel::ConnectionError> {
    let mut connection = AsyncPgConnection::establish(url).await?;
    connection
        .batch_execute(&format!(
            "set application_name = 'claimtrail'; set timezone = 'UTC'; set statement_timeout = {}",
            statement_timeout.as_millis()
        ))
        .await
        .map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
    Ok(connection)
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
