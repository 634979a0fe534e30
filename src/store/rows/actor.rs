//! `actors` and what documents say of them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::store::schema::{actor_affiliations, actor_aliases, actor_mentions, actors};

#[derive(Insertable)]
#[diesel(table_name = actors)]
pub(in crate::store) struct NewActor<'a> {
    pub id: Uuid,
    pub name: &'a str,
    pub name_key: &'a str,
    pub kind: Option<&'static str>,
    pub extractor_version: &'a str,
    pub recorded_at: DateTime<Utc>,
}

#[derive(Insertable)]
#[diesel(table_name = actor_aliases)]
pub(in crate::store) struct NewAlias<'a> {
    pub id: Uuid,
    pub actor_id: Uuid,
    pub form: &'static str,
    pub alias: &'a str,
    pub alias_key: String,
    pub extractor_version: &'a str,
    pub recorded_at: DateTime<Utc>,
}

#[derive(Insertable)]
#[diesel(table_name = actor_affiliations)]
pub(in crate::store) struct NewAffiliation<'a> {
    pub id: Uuid,
    pub actor_id: Uuid,
    pub speaks_for_id: Uuid,
    pub extractor_version: &'a str,
    pub recorded_at: DateTime<Utc>,
}

#[derive(Insertable)]
#[diesel(table_name = actor_mentions)]
pub(in crate::store) struct NewActorMention<'a> {
    pub revision_id: Uuid,
    pub actor_id: Uuid,
    pub ordinal: i32,
    pub field: &'static str,
    pub span_start: i32,
    pub span_end: i32,
    pub quote: String,
    pub extractor_version: &'a str,
    pub recorded_at: DateTime<Utc>,
}
