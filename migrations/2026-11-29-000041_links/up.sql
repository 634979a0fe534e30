create table links (
    id uuid constraint links_pkey primary key,
    claim_id uuid not null constraint links_claim_fk references claims (id),
    other_id uuid not null constraint links_other_fk references claims (id),
    recorded_at timestamptz not null default clock_timestamp(),
    constraint links_not_itself check (claim_id <> other_id)
);
create index links_claim on links (claim_id);
create unique index links_pair_unique
    on links (least(claim_id, other_id), greatest(claim_id, other_id));
create index links_other on links (other_id);
create index links_recorded on links (recorded_at, id);
comment on table links is
    'Two claims that have to do with each other, each pair once. A row is an identity and never changes; what is thought of the pair stands in its judgements. Hence no superseded_at.';

create table link_judgements (
    id uuid constraint link_judgements_pkey primary key,
    link_id uuid not null constraint link_judgements_link_fk references links (id),
    kind text not null,
    state text not null,
    method text not null,
    score real,
    evidence jsonb not null,
    judged_by text,
    reason text,
    recorded_at timestamptz not null default clock_timestamp(),
    superseded_at timestamptz,
    constraint link_judgements_kind_known check (kind in ('same', 'contradicts', 'part_of')),
    constraint link_judgements_state_known check (state in ('suggested', 'confirmed', 'rejected')),
    constraint link_judgements_method_not_blank check (method ~ '\S'),
    constraint link_judgements_score_range check (score between 0 and 1),
    constraint link_judgements_evidence_object check (jsonb_typeof(evidence) = 'object'),
    constraint link_judgements_person_and_reason check ((judged_by is null) = (reason is null)),
    constraint link_judgements_rejected_by_people check (state <> 'rejected' or judged_by is not null),
    constraint link_judgements_clock_forward check (superseded_at >= recorded_at)
);
create index link_judgements_link on link_judgements (link_id);
create unique index link_judgements_one_live on link_judgements (link_id) where superseded_at is null;
create index link_judgements_state on link_judgements (state) where superseded_at is null;
comment on table link_judgements is
    'What two linked claims are to each other: suggested or confirmed by the matching, with its score and how it found them, or confirmed or rejected by a person, with a reason. The newest counts; the machine judges a pair once, so that what a person said of it stays.';

alter table audit_log drop constraint audit_log_action_known;
alter table audit_log add constraint audit_log_action_known
    check (action in ('redact', 'lift_redaction', 'confirm_link', 'reject_link'));
