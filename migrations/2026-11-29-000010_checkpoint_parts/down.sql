alter table ingest_checkpoints drop column part;
comment on column ingest_checkpoints.position is
    'Bytes of the unpacked content behind which the next line starts; line counts the lines before it.';
