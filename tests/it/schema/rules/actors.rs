//! Rules of actors and their names.

use super::Refused;

pub const REFUSED: &[Refused] = &[
    ("actor_merges", "actor_merges_not_itself", "update {t} set into_id = actor_id"),
    ("actor_merges", "actor_merges_reason_not_blank", "update {t} set reason = ' '"),
    ("actor_merges", "actor_merges_merged_by_not_blank", "update {t} set merged_by = ' '"),
    (
        "actor_merges",
        "actor_merges_clock_forward",
        "update {t} set superseded_at = recorded_at - interval '1 s'",
    ),
    (
        "actor_merges",
        "actor_merges_one_live",
        "insert into {t} (id, actor_id, into_id, reason, merged_by) select gen_random_uuid(), actor_id, into_id, reason, merged_by from {t}",
    ),
    ("actor_members", "actor_members_not_itself", "update {t} set survivor_id = actor_id"),
    (
        "actor_members",
        "actor_members_clock_forward",
        "update {t} set superseded_at = recorded_at - interval '1 s'",
    ),
    (
        "actor_members",
        "actor_members_one_live",
        "insert into {t} (id, actor_id, survivor_id) select gen_random_uuid(), actor_id, survivor_id from {t}",
    ),
    ("actors", "actors_name_not_blank", "update {t} set name = ''"),
    ("actors", "actors_name_key_length", "update {t} set name_key = ''"),
    ("actors", "actors_kind_known", "update {t} set kind = 'ghost'"),
    ("actors", "actors_name_kind_unique", "update {t} set name_key = 'same', kind = null"),
    ("actor_keys", "actor_keys_form_known", "update {t} set form = 'guess'"),
    ("actor_sightings", "actor_sightings_form_known", "update {t} set form = 'guess'"),
    ("actor_sightings", "actor_sightings_field_known", "update {t} set field = 'body'"),
    (
        "actor_sightings",
        "actor_sightings_span_ordered",
        "update {t} set span_start = -1, span_end = 1, quote = 'ab'",
    ),
    ("actor_sightings", "actor_sightings_quote_length", "update {t} set quote = quote || 'x'"),
    (
        "actor_sightings",
        "actor_sightings_clock_forward",
        "update {t} set superseded_at = recorded_at - interval '1 second'",
    ),
    (
        "actor_sightings",
        "actor_sightings_span_inside",
        "update {t} set span_start = 900, span_end = 903, quote = 'abc'",
    ),
    ("actor_aliases", "actor_aliases_key_length", "update {t} set alias_key = repeat('x', 401)"),
    ("actor_aliases", "actor_aliases_form_known", "update {t} set form = 'title'"),
    (
        "actor_aliases",
        "actor_aliases_clock_forward",
        "update {t} set superseded_at = recorded_at - interval '1 second'",
    ),
    (
        "actor_aliases",
        "actor_aliases_one_live",
        "insert into {t} (id, actor_id, form, alias, alias_key, extractor_version) select gen_random_uuid(), actor_id, form, alias, alias_key, '2' from {t}",
    ),
    (
        "actor_affiliations",
        "actor_affiliations_not_itself",
        "update {t} set speaks_for_id = actor_id",
    ),
    (
        "actor_affiliations",
        "actor_affiliations_clock_forward",
        "update {t} set superseded_at = recorded_at - interval '1 second'",
    ),
    (
        "actor_affiliations",
        "actor_affiliations_one_live",
        "insert into {t} (id, actor_id, speaks_for_id, extractor_version) select gen_random_uuid(), actor_id, speaks_for_id, '2' from {t}",
    ),
    ("actor_mentions", "actor_mentions_field_known", "update {t} set field = 'body'"),
    (
        "actor_mentions",
        "actor_mentions_span_ordered",
        "update {t} set span_start = -1, span_end = 1, quote = 'ab'",
    ),
    ("actor_mentions", "actor_mentions_quote_length", "update {t} set quote = quote || 'x'"),
    (
        "actor_mentions",
        "actor_mentions_clock_forward",
        "update {t} set superseded_at = recorded_at - interval '1 second'",
    ),
    (
        "actor_mentions",
        "actor_mentions_span_inside",
        "update {t} set span_start = 900, span_end = 903, quote = 'abc'",
    ),
];
