//! Statements of an extraction → rows with their spans.

use uuid::Uuid;

use super::Context;
use super::actors::ActorIds;
use super::located::{columns, ordinal, score, stated};
use crate::domain::{ActorIndex, Span, StatedTime, StatementIndex};
use crate::store::rows::statement::{NewStatement, NewStatementSpan};

/// The row behind each statement of the extraction.
pub(super) struct StatementIds {
    ids: Vec<Uuid>,
    speakers: Vec<Option<ActorIndex>>,
    stated: Vec<Option<StatedTime>>,
}

impl StatementIds {
    pub fn get(&self, index: Option<StatementIndex>) -> Option<Uuid> {
        self.ids.get(index?.0).copied()
    }

    /// Who speaks in a statement.
    pub fn speaker(&self, index: Option<StatementIndex>) -> Option<ActorIndex> {
        self.speakers.get(index?.0).copied().flatten()
    }

    /// When it was said, where its document tells.
    pub fn stated(&self, index: Option<StatementIndex>) -> Option<StatedTime> {
        self.stated.get(index?.0).copied().flatten()
    }
}

pub(super) struct StatementRows<'a> {
    pub statements: Vec<NewStatement<'a>>,
    pub spans: Vec<NewStatementSpan>,
}

impl<'a> Context<'a> {
    pub(super) fn statements(&self, actors: &ActorIds) -> (StatementIds, StatementRows<'a>) {
        let statements = &self.extraction.statements;
        let ids = StatementIds {
            ids: statements.iter().map(|_| Uuid::now_v7()).collect(),
            speakers: statements.iter().map(|statement| statement.speaker).collect(),
            stated: statements.iter().map(|statement| stated(statement.stated)).collect(),
        };
        let mut rows =
            StatementRows { statements: Vec::with_capacity(statements.len()), spans: Vec::new() };
        for (index, (statement, &id)) in statements.iter().zip(&ids.ids).enumerate() {
            let (stated_at, stated_precision) = columns(stated(statement.stated));
            rows.statements.push(NewStatement {
                id,
                ordinal: ordinal(index),
                speaker_id: actors.get(statement.speaker),
                speaker_inferred: statement.speaker_inferred,
                via_id: actors.get(statement.via),
                parent_id: ids.get(statement.parent).filter(|&parent| parent != id),
                cue_kind: statement.cue_kind.as_str(),
                mode: statement.mode.as_str(),
                stated_at,
                stated_precision,
                confidence: score(statement.confidence),
                rule: &statement.rule,
            });
            for (role, words) in [
                ("source", statement.source.as_slice()),
                ("cue", statement.cue.as_slice()),
                ("content", statement.contents.as_slice()),
                ("via", statement.via_span.as_slice()),
            ] {
                rows.spans.extend(self.statement_spans(id, role, words));
            }
        }
        (ids, rows)
    }

    fn statement_spans<'s>(
        &'s self,
        statement_id: Uuid,
        role: &'static str,
        words: &'s [Span],
    ) -> impl Iterator<Item = NewStatementSpan> + 's {
        let located = words.iter().filter_map(|&span| self.locate.one(span));
        located.enumerate().map(move |(index, span)| NewStatementSpan {
            statement_id,
            role,
            ordinal: ordinal(index),
            field: span.field.as_str(),
            span_start: span.start,
            span_end: span.end,
            quote: span.quote,
        })
    }
}
