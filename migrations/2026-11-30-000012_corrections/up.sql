create table corrections (
    id uuid constraint corrections_pkey primary key,
    kind text not null,
    document_id uuid not null constraint corrections_document_fk references documents (id),
    revision_id uuid not null constraint corrections_revision_fk references document_revisions (id),
    field text not null,
    span_start integer not null,
    span_end integer not null,
    quote text not null,
    claim_id uuid constraint corrections_claim_fk references claims (id),
    denier_id uuid constraint corrections_denier_fk references actors (id),
    denier_role text,
    stance text,
    rebuttal_kind text,
    label text,
    reason text not null,
    corrected_by text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    superseded_at timestamptz,
    constraint corrections_kind_known check (kind in
        ('not_a_denial', 'denier', 'claim', 'missed_claim', 'missed_rebuttal')),
    constraint corrections_field_known check (field in ('title', 'text')),
    constraint corrections_span_ordered check (0 <= span_start and span_start < span_end),
    constraint corrections_quote_length check (char_length(quote) = span_end - span_start),
    constraint corrections_whole check (case kind
        when 'denier' then denier_id is not null and denier_role is not null
        when 'claim' then claim_id is not null
        when 'missed_claim' then claim_id is not null and stance is not null
        when 'missed_rebuttal' then
            claim_id is not null and rebuttal_kind is not null and denier_role is not null
        else true end),
    constraint corrections_denier_role_known
        check (denier_role in ('party', 'third_party', 'outlet', 'unknown')),
    constraint corrections_stance_known check (stance in ('asserts', 'denies', 'reports', 'questions')),
    constraint corrections_rebuttal_kind_known
        check (rebuttal_kind in ('denial', 'debunk', 'correction', 'retraction')),
    constraint corrections_reason_not_blank check (reason ~ '\S'),
    constraint corrections_corrected_by_not_blank check (corrected_by ~ '\S'),
    constraint corrections_clock_forward check (superseded_at >= recorded_at)
);
create index corrections_document on corrections (document_id);
create index corrections_revision on corrections (revision_id);
create index corrections_claim on corrections (claim_id);
create index corrections_denier on corrections (denier_id);
create index corrections_recorded on corrections (recorded_at, id);
comment on table corrections is
    'What a person put right of what was read in a document, at the words that it is about: no denial, another denier, another claim, a claim or rebuttal that was missed. It is applied whenever the document is read, to the words where they stand then. Superseded when it was withdrawn; who withdrew it stands in audit_log.';

create trigger corrections_span_inside after insert on corrections
    referencing new table as added for each statement
    execute function spans_end_inside_their_field('corrections_span_inside');
create trigger corrections_span_stays_inside after update on corrections
    referencing new table as added for each statement
    execute function spans_end_inside_their_field('corrections_span_inside');

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
      from correction_notes where field is not null
    union all
    select 'corrections', id, kind, revision_id, field, span_start, span_end, quote from corrections;
