//! Which document is this, and has it changed? With the locks that make the answer hold.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Binary, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use sha2::{Digest, Sha256};
use url::Url;
use uuid::Uuid;

use super::links::{self, Other};
use super::locks::{ClaimLock, hold_document, hold_merges, lock_claims, lock_document, lock_rows};
use super::{Draft, Received, judge_anew};
use crate::domain::view::{StoreOutcome, StoredDocument};
use crate::domain::{Document, DocumentId, RevisionId, address_key, canonical_url, desktop_twin};
use crate::store::claims::digest;
use crate::store::insert::{Inserts, bound};
use crate::store::redaction::{address_digest, refuse_digests};
use crate::store::rows::document::{NewDocumentUrl, NewOutlet};
use crate::store::sql::{IdRow, Sql};
use crate::store::{Connection, Error, outlets};

/// What [`begin`] found.
#[derive(Debug)]
pub enum Begun {
    /// The live revision has the same words.
    Unchanged(StoredDocument),
    /// A new document or a new revision.
    Changed(Draft),
}

/// SHA-256 of the title, a line feed and the text: the words' identity.
pub fn sha256(document: &Document) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(document.title.as_deref().unwrap_or(""));
    digest.update(b"\n");
    digest.update(&document.text);
    digest.finalize().into()
}

/// An address that leads to a document.
pub(super) struct Address {
    /// What is shown and fetched.
    url: String,
    /// What two spellings of it share.
    key: String,
}

impl Address {
    fn of(url: &Url) -> Option<Self> {
        Some(Address { url: canonical_url(url)?.into(), key: address_key(url)? })
    }

    /// The row that says so.
    pub fn row(&self, document_id: Uuid, canonical: bool) -> NewDocumentUrl<'_> {
        let Address { url, key } = self;
        NewDocumentUrl { id: Uuid::now_v7(), document_id, url, key, canonical }
    }

    /// The key of the address that this one is likely the AMP or mobile twin of.
    fn twin(&self) -> Option<String> {
        Url::parse(&self.url)
            .ok()
            .and_then(|url| desktop_twin(&url))
            .and_then(|it| address_key(&it))
    }
}

/// What tells one document from another: its addresses, or, without one, its words.
pub(super) enum Identity {
    /// The canonical one first.
    Addresses(Vec<Address>),
    Words([u8; 32]),
}

impl Identity {
    pub fn of(document: &Document) -> Self {
        if document.url.as_ref().and_then(address_key).is_none() {
            return Identity::Words(sha256(document));
        }
        let mut known = BTreeSet::new();
        let all = document.url.iter().chain(&document.aliases).filter_map(Address::of);
        Identity::Addresses(all.filter(|address| known.insert(address.key.clone())).collect())
    }

    /// The keys of its addresses.
    pub fn keys(&self) -> Vec<String> {
        match self {
            Identity::Addresses(all) => all.iter().map(|address| address.key.clone()).collect(),
            Identity::Words(_) => Vec::new(),
        }
    }

    /// What a tombstone of this document would be found by.
    fn digests(&self) -> Vec<Vec<u8>> {
        match self {
            Identity::Addresses(all) => deciding(all).iter().map(|it| address_digest(it)).collect(),
            Identity::Words(digest) => vec![digest.to_vec()],
        }
    }

    /// In the order in which they must be taken, so that no two transactions wait for each other.
    fn lock_names(&self) -> BTreeSet<String> {
        match self {
            Identity::Addresses(all) => all.iter().map(|address| address.key.clone()).collect(),
            Identity::Words(digest) => BTreeSet::from([crate::store::views::hex(digest)]),
        }
    }
}

#[derive(Clone, QueryableByName)]
pub(super) struct LiveRow {
    #[diesel(sql_type = SqlUuid)]
    pub document_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    revision_id: Uuid,
    #[diesel(sql_type = Integer)]
    number: i32,
    #[diesel(sql_type = Binary)]
    sha256: Vec<u8>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    outlet_id: Option<Uuid>,
}

