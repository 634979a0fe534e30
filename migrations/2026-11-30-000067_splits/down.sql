alter table corrections drop column split_id;
