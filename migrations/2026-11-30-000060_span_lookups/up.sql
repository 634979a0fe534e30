-- The function of 2026-11-25-000002 joined the new spans to all revisions: for the hundreds of spans of one document
-- Postgres reads the whole table of revisions then, up to some ten thousand rows, for each of the tables with
-- spans. The farthest end of each field is enough, and each revision is looked up by its key.
create or replace function spans_end_inside_their_field() returns trigger language plpgsql as $$
declare
    refused record;
begin
    select farthest.revision_id, farthest.field, farthest.span_end, r.length
      into refused
      from (select added.revision_id, added.field, max(added.span_end) as span_end
              from added group by added.revision_id, added.field) farthest
     cross join lateral (
            select case farthest.field when 'title' then v.title_length else v.text_length end as length
              from document_revisions v where v.id = farthest.revision_id offset 0) r
     where farthest.span_end > r.length
     limit 1;
    if found then
        raise exception 'a span ends at % but the % of revision % has % characters',
            refused.span_end, refused.field, refused.revision_id, refused.length
            using errcode = 'check_violation', constraint = tg_argv[0], table = tg_table_name;
    end if;
    return null;
end $$;
