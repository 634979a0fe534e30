drop view unproven_spans;
drop view spans;
