-- What stands around the claims with the numbers :first to :last, whose rows the caller makes: a twentieth as many
-- documents, each claim asserted in one by one of 2,000 actors, every third denied there by another. Made by plain SQL, and what is
-- there already is left: what is measured is the way out.
begin;
set local synchronous_commit = off;
-- The rows are right by construction; millions of deferred checks would be timed here for nothing.
set local session_replication_role = replica;

create function pg_temp.id(kind int, n bigint) returns uuid language sql immutable as $$
    select (lpad(to_hex(kind), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid
$$;

insert into outlets (id, key, name, domain)
select pg_temp.id(1, n), format('courier%s.test', n), format('Courier %s', n), format('courier%s.test', n)
  from generate_series(1, 50) n
    on conflict do nothing;

-- Names that a careless writer of CSV breaks on.
insert into actors (id, name, name_key, kind, extractor_version)
select pg_temp.id(2, n),
       case n % 10 when 0 then format('=Tom; Okafor %s', n) when 1 then format('Norda "Evening" %s', n)
                   when 2 then format('Ilva Brandt, %s', n) when 3 then format('Łódź\Port %s', n)
                   else format('Harbour Office %s', n) end,
       'actor ' || n, 'organisation', 'generated'
  from generate_series(0, 1999) n
    on conflict do nothing;

create temporary view numbers as select n from generate_series(:first, :last) n;
create temporary view places as select n from generate_series(:first / 20, :last / 20) n;

insert into documents (id, outlet_id, recorded_at)
select pg_temp.id(3, n), pg_temp.id(1, n % 50 + 1), timestamptz '2026-01-01Z' + n * interval '1 second' from places
    on conflict do nothing;
insert into document_urls (id, document_id, url, key, canonical)
select pg_temp.id(4, n), pg_temp.id(3, n), format('https://courier%s.test/%s', n % 50 + 1, n),
       format('courier%s.test/%s', n % 50 + 1, n), true from places
    on conflict do nothing;
insert into document_revisions
    (id, document_id, number, title, text, published_at, published_precision, language, sha256, received, media_type)
select pg_temp.id(5, n), pg_temp.id(3, n), 1, 'Piers of day ' || n,
       repeat('The pier is closed, said the office. The ministry denied it. ', 20),
       timestamptz '2026-01-01Z' + n * interval '1 minute', 'minute', 'en', sha256(n::text::bytea), '', 'text/plain'
  from places
    on conflict do nothing;

insert into claim_summaries
    (id, claim_id, status, confidence, appearances, rebuttals, documents, outlets, origins, first_stated_at,
     first_stated_precision, last_stated_at, recorded_at)
select pg_temp.id(7, n), pg_temp.id(6, n), case when n % 3 = 0 then 'denied' else 'unverified' end, (n % 97) / 97.0, 1,
       (n % 3 = 0)::int, 1, 1, 1, timestamptz '2026-01-01Z' + n / 20 * interval '1 minute', 'minute',
       timestamptz '2026-01-01Z' + n / 20 * interval '1 minute', timestamptz '2026-02-01Z' + n * interval '1 microsecond'
  from numbers;
insert into appearances
    (id, claim_id, revision_id, stance, field, span_start, span_end, quote, stated_at, stated_precision, confidence, extractor_version)
select pg_temp.id(8, n), pg_temp.id(6, n), pg_temp.id(5, n / 20), 'asserts', 'text', n % 20 * 61, n % 20 * 61 + 18, 'The pier is closed',
       timestamptz '2026-01-01Z' + n / 20 * interval '1 minute', 'minute', 0.8, 'generated'
  from numbers;
insert into claimants (id, claim_id, actor_id, revision_id, appearance_id, extractor_version)
select pg_temp.id(9, n), pg_temp.id(6, n), pg_temp.id(2, n % 2000), pg_temp.id(5, n / 20), pg_temp.id(8, n), 'generated' from numbers;
insert into claim_subjects (id, claim_id, actor_id, revision_id, extractor_version)
select pg_temp.id(10, n), pg_temp.id(6, n), pg_temp.id(2, n * 7 % 2000), pg_temp.id(5, n / 20), 'generated' from numbers where n % 2 = 0;
insert into claim_status_events (id, claim_id, status, reasons, rules)
select pg_temp.id(11, n), pg_temp.id(6, n), case when n % 3 = 0 then 'denied' else 'unverified' end,
       case when n % 3 = 0 then jsonb_build_array(jsonb_build_object('code', 'denied', 'rebuttal', pg_temp.id(14, n)))
            else '[{"code": "no_rebuttal"}]' end, 'generated'
  from numbers;

insert into denials (id, claim_id, revision_id, kind, denier_id, denier_role, confidence, extractor_version)
select pg_temp.id(12, n), pg_temp.id(6, n), pg_temp.id(5, n / 20), 'denial', pg_temp.id(2, (n + 1) % 2000), 'party', 0.7, 'generated'
  from numbers where n % 3 = 0;
insert into denial_mentions (id, denial_id, revision_id, ordinal, rule, extractor_version)
select pg_temp.id(13, n), pg_temp.id(12, n), pg_temp.id(5, n / 20), 0, 'generated', 'generated' from numbers where n % 3 = 0;
insert into denial_mention_spans (revision_id, mention_id, role, field, span_start, span_end, quote)
select pg_temp.id(5, n / 20), pg_temp.id(13, n), 'cue', 'text', n % 20 * 61 + 50, n % 20 * 61 + 56, 'denied' from numbers where n % 3 = 0;
insert into rebuttals (id, claim_id, kind, denial_id, extractor_version)
select pg_temp.id(14, n), pg_temp.id(6, n), 'denial', pg_temp.id(12, n), 'generated' from numbers where n % 3 = 0;
commit;
