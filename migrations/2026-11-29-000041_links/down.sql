delete from audit_log where action in ('confirm_link', 'reject_link');
alter table audit_log drop constraint audit_log_action_known;
alter table audit_log add constraint audit_log_action_known
    check (action in ('redact', 'lift_redaction'));
drop table link_judgements;
drop table links;
