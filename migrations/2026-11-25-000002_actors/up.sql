create table actors (
    id uuid constraint actors_pkey primary key,
    name text not null constraint actors_name_not_blank check (name ~ '\S'),
    name_key text not null constraint actors_name_key_length check (char_length(name_key) between 1 and 400),
    kind text,
    extractor_version text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint actors_kind_known check (kind in ('person', 'organisation', 'government', 'group', 'outlet'))
);
create unique index actors_name_kind_unique on actors (name_key, coalesce(kind, ''));
create index actors_search on actors using gin (to_tsvector('simple', name_key));
comment on table actors is
    'Who speaks or is spoken of, over all documents. The same name (lower case, without accents) and kind is taken for the same actor. A row is an identity and never changes; what documents say of it stands in the tables below. Hence no superseded_at.';

create table actor_aliases (
    id uuid constraint actor_aliases_pkey primary key,
    actor_id uuid not null constraint actor_aliases_actor_fk references actors (id),
    form text not null,
    alias text not null,
    alias_key text not null constraint actor_aliases_key_length check (char_length(alias_key) between 1 and 400),
    extractor_version text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    superseded_at timestamptz,
    constraint actor_aliases_form_known check (form in ('name', 'role')),
    constraint actor_aliases_clock_forward check (superseded_at >= recorded_at)
);
create index actor_aliases_actor on actor_aliases (actor_id);
create unique index actor_aliases_one_live on actor_aliases (actor_id, form, alias_key)
    where superseded_at is null;
create index actor_aliases_key on actor_aliases (alias_key) where superseded_at is null;
create index actor_aliases_search on actor_aliases using gin (to_tsvector('simple', alias_key));
comment on table actor_aliases is
    'What documents call an actor: other names, and roles ("Foreign Minister"). A role is kept apart from a name because it passes from one person to the next and must not lead to an actor.';

create table actor_affiliations (
    id uuid constraint actor_affiliations_pkey primary key,
    actor_id uuid not null constraint actor_affiliations_actor_fk references actors (id),
    speaks_for_id uuid not null constraint actor_affiliations_speaks_for_fk references actors (id),
    extractor_version text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    superseded_at timestamptz,
    constraint actor_affiliations_not_itself check (actor_id <> speaks_for_id),
    constraint actor_affiliations_clock_forward check (superseded_at >= recorded_at)
);
create index actor_affiliations_actor on actor_affiliations (actor_id);
create index actor_affiliations_speaks_for on actor_affiliations (speaks_for_id);
create unique index actor_affiliations_one_live on actor_affiliations (actor_id, speaks_for_id)
    where superseded_at is null;
comment on table actor_affiliations is
    'Who speaks for whom: a ministry for its government, a spokesman for a ministry. A table and not a column, because it differs between documents and over time.';

create table actor_mentions (
    revision_id uuid not null constraint actor_mentions_revision_fk references document_revisions (id),
    actor_id uuid not null constraint actor_mentions_actor_fk references actors (id),
    ordinal integer not null,
    field text not null,
    span_start integer not null,
    span_end integer not null,
    quote text not null,
    extractor_version text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    superseded_at timestamptz,
    constraint actor_mentions_pkey primary key (revision_id, actor_id, ordinal, recorded_at),
    constraint actor_mentions_field_known check (field in ('title', 'text')),
    constraint actor_mentions_span_ordered check (0 <= span_start and span_start < span_end),
    constraint actor_mentions_quote_length check (char_length(quote) = span_end - span_start),
    constraint actor_mentions_clock_forward check (superseded_at >= recorded_at)
);
create index actor_mentions_actor on actor_mentions (actor_id);
comment on table actor_mentions is
    'Where a revision names an actor, pronouns included. Rows are only ever read together with their revision, so the key begins with it and they have no id of their own.';

-- One function for every table with spans: whether new spans end inside their field is asked once
-- a statement, not once a row, because a document brings hundreds.
create function spans_end_inside_their_field() returns trigger language plpgsql as $$
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
comment on function spans_end_inside_their_field() is
    'Refuses spans that end behind the end of their field; the argument is the name reported as the constraint.';

create trigger actor_mentions_span_inside after insert on actor_mentions
    referencing new table as added for each statement
    execute function spans_end_inside_their_field('actor_mentions_span_inside');
create trigger actor_mentions_span_stays_inside after update on actor_mentions
    referencing new table as added for each statement
    execute function spans_end_inside_their_field('actor_mentions_span_inside');
