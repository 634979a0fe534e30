create table claim_status_events (
    id uuid constraint claim_status_events_pkey primary key,
    claim_id uuid not null constraint claim_status_events_claim_fk references claims (id),
    status text not null,
    previous text,
    reasons jsonb not null,
    rules text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint claim_status_events_status_known check (status in
        ('unverified', 'disputed', 'denied', 'debunked', 'corrected', 'retracted', 'confirmed')),
    constraint claim_status_events_previous_known check (previous in
        ('unverified', 'disputed', 'denied', 'debunked', 'corrected', 'retracted', 'confirmed')),
    constraint claim_status_events_changed check (previous is distinct from status),
    constraint claim_status_events_reasons_array check (jsonb_typeof(reasons) = 'array')
);
create index claim_status_events_claim on claim_status_events (claim_id, recorded_at, id);
comment on table claim_status_events is
    'Every change of a claim''s status with its reasons and the rules that gave it. Rows are only added.';

create table claim_summaries (
    id uuid constraint claim_summaries_pkey primary key,
    claim_id uuid not null constraint claim_summaries_claim_fk references claims (id),
    status text not null,
    confidence real not null,
    appearances integer not null,
    rebuttals integer not null,
    documents integer not null,
    outlets integer not null,
    first_stated_at timestamptz,
    first_stated_precision text,
    last_stated_at timestamptz,
    recorded_at timestamptz not null default clock_timestamp(),
    superseded_at timestamptz,
    constraint claim_summaries_status_known check (status in
        ('unverified', 'disputed', 'denied', 'debunked', 'corrected', 'retracted', 'confirmed')),
    constraint claim_summaries_confidence_range check (confidence between 0 and 1),
    constraint claim_summaries_counts_positive
        check (least(appearances, rebuttals, documents, outlets) >= 0),
    constraint claim_summaries_precision_known
        check (first_stated_precision in ('second', 'minute', 'day', 'month')),
    constraint claim_summaries_precision_paired
        check ((first_stated_at is null) = (first_stated_precision is null)),
    constraint claim_summaries_clock_forward check (superseded_at >= recorded_at)
);
create index claim_summaries_claim on claim_summaries (claim_id, recorded_at);
create unique index claim_summaries_one_live on claim_summaries (claim_id) where superseded_at is null;
-- Not partial: a walk by count is pinned to one instant, and reads rows superseded after it.
create index claim_summaries_rebuttals on claim_summaries (rebuttals, claim_id);
create index claim_summaries_appearances on claim_summaries (appearances, claim_id);
create index claim_summaries_status on claim_summaries (status) where superseded_at is null;
comment on table claim_summaries is
    'What stands for and against a claim, counted, one row for each time it changed. Lists sort and filter by these numbers without counting again, at any past instant as well as now. A claim that no document carries any more has a summary of zeros and is in no list.';
