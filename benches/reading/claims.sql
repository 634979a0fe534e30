-- An invented archive: :claims claims over a fifth as many documents, two places each, every third
-- one denied; one actor denies a fifth of them all. Ids are made of their number, so that whoever
-- reads knows them.
create function pg_temp.id(kind integer, number bigint) returns uuid immutable language sql as
    $$ select (lpad(kind::text, 8, '0') || '-0000-7000-8000-' || lpad(to_hex(number), 12, '0'))::uuid $$;

-- Rows that are right by their making need no check one by one.
set session_replication_role = replica;

insert into outlets (id, key, name, domain, recorded_at)
select pg_temp.id(1, n), 'outlet' || n || '.test', 'Outlet ' || n, 'outlet' || n || '.test',
       '2026-01-01'::timestamptz
  from generate_series(1, 200) n;

insert into documents (id, outlet_id, recorded_at)
select pg_temp.id(2, n), pg_temp.id(1, 1 + n % 200), '2026-01-01'::timestamptz + n * interval '1 second'
  from generate_series(1, :claims / 5) n;
insert into document_urls (id, document_id, url, key, canonical, recorded_at)
select pg_temp.id(3, n), pg_temp.id(2, n), 'https://outlet' || 1 + n % 200 || '.test/' || n,
       'outlet' || 1 + n % 200 || '.test/' || n, true,
       '2026-01-01'::timestamptz + n * interval '1 second'
  from generate_series(1, :claims / 5) n;
insert into document_revisions (id, document_id, number, title, text, published_at,
       published_precision, language, sha256, received, media_type, recorded_at)
select pg_temp.id(4, n), pg_temp.id(2, n), 1, 'Harbour news ' || n,
       repeat('The harbour board met and said what it had said before. ', 20),
       '2025-01-01'::timestamptz + n * interval '10 minutes', 'minute', 'en',
       sha256(n::text::bytea), '', 'text/plain', '2026-01-01'::timestamptz + n * interval '1 second'
  from generate_series(1, :claims / 5) n;

insert into actors (id, name, name_key, kind, extractor_version, recorded_at)
select pg_temp.id(5, n), 'Board ' || n, 'board ' || n, 'organisation', 'made', '2026-01-01'
  from generate_series(1, greatest(:claims / 20, 10)) n;

insert into claims (id, text, language, canonical_sha256, check_worthiness, extractor_version, recorded_at)
select pg_temp.id(6, n),
       'The ' || (array['ferry', 'barge', 'tug', 'trawler', 'ferry'])[1 + n % 5] || ' '
           || (array['Mirelle', 'Osso', 'Lank', 'Tharn', 'Brandt', 'Orrin', 'Kelm'])[1 + n % 7]
           || ' sank off pier ' || n || '.',
       case n % 10 when 0 then 'de' else 'en' end, sha256(n::text::bytea), (n % 100) / 100.0, 'made',
       '2026-01-01'::timestamptz + n * interval '1 second'
  from generate_series(1, :claims) n;

insert into appearances (id, claim_id, revision_id, stance, field, span_start, span_end, quote,
       stated_at, stated_precision, confidence, extractor_version, recorded_at)
select pg_temp.id(7, 2 * n + k), pg_temp.id(6, n),
       pg_temp.id(4, 1 + (n * 7919 + k) % (:claims / 5)),
       (array['asserts', 'reports'])[1 + k], 'text', 0, 11, 'The harbour',
       '2025-01-01'::timestamptz + (n % (:claims / 5)) * interval '10 minutes', 'minute', 0.8, 'made',
       '2026-01-01'::timestamptz + n * interval '1 second'
  from generate_series(1, :claims) n, generate_series(0, 1) k;

