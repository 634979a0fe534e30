create table jobs (
    id uuid constraint jobs_pkey primary key,
    kind text not null,
    state text not null default 'queued',
    payload jsonb not null,
    attachment bytea,
    result jsonb,
    error text,
    attempts integer not null default 0,
    max_attempts integer not null,
    run_after timestamptz not null default clock_timestamp(),
    locked_until timestamptz,
    locked_by uuid,
    recorded_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    constraint jobs_kind_known check (kind in ('extract_document')),
    constraint jobs_state_known check (state in ('queued', 'running', 'done', 'failed')),
    constraint jobs_attempts_range check (attempts between 0 and max_attempts and max_attempts > 0),
    constraint jobs_lease_while_running
        check ((state = 'running') = (locked_until is not null) and (locked_until is null) = (locked_by is null)),
    constraint jobs_finished_when_ended check ((state in ('done', 'failed')) = (finished_at is not null)),
    constraint jobs_failed_says_why check (state <> 'failed' or error is not null)
);
create index jobs_waiting on jobs (run_after, id) where state = 'queued';
create index jobs_leased on jobs (locked_until) where state = 'running';
create index jobs_recorded on jobs (recorded_at, id);
comment on table jobs is
    'Work to do, durable before it is promised. A worker takes a job with a lease; when the worker dies the lease runs out and the job is taken again. A job is a tool and not a fact, so its row is overwritten and has no superseded_at; a finished one lets go of its payload, which stands in the document by then.';
