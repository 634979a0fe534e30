//! Places of a claim that are of another one: parted off together.

use std::collections::BTreeMap;

use super::corrections::{extract, given};
use crate::api::dto::curation::{ClaimSplit, Parted};
use crate::api::problem::Problem;
use crate::app::App;
use crate::domain::view::{CorrectionOf, NewCorrection};
use crate::domain::{ClaimId, DocumentId};
use crate::jobs::correct::{self, Read};
use crate::store::audit::Request;
use crate::store::corrections::{self, Words};
use crate::store::{self, claims};

/// Parts what a body names off the claim; it names something.
pub(super) async fn part(app: &App, id: ClaimId, asked: &ClaimSplit) -> Result<Parted, Problem> {
    let into = given(asked.claim, asked.text.as_deref())?;
    let mut of_documents: BTreeMap<DocumentId, Vec<NewCorrection>> = BTreeMap::new();
    for Words { document, revision, place } in places(app, id, asked).await? {
        let new = NewCorrection {
            kind: CorrectionOf::Claim,
            revision,
            place,
            claim: Some(into.clone()),
            denier: None,
            denier_role: None,
            stance: None,
            rebuttal_kind: None,
            label: None,
        };
        let of_document = of_documents.entry(document).or_default();
        if !of_document.contains(&new) {
            of_document.push(new);
        }
    }
    let mut read = Vec::new();
    for (document, new) in of_documents {
        let stored = correct::standing(&app.pool, document).await?;
        let extraction = extract(app, &stored).await?;
        read.push((Read { stored, extraction }, new));
    }
    let request = Request { by: asked.by.trim(), reason: asked.reason.trim() };
    let mut connection = app.pool.get().await?;
    let parted = store::transaction(&mut connection, async |connection| {
        correct::part(connection, id, &read, &into, request).await
    });
    Ok(Parted::from(parted.await?))
}

/// The words of the appearances and rebuttals, each of which must be the claim's and stand.
async fn places(app: &App, id: ClaimId, asked: &ClaimSplit) -> Result<Vec<Words>, Problem> {
    let connection = app.pool.get().await?;
    if claims::texts(&connection, &[id]).await?.is_empty() {
        return Err(Problem::not_found("claim", id));
    }
    let of_claim = |found: Result<(ClaimId, Words), store::Error>, pointer: String| match found {
        Ok((claim, words)) if claim == id => Ok(words),
        Ok(_) | Err(store::Error::Unknown { .. }) => {
            Err(Problem::field(&pointer, "names nothing of this claim that stands in a document"))
        }
        Err(error) => Err(error.into()),
    };
    let mut all = Vec::new();
    for (number, &appearance) in asked.appearances.iter().enumerate() {
        let found = corrections::words_of_appearance(&connection, appearance).await;
        all.push(of_claim(found, format!("/appearances/{number}"))?);
    }
    for (number, &rebuttal) in asked.rebuttals.iter().enumerate() {
        let found = corrections::words_of_rebuttal(&connection, rebuttal).await;
        all.push(of_claim(found, format!("/rebuttals/{number}"))?);
    }
    Ok(all)
}
