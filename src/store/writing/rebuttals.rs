//! Denials of an extraction → denials, their mentions and words, and the rebuttals they are.

use uuid::Uuid;

use super::actors::ActorIds;
use super::located::{columns, ordinal, score, stated};
use super::statements::StatementIds;
use super::{ClaimIdentity, Context};
use crate::domain::{Denial, DenialMention, Span};
use crate::store::insert::Inserts;
use crate::store::rows::rebuttal::{NewDenial, NewMention, NewMentionSpan, NewRebuttal};

#[derive(Default)]
pub(super) struct RebuttalRows<'a> {
    pub denials: Vec<NewDenial<'a>>,
    pub mentions: Vec<NewMention<'a>>,
    pub spans: Vec<NewMentionSpan>,
    /// One for each denial, in their order.
    pub rebuttals: Vec<NewRebuttal>,
}

impl<'r> RebuttalRows<'r> {
    pub fn add_to(&'r self, inserts: &mut Inserts<'r>, context: &Context<'r>) {
        inserts
            .add(&self.denials, context.of_revision())
            .add(&self.mentions, context.of_revision())
            .add(&self.spans, [context.revision()])
            .add(&self.rebuttals, [context.by(), context.at()]);
    }
}

impl<'a> Context<'a> {
    pub(super) fn rebuttals(
        &self,
        identities: &[ClaimIdentity],
        actors: &ActorIds,
        statements: &StatementIds,
    ) -> RebuttalRows<'a> {
        let mut rows = RebuttalRows::default();
        for (claim, identity) in self.extraction.claims.iter().zip(identities) {
            for denial in &claim.denials {
                self.add_denial(&mut rows, identity, denial, actors, statements);
            }
        }
        rows
    }

    /// Leaves out a denial none of whose mentions fits the document: the schema takes none.
    fn add_denial(
        &self,
        rows: &mut RebuttalRows<'a>,
        identity: &ClaimIdentity,
        denial: &'a Denial,
        actors: &ActorIds,
        statements: &StatementIds,
    ) {
        let (claim_id, member_id) = (identity.id.0, identity.member_id());
        let denial_id = Uuid::now_v7();
        let mentions = rows.mentions.len();
        for mention in &denial.mentions {
            self.add_mention(rows, denial_id, rows.mentions.len() - mentions, mention, statements);
        }
        if rows.mentions.len() == mentions {
            return;
        }
        let said = stated(denial.stated);
        let (stated_at, stated_precision) = columns(said);
        rows.denials.push(NewDenial {
            id: denial_id,
            claim_id,
            member_id,
            kind: denial.kind.as_str(),
            denier_id: actors.get(denial.denier),
            denier_role: denial.denier_role.as_str(),
            via_id: actors.get(denial.via),
            label: denial.label.as_deref(),
            stated_at,
            stated_precision,
            confidence: score(denial.confidence),
        });
        let (stated_at, stated_precision) = columns(said.or(self.published));
        rows.rebuttals.push(NewRebuttal {
            id: Uuid::now_v7(),
            claim_id,
            member_id,
            kind: denial.kind.as_str(),
            denial_id: Some(denial_id),
            review_revision_id: None,
            stated_at,
            stated_precision,
        });
    }

    fn add_mention(
        &self,
        rows: &mut RebuttalRows<'a>,
        denial_id: Uuid,
        place: usize,
        mention: &'a DenialMention,
        statements: &StatementIds,
    ) {
        let id = Uuid::now_v7();
        let Some(cue) = self.mention_span(id, "cue", Some(mention.cue)) else { return };
        rows.spans.push(cue);
        for (role, words) in
            [("denier", mention.denier), ("denied", mention.denied), ("via", mention.via)]
        {
            rows.spans.extend(self.mention_span(id, role, words));
        }
        rows.mentions.push(NewMention {
            id,
            denial_id,
            statement_id: statements.get(mention.statement),
            ordinal: ordinal(place),
            rule: &mention.rule,
        });
    }

    fn mention_span(
        &self,
        mention_id: Uuid,
        role: &'static str,
        words: Option<Span>,
    ) -> Option<NewMentionSpan> {
        let span = self.locate.one(words?)?;
        Some(NewMentionSpan {
            mention_id,
            role,
            field: span.field.as_str(),
            span_start: span.start,
            span_end: span.end,
            quote: span.quote,
        })
    }
}
