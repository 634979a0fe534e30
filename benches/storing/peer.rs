//! The rows that our path stored → the same rows by plain SQL.
//!
//! One transaction a document, one INSERT a table, all sent as one message: the fewest round trips
//! there can be. A row that was superseded later is written as it is in the end, so the peer
//! updates nothing. A document that stands on rows of another one waits until that is committed,
//! as a foreign key demands.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Result, ensure};
use tokio::sync::watch;
use tokio_postgres::Client;

use crate::support::{Server, connect};
use crate::{Run, measure};

/// The tables that a document fills, each after those it points to.
const TABLES: [&str; 27] = [
    "outlets",
    "documents",
    "document_urls",
    "document_revisions",
    "extractions",
    "actors",
    "actor_aliases",
    "actor_affiliations",
    "actor_keys",
    "actor_mentions",
    "actor_sightings",
    "statements",
    "statement_spans",
    "claims",
    "appearances",
    "claimants",
    "claim_subjects",
    "denials",
    "denial_mentions",
    "denial_mention_spans",
    "rebuttals",
    "claim_summaries",
    "claim_status_events",
    "correction_notes",
    "revision_changes",
    "revision_origins",
    "revision_bands",
];

/// The transactions that write a database again.
pub struct Peer {
    transactions: Vec<Transaction>,
    /// How many rows each table has in the end.
    counts: BTreeMap<String, i64>,
}

struct Transaction {
    sql: String,
    /// The transactions whose rows it points to.
    stands_on: BTreeSet<usize>,
}

/// What one document adds: table → rows, each value as SQL.
#[derive(Default)]
struct Document {
    rows: BTreeMap<usize, Vec<String>>,
    founded: Vec<String>,
    values: BTreeSet<String>,
}

impl Peer {
    /// Reads what the database at `url` holds.
    pub async fn of(url: &str) -> Result<Self> {
        let client = connect(url).await?;
        let counts = counts(&client).await?;
        for (table, rows) in &counts {
            ensure!(
                *rows == 0 || TABLES.contains(&table.as_str()),
                "documents fill the table {table} too: add it to the peer's"
            );
        }
        // Every row of a document is recorded at one instant, by which it is known here.
        let mut documents: BTreeMap<String, Document> = BTreeMap::new();
        let mut columns = Vec::new();
        for (number, table) in TABLES.into_iter().enumerate() {
            let names = column_names(&client, table).await?;
            read_rows(&client, number, table, &names, &mut documents).await?;
            columns.push(names.join(", "));
        }
        let documents: Vec<Document> = documents.into_values().collect();
        Ok(Peer { transactions: transactions(documents, &columns), counts })
    }

    /// How many documents it writes.
    pub fn documents(&self) -> usize {
        self.transactions.len()
    }

    /// How many rows it writes.
    pub fn rows(&self) -> i64 {
        self.counts.values().sum()
    }

    /// Writes everything into a fresh database.
    pub async fn write_all(self: &Arc<Self>, server: &Server, workers: usize) -> Result<Run> {
        let url = server.fresh("theirs").await?;
        let mut clients = Vec::new();
        for _ in 0..workers {
            clients.push(connect(&url).await?);
        }
        let next = Arc::new(AtomicUsize::new(0));
        let done = Arc::new(watch::channel(vec![false; self.transactions.len()]).0);
        let run = measure(server, self.transactions.len(), async {
            let workers = clients.into_iter().map(|client| {
                let (peer, next, done) = (self.clone(), next.clone(), done.clone());
                tokio::spawn(async move { peer.work(&client, &next, &done).await })
            });
            for worker in workers.collect::<Vec<_>>() {
                worker.await??;
            }
            Ok(())
        })
        .await?;
        ensure!(counts(&connect(&url).await?).await? == self.counts, "the peer wrote other rows");
        Ok(run)
    }

    async fn work(
        &self,
        client: &Client,
        next: &AtomicUsize,
        done: &watch::Sender<Vec<bool>>,
    ) -> Result<()> {
        let mut known = done.subscribe();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(transaction) = self.transactions.get(number) else { return Ok(()) };
            known.wait_for(|done| transaction.stands_on.iter().all(|&other| done[other])).await?;
            client.batch_execute(&transaction.sql).await?;
            done.send_modify(|done| done[number] = true);
        }
    }
}

