//! "Has this been denied?": a text in, the known claims that it could be about out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use actix_web::{HttpResponse, post, web};

use super::incoming::when_free;
use crate::api::dto::matching::{
    IndexState, LONGEST_TEXT, MOST_TEXTS, Match, MatchAnswer, MatchRequest, TextMatches, found_by,
};
use crate::api::extract::{NoQuery, Query, Unread, parse_json};
use crate::api::openapi::MatchProblems;
use crate::api::problem::Problem;
use crate::app::App;
use crate::domain::ClaimId;
use crate::domain::view::{ClaimView, RebuttalView};
use crate::index::{Found, KnownClaims};
use crate::pipeline::matching::{Certainty, encoder, readable, relates, relation};
use crate::store::{self, Connection};

/// Bytes of a body at most: the most and longest texts with every character escaped twice over.
const MAX_BODY: usize = MOST_TEXTS * LONGEST_TEXT * 12 + 16 * 1024;

/// Claims of one text where the caller names no limit.
const LIMIT: u16 = 10;

/// Claims less likely are of no use to anybody who did not ask for them.
const MIN_SCORE: f32 = 0.02;

/// Rebuttals that stand beside each claim.
const REBUTTALS: usize = 5;

/// Find known claims
///
/// Ranks the claims that are known by how likely the text is about them, whether it asserts or
/// denies them, each with its status and what speaks against it. Claims are found by their words
/// and by their meaning; one that no document carries any more is left out.
#[utoipa::path(
    tag = "claims",
    request_body = MatchRequest,
    responses((status = 200, description = "A result for each text.", body = MatchAnswer), MatchProblems),
)]
#[post("/v1/claims:match")]
pub async fn find(
    app: web::Data<App>,
    _: Query<NoQuery>,
    body: Unread,
) -> Result<HttpResponse, Problem> {
    let body = body.read(&["application/json"], |_| MAX_BODY).await?;
    let asked: MatchRequest = parse_json(&body)?;
    let texts = match (asked.text, asked.texts) {
        (Some(text), None) => vec![text],
        (None, Some(texts)) => texts,
        (Some(_), Some(_)) => {
            return Err(Problem::field("/texts", "must not be given together with text"));
        }
        (None, None) => {
            return Err(Problem::field("/text", "is missing, and so is texts; one is needed"));
        }
    };
    let known = app.known.clone();
    // As it is before they are asked: what comes in meanwhile may not be among the answers.
    let index = state(&known);
    let found = when_free(&app, move || Ok(ask(&known, &texts))).await?;
    let wanted = Wanted {
        limit: usize::from(asked.limit.unwrap_or(LIMIT)),
        min_score: asked.min_score.unwrap_or(MIN_SCORE),
    };
    let mut connection = app.pool.get().await?;
    let results = results(&mut connection, found, wanted).await?;
    Ok(HttpResponse::Ok().json(MatchAnswer { results, index }))
}

/// What is wanted of all that was found.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Claims of one text at most.
    pub limit: usize,
    /// How likely they are at least.
    pub min_score: f32,
}

impl Default for Wanted {
    fn default() -> Self {
        Wanted { limit: LIMIT.into(), min_score: MIN_SCORE }
    }
}

/// The known claims that each text could be about.
///
/// Takes a processor for some milliseconds a text.
pub fn ask(known: &Arc<KnownClaims>, texts: &[String]) -> Vec<(String, Vec<Found>)> {
    texts.iter().map(|text| (text.clone(), known.ask(text))).collect()
}

/// What was searched.
pub fn state(known: &KnownClaims) -> IndexState {
    let (claims, without_meaning) = known.counts();
    IndexState { claims, without_meaning, encoder: encoder() }
}

/// The claims that were found as they are now.
///
/// # Errors
/// [`store::Error::Unavailable`] when the database is away.
pub async fn results(
    connection: &mut Connection,
    mut found: Vec<(String, Vec<Found>)>,
    wanted: Wanted,
) -> Result<Vec<TextMatches>, Problem> {
    for (_, found) in &mut found {
        found.retain(|found| found.score >= wanted.min_score);
    }
    let ids_found = ids(&found);
    let survivors = store::merges::survivors(connection, &ids_found, None).await?;
    let worded = store::claims::texts(connection, &ids_found).await?;
    let found = found.into_iter().map(|(text, found)| (text, answered_by(found, &survivors)));
    let mut found: Vec<(String, Vec<Asked>)> = found.collect();
    // All of them: some may be carried by no document any more.
    let claims = store::claims::carried(connection, &answering(&found)).await?;
    let claims: BTreeMap<ClaimId, ClaimView> =
        claims.into_iter().map(|claim| (claim.id, claim)).collect();
    for (_, found) in &mut found {
        found.retain(|asked| claims.contains_key(&asked.claim));
        found.truncate(wanted.limit);
    }
    let mut rebuttals: BTreeMap<ClaimId, Vec<RebuttalView>> = BTreeMap::new();
    for rebuttal in store::rebuttals::newest_of(connection, &answering(&found), REBUTTALS).await? {
        rebuttals.entry(rebuttal.claim.id).or_default().push(rebuttal);
    }
    let matches = move |(text, found): (String, Vec<Asked>)| {
        let read = readable(&text);
        let matches = found
            .iter()
            .filter_map(|Asked { claim, found }| {
                let claim = claims.get(claim)?.clone();
                let rebuttals = rebuttals.get(&claim.id).cloned().unwrap_or_default();
                // The wording that was found, which is a merged claim's own.
                let wording = worded.get(&found.claim).map_or(&claim.text, |worded| &worded.text);
                Some(Match {
                    score: found.score,
                    decision: Certainty::of(found.score),
                    relation: relates(&claim.language).then(|| relation(&read, wording)),
                    found_by: found_by(found),
                    claim: claim.into(),
                    rebuttals: rebuttals.into_iter().map(Into::into).collect(),
                })
            })
            .collect();
        TextMatches { text, matches }
    };
    // Telling how two texts stand to each other may ask the encoder.
    tokio::task::spawn_blocking(move || found.into_iter().map(matches).collect())
        .await
        .map_err(|_| Problem::internal("comparing texts panicked"))
}

/// What was found, with the claim that answers for it.
struct Asked {
    claim: ClaimId,
    found: Found,
}

/// What was found, each claim that answers for some once: by the likeliest of its wordings.
fn answered_by(found: Vec<Found>, survivors: &BTreeMap<ClaimId, ClaimId>) -> Vec<Asked> {
    let mut seen = BTreeSet::new();
    let asked = found.into_iter().map(|found| Asked {
        claim: survivors.get(&found.claim).copied().unwrap_or(found.claim),
        found,
    });
    asked.filter(|asked| seen.insert(asked.claim)).collect()
}

/// The claims that answer for any of the texts, each once.
fn answering(found: &[(String, Vec<Asked>)]) -> Vec<ClaimId> {
    let ids = found.iter().flat_map(|(_, found)| found).map(|asked| asked.claim);
    ids.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The claims that were found for any of the texts, each once.
fn ids(found: &[(String, Vec<Found>)]) -> Vec<ClaimId> {
    let ids = found.iter().flat_map(|(_, found)| found).map(|found| found.claim);
    ids.collect::<BTreeSet<_>>().into_iter().collect()
}
