//! A query put together from pieces, each with the values it binds.
//!
//! Lists have many optional filters; one text with all of them would keep Postgres from seeing
//! which apply. Values are always bound, never written into the text.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{
    Array, BigInt, Binary, Bool, Float4, Integer, Text, Timestamptz, Untyped, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use serde::de::DeserializeOwned;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as WordError, StrDeserializer};
use uuid::Uuid;

use super::{Connection, Error};

/// A value to bind.
#[derive(Debug, Clone)]
pub(super) enum Bind {
    Text(String),
    Texts(Vec<String>),
    Id(Uuid),
    Ids(Vec<Uuid>),
    Time(DateTime<Utc>),
    Digests(Vec<Vec<u8>>),
    Real(f32),
    Int(i32),
    Ints(Vec<i32>),
    BigInt(i64),
    BigInts(Vec<i64>),
    Flags(Vec<bool>),
}

macro_rules! binds {
    ($($from:ty => $variant:ident),+ $(,)?) => {$(
        impl From<$from> for Bind {
            fn from(value: $from) -> Self {
                Bind::$variant(value)
            }
        }
    )+};
}

binds! {
    String => Text,
    Vec<String> => Texts,
    Uuid => Id,
    Vec<Uuid> => Ids,
    DateTime<Utc> => Time,
    Vec<Vec<u8>> => Digests,
    f32 => Real,
    i32 => Int,
    Vec<i32> => Ints,
    i64 => BigInt,
    Vec<i64> => BigInts,
    Vec<bool> => Flags,
}

impl From<&str> for Bind {
    fn from(value: &str) -> Self {
        Bind::Text(value.to_owned())
    }
}

impl QueryFragment<Pg> for Bind {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match self {
            Bind::Text(value) => out.push_bind_param::<Text, _>(value),
            Bind::Texts(value) => out.push_bind_param::<Array<Text>, _>(value),
            Bind::Id(value) => out.push_bind_param::<SqlUuid, _>(value),
            Bind::Ids(value) => out.push_bind_param::<Array<SqlUuid>, _>(value),
            Bind::Time(value) => out.push_bind_param::<Timestamptz, _>(value),
            Bind::Digests(value) => out.push_bind_param::<Array<Binary>, _>(value),
            Bind::Real(value) => out.push_bind_param::<Float4, _>(value),
            Bind::Int(value) => out.push_bind_param::<Integer, _>(value),
            Bind::Ints(value) => out.push_bind_param::<Array<Integer>, _>(value),
            Bind::BigInt(value) => out.push_bind_param::<BigInt, _>(value),
            Bind::BigInts(value) => out.push_bind_param::<Array<BigInt>, _>(value),
            Bind::Flags(value) => out.push_bind_param::<Array<Bool>, _>(value),
        }
    }
}

/// A query under construction.
#[derive(Clone)]
pub(super) struct Sql {
    text: String,
    /// Each with the place in `text` that it stands at.
    binds: Vec<(usize, Bind)>,
    /// Whether a connection keeps it prepared.
    kept: bool,
}

impl Sql {
    /// Begins with a text that binds nothing.
    pub fn new(text: &str) -> Self {
        Sql { text: text.to_owned(), binds: Vec::new(), kept: false }
    }

    /// Adds a piece; each `{}` in it binds one value, in order.
    pub fn push<const N: usize>(&mut self, piece: &str, values: [Bind; N]) -> &mut Self {
        self.push_all(piece, values)
    }

    /// As [`Sql::push`], for a number of values known only when it runs.
    pub fn push_all(&mut self, piece: &str, values: impl IntoIterator<Item = Bind>) -> &mut Self {
        let mut values = values.into_iter();
        let mut parts = piece.split("{}");
        self.text.push(' ');
        self.text.push_str(parts.next().unwrap_or_default());
        for part in parts {
            if let Some(value) = values.next() {
                // Postgres has no NUL in a text and refuses the whole query; no row holds one.
                let value = match value {
                    Bind::Text(text) => Bind::Text(text.replace('\0', "\u{fffd}")),
                    other => other,
                };
                self.binds.push((self.text.len(), value));
            }
            self.text.push_str(part);
        }
        self
    }

    /// Adds `keyword`, which is `where` or `and`, and the condition that `column` is one of `ids`.
    ///
    /// For one id that is an equation: of a text with a list Postgres believes that it holds ten,
    /// so that planning for the one at hand always seems cheaper than the plan it could keep, and
    /// each look-up is planned anew (half of what reading one claim costs).
    pub fn among(&mut self, keyword: &str, column: &str, ids: &[Uuid]) -> &mut Self {
        match *ids {
            [id] => self.push(&format!("{keyword} {column} = {{}}"), [id.into()]),
            _ => self.push(&format!("{keyword} {column} = any({{}})"), [ids.to_vec().into()]),
        }
    }

