//! What a transaction keeps to itself while it stores a document, and in which order it asks for it.
//!
//! | level | what | how |
//! | --- | --- | --- |
//! | 1 | the document: each address of it, in order of key, or its words | exclusive |
//! | | then its row, and in order of id those of documents that turn out to be it | shared; exclusive |
//! | 2 | which claims are merged with which | shared; exclusive for who merges, splits or corrects claims by hand |
//! | 3 | each language whose claims may change, in order of name | shared; exclusive where level 4 would be [`MANY`] claims or more |
//! | 4 | each claim it brings or had, and the survivor of each that is merged, in order of number | exclusive |
//! | 5 | its outlet | by inserting it: a unique index makes others wait |
//! | 6 | each band of its text, in order of number | exclusive |
//! | 7 | each key of the actors that are not known by name, in order of number | shared and exclusive as levels 3 and 4 |
//! | 8 | its actors in order of key | as level 5 |
//! | 9 | other names, then affiliations, then keys of actors, each in order of key | as level 5 |
//!
//! Finding or founding a claim, reading its evidence and renewing its summary are one thing that two
//! transactions must not do at once; a lock for each claim's wording serialises exactly that, and
//! documents that share no claim do not wait for each other's commit. Whoever changes claims by hand
//! holds level 2 alone, so that nobody stores evidence of any claim meanwhile: that is rare and short,
//! and then needs no lock below it.
//!
//! No circle of waiting can come about: every transaction goes down the levels, and within one in a
//! fixed order, so whoever waits for a place holds only places before it. Foreign keys add none:
//! they take `for key share` on rows that nobody updates.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use diesel::QueryableByName;
use diesel::sql_types::{Binary, Text};
use uuid::Uuid;

use crate::store::sql::Sql;
use crate::store::{Connection, Error};

/// Claims from which a document locks whole languages instead. Postgres keeps locks in memory for
/// 64 times its connections by default; a document of thousands of claims must not use that up.
const MANY: usize = 128;

/// A claim as it is locked: by its wording, which is known before it has a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ClaimLock {
    pub language: String,
    pub digest: Vec<u8>,
}

/// Level 1.
pub(super) async fn lock_document(connection: &Connection, name: &str) -> Result<(), Error> {
    let mut sql = Sql::new("select pg_advisory_xact_lock(");
    sql.push("{})", [number(["document", name].map(str::as_bytes)).into()]);
    sql.run(connection).await
}

/// Level 1, behind all its addresses: the document is not merged into another until the transaction ends. Found by
/// an address that is not its canonical one it is not locked by its name.
pub(super) async fn hold_document(connection: &Connection, document: Uuid) -> Result<(), Error> {
    let mut sql = Sql::new("select from documents where id =");
    sql.push("{} for share", [document.into()]);
    sql.run(connection).await
}

/// Level 1, behind all its addresses: nobody else stores anything of these documents until the transaction ends.
pub(super) async fn lock_rows(connection: &Connection, documents: Vec<Uuid>) -> Result<(), Error> {
    let mut sql = Sql::new("select from documents where id =");
    // Foreign keys need not wait.
    sql.push("any({}) order by id for no key update", [documents.into()]);
    sql.run(connection).await
}

/// Level 2, shared: which claim answers for which stays as it is until the transaction ends.
pub(in crate::store) async fn hold_merges(connection: &Connection) -> Result<(), Error> {
    let mut sql = Sql::new("select pg_advisory_xact_lock_shared(");
    sql.push("{})", [number([b"merges"]).into()]);
    sql.run(connection).await
}

/// Level 2, alone: nobody stores evidence of a claim until the transaction ends.
pub(in crate::store) async fn lock_merges(connection: &Connection) -> Result<(), Error> {
    let mut sql = Sql::new("select pg_advisory_xact_lock(");
    sql.push("{})", [number([b"merges"]).into()]);
    sql.run(connection).await
}

/// Which actor answers for which changes for nobody else until the transaction ends. Evidence does not
/// move with actors, so whoever stores documents need not wait.
pub(in crate::store) async fn lock_actor_merges(connection: &Connection) -> Result<(), Error> {
    let mut sql = Sql::new("select pg_advisory_xact_lock(");
    sql.push("{})", [number([b"actor merges"]).into()]);
    sql.run(connection).await
}

#[derive(QueryableByName)]
struct SurvivorRow {
    #[diesel(sql_type = Text)]
    language: String,
    #[diesel(sql_type = Binary)]
    canonical_sha256: Vec<u8>,
}

