drop table extractions;
drop table document_revisions;
drop table document_urls;
drop table documents;
drop table outlets;