    /// Adds the rows of `columns` of `table` whose `key` is one of `keys`, as `alias`, with the place
    /// of their key in the list as `place`; what stands before ends in `from` or a comma.
    ///
    /// Each key is looked up by itself. Of `key = any(list)` Postgres makes a walk over the whole table
    /// where it knows nothing of the table's size, and a connection that began with an empty
    /// database keeps that plan until the table is analysed, minutes later: a third of what storing a
    /// document cost.
    pub fn each(&mut self, [table, key, columns, alias]: [&str; 4], keys: Bind) -> &mut Self {
        let columns: Vec<String> =
            columns.split(", ").map(|column| format!("t.{column}")).collect();
        self.push(
            &format!(
                "(select k.place, f.* from unnest({{}}) with ordinality as k (key, place)
                  cross join lateral (select {} from {table} t where t.{key} = k.key offset 0) f) {alias}",
                columns.join(", ")
            ),
            [keys],
        )
    }

    /// Adds the condition that rows of `alias` were live at `as_of`; now, where that is `None`.
    pub fn live(&mut self, alias: &str, as_of: Option<DateTime<Utc>>) -> &mut Self {
        match as_of {
            None => self.push(&format!("and {alias}.superseded_at is null"), []),
            Some(at) => self.push(
                &format!(
                    "and {alias}.recorded_at <= {{}} and ({alias}.superseded_at is null or {alias}.superseded_at > {{}})"
                ),
                [super::cursor::clamp(at).into(), super::cursor::clamp(at).into()],
            ),
        }
    }

    /// The same with a text before it and one behind it, neither of which binds anything.
    pub fn within(mut self, before: &str, after: &str) -> Self {
        self.text = format!("{before} {} {after}", self.text);
        for (place, _) in &mut self.binds {
            *place += before.len() + 1;
        }
        self
    }

    /// Runs it and reads every row.
    ///
    /// It is planned anew for its values: a list's best plan depends on them, and its filters make
    /// more texts than a connection should keep.
    pub async fn load<T>(self, connection: &mut Connection) -> Result<Vec<T>, Error>
    where
        T: diesel::deserialize::QueryableByName<Pg> + Send + 'static,
    {
        Ok(RunQueryDsl::load(self, connection).await?)
    }

    /// Runs it for what it does.
    pub async fn execute(self, connection: &mut Connection) -> Result<(), Error> {
        RunQueryDsl::execute(self, connection).await?;
        Ok(())
    }

    /// As [`Sql::load`], for a text that is always the same and finds rows by their ids or keys:
    /// the connection keeps it prepared.
    ///
    /// Several look-ups on one connection may be waited for together; Postgres gets them without
    /// delay and answers them in the order in which they were first polled.
    pub async fn look_up<T>(mut self, mut connection: &Connection) -> Result<Vec<T>, Error>
    where
        T: diesel::deserialize::QueryableByName<Pg> + Send + 'static,
    {
        self.kept = true;
        Ok(RunQueryDsl::load(self, &mut connection).await?)
    }

    /// As [`Sql::look_up`], for what answers nothing that is read.
    pub async fn run(mut self, mut connection: &Connection) -> Result<(), Error> {
        self.kept = true;
        RunQueryDsl::execute(self, &mut connection).await?;
        Ok(())
    }
}

impl QueryFragment<Pg> for Sql {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if !self.kept {
            out.unsafe_to_cache_prepared();
        }
        let mut written = 0;
        for (place, bind) in &self.binds {
            out.push_sql(self.text.get(written..*place).unwrap_or_default());
            bind.walk_ast(out.reborrow())?;
            written = *place;
        }
        out.push_sql(self.text.get(written..).unwrap_or_default());
        Ok(())
    }
}

impl QueryId for Sql {
    type QueryId = ();
    // The text tells one query from another.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Sql {
    type SqlType = Untyped;
}

/// A word of ours as Postgres keeps it → the value it stands for.
///
/// # Errors
/// [`Error::Query`] for a word that no check of the schema lets through.
pub(super) fn word<T: DeserializeOwned>(word: &str) -> Result<T, Error> {
    let read: StrDeserializer<'_, WordError> = word.into_deserializer();
    T::deserialize(read).map_err(|error| Error::Query(error.into()))
}

/// [`word`] of a word that may be missing.
pub(super) fn words<T: DeserializeOwned>(text: Option<&str>) -> Result<Option<T>, Error> {
    text.map(word).transpose()
}

/// An id alone.
#[derive(QueryableByName)]
pub(super) struct IdRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
}
