drop table claim_summaries;
drop table claim_status_events;
