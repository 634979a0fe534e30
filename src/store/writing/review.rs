//! One published review → rows, with the claim that it is of, in the caller's transaction.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Binary, Bool, Integer, Text, Timestamptz, Uuid as SqlUuid};
use serde_json::Value;
use sha2::{Digest, Sha256};
use url::Url;
use uuid::Uuid;

use super::actors::{Kinds, Resolved};
use super::identity::{outlet, take_time};
use super::judge_anew;
use super::located::{columns, stated};
use super::locks::{ClaimLock, hold_merges, lock_claims, lock_document};
use crate::domain::view::{ReviewOutcome, StoredReview};
use crate::domain::{Actor, ActorIndex, ClaimId, PublishedReview, ReviewId, address_key, name_key};
use crate::store::claims::digest;
use crate::store::insert::{Bound, Inserts, bound};
use crate::store::merges::survivors;
use crate::store::rows::claim::{NewClaim, NewReviewClaimant};
use crate::store::rows::rebuttal::NewRebuttal;
use crate::store::rows::review::{NewReview, NewReviewClaim, NewReviewRevision};
use crate::store::sql::Sql;
use crate::store::{Connection, Error};

/// Stores a review and finds or founds its claim by `key`, the claim's canonical wording; call it in
/// a transaction. A block that this review had before, read by the same `reader`, changes nothing, so
/// that an old file does not undo a newer one; another of the same address and claim supersedes what
/// was stored.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away or gave up waiting for a lock, and
/// [`Error::Conflict`] where a rule of the schema refuses a row.
pub async fn store_review(
    connection: &mut Connection,
    review: &PublishedReview,
    key: &str,
    reader: &str,
) -> Result<StoredReview, Error> {
    let of_claim = digest(key);
    let identity = identity(review, &of_claim);
    let sameness = (value_digest(&review.raw)?, reader);
    // Without a lock, so that importing again costs one look.
    if let Some(live) = find(connection, &identity, &sameness).await?.filter(|live| live.is_known) {
        return Ok(live.unchanged());
    }
    lock_document(connection, &format!("review {}", crate::store::views::hex(&identity))).await?;
    hold_merges(connection).await?;
    let live = find(connection, &identity, &sameness).await?;
    if let Some(live) = live.as_ref().filter(|live| live.is_known) {
        return Ok(live.unchanged());
    }
    // In either language that it may be known in: which one holds only under both locks.
    let lock =
        |language: &str| ClaimLock { language: language.to_owned(), digest: of_claim.clone() };
    let mut locks = BTreeSet::from([lock(&review.language), lock(other(&review.language))]);
    locks.extend(live.as_ref().map(LiveRow::lock));
    lock_claims(connection, &review.language, &locks).await?;
    let language = match &live {
        Some(live) => live.claim_language.clone(),
        None => language(connection, &review.language, &of_claim).await?,
    };
    let at = take_time(connection).await?;
    let url = review.url.as_deref().and_then(|url| Url::parse(url).ok());
    let outlet_id = outlet(connection, outlet_name(review), url.as_ref(), at).await?;
    let known = match &live {
        Some(live) => Some(live.of),
        None => claim(connection, &language, &of_claim).await?,
    };
    let of = ClaimId(known.unwrap_or_else(Uuid::now_v7));
    let survivor = survivors(connection, &[of], None).await?.remove(&of);
    let (claim_id, member_id) = (survivor.unwrap_or(of).0, survivor.map(|_| of.0));
    let review_id = live.as_ref().map_or_else(Uuid::now_v7, |live| live.id);
    if let Some(live) = &live {
        supersede(connection, live.revision_id, at).await?;
    }

    let named: Vec<Actor> =
        review.claimants.iter().filter_map(|claimant| claimant.actor()).collect();
    let actors = Resolved::of(connection, &named, Kinds::Guessed, (reader, at)).await?;
    let aliases = actors.aliases(&named);

    let claims = [NewClaim {
        id: of.0,
        text: &review.claim,
        canonical_sha256: of_claim,
        check_worthiness: None,
    }];
    let reviews = [NewReview { id: review_id, claim_id: of.0, key_sha256: identity }];
    let counts = [NewReviewClaim { id: Uuid::now_v7(), review_id, claim_id, member_id }];
    let revision_id = Uuid::now_v7();
    let number = live.as_ref().map_or(1, |live| live.number.saturating_add(1));
    let revisions = [revision((revision_id, review_id, number), outlet_id, review, &sameness)?];
    let (stated_at, stated_precision) = columns(stated(review.published));
    let rebuttals = [NewRebuttal {
        id: Uuid::now_v7(),
        claim_id,
        member_id,
        kind: "review",
        denial_id: None,
        review_revision_id: Some(revision_id),
        stated_at,
        stated_precision,
    }];
    let claimants: BTreeSet<Uuid> =
        (0..named.len()).filter_map(|place| actors.ids.get(Some(ActorIndex(place)))).collect();
    let claimants: Vec<NewReviewClaimant> = claimants
        .into_iter()
        .map(|actor_id| NewReviewClaimant {
            id: Uuid::now_v7(),
            claim_id,
            member_id,
            actor_id,
            review_revision_id: revision_id,
        })
        .collect();
    let recorded = || ("recorded_at", bound::<Timestamptz, _>(at));
    let read_by = || -> (&str, Bound<'_>) { ("extractor_version", bound::<Text, _>(reader)) };
    let mut inserts = Inserts::default();
    let founded = if known.is_none() { &claims[..] } else { &[] };
    inserts
        .add(founded, [("language", bound::<Text, _>(language.as_str())), read_by(), recorded()]);
    inserts.add(if live.is_none() { &reviews[..] } else { &[] }, [recorded()]);
    inserts.add(if live.is_none() { &counts[..] } else { &[] }, [recorded()]);
    inserts.add(&revisions, [recorded()]);
    let against = if review.verdict.speaks_against() { &rebuttals[..] } else { &[] };
    inserts.add(against, [read_by(), recorded()]);
    inserts
        .add_unknown(&aliases, [read_by(), recorded()])
        .add_unknown(&actors.keys, [read_by(), recorded()])
        .add(&claimants, [read_by(), recorded()]);
    inserts.execute(connection).await?;
    judge_anew(connection, BTreeSet::from([claim_id]), at).await?;
    Ok(StoredReview {
        review: ReviewId(review_id),
        claim: ClaimId(claim_id),
        outcome: match live {
            Some(_) => ReviewOutcome::Revised,
            None => ReviewOutcome::Created,
        },
    })
}

#[derive(QueryableByName)]
struct LiveRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    claim_id: Uuid,
    /// The claim of the review by itself, which differs where that was merged.
    #[diesel(sql_type = SqlUuid)]
    of: Uuid,
    #[diesel(sql_type = Text)]
    claim_language: String,
    #[diesel(sql_type = Binary)]
    claim_digest: Vec<u8>,
    #[diesel(sql_type = SqlUuid)]
    revision_id: Uuid,
    #[diesel(sql_type = Integer)]
    number: i32,
    /// Whether the review had the block at hand before.
    #[diesel(sql_type = Bool)]
    is_known: bool,
}

