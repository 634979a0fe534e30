//! Rebuttals: what speaks against claims.

use uuid::Uuid;

use super::cursor::{TimeKey, Walk, clamp, order_by_time};
use super::sql::Sql;
use super::views::rebuttal::{REBUTTALS, RebuttalRow, rebuttals};
use super::{Connection, Error, actors, outlets};
use crate::domain::view::{Page, PageRequest, RebuttalFilter, RebuttalView};
use crate::domain::{ClaimId, DenierRole, RebuttalId};

/// One rebuttal, live or not.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find(connection: &mut Connection, id: RebuttalId) -> Result<RebuttalView, Error> {
    let mut sql = Sql::new(REBUTTALS);
    sql.push("and r.id = {}", [id.0.into()]);
    let rows: Vec<RebuttalRow> = sql.load(connection).await?;
    rebuttals(connection, rows, None).await?.into_iter().next().ok_or(Error::NotFound)
}

/// Rebuttals by id, live or not, in order of their id; unknown ids are passed over.
///
/// # Errors
/// [`Error::Unavailable`] and [`Error::Query`] of the database.
pub async fn of_ids(
    connection: &mut Connection,
    ids: &[RebuttalId],
) -> Result<Vec<RebuttalView>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let mut sql = Sql::new(REBUTTALS);
    sql.push("and r.id = any({}) order by r.id", [ids.into()]);
    let rows: Vec<RebuttalRow> = sql.load(connection).await?;
    rebuttals(connection, rows, None).await
}

/// The newest live rebuttals of each of these claims, so many of each at most.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn newest_of(
    connection: &mut Connection,
    claims: &[ClaimId],
    most: usize,
) -> Result<Vec<RebuttalView>, Error> {
    if claims.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = claims.iter().map(|id| id.0).collect();
    let mut sql = Sql::new(REBUTTALS);
    sql.live("r", None).among("and", "r.claim_id", &ids);
    let mut sql = sql.within(
        "select * from (select x.*, row_number() over (partition by x.claim_id
             order by x.recorded_at desc, x.id desc) as place from (",
        ") x) y",
    );
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    sql.push("where y.place <= {} order by y.recorded_at desc, y.id desc", [most.into()]);
    let rows: Vec<RebuttalRow> = sql.look_up(connection).await?;
    rebuttals(connection, rows, None).await
}

/// Live rebuttals: those of one claim or document as they were recorded, else the newest first.
///
/// # Errors
/// [`Error::Cursor`] for a cursor that this list did not give.
pub async fn list(
    connection: &mut Connection,
    filter: &RebuttalFilter,
    page: &PageRequest,
) -> Result<Page<RebuttalView>, Error> {
    let walk: Walk<TimeKey> = Walk::new("rebuttals", filter, page)?;
    let mut sql = select(connection, filter).await?;
    walk.bound_by_time(&mut sql, "r", newest_first(filter));
    let rows: Vec<RebuttalRow> = sql.load(connection).await?;
    let page = walk.page(rows, |row| TimeKey { at: row.recorded_at, id: row.id });
    Ok(Page { items: rebuttals(connection, page.items, filter.as_of).await?, next: page.next })
}

/// All rebuttals that pass `filter`, in the order of the list.
pub(super) async fn ordered(
    connection: &mut Connection,
    filter: &RebuttalFilter,
) -> Result<Sql, Error> {
    let mut sql = select(connection, filter).await?;
    order_by_time(&mut sql, "r", newest_first(filter));
    Ok(sql)
}

fn newest_first(filter: &RebuttalFilter) -> bool {
    filter.claim.is_none() && filter.document.is_none()
}

async fn select(connection: &mut Connection, filter: &RebuttalFilter) -> Result<Sql, Error> {
    let mut sql = Sql::new(REBUTTALS);
    sql.live("r", filter.as_of);
    if let Some(kind) = filter.kind {
        sql.push("and r.kind = {}", [kind.as_str().into()]);
    }
    if let Some(denier) = &filter.denier {
        let ids = actors::resolve(connection, denier, filter.as_of).await?;
        sql.push("and n.denier_id = any({})", [ids.into()]);
    }
    if let Some(role) = filter.denier_role {
        match role {
            // A review is its publisher's own voice.
            DenierRole::Outlet => sql.push("and (n.denier_role = 'outlet' or n.id is null)", []),
            _ => sql.push("and n.denier_role = {}", [role.as_str().into()]),
        };
    }
    if let Some(label) = &filter.label {
        sql.push("and lower(n.label) = lower({})", [label.as_str().into()]);
    }
    if let Some(outlet) = &filter.outlet {
        let ids = outlets::resolve(connection, outlet).await?;
        sql.push(
            "and (exists (select from document_revisions v join documents d on d.id = v.document_id
                   where v.id = n.revision_id and d.outlet_id = any({}))
                  or exists (select from review_revisions w
                   where w.id = r.review_revision_id and w.outlet_id = any({})))",
            [ids.clone().into(), ids.into()],
        );
    }
    if let Some(from) = filter.from {
        sql.push("and r.stated_at >= {}", [clamp(from).into()]);
    }
    if let Some(to) = filter.to {
        sql.push("and r.stated_at < {}", [clamp(to).into()]);
    }
    if let Some(claim) = filter.claim {
        sql.push("and r.claim_id = {}", [claim.0.into()]);
    }
    if let Some(document) = filter.document {
        sql.push(
            "and n.revision_id in (select id from document_revisions where document_id = {})",
            [document.0.into()],
        );
    }
    Ok(sql)
}