/// The known document's answer when `document` would change nothing; takes no lock, so that a
/// repeated post costs one look. An address that is new for the document is kept. `None` also where
/// another document turns out to be this one, which [`begin`] merges under its locks.
pub async fn unchanged(
    connection: &mut Connection,
    document: &Document,
) -> Result<Option<StoredDocument>, Error> {
    let identity = Identity::of(document);
    let live = find(connection, &identity).await?;
    let Some(live) = live.filter(|live| live.sha256 == sha256(document)) else { return Ok(None) };
    let keys = keep_addresses(connection, live.document_id, &identity).await?;
    let others = same(connection, &live, keys, &live.sha256).await?;
    if others.iter().any(|other| !other.corrected) {
        return Ok(None);
    }
    links::link(connection, live.document_id, &others).await?;
    Ok(Some(answer(live)))
}

/// The document that `url` leads to, as it is.
///
/// # Errors
/// [`Error::NotFound`] where it leads to none.
pub async fn at_address(connection: &mut Connection, url: &Url) -> Result<StoredDocument, Error> {
    let addresses = Identity::Addresses(Address::of(url).into_iter().collect());
    find(connection, &addresses).await?.map(answer).ok_or(Error::NotFound)
}

/// The document whose canonical address has this key, as it is.
pub(super) async fn at_canonical(
    connection: &Connection,
    key: &str,
) -> Result<Option<LiveRow>, Error> {
    let mut sql = Sql::new(
        "select r.document_id, r.id as revision_id, r.number, r.sha256, d.outlet_id
           from document_urls u
           join documents d on d.id = u.document_id
           join document_revisions r on r.document_id = d.id and r.superseded_at is null
          where u.canonical and u.key =",
    );
    sql.push("{}", [key.into()]);
    Ok(sql.look_up(connection).await?.into_iter().next())
}

pub(super) fn answer(live: LiveRow) -> StoredDocument {
    StoredDocument {
        document: DocumentId(live.document_id),
        revision: RevisionId(live.revision_id),
        outcome: StoreOutcome::Unchanged,
        claims_appeared: Vec::new(),
        claims_vanished: Vec::new(),
        rebuttals_appeared: Vec::new(),
        rebuttals_vanished: Vec::new(),
    }
}

/// Tells whether the document is known, and locks what its rows will change. Call it first in a
/// transaction; `keys` are the canonical wordings of the claims it brings.
///
/// The time is taken after the locks (see `locks.rs`), so that rows of one claim never run
/// backwards in time.
///
/// # Errors
/// [`Error::Redacted`] for a document whose text was removed on request, and [`Error::Unavailable`] when
/// the database is away, or gave up waiting for a lock.
pub async fn begin(
    connection: &mut Connection,
    received: Received<'_>,
    keys: &[String],
) -> Result<Begun, Error> {
    let document = received.document;
    let identity = Identity::of(document);
    lock_documents(connection, &identity.lock_names()).await?;
    let live = find_and_hold(connection, &identity).await?;
    let mut others = Vec::new();
    match &live {
        Some(live) => {
            let keys = keep_addresses(connection, live.document_id, &identity).await?;
            others = same_alone(connection, live, keys, &sha256(document)).await?;
        }
        None => refuse_digests(connection, identity.digests()).await?,
    }
    hold_merges(connection).await?;
    let mut claims: BTreeSet<ClaimLock> = keys
        .iter()
        .map(|key| ClaimLock { language: document.language.clone(), digest: digest(key) })
        .collect();
    if let Some(live) = &live {
        for other in &others {
            claims.extend(claims_of(connection, other.revision_id).await?);
        }
        if live.sha256 == sha256(document) {
            if !others.is_empty() {
                lock_claims(connection, &document.language, &claims).await?;
                let at = take_time(connection).await?;
                links::merge(connection, live.document_id, &others, at).await?;
                let touched = links::end(connection, &revisions(&others), at).await?;
                judge_anew(connection, touched, at).await?;
            }
            return Ok(Begun::Unchanged(answer(live.clone())));
        }
        forget_validators(connection, live.document_id).await?;
        claims.extend(claims_of(connection, live.revision_id).await?);
        claims.extend(corrected(connection, live.document_id).await?);
    }
    lock_claims(connection, &document.language, &claims).await?;
    let at = take_time(connection).await?;
    if let Some(live) = &live {
        links::merge(connection, live.document_id, &others, at).await?;
    }
    let merged = revisions(&others);
    Ok(Begun::Changed(match live {
        Some(live) => Draft {
            document: DocumentId(live.document_id),
            revision: RevisionId::new(),
            number: live.number.saturating_add(1),
            previous: Some(RevisionId(live.revision_id)),
            outlet: live.outlet_id,
            at,
            read_before: None,
            merged,
        },
        None => Draft {
            document: DocumentId::new(),
            revision: RevisionId::new(),
            number: 1,
            previous: None,
            outlet: find_or_found_outlet(connection, document, at).await?,
            at,
            read_before: None,
            merged,
        },
    }))
}

