create table statements (
    id uuid constraint statements_pkey primary key,
    revision_id uuid not null constraint statements_revision_fk references document_revisions (id),
    ordinal integer not null,
    speaker_id uuid constraint statements_speaker_fk references actors (id),
    speaker_inferred boolean not null,
    via_id uuid constraint statements_via_fk references actors (id),
    -- deferred: a document may bring a statement before the one it stands in
    parent_id uuid constraint statements_parent_fk references statements (id)
        deferrable initially deferred,
    cue_kind text not null,
    mode text not null,
    confidence real not null,
    rule text not null,
    extractor_version text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    superseded_at timestamptz,
    constraint statements_revision_id_unique unique (revision_id, id),
    constraint statements_cue_kind_known check (cue_kind in ('verb', 'noun', 'according_to', 'byline', 'none')),
    constraint statements_mode_known check (mode in ('direct', 'indirect', 'mixed')),
    constraint statements_confidence_range check (confidence between 0 and 1),
    constraint statements_parent_not_itself check (parent_id <> id),
    constraint statements_clock_forward check (superseded_at >= recorded_at)
);
create index statements_speaker on statements (speaker_id);
create index statements_via on statements (via_id);
create index statements_parent on statements (parent_id);
create index statements_live on statements (recorded_at, id) where superseded_at is null;
comment on table statements is
    'One attribution in one revision: source said (cue) that contents. The speaker is the actor behind the source; unknown is null, never a guess.';

create table statement_spans (
    revision_id uuid not null,
    statement_id uuid not null,
    role text not null,
    ordinal integer not null,
    field text not null,
    span_start integer not null,
    span_end integer not null,
    quote text not null,
    constraint statement_spans_pkey primary key (revision_id, statement_id, role, ordinal),
    constraint statement_spans_statement_fk foreign key (revision_id, statement_id)
        references statements (revision_id, id),
    constraint statement_spans_role_known check (role in ('source', 'cue', 'content', 'via')),
    constraint statement_spans_field_known check (field in ('title', 'text')),
    constraint statement_spans_span_ordered check (0 <= span_start and span_start < span_end),
    constraint statement_spans_quote_length check (char_length(quote) = span_end - span_start)
);
create index statement_spans_search on statement_spans
    using gin (to_tsvector('english', left(quote, 10000))) where role = 'content';
comment on table statement_spans is
    'The words of a statement, one row a piece: sources and contents come in several pieces where "she said" breaks a quote. They live and end with their statement, so the clocks and the extractor stand there.';

create trigger statement_spans_span_inside after insert on statement_spans
    referencing new table as added for each statement
    execute function spans_end_inside_their_field('statement_spans_span_inside');
create trigger statement_spans_span_stays_inside after update on statement_spans
    referencing new table as added for each statement
    execute function spans_end_inside_their_field('statement_spans_span_inside');
