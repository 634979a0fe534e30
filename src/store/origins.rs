//! Which stored text a document prints.

use std::collections::BTreeSet;

use diesel::QueryableByName;
use diesel::sql_types::{Nullable, Text, Uuid as SqlUuid};
use uuid::Uuid;

use super::sql::Sql;
use super::writing::lock_bands;
use super::{Connection, Error};
use crate::domain::DocumentId;
use crate::domain::origins::{Candidate, Found, LONG, decide, sign};

/// Stored texts that one is compared with at most: those that share most bands, the earliest first.
const MOST: i64 = 16;

/// The origin of a document that is being stored.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Origin {
    /// The first document of the text that it prints, and how that was found; `None` for one of its
    /// own.
    pub copy_of: Option<Found<DocumentId>>,
    /// The bands by which its copies will be found; none of a copy.
    pub bands: Vec<i64>,
    /// The agency it is credited to.
    pub credit: Option<String>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    origin_id: Uuid,
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = Nullable<Text>)]
    credit: Option<String>,
}

/// The origin of a document with this text.
///
/// Copies that come at the same moment wait for each other here until the first is committed.
pub(super) async fn find(
    connection: &Connection,
    document: DocumentId,
    text: &str,
) -> Result<Origin, Error> {
    let signature = match text.len() < LONG {
        true => sign(text),
        false => {
            let text = text.to_owned();
            on_a_thread(move || sign(&text)).await?
        }
    };
    let (bands, credit) = (signature.bands, signature.credit);
    if bands.is_empty() {
        return Ok(Origin { credit, ..Origin::default() });
    }
    lock_bands(connection, &bands.iter().copied().collect::<BTreeSet<i64>>()).await?;
    let mut sql = Sql::new(
        "select o.origin_id, o.credit, r.text from (select f.revision_id, count(*) as shared from",
    );
    sql.each(["revision_bands", "band", "revision_id", "f"], bands.clone().into());
    sql.push(
        "group by f.revision_id order by shared desc, f.revision_id limit {}) c
           join revision_origins o on o.revision_id = c.revision_id
           join document_revisions r on r.id = c.revision_id
          where r.document_id <> {} order by c.revision_id",
        [MOST.into(), document.0.into()],
    );
    let rows: Vec<Row> = sql.look_up(connection).await?;
    let candidates: Vec<Candidate<DocumentId>> = rows
        .into_iter()
        .map(|row| Candidate {
            origin: DocumentId(row.origin_id),
            text: row.text,
            credit: row.credit,
        })
        .collect();
    let long = text.len() + candidates.iter().map(|other| other.text.len()).sum::<usize>() >= LONG;
    let copy_of = match long {
        false => decide(text, credit.as_deref(), &candidates),
        true => {
            let (text, credit) = (text.to_owned(), credit.clone());
            on_a_thread(move || decide(&text, credit.as_deref(), &candidates)).await?
        }
    };
    let bands = if copy_of.is_some() { Vec::new() } else { bands };
    Ok(Origin { copy_of, bands, credit })
}

async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Query(error.into()))
}
