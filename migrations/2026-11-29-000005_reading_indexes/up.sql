-- "Everything that was called a hoax". Over all rows, not only those with a label: Postgres keeps
-- statistics of an index's expression for an index of the whole table only, and without them a common
-- label is looked up like a rare one.
create index denials_label on denials (lower(label));
