create table revision_changes (
    revision_id uuid not null constraint revision_changes_revision_fk references document_revisions (id),
    ordinal integer not null,
    kind text not null,
    field text not null,
    before_start integer,
    before_end integer,
    after_start integer,
    after_end integer,
    constraint revision_changes_pkey primary key (revision_id, ordinal),
    constraint revision_changes_kind_known check (kind in ('added', 'removed', 'changed', 'moved')),
    constraint revision_changes_field_known check (field in ('title', 'text')),
    constraint revision_changes_before_ordered check (0 <= before_start and before_start < before_end),
    constraint revision_changes_after_ordered check (0 <= after_start and after_start < after_end),
    constraint revision_changes_sides_of_kind check (
        (kind = 'added') = (before_start is null) and (kind = 'removed') = (after_start is null)
        and (before_start is null) = (before_end is null) and (after_start is null) = (after_end is null))
);
comment on table revision_changes is
    'What a revision changed of the one before it (the number before its own), sentence by sentence. `before` points into that one, `after` into the revision itself; the words are read from there and not kept twice. The rows are a property of the revision, so its clocks hold for them.';

create function revision_changes_inside_their_fields() returns trigger language plpgsql as $$
declare
    refused record;
begin
    select added.revision_id, added.ordinal into refused
      from added
      join document_revisions r on r.id = added.revision_id
      left join document_revisions p on p.document_id = r.document_id and p.number = r.number - 1
     where added.after_end > case added.field when 'title' then r.title_length else r.text_length end
        or added.before_end > coalesce(case added.field when 'title' then p.title_length else p.text_length end, 0)
     limit 1;
    if found then
        raise exception 'change % of revision % ends behind the end of its field',
            refused.ordinal, refused.revision_id
            using errcode = 'check_violation', constraint = tg_argv[0], table = tg_table_name;
    end if;
    return null;
end $$;
comment on function revision_changes_inside_their_fields() is
    'Refuses changes whose places end behind the end of their field, in either of the two revisions.';
create trigger revision_changes_inside after insert on revision_changes
    referencing new table as added for each statement
    execute function revision_changes_inside_their_fields('revision_changes_inside');
create trigger revision_changes_stay_inside after update on revision_changes
    referencing new table as added for each statement
    execute function revision_changes_inside_their_fields('revision_changes_inside');
