//! Rules of what revisions say: statements, appearances, denials, rebuttals.

use super::Refused;

pub const REFUSED: &[Refused] = &[
    ("statements", "statements_revision_id_unique", ""),
    ("statements", "statements_cue_kind_known", "update {t} set cue_kind = 'shrug'"),
    ("statements", "statements_mode_known", "update {t} set mode = 'sung'"),
    ("statements", "statements_confidence_range", "update {t} set confidence = 'NaN'"),
    ("statements", "statements_parent_not_itself", "update {t} set parent_id = id"),
    (
        "statements",
        "statements_precision_known",
        "update {t} set stated_at = now(), stated_precision = 'century'",
    ),
    (
        "statements",
        "statements_precision_paired",
        "update {t} set stated_at = null, stated_precision = 'day'",
    ),
    (
        "statements",
        "statements_clock_forward",
        "update {t} set superseded_at = recorded_at - interval '1 second'",
    ),
    ("statement_spans", "statement_spans_role_known", "update {t} set role = 'echo'"),
    ("statement_spans", "statement_spans_field_known", "update {t} set field = 'body'"),
    (
        "statement_spans",
        "statement_spans_span_ordered",
        "update {t} set span_end = span_start, quote = ''",
    ),
    ("statement_spans", "statement_spans_quote_length", "update {t} set quote = ''"),
    (
        "statement_spans",
        "statement_spans_span_inside",
        "update {t} set field = 'title', span_start = 10, span_end = 12, quote = '?!'",
    ),
    ("appearances", "appearances_stance_known", "update {t} set stance = 'doubts'"),
    ("appearances", "appearances_field_known", "update {t} set field = 'body'"),
    ("appearances", "appearances_span_ordered", "update {t} set span_start = span_end, quote = ''"),
    ("appearances", "appearances_quote_length", "update {t} set quote = quote || 'x'"),
    (
        "appearances",
        "appearances_precision_known",
        "update {t} set stated_at = now(), stated_precision = 'century'",
    ),
    (
        "appearances",
        "appearances_precision_paired",
        "update {t} set stated_at = null, stated_precision = 'day'",
    ),
    ("appearances", "appearances_confidence_range", "update {t} set confidence = -0.1"),
    (
        "appearances",
        "appearances_clock_forward",
        "update {t} set superseded_at = recorded_at - interval '1 second'",
    ),
    (
        "appearances",
        "appearances_span_inside",
        "update {t} set span_start = 900, span_end = 903, quote = 'abc'",
    ),
    ("denials", "denials_claim_kind_unique", ""),
    ("denials", "denials_revision_id_unique", ""),
    ("denials", "denials_kind_known", "update {t} set kind = 'shrug'"),
    ("denials", "denials_denier_role_known", "update {t} set denier_role = 'bystander'"),
    (
        "denials",
        "denials_precision_known",
        "update {t} set stated_at = now(), stated_precision = 'century'",
    ),
    (
        "denials",
        "denials_precision_paired",
        "update {t} set stated_at = now(), stated_precision = null",
    ),
    ("denials", "denials_confidence_range", "update {t} set confidence = 2"),
    (
        "denials",
        "denials_clock_forward",
        "update {t} set superseded_at = recorded_at - interval '1 second'",
    ),
    ("denial_mentions", "denial_mentions_revision_id_unique", ""),
    (
        "denial_mentions",
        "denial_mentions_clock_forward",
        "update {t} set superseded_at = recorded_at - interval '1 second'",
    ),
    ("denial_mention_spans", "denial_mention_spans_role_known", "update {t} set role = 'echo'"),
    ("denial_mention_spans", "denial_mention_spans_field_known", "update {t} set field = 'body'"),
    (
        "denial_mention_spans",
        "denial_mention_spans_span_ordered",
        "update {t} set span_start = -5, span_end = -4, quote = 'a'",
    ),
    ("denial_mention_spans", "denial_mention_spans_quote_length", "update {t} set quote = ''"),
    (
        "denial_mention_spans",
        "denial_mention_spans_span_inside",
        "update {t} set span_start = 900, span_end = 903, quote = 'abc'",
    ),
    (
        "rebuttals",
        "rebuttals_denial_unique",
        "insert into {t} (id, claim_id, kind, denial_id, extractor_version) select gen_random_uuid(), claim_id, kind, denial_id, '2' from {t}",
    ),
    ("rebuttals", "rebuttals_kind_known", "update {t} set kind = 'shrug'"),
    (
        "rebuttals",
        "rebuttals_one_live_of_review",
        "insert into {t} (id, claim_id, kind, review_revision_id, extractor_version) select gen_random_uuid(), claim_id, kind, review_revision_id, '2' from {t} where kind = 'review'",
    ),
    ("rebuttals", "rebuttals_one_source", "update {t} set denial_id = null where kind <> 'review'"),
    (
        "rebuttals",
        "rebuttals_kind_of_source",
        "update {t} set kind = 'debunk' where kind = 'review'",
    ),
    (
        "rebuttals",
        "rebuttals_precision_known",
        "update {t} set stated_at = now(), stated_precision = 'century'",
    ),
    (
        "rebuttals",
        "rebuttals_precision_paired",
        "update {t} set stated_at = null, stated_precision = 'day'",
    ),
    (
        "rebuttals",
        "rebuttals_clock_forward",
        "update {t} set superseded_at = recorded_at - interval '1 second'",
    ),
    (
        "rebuttals",
        "rebuttals_stand_on_words",
        "with d as (insert into denials (id, claim_id, revision_id, kind, denier_role, confidence, extractor_version) select '018f0000-0000-7000-8000-000000000001', claim_id, revision_id, kind, denier_role, 1, '2' from denials limit 1 returning id, claim_id, kind) insert into {t} (id, claim_id, kind, denial_id, extractor_version) select gen_random_uuid(), claim_id, kind, id, '2' from d",
    ),
];
