create table outlets (
    id uuid constraint outlets_pkey primary key,
    key text not null constraint outlets_key_unique unique,
    name text not null constraint outlets_name_not_blank check (name ~ '\S'),
    domain text,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint outlets_key_length check (char_length(key) between 1 and 400)
);
create index outlets_name on outlets (lower(name));
create index outlets_search on outlets using gin (to_tsvector('simple', left(name, 1000)));
comment on table outlets is
    'Who publishes. Found by its key, the lower-case domain, or the name where no domain is known, so that a publisher is one row however it is written. A row is an identity and never changes; hence no superseded_at.';

create table documents (
    id uuid constraint documents_pkey primary key,
    outlet_id uuid constraint documents_outlet_fk references outlets (id),
    content_sha256 bytea constraint documents_content_unique unique,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint documents_content_sha256_length check (octet_length(content_sha256) = 32)
);
create index documents_outlet on documents (outlet_id);
create index documents_recorded on documents (recorded_at, id);
comment on table documents is
    'One article. What it says stands in its revisions, because publishers rewrite; this row is what stays. An article without an address is the same article when its words are the same: content_sha256, set only then.';

create table document_urls (
    id uuid constraint document_urls_pkey primary key,
    document_id uuid not null constraint document_urls_document_fk references documents (id),
    url text not null constraint document_urls_url_unique unique,
    canonical boolean not null,
    recorded_at timestamptz not null default clock_timestamp(),
    -- an index entry holds some 2,700 bytes
    constraint document_urls_url_length check (octet_length(url) between 1 and 2048)
);
create index document_urls_document on document_urls (document_id);
create unique index document_urls_one_canonical on document_urls (document_id) where canonical;
comment on table document_urls is
    'Every address that leads to a document. Unique, so that two posts of one article cannot become two documents; one of them is the canonical address. An address once known stays known; hence no superseded_at.';

create table document_revisions (
    id uuid constraint document_revisions_pkey primary key,
    document_id uuid not null constraint document_revisions_document_fk references documents (id),
    number integer not null,
    title text,
    text text not null,
    title_length integer not null generated always as (char_length(coalesce(title, ''))) stored,
    text_length integer not null generated always as (char_length(text)) stored,
    authors text[] not null default '{}',
    published_at timestamptz,
    published_precision text,
    language text not null,
    sha256 bytea not null,
    received bytea not null,
    media_type text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    superseded_at timestamptz,
    constraint document_revisions_number_unique unique (document_id, number),
    constraint document_revisions_number_positive check (number > 0),
    constraint document_revisions_language_known check (language ~ '^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$'),
    constraint document_revisions_sha256_length check (octet_length(sha256) = 32),
    constraint document_revisions_precision_known
        check (published_precision in ('second', 'minute', 'day', 'month')),
    constraint document_revisions_precision_paired
        check ((published_at is null) = (published_precision is null)),
    constraint document_revisions_clock_forward check (superseded_at >= recorded_at)
);
create unique index document_revisions_one_live on document_revisions (document_id)
    where superseded_at is null;
create index document_revisions_published on document_revisions (published_at)
    where superseded_at is null;
create index document_revisions_language on document_revisions (language)
    where superseded_at is null;
-- A tsvector holds less than 1 MiB: search reads the first 100,000 characters of a text.
create index document_revisions_search on document_revisions using gin (
    to_tsvector('english', left(coalesce(title, ''), 1000) || ' ' || left(text, 100000)));
comment on table document_revisions is
    'One state of a document''s words, and the bytes it was read from. Spans point into title and text, so neither changes after it is written; a changed text is another row, and exactly one row of a document is live. The lengths are kept so that a span can be checked without reading the text.';

create table extractions (
    id uuid constraint extractions_pkey primary key,
    revision_id uuid not null constraint extractions_revision_fk references document_revisions (id),
    extractor_version text not null,
    models jsonb not null default '{}',
    notes jsonb not null default '[]',
    recorded_at timestamptz not null default clock_timestamp(),
    superseded_at timestamptz,
    constraint extractions_models_object check (jsonb_typeof(models) = 'object'),
    constraint extractions_notes_array check (jsonb_typeof(notes) = 'array'),
    constraint extractions_clock_forward check (superseded_at >= recorded_at)
);
create index extractions_revision on extractions (revision_id);
create unique index extractions_one_live on extractions (revision_id) where superseded_at is null;
comment on table extractions is
    'One reading of a revision by one extractor: its version, the version of each model, and what it left out. Extracted rows carry the version too, because a row that a newer extractor confirms keeps the version that found it.';
