//! Addresses of documents: where they lead, and what their last answers were marked with.

use std::collections::BTreeMap;

use diesel::QueryableByName;
use diesel::sql_types::{Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use url::Url;

use super::sql::Sql;
use super::{Connection, Error};
use crate::domain::{DocumentId, Validators, address_key};

#[derive(QueryableByName)]
struct MarkedRow {
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Nullable<Text>)]
    etag: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    last_modified: Option<String>,
}

/// What the answers from the addresses of the document at `url` were marked with, by their
/// [`address_key`]; empty for an unknown document.
pub async fn validators(
    connection: &mut Connection,
    url: &Url,
) -> Result<BTreeMap<String, Validators>, Error> {
    let Some(key) = address_key(url) else { return Ok(BTreeMap::new()) };
    let mut sql = Sql::new("select key, etag, last_modified from document_urls");
    sql.push(
        "where (etag is not null or last_modified is not null)
           and document_id = (select document_id from document_urls where key = {})",
        [key.into()],
    );
    let rows: Vec<MarkedRow> = sql.load(connection).await?;
    let marks =
        |row: MarkedRow| (row.key, Validators { etag: row.etag, last_modified: row.last_modified });
    Ok(rows.into_iter().map(marks).collect())
}

/// Keeps what the answer from `url` was marked with, beside the words that came with it: call it in
/// the transaction that stores those. An address that leads to another document keeps its own.
pub async fn keep_validators(
    connection: &mut Connection,
    document: DocumentId,
    url: &Url,
    validators: &Validators,
) -> Result<(), Error> {
    diesel::sql_query(
        "update document_urls set etag = $3, last_modified = $4
          where document_id = $1 and key = $2",
    )
    .bind::<SqlUuid, _>(document.0)
    .bind::<Text, _>(address_key(url).unwrap_or_default())
    .bind::<Nullable<Text>, _>(validators.etag.as_deref())
    .bind::<Nullable<Text>, _>(validators.last_modified.as_deref())
    .execute(connection)
    .await?;
    Ok(())
}
