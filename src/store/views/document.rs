//! Documents with their live revision, outlet and counts; revisions.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{
    Array, BigInt, Binary, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use uuid::Uuid;

use super::{brief, hex, stated};
use crate::domain::view::{DocumentView, RemovalView, RevisionView};
use crate::domain::{DocumentId, RemovalStatus, RevisionId};
use crate::store::sql::Sql;
use crate::store::{Connection, Error};

/// What [`DocumentRow`] is read from; conditions follow.
pub(in crate::store) const DOCUMENTS: &str =
    "select d.id, d.recorded_at, u.url, o.id as outlet_id, o.name as outlet_name,
            o.domain as outlet_domain, r.id as revision_id, r.number, r.title, r.authors,
            r.published_at, r.published_precision, r.language, r.sha256,
            r.recorded_at as revised_at, m.status as removed_status,
            m.recorded_at as removed_at
       from documents d
       join document_revisions r on r.document_id = d.id and r.superseded_at is null
       left join outlets o on o.id = d.outlet_id
       left join document_urls u on u.document_id = d.id and u.canonical
       left join document_removals m on m.document_id = d.id and m.superseded_at is null
      where true";

#[derive(QueryableByName)]
pub(in crate::store) struct DocumentRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    pub recorded_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Text>)]
    url: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    outlet_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    outlet_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    outlet_domain: Option<String>,
    #[diesel(sql_type = SqlUuid)]
    revision_id: Uuid,
    #[diesel(sql_type = Integer)]
    number: i32,
    #[diesel(sql_type = Nullable<Text>)]
    title: Option<String>,
    #[diesel(sql_type = Array<Text>)]
    authors: Vec<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    published_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    published_precision: Option<String>,
    #[diesel(sql_type = Text)]
    language: String,
    #[diesel(sql_type = Binary)]
    sha256: Vec<u8>,
    #[diesel(sql_type = Timestamptz)]
    revised_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Integer>)]
    removed_status: Option<i32>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    removed_at: Option<DateTime<Utc>>,
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = SqlUuid)]
    revision_id: Uuid,
    #[diesel(sql_type = BigInt)]
    statements: i64,
    #[diesel(sql_type = BigInt)]
    claims: i64,
    #[diesel(sql_type = BigInt)]
    rebuttals: i64,
}

/// Documents in the order of the rows.
pub(in crate::store) async fn documents(
    connection: &mut Connection,
    rows: Vec<DocumentRow>,
) -> Result<Vec<DocumentView>, Error> {
    let counts = counts(connection, rows.iter().map(|row| row.revision_id).collect()).await?;
    rows.into_iter()
        .map(|row| {
            let count = counts.get(&row.revision_id);
            Ok(DocumentView {
                id: DocumentId(row.id),
                url: row.url,
                outlet: brief::outlet(row.outlet_id, row.outlet_name, row.outlet_domain),
                revision: RevisionId(row.revision_id),
                revision_number: row.number,
                title: row.title,
                authors: row.authors,
                published: stated(row.published_at, row.published_precision.as_deref())?,
                language: row.language,
                sha256: hex(&row.sha256),
                statements: count.map_or(0, |count| count.statements),
                claims: count.map_or(0, |count| count.claims),
                rebuttals: count.map_or(0, |count| count.rebuttals),
                removal: removal(row.removed_status, row.removed_at),
                recorded_at: row.recorded_at,
                revised_at: row.revised_at,
            })
        })
        .collect()
}

fn removal(status: Option<i32>, recorded_at: Option<DateTime<Utc>>) -> Option<RemovalView> {
    let status = RemovalStatus::of_code(status?)?;
    Some(RemovalView { status, recorded_at: recorded_at?, superseded_at: None })
}

#[derive(QueryableByName)]
struct RemovalRow {
    #[diesel(sql_type = Integer)]
    status: i32,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    superseded_at: Option<DateTime<Utc>>,
}

/// The times in which the page of a document was not there, oldest first.
pub(in crate::store) async fn removals(
    connection: &mut Connection,
    id: DocumentId,
) -> Result<Vec<RemovalView>, Error> {
    let mut sql = Sql::new("select status, recorded_at, superseded_at from document_removals");
    sql.push("where document_id = {} order by recorded_at, id", [id.0.into()]);
    let rows: Vec<RemovalRow> = sql.load(connection).await?;
    let known = |row: RemovalRow| {
        let RemovalRow { recorded_at, superseded_at, .. } = row;
        let status = RemovalStatus::of_code(row.status)?;
        Some(RemovalView { status, recorded_at, superseded_at })
    };
    Ok(rows.into_iter().filter_map(known).collect())
}

async fn counts(
    connection: &mut Connection,
    revisions: Vec<Uuid>,
) -> Result<BTreeMap<Uuid, CountRow>, Error> {
    if revisions.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut sql = Sql::new(
        "select r.id as revision_id,
                (select count(*) from statements s
                  where s.revision_id = r.id and s.superseded_at is null) as statements,
                (select count(*) from (
                    select a.claim_id from appearances a
                     where a.revision_id = r.id and a.superseded_at is null
                    union
                    select n.claim_id from denials n
                     where n.revision_id = r.id and n.superseded_at is null) c) as claims,
                (select count(*) from denials n
                  where n.revision_id = r.id and n.superseded_at is null) as rebuttals
           from document_revisions r",
    );
    sql.among("where", "r.id", &revisions);
    let rows: Vec<CountRow> = sql.load(connection).await?;
    Ok(rows.into_iter().map(|row| (row.revision_id, row)).collect())
}

/// What [`RevisionRow`] is read from; conditions follow.
pub(in crate::store) const REVISIONS: &str =
    "select id, number, title, sha256, text_length, media_type, recorded_at, superseded_at
       from document_revisions where true";

#[derive(QueryableByName)]
pub(in crate::store) struct RevisionRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Integer)]
    number: i32,
    #[diesel(sql_type = Nullable<Text>)]
    title: Option<String>,
    #[diesel(sql_type = Binary)]
    sha256: Vec<u8>,
    #[diesel(sql_type = Integer)]
    text_length: i32,
    #[diesel(sql_type = Text)]
    media_type: String,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    superseded_at: Option<DateTime<Utc>>,
}

impl From<RevisionRow> for RevisionView {
    fn from(row: RevisionRow) -> Self {
        RevisionView {
            id: RevisionId(row.id),
            number: row.number,
            title: row.title,
            sha256: hex(&row.sha256),
            text_length: row.text_length,
            media_type: row.media_type,
            recorded_at: row.recorded_at,
            superseded_at: row.superseded_at,
        }
    }
}
