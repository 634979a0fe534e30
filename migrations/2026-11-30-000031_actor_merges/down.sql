delete from audit_log where action in ('merge_actors', 'split_actor');
do $$
declare
    known text;
begin
    select replace(
               substring(pg_get_constraintdef(oid) from '^CHECK (.*)$'),
               ' OR (action = ANY (ARRAY[''merge_actors''::text, ''split_actor''::text]))', '')
      into strict known
      from pg_constraint where conname = 'audit_log_action_known';
    alter table audit_log drop constraint audit_log_action_known;
    execute format('alter table audit_log add constraint audit_log_action_known check (%s)', known);
end $$;
drop table actor_members;
drop table actor_merges;
