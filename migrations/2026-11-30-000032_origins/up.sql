create table revision_origins (
    revision_id uuid not null constraint revision_origins_revision_fk references document_revisions (id),
    origin_id uuid not null,
    method text not null,
    resemblance real,
    credit text,
    recorded_at timestamptz not null default clock_timestamp(),
    superseded_at timestamptz,
    constraint revision_origins_pkey primary key (revision_id),
    constraint revision_origins_method_known check (method in ('own', 'text', 'credit')),
    constraint revision_origins_resemblance_range check (resemblance between 0 and 1),
    constraint revision_origins_resemblance_paired check ((method = 'own') = (resemblance is null)),
    constraint revision_origins_clock_forward check (superseded_at >= recorded_at)
);
create index revision_origins_origin on revision_origins (origin_id);
comment on table revision_origins is
    'Which origin a revision has: the document whose text it was found to print, or its own. origin_id is the id of the first document of that text; no foreign key, because a redacted document goes and its copies stay copies of one text. A revision stored before origins were told has no row and is its own.';

create table revision_bands (
    revision_id uuid not null constraint revision_bands_revision_fk references document_revisions (id),
    band bigint not null,
    constraint revision_bands_pkey primary key (revision_id, band)
);
create index revision_bands_band on revision_bands (band);
comment on table revision_bands is
    'The MinHash bands of texts that are no copies, by which copies are found (domain::origins). Copies have none: a text printed by thousands is compared with its first, and a look-up stays short. Never changed; hence no clocks.';

-- Until now each document was an origin by itself.
alter table claim_summaries add column origins integer;
update claim_summaries set origins = documents;
alter table claim_summaries alter column origins set not null;
alter table claim_summaries add constraint claim_summaries_origins_within check (origins between 0 and documents);
comment on column claim_summaries.origins is
    'Independent origins of its appearances and rebuttals in documents: an agency text printed by ten outlets is one.';
