//! Asks Postgres about its own schema.

mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use claimtrail::domain::view::{
    ActorFilter, ClaimChange, ClaimGiven, CorrectionOf, LinkFilter, NewCorrection, NewFeed,
    PageRequest,
};
use claimtrail::domain::{
    ActorKind, ClaimId, DenierRole, Document, Field, LinkKind, LinkState, LocatedSpan,
    RebuttalKind, RemovalStatus, Span, Stance,
};
use claimtrail::ingest::review::{Context, from_json};
use claimtrail::jobs::extract_document::{NewDocument, enqueue};
use claimtrail::jobs::import_reviews;
use claimtrail::store::checkpoints::{self, Checkpoint, Counts};
use claimtrail::store::feeds::{self, EntryMark};
use claimtrail::store::links::NewLink;
use claimtrail::store::writing::{Choice, record_removal};
use claimtrail::store::{self, redaction};
use claimtrail::store::{Connection, migrate, revert_last_migration};
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use rules::refused;

use crate::support::builders::Story;
use crate::support::database::TestDatabase;

/// Everything of ours in the catalogue, one line each.
const CATALOGUE: &str = "
    select format('column %s.%s %s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
                  a.attnotnull, pg_get_expr(d.adbin, d.adrelid))
      from pg_attribute a join pg_class c on c.oid = a.attrelid
      left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where c.relnamespace = 'public'::regnamespace and a.attnum > 0 and not a.attisdropped
    union all
    select format('constraint %s %s', conname, pg_get_constraintdef(oid))
      from pg_constraint where connamespace = 'public'::regnamespace
    union all select format('index %s', indexdef) from pg_indexes where schemaname = 'public'
    union all
    select format('trigger %s', pg_get_triggerdef(t.oid)) from pg_trigger t
      join pg_class c on c.oid = t.tgrelid
     where c.relnamespace = 'public'::regnamespace and not t.tgisinternal
    union all
    select format('function %s', pg_get_functiondef(oid))
      from pg_proc where pronamespace = 'public'::regnamespace
    union all select format('view %s %s', viewname, definition) from pg_views where schemaname = 'public'
    union all
    select format('comment %s %s', c.relname, d.description) from pg_description d
      join pg_class c on c.oid = d.objoid where c.relnamespace = 'public'::regnamespace
    union all select format('type %s', typname) from pg_type where typnamespace = 'public'::regnamespace";

async fn lines(client: &Client, sql: &str) -> BTreeSet<String> {
    client.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

/// The folders of the migrations, oldest first.
fn migrations() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

#[tokio::test]
async fn every_down_returns_the_catalogue_to_what_it_was() {
    let database = TestDatabase::empty().await;
    let client = database.client().await;
    let run = async |folder: &Path, file: &str| {
        let sql = std::fs::read_to_string(folder.join(file)).unwrap();
        client.batch_execute(&sql).await.unwrap_or_else(|error| panic!("{folder:?}: {error:?}"));
    };
    let mut before = Vec::new();
    for folder in migrations() {
        before.push(lines(&client, CATALOGUE).await);
        run(&folder, "up.sql").await;
    }
    let whole = lines(&client, CATALOGUE).await;
    for (folder, before) in migrations().iter().zip(&before).rev() {
        run(folder, "down.sql").await;
        assert_eq!(&lines(&client, CATALOGUE).await, before, "{folder:?}");
    }
    for folder in migrations() {
        run(&folder, "up.sql").await;
    }
    assert_eq!(lines(&client, CATALOGUE).await, whole);
}

#[tokio::test]
async fn the_program_migrates_up_down_and_up_again() {
    let database = TestDatabase::empty().await;
    let applied = migrate(database.url()).await.unwrap();
    assert_eq!(applied.len(), migrations().len());
    assert_eq!(migrate(database.url()).await.unwrap(), [""; 0]);
    let client = database.client().await;
    let whole = lines(&client, CATALOGUE).await;
    for expected in applied.iter().rev() {
        assert_eq!(&revert_last_migration(database.url()).await.unwrap(), expected);
    }
    assert!(revert_last_migration(database.url()).await.is_err());
    assert_eq!(migrate(database.url()).await.unwrap(), applied);
    assert_eq!(lines(&client, CATALOGUE).await, whole);
}

#[tokio::test]
async fn several_programs_that_start_at_once_migrate_once() {
    let database = TestDatabase::empty().await;
    let applied = futures_util::future::join_all((0..6).map(|_| migrate(database.url()))).await;
    let applied: usize = applied.into_iter().map(|names| names.unwrap().len()).sum();
    assert_eq!(applied, migrations().len());
}

#[tokio::test]
async fn every_table_and_view_tells_its_reason() {
    let database = TestDatabase::new().await;
    let silent = lines(
        &database.client().await,
        "select relname::text from pg_class
          where relnamespace = 'public'::regnamespace and relkind in ('r', 'v', 'm')
            and relname <> '__diesel_schema_migrations'
            and coalesce(obj_description(oid, 'pg_class'), '') !~ '.{40}'",
    )
    .await;
    assert_eq!(silent, BTreeSet::new());
}

#[tokio::test]
async fn every_foreign_key_has_an_index() {
    let database = TestDatabase::new().await;
    let missing = lines(
        &database.client().await,
        "select k.conname::text from pg_constraint k
          where k.contype = 'f' and k.connamespace = 'public'::regnamespace
            and not exists (select from pg_index i
                 where i.indrelid = k.conrelid
                   -- One over the rows that have the key finds all that point somewhere.
                   and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) =
                        (select format('(%I IS NOT NULL)', attname) from pg_attribute
                          where attrelid = k.conrelid and attnum = k.conkey[1]))
                   and (select array_agg(key order by key)
                          from unnest((i.indkey::int2[])[0:cardinality(k.conkey) - 1]) key)
                     = (select array_agg(key order by key) from unnest(k.conkey) key))",
    )
    .await;
    assert_eq!(missing, BTreeSet::new());
}

