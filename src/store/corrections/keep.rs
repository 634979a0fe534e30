//! Corrections → kept, and taken back.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::sql_types::{Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::find;
use crate::domain::view::{ClaimGiven, NewCorrection, PartView};
use crate::domain::{ClaimId, CorrectionId, DocumentId, SplitId};
use crate::store::audit::{self, Request};
use crate::store::sql::{IdRow, Sql};
use crate::store::writing::{Stored, judge_anew, lock_documents, lock_merges, take_time};
use crate::store::{Connection, Error, claims, links, merges, redaction};

/// Keeps a correction of a document that was read as `stored`, with its claim; call it first in the
/// transaction that stores the document's rows again.
///
/// # Errors
/// [`Error::Unknown`] for a claim that is not stored, and [`Error::Changed`] where another revision took
/// the place of `stored` meanwhile.
pub async fn insert(
    connection: &mut Connection,
    stored: &Stored,
    new: &NewCorrection,
    request: Request<'_>,
) -> Result<CorrectionId, Error> {
    hold(connection, &[stored.document]).await?;
    refuse_changed(connection, stored, std::slice::from_ref(new)).await?;
    let at = take_time(connection).await?;
    let claim = match &new.claim {
        Some(given) => Some(claim(connection, given, &stored.read.language, at).await?),
        None => None,
    };
    let by = By { split: None, request, at };
    keep(connection, stored.document, new, claim, by).await
}

/// Parts places off a claim, each of a document that was read as it says: they are of `into` from now on,
/// and the two claims are told apart. Call it first in the transaction that stores the rows of these
/// documents again.
///
/// # Errors
/// [`Error::Merged`] for a claim that another one answers for, [`Error::Unknown`] where `into` is not
/// stored or is answered for by the claim itself, and [`Error::Changed`] as [`insert`].
pub async fn part(
    connection: &mut Connection,
    from: ClaimId,
    places: &[(&Stored, &[NewCorrection])],
    into: &ClaimGiven,
    request: Request<'_>,
) -> Result<PartView, Error> {
    let documents: Vec<DocumentId> = places.iter().map(|(stored, _)| stored.document).collect();
    hold(connection, &documents).await?;
    for (stored, new) in places {
        refuse_changed(connection, stored, new).await?;
    }
    let (field, language) = match (into, places.first()) {
        (ClaimGiven::Id(_), _) => ("claim", ""),
        (_, Some((stored, _))) => ("text", stored.read.language.as_str()),
        (_, None) => return Err(Error::Unknown { field: "appearances" }),
    };
    let at = take_time(connection).await?;
    let into = claim(connection, into, language, at).await?;
    let survivors = merges::survivors(connection, &[from, into], None).await?;
    if let Some(&survivor) = survivors.get(&from) {
        return Err(Error::Merged { claim: from, survivor });
    }
    if survivors.get(&into).copied().unwrap_or(into) == from {
        return Err(Error::Unknown { field });
    }
    let split = SplitId::new();
    let mut corrections = Vec::new();
    for (stored, new) in places {
        for new in *new {
            let by = By { split: Some(split), request, at };
            corrections.push(keep(connection, stored.document, new, Some(into), by).await?);
        }
    }
    links::tell_apart(connection, [from, into], request, at).await?;
    audit::log(connection, "split_claim", from.0, request, at).await?;
    Ok(PartView {
        id: split,
        claim: from,
        into,
        corrections,
        reason: request.reason.to_owned(),
        parted_by: request.by.to_owned(),
        recorded_at: at,
    })
}

/// Who keeps a correction, and when.
#[derive(Clone, Copy)]
struct By<'r> {
    split: Option<SplitId>,
    request: Request<'r>,
    at: DateTime<Utc>,
}

