drop index jobs_one_poll_of_a_feed;
delete from jobs where kind = 'poll_feed';
alter table jobs
    drop constraint jobs_kind_known,
    add constraint jobs_kind_known check (kind in ('extract_document', 'fetch_document'));
drop table feed_entries;
drop table feeds;
