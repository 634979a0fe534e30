//! Claimants that a stored fact-check names → the actors that they are.
//!
//! For fact-checks that were stored before their claimants became actors, or by a reader that took others for
//! them. What was read of a block is stored beside it, also what stood in other blocks of its page and the
//! block alone does not tell: so that is taken, and the block not read again.

use std::collections::BTreeSet;

use diesel::QueryableByName;
use diesel::sql_types::{Binary, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use serde_json::Value;
use uuid::Uuid;

use super::actors::{Kinds, Resolved};
use super::identity::take_time;
use super::locks::{ClaimLock, hold_merges, lock_claims, lock_document};
use super::{Choice, judge_anew};
use crate::domain::{Actor, ActorIndex, PublishedClaimant};
use crate::store::cursor::clamp;
use crate::store::insert::{Bound, Inserts, bound};
use crate::store::rows::claim::NewReviewClaimant;
use crate::store::sql::{IdRow, Sql};
use crate::store::{Connection, Error, views};

/// The live state of a review, with whom it names.
#[derive(Debug, Clone)]
pub struct NamedClaimants {
    /// Which state; a later one has a later id.
    pub revision: Uuid,
    key: Vec<u8>,
    claim: ClaimLock,
    claimants: Vec<PublishedClaimant>,
}

#[derive(QueryableByName)]
struct NamedRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Jsonb)]
    claimants: Value,
    #[diesel(sql_type = Binary)]
    key_sha256: Vec<u8>,
    #[diesel(sql_type = Text)]
    claim_language: String,
    #[diesel(sql_type = Binary)]
    claim_digest: Vec<u8>,
}

/// Live states of reviews that name claimants, behind `after` in the order of their ids, so many at most.
/// Where the choice passes over what was read by a version, over those whose claimants `reader` took.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn named_claimants(
    connection: &mut Connection,
    choice: &Choice,
    reader: &str,
    after: Option<Uuid>,
    most: i64,
) -> Result<Vec<NamedClaimants>, Error> {
    let mut sql = Sql::new(
        "select v.id, v.claimants, w.key_sha256, c.language as claim_language,
                c.canonical_sha256 as claim_digest
           from review_revisions v join reviews w on w.id = v.review_id
           join review_claims k on k.review_id = w.id and k.superseded_at is null
           join claims c on c.id = coalesce(k.member_id, k.claim_id)
           left join outlets o on o.id = v.outlet_id
          where v.superseded_at is null and v.claimants <> '[]'",
    );
    if let Some(after) = after {
        sql.push("and v.id > {}", [after.into()]);
    }
    if choice.not_read_by.is_some() {
        sql.push(
            "and not exists (select from claimants x where x.review_revision_id = v.id
                and x.superseded_at is null and x.extractor_version = {})",
            [reader.into()],
        );
    }
    if let Some(version) = &choice.read_by {
        sql.push("and v.extractor_version = {}", [version.as_str().into()]);
    }
    if let Some(outlet) = &choice.outlet {
        sql.push(
            "and (lower(o.domain) = lower({}) or lower(o.name) = lower({}))",
            [outlet.as_str().into(), outlet.as_str().into()],
        );
    }
    if let Some(since) = choice.since {
        sql.push("and v.recorded_at >= {}", [clamp(since).into()]);
    }
    sql.push("order by v.id limit {}", [most.into()]);
    let rows: Vec<NamedRow> = sql.load(connection).await?;
    rows.into_iter()
        .map(|row| {
            let claimants = serde_json::from_value(row.claimants);
            Ok(NamedClaimants {
                revision: row.id,
                key: row.key_sha256,
                claim: ClaimLock { language: row.claim_language, digest: row.claim_digest },
                claimants: claimants.map_err(|error| Error::Query(error.into()))?,
            })
        })
        .collect()
}

#[derive(QueryableByName)]
struct CountsRow {
    #[diesel(sql_type = SqlUuid)]
    claim_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    member_id: Option<Uuid>,
}

/// Has the claim of a review claimed by the actors that it names, and by no others as far as it tells; call it
/// in a transaction. Answers whether that changed anything; another state of the review that came in meanwhile
/// has its own.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away or gave up waiting for a lock.
pub async fn renew_claimants(
    connection: &mut Connection,
    named: &NamedClaimants,
    reader: &str,
) -> Result<bool, Error> {
    let actors: Vec<Actor> = named.claimants.iter().filter_map(PublishedClaimant::actor).collect();
    lock_document(connection, &format!("review {}", views::hex(&named.key))).await?;
    hold_merges(connection).await?;
    let mut sql = Sql::new(
        "select k.claim_id, k.member_id from review_revisions v
           join review_claims k on k.review_id = v.review_id and k.superseded_at is null",
    );
    sql.push("where v.id = {} and v.superseded_at is null", [named.revision.into()]);
    let rows: Vec<CountsRow> = sql.look_up(connection).await?;
    let Some(CountsRow { claim_id, member_id }) = rows.into_iter().next() else {
        return Ok(false);
    };
    lock_claims(connection, &named.claim.language, &BTreeSet::from([named.claim.clone()])).await?;
    let at = take_time(connection).await?;
    let found = Resolved::of(connection, &actors, Kinds::Guessed, (reader, at)).await?;
    let aliases = found.aliases(&actors);
    let ids: BTreeSet<Uuid> =
        (0..actors.len()).filter_map(|place| found.ids.get(Some(ActorIndex(place)))).collect();
    let mut sql = Sql::new("update claimants x set superseded_at =");
    sql.push(
        "{} where x.review_revision_id = {} and x.superseded_at is null
            and not (x.actor_id = any({})) returning x.actor_id as id",
        [at.into(), named.revision.into(), ids.iter().copied().collect::<Vec<_>>().into()],
    );
    let ended: Vec<IdRow> = sql.look_up(connection).await?;
    let mut sql =
        Sql::new("select x.actor_id as id from claimants x where x.superseded_at is null");
    sql.push("and x.review_revision_id = {}", [named.revision.into()]);
    let standing: Vec<IdRow> = sql.look_up(connection).await?;
    let standing: BTreeSet<Uuid> = standing.into_iter().map(|row| row.id).collect();
    let rows: Vec<NewReviewClaimant> = ids
        .difference(&standing)
        .map(|&actor_id| NewReviewClaimant {
            id: Uuid::now_v7(),
            claim_id,
            member_id,
            actor_id,
            review_revision_id: named.revision,
        })
        .collect();
    let recorded = || ("recorded_at", bound::<Timestamptz, _>(at));
    let read_by = || -> (&str, Bound<'_>) { ("extractor_version", bound::<Text, _>(reader)) };
    let mut inserts = Inserts::default();
    inserts
        .add_unknown(&aliases, [read_by(), recorded()])
        .add_unknown(&found.keys, [read_by(), recorded()])
        .add(&rows, [read_by(), recorded()]);
    inserts.execute(connection).await?;
    if rows.is_empty() && ended.is_empty() {
        return Ok(false);
    }
    judge_anew(connection, BTreeSet::from([claim_id]), at).await?;
    Ok(true)
}
