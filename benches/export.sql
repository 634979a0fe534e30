-- Claims whose texts a careless writer of CSV, or who opens it in a spreadsheet, breaks on; after archive.sql, in its session.
insert into claims (id, text, language, canonical_sha256, check_worthiness, extractor_version, recorded_at)
select pg_temp.id(6, n),
       case n % 8 when 0 then format('=Pier %s is closed.', n) when 1 then format('-%s boats lie there.', n)
                  when 2 then format('"Pier %s", it says, is closed.', n) when 3 then format('Pier %s,' || chr(10) || 'the old one, is closed.', n)
                  when 4 then format('''Pier %s'' is closed.', n) when 5 then format('Причал %s закрыт 🚢.', n)
                  else format('Pier %s at the eastern end of the old harbour is closed until the spring.', n) end,
       'en', sha256(n::text::bytea), case when n % 4 > 0 then (n % 100) / 100.0 end, 'generated',
       timestamptz '2026-01-01Z' + n * interval '10 milliseconds'
  from numbers;
vacuum analyze;
