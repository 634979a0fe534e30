drop table statement_spans;
drop table statements;
