//! `statements` and their spans.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::store::schema::{statement_spans, statements};

#[derive(Insertable)]
#[diesel(table_name = statements)]
pub(in crate::store) struct NewStatement<'a> {
    pub id: Uuid,
    pub revision_id: Uuid,
    pub ordinal: i32,
    pub speaker_id: Option<Uuid>,
    pub speaker_inferred: bool,
    pub via_id: Option<Uuid>,
    pub parent_id: Option<Uuid>,
    pub cue_kind: &'static str,
    pub mode: &'static str,
    pub confidence: f32,
    pub rule: &'a str,
    pub extractor_version: &'a str,
    pub recorded_at: DateTime<Utc>,
}

#[derive(Insertable)]
#[diesel(table_name = statement_spans)]
pub(in crate::store) struct NewStatementSpan {
    pub revision_id: Uuid,
    pub statement_id: Uuid,
    pub role: &'static str,
    pub ordinal: i32,
    pub field: &'static str,
    pub span_start: i32,
    pub span_end: i32,
    pub quote: String,
}