#[tokio::test]
async fn every_row_that_can_change_has_two_clocks_and_every_extracted_row_its_extractor() {
    let database = TestDatabase::new().await;
    let client = database.client().await;
    let columns = async |name: &str| {
        lines(
            &client,
            &format!(
                "select c.relname::text from pg_attribute a join pg_class c on c.oid = a.attrelid
                  where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
                    and a.attname = '{name}'"
            ),
        )
        .await
    };
    let (recorded, superseded) = (columns("recorded_at").await, columns("superseded_at").await);
    let versioned = columns("extractor_version").await;
    // Identities never change, events are only added, and a job or a feed is not a fact.
    let for_ever: BTreeSet<String> = [
        "outlets",
        "documents",
        "document_urls",
        "actors",
        "claims",
        "links",
        // Search keys, which can be made again.
        "actor_keys",
        "claim_meanings",
        "claim_status_events",
        "reviews",
        "redacted_claims",
        "audit_log",
        "feeds",
        "jobs",
    ]
    .map(str::to_owned)
    .into();
    assert_eq!(&recorded - &superseded, for_ever);
    assert!(superseded.is_subset(&recorded));
    // What we compute ourselves, and what came in, is not extracted.
    let ours: BTreeSet<String> = [
        "document_revisions",
        "claim_summaries",
        "document_links",
        "claim_edits",
        "corrections",
        "merges",
        "claim_members",
        "review_claims",
        "link_judgements",
        "document_removals",
        "revision_origins",
        "actor_merges",
        "actor_members",
        "tombstones",
    ]
    .map(str::to_owned)
    .into();
    assert_eq!(&superseded - &versioned, ours);
}

/// `schema.rs` is printed by diesel's command line; this is what tells that it was forgotten.
#[tokio::test]
async fn the_generated_schema_is_the_catalogues() {
    let database = TestDatabase::new().await;
    let rows = database
        .client()
        .await
        .query(
            "select c.relname::text, a.attname::text, format_type(a.atttypid, null), a.attnotnull
               from pg_attribute a join pg_class c on c.oid = a.attrelid
              where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0
                and not a.attisdropped and c.relname <> '__diesel_schema_migrations'",
            &[],
        )
        .await
        .unwrap();
    let stored: BTreeSet<String> = rows
        .iter()
        .map(|row| {
            let plain = match row.get::<_, String>(2).as_str() {
                "uuid" => "Uuid",
                "text" => "Text",
                "text[]" => "Array<Nullable<Text>>",
                "timestamp with time zone" => "Timestamptz",
                "boolean" => "Bool",
                "integer" => "Int4",
                "bigint" => "Int8",
                "real" => "Float4",
                "double precision" => "Float8",
                "bytea" => "Bytea",
                "jsonb" => "Jsonb",
                other => panic!("no diesel type for {other}"),
            };
            let kind = if row.get(3) { plain.to_owned() } else { format!("Nullable<{plain}>") };
            format!("{}.{} -> {kind}", row.get::<_, String>(0), row.get::<_, String>(1))
        })
        .collect();
    let mut printed = BTreeSet::new();
    let mut table = "";
    for line in include_str!("../../src/store/schema.rs").lines() {
        let line = line.trim();
        if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with(") {")) {
            table = name;
        } else if let Some(column) = line.strip_suffix(',').filter(|line| line.contains(" -> ")) {
            printed.insert(format!("{table}.{column}"));
        }
    }
    assert_eq!(printed, stored);
}

