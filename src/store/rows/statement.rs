//! `statements` and their spans.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Bool, Float4, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::store::insert::row;

row! {
    NewStatement<'a> in "statements" {
        id: Uuid => SqlUuid,
        ordinal: i32 => Integer,
        speaker_id: Option<Uuid> => Nullable<SqlUuid>,
        speaker_inferred: bool => Bool,
        via_id: Option<Uuid> => Nullable<SqlUuid>,
        parent_id: Option<Uuid> => Nullable<SqlUuid>,
        cue_kind: &'static str => Text,
        mode: &'static str => Text,
        stated_at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        stated_precision: Option<String> => Nullable<Text>,
        confidence: f32 => Float4,
        rule: &'a str => Text,
    }
}

row! {
    NewStatementSpan in "statement_spans" {
        statement_id: Uuid => SqlUuid,
        role: &'static str => Text,
        ordinal: i32 => Integer,
        field: &'static str => Text,
        span_start: i32 => Integer,
        span_end: i32 => Integer,
        quote: String => Text,
    }
}