impl LiveRow {
    fn lock(&self) -> ClaimLock {
        ClaimLock { language: self.claim_language.clone(), digest: self.claim_digest.clone() }
    }

    fn unchanged(&self) -> StoredReview {
        StoredReview {
            review: ReviewId(self.id),
            claim: ClaimId(self.claim_id),
            outcome: ReviewOutcome::Unchanged,
        }
    }
}

/// What makes two blocks the same review: address and claim. Without an address, whose it is, when
/// it was published and the claim.
fn identity(review: &PublishedReview, of_claim: &[u8]) -> Vec<u8> {
    let url = review.url.as_deref().and_then(|url| Url::parse(url).ok());
    let place = url.as_ref().and_then(address_key).unwrap_or_else(|| {
        let day = review.published.map(|time| time.at.date_naive().to_string());
        let publisher = name_key(review.publisher.as_deref().unwrap_or(""));
        format!("{publisher}\0{}", day.unwrap_or_default())
    });
    let mut digest = Sha256::new();
    for part in [place.as_bytes(), of_claim] {
        digest.update(part);
        digest.update([0]);
    }
    digest.finalize().to_vec()
}

/// The digest of a block's value: the same whatever its spacing and the order of its members.
fn value_digest(raw: &str) -> Result<Vec<u8>, Error> {
    let value: Value = serde_json::from_str(raw).map_err(|error| Error::Query(error.into()))?;
    Ok(Sha256::digest(value.to_string()).to_vec())
}

/// What an outlet is called that is known by the review alone. A name whose address leads below the
/// front page is a writer's or a section's more often than the outlet's.
fn outlet_name(review: &PublishedReview) -> Option<&str> {
    let url = review.publisher_url.as_deref().and_then(|url| Url::parse(url).ok());
    let is_front = url.is_none_or(|url| matches!(url.path(), "" | "/"));
    review.publisher.as_deref().filter(|_| is_front)
}

#[derive(QueryableByName)]
struct LanguageRow {
    #[diesel(sql_type = Text)]
    language: String,
}

