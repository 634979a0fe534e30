//! What may be in an export, asked of Postgres itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use claimtrail::domain::view::{AppearanceView, ClaimView, RebuttalView, StatementView};
use claimtrail::export::Noun;
use claimtrail::export::csv::Record;
use serde::Deserialize;

use crate::api::exports::store_stories;
use crate::support::app::TestApp;

/// What may become of a column.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Fate {
    /// It may leave; the export columns that come from it.
    Public(Vec<String>),
    /// It stays; why.
    Private(String),
}

/// Table → column → fate.
type Columns = BTreeMap<String, BTreeMap<String, Fate>>;

fn marked() -> Columns {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/export/columns.toml");
    toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[tokio::test]
async fn every_column_of_the_schema_is_marked_and_no_other() {
    let app = TestApp::new().await;
    let catalogue: BTreeSet<String> = app
        .client()
        .await
        .query(
            "select format('%s.%s', c.relname, a.attname)
               from pg_attribute a join pg_class c on c.oid = a.attrelid
              where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
                and c.relname <> '__diesel_schema_migrations'
                and a.attnum > 0 and not a.attisdropped",
            &[],
        )
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect();
    let marked: BTreeSet<String> = marked()
        .iter()
        .flat_map(|(table, columns)| columns.keys().map(move |name| format!("{table}.{name}")))
        .collect();
    let unmarked: Vec<_> = catalogue.difference(&marked).collect();
    assert!(unmarked.is_empty(), "mark them in src/export/columns.toml: {unmarked:?}");
    let gone: Vec<_> = marked.difference(&catalogue).collect();
    assert!(gone.is_empty(), "src/export/columns.toml marks what is not there: {gone:?}");
}

#[test]
fn every_private_column_says_why() {
    for (table, columns) in marked() {
        for (name, fate) in columns {
            if let Fate::Private(reason) = fate {
                assert!(reason.len() >= 5, "{table}.{name}: {reason:?}");
            }
        }
    }
}

/// The columns of all tables of an export, as `noun.column`.
fn exported() -> BTreeSet<String> {
    fn of<R: Record>(noun: Noun) -> impl Iterator<Item = String> {
        R::columns().into_iter().map(move |column| format!("{}.{}", noun.as_str(), column.name))
    }
    of::<ClaimView>(Noun::Claims)
        .chain(of::<StatementView>(Noun::Statements))
        .chain(of::<RebuttalView>(Noun::Rebuttals))
        .chain(of::<AppearanceView>(Noun::Appearances))
        .collect()
}

#[test]
fn every_export_column_comes_from_a_public_one() {
    let named: BTreeSet<String> = marked()
        .into_values()
        .flat_map(BTreeMap::into_values)
        .flat_map(|fate| match fate {
            Fate::Public(exports) => exports,
            Fate::Private(_) => Vec::new(),
        })
        .collect();
    assert_eq!(named, exported());
}

/// The strongest form of "public columns only": Postgres refuses an export that reads another one.
#[tokio::test]
async fn exports_need_no_column_that_is_private() {
    let app = TestApp::new().await;
    store_stories(&app).await;
    let client = app.client().await;
    let role = format!("reader_{}", uuid::Uuid::now_v7().simple());
    let mut grants = format!("create role {role}; grant usage on schema public to {role};");
    for (table, columns) in marked() {
        let public: Vec<String> = columns
            .into_iter()
            .filter(|(_, fate)| matches!(fate, Fate::Public(_)))
            .map(|(name, _)| format!("\"{name}\""))
            .collect();
        if !public.is_empty() {
            write!(grants, "grant select ({}) on {table} to {role};", public.join(", ")).unwrap();
        }
    }
    let database: String =
        client.query_one("select current_database()::text", &[]).await.unwrap().get(0);
    // Every session that begins from now on reads as that role.
    write!(grants, "alter database {database} set role = {role}").unwrap();
    client.batch_execute(&grants).await.unwrap();

    for noun in Noun::ALL {
        for format in ["csv", "ndjson"] {
            let path = format!("/v1/exports/{}.{format}", noun.as_str());
            let answer = app.get(&path).await;
            let text = String::from_utf8(answer.body).unwrap();
            assert_eq!(answer.status, 200, "{path}: {text}");
            assert!(text.lines().count() > 1, "{path}: {text}");
        }
    }
    let fresh = app.client().await;
    let refused = fresh.query("select text from document_revisions", &[]).await.unwrap_err();
    assert_eq!(refused.code().unwrap().code(), "42501", "{refused}");
    fresh.batch_execute("reset role").await.unwrap();
    let drop =
        format!("alter database {database} reset role; drop owned by {role}; drop role {role}");
    client.batch_execute(&drop).await.unwrap();
}
