-- As in 2026-11-25-000002.
create or replace function spans_end_inside_their_field() returns trigger language plpgsql as $$
declare
    refused record;
begin
    select added.revision_id, added.field, added.span_end,
           case added.field when 'title' then r.title_length else r.text_length end as length
      into refused
      from added join document_revisions r on r.id = added.revision_id
     where added.span_end > case added.field when 'title' then r.title_length else r.text_length end
     limit 1;
    if found then
        raise exception 'a span ends at % but the % of revision % has % characters',
            refused.span_end, refused.field, refused.revision_id, refused.length
            using errcode = 'check_violation', constraint = tg_argv[0], table = tg_table_name;
    end if;
    return null;
end $$;
