drop index jobs_done;
drop index jobs_failed;
alter table jobs drop column interruptions, drop column request_id;
