drop table actor_sightings;
drop table actor_keys;
delete from actor_aliases where form = 'country';
alter table actor_aliases drop constraint actor_aliases_form_known;
alter table actor_aliases add constraint actor_aliases_form_known check (form in ('name', 'role'));
drop index actors_name_kind_unique;
-- Two of one name cannot go back to one without losing which is which; this refuses where there are any.
create unique index actors_name_kind_unique on actors (name_key, coalesce(kind, ''));
alter table actors drop column apart;
comment on table actors is
    'Who speaks or is spoken of, over all documents. The same name (lower case, without accents) and kind is taken for the same actor. A row is an identity and never changes; what documents say of it stands in the tables below. Hence no superseded_at.';
comment on table actor_aliases is
    'What documents call an actor: other names, and roles ("Foreign Minister"). A role is kept apart from a name because it passes from one person to the next and must not lead to an actor.';
