alter table ingest_checkpoints
    add column part bigint not null default 0,
    add constraint ingest_checkpoints_part_positive check (part >= 0);
comment on column ingest_checkpoints.part is
    'Files in a ZIP that are read to their end; position and line are then of the next one.';
comment on column ingest_checkpoints.position is
    'Bytes of the unpacked content behind which the next line or row starts; line counts the lines before it. Of a web archive, bytes of the file up to the packed member, or the record that is not packed, and line counts the records of that member that are read.';
