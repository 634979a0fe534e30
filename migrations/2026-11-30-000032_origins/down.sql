alter table claim_summaries drop column origins;
drop table revision_bands;
drop table revision_origins;
