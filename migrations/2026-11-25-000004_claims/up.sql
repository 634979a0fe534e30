create table claims (
    id uuid constraint claims_pkey primary key,
    text text not null constraint claims_text_not_blank check (text ~ '\S'),
    language text not null constraint claims_language_known check (language ~ '^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$'),
    canonical_sha256 bytea not null,
    check_worthiness real,
    extractor_version text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint claims_canonical_unique unique (language, canonical_sha256),
    constraint claims_canonical_length check (octet_length(canonical_sha256) = 32),
    constraint claims_check_worthiness_range check (check_worthiness between 0 and 1)
);
create index claims_recorded on claims (recorded_at, id);
create index claims_search on claims using gin (to_tsvector('english', left(text, 10000)));
comment on table claims is
    'The canonical proposition, in words that need no context. canonical_sha256 is the digest of its normalised wording: a digest, because a sentence can be longer than an index entry, and unique, so that no two workers found the same claim twice. A row is an identity and never changes, also when the last document that carried it drops it; hence no superseded_at.';

create table appearances (
    id uuid constraint appearances_pkey primary key,
    claim_id uuid not null constraint appearances_claim_fk references claims (id),
    revision_id uuid not null constraint appearances_revision_fk references document_revisions (id),
    statement_id uuid,
    stance text not null,
    field text not null,
    span_start integer not null,
    span_end integer not null,
    quote text not null,
    stated_at timestamptz,
    stated_precision text,
    confidence real not null,
    extractor_version text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    superseded_at timestamptz,
    constraint appearances_statement_fk foreign key (revision_id, statement_id)
        references statements (revision_id, id),
    constraint appearances_stance_known check (stance in ('asserts', 'denies', 'reports', 'questions')),
    constraint appearances_field_known check (field in ('title', 'text')),
    constraint appearances_span_ordered check (0 <= span_start and span_start < span_end),
    constraint appearances_quote_length check (char_length(quote) = span_end - span_start),
    constraint appearances_precision_known check (stated_precision in ('second', 'minute', 'day', 'month')),
    constraint appearances_precision_paired check ((stated_at is null) = (stated_precision is null)),
    constraint appearances_confidence_range check (confidence between 0 and 1),
    constraint appearances_clock_forward check (superseded_at >= recorded_at)
);
create index appearances_claim on appearances (claim_id, recorded_at, id);
create index appearances_revision_statement on appearances (revision_id, statement_id);
create index appearances_stated on appearances (stated_at) where superseded_at is null;
comment on table appearances is
    'A place where a claim stands, and what stands there does to it. stated_at is the time of publication until the words tell their own.';

create trigger appearances_span_inside after insert on appearances
    referencing new table as added for each statement
    execute function spans_end_inside_their_field('appearances_span_inside');
create trigger appearances_span_stays_inside after update on appearances
    referencing new table as added for each statement
    execute function spans_end_inside_their_field('appearances_span_inside');

create table claimants (
    id uuid constraint claimants_pkey primary key,
    claim_id uuid not null constraint claimants_claim_fk references claims (id),
    actor_id uuid not null constraint claimants_actor_fk references actors (id),
    revision_id uuid not null constraint claimants_revision_fk references document_revisions (id),
    appearance_id uuid constraint claimants_appearance_fk references appearances (id),
    extractor_version text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    superseded_at timestamptz,
    constraint claimants_clock_forward check (superseded_at >= recorded_at)
);
create index claimants_claim on claimants (claim_id);
create index claimants_actor on claimants (actor_id);
create index claimants_revision on claimants (revision_id);
create index claimants_appearance on claimants (appearance_id);
create unique index claimants_one_live on claimants (claim_id, actor_id, revision_id)
    where superseded_at is null;
comment on table claimants is
    'Who asserts a claim, as one revision tells it, with the appearance that shows it where there is one. One row a revision, so that a claimant stays while any document still says so.';

create table claim_subjects (
    id uuid constraint claim_subjects_pkey primary key,
    claim_id uuid not null constraint claim_subjects_claim_fk references claims (id),
    actor_id uuid not null constraint claim_subjects_actor_fk references actors (id),
    revision_id uuid not null constraint claim_subjects_revision_fk references document_revisions (id),
    extractor_version text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    superseded_at timestamptz,
    constraint claim_subjects_clock_forward check (superseded_at >= recorded_at)
);
create index claim_subjects_claim on claim_subjects (claim_id);
create index claim_subjects_actor on claim_subjects (actor_id);
create index claim_subjects_revision on claim_subjects (revision_id);
create unique index claim_subjects_one_live on claim_subjects (claim_id, actor_id, revision_id)
    where superseded_at is null;
comment on table claim_subjects is
    'Which actors a claim names, so that "what is said about X" is a look-up and not a text search over names.';
