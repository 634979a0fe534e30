drop table claim_meanings;
