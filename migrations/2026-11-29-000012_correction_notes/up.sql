create table correction_notes (
    revision_id uuid not null constraint correction_notes_revision_fk references document_revisions (id),
    ordinal integer not null,
    kind text not null,
    rule text not null,
    field text,
    span_start integer,
    span_end integer,
    quote text not null,
    claim_id uuid constraint correction_notes_claim_fk references claims (id),
    extractor_version text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    superseded_at timestamptz,
    constraint correction_notes_pkey primary key (revision_id, ordinal, recorded_at),
    constraint correction_notes_kind_known check (kind in ('correction', 'retraction', 'clarification')),
    constraint correction_notes_field_known check (field in ('title', 'text')),
    constraint correction_notes_placed_whole
        check ((field is null) = (span_start is null) and (span_start is null) = (span_end is null)),
    constraint correction_notes_span_ordered check (0 <= span_start and span_start < span_end),
    constraint correction_notes_quote_length
        check (char_length(quote) = span_end - span_start and char_length(quote) > 0),
    constraint correction_notes_clock_forward check (superseded_at >= recorded_at)
);
create index correction_notes_claim on correction_notes (claim_id);
comment on table correction_notes is
    'Notes in which an outlet corrects, withdraws or clarifies what it published, also those that touch no known claim. A note that touches one is a rebuttal, whose cue lies in it. A note that only the page''s structured data has stands nowhere in the text: no place can prove it, so it becomes no rebuttal, and claim_id tells the claim that it touches.';

create trigger correction_notes_span_inside after insert on correction_notes
    referencing new table as added for each statement
    execute function spans_end_inside_their_field('correction_notes_span_inside');
create trigger correction_notes_span_stays_inside after update on correction_notes
    referencing new table as added for each statement
    execute function spans_end_inside_their_field('correction_notes_span_inside');

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
