//! What a page costs: rows that Postgres reads for it, counted by Postgres itself.

use claimtrail::domain::view::{ClaimFilter, ClaimSort, PageRequest, RebuttalFilter, Selector};
use claimtrail::domain::{ActorId, OutletId, Status};
use claimtrail::store::{self, Connection, claims, rebuttals};
use diesel_async::SimpleAsyncConnection;
use tokio_postgres::Client;
use uuid::Uuid;

use crate::support::builders::at;
use crate::support::database::TestDatabase;

/// Claims of the invented archive; see the file.
const CLAIMS: usize = 4_000;

/// Rows that a page of 20 may read. Whoever reads all claims, all appearances, or all denials with
/// their rebuttals reads more.
const MOST: i64 = 2_000;

/// An archive large enough to tell a page from a scan.
async fn archive() -> (TestDatabase, Client, Connection) {
    let database = TestDatabase::new().await;
    let client = database.client().await;
    let made = include_str!("../../../benches/reading/claims.sql");
    client.batch_execute(&made.replace(":claims", &CLAIMS.to_string())).await.unwrap();
    // Tables of this size are cheaper to scan than to look up in; large ones are not.
    client.batch_execute("vacuum").await.unwrap();
    let mut connection = store::connect(database.url()).await.unwrap();
    connection.batch_execute("set enable_seqscan = off; set random_page_cost = 1.1").await.unwrap();
    (database, client, connection)
}

/// Rows read of all tables by whatever `connection` did since this was asked last.
async fn rows_read(client: &Client, connection: &mut Connection) -> i64 {
    connection.batch_execute("select pg_stat_force_next_flush()").await.unwrap();
    let read = "select coalesce(sum(seq_tup_read + idx_tup_fetch), 0)::bigint
                  from pg_stat_user_tables";
    client.query_one(read, &[]).await.unwrap().get(0)
}

/// The id that the archive gives a thing of this kind.
fn id(kind: u32, number: u32) -> Uuid {
    Uuid::parse_str(&format!("{kind:08}-0000-7000-8000-{number:012x}")).unwrap()
}

#[tokio::test]
async fn a_page_of_claims_reads_few_rows_whatever_the_filter() {
    let (_database, client, mut connection) = archive().await;
    let actor = |number| Some(Selector::Id(ActorId(id(5, number))));
    let outlet = Some(Selector::Id(OutletId(id(1, 7))));
    let none = ClaimFilter::default();
    let filters = [
        ("newest", none.clone()),
        ("oldest", ClaimFilter { sort: ClaimSort::Oldest, ..none.clone() }),
        ("most denied", ClaimFilter { sort: ClaimSort::MostDenied, ..none.clone() }),
        ("most reported", ClaimFilter { sort: ClaimSort::MostReported, ..none.clone() }),
        ("status", ClaimFilter { status: Some(Status::Denied), ..none.clone() }),
        ("a status of none", ClaimFilter { status: Some(Status::Retracted), ..none.clone() }),
        ("common word", ClaimFilter { q: Some("ferry".into()), ..none.clone() }),
        ("rare word", ClaimFilter { q: Some("pier 3999".into()), ..none.clone() }),
        ("busy denier", ClaimFilter { denied_by: actor(1), ..none.clone() }),
        ("rare denier", ClaimFilter { denied_by: actor(15), ..none.clone() }),
        ("claimant", ClaimFilter { claimant: actor(15), ..none.clone() }),
        ("about", ClaimFilter { about: actor(15), ..none.clone() }),
        ("outlet", ClaimFilter { outlet: outlet.clone(), ..none.clone() }),
        (
            "half an hour",
            ClaimFilter {
                from: Some(at("2025-01-02T00:00:00Z")),
                to: Some(at("2025-01-02T00:30:00Z")),
                ..none.clone()
            },
        ),
        ("from", ClaimFilter { from: Some(at("2025-01-02T00:00:00Z")), ..none.clone() }),
        ("to", ClaimFilter { to: Some(at("2025-01-05T00:00:00Z")), ..none.clone() }),
        ("from never", ClaimFilter { from: Some(at("2029-01-01T00:00:00Z")), ..none.clone() }),
        ("as of an early hour", ClaimFilter { as_of: Some(at("2026-01-01T00:05:00Z")), ..none }),
    ];
    for (name, filter) in filters {
        let mut page = PageRequest::first(20);
        for part in ["first", "second"] {
            let before = rows_read(&client, &mut connection).await;
            let found = claims::list(&mut connection, &filter, &page).await.unwrap();
            let read = rows_read(&client, &mut connection).await - before;
            assert!(read <= MOST, "{name}, {part} page: {read} rows for {}", found.items.len());
            page.cursor = found.next;
            if page.cursor.is_none() {
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_page_of_rebuttals_reads_few_rows_whatever_the_filter() {
    let (_database, client, mut connection) = archive().await;
    let none = RebuttalFilter::default();
    let filters = [
        ("newest", none.clone()),
        ("common label", RebuttalFilter { label: Some("HOAX".into()), ..none.clone() }),
        ("rare label", RebuttalFilter { label: Some("Fog".into()), ..none.clone() }),
        (
            "denier",
            RebuttalFilter { denier: Some(Selector::Id(ActorId(id(5, 1)))), ..none.clone() },
        ),
        ("from", RebuttalFilter { from: Some(at("2025-01-02T00:00:00Z")), ..none }),
    ];
    for (name, filter) in filters {
        let before = rows_read(&client, &mut connection).await;
        let page = PageRequest::first(20);
        let found = rebuttals::list(&mut connection, &filter, &page).await.unwrap();
        let read = rows_read(&client, &mut connection).await - before;
        assert!(read <= MOST, "{name}: {read} rows for {}", found.items.len());
    }
}