/// A database with a row in every table.
async fn filled() -> TestDatabase {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let mut story = Story::new(
        "https://lorne.test/ferry",
        "Dana Orrin told the Lorne Post that the board said the ferry Mirelle had sunk. The Harbour Board denied it. \
         Nobody who was asked at the quay that evening had seen the ship since noon.",
    )
    .title("Ferry lost?")
    .published("2026-03-01T08:00:00Z");
    let dana = story.actor("Dana Orrin", Some(ActorKind::Person));
    let board = story.actor("Harbour Board", Some(ActorKind::Organisation));
    let post = story.actor("Lorne Post", Some(ActorKind::Outlet));
    let ship = story.actor("Mirelle", None);
    story.extraction.actors[dana.0].roles.push("Captain".to_owned());
    story.extraction.actors[dana.0].speaks_for = Some(board);
    let outer =
        story.statement(dana, "Dana Orrin", "told", &["the board said the ferry Mirelle had sunk"]);
    let inner = story.statement(board, "the board", "said", &["the ferry Mirelle had sunk"]);
    story.extraction.statements[outer.0].via = Some(post);
    story.extraction.statements[outer.0].via_span = Some(story.span("the Lorne Post"));
    story.extraction.statements[inner.0].parent = Some(outer);
    story
        .claim("The ferry Mirelle sank.")
        .appears_in(Stance::Asserts, "the ferry Mirelle had sunk", Some(outer))
        .claimed_by(dana)
        .denied_by(board, "denied");
    story.claim("The Mirelle is a ferry.").appears(Stance::Asserts, "the ferry Mirelle");
    let mention = &mut story.extraction.claims[0].denials[0];
    mention.via = Some(post);
    mention.mentions[0].statement = Some(outer);
    mention.mentions[0].denier =
        Some(Span::text(mention.mentions[0].cue.start - 14..mention.mentions[0].cue.start - 1));
    let _ = ship;
    story.store(&pool).await.unwrap();
    let mut second = Story::new("https://fjord.test/1", "The ferry Mirelle sank.");
    second.actor("Harbour Board", Some(ActorKind::Government));
    second
        .claim("The ferry Mirelle sank.")
        .appears(Stance::Asserts, "The ferry Mirelle sank.")
        .debunked("sank", "hoax");
    second.store(&pool).await.unwrap();
    for text in ["A gull came.", "A gull left."] {
        Story::new("https://fjord.test/2", text).store(&pool).await.unwrap();
    }
    let mut corrected =
        Story::new("https://fjord.test/1", "Correction: The ferry Mirelle never sank.");
    corrected.document.corrections = vec!["It was the ferry Mirelle that never sank.".to_owned()];
    corrected.claim("The ferry Mirelle sank.").appears(Stance::Denies, "The ferry Mirelle");
    corrected.store(&pool).await.unwrap();
    let url = "https://fjord.test/2".parse().unwrap();
    record_removal(&mut pool.get().await.unwrap(), &url, RemovalStatus::Gone).await.unwrap();
    let twins = ["https://fjord.test/4", "https://fjord.test/5"];
    for url in twins {
        Story::new(url, "One gull.").store(&pool).await.unwrap();
    }
    let mut found = Story::new(twins[0], "One gull.");
    found.document.aliases = vec![twins[1].parse().unwrap()];
    found.store(&pool).await.unwrap();
    let gone = Story::new("https://fjord.test/3", "A gull sang.").store(&pool).await.unwrap();
    let request = redaction::Request { by: "a desk", reason: "asked for" };
    redaction::redact(&mut pool.get().await.unwrap(), gone.document, request).await.unwrap();
    for text in ["No ferry.", "No boat."] {
        Story::without_url(text).store(&pool).await.unwrap();
    }
    let new = NewDocument {
        document: Document::from_text("A gull."),
        received: Vec::new(),
        media_type: "text/plain".to_owned(),
    };
    enqueue(&mut pool.get().await.unwrap(), &new, None).await.unwrap();
    let checkpoint = Checkpoint {
        path_sha256: [1; 32],
        path: "/archives/lorne.ndjson".to_owned(),
        fingerprint: [2; 32],
        part: 0,
        position: 100,
        line: 2,
        counts: Counts::default(),
        finished: false,
    };
    checkpoints::save(&mut pool.get().await.unwrap(), &checkpoint).await.unwrap();
    follow(&mut pool.get().await.unwrap()).await;
    let claims: Vec<(ClaimId, Vec<u8>)> =
        store::claims::wordings(&pool.get().await.unwrap(), None, 100)
            .await
            .unwrap()
            .into_iter()
            .map(|claim| (claim.id, vec![0; 388]))
            .collect();
    let mut connection = pool.get().await.unwrap();
    store::meanings::keep(&connection, "encoder", &claims).await.unwrap();
    for (page, verdict) in [("a", "False"), ("a", "Untrue"), ("b", "Mostly false")] {
        let block = format!(
            r#"{{"@type":"ClaimReview","url":"https://check.test/{page}","datePublished":"2026-03-04",
                "itemReviewed":{{"author":{{"@type":"Person","name":"Dana Orrin"}}}},
                "claimReviewed":"The ferry Mirelle sank.","reviewRating":{{"alternateName":"{verdict}"}}}}"#
        );
        for found in from_json(&block, &Context::default()) {
            import_reviews::store(&pool, &found.outcome.unwrap()).await.unwrap();
        }
    }
    let link = |other: usize| NewLink {
        claims: [claims[0].0, claims[other].0],
        kind: LinkKind::Same,
        state: LinkState::Suggested,
        score: 0.5,
        evidence: serde_json::json!({}),
    };
    let linked = [link(1)];
    assert_eq!(store::links::suggest(&mut connection, "rules", &linked).await.unwrap(), 1);
    let links = LinkFilter::default();
    let links = store::links::list(&mut connection, &links, &PageRequest::first(9)).await.unwrap();
    let request = redaction::Request { by: "a desk", reason: "they are two" };
    let id = links.items[0].id;
    store::links::judge(&mut connection, id, LinkState::Rejected, None, request).await.unwrap();
    let (one, other) = (claims[0].0, claims[1].0);
    let denier = store::corrections::denier(&mut connection, &"Dana Orrin".parse().unwrap()).await;
    let revision = store::writing::stored(&mut connection, &Choice::default(), None, 1).await;
    let revision = revision.unwrap().remove(0);
    let corrected = NewCorrection {
        kind: CorrectionOf::MissedRebuttal,
        revision: revision.revision,
        place: LocatedSpan {
            field: Field::Text,
            start: 0,
            end: 1,
            quote: revision.read.text.chars().take(1).collect(),
        },
        claim: Some(ClaimGiven::Id(other)),
        denier: Some(denier.unwrap()),
        denier_role: Some(DenierRole::Unknown),
        stance: None,
        rebuttal_kind: Some(RebuttalKind::Denial),
        label: None,
    };
    store::transaction(&mut connection, async |connection| {
        store::corrections::insert(connection, &revision, &corrected, request).await
    })
    .await
    .unwrap();
    let change = ClaimChange { tags: Some(vec!["ferry".to_owned()]), ..ClaimChange::default() };
    store::transaction(&mut connection, async |connection| {
        store::edits::change(connection, one, change, |_| true, request).await
    })
    .await
    .unwrap();
    store::transaction(&mut connection, async |connection| {
        store::merges::merge(connection, one, other, Some(id), request).await
    })
    .await
    .unwrap();
    let (every, two) = (ActorFilter::default(), PageRequest::first(2));
    let known = store::actors::list(&mut connection, &every, &two).await.unwrap().items;
    let (one, other) = (known[0].id, known[1].id);
    store::transaction(&mut connection, async |connection| {
        store::actor_merges::merge(connection, one, other, request).await
    })
    .await
    .unwrap();
    database
}

