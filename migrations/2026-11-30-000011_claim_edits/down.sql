delete from audit_log where action in ('change_claim', 'correct', 'withdraw_correction');
alter table audit_log drop constraint audit_log_action_known;
alter table audit_log add constraint audit_log_action_known check (action in
    ('redact', 'lift_redaction', 'confirm_link', 'reject_link', 'merge_claims', 'split_claim'));
drop table claim_edits;
