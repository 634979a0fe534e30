//! `actors` and what documents say of them.

use diesel::sql_types::{Integer, Nullable, Text, Uuid as SqlUuid};
use uuid::Uuid;

use crate::store::insert::row;

row! {
    NewActor<'a> in "actors" {
        id: Uuid => SqlUuid,
        name: &'a str => Text,
        name_key: &'a str => Text,
        kind: Option<&'static str> => Nullable<Text>,
        apart: String => Text,
    }
}

row! {
    NewAlias<'a> in "actor_aliases" {
        id: Uuid => SqlUuid,
        actor_id: Uuid => SqlUuid,
        form: &'static str => Text,
        alias: &'a str => Text,
        alias_key: String => Text,
    }
}

row! {
    NewKey in "actor_keys" {
        actor_id: Uuid => SqlUuid,
        form: &'static str => Text,
        key: String => Text,
    }
}

row! {
    NewSighting in "actor_sightings" {
        actor_id: Uuid => SqlUuid,
        form: &'static str => Text,
        alias: String => Text,
        alias_key: String => Text,
        field: &'static str => Text,
        span_start: i32 => Integer,
        span_end: i32 => Integer,
        quote: String => Text,
    }
}

row! {
    NewAffiliation in "actor_affiliations" {
        id: Uuid => SqlUuid,
        actor_id: Uuid => SqlUuid,
        speaks_for_id: Uuid => SqlUuid,
    }
}

row! {
    NewActorMention in "actor_mentions" {
        actor_id: Uuid => SqlUuid,
        ordinal: i32 => Integer,
        field: &'static str => Text,
        span_start: i32 => Integer,
        span_end: i32 => Integer,
        quote: String => Text,
    }
}
