//! The rows of one document → one statement that inserts them into all their tables.
//!
//! One statement, because each costs a round trip and a start of Postgres's executor, and a document
//! fills twenty tables. Its text is the same for every document, whatever it says (a table that
//! gets no row is in it too), so that a connection parses and plans it once. A column is one array,
//! not a parameter for each row; what all rows share is one value.

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::HasSqlType;
use diesel_async::RunQueryDsl;

use super::{Connection, Error};

/// A value or an array of them, to be bound.
pub(super) type Bound<'r> = Box<dyn QueryFragment<Pg> + Send + 'r>;

struct Value<ST, T> {
    value: T,
    sql_type: std::marker::PhantomData<fn() -> ST>,
}

impl<ST, T> QueryFragment<Pg> for Value<ST, T>
where
    T: ToSql<ST, Pg>,
    Pg: HasSqlType<ST>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_bind_param::<ST, T>(&self.value)
    }
}

/// Binds `value` as an `ST`.
pub(super) fn bound<'r, ST, T>(value: T) -> Bound<'r>
where
    ST: 'r,
    T: ToSql<ST, Pg> + Send + 'r,
    Pg: HasSqlType<ST>,
{
    Box::new(Value { value, sql_type: std::marker::PhantomData::<fn() -> ST> })
}

/// A row as it is inserted, without what it shares with its neighbours.
pub(super) trait Row: Sized {
    const TABLE: &'static str;
    const COLUMNS: &'static [&'static str];

    /// One array for each column.
    fn columns(rows: &[Self]) -> Vec<Bound<'_>>;
}

/// Declares a row: its table and, for each column, its type here and in Postgres.
macro_rules! row {
    (
        $(#[$meta:meta])*
        $name:ident $(<$lifetime:lifetime>)? in $table:literal {
            $($column:ident: $type:ty => $sql:ty),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        pub(in crate::store) struct $name $(<$lifetime>)? {
            $(pub $column: $type),+
        }

        impl $(<$lifetime>)? $crate::store::insert::Row for $name $(<$lifetime>)? {
            const TABLE: &'static str = $table;
            const COLUMNS: &'static [&'static str] = &[$(stringify!($column)),+];

            fn columns(rows: &[Self]) -> Vec<$crate::store::insert::Bound<'_>> {
                vec![$($crate::store::insert::bound::<diesel::sql_types::Array<$sql>, _>(
                    rows.iter().map(|row| &row.$column).collect::<Vec<_>>(),
                )),+]
            }
        }
    };
}
pub(super) use row;

/// The rows of one table.
struct Insert<'r> {
    table: &'static str,
    columns: &'static [&'static str],
    arrays: Vec<Bound<'r>>,
    shared: Vec<(&'static str, Bound<'r>)>,
    /// Rows that are there already are left as they are.
    keep_known: bool,
}

impl QueryFragment<Pg> for Insert<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("insert into ");
        out.push_sql(self.table);
        let shared = self.shared.iter().map(|(column, _)| column);
        for (number, column) in self.columns.iter().chain(shared).enumerate() {
            out.push_sql(if number == 0 { " (" } else { ", " });
            out.push_sql(column);
        }
        out.push_sql(") select u.*");
        for (_, value) in &self.shared {
            out.push_sql(", ");
            value.walk_ast(out.reborrow())?;
        }
        for (number, array) in self.arrays.iter().enumerate() {
            out.push_sql(if number == 0 { " from unnest(" } else { ", " });
            array.walk_ast(out.reborrow())?;
        }
        out.push_sql(") u");
        if self.keep_known {
            out.push_sql(" on conflict do nothing");
        }
        Ok(())
    }
}

/// Rows of several tables.
///
/// Foreign keys and triggers are checked at the end of the statement, so rows may point to rows of
/// tables that come later.
#[derive(Default)]
pub(super) struct Inserts<'r>(Vec<Insert<'r>>);

impl<'r> Inserts<'r> {
    /// Adds rows, with the columns that are the same in all of them.
    pub fn add<R: Row>(
        &mut self,
        rows: &'r [R],
        shared: impl IntoIterator<Item = (&'static str, Bound<'r>)>,
    ) -> &mut Self {
        self.0.push(Insert {
            table: R::TABLE,
            columns: R::COLUMNS,
            arrays: R::columns(rows),
            shared: shared.into_iter().collect(),
            keep_known: false,
        });
        self
    }

    /// As [`Inserts::add`], leaving out each row that a unique index knows already.
    ///
    /// It waits for other transactions that are inserting the same: give rows in the order of their
    /// keys, so that two transactions never wait for each other.
    pub fn add_unknown<R: Row>(
        &mut self,
        rows: &'r [R],
        shared: impl IntoIterator<Item = (&'static str, Bound<'r>)>,
    ) -> &mut Self {
        self.add(rows, shared);
        if let Some(insert) = self.0.last_mut() {
            insert.keep_known = true;
        }
        self
    }

    /// Inserts them.
    ///
    /// # Errors
    /// [`Error::Conflict`] where a rule of the schema refuses a row.
    pub async fn execute(self, connection: &mut Connection) -> Result<(), Error> {
        RunQueryDsl::execute(self, connection).await?;
        Ok(())
    }
}

impl QueryFragment<Pg> for Inserts<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        for (number, insert) in self.0.iter().enumerate() {
            out.push_sql(if number == 0 { "with " } else { ", " });
            out.push_sql("to_");
            out.push_sql(insert.table);
            out.push_sql(" as (");
            insert.walk_ast(out.reborrow())?;
            out.push_sql(")");
        }
        out.push_sql(" select");
        Ok(())
    }
}

impl QueryId for Inserts<'_> {
    type QueryId = ();
    // The text tells one statement from another.
    const HAS_STATIC_QUERY_ID: bool = false;
}
