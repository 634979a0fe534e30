-- Of two documents that turned out to be one, the one of the canonical address answers for both. The other keeps its
-- rows, ended, so that `as_of` before that answers as it did.
alter table document_links
    add column merged boolean not null default false;
create unique index document_links_merged_once
    on document_links (same_as_id) where merged and superseded_at is null;
comment on table document_links is
    'Two documents that turned out to be one: both were stored under addresses of their own before a page with the same words said that one of these is the canonical address of the other. Merged, `document_id` answers for `same_as_id`; only linked are those of which both keep corrections by people.';

alter table document_urls
    add column stood_for_id uuid constraint document_urls_stood_for_fk references documents (id),
    add constraint document_urls_stood_for_another check (stood_for_id is null or (stood_for_id <> document_id and not canonical));
create unique index document_urls_stood_for on document_urls (stood_for_id) where stood_for_id is not null;
comment on column document_urls.stood_for_id is
    'The merged document of which this was the canonical address.';
