//! Statements: who said what, with which words.

use super::cursor::{TimeKey, Walk, order_by_time};
use super::sql::Sql;
use super::views::statement::{STATEMENTS, StatementRow, statements};
use super::{Connection, Error, actors};
use crate::domain::StatementId;
use crate::domain::view::{Page, PageRequest, StatementFilter, StatementView};

/// One statement, live or not.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find(connection: &mut Connection, id: StatementId) -> Result<StatementView, Error> {
    let mut sql = Sql::new(STATEMENTS);
    sql.push("and s.id = {}", [id.0.into()]);
    let rows: Vec<StatementRow> = sql.load(connection).await?;
    statements(connection, rows).await?.into_iter().next().ok_or(Error::NotFound)
}

/// Live statements: those of one document in order of place, else the newest first.
///
/// # Errors
/// [`Error::Cursor`] for a cursor that this list did not give.
pub async fn list(
    connection: &mut Connection,
    filter: &StatementFilter,
    page: &PageRequest,
) -> Result<Page<StatementView>, Error> {
    let walk: Walk<TimeKey> = Walk::new("statements", filter, page)?;
    let mut sql = select(connection, filter).await?;
    walk.bound_by_time(&mut sql, "s", newest_first(filter));
    let rows: Vec<StatementRow> = sql.load(connection).await?;
    let page = walk.page(rows, |row| TimeKey { at: row.recorded_at, id: row.id });
    Ok(Page { items: statements(connection, page.items).await?, next: page.next })
}

/// All live statements that pass `filter`, in the order of the list.
pub(super) async fn ordered(
    connection: &mut Connection,
    filter: &StatementFilter,
) -> Result<Sql, Error> {
    let mut sql = select(connection, filter).await?;
    order_by_time(&mut sql, "s", newest_first(filter));
    Ok(sql)
}

fn newest_first(filter: &StatementFilter) -> bool {
    filter.document.is_none()
}

async fn select(connection: &mut Connection, filter: &StatementFilter) -> Result<Sql, Error> {
    let mut sql = Sql::new(STATEMENTS);
    sql.live("s", None);
    if let Some(document) = filter.document {
        sql.push(
            "and s.revision_id in (select id from document_revisions where document_id = {})",
            [document.0.into()],
        );
    }
    if let Some(speaker) = &filter.speaker {
        let ids = actors::resolve(connection, speaker, None).await?;
        sql.push("and s.speaker_id = any({})", [ids.into()]);
    }
    if let Some(q) = &filter.q {
        sql.push(
            "and exists (select from statement_spans p
              where p.revision_id = s.revision_id and p.statement_id = s.id and p.role = 'content'
                and to_tsvector('english', searchable(left(p.quote, 10000)))
                    @@ websearch_to_tsquery('english', searchable({})))",
            [q.as_str().into()],
        );
    }
    Ok(sql)
}
