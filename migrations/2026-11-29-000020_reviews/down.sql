alter table claim_summaries drop column reviews;

delete from rebuttals where review_revision_id is not null;
create or replace function rebuttals_stand_on_words() returns trigger language plpgsql as $$
begin
    if not exists (
        select from denials d
          join denial_mentions m on m.revision_id = d.revision_id and m.denial_id = d.id
          join denial_mention_spans s on s.revision_id = m.revision_id and s.mention_id = m.id
         where d.id = new.denial_id and s.role = 'cue')
    then
        raise exception 'rebuttal % stands on no words', new.id
            using errcode = 'check_violation', constraint = 'rebuttals_stand_on_words', table = 'rebuttals';
    end if;
    return null;
end $$;
comment on function rebuttals_stand_on_words() is
    'Refuses a rebuttal without a single mention whose cue is known.';
alter table rebuttals drop constraint rebuttals_kind_of_source;
alter table rebuttals drop constraint rebuttals_kind_known;
alter table rebuttals add constraint rebuttals_kind_known
    check (kind in ('denial', 'debunk', 'correction', 'retraction'));
alter table rebuttals drop constraint rebuttals_one_source;
alter table rebuttals drop column review_revision_id;
alter table rebuttals alter column denial_id set not null;

drop table review_revisions;
drop table reviews;
