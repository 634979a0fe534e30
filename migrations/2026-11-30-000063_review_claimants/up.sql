-- A published fact-check names who made the claim; so does a document. Who asks what somebody claimed asks for both.
alter table claimants
    alter column revision_id drop not null,
    add column review_revision_id uuid
        constraint claimants_review_revision_fk references review_revisions (id),
    add constraint claimants_one_source check (num_nonnulls(revision_id, review_revision_id) = 1);
create index claimants_review_revision on claimants (review_revision_id) where review_revision_id is not null;
create unique index claimants_one_live_of_review
    on claimants (coalesce(member_id, claim_id), actor_id, review_revision_id)
    where superseded_at is null and review_revision_id is not null;
comment on table claimants is
    'Who asserts a claim, as one revision of a document tells it, with the appearance that shows it where there is one, or as one revision of a published fact-check does. One row a revision, so that a claimant stays while anything still says so.';
