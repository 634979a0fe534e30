//! Corrections: what people put right of what was read in documents.

use std::collections::BTreeSet;

use actix_web::{HttpRequest, HttpResponse, get, post, web};

use super::curation::asked;
use super::incoming::when_free;
use crate::api::dto::correction::{Correction, CorrectionRequest, CorrectionWithdrawal, Place};
use crate::api::dto::list::List;
use crate::api::dto::words;
use crate::api::etag;
use crate::api::extract::{NoQuery, PathId, Query, Unread};
use crate::api::openapi::{CorrectionProblems, ListProblems, OneProblems};
use crate::api::params::{Time, filters};
use crate::api::problem::Problem;
use crate::app::{self, App};
use crate::domain::view::{ClaimGiven, CorrectionFilter, CorrectionOf, NewCorrection};
use crate::domain::{
    ClaimId, CodePoints, CorrectionId, DenierRole, DocumentId, Extraction, LocatedSpan,
    RebuttalKind, Span, SplitId, Stance,
};
use crate::jobs::correct::{self, Read};
use crate::pipeline::matching::canonical_key;
use crate::store::audit::Request;
use crate::store::corrections::{self, Words};
use crate::store::writing::Stored;
use crate::store::{self, Connection};

filters! {
    /// Which corrections.
    CorrectionsQuery, CorrectionsFilters {
        /// Of this kind.
        #[param(value_type = Option<words::CorrectionOf>)]
        kind: Option<CorrectionOf>,
        /// In this document.
        #[param(value_type = Option<uuid::Uuid>)]
        document: Option<DocumentId>,
        /// That say this claim is meant.
        #[param(value_type = Option<uuid::Uuid>)]
        claim: Option<ClaimId>,
        /// Of this split of a claim.
        #[param(value_type = Option<uuid::Uuid>)]
        split: Option<SplitId>,
        /// As they stood at this time.
        #[param(value_type = Option<String>, example = "2026-03-02T12:00:00Z")]
        as_of: Option<Time>,
    }
}

/// Corrections
///
/// What people put right, the newest first; withdrawn ones are left out.
#[utoipa::path(
    tag = "claims",
    params(CorrectionsQuery),
    responses((status = 200, description = "One page.", body = List<Correction>), ListProblems),
)]
#[get("/v1/corrections")]
pub async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    Query(query): Query<CorrectionsQuery>,
) -> Result<HttpResponse, Problem> {
    let (filters, page) = query.into_parts();
    let CorrectionsFilters { kind, document, claim, split, as_of } = filters;
    let as_of = as_of.map(|time| time.0);
    let filter = CorrectionFilter { kind, document, claim, split, as_of };
    let found = corrections::list(&mut *app.pool.get().await?, &filter, &page).await?;
    etag::json(&request, &List::<Correction>::of(found))
}

/// One correction
#[utoipa::path(
    tag = "claims",
    params(("id" = uuid::Uuid, Path, description = "Id of the correction.")),
    responses(
        (status = 200, description = "The correction, withdrawn or not.", body = Correction),
        (status = 304, description = "It is as `if-none-match` says."),
        OneProblems,
    ),
)]
#[get("/v1/corrections/{id}")]
pub async fn one(
    app: web::Data<App>,
    request: HttpRequest,
    PathId(id): PathId<CorrectionId>,
    _: Query<NoQuery>,
) -> Result<HttpResponse, Problem> {
    let found = corrections::find(&*app.pool.get().await?, id).await;
    let found = found.map_err(|error| Problem::of_one("correction", id, error))?;
    etag::json(&request, &Correction::from(found))
}

