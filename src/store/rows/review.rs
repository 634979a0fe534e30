//! `reviews` and `review_revisions`.

use chrono::{DateTime, Utc};
use diesel::sql_types::{
    Binary, Double, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use serde_json::Value;
use uuid::Uuid;

use crate::store::insert::row;

row! {
    NewReview in "reviews" {
        id: Uuid => SqlUuid,
        claim_id: Uuid => SqlUuid,
        key_sha256: Vec<u8> => Binary,
    }
}

row! {
    NewReviewClaim in "review_claims" {
        id: Uuid => SqlUuid,
        review_id: Uuid => SqlUuid,
        claim_id: Uuid => SqlUuid,
        member_id: Option<Uuid> => Nullable<SqlUuid>,
    }
}

row! {
    NewReviewRevision<'a> in "review_revisions" {
        id: Uuid => SqlUuid,
        review_id: Uuid => SqlUuid,
        number: i32 => Integer,
        outlet_id: Option<Uuid> => Nullable<SqlUuid>,
        url: Option<&'a str> => Nullable<Text>,
        title: Option<&'a str> => Nullable<Text>,
        publisher: Option<&'a str> => Nullable<Text>,
        publisher_url: Option<&'a str> => Nullable<Text>,
        authors: Value => Jsonb,
        published_at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        published_precision: Option<String> => Nullable<Text>,
        modified_at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        modified_precision: Option<String> => Nullable<Text>,
        claim_published: &'a str => Text,
        claimants: Value => Jsonb,
        claim_stated_at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        claim_stated_precision: Option<String> => Nullable<Text>,
        appearances: Value => Jsonb,
        rating_words: Option<&'a str> => Nullable<Text>,
        rating_value: Option<f64> => Nullable<Double>,
        rating_best: Option<f64> => Nullable<Double>,
        rating_worst: Option<f64> => Nullable<Double>,
        rating_explanation: Option<&'a str> => Nullable<Text>,
        verdict: &'static str => Text,
        verdict_from: &'static str => Text,
        language: &'a str => Text,
        unread: Value => Jsonb,
        raw: &'a str => Text,
        raw_sha256: Vec<u8> => Binary,
        extractor_version: &'a str => Text,
    }
}