async fn counts(client: &Client) -> Result<BTreeMap<String, i64>> {
    let tables = client
        .query(
            "select relname::text from pg_class
              where relnamespace = 'public'::regnamespace and relkind = 'r'
                and relname <> '__diesel_schema_migrations'",
            &[],
        )
        .await?;
    let mut counts = BTreeMap::new();
    for row in tables {
        let table: String = row.get(0);
        let count = client.query_one(&format!("select count(*) from {table}"), &[]).await?;
        counts.insert(table, count.get(0));
    }
    Ok(counts)
}

/// The columns that are written, without those that Postgres makes.
async fn column_names(client: &Client, table: &str) -> Result<Vec<String>> {
    let rows = client
        .query(
            "select attname::text from pg_attribute
              where attrelid = $1::text::regclass and attnum > 0 and not attisdropped
                and attgenerated = '' order by attnum",
            &[&table],
        )
        .await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

async fn read_rows(
    client: &Client,
    number: usize,
    table: &str,
    columns: &[String],
    documents: &mut BTreeMap<String, Document>,
) -> Result<()> {
    let (at, join) = if columns.iter().any(|column| column == "recorded_at") {
        ("t.recorded_at::text", "")
    } else {
        ("r.recorded_at::text", "join document_revisions r on r.id = t.revision_id")
    };
    let values: Vec<String> = columns
        .iter()
        .map(|column| format!("t.{column}::text, quote_nullable(t.{column})"))
        .collect();
    let sql = format!("select {at}, {} from {table} t {join} order by t.ctid", values.join(", "));
    for row in client.query(&sql, &[]).await? {
        let document = documents.entry(row.get(0)).or_default();
        let mut literals = Vec::with_capacity(columns.len());
        for (place, column) in columns.iter().enumerate() {
            let value: Option<String> = row.get(1 + 2 * place);
            literals.push(row.get::<_, String>(2 + 2 * place));
            if let Some(value) = value.filter(|_| column == "id" || column.ends_with("_id")) {
                if column == "id" {
                    document.founded.push(value);
                } else {
                    document.values.insert(value);
                }
            }
        }
        document.rows.entry(number).or_default().push(format!("({})", literals.join(",")));
    }
    Ok(())
}

/// In an order in which each stands only on earlier ones.
fn transactions(documents: Vec<Document>, columns: &[String]) -> Vec<Transaction> {
    let founder: HashMap<&str, usize> = documents
        .iter()
        .enumerate()
        .flat_map(|(number, document)| document.founded.iter().map(move |id| (id.as_str(), number)))
        .collect();
    let stands_on: Vec<BTreeSet<usize>> = documents
        .iter()
        .enumerate()
        .map(|(number, document)| {
            let others = document.values.iter().filter_map(|id| founder.get(id.as_str()).copied());
            others.filter(|&other| other != number).collect()
        })
        .collect();
    let mut places = BTreeMap::new();
    let mut order = Vec::new();
    for number in 0..documents.len() {
        place(number, &stands_on, &mut places, &mut order);
    }
    order
        .into_iter()
        .map(|number| Transaction {
            sql: written(&documents[number], columns),
            stands_on: stands_on[number].iter().map(|other| places[other]).collect(),
        })
        .collect()
}

/// Gives `number` its place behind all it stands on.
fn place(
    number: usize,
    stands_on: &[BTreeSet<usize>],
    places: &mut BTreeMap<usize, usize>,
    order: &mut Vec<usize>,
) {
    if places.contains_key(&number) {
        return;
    }
    // Written first, so that a circle, which no two transactions can make, would not hang here.
    places.insert(number, usize::MAX);
    for &other in &stands_on[number] {
        place(other, stands_on, places, order);
    }
    places.insert(number, order.len());
    order.push(number);
}

fn written(document: &Document, columns: &[String]) -> String {
    let mut sql = "begin;".to_owned();
    for (&table, rows) in &document.rows {
        sql.push_str(&format!(
            "insert into {} ({}) values {};",
            TABLES[table],
            columns[table],
            rows.join(",")
        ));
    }
    sql.push_str("commit;");
    sql
}
