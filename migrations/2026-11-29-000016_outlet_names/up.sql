-- A row of a btree has some 2,700 bytes at most: an outlet with a longer name could not be stored, and with it none of
-- its documents.
drop index outlets_name;
create index outlets_name on outlets (left(lower(name), 400));