/// Put something right
///
/// That something is no denial, that somebody else denies, that another claim is meant, or that a claim
/// or a rebuttal was missed. It shows at once in what is told of the document and its claims, and stays
/// whenever the document is read again, as long as its words stand in the text. The document is read by
/// the present extractor.
#[utoipa::path(
    tag = "claims",
    request_body = CorrectionRequest,
    responses((status = 201, description = "The correction.", body = Correction), CorrectionProblems),
)]
#[post("/v1/corrections")]
pub async fn add(
    app: web::Data<App>,
    _: Query<NoQuery>,
    body: Unread,
) -> Result<HttpResponse, Problem> {
    let asked: CorrectionRequest = asked(body).await?;
    let (stored, new) = read(&app, &asked).await?;
    let extraction = extract(&app, &stored).await?;
    let request = Request { by: asked.by.trim(), reason: asked.reason.trim() };
    let mut connection = app.pool.get().await?;
    let kept = store::transaction(&mut connection, async |connection| {
        correct::store(connection, &stored, &extraction, &new, request).await
    })
    .await?;
    Ok(HttpResponse::Created().json(Correction::from(kept)))
}

/// Take a correction back
///
/// What the extractor reads there counts again, with `whole_split` at all places that were parted with it.
/// Said again it changes nothing.
#[utoipa::path(
    tag = "claims",
    params(("id" = uuid::Uuid, Path, description = "Id of the correction.")),
    request_body = CorrectionWithdrawal,
    responses((status = 200, description = "The correction, withdrawn.", body = Correction), CorrectionProblems),
)]
#[post("/v1/corrections/{id}:withdraw")]
pub async fn withdraw(
    app: web::Data<App>,
    PathId(id): PathId<CorrectionId>,
    _: Query<NoQuery>,
    body: Unread,
) -> Result<HttpResponse, Problem> {
    let asked: CorrectionWithdrawal = asked(body).await?;
    let of_one = |error| Problem::of_one("correction", id, error);
    let (ids, documents) = {
        let connection = app.pool.get().await?;
        let asked_for = corrections::find(&connection, id).await.map_err(of_one)?;
        let others = match asked_for.split.filter(|_| asked.whole_split) {
            Some(split) => corrections::of_split(&connection, split).await?,
            None => Vec::new(),
        };
        let all: BTreeSet<(CorrectionId, DocumentId)> =
            others.iter().chain([&asked_for]).map(|it| (it.id, it.document)).collect();
        let documents: BTreeSet<DocumentId> = all.iter().map(|(_, document)| *document).collect();
        (all.into_iter().map(|(id, _)| id).collect::<Vec<_>>(), documents)
    };
    let mut reads = Vec::new();
    for document in documents {
        let stored = correct::standing(&app.pool, document).await.map_err(of_one)?;
        let extraction = extract(&app, &stored).await?;
        reads.push(Read { stored, extraction });
    }
    let request = Request { by: asked.by.trim(), reason: asked.reason.trim() };
    let mut connection = app.pool.get().await?;
    let withdrawn = store::transaction(&mut connection, async |connection| {
        correct::withdraw(connection, &reads, &ids, request).await?;
        corrections::find(connection, id).await
    })
    .await
    .map_err(of_one)?;
    Ok(HttpResponse::Ok().json(Correction::from(withdrawn)))
}

pub(super) async fn extract(app: &App, stored: &Stored) -> Result<Extraction, Problem> {
    let (document, gear) = (stored.read.clone(), app.gear);
    when_free(app, move || Ok(app::extract(&document, gear))).await
}

