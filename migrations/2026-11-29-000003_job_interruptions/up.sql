alter table jobs
    add column request_id uuid,
    add column interruptions integer not null default 0,
    add constraint jobs_interruptions_range check (interruptions >= 0);
comment on column jobs.request_id is
    'The request that asked for the job, so that the log lines of both can be read together; null for work that no request asked for.';
comment on column jobs.interruptions is
    'Attempts that the worker''s end or a lost database cut short. They do not count as attempts, up to a limit: a document that ends the database each time must not do so for ever.';

-- What was put aside is looked for among millions that are done, and those are removed by age.
create index jobs_failed on jobs (recorded_at, id) where state = 'failed';
create index jobs_done on jobs (finished_at) where state = 'done';
