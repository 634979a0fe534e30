create table claim_meanings (
    claim_id uuid constraint claim_meanings_pkey primary key
        constraint claim_meanings_claim_fk references claims (id),
    encoder text not null,
    meaning bytea not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint claim_meanings_encoder_length check (char_length(encoder) between 1 and 100),
    constraint claim_meanings_meaning_length check (octet_length(meaning) = 388)
);
comment on table claim_meanings is
    'What a claim''s sentence means to an encoder: four bytes of a float, the value of one step, low byte first, and 384 signed bytes, the steps. Worked out by those who search claims by meaning and kept so that they need not do it again; a row of another encoder than theirs is replaced. It can be emptied at any time.';
