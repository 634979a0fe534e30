//! `denials`, where they stand, and the `rebuttals` that point to them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::store::schema::{denial_mention_spans, denial_mentions, denials, rebuttals};

#[derive(Insertable)]
#[diesel(table_name = denials)]
pub(in crate::store) struct NewDenial<'a> {
    pub id: Uuid,
    pub claim_id: Uuid,
    pub revision_id: Uuid,
    pub kind: &'static str,
    pub denier_id: Option<Uuid>,
    pub denier_role: &'static str,
    pub via_id: Option<Uuid>,
    pub label: Option<&'a str>,
    pub stated_at: Option<DateTime<Utc>>,
    pub stated_precision: Option<String>,
    pub confidence: f32,
    pub extractor_version: &'a str,
    pub recorded_at: DateTime<Utc>,
}

#[derive(Insertable)]
#[diesel(table_name = denial_mentions)]
pub(in crate::store) struct NewMention<'a> {
    pub id: Uuid,
    pub denial_id: Uuid,
    pub revision_id: Uuid,
    pub statement_id: Option<Uuid>,
    pub ordinal: i32,
    pub rule: &'a str,
    pub extractor_version: &'a str,
    pub recorded_at: DateTime<Utc>,
}

#[derive(Insertable)]
#[diesel(table_name = denial_mention_spans)]
pub(in crate::store) struct NewMentionSpan {
    pub revision_id: Uuid,
    pub mention_id: Uuid,
    pub role: &'static str,
    pub field: &'static str,
    pub span_start: i32,
    pub span_end: i32,
    pub quote: String,
}

#[derive(Insertable)]
#[diesel(table_name = rebuttals)]
pub(in crate::store) struct NewRebuttal<'a> {
    pub id: Uuid,
    pub claim_id: Uuid,
    pub kind: &'static str,
    pub denial_id: Uuid,
    pub stated_at: Option<DateTime<Utc>>,
    pub stated_precision: Option<String>,
    pub extractor_version: &'a str,
    pub recorded_at: DateTime<Utc>,
}
