//! How far `ingest` has read each file.

use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Binary, Bool, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::sql::Sql;
use super::{Connection, Error};

/// Digests that one query asks for.
const CHUNK: usize = 10_000;

/// How far one file is read: everything before `position` is committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// SHA-256 of the file's canonical path.
    pub path_sha256: [u8; 32],
    /// The path, for people.
    pub path: String,
    /// What tells this state of the file from another one; SHA-256.
    pub fingerprint: [u8; 32],
    /// Files of a ZIP that are read; `position` and `line` are of the next one.
    pub part: u64,
    /// Bytes of the unpacked content; of a web archive, of the file.
    pub position: u64,
    /// Lines before `position`; of a web archive, records behind it that are read as well.
    pub line: u64,
    /// What became of the documents so far.
    pub counts: Counts,
    /// Whether the file was read to its end.
    pub finished: bool,
}

/// What became of documents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// New documents.
    pub created: u64,
    /// New revisions of known documents.
    pub revised: u64,
    /// Documents that were known as they are.
    pub unchanged: u64,
    /// Documents that could not be read or stored.
    pub refused: u64,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Binary)]
    path_sha256: Vec<u8>,
    #[diesel(sql_type = Text)]
    path: String,
    #[diesel(sql_type = Binary)]
    fingerprint: Vec<u8>,
    #[diesel(sql_type = BigInt)]
    part: i64,
    #[diesel(sql_type = BigInt)]
    position: i64,
    #[diesel(sql_type = BigInt)]
    line: i64,
    #[diesel(sql_type = BigInt)]
    created: i64,
    #[diesel(sql_type = BigInt)]
    revised: i64,
    #[diesel(sql_type = BigInt)]
    unchanged: i64,
    #[diesel(sql_type = BigInt)]
    refused: i64,
    #[diesel(sql_type = Bool)]
    finished: bool,
}

impl TryFrom<Row> for Checkpoint {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let digest = |bytes: Vec<u8>| {
            <[u8; 32]>::try_from(bytes).map_err(|_| Error::Query("a digest is not 32 bytes".into()))
        };
        Ok(Checkpoint {
            path_sha256: digest(row.path_sha256)?,
            path: row.path,
            fingerprint: digest(row.fingerprint)?,
            // A check of the schema keeps them from being negative.
            part: row.part.unsigned_abs(),
            position: row.position.unsigned_abs(),
            line: row.line.unsigned_abs(),
            counts: Counts {
                created: row.created.unsigned_abs(),
                revised: row.revised.unsigned_abs(),
                unchanged: row.unchanged.unsigned_abs(),
                refused: row.refused.unsigned_abs(),
            },
            finished: row.finished,
        })
    }
}

/// The checkpoints of these paths, in no order; none for a path that was never read.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn find(
    connection: &mut Connection,
    paths: &[[u8; 32]],
) -> Result<Vec<Checkpoint>, Error> {
    let mut found = Vec::new();
    for chunk in paths.chunks(CHUNK) {
        let digests: Vec<Vec<u8>> = chunk.iter().map(|digest| digest.to_vec()).collect();
        let mut sql = Sql::new(
            "select path_sha256, path, fingerprint, part, position, line, created, revised, unchanged,
                    refused, finished_at is not null as finished
               from ingest_checkpoints",
        );
        sql.push("where path_sha256 = any({})", [digests.into()]);
        for row in sql.load::<Row>(connection).await? {
            found.push(row.try_into()?);
        }
    }
    Ok(found)
}

/// Keeps a checkpoint in the place of the one before. Call it after the documents it speaks of are
/// committed.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn save(connection: &mut Connection, checkpoint: &Checkpoint) -> Result<(), Error> {
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    diesel::sql_query(
        "insert into ingest_checkpoints as c
                (id, path_sha256, path, fingerprint, part, position, line, created, revised, unchanged, refused,
                 finished_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, case when $12 then clock_timestamp() end)
         on conflict (path_sha256) do update
            set path = excluded.path, fingerprint = excluded.fingerprint, part = excluded.part,
                position = excluded.position, line = excluded.line, created = excluded.created,
                revised = excluded.revised, unchanged = excluded.unchanged,
                refused = excluded.refused, finished_at = excluded.finished_at,
                saved_at = clock_timestamp()",
    )
    .bind::<SqlUuid, _>(Uuid::now_v7())
    .bind::<Binary, _>(checkpoint.path_sha256.as_slice())
    .bind::<Text, _>(&checkpoint.path)
    .bind::<Binary, _>(checkpoint.fingerprint.as_slice())
    .bind::<BigInt, _>(number(checkpoint.part))
    .bind::<BigInt, _>(number(checkpoint.position))
    .bind::<BigInt, _>(number(checkpoint.line))
    .bind::<BigInt, _>(number(checkpoint.counts.created))
    .bind::<BigInt, _>(number(checkpoint.counts.revised))
    .bind::<BigInt, _>(number(checkpoint.counts.unchanged))
    .bind::<BigInt, _>(number(checkpoint.counts.refused))
    .bind::<Bool, _>(checkpoint.finished)
    .execute(connection)
    .await?;
    Ok(())
}
