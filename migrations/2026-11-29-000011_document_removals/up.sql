create table document_removals (
    id uuid constraint document_removals_pkey primary key,
    document_id uuid not null constraint document_removals_document_fk references documents (id),
    status integer not null,
    recorded_at timestamptz not null default clock_timestamp(),
    superseded_at timestamptz,
    constraint document_removals_status_known check (status in (404, 410)),
    constraint document_removals_clock_forward check (superseded_at >= recorded_at)
);
create index document_removals_document on document_removals (document_id);
create unique index document_removals_one_live on document_removals (document_id)
    where superseded_at is null;
comment on table document_removals is
    'That a page is no longer there: its canonical address itself answered 404 or 410, first seen at recorded_at. Superseded when the page was fetched again, or when the answer changed from one to the other. What stood there stays: that it was taken away is part of its trail.';
