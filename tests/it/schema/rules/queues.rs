//! Rules of what is read and what is under way: feeds, files, jobs.

use super::Refused;

pub const REFUSED: &[Refused] = &[
    (
        "ingest_checkpoints",
        "ingest_checkpoints_path_unique",
        "insert into {t} (id, path_sha256, path, fingerprint, position, line, created, revised, unchanged, refused) select gen_random_uuid(), path_sha256, path, fingerprint, position, line, created, revised, unchanged, refused from {t}",
    ),
    ("ingest_checkpoints", "ingest_checkpoints_digests_length", "update {t} set fingerprint = 'x'"),
    ("ingest_checkpoints", "ingest_checkpoints_counts_positive", "update {t} set refused = -1"),
    ("ingest_checkpoints", "ingest_checkpoints_part_positive", "update {t} set part = -1"),
    ("feeds", "feeds_key_unique", "update {t} set key = 'same.test'"),
    ("feeds", "feeds_url_length", "update {t} set url = repeat('x', 2049)"),
    ("feeds", "feeds_key_length", "update {t} set key = url || '/'"),
    ("feeds", "feeds_kind_known", "update {t} set kind = 'gopher'"),
    ("feeds", "feeds_title_length", "update {t} set title = ''"),
    ("feeds", "feeds_outlet_length", "update {t} set outlet = ''"),
    ("feeds", "feeds_depth_range", "update {t} set depth = 4 where parent_id is not null"),
    ("feeds", "feeds_interval_range", "update {t} set interval_seconds = 59"),
    ("feeds", "feeds_etag_length", "update {t} set etag = ''"),
    ("feeds", "feeds_last_modified_length", "update {t} set last_modified = ''"),
    ("feeds", "feeds_counts_positive", "update {t} set failures = -1"),
    (
        "feeds",
        "feeds_result_known",
        "update {t} set last_polled_at = now(), last_result = 'It failed.'",
    ),
    ("feeds", "feeds_result_paired", "update {t} set last_polled_at = now(), last_result = null"),
    ("feed_moves", "feed_moves_url_length", "update {t} set url = repeat('x', 2049)"),
    ("feed_moves", "feed_moves_key_length", "update {t} set key = url || '/'"),
    ("feed_entries", "feed_entries_key_length", "update {t} set key_sha256 = 'x'"),
    (
        "jobs",
        "jobs_one_poll_of_a_feed",
        "insert into {t} (id, kind, payload, max_attempts) select gen_random_uuid(), 'poll_feed', '{\"feed\": \"a\"}', 1 from generate_series(1, 2)",
    ),
    ("jobs", "jobs_kind_known", "update {t} set kind = 'nap'"),
    ("jobs", "jobs_state_known", "update {t} set state = 'lost'"),
    ("jobs", "jobs_attempts_range", "update {t} set attempts = max_attempts + 1"),
    ("jobs", "jobs_interruptions_range", "update {t} set interruptions = -1"),
    ("jobs", "jobs_lease_while_running", "update {t} set state = 'running'"),
    ("jobs", "jobs_finished_when_ended", "update {t} set finished_at = now()"),
    ("jobs", "jobs_failed_says_why", "update {t} set state = 'failed', finished_at = now()"),
];
