drop table audit_log;
drop table tombstone_digests;
drop table tombstones;