/// Fails where the document's text was removed on request: before its words are kept for a job.
///
/// # Errors
/// [`Error::Redacted`].
pub async fn refuse_redacted(
    connection: &mut Connection,
    document: &Document,
) -> Result<(), Error> {
    refuse_digests(connection, Identity::of(document).digests()).await
}

/// Level 1 for one document.
pub(in crate::store) async fn lock_documents(
    connection: &Connection,
    names: &BTreeSet<String>,
) -> Result<(), Error> {
    for name in names {
        lock_document(connection, name).await?;
    }
    Ok(())
}

/// Levels 3 and 4 for claims that have rows already.
pub(in crate::store) async fn lock_wordings(
    connection: &Connection,
    language: &str,
    claims: &[Uuid],
) -> Result<(), Error> {
    let mut sql = Sql::new("select c.language, c.canonical_sha256 from claims c where c.id =");
    sql.push("any({})", [claims.to_vec().into()]);
    let rows: Vec<LockRow> = sql.look_up(connection).await?;
    let locks = rows
        .into_iter()
        .map(|row| ClaimLock { language: row.language, digest: row.canonical_sha256 })
        .collect();
    lock_claims(connection, language, &locks).await
}

async fn find(connection: &Connection, identity: &Identity) -> Result<Option<LiveRow>, Error> {
    let mut sql = Sql::new(
        "select r.document_id, r.id as revision_id, r.number, r.sha256, d.outlet_id
           from document_revisions r join documents d on d.id = r.document_id
          where r.superseded_at is null and r.document_id =",
    );
    match identity {
        // The canonical address decides. Another one only where it is a document's own, which then
        // moved, or where the canonical one may be a guess made from it: a site's `/latest` leads to
        // another article every day. Of several documents the one of the first address is taken.
        Identity::Addresses(all) => {
            let columns = "document_id, canonical, key";
            sql.push("(select u.document_id from", []);
            sql.each(["document_urls", "key", columns, "u"], keys(all).into()).push(
                "where u.canonical or u.key = any({}) order by u.place limit 1)",
                [deciding(all).into()],
            )
        }
        Identity::Words(digest) => sql.push(
            "(select w.id from documents w where w.content_sha256 = ({})[1])",
            [vec![digest.to_vec()].into()],
        ),
    };
    Ok(sql.look_up(connection).await?.into_iter().next())
}

fn keys(addresses: &[Address]) -> Vec<String> {
    addresses.iter().map(|address| address.key.clone()).collect()
}

