drop table claim_subjects;
drop table claimants;
drop table appearances;
drop table claims;
