create table ingest_checkpoints (
    id uuid constraint ingest_checkpoints_pkey primary key,
    path_sha256 bytea not null constraint ingest_checkpoints_path_unique unique,
    path text not null,
    fingerprint bytea not null,
    position bigint not null,
    line bigint not null,
    created bigint not null,
    revised bigint not null,
    unchanged bigint not null,
    refused bigint not null,
    saved_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    constraint ingest_checkpoints_digests_length
        check (octet_length(path_sha256) = 32 and octet_length(fingerprint) = 32),
    constraint ingest_checkpoints_counts_positive
        check (least(position, line, created, revised, unchanged, refused) >= 0)
);
comment on table ingest_checkpoints is
    'How far `ingest` has read each file: everything before the position is committed, so a run that is stopped goes on behind it. A tool and not a fact, so a row is overwritten. It stands in this database and not beside the file, because it is only true of the documents that are here.';
comment on column ingest_checkpoints.path_sha256 is
    'The file''s canonical path as bytes: a path need not be UTF-8, and may be longer than an index entry.';
comment on column ingest_checkpoints.fingerprint is
    'Size, time of change, beginning and way of reading of the file; another one is another file, which is read from its start.';
comment on column ingest_checkpoints.position is
    'Bytes of the unpacked content behind which the next line starts; line counts the lines before it.';