async fn keep(
    connection: &mut Connection,
    document: DocumentId,
    new: &NewCorrection,
    claim: Option<ClaimId>,
    By { split, request, at }: By<'_>,
) -> Result<CorrectionId, Error> {
    let id = CorrectionId::new();
    diesel::sql_query(
        "insert into corrections
             (id, kind, document_id, revision_id, field, span_start, span_end, quote, claim_id,
              denier_id, denier_role, stance, rebuttal_kind, label, reason, corrected_by, split_id,
              recorded_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
    )
    .bind::<SqlUuid, _>(id.0)
    .bind::<Text, _>(new.kind.as_str())
    .bind::<SqlUuid, _>(document.0)
    .bind::<SqlUuid, _>(new.revision.0)
    .bind::<Text, _>(new.place.field.as_str())
    .bind::<Integer, _>(new.place.start)
    .bind::<Integer, _>(new.place.end)
    .bind::<Text, _>(&new.place.quote)
    .bind::<Nullable<SqlUuid>, _>(claim.map(|claim| claim.0))
    .bind::<Nullable<SqlUuid>, _>(new.denier.map(|denier| denier.0))
    .bind::<Nullable<Text>, _>(new.denier_role.map(|role| role.as_str()))
    .bind::<Nullable<Text>, _>(new.stance.map(|stance| stance.as_str()))
    .bind::<Nullable<Text>, _>(new.rebuttal_kind.map(|kind| kind.as_str()))
    .bind::<Nullable<Text>, _>(new.label.as_deref())
    .bind::<Text, _>(request.reason)
    .bind::<Text, _>(request.by)
    .bind::<Nullable<SqlUuid>, _>(split.map(|split| split.0))
    .bind::<Timestamptz, _>(at)
    .execute(connection)
    .await?;
    audit::log(connection, "correct", id.0, request, at).await?;
    Ok(id)
}

/// Takes corrections back; call it first in the transaction that stores the rows of their documents again.
/// Said again it changes nothing.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn withdraw(
    connection: &mut Connection,
    ids: &[CorrectionId],
    request: Request<'_>,
) -> Result<(), Error> {
    let mut documents = Vec::new();
    for &id in ids {
        documents.push(find(connection, id).await?.document);
    }
    hold(connection, &documents).await?;
    let at = take_time(connection).await?;
    let mut sql = Sql::new("update corrections k set superseded_at =");
    let all: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    sql.push("{} where k.id = any({})", [at.into(), all.into()]).live("k", None);
    sql.push("returning k.id", []);
    let ended: Vec<IdRow> = sql.look_up(connection).await?;
    for row in ended {
        audit::log(connection, "withdraw_correction", row.id, request, at).await?;
    }
    Ok(())
}

/// Levels 1 and 2 of the locks, the second alone: a correction may found a claim.
async fn hold(connection: &Connection, documents: &[DocumentId]) -> Result<(), Error> {
    let mut names = BTreeSet::new();
    for &document in documents {
        names.extend(redaction::lock_names(connection, document).await?);
    }
    lock_documents(connection, &names).await?;
    lock_merges(connection).await
}

/// Fails where another revision took the place of the one that was read, or of the one that is meant.
async fn refuse_changed(
    connection: &Connection,
    stored: &Stored,
    new: &[NewCorrection],
) -> Result<(), Error> {
    let mut sql = Sql::new("select r.id from document_revisions r where r.superseded_at is null");
    sql.push("and r.id = {}", [stored.revision.0.into()]);
    let live: Vec<IdRow> = sql.look_up(connection).await?;
    let meant = new.iter().all(|new| new.revision == stored.revision);
    if live.is_empty() || !meant { Err(Error::Changed) } else { Ok(()) }
}

/// The claim that is meant, founded where nobody said it before.
async fn claim(
    connection: &mut Connection,
    given: &ClaimGiven,
    language: &str,
    at: DateTime<Utc>,
) -> Result<ClaimId, Error> {
    let (text, key) = match given {
        ClaimGiven::Id(id) => {
            let known = claims::texts(connection, &[*id]).await?;
            return known.contains_key(id).then_some(*id).ok_or(Error::Unknown { field: "claim" });
        }
        ClaimGiven::Wording { text, key } => (text, key),
    };
    let known = claims::known(connection, language, std::slice::from_ref(key)).await?;
    if let Some(known) = known.into_iter().next() {
        return Ok(known.id);
    }
    let id = ClaimId::new();
    let mut sql = Sql::new("insert into claims");
    sql.push(
        "(id, text, language, canonical_sha256, extractor_version, recorded_at)
         values ({}, {}, {}, ({})[1], 'editor', {})",
        [
            id.0.into(),
            text.as_str().into(),
            language.into(),
            vec![claims::digest(key)].into(),
            at.into(),
        ],
    );
    sql.run(connection).await?;
    judge_anew(connection, BTreeSet::from([id.0]), at).await?;
    Ok(id)
}
