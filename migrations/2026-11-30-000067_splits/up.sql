alter table corrections add column split_id uuid
    constraint corrections_split_of_claims check (split_id is null or kind = 'claim');
create index corrections_split on corrections (split_id) where split_id is not null;
comment on column corrections.split_id is
    'The same for all places that were parted off a claim at once, which are taken back at once, too; null for a correction by itself.';