/// The document that a request is about, and what it says of it.
async fn read(app: &App, asked: &CorrectionRequest) -> Result<(Stored, NewCorrection), Problem> {
    let mut connection = app.pool.get().await?;
    let words = words(&connection, asked).await?;
    let document = words.as_ref().map(|words| words.document).or(asked.document);
    let document = document.ok_or_else(|| missing("/document"))?;
    let stored = correct::standing(&app.pool, document).await.map_err(|error| match error {
        store::Error::NotFound => Problem::field("/document", "names no document that is stored"),
        other => other.into(),
    })?;
    let words = match words {
        Some(words) => words,
        None => Words {
            document,
            revision: stored.revision,
            place: located(&stored, asked.span.ok_or_else(|| missing("/span"))?)?,
        },
    };
    let denier = match &asked.denier {
        Some(name) => match name.trim().parse() {
            Ok(selector) => Some(corrections::denier(&mut connection, &selector).await?),
            Err(_) => return Err(Problem::field("/denier", "must not be empty")),
        },
        None => None,
    };
    if asked.kind == CorrectionOf::Denier && denier.is_none() {
        return Err(missing("/denier"));
    }
    if asked.rebuttal_kind == Some(RebuttalKind::Review) {
        return Err(Problem::field("/rebuttal_kind", "cannot be a review: those are imported"));
    }
    let rebuts = matches!(asked.kind, CorrectionOf::Denier | CorrectionOf::MissedRebuttal);
    let missed = asked.kind == CorrectionOf::MissedRebuttal;
    let new = NewCorrection {
        kind: asked.kind,
        revision: words.revision,
        place: words.place,
        claim: claim(asked)?,
        denier: denier.filter(|_| rebuts),
        denier_role: rebuts.then(|| asked.denier_role.unwrap_or(DenierRole::Unknown)),
        stance: (asked.kind == CorrectionOf::MissedClaim)
            .then(|| asked.stance.unwrap_or(Stance::Asserts)),
        rebuttal_kind: missed.then(|| asked.rebuttal_kind.unwrap_or(RebuttalKind::Denial)),
        label: asked.label.as_deref().filter(|_| missed).map(|label| label.trim().to_owned()),
    };
    Ok((stored, new))
}

fn missing(pointer: &str) -> Problem {
    Problem::field(pointer, "is missing, and needed for this kind")
}

/// The words of the rebuttal or appearance that is put right; `None` for what was missed.
async fn words(
    connection: &Connection,
    asked: &CorrectionRequest,
) -> Result<Option<Words>, Problem> {
    match (asked.kind, asked.rebuttal, asked.appearance) {
        (CorrectionOf::MissedClaim | CorrectionOf::MissedRebuttal, ..) => Ok(None),
        (_, Some(rebuttal), _) => {
            Ok(Some(corrections::words_of_rebuttal(connection, rebuttal).await?.1))
        }
        (CorrectionOf::Claim, None, Some(appearance)) => {
            Ok(Some(corrections::words_of_appearance(connection, appearance).await?.1))
        }
        _ => Err(missing("/rebuttal")),
    }
}

/// The claim that is meant, for the kinds that name one.
fn claim(asked: &CorrectionRequest) -> Result<Option<ClaimGiven>, Problem> {
    if matches!(asked.kind, CorrectionOf::NotADenial | CorrectionOf::Denier) {
        return Ok(None);
    }
    given(asked.claim, asked.text.as_deref()).map(Some)
}

/// The claim of an id or of a wording.
pub(super) fn given(claim: Option<ClaimId>, text: Option<&str>) -> Result<ClaimGiven, Problem> {
    match (claim, text) {
        (Some(_), Some(_)) => Err(Problem::field("/text", "must not be given together with claim")),
        (Some(id), None) => Ok(ClaimGiven::Id(id)),
        (None, Some(text)) => {
            let (text, key) = (text.trim().to_owned(), canonical_key(text));
            if key.is_empty() {
                return Err(Problem::field("/text", "must have a word in it"));
            }
            Ok(ClaimGiven::Wording { text, key })
        }
        (None, None) => Err(missing("/claim")),
    }
}

/// The words at a place of the present text.
fn located(stored: &Stored, place: Place) -> Result<LocatedSpan, Problem> {
    let outside = || Problem::field("/span", "is not a range of code points inside the field");
    let points = CodePoints::new(stored.read.field(place.field));
    let range = points.bytes(place.start..place.end).filter(|range| !range.is_empty());
    let span = Span::new(place.field, range.ok_or_else(outside)?);
    points.locate(span).ok_or_else(outside)
}
