//! Quotes: words of a revision with the words around them.

use diesel::QueryableByName;
use diesel::sql_types::{Bool, Integer, Nullable, Text};
use uuid::Uuid;

use super::sql::Sql;
use super::{Connection, Error};
use crate::domain::{Field, RevisionId};

/// Where a quote stands; ends in code points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// In which revision.
    pub revision: RevisionId,
    /// In which field of it.
    pub field: Field,
    /// First code point, 0-based.
    pub start: i32,
    /// One past the last code point.
    pub end: i32,
}

/// Words that stand around a place, and the place itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surroundings {
    /// The code point that `words` begin at.
    pub start: i32,
    /// As they stand.
    pub words: String,
    /// Whether the field goes on before them.
    pub before: bool,
    /// Whether the field goes on behind them.
    pub after: bool,
}

#[derive(QueryableByName)]
struct WordsRow {
    #[diesel(sql_type = Integer)]
    start: i32,
    #[diesel(sql_type = Nullable<Text>)]
    words: Option<String>,
    #[diesel(sql_type = Bool)]
    after: bool,
}

/// The words from `width` code points before each place to `width` behind it, in the order of the
/// places. A place of a revision that is not stored has no words.
///
/// # Errors
/// [`Error::Unavailable`] and [`Error::Query`] of the database.
pub async fn around(
    connection: &mut Connection,
    places: &[Place],
    width: u16,
) -> Result<Vec<Surroundings>, Error> {
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let revisions: Vec<Uuid> = places.iter().map(|place| place.revision.0).collect();
    let fields: Vec<String> = places.iter().map(|place| place.field.as_str().to_owned()).collect();
    let width = i32::from(width);
    let starts: Vec<i32> =
        places.iter().map(|place| place.start.saturating_sub(width).max(0)).collect();
    let ends: Vec<i32> = places.iter().map(|place| place.end.saturating_add(width)).collect();
    let mut sql = Sql::new("");
    sql.push(
        "select p.start, substr(f.words, p.start + 1, greatest(p.stop - p.start, 0)) as words,
                coalesce(p.stop < f.length, false) as after
           from unnest({}::uuid[], {}::text[], {}::int[], {}::int[]) with ordinality
                  as p (revision_id, field, start, stop, place)
           left join document_revisions r on r.id = p.revision_id
           cross join lateral (
                select case p.field when 'title' then r.title else r.text end as words,
                       case p.field when 'title' then r.title_length else r.text_length end as length
                ) f
          order by p.place",
        [revisions.into(), fields.into(), starts.into(), ends.into()],
    );
    let rows: Vec<WordsRow> = sql.load(connection).await?;
    Ok(rows
        .into_iter()
        .map(|row| Surroundings {
            start: row.start,
            words: row.words.unwrap_or_default(),
            before: row.start > 0,
            after: row.after,
        })
        .collect())
}
