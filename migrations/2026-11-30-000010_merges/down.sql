delete from audit_log where action in ('merge_claims', 'split_claim');
alter table audit_log drop constraint audit_log_action_known;
alter table audit_log add constraint audit_log_action_known
    check (action in ('redact', 'lift_redaction', 'confirm_link', 'reject_link'));
drop index rebuttals_one_live_of_review;
drop index rebuttals_review;
delete from rebuttals r using rebuttals o
 where r.review_revision_id = o.review_revision_id and (r.recorded_at, r.id) < (o.recorded_at, o.id);
alter table rebuttals add constraint rebuttals_review_unique unique (review_revision_id);
drop table review_claims;
alter table rebuttals drop column member_id;
alter table denials drop column member_id;
drop index claim_subjects_one_live;
alter table claim_subjects drop column member_id;
create unique index claim_subjects_one_live on claim_subjects (claim_id, actor_id, revision_id)
    where superseded_at is null;
drop index claimants_one_live;
alter table claimants drop column member_id;
create unique index claimants_one_live on claimants (claim_id, actor_id, revision_id)
    where superseded_at is null;
alter table appearances drop column member_id;
drop table claim_members;
drop table merges;
