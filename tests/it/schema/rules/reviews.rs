//! Rules of published fact-checks.

use super::Refused;

pub const REFUSED: &[Refused] = &[
    (
        "review_claims",
        "review_claims_clock_forward",
        "update {t} set superseded_at = recorded_at - interval '1 s'",
    ),
    (
        "review_claims",
        "review_claims_one_live",
        "insert into {t} (id, review_id, claim_id) select gen_random_uuid(), review_id, claim_id from {t}",
    ),
    ("reviews", "reviews_key_unique", "update {t} set key_sha256 = sha256('x')"),
    ("reviews", "reviews_key_length", "update {t} set key_sha256 = 'x'"),
    (
        "review_revisions",
        "review_revisions_number_unique",
        "update {t} set number = 1, superseded_at = recorded_at",
    ),
    ("review_revisions", "review_revisions_one_live", "update {t} set superseded_at = null"),
    ("review_revisions", "review_revisions_number_positive", "update {t} set number = 0"),
    (
        "review_revisions",
        "review_revisions_published_whole",
        "update {t} set published_at = now(), published_precision = null",
    ),
    (
        "review_revisions",
        "review_revisions_modified_whole",
        "update {t} set modified_at = now(), modified_precision = 'century'",
    ),
    (
        "review_revisions",
        "review_revisions_claim_stated_whole",
        "update {t} set claim_stated_at = null, claim_stated_precision = 'day'",
    ),
    ("review_revisions", "review_revisions_verdict_known", "update {t} set verdict = 'perhaps'"),
    (
        "review_revisions",
        "review_revisions_verdict_from_known",
        "update {t} set verdict_from = 'stars'",
    ),
    ("review_revisions", "review_revisions_language_known", "update {t} set language = 'English!'"),
    ("review_revisions", "review_revisions_lists", "update {t} set claimants = '{}'"),
    ("review_revisions", "review_revisions_raw_sha256_length", "update {t} set raw_sha256 = ''"),
    (
        "review_revisions",
        "review_revisions_clock_forward",
        "update {t} set superseded_at = recorded_at - interval '1 second'",
    ),
];
