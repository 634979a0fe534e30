delete from jobs where kind = 'fetch_document';
alter table jobs
    drop constraint jobs_kind_known,
    add constraint jobs_kind_known check (kind in ('extract_document'));

alter table document_urls
    drop constraint document_urls_last_modified_length,
    drop constraint document_urls_etag_length,
    drop column last_modified,
    drop column etag,
    drop constraint document_urls_key_length,
    drop constraint document_urls_key_unique,
    drop column key,
    add constraint document_urls_url_unique unique (url);
comment on table document_urls is
    'Every address that leads to a document. Unique, so that two posts of one article cannot become two documents; one of them is the canonical address. An address once known stays known; hence no superseded_at.';
