create table tombstones (
    document_id uuid constraint tombstones_pkey primary key,
    reason text not null,
    redacted_by text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    superseded_at timestamptz,
    constraint tombstones_reason_not_blank check (reason ~ '\S'),
    constraint tombstones_redacted_by_not_blank check (redacted_by ~ '\S'),
    constraint tombstones_clock_forward check (superseded_at >= recorded_at)
);
comment on table tombstones is
    'What is left of a document whose text was removed on request: its id, why, by whom and when. Nothing points to the document any more, its row is gone like all others. Superseded when it was lifted: then the same address may be stored again, as another document.';

create table tombstone_digests (
    document_id uuid not null constraint tombstone_digests_tombstone_fk references tombstones (document_id),
    digest bytea not null,
    constraint tombstone_digests_pkey primary key (document_id, digest),
    constraint tombstone_digests_digest_length check (octet_length(digest) = 32)
);
create index tombstone_digests_digest on tombstone_digests (digest);
comment on table tombstone_digests is
    'SHA-256 of each address key of a redacted document, or of its words where it had no address, so that it is not stored again. Digests and not the addresses: an address mostly repeats the headline.';

create table audit_log (
    id uuid constraint audit_log_pkey primary key,
    action text not null,
    subject_id uuid not null,
    acted_by text not null,
    reason text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint audit_log_action_known check (action in ('redact', 'lift_redaction')),
    constraint audit_log_acted_by_not_blank check (acted_by ~ '\S'),
    constraint audit_log_reason_not_blank check (reason ~ '\S')
);
create index audit_log_subject on audit_log (subject_id);
comment on table audit_log is
    'What people did by hand, why, and to what; rows are only added. The subject may be gone, so nothing references it.';
