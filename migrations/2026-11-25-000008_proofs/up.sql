create view spans as
    select 'statement_spans' as of, statement_id as id, role, revision_id, field, span_start, span_end, quote
      from statement_spans
    union all
    select 'denial_mention_spans', mention_id, role, revision_id, field, span_start, span_end, quote
      from denial_mention_spans
    union all
    select 'appearances', id, stance, revision_id, field, span_start, span_end, quote from appearances
    union all
    select 'actor_mentions', actor_id, 'mention', revision_id, field, span_start, span_end, quote
      from actor_mentions;
comment on view spans is 'Every span of every table in one shape, so that one query can ask all of them for their proof.';

create view unproven_spans as
    select s.*
      from spans s join document_revisions r on r.id = s.revision_id
     where s.quote is distinct from
           substr(case s.field when 'title' then r.title else r.text end,
                  s.span_start + 1, s.span_end - s.span_start);
comment on view unproven_spans is
    'Spans whose quote is not what stands there; empty, always. A view and not a trigger, because substr reads the text from its start and would make a long document quadratic to store; a trigger holds the range, a check the length.';
