create table claim_edits (
    id uuid constraint claim_edits_pkey primary key,
    claim_id uuid not null constraint claim_edits_claim_fk references claims (id),
    text text,
    tags text[] not null,
    note text,
    status text,
    edited_by text not null,
    reason text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    superseded_at timestamptz,
    constraint claim_edits_text_not_blank check (text ~ '\S'),
    constraint claim_edits_tags_not_null check (array_position(tags, null) is null),
    constraint claim_edits_note_not_blank check (note ~ '\S'),
    constraint claim_edits_status_known check (status in
        ('unverified', 'disputed', 'denied', 'debunked', 'corrected', 'retracted', 'confirmed')),
    constraint claim_edits_edited_by_not_blank check (edited_by ~ '\S'),
    constraint claim_edits_reason_not_blank check (reason ~ '\S'),
    constraint claim_edits_clock_forward check (superseded_at >= recorded_at)
);
create index claim_edits_claim on claim_edits (claim_id);
create unique index claim_edits_one_live on claim_edits (claim_id) where superseded_at is null;
create index claim_edits_tags on claim_edits using gin (tags);
create index claim_edits_status on claim_edits (status) where status is not null;
create index claim_edits_search on claim_edits using gin (to_tsvector('english', searchable(left(text, 10000))))
    where text is not null;
comment on table claim_edits is
    'What people say of a claim beside what was extracted: a better wording, tags, a note, and a status that takes the place of the computed one. One row a state, of which one is live; null where the machine''s word stands. The claim keeps its own wording, by which it is found when it comes in again, and its computed status, which follows the evidence.';

alter table audit_log drop constraint audit_log_action_known;
alter table audit_log add constraint audit_log_action_known check (action in
    ('redact', 'lift_redaction', 'confirm_link', 'reject_link', 'merge_claims', 'split_claim',
     'change_claim', 'correct', 'withdraw_correction'));
