//! Appearances: where claims stand.

use super::cursor::{TimeKey, Walk};
use super::sql::Sql;
use super::views::claim::{APPEARANCES, AppearanceRow, appearances};
use super::{Connection, Error};
use crate::domain::view::{AppearanceFilter, AppearanceView, Page, PageRequest};

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
    walk.bound_by_time(&mut sql, "a", false);
    let rows: Vec<AppearanceRow> = sql.load(connection).await?;
    let page = walk.page(rows, |row| TimeKey { at: row.recorded_at, id: row.id });
    Ok(Page { items: appearances(connection, page.items).await?, next: page.next })
}
