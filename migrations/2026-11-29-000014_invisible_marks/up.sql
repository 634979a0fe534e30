-- Soft hyphens and zero-width marks stand inside words on many pages. A reader does not see them, and
-- Postgres takes them for ends of words, so a search for the word found nothing. They stay in the stored
-- text, whose offsets count them; what is searched is without them.
create function searchable(words text) returns text
    language sql immutable strict parallel safe
    return translate(words,
        U&'\00AD\200B\200C\200D\200E\200F\202A\202B\202C\202D\202E\2060\FEFF', '');
comment on function searchable(text) is
    'A text as it is searched: without marks that no reader sees. A query must go through it too.';

drop index document_revisions_search;
create index document_revisions_search on document_revisions using gin (
    to_tsvector('english', searchable(left(coalesce(title, ''), 1000) || ' ' || left(text, 100000))));
drop index statement_spans_search;
create index statement_spans_search on statement_spans
    using gin (to_tsvector('english', searchable(left(quote, 10000)))) where role = 'content';
drop index claims_search;
create index claims_search on claims using gin (to_tsvector('english', searchable(left(text, 10000))));
