create table redacted_claims (
    claim_id uuid constraint redacted_claims_pkey primary key,
    recorded_at timestamptz not null default clock_timestamp()
);
create index redacted_claims_recorded on redacted_claims (recorded_at);
comment on table redacted_claims is
    'The claims that went with a redacted document, by their ids alone: whoever keeps claims in memory or in a file looks here which of them it must forget. The claims are gone, hence no foreign key; a row never changes, hence no superseded_at.';
