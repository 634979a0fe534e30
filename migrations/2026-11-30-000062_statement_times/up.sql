-- A statement has a time of its own where the words around its cue tell it ("said on Saturday"); its appearances
-- have that time, else the publication's. A year alone ("in 2014") is known as a year.
alter table document_revisions
    drop constraint document_revisions_precision_known,
    add constraint document_revisions_precision_known
        check (published_precision in ('second', 'minute', 'day', 'month', 'year'));
alter table appearances
    drop constraint appearances_precision_known,
    add constraint appearances_precision_known
        check (stated_precision in ('second', 'minute', 'day', 'month', 'year'));
alter table denials
    drop constraint denials_precision_known,
    add constraint denials_precision_known
        check (stated_precision in ('second', 'minute', 'day', 'month', 'year'));
alter table rebuttals
    drop constraint rebuttals_precision_known,
    add constraint rebuttals_precision_known
        check (stated_precision in ('second', 'minute', 'day', 'month', 'year'));
alter table claim_summaries
    drop constraint claim_summaries_precision_known,
    add constraint claim_summaries_precision_known
        check (first_stated_precision in ('second', 'minute', 'day', 'month', 'year'));
alter table review_revisions
    drop constraint review_revisions_published_whole,
    add constraint review_revisions_published_whole
        check ((published_at is null) = (published_precision is null)
               and published_precision in ('second', 'minute', 'day', 'month', 'year')),
    drop constraint review_revisions_modified_whole,
    add constraint review_revisions_modified_whole
        check ((modified_at is null) = (modified_precision is null)
               and modified_precision in ('second', 'minute', 'day', 'month', 'year')),
    drop constraint review_revisions_claim_stated_whole,
    add constraint review_revisions_claim_stated_whole
        check ((claim_stated_at is null) = (claim_stated_precision is null)
               and claim_stated_precision in ('second', 'minute', 'day', 'month', 'year'));

alter table statements
    add column stated_at timestamptz,
    add column stated_precision text,
    add constraint statements_precision_known
        check (stated_precision in ('second', 'minute', 'day', 'month', 'year')),
    add constraint statements_precision_paired check ((stated_at is null) = (stated_precision is null));
comment on column statements.stated_at is
    'When it was said, at the start of what the precision leaves open; null where the document does not tell.';
