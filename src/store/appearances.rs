//! Appearances: where claims stand.

use uuid::Uuid;

use super::cursor::{TimeKey, Walk, clamp, order_by_time};
use super::sql::Sql;
use super::views::claim::{APPEARANCES, AppearanceRow, appearances};
use super::{Connection, Error, outlets};
use crate::domain::AppearanceId;
use crate::domain::view::{AppearanceFilter, AppearanceView, Page, PageRequest};

/// Appearances by id, live or not, in order of their id; unknown ids are passed over.
///
/// # Errors
/// [`Error::Unavailable`] and [`Error::Query`] of the database.
pub async fn of_ids(
    connection: &mut Connection,
    ids: &[AppearanceId],
) -> Result<Vec<AppearanceView>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let mut sql = Sql::new(APPEARANCES);
    sql.push("and a.id = any({}) order by a.id", [ids.into()]);
    let rows: Vec<AppearanceRow> = sql.load(connection).await?;
    appearances(connection, rows, None).await
}

/// Appearances, the first recorded first.
///
/// # Errors
/// [`Error::Cursor`] for a cursor that this list did not give.
pub async fn list(
    connection: &mut Connection,
    filter: &AppearanceFilter,
    page: &PageRequest,
) -> Result<Page<AppearanceView>, Error> {
    let walk: Walk<TimeKey> = Walk::new("appearances", filter, page)?;
    let mut sql = select(connection, filter).await?;
    walk.bound_by_time(&mut sql, "a", false);
    let rows: Vec<AppearanceRow> = sql.load(connection).await?;
    let page = walk.page(rows, |row| TimeKey { at: row.recorded_at, id: row.id });
    Ok(Page { items: appearances(connection, page.items, filter.as_of).await?, next: page.next })
}

/// All appearances that pass `filter`, in the order of the list.
pub(super) async fn ordered(
    connection: &mut Connection,
    filter: &AppearanceFilter,
) -> Result<Sql, Error> {
    let mut sql = select(connection, filter).await?;
    order_by_time(&mut sql, "a", false);
    Ok(sql)
}

async fn select(connection: &mut Connection, filter: &AppearanceFilter) -> Result<Sql, Error> {
    let mut sql = Sql::new(APPEARANCES);
    sql.live("a", filter.as_of);
    if let Some(claim) = filter.claim {
        sql.push("and a.claim_id = {}", [claim.0.into()]);
    }
    if let Some(document) = filter.document {
        sql.push(
            "and a.revision_id in (select id from document_revisions where document_id = {})",
            [document.0.into()],
        );
    }
    if let Some(stance) = filter.stance {
        sql.push("and a.stance = {}", [stance.as_str().into()]);
    }
    if let Some(outlet) = &filter.outlet {
        let ids = outlets::resolve(connection, outlet).await?;
        sql.push(
            "and exists (select from document_revisions v join documents d on d.id = v.document_id
              where v.id = a.revision_id and d.outlet_id = any({}))",
            [ids.into()],
        );
    }
    if let Some(from) = filter.from {
        sql.push("and a.stated_at >= {}", [clamp(from).into()]);
    }
    if let Some(to) = filter.to {
        sql.push("and a.stated_at < {}", [clamp(to).into()]);
    }
    if let Some(least) = filter.min_confidence {
        sql.push("and a.confidence >= {}", [least.into()]);
    }
    Ok(sql)
}
