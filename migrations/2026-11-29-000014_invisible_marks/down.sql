drop index document_revisions_search;
create index document_revisions_search on document_revisions using gin (
    to_tsvector('english', left(coalesce(title, ''), 1000) || ' ' || left(text, 100000)));
drop index statement_spans_search;
create index statement_spans_search on statement_spans
    using gin (to_tsvector('english', left(quote, 10000))) where role = 'content';
drop index claims_search;
create index claims_search on claims using gin (to_tsvector('english', left(text, 10000)));
drop function searchable(text);
