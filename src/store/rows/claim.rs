//! `claims`, where they stand, who asserts them and what became of them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::store::schema::{
    appearances, claim_status_events, claim_subjects, claim_summaries, claimants, claims,
};

#[derive(Insertable)]
#[diesel(table_name = claims)]
pub(in crate::store) struct NewClaim<'a> {
    pub id: Uuid,
    pub text: &'a str,
    pub language: &'a str,
    pub canonical_sha256: Vec<u8>,
    pub check_worthiness: Option<f32>,
    pub extractor_version: &'a str,
    pub recorded_at: DateTime<Utc>,
}

#[derive(Insertable)]
#[diesel(table_name = appearances)]
pub(in crate::store) struct NewAppearance<'a> {
    pub id: Uuid,
    pub claim_id: Uuid,
    pub revision_id: Uuid,
    pub statement_id: Option<Uuid>,
    pub stance: &'static str,
    pub field: &'static str,
    pub span_start: i32,
    pub span_end: i32,
    pub quote: String,
    pub stated_at: Option<DateTime<Utc>>,
    pub stated_precision: Option<String>,
    pub confidence: f32,
    pub extractor_version: &'a str,
    pub recorded_at: DateTime<Utc>,
}

#[derive(Insertable)]
#[diesel(table_name = claimants)]
pub(in crate::store) struct NewClaimant<'a> {
    pub id: Uuid,
    pub claim_id: Uuid,
    pub actor_id: Uuid,
    pub revision_id: Uuid,
    pub appearance_id: Option<Uuid>,
    pub extractor_version: &'a str,
    pub recorded_at: DateTime<Utc>,
}

#[derive(Insertable)]
#[diesel(table_name = claim_subjects)]
pub(in crate::store) struct NewSubject<'a> {
    pub id: Uuid,
    pub claim_id: Uuid,
    pub actor_id: Uuid,
    pub revision_id: Uuid,
    pub extractor_version: &'a str,
    pub recorded_at: DateTime<Utc>,
}

#[derive(Insertable)]
#[diesel(table_name = claim_status_events)]
pub(in crate::store) struct NewStatusEvent {
    pub id: Uuid,
    pub claim_id: Uuid,
    pub status: &'static str,
    pub previous: Option<String>,
    pub reasons: serde_json::Value,
    pub rules: &'static str,
    pub recorded_at: DateTime<Utc>,
}

#[derive(Insertable)]
#[diesel(table_name = claim_summaries)]
pub(in crate::store) struct NewSummary {
    pub id: Uuid,
    pub claim_id: Uuid,
    pub status: &'static str,
    pub confidence: f32,
    pub appearances: i32,
    pub rebuttals: i32,
    pub documents: i32,
    pub outlets: i32,
    pub first_stated_at: Option<DateTime<Utc>>,
    pub first_stated_precision: Option<String>,
    pub last_stated_at: Option<DateTime<Utc>>,
    pub recorded_at: DateTime<Utc>,
}