insert into claimants (id, claim_id, actor_id, revision_id, appearance_id, extractor_version, recorded_at)
select pg_temp.id(8, n), pg_temp.id(6, n), pg_temp.id(5, 2 + n % (greatest(:claims / 20, 10) - 1)),
       pg_temp.id(4, 1 + (n * 7919) % (:claims / 5)), pg_temp.id(7, 2 * n), 'made',
       '2026-01-01'::timestamptz + n * interval '1 second'
  from generate_series(1, :claims) n;
insert into claim_subjects (id, claim_id, actor_id, revision_id, extractor_version, recorded_at)
select pg_temp.id(9, n), pg_temp.id(6, n), pg_temp.id(5, 2 + n * 31 % (greatest(:claims / 20, 10) - 1)),
       pg_temp.id(4, 1 + (n * 7919) % (:claims / 5)), 'made',
       '2026-01-01'::timestamptz + n * interval '1 second'
  from generate_series(1, :claims) n;

-- Every third claim is denied, three of five of those by the first actor.
insert into denials (id, claim_id, revision_id, kind, denier_id, denier_role, label, confidence,
       extractor_version, recorded_at)
select pg_temp.id(10, n), pg_temp.id(6, n), pg_temp.id(4, 1 + (n * 7919 + 1) % (:claims / 5)), 'denial',
       pg_temp.id(5, case when n % 15 < 9 then 1 else 2 + n % (greatest(:claims / 20, 10) - 1) end),
       'party', 'hoax', 0.7, 'made', '2026-01-01'::timestamptz + n * interval '1 second'
  from generate_series(3, :claims, 3) n;
insert into denial_mentions (id, denial_id, revision_id, ordinal, rule, extractor_version, recorded_at)
select pg_temp.id(11, n), pg_temp.id(10, n), pg_temp.id(4, 1 + (n * 7919 + 1) % (:claims / 5)), 0, 'made',
       'made', '2026-01-01'::timestamptz + n * interval '1 second'
  from generate_series(3, :claims, 3) n;
insert into denial_mention_spans (revision_id, mention_id, role, field, span_start, span_end, quote)
select pg_temp.id(4, 1 + (n * 7919 + 1) % (:claims / 5)), pg_temp.id(11, n), 'cue', 'text', 4, 11, 'harbour'
  from generate_series(3, :claims, 3) n;
insert into rebuttals (id, claim_id, kind, denial_id, stated_at, stated_precision, extractor_version, recorded_at)
select pg_temp.id(12, n), pg_temp.id(6, n), 'denial', pg_temp.id(10, n),
       '2025-01-01'::timestamptz + (n % (:claims / 5)) * interval '10 minutes', 'minute', 'made',
       '2026-01-01'::timestamptz + n * interval '1 second'
  from generate_series(3, :claims, 3) n;

insert into claim_summaries (id, claim_id, status, confidence, appearances, rebuttals, documents,
       outlets, origins, first_stated_at, first_stated_precision, last_stated_at, recorded_at)
select pg_temp.id(13, n), pg_temp.id(6, n), case n % 3 when 0 then 'denied' else 'unverified' end, 0.8,
       2, case n % 3 when 0 then 1 else 0 end, 2, 2, 2,
       '2025-01-01'::timestamptz + (n % (:claims / 5)) * interval '10 minutes', 'minute',
       '2025-01-01'::timestamptz + (n % (:claims / 5)) * interval '10 minutes',
       '2026-01-01'::timestamptz + n * interval '1 second'
  from generate_series(1, :claims) n;
insert into claim_status_events (id, claim_id, status, reasons, rules, recorded_at)
select pg_temp.id(14, n), pg_temp.id(6, n), case n % 3 when 0 then 'denied' else 'unverified' end,
       case n % 3
           when 0 then jsonb_build_array(jsonb_build_object('code', 'denied', 'rebuttal', pg_temp.id(12, n)))
           else '[{"code": "no_rebuttal"}]'
       end, '1', '2026-01-01'::timestamptz + n * interval '1 second'
  from generate_series(1, :claims) n;

set session_replication_role = default;
analyze;
