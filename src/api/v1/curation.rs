//! What people say of claims: that two are one, and that two are not.

use actix_web::{HttpRequest, HttpResponse, patch, post, web};
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use validator::Validate;

use super::merging::{self, Mergeable};
use super::parting;
use crate::api::dto::claim::Claim;
use crate::api::dto::curation::{ClaimMerge, ClaimMoved, ClaimPatch, ClaimSplit, Merge, Split};
use crate::api::etag::{self, IfMatch};
use crate::api::extract::{NoQuery, PathId, Query, Unread, parse_json};
use crate::api::moved;
use crate::api::openapi::{CurationProblems, PatchProblems, SplitProblems};
use crate::api::problem::Problem;
use crate::app::App;
use crate::domain::view::{ClaimView, MergeView};
use crate::domain::{ClaimId, MergeId};
use crate::store::audit::Request;
use crate::store::{self, Connection, Error, edits, merges};

/// Bytes of a request at most.
const MAX_BODY: usize = 16 * 1024;

/// Places that are parted off at once: their documents are read again, and others wait for that.
const MOST_PARTED: usize = 50;

/// Claims, which are merged and split.
struct Claims;

impl Mergeable for Claims {
    const NOUN: &'static str = "claim";
    type Id = ClaimId;
    type MergeId = MergeId;
    type View = MergeView;
    type Body = Merge;

    async fn merge(
        connection: &mut Connection,
        id: ClaimId,
        into: ClaimId,
        request: Request<'_>,
    ) -> Result<MergeView, Error> {
        merges::merge(connection, id, into, None, request).await
    }

    async fn split(
        connection: &mut Connection,
        id: ClaimId,
        undone: MergeId,
        request: Request<'_>,
    ) -> Result<MergeView, Error> {
        merges::split(connection, id, undone, request).await
    }
}

/// What answers for a merged claim: the same resource of the claim that it was merged into, as it was
/// at `as_of`. `None` for a claim that stands by itself.
pub(in crate::api) async fn moved(
    connection: &Connection,
    request: &HttpRequest,
    id: ClaimId,
    as_of: Option<DateTime<Utc>>,
) -> Result<Option<HttpResponse>, Problem> {
    let Some(survivor) = merges::survivors(connection, &[id], as_of).await?.remove(&id) else {
        return Ok(None);
    };
    let body = |location| ClaimMoved { id: id.0, merged_into: survivor.0, location };
    Ok(Some(moved::to(request, survivor, body)))
}

/// Change a claim
///
/// Gives it a better wording, tags, a note or another status than the computed one, which are shown at
/// once wherever the claim is. The extracted wording and the computed status stay beside them, and
/// `as_of` answers what was said before. With `if-match` only the state that it names is changed.
#[utoipa::path(
    tag = "claims",
    params(
        ("id" = uuid::Uuid, Path, description = "Id of the claim."),
        ("if-match" = Option<String>, Header, description = "The `etag` of the claim as it was read."),
    ),
    request_body = ClaimPatch,
    responses((status = 200, description = "The claim as it is now.", body = Claim), PatchProblems),
)]
#[patch("/v1/claims/{id}")]
pub async fn change(
    app: web::Data<App>,
    http: HttpRequest,
    PathId(id): PathId<ClaimId>,
    _: Query<NoQuery>,
    body: Unread,
) -> Result<HttpResponse, Problem> {
    let asked: ClaimPatch = asked(body).await?;
    let Some(change) = asked.change() else {
        return Err(Problem::field("", "must change something"));
    };
    let request = Request { by: asked.by.trim(), reason: asked.reason.trim() };
    let known = IfMatch::of(&http);
    let seen = |claim: &ClaimView| known.allows(&Claim::from(claim.clone()));
    let mut connection = app.pool.get().await?;
    let claim = store::transaction(&mut connection, async |connection| {
        edits::change(connection, id, change, seen, request).await
    })
    .await
    .map_err(|error| Problem::of_one("claim", id, error))?;
    etag::json(&http, &Claim::from(claim))
}

/// Merge a claim into another
///
/// Says that the two are one claim. The other one answers for both from now on: it has the
/// appearances, rebuttals and reviews of both, and its status is what all of that says. Requests for
/// the merged claim are redirected to it; nothing is deleted, `as_of` before the merge answers as it
/// was, and `:split` undoes it. Said again it changes nothing.
#[utoipa::path(
    tag = "claims",
    params(("id" = uuid::Uuid, Path, description = "Id of the claim that is merged.")),
    request_body = ClaimMerge,
    responses((status = 200, description = "The merge.", body = Merge), CurationProblems),
)]
#[post("/v1/claims/{id}:merge")]
pub async fn merge(
    app: web::Data<App>,
    PathId(id): PathId<ClaimId>,
    _: Query<NoQuery>,
    body: Unread,
) -> Result<HttpResponse, Problem> {
    let asked: ClaimMerge = asked(body).await?;
    let request = Request { by: asked.by.trim(), reason: asked.reason.trim() };
    merging::merge::<Claims>(&app, id, asked.into, request).await
}

/// Split a claim
///
/// With `merge` it undoes a merge: the merged claim stands by itself again with all evidence that is its
/// own, also what came in since, and with what had been merged into it before. Said again it changes
/// nothing.
///
/// With `appearances` or `rebuttals`, 50 at most, these are of another claim from now on, which may be a
/// new one, and no link joins the two. Each is a correction, which stays whenever its document is read
/// again, and `POST /v1/corrections/{id}:withdraw` with `whole_split` takes them back together. The
/// documents are read by the present extractor.
#[utoipa::path(
    tag = "claims",
    params(("id" = uuid::Uuid, Path, description = "Id of the claim; where a merge is undone, of the merged claim or of the one that answers for it.")),
    request_body = ClaimSplit,
    responses(
        (status = 200, description = "The merge, undone, or what was parted.", body = Split),
        SplitProblems,
    ),
)]
#[post("/v1/claims/{id}:split")]
pub async fn split(
    app: web::Data<App>,
    PathId(id): PathId<ClaimId>,
    _: Query<NoQuery>,
    body: Unread,
) -> Result<HttpResponse, Problem> {
    let asked: ClaimSplit = asked(body).await?;
    let places = asked.appearances.len() + asked.rebuttals.len();
    match asked.merge {
        Some(_) if places > 0 || asked.claim.is_some() || asked.text.is_some() => {
            Err(Problem::field("/merge", "must not be given together with what is parted"))
        }
        Some(undone) => {
            let request = Request { by: asked.by.trim(), reason: asked.reason.trim() };
            merging::split::<Claims>(&app, id, undone, request).await
        }
        None if places == 0 => {
            Err(Problem::field("/merge", "is missing, and so are appearances and rebuttals"))
        }
        None if places > MOST_PARTED => {
            let detail = format!("must have at most {MOST_PARTED} items, rebuttals counted");
            Err(Problem::field("/appearances", detail))
        }
        None => Ok(HttpResponse::Ok().json(Split::Parted(parting::part(&app, id, &asked).await?))),
    }
}

pub(super) async fn asked<T: DeserializeOwned + Validate>(body: Unread) -> Result<T, Problem> {
    parse_json(&body.read(&["application/json"], |_| MAX_BODY).await?)
}
