create table actor_merges (
    id uuid constraint actor_merges_pkey primary key,
    actor_id uuid not null constraint actor_merges_actor_fk references actors (id),
    into_id uuid not null constraint actor_merges_into_fk references actors (id),
    reason text not null,
    merged_by text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    superseded_at timestamptz,
    constraint actor_merges_not_itself check (actor_id <> into_id),
    constraint actor_merges_reason_not_blank check (reason ~ '\S'),
    constraint actor_merges_merged_by_not_blank check (merged_by ~ '\S'),
    constraint actor_merges_clock_forward check (superseded_at >= recorded_at)
);
create index actor_merges_actor on actor_merges (actor_id);
create unique index actor_merges_one_live on actor_merges (actor_id) where superseded_at is null;
create index actor_merges_into on actor_merges (into_id);
comment on table actor_merges is
    'Two actors that turned out to be one: actor_id was merged into into_id, which stood by itself then, by whom and why. Superseded when it was undone; who undid it stands in audit_log. As with claims an actor is merged into one other at most and no circle comes about.';

create table actor_members (
    id uuid constraint actor_members_pkey primary key,
    actor_id uuid not null constraint actor_members_actor_fk references actors (id),
    survivor_id uuid not null constraint actor_members_survivor_fk references actors (id),
    recorded_at timestamptz not null default clock_timestamp(),
    superseded_at timestamptz,
    constraint actor_members_not_itself check (actor_id <> survivor_id),
    constraint actor_members_clock_forward check (superseded_at >= recorded_at)
);
create index actor_members_actor on actor_members (actor_id);
create unique index actor_members_one_live on actor_members (actor_id) where superseded_at is null;
create index actor_members_survivor on actor_members (survivor_id);
comment on table actor_members is
    'What the merges lead to: each merged actor with the one that answers for it at the end of its chain of merges. Unlike a claim''s, the evidence of a merged actor stays as it is and readers look here: an actor is named in a dozen columns, few are ever merged, and lists are not sorted by actor.';

-- The list of actions grows with several nouns; whatever it is by now, these come to it.
do $$
declare
    known text;
begin
    select substring(pg_get_constraintdef(oid) from '^CHECK (.*)$') into strict known
      from pg_constraint where conname = 'audit_log_action_known';
    alter table audit_log drop constraint audit_log_action_known;
    execute format(
        'alter table audit_log add constraint audit_log_action_known check (%s or action in (''merge_actors'', ''split_actor''))',
        known);
end $$;