/// The keys that tell a document wherever they lead: the canonical address, and those that it is the
/// likely twin of.
fn deciding(addresses: &[Address]) -> Vec<String> {
    let Some((canonical, others)) = addresses.split_first() else { return Vec::new() };
    let twins = others.iter().filter(|other| other.twin().as_ref() == Some(&canonical.key));
    std::iter::once(canonical).chain(twins).map(|address| address.key.clone()).collect()
}

/// The document with this identity, which is not merged into another one until the transaction ends.
async fn find_and_hold(
    connection: &Connection,
    identity: &Identity,
) -> Result<Option<LiveRow>, Error> {
    let mut held = None;
    // Merged while it was waited for, another one answers for it.
    loop {
        let live = find(connection, identity).await?;
        let Some(id) = live.as_ref().map(|live| live.document_id).filter(|&id| held != Some(id))
        else {
            return Ok(live);
        };
        hold_document(connection, id).await?;
        held = Some(id);
    }
}

/// The documents at these addresses that are this one.
async fn same(
    connection: &Connection,
    live: &LiveRow,
    keys: Vec<String>,
    sha256: &[u8],
) -> Result<Vec<Other>, Error> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    links::same(connection, live.document_id, keys, sha256).await
}

/// Those of [`same`] that are to be merged, which nobody else stores anything of until the transaction
/// ends; the rest is linked.
async fn same_alone(
    connection: &Connection,
    live: &LiveRow,
    keys: Vec<String>,
    sha256: &[u8],
) -> Result<Vec<Other>, Error> {
    let found = same(connection, live, keys.clone(), sha256).await?;
    if found.is_empty() {
        return Ok(found);
    }
    lock_rows(connection, documents(&found)).await?;
    let found = same(connection, live, keys, sha256).await?;
    let (corrected, others): (Vec<Other>, Vec<Other>) =
        found.into_iter().partition(|other| other.corrected);
    links::link(connection, live.document_id, &corrected).await?;
    Ok(others)
}

fn documents(others: &[Other]) -> Vec<Uuid> {
    others.iter().map(|other| other.document_id).collect()
}

fn revisions(others: &[Other]) -> Vec<Uuid> {
    others.iter().map(|other| other.revision_id).collect()
}

/// Keeps every address that led to a known document, and answers those that lead to another already:
/// they go on leading there.
async fn keep_addresses(
    connection: &mut Connection,
    document: Uuid,
    identity: &Identity,
) -> Result<Vec<String>, Error> {
    // A single address is the one that it was found by.
    let Identity::Addresses(all) = identity else { return Ok(Vec::new()) };
    if all.len() < 2 {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new("select u.key, u.document_id from");
    sql.each(["document_urls", "key", "key, document_id", "u"], keys(all).into());
    let known: Vec<KeyRow> = sql.look_up(connection).await?;
    let rows: Vec<NewDocumentUrl<'_>> = all
        .iter()
        .filter(|address| known.iter().all(|row| row.key != address.key))
        .map(|address| address.row(document, false))
        .collect();
    if !rows.is_empty() {
        let mut inserts = Inserts::default();
        inserts.add_unknown(&rows, []);
        inserts.execute(connection).await?;
    }
    let others = known.into_iter().filter(|row| row.document_id != document);
    Ok(others.map(|row| row.key).collect())
}

/// What answers were marked with holds for the words that came with them and no others.
async fn forget_validators(connection: &Connection, document: Uuid) -> Result<(), Error> {
    let mut sql = Sql::new("update document_urls set etag = null, last_modified = null");
    sql.push(
        "where document_id = {} and (etag is not null or last_modified is not null)",
        [document.into()],
    );
    sql.run(connection).await
}

#[derive(QueryableByName)]
struct KeyRow {
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = SqlUuid)]
    document_id: Uuid,
}

#[derive(QueryableByName)]
struct LockRow {
    #[diesel(sql_type = Text)]
    language: String,
    #[diesel(sql_type = Binary)]
    canonical_sha256: Vec<u8>,
}

