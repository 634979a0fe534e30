//! `denials`, where they stand, and the `rebuttals` that point to them.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Float4, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::store::insert::row;

row! {
    NewDenial<'a> in "denials" {
        id: Uuid => SqlUuid,
        claim_id: Uuid => SqlUuid,
        member_id: Option<Uuid> => Nullable<SqlUuid>,
        kind: &'static str => Text,
        denier_id: Option<Uuid> => Nullable<SqlUuid>,
        denier_role: &'static str => Text,
        via_id: Option<Uuid> => Nullable<SqlUuid>,
        label: Option<&'a str> => Nullable<Text>,
        stated_at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        stated_precision: Option<String> => Nullable<Text>,
        confidence: f32 => Float4,
    }
}

row! {
    NewMention<'a> in "denial_mentions" {
        id: Uuid => SqlUuid,
        denial_id: Uuid => SqlUuid,
        statement_id: Option<Uuid> => Nullable<SqlUuid>,
        ordinal: i32 => Integer,
        rule: &'a str => Text,
    }
}

row! {
    NewMentionSpan in "denial_mention_spans" {
        mention_id: Uuid => SqlUuid,
        role: &'static str => Text,
        field: &'static str => Text,
        span_start: i32 => Integer,
        span_end: i32 => Integer,
        quote: String => Text,
    }
}

row! {
    NewRebuttal in "rebuttals" {
        id: Uuid => SqlUuid,
        claim_id: Uuid => SqlUuid,
        member_id: Option<Uuid> => Nullable<SqlUuid>,
        kind: &'static str => Text,
        denial_id: Option<Uuid> => Nullable<SqlUuid>,
        review_revision_id: Option<Uuid> => Nullable<SqlUuid>,
        stated_at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        stated_precision: Option<String> => Nullable<Text>,
    }
}