/// An index of sitemaps with one below it, and an entry.
async fn follow(connection: &mut Connection) {
    let new = |path: &str| NewFeed {
        url: format!("https://lorne.test/{path}").parse().unwrap(),
        kind: None,
        title: None,
        outlet: None,
        since: None,
        interval: 900,
    };
    let (index, _) = feeds::insert(connection, &new("index.xml")).await.unwrap();
    feeds::insert_below(connection, &new("news.xml"), Some((index.id, 0))).await.unwrap();
    let mark = EntryMark { key: "lorne.test/1".to_owned(), updated_at: None, queued: true };
    feeds::keep_entries(connection, index.id, &[mark]).await.unwrap();
    assert!(feeds::move_to(connection, index.id, &new("all.xml").url).await.unwrap());
}

#[tokio::test]
async fn every_stored_quote_is_what_stands_there() {
    let database = filled().await;
    let client = database.client().await;
    let counted = "select count(*) from spans";
    assert!(client.query_one(counted, &[]).await.unwrap().get::<_, i64>(0) > 15);
    let unproven = "select count(*) from unproven_spans";
    assert_eq!(client.query_one(unproven, &[]).await.unwrap().get::<_, i64>(0), 0);
    // The proof can fail: it is not true of whatever stands in the tables.
    client
        .batch_execute("update appearances set quote = upper(quote) where field = 'text'")
        .await
        .unwrap();
    assert!(client.query_one(unproven, &[]).await.unwrap().get::<_, i64>(0) > 0);
}

