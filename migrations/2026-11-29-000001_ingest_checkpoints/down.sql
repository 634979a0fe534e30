drop table ingest_checkpoints;
