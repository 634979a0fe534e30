//! Stored statements on the wire.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::actor::ActorBrief;
use super::document::DocumentBrief;
use super::extraction::Span;
use super::words;
use crate::domain::{CueKind, DateTimePrecision, LocatedSpan, Mode, view};

/// One attribution in a document: source said (cue) that contents.
#[derive(Debug, Serialize, ToSchema)]
pub struct Statement {
    /// UUIDv7.
    pub id: Uuid,
    /// Where it stands.
    pub document: DocumentBrief,
    /// The revision of the document that its spans point into.
    pub revision: Uuid,
    /// The words that name the source.
    pub source: Vec<Span>,
    /// The words that attribute; null for a free-standing quotation.
    pub cue: Option<Span>,
    /// What kind of words those are.
    #[schema(value_type = words::CueKind)]
    pub cue_kind: CueKind,
    /// The attributed words; several pieces where a quotation is broken.
    pub contents: Vec<Span>,
    /// The words that name who relayed it.
    pub via_span: Option<Span>,
    /// The actor behind the source.
    pub speaker: Option<ActorBrief>,
    /// Whether the speaker was inferred rather than named by the source.
    pub speaker_inferred: bool,
    /// Who relayed it.
    pub via: Option<ActorBrief>,
    /// The statement around this one.
    pub parent: Option<Uuid>,
    /// Whether the contents are quoted.
    #[schema(value_type = words::Mode)]
    pub mode: Mode,
    /// When it was said, where the words around the cue tell it; null where they do not.
    pub stated_at: Option<DateTime<Utc>>,
    /// How exactly that is known.
    #[schema(value_type = Option<words::Precision>)]
    pub stated_precision: Option<DateTimePrecision>,
    /// 0..1.
    pub confidence: f32,
    /// The rule or model that found it.
    pub rule: String,
    /// The extractor that found it.
    pub extractor_version: String,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// When its revision was replaced; null while it is live.
    pub superseded_at: Option<DateTime<Utc>>,
}

/// Spans in wire form.
pub(super) fn spans(spans: Vec<LocatedSpan>) -> Vec<Span> {
    spans.into_iter().map(Span::from).collect()
}

impl From<view::StatementView> for Statement {
    fn from(statement: view::StatementView) -> Self {
        Statement {
            id: statement.id.0,
            document: statement.document.into(),
            revision: statement.revision.0,
            source: spans(statement.source),
            cue: statement.cue.map(Span::from),
            cue_kind: statement.cue_kind,
            contents: spans(statement.contents),
            via_span: statement.via_span.map(Span::from),
            speaker: statement.speaker.map(Into::into),
            speaker_inferred: statement.speaker_inferred,
            via: statement.via.map(Into::into),
            parent: statement.parent.map(|id| id.0),
            mode: statement.mode,
            stated_at: statement.stated.map(|time| time.at),
            stated_precision: statement.stated.map(|time| time.precision),
            confidence: statement.confidence,
            rule: statement.rule,
            extractor_version: statement.extractor_version,
            recorded_at: statement.recorded_at,
            superseded_at: statement.superseded_at,
        }
    }
}
