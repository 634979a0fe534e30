//! `outlets`, `documents`, `document_urls`, `document_revisions`, `extractions`.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::store::schema::{document_revisions, document_urls, documents, extractions, outlets};

#[derive(Insertable)]
#[diesel(table_name = outlets)]
pub(in crate::store) struct NewOutlet<'a> {
    pub id: Uuid,
    pub key: &'a str,
    pub name: &'a str,
    pub domain: Option<&'a str>,
    pub recorded_at: DateTime<Utc>,
}

#[derive(Insertable)]
#[diesel(table_name = documents)]
pub(in crate::store) struct NewDocument<'a> {
    pub id: Uuid,
    pub outlet_id: Option<Uuid>,
    pub content_sha256: Option<&'a [u8]>,
    pub recorded_at: DateTime<Utc>,
}

#[derive(Insertable)]
#[diesel(table_name = document_urls)]
pub(in crate::store) struct NewDocumentUrl<'a> {
    pub id: Uuid,
    pub document_id: Uuid,
    pub url: &'a str,
    pub canonical: bool,
    pub recorded_at: DateTime<Utc>,
}

#[derive(Insertable)]
#[diesel(table_name = document_revisions)]
pub(in crate::store) struct NewRevision<'a> {
    pub id: Uuid,
    pub document_id: Uuid,
    pub number: i32,
    pub title: Option<&'a str>,
    pub text: &'a str,
    pub authors: &'a [String],
    pub published_at: Option<DateTime<Utc>>,
    pub published_precision: Option<String>,
    pub language: &'a str,
    pub sha256: &'a [u8],
    pub received: &'a [u8],
    pub media_type: &'a str,
    pub recorded_at: DateTime<Utc>,
}

#[derive(Insertable)]
#[diesel(table_name = extractions)]
pub(in crate::store) struct NewExtraction<'a> {
    pub id: Uuid,
    pub revision_id: Uuid,
    pub extractor_version: &'a str,
    pub models: serde_json::Value,
    pub notes: serde_json::Value,
    pub recorded_at: DateTime<Utc>,
}
