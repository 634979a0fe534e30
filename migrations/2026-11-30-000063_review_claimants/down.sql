drop index claimants_one_live_of_review;
drop index claimants_review_revision;
delete from claimants where review_revision_id is not null;
alter table claimants
    drop constraint claimants_one_source,
    drop column review_revision_id,
    alter column revision_id set not null;
comment on table claimants is
    'Who asserts a claim, as one revision tells it, with the appearance that shows it where there is one. One row a revision, so that a claimant stays while any document still says so.';
