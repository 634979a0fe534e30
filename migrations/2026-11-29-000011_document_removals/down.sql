drop table document_removals;
