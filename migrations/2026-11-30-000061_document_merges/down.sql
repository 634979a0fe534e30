-- The ended rows of merged documents stay ended; their addresses stay with the document that they led to last.
drop index document_urls_stood_for;
alter table document_urls
    drop constraint document_urls_stood_for_another,
    drop column stood_for_id;
drop index document_links_merged_once;
alter table document_links drop column merged;
comment on table document_links is
    'Two documents that turned out to be one: both were stored under addresses of their own before a page with the same words said that one of these is the canonical address of the other. Linked and not merged, because each has its trail already; new words go to the one of the canonical address.';
