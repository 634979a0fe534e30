drop table actor_mentions;
drop function spans_end_inside_their_field();
drop table actor_affiliations;
drop table actor_aliases;
drop table actors;
