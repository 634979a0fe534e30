//! Outlets: who publishes.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use super::cursor::{NameKey, Walk};
use super::sql::Sql;
use super::{Connection, Error};
use crate::domain::view::{OutletFilter, OutletView, Page, PageRequest, Selector};
use crate::domain::{OutletId, name_key};

const OUTLETS: &str = "select o.id, o.key, o.name, o.domain, o.recorded_at,
            (select count(*) from documents d where d.outlet_id = o.id) as documents
       from outlets o where true";

#[derive(QueryableByName)]
struct OutletRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<Text>)]
    domain: Option<String>,
    #[diesel(sql_type = BigInt)]
    documents: i64,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
}

impl From<OutletRow> for OutletView {
    fn from(row: OutletRow) -> Self {
        OutletView {
            id: OutletId(row.id),
            name: row.name,
            domain: row.domain,
            documents: row.documents,
            recorded_at: row.recorded_at,
        }
    }
}

/// One outlet.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find(connection: &mut Connection, id: OutletId) -> Result<OutletView, Error> {
    let mut sql = Sql::new(OUTLETS);
    sql.push("and o.id = {}", [id.0.into()]);
    let rows: Vec<OutletRow> = sql.load(connection).await?;
    rows.into_iter().next().map(OutletView::from).ok_or(Error::NotFound)
}

/// Outlets in order of their key.
///
/// # Errors
/// [`Error::Cursor`] for a cursor that this list did not give.
pub async fn list(
    connection: &mut Connection,
    filter: &OutletFilter,
    page: &PageRequest,
) -> Result<Page<OutletView>, Error> {
    let walk: Walk<NameKey> = Walk::new("outlets", filter, page)?;
    let mut sql = Sql::new(OUTLETS);
    if let Some(q) = &filter.q {
        sql.push(
            "and to_tsvector('simple', left(o.name, 1000)) @@ websearch_to_tsquery('simple', {})",
            [q.as_str().into()],
        );
    }
    if let Some(after) = &walk.after {
        sql.push("and (o.key, o.id) > ({}, {})", [after.name.as_str().into(), after.id.into()]);
    }
    sql.push("order by o.key, o.id limit {}", [walk.rows().into()]);
    let rows: Vec<OutletRow> = sql.load(connection).await?;
    let page = walk.page(rows, |row| NameKey { name: row.key.clone(), id: row.id });
    Ok(page.map(OutletView::from))
}

/// The ids that a selector means; none where nothing has that name.
pub(super) async fn resolve(
    connection: &mut Connection,
    selector: &Selector<OutletId>,
) -> Result<Vec<Uuid>, Error> {
    let name = match selector {
        Selector::Id(id) => return Ok(vec![id.0]),
        Selector::Name(name) => name,
    };
    let mut sql = Sql::new("select id from outlets");
    let lower = name.trim().to_lowercase();
    sql.push(
        "where key = {} or key = {} or (left(lower(name), 400) = left({}, 400) and lower(name) = {})",
        [key(name).into(), lower.clone().into(), lower.clone().into(), lower.into()],
    );
    Ok(sql.load::<super::sql::IdRow>(connection).await?.into_iter().map(|row| row.id).collect())
}

/// The key that two spellings of one outlet share: a domain without `www.`, or a name.
pub(super) fn key(outlet: &str) -> String {
    match domain(outlet) {
        Some(domain) => domain,
        None => name_key(outlet),
    }
}

/// The outlet's domain in lower case, where what it is called is one.
pub(super) fn domain(outlet: &str) -> Option<String> {
    let lower = outlet.trim().to_lowercase();
    let host = lower.strip_prefix("www.").unwrap_or(&lower);
    let is_domain = host.len() <= 253
        && host.contains('.')
        && host.split('.').all(|label| {
            !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        })
        && host.rsplit('.').next().is_some_and(|last| last.chars().any(char::is_alphabetic));
    is_domain.then(|| host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_one_outlet_however_it_is_written() {
        for written in ["Harbour.test", " www.harbour.test", "WWW.HARBOUR.TEST "] {
            assert_eq!(key(written), "harbour.test");
            assert_eq!(domain(written).as_deref(), Some("harbour.test"));
        }
    }

    #[test]
    fn a_name_is_not_a_domain() {
        for name in ["The Harbour Post", "St. Anne Weekly", "No.1", "Post…"] {
            assert_eq!(domain(name), None, "{name}");
        }
        assert_eq!(key("The Harbour Post"), "harbour post");
    }
}
