//! The private Postgres: starts, is kept apart, survives.

use crate::support::database::TestDatabase;

async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

#[tokio::test]
async fn gives_each_test_a_database_of_its_own() {
    let (one, other) = tokio::join!(TestDatabase::new(), TestDatabase::new());
    connect(one.url()).await.batch_execute("CREATE TABLE mine (id int)").await.unwrap();
    let row = connect(other.url())
        .await
        .query_one("SELECT to_regclass('mine') IS NULL", &[])
        .await
        .unwrap();
    assert!(row.get::<_, bool>(0));
}
