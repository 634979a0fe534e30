drop index revision_origins_source;
update revision_origins set method = 'own' where method = 'address';
alter table revision_origins
    drop constraint revision_origins_resemblance_paired,
    add constraint revision_origins_resemblance_paired check ((method = 'own') = (resemblance is null)),
    drop constraint revision_origins_method_known,
    add constraint revision_origins_method_known check (method in ('own', 'text', 'credit')),
    drop column source_key;
