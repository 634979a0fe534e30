//! Documents that turn out to be one.

use diesel::sql_types::Uuid as SqlUuid;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::store::sql::{IdRow, Sql};
use crate::store::{Connection, Error};

/// Links a document with those that stood at other addresses of it before anybody knew that they were
/// its: each such address was the canonical one of a document with words that this one has or had. The words decide
/// too, because a site's `/latest` leads to another article every day.
pub(super) async fn link_same(
    connection: &mut Connection,
    document: Uuid,
    other_keys: Vec<String>,
    sha256: &[u8],
) -> Result<(), Error> {
    let mut sql = Sql::new("select u.document_id as id from document_urls u");
    sql.push(
        "join document_revisions r on r.document_id = u.document_id and r.superseded_at is null
         where u.key = any({}) and u.canonical and u.document_id <> {}
           and (r.sha256 = any({})
                or r.sha256 in (select sha256 from document_revisions where document_id = {}))
         order by u.document_id",
        [other_keys.into(), document.into(), vec![sha256.to_vec()].into(), document.into()],
    );
    for IdRow { id } in sql.look_up::<IdRow>(connection).await? {
        diesel::sql_query(
            "insert into document_links (id, document_id, same_as_id) values ($1, $2, $3)
             on conflict do nothing",
        )
        .bind::<SqlUuid, _>(Uuid::now_v7())
        .bind::<SqlUuid, _>(document)
        .bind::<SqlUuid, _>(id)
        .execute(connection)
        .await?;
    }
    Ok(())
}