/// The survivors of those of the claims that are merged.
async fn survivors(
    connection: &Connection,
    claims: &BTreeSet<ClaimLock>,
) -> Result<Vec<ClaimLock>, Error> {
    if claims.is_empty() {
        return Ok(Vec::new());
    }
    let (languages, digests): (Vec<String>, Vec<Vec<u8>>) =
        claims.iter().map(|claim| (claim.language.clone(), claim.digest.clone())).unzip();
    let mut sql = Sql::new("select s.language, s.canonical_sha256 from unnest(");
    // Each by itself: see `Sql::each`.
    sql.push(
        "{}, {}) as k (language, digest)
          cross join lateral (select id from claims
             where language = k.language and canonical_sha256 = k.digest offset 0) c
          cross join lateral (select survivor_id from claim_members
             where claim_id = c.id and superseded_at is null offset 0) m
          cross join lateral (select language, canonical_sha256 from claims
             where id = m.survivor_id offset 0) s",
        [languages.into(), digests.into()],
    );
    let rows: Vec<SurvivorRow> = sql.look_up(connection).await?;
    let locks = rows
        .into_iter()
        .map(|row| ClaimLock { language: row.language, digest: row.canonical_sha256 });
    Ok(locks.collect())
}

/// Levels 3 and 4, under level 2.
pub(super) async fn lock_claims(
    connection: &Connection,
    language: &str,
    claims: &BTreeSet<ClaimLock>,
) -> Result<(), Error> {
    let mut claims = claims.clone();
    claims.extend(survivors(connection, &claims).await?);
    let mut languages = BTreeSet::from([language]);
    languages.extend(claims.iter().map(|claim| claim.language.as_str()));
    let whole = claims.len() >= MANY;
    let languages = languages.into_iter().map(|language| {
        let lock = if whole { Lock::Exclusive } else { Lock::Shared };
        (number([b"language", language.as_bytes()]), lock)
    });
    let each: BTreeSet<i64> =
        if whole { BTreeSet::new() } else { claims.iter().map(ClaimLock::number).collect() };
    let locks = languages.chain(each.into_iter().map(|number| (number, Lock::Exclusive)));
    let (numbers, shared): (Vec<i64>, Vec<bool>) =
        locks.map(|(number, lock)| (number, lock == Lock::Shared)).unzip();
    take(connection, numbers, shared).await
}

/// Takes locks in the given order.
async fn take(connection: &Connection, numbers: Vec<i64>, shared: Vec<bool>) -> Result<(), Error> {
    // Rows of `unnest` come in the order of its arrays, and so the locks are taken.
    let mut sql = Sql::new(
        "select case when l.shared then pg_advisory_xact_lock_shared(l.number)::text
                     else pg_advisory_xact_lock(l.number)::text end",
    );
    sql.push("from unnest({}, {}) as l (number, shared)", [numbers.into(), shared.into()]);
    sql.run(connection).await
}

/// Level 6. Copies of a text that come at once wait for the first of them.
pub(in crate::store) async fn lock_bands(
    connection: &Connection,
    bands: &BTreeSet<i64>,
) -> Result<(), Error> {
    let each: BTreeSet<i64> =
        bands.iter().map(|band| number([b"band".as_slice(), &band.to_be_bytes()])).collect();
    let (numbers, shared) = each.into_iter().map(|number| (number, false)).unzip();
    take(connection, numbers, shared).await
}

/// Level 7. Two documents that first name one actor, each in its own spelling, make one actor.
pub(super) async fn lock_actors(
    connection: &Connection,
    keys: &BTreeSet<&str>,
) -> Result<(), Error> {
    let all = number([b"actors".as_slice(), b""]);
    let whole = keys.len() >= MANY;
    let each: BTreeSet<i64> = if whole {
        BTreeSet::new()
    } else {
        keys.iter().map(|key| number([b"actor".as_slice(), key.as_bytes()])).collect()
    };
    let locks = [(all, !whole)].into_iter().chain(each.into_iter().map(|number| (number, false)));
    let (numbers, shared) = locks.unzip();
    take(connection, numbers, shared).await
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Lock {
    Shared,
    Exclusive,
}

impl ClaimLock {
    fn number(&self) -> i64 {
        number([b"claim", self.language.as_bytes(), &self.digest])
    }
}

/// The number that stands for a name: 64 bits of its digest. Two names with one number would only
/// wait for each other without need.
fn number<const N: usize>(name: [&[u8]; N]) -> i64 {
    let mut digest = Sha256::new();
    for part in name {
        digest.update(part);
        digest.update([0]);
    }
    let digest = digest.finalize();
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest[..8]);
    i64::from_be_bytes(bytes)
}
