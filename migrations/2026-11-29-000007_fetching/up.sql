-- What two spellings of one address share is computed by the program (domain::address_key); a column,
-- because an index cannot compute it. The schemes, `www.`, a slash at the end, the order of the query and
-- tracking parameters do not tell two documents apart.
alter table document_urls add column key text;
-- Rows from before get the part of the rule that SQL can say. Where two documents share it, the later one
-- keeps its whole address as key: both stay readable, and the next post goes to the earlier.
update document_urls u
   set key = case when n.place = 1 then n.key else u.url end
  from (select id, key, row_number() over (partition by key order by recorded_at, id) as place
          from (select id, recorded_at,
                       regexp_replace(regexp_replace(url, '^https?://(www\.)?', ''), '/$', '') as key
                  from document_urls) k) n
 where n.id = u.id;
alter table document_urls
    alter column key set not null,
    drop constraint document_urls_url_unique,
    add constraint document_urls_key_unique unique (key),
    add constraint document_urls_key_length check (octet_length(key) between 1 and octet_length(url)),
    -- What the last answer from this address was marked with: asked for again, the server can say that
    -- nothing changed. Only as long as the document's words are the ones that came with it.
    add column etag text,
    add column last_modified text,
    add constraint document_urls_etag_length check (octet_length(etag) between 1 and 1024),
    add constraint document_urls_last_modified_length check (octet_length(last_modified) between 1 and 1024);
comment on table document_urls is
    'Every address that leads to a document. Its key is unique, so that two posts of one article cannot become two documents; one of them is the canonical address. An address once known stays known; hence no superseded_at. The marks of the last answer are a tool like a job, and are overwritten.';

alter table jobs
    drop constraint jobs_kind_known,
    add constraint jobs_kind_known check (kind in ('extract_document', 'fetch_document'));