#[tokio::test]
async fn every_named_rule_refuses_what_it_should() {
    let database = filled().await;
    let mut client = database.client().await;
    for (table, rule, change) in refused().filter(|(_, _, change)| !change.is_empty()) {
        let change = change.replace("{t}", table);
        let transaction = client.transaction().await.unwrap();
        let refused = match transaction.batch_execute(&change).await {
            // A deferred rule speaks at the commit.
            Ok(()) => transaction.commit().await,
            refused => refused,
        };
        let error = refused.expect_err(rule);
        let database_error = error.as_db_error().unwrap_or_else(|| panic!("{rule}: {error:?}"));
        assert_eq!(database_error.constraint(), Some(*rule), "{database_error:?}");
    }
}

/// A rule without a case would be a rule nobody has seen work.
#[tokio::test]
async fn every_rule_of_the_catalogue_has_a_case() {
    let database = TestDatabase::new().await;
    let rules = lines(
        &database.client().await,
        "select conname::text from pg_constraint
          where connamespace = 'public'::regnamespace and contype in ('c', 'u')
         union
         select c.relname::text from pg_index i join pg_class c on c.oid = i.indexrelid
          where c.relnamespace = 'public'::regnamespace and i.indisunique and not i.indisprimary
         union
         select encode(t.tgargs, 'escape')::text from pg_trigger t where t.tgnargs = 1
         union
         select tgname::text from pg_trigger where tgconstraint <> 0 and not tgisinternal",
    )
    .await;
    let rules: BTreeSet<&str> = rules.iter().map(|rule| rule.trim_end_matches("\\000")).collect();
    let cases: BTreeSet<&str> = refused().map(|(_, rule, _)| *rule).collect();
    assert_eq!(rules, cases);
    // A key's column next to the primary key, so that others can point to both, refuses nothing
    // by itself.
    let silent: BTreeSet<&str> =
        refused().filter(|(_, _, change)| change.is_empty()).map(|(_, rule, _)| *rule).collect();
    let keys = [
        "statements_revision_id_unique",
        "denials_claim_kind_unique",
        "denials_revision_id_unique",
        "denial_mentions_revision_id_unique",
    ];
    assert_eq!(silent, keys.into());
}

#[tokio::test]
async fn every_foreign_key_refuses_what_points_nowhere() {
    let database = filled().await;
    let mut client = database.client().await;
    let rows = client
        .query(
            "select k.conname::text, c.relname::text, a.attname::text
               from pg_constraint k join pg_class c on c.oid = k.conrelid
               join pg_attribute a on a.attrelid = c.oid and a.attnum = k.conkey[cardinality(k.conkey)]
              where k.contype = 'f' and k.connamespace = 'public'::regnamespace",
            &[],
        )
        .await
        .unwrap();
    let mut refused: BTreeMap<String, String> = BTreeMap::new();
    for row in &rows {
        let (name, table, column): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        let value = if column == "kind" { "'correction'" } else { "gen_random_uuid()" };
        let transaction = client.transaction().await.unwrap();
        // A kind that does not fit its row is refused by a check first.
        let condition = if column == "kind" { "kind <> 'review'" } else { "true" };
        let change = format!(
            "update {table} set {column} = {value} where {column} is not null and {condition}"
        );
        let outcome = match transaction.batch_execute(&change).await {
            Ok(()) => transaction.commit().await,
            refused => refused,
        };
        let error = outcome.expect_err(&name);
        let error = error.as_db_error().unwrap();
        assert_eq!(error.code(), &SqlState::FOREIGN_KEY_VIOLATION, "{name}: {error:?}");
        refused.insert(name, error.constraint().unwrap().to_owned());
    }
    for (name, by) in refused {
        let same_row = rows.iter().any(|row| row.get::<_, String>(0) == by);
        assert!(same_row, "{name} was refused by {by}");
    }
}