/// Where else a claim of this language may be known.
fn other(told: &str) -> &'static str {
    if told == "und" { "en" } else { "und" }
}

/// The language to look for the claim in: that of the claim of this wording which was known first,
/// where either cannot tell its own. What is too short to tell is read as English elsewhere, too.
async fn language(connection: &Connection, told: &str, of_claim: &[u8]) -> Result<String, Error> {
    let mut sql = Sql::new("select language from claims");
    sql.push(
        "where language = any({}) and canonical_sha256 = any({}) order by recorded_at, id limit 1",
        [vec![told.to_owned(), other(told).to_owned()].into(), vec![of_claim.to_vec()].into()],
    );
    let rows: Vec<LanguageRow> = sql.look_up(connection).await?;
    Ok(rows.into_iter().next().map_or_else(|| told.to_owned(), |row| row.language))
}

async fn claim(
    connection: &Connection,
    language: &str,
    of_claim: &[u8],
) -> Result<Option<Uuid>, Error> {
    let mut sql = Sql::new("select id from claims");
    sql.push(
        "where language = {} and canonical_sha256 = any({})",
        [language.into(), vec![of_claim.to_vec()].into()],
    );
    let rows: Vec<crate::store::sql::IdRow> = sql.look_up(connection).await?;
    Ok(rows.into_iter().next().map(|row| row.id))
}

async fn find(
    connection: &Connection,
    identity: &[u8],
    (digest, reader): &(Vec<u8>, &str),
) -> Result<Option<LiveRow>, Error> {
    let mut sql = Sql::new(
        "select w.id, k.claim_id, coalesce(k.member_id, k.claim_id) as of,
                c.language as claim_language, c.canonical_sha256 as claim_digest,
                v.id as revision_id, v.number,",
    );
    sql.push(
        "exists (select from review_revisions x where x.review_id = w.id
                and x.raw_sha256 = any({}) and x.extractor_version = {}) as is_known
           from reviews w join review_revisions v on v.review_id = w.id
           join review_claims k on k.review_id = w.id and k.superseded_at is null
           join claims c on c.id = coalesce(k.member_id, k.claim_id)",
        [vec![digest.clone()].into(), (*reader).into()],
    );
    sql.push("where w.key_sha256 = any({})", [vec![identity.to_vec()].into()]);
    sql.live("v", None);
    Ok(sql.look_up(connection).await?.into_iter().next())
}

async fn supersede(
    connection: &Connection,
    revision: Uuid,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    let mut sql = Sql::new("");
    sql.push(
        "with of_rebuttals as (update rebuttals set superseded_at = {}
              where review_revision_id = {} and superseded_at is null),
              of_claimants as (update claimants set superseded_at = {}
              where review_revision_id = {} and superseded_at is null)
         update review_revisions set superseded_at = {} where id = {}",
        [at.into(), revision.into(), at.into(), revision.into(), at.into(), revision.into()],
    );
    sql.run(connection).await
}

fn revision<'a>(
    (id, review_id, number): (Uuid, Uuid, i32),
    outlet_id: Option<Uuid>,
    review: &'a PublishedReview,
    (raw_sha256, reader): &(Vec<u8>, &'a str),
) -> Result<NewReviewRevision<'a>, Error> {
    let json =
        |value: Result<Value, serde_json::Error>| value.map_err(|error| Error::Query(error.into()));
    let (published_at, published_precision) = columns(stated(review.published));
    let (modified_at, modified_precision) = columns(stated(review.modified));
    let (claim_stated_at, claim_stated_precision) = columns(stated(review.claim_stated));
    Ok(NewReviewRevision {
        id,
        review_id,
        number,
        outlet_id,
        url: review.url.as_deref(),
        title: review.title.as_deref(),
        publisher: review.publisher.as_deref(),
        publisher_url: review.publisher_url.as_deref(),
        authors: json(serde_json::to_value(&review.authors))?,
        published_at,
        published_precision,
        modified_at,
        modified_precision,
        claim_published: &review.claim_published,
        claimants: json(serde_json::to_value(&review.claimants))?,
        claim_stated_at,
        claim_stated_precision,
        appearances: json(serde_json::to_value(&review.appearances))?,
        rating_words: review.rating.words.as_deref(),
        rating_value: review.rating.value,
        rating_best: review.rating.best,
        rating_worst: review.rating.worst,
        rating_explanation: review.rating.explanation.as_deref(),
        verdict: review.verdict.as_str(),
        verdict_from: review.verdict_from.as_str(),
        language: &review.language,
        unread: json(serde_json::to_value(&review.unread))?,
        raw: &review.raw,
        raw_sha256: raw_sha256.clone(),
        extractor_version: reader,
    })
}
