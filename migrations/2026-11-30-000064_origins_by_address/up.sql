-- A page that calls an article of another site canonical, or names it as what it was syndicated from, is a copy of it,
-- also where its words were changed, and also where that article is not stored: two such pages are of one origin.
alter table revision_origins
    add column source_key text constraint revision_origins_source_key_length
        check (octet_length(source_key) between 1 and 2500),
    drop constraint revision_origins_method_known,
    add constraint revision_origins_method_known check (method in ('own', 'text', 'credit', 'address')),
    drop constraint revision_origins_resemblance_paired,
    add constraint revision_origins_resemblance_paired
        check ((method in ('text', 'credit')) = (resemblance is not null));
create index revision_origins_source on revision_origins (source_key) where source_key is not null;
comment on column revision_origins.source_key is
    'The key of the address that the page says it was taken from (domain::address), whatever told the origin.';
