alter table statements
    drop column stated_at,
    drop column stated_precision;
-- What is known to the year only is known less exactly than the checks below can say.
update document_revisions set published_at = null, published_precision = null where published_precision = 'year';
update appearances set stated_at = null, stated_precision = null where stated_precision = 'year';
update denials set stated_at = null, stated_precision = null where stated_precision = 'year';
update rebuttals set stated_at = null, stated_precision = null where stated_precision = 'year';
update claim_summaries set first_stated_at = null, first_stated_precision = null where first_stated_precision = 'year';
update review_revisions set published_at = null, published_precision = null where published_precision = 'year';
update review_revisions set modified_at = null, modified_precision = null where modified_precision = 'year';
update review_revisions set claim_stated_at = null, claim_stated_precision = null where claim_stated_precision = 'year';
alter table document_revisions
    drop constraint document_revisions_precision_known,
    add constraint document_revisions_precision_known
        check (published_precision in ('second', 'minute', 'day', 'month'));
alter table appearances
    drop constraint appearances_precision_known,
    add constraint appearances_precision_known
        check (stated_precision in ('second', 'minute', 'day', 'month'));
alter table denials
    drop constraint denials_precision_known,
    add constraint denials_precision_known
        check (stated_precision in ('second', 'minute', 'day', 'month'));
alter table rebuttals
    drop constraint rebuttals_precision_known,
    add constraint rebuttals_precision_known
        check (stated_precision in ('second', 'minute', 'day', 'month'));
alter table claim_summaries
    drop constraint claim_summaries_precision_known,
    add constraint claim_summaries_precision_known
        check (first_stated_precision in ('second', 'minute', 'day', 'month'));
alter table review_revisions
    drop constraint review_revisions_published_whole,
    add constraint review_revisions_published_whole
        check ((published_at is null) = (published_precision is null)
               and published_precision in ('second', 'minute', 'day', 'month')),
    drop constraint review_revisions_modified_whole,
    add constraint review_revisions_modified_whole
        check ((modified_at is null) = (modified_precision is null)
               and modified_precision in ('second', 'minute', 'day', 'month')),
    drop constraint review_revisions_claim_stated_whole,
    add constraint review_revisions_claim_stated_whole
        check ((claim_stated_at is null) = (claim_stated_precision is null)
               and claim_stated_precision in ('second', 'minute', 'day', 'month'));
