create table merges (
    id uuid constraint merges_pkey primary key,
    claim_id uuid not null constraint merges_claim_fk references claims (id),
    into_id uuid not null constraint merges_into_fk references claims (id),
    link_id uuid constraint merges_link_fk references links (id),
    reason text not null,
    merged_by text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    superseded_at timestamptz,
    constraint merges_not_itself check (claim_id <> into_id),
    constraint merges_reason_not_blank check (reason ~ '\S'),
    constraint merges_merged_by_not_blank check (merged_by ~ '\S'),
    constraint merges_clock_forward check (superseded_at >= recorded_at)
);
create index merges_claim on merges (claim_id);
create unique index merges_one_live on merges (claim_id) where superseded_at is null;
create index merges_into on merges (into_id);
create index merges_link on merges (link_id);
comment on table merges is
    'Two claims that turned out to be one: claim_id was merged into into_id, which stood by itself then, by whom, why, and because of which confirmed link where there was one. Superseded when it was undone; who undid it stands in audit_log. A claim is merged into one other at most, and no circle comes about, because both must stand by themselves.';

create table claim_members (
    id uuid constraint claim_members_pkey primary key,
    claim_id uuid not null constraint claim_members_claim_fk references claims (id),
    survivor_id uuid not null constraint claim_members_survivor_fk references claims (id),
    recorded_at timestamptz not null default clock_timestamp(),
    superseded_at timestamptz,
    constraint claim_members_not_itself check (claim_id <> survivor_id),
    constraint claim_members_clock_forward check (superseded_at >= recorded_at)
);
create index claim_members_claim on claim_members (claim_id);
create unique index claim_members_one_live on claim_members (claim_id) where superseded_at is null;
create index claim_members_survivor on claim_members (survivor_id);
comment on table claim_members is
    'What the merges lead to: each merged claim with the claim that answers for it at the end of its chain of merges, so that a reader follows no chain. A claim that stands by itself has no row.';

-- A merge ends the evidence of the merged claim and writes the same evidence anew under the survivor:
-- so every list, count and past instant reads one column, merged or not. member_id keeps whose it is
-- by itself; null where that is claim_id, which holds for nearly all rows, hence the partial indexes.
alter table appearances add column member_id uuid constraint appearances_member_fk references claims (id);
create index appearances_member on appearances (member_id) where member_id is not null;
alter table claimants add column member_id uuid constraint claimants_member_fk references claims (id);
create index claimants_member on claimants (member_id) where member_id is not null;
drop index claimants_one_live;
create unique index claimants_one_live
    on claimants (coalesce(member_id, claim_id), actor_id, revision_id) where superseded_at is null;
alter table claim_subjects add column member_id uuid constraint claim_subjects_member_fk references claims (id);
create index claim_subjects_member on claim_subjects (member_id) where member_id is not null;
drop index claim_subjects_one_live;
create unique index claim_subjects_one_live
    on claim_subjects (coalesce(member_id, claim_id), actor_id, revision_id) where superseded_at is null;
alter table denials add column member_id uuid constraint denials_member_fk references claims (id);
create index denials_member on denials (member_id) where member_id is not null;
alter table rebuttals add column member_id uuid constraint rebuttals_member_fk references claims (id);
create index rebuttals_member on rebuttals (member_id) where member_id is not null;

create table review_claims (
    id uuid constraint review_claims_pkey primary key,
    review_id uuid not null constraint review_claims_review_fk references reviews (id),
    claim_id uuid not null constraint review_claims_claim_fk references claims (id),
    member_id uuid constraint review_claims_member_fk references claims (id),
    recorded_at timestamptz not null default clock_timestamp(),
    superseded_at timestamptz,
    constraint review_claims_clock_forward check (superseded_at >= recorded_at)
);
create index review_claims_review on review_claims (review_id);
create unique index review_claims_one_live on review_claims (review_id) where superseded_at is null;
create index review_claims_claim on review_claims (claim_id);
create index review_claims_member on review_claims (member_id) where member_id is not null;
comment on table review_claims is
    'Which claim a review counts for. A review is found by the claim that it names (reviews.claim_id), for ever; merges change what it counts for.';
insert into review_claims (id, review_id, claim_id, recorded_at)
    select gen_random_uuid(), id, claim_id, recorded_at from reviews;

-- The rebuttal that a review is moves with it, and so has several rows of which one is live.
alter table rebuttals drop constraint rebuttals_review_unique;
create index rebuttals_review on rebuttals (review_revision_id);
create unique index rebuttals_one_live_of_review on rebuttals (review_revision_id)
    where superseded_at is null;

alter table audit_log drop constraint audit_log_action_known;
alter table audit_log add constraint audit_log_action_known check (action in
    ('redact', 'lift_redaction', 'confirm_link', 'reject_link', 'merge_claims', 'split_claim'));
