//! `outlets`, `documents`, `document_urls`, `document_revisions`, `extractions`.

use chrono::{DateTime, Utc};
use diesel::sql_types::{
    BigInt, Binary, Bool, Float4, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use uuid::Uuid;

use crate::store::insert::row;

row! {
    NewOutlet<'a> in "outlets" {
        id: Uuid => SqlUuid,
        key: &'a str => Text,
        name: &'a str => Text,
        domain: Option<&'a str> => Nullable<Text>,
    }
}

row! {
    NewDocument<'a> in "documents" {
        id: Uuid => SqlUuid,
        outlet_id: Option<Uuid> => Nullable<SqlUuid>,
        content_sha256: Option<&'a [u8]> => Nullable<Binary>,
    }
}

row! {
    NewDocumentUrl<'a> in "document_urls" {
        id: Uuid => SqlUuid,
        document_id: Uuid => SqlUuid,
        url: &'a str => Text,
        key: &'a str => Text,
        canonical: bool => Bool,
    }
}

row! {
    NewRevision<'a> in "document_revisions" {
        id: Uuid => SqlUuid,
        document_id: Uuid => SqlUuid,
        number: i32 => Integer,
        title: Option<&'a str> => Nullable<Text>,
        text: &'a str => Text,
        published_at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        published_precision: Option<String> => Nullable<Text>,
        language: &'a str => Text,
        sha256: &'a [u8] => Binary,
        received: &'a [u8] => Binary,
        media_type: &'a str => Text,
    }
}

row! {
    NewChange in "revision_changes" {
        ordinal: i32 => Integer,
        kind: &'static str => Text,
        field: &'static str => Text,
        before_start: Option<i32> => Nullable<Integer>,
        before_end: Option<i32> => Nullable<Integer>,
        after_start: Option<i32> => Nullable<Integer>,
        after_end: Option<i32> => Nullable<Integer>,
    }
}

row! {
    NewNote in "correction_notes" {
        ordinal: i32 => Integer,
        kind: &'static str => Text,
        rule: String => Text,
        field: Option<&'static str> => Nullable<Text>,
        span_start: Option<i32> => Nullable<Integer>,
        span_end: Option<i32> => Nullable<Integer>,
        quote: String => Text,
        claim_id: Option<Uuid> => Nullable<SqlUuid>,
    }
}

row! {
    NewExtraction in "extractions" {
        id: Uuid => SqlUuid,
        models: serde_json::Value => Jsonb,
        notes: serde_json::Value => Jsonb,
    }
}

row! {
    NewOrigin in "revision_origins" {
        origin_id: Uuid => SqlUuid,
        method: &'static str => Text,
        resemblance: Option<f32> => Nullable<Float4>,
        credit: Option<String> => Nullable<Text>,
        source_key: Option<String> => Nullable<Text>,
    }
}

row! {
    NewBand in "revision_bands" {
        band: i64 => BigInt,
    }
}
