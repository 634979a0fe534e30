drop table redacted_claims;
