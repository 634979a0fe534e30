//! Whole lists out of one snapshot, a chunk at a time.
//!
//! The rows come off a server-side cursor in the order of the list with the same filters; what
//! stands around them (claimants, documents, words …) is read chunk by chunk in the same
//! transaction, as it is for a page of that list. So memory holds one chunk, however long the list.

use diesel::QueryableByName;
use diesel::deserialize;
use diesel::pg::Pg;
use diesel::sql_types::BigInt;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use super::snapshot::Snapshot;
use super::sql::Sql;
use super::views::claim::{appearances as appearance_views, claims as claim_views};
use super::views::rebuttal::rebuttals as rebuttal_views;
use super::views::statement::statements as statement_views;
use super::{Connection, Error, appearances, claims, rebuttals, statements};
use crate::domain::view::{
    AppearanceFilter, AppearanceView, ClaimFilter, ClaimView, RebuttalFilter, RebuttalView,
    StatementFilter, StatementView,
};

/// Rows of a chunk: enough to make round trips cheap, few enough to hold even where quotes are long.
pub const CHUNK: usize = 500;

type Read<V> = Box<dyn Fn(&mut Connection) -> LocalBoxFuture<'_, Result<Vec<V>, Error>>>;

/// A list being read to its end.
pub struct Export<V> {
    snapshot: Snapshot,
    read: Read<V>,
    rows: u64,
    seen: u64,
    ended: bool,
}

impl<V> Export<V> {
    /// How many rows the whole list has in this snapshot.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The next rows in order; `None` once all [`Export::rows`] were given.
    ///
    /// # Errors
    /// [`Error`] of a query; [`Error::Query`] where the rows are not as many as were counted.
    pub async fn next(&mut self) -> Result<Option<Vec<V>>, Error> {
        if self.ended {
            return Ok(None);
        }
        let read = &self.read;
        let chunk = self.snapshot.ask(async |connection| read(connection).await).await?;
        self.seen += chunk.len() as u64;
        self.ended = chunk.len() < CHUNK;
        if self.ended && self.seen != self.rows {
            let (seen, rows) = (self.seen, self.rows);
            return Err(Error::Query(format!("{rows} rows were counted and {seen} read").into()));
        }
        Ok((!chunk.is_empty()).then_some(chunk))
    }
}

/// All claims that pass `filter`, in its order.
///
/// # Errors
/// [`Error`] of the first queries.
pub async fn claims(
    mut snapshot: Snapshot,
    filter: &ClaimFilter,
) -> Result<Export<ClaimView>, Error> {
    let as_of = filter.as_of;
    let query = snapshot.ask(async |c| claims::ordered(c, filter).await).await?;
    open(snapshot, query, move |connection| {
        async move {
            let rows = fetch(connection).await?;
            claim_views(connection, rows, as_of).await
        }
        .boxed_local()
    })
    .await
}

/// All live statements that pass `filter`, in the order of their list.
///
/// # Errors
/// [`Error`] of the first queries.
pub async fn statements(
    mut snapshot: Snapshot,
    filter: &StatementFilter,
) -> Result<Export<StatementView>, Error> {
    let query = snapshot.ask(async |c| statements::ordered(c, filter).await).await?;
    open(snapshot, query, |connection| {
        async move {
            let rows = fetch(connection).await?;
            statement_views(connection, rows).await
        }
        .boxed_local()
    })
    .await
}

/// All rebuttals that pass `filter`, in the order of their list.
///
/// # Errors
/// [`Error`] of the first queries.
pub async fn rebuttals(
    mut snapshot: Snapshot,
    filter: &RebuttalFilter,
) -> Result<Export<RebuttalView>, Error> {
    let as_of = filter.as_of;
    let query = snapshot.ask(async |c| rebuttals::ordered(c, filter).await).await?;
    open(snapshot, query, move |connection| {
        async move {
            let rows = fetch(connection).await?;
            rebuttal_views(connection, rows, as_of).await
        }
        .boxed_local()
    })
    .await
}

/// All appearances that pass `filter`, the first recorded first.
///
/// # Errors
/// [`Error`] of the first queries.
pub async fn appearances(
    mut snapshot: Snapshot,
    filter: &AppearanceFilter,
) -> Result<Export<AppearanceView>, Error> {
    let as_of = filter.as_of;
    let query = snapshot.ask(async |c| appearances::ordered(c, filter).await).await?;
    open(snapshot, query, move |connection| {
        async move {
            let rows = fetch(connection).await?;
            appearance_views(connection, rows, as_of).await
        }
        .boxed_local()
    })
    .await
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

async fn open<V>(
    mut snapshot: Snapshot,
    query: Sql,
    read: impl Fn(&mut Connection) -> LocalBoxFuture<'_, Result<Vec<V>, Error>> + 'static,
) -> Result<Export<V>, Error> {
    let counted = query.clone().within("select count(*) as rows from (", ") listed");
    let declared = query.within("declare listed no scroll cursor for", "");
    let rows = snapshot
        .ask(async |connection| {
            let rows: Vec<CountRow> = counted.load(connection).await?;
            declared.execute(connection).await?;
            rows.first().map(|row| row.rows).ok_or(Error::NotFound)
        })
        .await?;
    Ok(Export {
        snapshot,
        read: Box::new(read),
        rows: u64::try_from(rows).unwrap_or_default(),
        seen: 0,
        ended: false,
    })
}

/// The next rows off the cursor; fewer than [`CHUNK`] at its end.
async fn fetch<R>(connection: &mut Connection) -> Result<Vec<R>, Error>
where
    R: deserialize::QueryableByName<Pg> + Send + 'static,
{
    Sql::new(&format!("fetch forward {CHUNK} from listed")).load(connection).await
}
