//! A query put together from pieces, each with the values it binds.
//!
//! Lists have many optional filters; one text with all of them would keep Postgres from seeing
//! which apply. Values are always bound, never written into the text.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::pg::Pg;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{
    Array, BigInt, Binary, Float4, Integer, Text, Timestamptz, Uuid as SqlUuid,
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
}

impl From<&str> for Bind {
    fn from(value: &str) -> Self {
        Bind::Text(value.to_owned())
    }
}

/// A query under construction.
#[derive(Clone)]
pub(super) struct Sql {
    text: String,
    binds: Vec<Bind>,
}

impl Sql {
    /// Begins with a text that binds nothing.
    pub fn new(text: &str) -> Self {
        Sql { text: text.to_owned(), binds: Vec::new() }
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
                self.binds.push(value);
                self.text.push('$');
                self.text.push_str(&self.binds.len().to_string());
            }
            self.text.push_str(part);
        }
        self
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
        self
    }

    /// Runs it and reads every row.
    pub async fn load<T>(self, connection: &mut Connection) -> Result<Vec<T>, Error>
    where
        T: diesel::deserialize::QueryableByName<Pg> + Send + 'static,
    {
        Ok(self.bound().load(connection).await?)
    }

    /// Runs it for what it does.
    pub async fn execute(self, connection: &mut Connection) -> Result<(), Error> {
        self.bound().execute(connection).await?;
        Ok(())
    }

    fn bound(self) -> BoxedSqlQuery<'static, Pg, SqlQuery> {
        let mut query = diesel::sql_query(self.text).into_boxed::<Pg>();
        for bind in self.binds {
            query = match bind {
                // Postgres has no NUL in a text and refuses the whole query; no row holds one.
                Bind::Text(value) => query.bind::<Text, _>(value.replace('\0', "\u{fffd}")),
                Bind::Texts(value) => query.bind::<Array<Text>, _>(value),
                Bind::Id(value) => query.bind::<SqlUuid, _>(value),
                Bind::Ids(value) => query.bind::<Array<SqlUuid>, _>(value),
                Bind::Time(value) => query.bind::<Timestamptz, _>(value),
                Bind::Digests(value) => query.bind::<Array<Binary>, _>(value),
                Bind::Real(value) => query.bind::<Float4, _>(value),
                Bind::Int(value) => query.bind::<Integer, _>(value),
                Bind::Ints(value) => query.bind::<Array<Integer>, _>(value),
                Bind::BigInt(value) => query.bind::<BigInt, _>(value),
            };
        }
        query
    }
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
