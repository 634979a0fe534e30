-- Two people of one full name may be two: what keeps the second apart is part of the identity.
alter table actors add column apart text not null default '';
drop index actors_name_kind_unique;
create unique index actors_name_kind_unique on actors (name_key, coalesce(kind, ''), apart);
comment on column actors.apart is
    'What keeps it from an earlier actor of the same name and kind that it contradicts: a state (ISO 3166-1 alpha-2) or an office. Empty for the first of its name.';
comment on table actors is
    'Who speaks or is spoken of, over all documents. The same name (lower case, without accents) and kind is taken for the same actor unless states or callings contradict; other spellings and short names are found through actor_keys. A row is an identity and never changes; what documents say of it stands in the tables below. Hence no superseded_at.';

alter table actor_aliases drop constraint actor_aliases_form_known;
alter table actor_aliases add constraint actor_aliases_form_known check (form in ('name', 'role', 'country'));
comment on table actor_aliases is
    'What documents call an actor: other names, roles ("Foreign Minister"), and the code of the state it belongs to. A role is kept apart from a name because it passes from one person to the next and must not lead to an actor. Where and when each was read stands in actor_sightings.';

create table actor_keys (
    actor_id uuid not null constraint actor_keys_actor_fk references actors (id),
    form text not null,
    key text not null,
    extractor_version text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint actor_keys_pkey primary key (actor_id, form, key),
    constraint actor_keys_form_known check (form in ('full', 'shorter', 'short'))
);
create index actor_keys_key on actor_keys (key);
comment on table actor_keys is
    'How an actor is found by another spelling, a shorter name or an acronym (see domain::identity). Only for finding: what is shown comes from actor_aliases. A key is never taken back by a document that goes, because the identities built on it stay; hence no superseded_at.';

create table actor_sightings (
    revision_id uuid not null constraint actor_sightings_revision_fk references document_revisions (id),
    actor_id uuid not null constraint actor_sightings_actor_fk references actors (id),
    form text not null,
    alias text not null,
    alias_key text not null,
    field text not null,
    span_start integer not null,
    span_end integer not null,
    quote text not null,
    extractor_version text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    superseded_at timestamptz,
    constraint actor_sightings_pkey primary key (revision_id, actor_id, form, alias_key, recorded_at),
    constraint actor_sightings_form_known check (form in ('name', 'role', 'country')),
    constraint actor_sightings_field_known check (field in ('title', 'text')),
    constraint actor_sightings_span_ordered check (0 <= span_start and span_start < span_end),
    constraint actor_sightings_quote_length check (char_length(quote) = span_end - span_start),
    constraint actor_sightings_clock_forward check (superseded_at >= recorded_at)
);
create index actor_sightings_actor on actor_sightings (actor_id);
comment on table actor_sightings is
    'Where a revision first calls an actor by a name, a role or its state: the evidence of an alias, and by the document''s date from when to when it was so called. One row for each alias of a revision.';

create trigger actor_sightings_span_inside after insert on actor_sightings
    referencing new table as added for each statement
    execute function spans_end_inside_their_field('actor_sightings_span_inside');
create trigger actor_sightings_span_stays_inside after update on actor_sightings
    referencing new table as added for each statement
    execute function spans_end_inside_their_field('actor_sightings_span_inside');
