//! Reviews: published fact-checks of claims.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::Text;

use super::cursor::{TimeKey, Walk, clamp};
use super::sql::Sql;
use super::views::review::{self, ReviewRow, reviews};
use super::{Connection, Error, outlets};
use crate::domain::ReviewId;
use crate::domain::view::{Page, PageRequest, ReviewFilter, ReviewView};

/// One review as known at `as_of`; now, where that is `None`.
///
/// # Errors
/// [`Error::NotFound`], also for a review that was not known yet then.
pub async fn find(
    connection: &mut Connection,
    id: ReviewId,
    as_of: Option<DateTime<Utc>>,
) -> Result<ReviewView, Error> {
    let mut sql = review::select(as_of);
    sql.push("and w.id = {}", [id.0.into()]);
    let rows: Vec<ReviewRow> = sql.load(connection).await?;
    reviews(connection, rows, as_of).await?.into_iter().next().ok_or(Error::NotFound)
}

/// Reviews by id as they are now, in order of their id; unknown ids are passed over.
///
/// # Errors
/// [`Error::Unavailable`] and [`Error::Query`] of the database.
pub async fn of_ids(
    connection: &mut Connection,
    ids: &[ReviewId],
) -> Result<Vec<ReviewView>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<uuid::Uuid> = ids.iter().map(|id| id.0).collect();
    let mut sql = review::select(None);
    sql.push("and w.id = any({}) order by w.id", [ids.into()]);
    let rows: Vec<ReviewRow> = sql.load(connection).await?;
    reviews(connection, rows, None).await
}

#[derive(QueryableByName)]
struct RawRow {
    #[diesel(sql_type = Text)]
    raw: String,
}

/// The `ClaimReview` block of a review as it came, and as known at `as_of`.
///
/// # Errors
/// As [`find`].
pub async fn raw(
    connection: &mut Connection,
    id: ReviewId,
    as_of: Option<DateTime<Utc>>,
) -> Result<String, Error> {
    let mut sql = Sql::new("select v.raw from review_revisions v where true");
    sql.live("v", as_of).push("and v.review_id = {}", [id.0.into()]);
    let rows: Vec<RawRow> = sql.load(connection).await?;
    rows.into_iter().next().map(|row| row.raw).ok_or(Error::NotFound)
}

/// Reviews, the last recorded first.
///
/// # Errors
/// [`Error::Cursor`] for a cursor that this list did not give.
pub async fn list(
    connection: &mut Connection,
    filter: &ReviewFilter,
    page: &PageRequest,
) -> Result<Page<ReviewView>, Error> {
    let walk: Walk<TimeKey> = Walk::new("reviews", filter, page)?;
    let mut sql = select(connection, filter).await?;
    walk.bound_by_time(&mut sql, "v", true);
    let rows: Vec<ReviewRow> = sql.load(connection).await?;
    let page = walk.page(rows, |row| TimeKey { at: row.recorded_at, id: row.revision_id });
    Ok(Page { items: reviews(connection, page.items, filter.as_of).await?, next: page.next })
}

async fn select(connection: &mut Connection, filter: &ReviewFilter) -> Result<Sql, Error> {
    let mut sql = review::select(filter.as_of);
    if let Some(q) = &filter.q {
        // The claim's index answers first; a headline is looked at beside it.
        sql.push(
            "and (k.claim_id in (select c.id from claims c
                    where to_tsvector('english', searchable(left(c.text, 10000)))
                          @@ websearch_to_tsquery('english', searchable({})))
                  or to_tsvector('simple', searchable(coalesce(v.title, '')))
                     @@ websearch_to_tsquery('simple', searchable({})))",
            [q.as_str().into(), q.as_str().into()],
        );
    }
    if let Some(verdict) = filter.verdict {
        sql.push("and v.verdict = {}", [verdict.as_str().into()]);
    }
    if let Some(publisher) = &filter.publisher {
        let ids = outlets::resolve(connection, publisher).await?;
        match publisher {
            crate::domain::view::Selector::Name(name) => sql.push(
                "and (v.outlet_id = any({}) or lower(v.publisher) = lower({}))",
                [ids.into(), name.as_str().into()],
            ),
            crate::domain::view::Selector::Id(_) => {
                sql.push("and v.outlet_id = any({})", [ids.into()])
            }
        };
    }
    if let Some(claim) = filter.claim {
        sql.push("and k.claim_id = {}", [claim.0.into()]);
    }
    if let Some(language) = &filter.language {
        sql.push("and v.language = {}", [language.as_str().into()]);
    }
    for (bound, side) in [(filter.from, ">="), (filter.to, "<")] {
        if let Some(bound) = bound {
            sql.push(&format!("and v.published_at {side} {{}}"), [clamp(bound).into()]);
        }
    }
    Ok(sql)
}
