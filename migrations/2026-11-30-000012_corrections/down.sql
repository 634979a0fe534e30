create or replace view spans as
    select 'statement_spans' as of, statement_id as id, role, revision_id, field, span_start, span_end, quote
      from statement_spans
    union all
    select 'denial_mention_spans', mention_id, role, revision_id, field, span_start, span_end, quote
      from denial_mention_spans
    union all
    select 'appearances', id, stance, revision_id, field, span_start, span_end, quote from appearances
    union all
    select 'actor_mentions', actor_id, 'mention', revision_id, field, span_start, span_end, quote
      from actor_mentions
    union all
    select 'correction_notes', revision_id, kind, revision_id, field, span_start, span_end, quote
      from correction_notes where field is not null;
drop table corrections;
