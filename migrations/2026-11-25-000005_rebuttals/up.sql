create table denials (
    id uuid constraint denials_pkey primary key,
    claim_id uuid not null constraint denials_claim_fk references claims (id),
    revision_id uuid not null constraint denials_revision_fk references document_revisions (id),
    kind text not null,
    denier_id uuid constraint denials_denier_fk references actors (id),
    denier_role text not null,
    via_id uuid constraint denials_via_fk references actors (id),
    label text,
    stated_at timestamptz,
    stated_precision text,
    confidence real not null,
    extractor_version text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    superseded_at timestamptz,
    constraint denials_claim_kind_unique unique (id, claim_id, kind),
    constraint denials_revision_id_unique unique (revision_id, id),
    constraint denials_kind_known check (kind in ('denial', 'debunk', 'correction', 'retraction')),
    constraint denials_denier_role_known check (denier_role in ('party', 'third_party', 'outlet', 'unknown')),
    constraint denials_precision_known check (stated_precision in ('second', 'minute', 'day', 'month')),
    constraint denials_precision_paired check ((stated_at is null) = (stated_precision is null)),
    constraint denials_confidence_range check (confidence between 0 and 1),
    constraint denials_clock_forward check (superseded_at >= recorded_at)
);
create index denials_claim on denials (claim_id);
create index denials_denier on denials (denier_id);
create index denials_via on denials (via_id);
comment on table denials is
    'One denier''s rejection of one claim in one revision, however often it is repeated there. stated_at is the time the words themselves tell, and null where they tell none.';

create table denial_mentions (
    id uuid constraint denial_mentions_pkey primary key,
    denial_id uuid not null,
    revision_id uuid not null,
    statement_id uuid,
    ordinal integer not null,
    rule text not null,
    extractor_version text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    superseded_at timestamptz,
    constraint denial_mentions_denial_fk foreign key (revision_id, denial_id)
        references denials (revision_id, id),
    constraint denial_mentions_statement_fk foreign key (revision_id, statement_id)
        references statements (revision_id, id),
    constraint denial_mentions_revision_id_unique unique (revision_id, id),
    constraint denial_mentions_clock_forward check (superseded_at >= recorded_at)
);
create index denial_mentions_denial on denial_mentions (revision_id, denial_id);
create index denial_mentions_statement on denial_mentions (revision_id, statement_id);
comment on table denial_mentions is
    'A place where a denial stands. Several mentions of one denial are one denial said more than once.';

create table denial_mention_spans (
    revision_id uuid not null,
    mention_id uuid not null,
    role text not null,
    field text not null,
    span_start integer not null,
    span_end integer not null,
    quote text not null,
    constraint denial_mention_spans_pkey primary key (revision_id, mention_id, role),
    constraint denial_mention_spans_mention_fk foreign key (revision_id, mention_id)
        references denial_mentions (revision_id, id),
    constraint denial_mention_spans_role_known check (role in ('cue', 'denier', 'denied', 'via')),
    constraint denial_mention_spans_field_known check (field in ('title', 'text')),
    constraint denial_mention_spans_span_ordered check (0 <= span_start and span_start < span_end),
    constraint denial_mention_spans_quote_length check (char_length(quote) = span_end - span_start)
);
comment on table denial_mention_spans is
    'The words of a denial''s mention: what denies (always), who, what, and through whom. They live and end with their mention.';

create trigger denial_mention_spans_span_inside after insert on denial_mention_spans
    referencing new table as added for each statement
    execute function spans_end_inside_their_field('denial_mention_spans_span_inside');
create trigger denial_mention_spans_span_stays_inside after update on denial_mention_spans
    referencing new table as added for each statement
    execute function spans_end_inside_their_field('denial_mention_spans_span_inside');

create table rebuttals (
    id uuid constraint rebuttals_pkey primary key,
    claim_id uuid not null constraint rebuttals_claim_fk references claims (id),
    kind text not null,
    denial_id uuid not null constraint rebuttals_denial_unique unique,
    stated_at timestamptz,
    stated_precision text,
    extractor_version text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    superseded_at timestamptz,
    constraint rebuttals_denial_fk foreign key (denial_id, claim_id, kind)
        references denials (id, claim_id, kind),
    constraint rebuttals_kind_known check (kind in ('denial', 'debunk', 'correction', 'retraction')),
    constraint rebuttals_precision_known check (stated_precision in ('second', 'minute', 'day', 'month')),
    constraint rebuttals_precision_paired check ((stated_at is null) = (stated_precision is null)),
    constraint rebuttals_clock_forward check (superseded_at >= recorded_at)
);
create index rebuttals_denial on rebuttals (denial_id, claim_id, kind);
create index rebuttals_claim on rebuttals (claim_id, recorded_at, id);
create index rebuttals_live on rebuttals (recorded_at, id) where superseded_at is null;
create index rebuttals_stated on rebuttals (stated_at) where superseded_at is null;
comment on table rebuttals is
    'Whatever speaks against a claim, in one shape with an id of its own, so that readers need not know whether a voice in an article or a published fact-check stands behind it. The foreign key makes claim and kind the same as the denial''s. stated_at is when it was said as far as known: the words'' own time, else the publication.';

-- Deferred, because a rebuttal and the words it stands on arrive in one transaction, in any order.
create function rebuttals_stand_on_words() returns trigger language plpgsql as $$
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
create constraint trigger rebuttals_stand_on_words after insert or update of denial_id on rebuttals
    deferrable initially deferred for each row execute function rebuttals_stand_on_words();
