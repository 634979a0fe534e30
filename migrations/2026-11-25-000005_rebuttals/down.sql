drop table rebuttals;
drop function rebuttals_stand_on_words();
drop table denial_mention_spans;
drop table denial_mentions;
drop table denials;
