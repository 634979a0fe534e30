create table reviews (
    id uuid constraint reviews_pkey primary key,
    claim_id uuid not null constraint reviews_claim_fk references claims (id),
    key_sha256 bytea not null constraint reviews_key_unique unique,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint reviews_key_length check (octet_length(key_sha256) = 32)
);
create index reviews_claim on reviews (claim_id);
comment on table reviews is
    'One fact-check of one claim. Found by the digest of its address and the claim''s canonical wording, so that importing it twice changes nothing, and an article that checks two claims is two reviews. A row is an identity and never changes; what the publisher says stands in its revisions. Hence no superseded_at.';

create table review_revisions (
    id uuid constraint review_revisions_pkey primary key,
    review_id uuid not null constraint review_revisions_review_fk references reviews (id),
    number integer not null,
    outlet_id uuid constraint review_revisions_outlet_fk references outlets (id),
    url text,
    title text,
    publisher text,
    publisher_url text,
    authors jsonb not null,
    published_at timestamptz,
    published_precision text,
    modified_at timestamptz,
    modified_precision text,
    claim_published text not null,
    claimants jsonb not null,
    claim_stated_at timestamptz,
    claim_stated_precision text,
    appearances jsonb not null,
    rating_words text,
    rating_value double precision,
    rating_best double precision,
    rating_worst double precision,
    rating_explanation text,
    verdict text not null,
    verdict_from text not null,
    language text not null,
    unread jsonb not null,
    raw text not null,
    raw_sha256 bytea not null,
    extractor_version text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    superseded_at timestamptz,
    constraint review_revisions_number_unique unique (review_id, number),
    constraint review_revisions_number_positive check (number > 0),
    constraint review_revisions_published_whole
        check ((published_at is null) = (published_precision is null)
               and published_precision in ('second', 'minute', 'day', 'month')),
    constraint review_revisions_modified_whole
        check ((modified_at is null) = (modified_precision is null)
               and modified_precision in ('second', 'minute', 'day', 'month')),
    constraint review_revisions_claim_stated_whole
        check ((claim_stated_at is null) = (claim_stated_precision is null)
               and claim_stated_precision in ('second', 'minute', 'day', 'month')),
    constraint review_revisions_verdict_known check (verdict in
        ('true', 'mostly_true', 'mixed', 'mostly_false', 'false', 'unproven', 'other')),
    constraint review_revisions_verdict_from_known check (verdict_from in ('words', 'numbers', 'nothing')),
    constraint review_revisions_language_known check (language ~ '^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$'),
    constraint review_revisions_lists check (
        jsonb_typeof(authors) = 'array' and jsonb_typeof(claimants) = 'array'
        and jsonb_typeof(appearances) = 'array' and jsonb_typeof(unread) = 'array'),
    constraint review_revisions_raw_sha256_length check (octet_length(raw_sha256) = 32),
    constraint review_revisions_clock_forward check (superseded_at >= recorded_at)
);
create unique index review_revisions_one_live on review_revisions (review_id)
    where superseded_at is null;
create index review_revisions_live on review_revisions (recorded_at, id) where superseded_at is null;
create index review_revisions_outlet on review_revisions (outlet_id);
comment on table review_revisions is
    'One state of a review: its ClaimReview block as it came (raw), what was read of it, what was not (unread), and the verdict that its rating means to us. A changed block, or one read by a newer reader, is another row, and exactly one row of a review is live. Claimants and appearances are lists as published: they are the fact-checker''s words, not places in documents of ours. raw_sha256 is the digest of the block''s value, whatever its spacing.';

-- What speaks against a claim is a denial or a review.
alter table rebuttals alter column denial_id drop not null;
alter table rebuttals add column review_revision_id uuid
    constraint rebuttals_review_unique unique
    constraint rebuttals_review_fk references review_revisions (id);
alter table rebuttals add constraint rebuttals_one_source
    check (num_nonnulls(denial_id, review_revision_id) = 1);
alter table rebuttals drop constraint rebuttals_kind_known;
alter table rebuttals add constraint rebuttals_kind_known
    check (kind in ('denial', 'debunk', 'correction', 'retraction', 'review'));
alter table rebuttals add constraint rebuttals_kind_of_source
    check ((kind = 'review') = (review_revision_id is not null));

create or replace function rebuttals_stand_on_words() returns trigger language plpgsql as $$
begin
    if new.denial_id is not null and not exists (
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
    'Refuses a denial''s rebuttal without a single mention whose cue is known; a review stands on its own block.';

alter table claim_summaries add column reviews integer not null default 0;
alter table claim_summaries add constraint claim_summaries_reviews_positive check (reviews >= 0);
