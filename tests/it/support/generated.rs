//! Many rows by plain SQL, where what they say does not matter.

use tokio_postgres::Client;

/// Claims in one document's place: `first` to `last`, a second apart, each text `padding`
/// characters longer than its number needs.
pub async fn claims(client: &Client, first: i32, last: i32, padding: i32) {
    let sql = "
        with made as (
            insert into claims (id, text, language, canonical_sha256, extractor_version, recorded_at)
            select gen_random_uuid(), 'Pier ' || n || ' is closed.' || repeat(' .', $3::int / 2), 'en',
                   sha256(n::text::bytea), 'generated',
                   timestamptz '2026-01-01Z' + n * interval '1 second'
              from generate_series($1::int, $2::int) n
            returning id, recorded_at)
        insert into claim_summaries
            (id, claim_id, status, confidence, appearances, rebuttals, documents, outlets, origins,
             recorded_at)
        select gen_random_uuid(), id, 'unverified', 0.8, 1, 0, 1, 1, 1, recorded_at from made";
    client.execute(sql, &[&first, &last, &padding]).await.unwrap();
}