/// The claims that stand in a revision, as they are locked.
pub(super) async fn claims_of(
    connection: &Connection,
    revision: Uuid,
) -> Result<Vec<ClaimLock>, Error> {
    let mut sql = Sql::new("select c.language, c.canonical_sha256 from claims c where c.id in (");
    sql.push(
        "select claim_id from appearances where revision_id = {}
         union select claim_id from denials where revision_id = {})",
        [revision.into(), revision.into()],
    );
    let rows: Vec<LockRow> = sql.look_up(connection).await?;
    let locks = rows
        .into_iter()
        .map(|row| ClaimLock { language: row.language, digest: row.canonical_sha256 });
    Ok(locks.collect())
}

/// The claims that people say a document is about, as they are locked.
pub(super) async fn corrected(
    connection: &Connection,
    document: Uuid,
) -> Result<Vec<ClaimLock>, Error> {
    let mut sql = Sql::new("select c.language, c.canonical_sha256 from claims c where c.id in (");
    sql.push(
        "select k.claim_id from corrections k where k.document_id = {} and k.superseded_at is null)",
        [document.into()],
    );
    let rows: Vec<LockRow> = sql.look_up(connection).await?;
    let locks = rows
        .into_iter()
        .map(|row| ClaimLock { language: row.language, digest: row.canonical_sha256 });
    Ok(locks.collect())
}

#[derive(QueryableByName)]
struct TimeRow {
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
}

/// The time of this transaction's rows. The transaction has its id before, which tells walks that
/// are pinned to an instant to stay behind it.
pub(in crate::store) async fn take_time(connection: &Connection) -> Result<DateTime<Utc>, Error> {
    let sql = Sql::new(
        "with begun as materialized (select pg_current_xact_id() as id)
         select case when id is not null then clock_timestamp() end as at from begun",
    );
    let rows: Vec<TimeRow> = sql.look_up(connection).await?;
    rows.into_iter().next().map(|row| row.at).ok_or(Error::NotFound)
}

/// The publisher of `document`.
async fn find_or_found_outlet(
    connection: &mut Connection,
    document: &Document,
    at: DateTime<Utc>,
) -> Result<Option<Uuid>, Error> {
    outlet(connection, document.outlet.as_deref(), document.url.as_ref(), at).await
}

/// The publisher of what stands at `url`, found or founded at level 4. It is known by its domain: the
/// one given, else the host of the address; by its name where there is neither. `None` where nobody
/// publishes, and for a name without a letter in it.
pub(super) async fn outlet(
    connection: &mut Connection,
    given: Option<&str>,
    url: Option<&Url>,
    at: DateTime<Utc>,
) -> Result<Option<Uuid>, Error> {
    let given = given.map(str::trim).filter(|name| !name.is_empty());
    let host = url.and_then(|url| url.host_str());
    let domain = given.and_then(outlets::domain).or_else(|| host.and_then(outlets::domain));
    let Some(name) = given.filter(|name| outlets::domain(name).is_none()).or(domain.as_deref())
    else {
        return Ok(None);
    };
    let key = domain.clone().unwrap_or_else(|| outlets::key(name));
    if key.is_empty() {
        return Ok(None);
    }
    if let Some(known) = known_outlet(connection, &key).await? {
        return Ok(Some(known));
    }
    let rows = [NewOutlet { id: Uuid::now_v7(), key: &key, name, domain: domain.as_deref() }];
    let mut inserts = Inserts::default();
    inserts.add_unknown(&rows, [("recorded_at", bound::<Timestamptz, _>(at))]);
    inserts.execute(connection).await?;
    known_outlet(connection, &key).await
}

async fn known_outlet(connection: &Connection, key: &str) -> Result<Option<Uuid>, Error> {
    let mut sql = Sql::new("select id from outlets");
    sql.push("where key = {}", [key.into()]);
    Ok(sql.look_up::<IdRow>(connection).await?.into_iter().next().map(|row| row.id))
}
