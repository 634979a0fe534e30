create table document_links (
    id uuid constraint document_links_pkey primary key,
    document_id uuid not null constraint document_links_document_fk references documents (id),
    same_as_id uuid not null constraint document_links_same_as_fk references documents (id),
    recorded_at timestamptz not null default clock_timestamp(),
    superseded_at timestamptz,
    constraint document_links_not_itself check (document_id <> same_as_id),
    constraint document_links_clock_forward check (superseded_at >= recorded_at)
);
create index document_links_document on document_links (document_id);
create index document_links_same_as on document_links (same_as_id);
create unique index document_links_one_live
    on document_links (least(document_id, same_as_id), greatest(document_id, same_as_id))
    where superseded_at is null;
comment on table document_links is
    'Two documents that turned out to be one: both were stored under addresses of their own before a page with the same words said that one of these is the canonical address of the other. Linked and not merged, because each has its trail already; new words go to the one of the canonical address.';
