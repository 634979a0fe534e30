drop table revision_changes;
drop function revision_changes_inside_their_fields();
