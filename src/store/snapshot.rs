//! The database as it is at one moment, for reads that take long.

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use tokio_postgres::{CancelToken, NoTls};

use super::{Connection, Error};

/// One read-only transaction on a connection of its own: every query in it sees the database as
/// the first one saw it, whatever is written meanwhile.
///
/// No timeout of ours or of the server's configuration cuts it; whoever holds it sees to its end,
/// because Postgres keeps superseded row versions for it. Dropped in the middle of a query, it
/// has Postgres end that query.
pub struct Snapshot {
    connection: Connection,
    cancel: CancelToken,
    asking: bool,
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot").field("asking", &self.asking).finish_non_exhaustive()
    }
}

impl Snapshot {
    /// Connects to the database at `url`; the snapshot is taken by the first query.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database cannot be reached.
    pub async fn open(url: &str) -> Result<Self, Error> {
        let mut connection = AsyncPgConnection::establish(url).await.map_err(Error::unavailable)?;
        // Everything is read to the end, so the fastest plan for the whole is wanted, not the one
        // that shows its first rows early.
        connection
            .batch_execute(
                "set application_name = 'claimtrail export'; set timezone = 'UTC';
                 begin isolation level repeatable read read only;
                 set local statement_timeout = 0;
                 set local idle_in_transaction_session_timeout = 0;
                 set local cursor_tuple_fraction = 1",
            )
            .await?;
        let cancel = connection.cancel_token();
        Ok(Snapshot { connection, cancel, asking: false })
    }

    /// Asks something in it.
    pub(super) async fn ask<T>(
        &mut self,
        question: impl AsyncFnOnce(&mut Connection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.asking = true;
        let answer = question(&mut self.connection).await;
        self.asking = false;
        answer
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        if !self.asking {
            return;
        }
        // Outside a runtime the process is at its end, and its connections with it.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let cancel = self.cancel.clone();
            runtime.spawn(async move {
                if let Err(error) = cancel.cancel_query(NoTls).await {
                    tracing::warn!(%error, "a query that nobody waits for may go on");
                }
            });
        }
    }
}
