//! Claims of an extraction → founded claims, appearances, claimants and subjects.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::actors::ActorIds;
use super::located::{columns, score};
use super::statements::StatementIds;
use super::{ClaimIdentity, Context};
use crate::store::claims::digest;
use crate::store::rows::claim::{NewAppearance, NewClaim, NewClaimant, NewSubject};
use crate::store::rows::insert_all;
use crate::store::schema::{appearances, claim_subjects, claimants, claims};
use crate::store::{Connection, Error};

impl Context<'_> {
    pub(super) async fn write_claims(
        &self,
        connection: &mut Connection,
        identities: &[ClaimIdentity],
        actors: &ActorIds,
        statements: &StatementIds,
    ) -> Result<(), Error> {
        let (stated_at, stated_precision) = columns(self.published);
        let mut founded = Vec::new();
        let mut places = Vec::new();
        let mut asserting: BTreeMap<(Uuid, Uuid), Option<Uuid>> = BTreeMap::new();
        let mut named = BTreeSet::new();
        for (claim, identity) in self.extraction.claims.iter().zip(identities) {
            let claim_id = identity.id.0;
            if identity.founded {
                founded.push(NewClaim {
                    id: claim_id,
                    text: &claim.text,
                    language: &self.document.language,
                    canonical_sha256: digest(&identity.key),
                    check_worthiness: claim.check_worthiness.map(score),
                    extractor_version: self.version(),
                    recorded_at: self.draft.at,
                });
            }
            let mut said_by: BTreeMap<usize, Uuid> = BTreeMap::new();
            for appearance in &claim.appearances {
                let Some(span) = self.locate.one(appearance.span) else { continue };
                let id = Uuid::now_v7();
                if let Some(speaker) = statements.speaker(appearance.statement) {
                    said_by.entry(speaker.0).or_insert(id);
                }
                places.push(NewAppearance {
                    id,
                    claim_id,
                    revision_id: self.draft.revision.0,
                    statement_id: statements.get(appearance.statement),
                    stance: appearance.stance.as_str(),
                    field: span.field.as_str(),
                    span_start: span.start,
                    span_end: span.end,
                    quote: span.quote,
                    stated_at,
                    stated_precision: stated_precision.clone(),
                    confidence: score(claim.confidence),
                    extractor_version: self.version(),
                    recorded_at: self.draft.at,
                });
            }
            for &claimant in &claim.claimants {
                if let Some(actor) = actors.get(Some(claimant)) {
                    let place = asserting.entry((claim_id, actor)).or_default();
                    *place = place.or(said_by.get(&claimant.0).copied());
                }
            }
            named.extend(
                identity
                    .subjects
                    .iter()
                    .filter_map(|&subject| Some((claim_id, actors.get(Some(subject))?))),
            );
        }
        let asserting: Vec<NewClaimant<'_>> = asserting
            .into_iter()
            .map(|((claim_id, actor_id), appearance_id)| NewClaimant {
                id: Uuid::now_v7(),
                claim_id,
                actor_id,
                revision_id: self.draft.revision.0,
                appearance_id,
                extractor_version: self.version(),
                recorded_at: self.draft.at,
            })
            .collect();
        let named: Vec<NewSubject<'_>> = named
            .into_iter()
            .map(|(claim_id, actor_id)| NewSubject {
                id: Uuid::now_v7(),
                claim_id,
                actor_id,
                revision_id: self.draft.revision.0,
                extractor_version: self.version(),
                recorded_at: self.draft.at,
            })
            .collect();
        insert_all!(connection, claims::table, founded);
        insert_all!(connection, appearances::table, places);
        insert_all!(connection, claimants::table, asserting);
        insert_all!(connection, claim_subjects::table, named);
        Ok(())
    }
}
