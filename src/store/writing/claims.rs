//! Claims of an extraction → founded claims, appearances, claimants and subjects.

use std::collections::{BTreeMap, BTreeSet};

use diesel::sql_types::Text;
use uuid::Uuid;

use super::actors::ActorIds;
use super::located::{columns, score};
use super::statements::StatementIds;
use super::{ClaimIdentity, Context};
use crate::domain::ActorId;
use crate::store::claims::digest;
use crate::store::insert::{Inserts, bound};
use crate::store::rows::claim::{NewAppearance, NewClaim, NewClaimant, NewSubject};

#[derive(Default)]
pub(super) struct ClaimRows<'a> {
    pub founded: Vec<NewClaim<'a>>,
    pub appearances: Vec<NewAppearance>,
    /// Who speaks in each appearance.
    pub speakers: Vec<Option<ActorId>>,
    pub claimants: Vec<NewClaimant>,
    pub subjects: Vec<NewSubject>,
}

impl<'r> ClaimRows<'r> {
    pub fn add_to(&'r self, inserts: &mut Inserts<'r>, context: &Context<'r>) {
        let language = bound::<Text, _>(context.document.language.as_str());
        inserts
            .add(&self.founded, [("language", language), context.by(), context.at()])
            .add(&self.appearances, context.of_revision())
            .add(&self.claimants, context.of_revision())
            .add(&self.subjects, context.of_revision());
    }
}

impl<'a> Context<'a> {
    pub(super) fn claims(
        &self,
        identities: &[ClaimIdentity],
        actors: &ActorIds,
        statements: &StatementIds,
    ) -> ClaimRows<'a> {
        let mut rows = ClaimRows::default();
        let mut asserting: BTreeMap<(Uuid, Option<Uuid>, Uuid), Option<Uuid>> = BTreeMap::new();
        let mut named = BTreeSet::new();
        for (claim, identity) in self.extraction.claims.iter().zip(identities) {
            let (claim_id, member_id) = (identity.id.0, identity.member_id());
            if identity.founded {
                rows.founded.push(NewClaim {
                    id: claim_id,
                    text: &claim.text,
                    canonical_sha256: digest(&identity.key),
                    check_worthiness: claim.check_worthiness.map(score),
                });
            }
            let mut said_by: BTreeMap<usize, Uuid> = BTreeMap::new();
            for appearance in &claim.appearances {
                let Some(span) = self.locate.one(appearance.span) else { continue };
                let id = Uuid::now_v7();
                let speaker = statements.speaker(appearance.statement);
                if let Some(speaker) = speaker {
                    said_by.entry(speaker.0).or_insert(id);
                }
                let said = statements.stated(appearance.statement).or(self.published);
                let (stated_at, stated_precision) = columns(said);
                rows.speakers.push(actors.get(speaker).map(ActorId));
                rows.appearances.push(NewAppearance {
                    id,
                    claim_id,
                    member_id,
                    statement_id: statements.get(appearance.statement),
                    stance: appearance.stance.as_str(),
                    field: span.field.as_str(),
                    span_start: span.start,
                    span_end: span.end,
                    quote: span.quote,
                    stated_at,
                    stated_precision,
                    confidence: score(claim.confidence),
                });
            }
            for &claimant in &claim.claimants {
                if let Some(actor) = actors.get(Some(claimant)) {
                    let place = asserting.entry((claim_id, member_id, actor)).or_default();
                    *place = place.or(said_by.get(&claimant.0).copied());
                }
            }
            named.extend(
                identity
                    .subjects
                    .iter()
                    .filter_map(|&subject| Some((claim_id, member_id, actors.get(Some(subject))?))),
            );
        }
        rows.claimants = asserting
            .into_iter()
            .map(|((claim_id, member_id, actor_id), appearance_id)| NewClaimant {
                id: Uuid::now_v7(),
                claim_id,
                member_id,
                actor_id,
                appearance_id,
            })
            .collect();
        rows.subjects = named
            .into_iter()
            .map(|(claim_id, member_id, actor_id)| NewSubject {
                id: Uuid::now_v7(),
                claim_id,
                member_id,
                actor_id,
            })
            .collect();
        rows
    }
}
