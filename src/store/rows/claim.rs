//! `claims`, where they stand, who asserts them and what became of them.

use chrono::{DateTime, Utc};
use diesel::sql_types::{
    Binary, Float4, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use uuid::Uuid;

use crate::store::insert::row;

row! {
    NewClaim<'a> in "claims" {
        id: Uuid => SqlUuid,
        text: &'a str => Text,
        canonical_sha256: Vec<u8> => Binary,
        check_worthiness: Option<f32> => Nullable<Float4>,
    }
}

row! {
    NewAppearance in "appearances" {
        id: Uuid => SqlUuid,
        claim_id: Uuid => SqlUuid,
        member_id: Option<Uuid> => Nullable<SqlUuid>,
        statement_id: Option<Uuid> => Nullable<SqlUuid>,
        stance: &'static str => Text,
        field: &'static str => Text,
        span_start: i32 => Integer,
        span_end: i32 => Integer,
        quote: String => Text,
        stated_at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        stated_precision: Option<String> => Nullable<Text>,
        confidence: f32 => Float4,
    }
}

row! {
    NewClaimant in "claimants" {
        id: Uuid => SqlUuid,
        claim_id: Uuid => SqlUuid,
        member_id: Option<Uuid> => Nullable<SqlUuid>,
        actor_id: Uuid => SqlUuid,
        appearance_id: Option<Uuid> => Nullable<SqlUuid>,
    }
}

row! {
    NewReviewClaimant in "claimants" {
        id: Uuid => SqlUuid,
        claim_id: Uuid => SqlUuid,
        member_id: Option<Uuid> => Nullable<SqlUuid>,
        actor_id: Uuid => SqlUuid,
        review_revision_id: Uuid => SqlUuid,
    }
}

row! {
    NewSubject in "claim_subjects" {
        id: Uuid => SqlUuid,
        claim_id: Uuid => SqlUuid,
        member_id: Option<Uuid> => Nullable<SqlUuid>,
        actor_id: Uuid => SqlUuid,
    }
}

row! {
    NewStatusEvent in "claim_status_events" {
        id: Uuid => SqlUuid,
        claim_id: Uuid => SqlUuid,
        status: &'static str => Text,
        previous: Option<String> => Nullable<Text>,
        reasons: serde_json::Value => Jsonb,
    }
}

row! {
    NewSummary in "claim_summaries" {
        id: Uuid => SqlUuid,
        claim_id: Uuid => SqlUuid,
        status: &'static str => Text,
        confidence: f32 => Float4,
        appearances: i32 => Integer,
        rebuttals: i32 => Integer,
        documents: i32 => Integer,
        outlets: i32 => Integer,
        origins: i32 => Integer,
        reviews: i32 => Integer,
        first_stated_at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        first_stated_precision: Option<String> => Nullable<Text>,
        last_stated_at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
    }
}
