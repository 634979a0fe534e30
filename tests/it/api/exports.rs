//! Whole lists as files over HTTP.

use std::time::{Duration, Instant};

use claimtrail::api::openapi::document;
use claimtrail::domain::{ActorKind, DenierRole, RebuttalKind, Stance};
use claimtrail::export::Noun;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::app::{TestApp, send};
use crate::support::builders::Story;
use crate::support::generated;

/// How long anything here may take; a machine at work is slow, but not for ever.
const PATIENCE: Duration = Duration::from_secs(60);

/// Three articles with claims, statements and rebuttals, in words that a careless writer breaks on.
pub async fn store_stories(app: &TestApp) {
    for number in 1..4 {
        let text = "=Tom; Okafor said \"the east pier\nis closed\", ever; so. The Harbour Ministry has \
                    denied it and called it a hoax. -5 boats, said Ilva Brandt.";
        let url = format!("https://courier{number}.test/pier");
        let mut story = Story::new(&url, text)
            .title(&format!("=HYPERLINK(\"https://x.test\",\"{number}\")"))
            .published(&format!("2026-03-{:02}T08:30:00Z", number + 1));
        let fisherman = story.actor("=Tom; Okafor", Some(ActorKind::Person));
        let ministry = story.actor("Harbour Ministry", Some(ActorKind::Government));
        let skipper = story.actor("Ilva Brandt", None);
        let said = story.statement(
            fisherman,
            "=Tom; Okafor",
            "said",
            &["the east pier\nis closed", "ever; so"],
        );
        story
            .claim(&format!("@East pier {number} is \"closed\", ever."))
            .claimed_by(fisherman)
            .claimed_by(skipper)
            .appears_in(Stance::Asserts, "the east pier\nis closed", Some(said))
            .rebutted(
                RebuttalKind::Denial,
                Some(ministry),
                DenierRole::Party,
                Some("hoax"),
                "has denied",
            );
        story.claim(&format!("'{number} boats lie there.")).appears(Stance::Reports, "-5 boats");
        story.store(&app.pool()).await.unwrap();
    }
}

fn ndjson(body: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(body).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Records as objects, with the marks of texts taken off.
fn csv(body: &[u8]) -> Vec<Value> {
    assert!(!body.starts_with(b"\xef\xbb\xbf"));
    let mut reader = csv::Reader::from_reader(body);
    let names = reader.headers().unwrap().clone();
    reader
        .records()
        .map(|record| {
            let cells = record.unwrap();
            let cells = names.iter().zip(&cells).map(|(name, cell)| {
                (name.to_owned(), Value::from(cell.strip_prefix('\'').unwrap_or(cell)))
            });
            Value::Object(cells.collect())
        })
        .collect()
}

/// The items of a cell that is a list.
fn items(cell: &Value) -> Vec<String> {
    let cell = cell.as_str().unwrap();
    if cell.is_empty() {
        return Vec::new();
    }
    let mut items = vec![String::new()];
    let mut characters = cell.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => items.last_mut().unwrap().push(characters.next().unwrap()),
            ';' => {
                assert_eq!(characters.next(), Some(' '));
                items.push(String::new());
            }
            c => items.last_mut().unwrap().push(c),
        }
    }
    items
}

#[tokio::test]
async fn an_export_has_the_items_of_its_list_in_their_order() {
    let app = TestApp::new().await;
    store_stories(&app).await;
    let claims = app.walk("/v1/claims?limit=200").await;
    let learned = claims[2]["recorded_at"].as_str().unwrap();
    let document = app.walk("/v1/statements?limit=2").await[0]["document"]["id"].clone();
    for (noun, query, least) in [
        ("claims", String::new(), 6),
        ("claims", "sort=oldest".to_owned(), 6),
        ("claims", "sort=most_denied&status=denied".to_owned(), 3),
        ("claims", "sort=most_reported&q=boats".to_owned(), 3),
        ("claims", "denied_by=Harbour+Ministry&from=2026-03-03&to=2026-03-04".to_owned(), 1),
        ("claims", format!("as_of={learned}"), 3),
        ("claims", "outlet=courier1.test&claimant=Ilva+Brandt&min_confidence=0.5".to_owned(), 1),
        ("claims", "status=confirmed".to_owned(), 0),
        ("statements", String::new(), 3),
        ("statements", format!("document={}", document.as_str().unwrap()), 1),
        ("statements", "speaker=%3DTom%3B+Okafor&q=pier".to_owned(), 3),
        ("rebuttals", String::new(), 3),
        ("rebuttals", "kind=denial&label=HOAX&denier_role=party&from=2026-03-03".to_owned(), 2),
        ("rebuttals", "denier=Ilva+Brandt".to_owned(), 0),
    ] {
        let listed = app.walk(&format!("/v1/{noun}?limit=2&{query}")).await;
        assert!(listed.len() >= least, "{noun} {query}: {}", listed.len());
        let path = format!("/v1/exports/{noun}.ndjson?{query}");
        let answer = app.get(&path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("content-type"), "application/x-ndjson");
        assert_eq!(answer.header("x-claimtrail-rows"), listed.len().to_string(), "{path}");
        assert_eq!(
            answer.header("content-disposition"),
            format!("attachment; filename=\"{noun}.ndjson\"")
        );
        assert_eq!(ndjson(&answer.body), listed, "{path}");
    }
}

#[tokio::test]
async fn appearances_of_all_claims_are_exported_as_each_claim_lists_them() {
    let app = TestApp::new().await;
    store_stories(&app).await;
    let exported = ndjson(&app.get("/v1/exports/appearances.ndjson").await.body);
    assert_eq!(exported.len(), 6);
    for claim in app.walk("/v1/claims?limit=200").await {
        let id = claim["id"].as_str().unwrap();
        let listed = app.walk(&format!("/v1/claims/{id}/appearances?limit=1")).await;
        assert_eq!(listed.len(), 1);
        let of_claim: Vec<_> = exported.iter().filter(|one| one["claim"] == id).cloned().collect();
        assert_eq!(of_claim, listed);
        let path = format!("/v1/exports/appearances.ndjson?claim={id}");
        assert_eq!(ndjson(&app.get(&path).await.body), listed);
    }
    let first = &exported[0];
    let document = first["document"]["id"].as_str().unwrap();
    for (query, expected) in [
        ("stance=asserts".to_owned(), 3),
        ("stance=denies".to_owned(), 0),
        ("outlet=courier2.test".to_owned(), 2),
        (format!("document={document}"), 2),
        ("from=2026-03-03".to_owned(), 4),
        ("to=2026-03-03".to_owned(), 2),
        ("as_of=2020-01-01".to_owned(), 0),
        ("min_confidence=0.9".to_owned(), 0),
        ("min_confidence=0.8".to_owned(), 6),
    ] {
        let path = format!("/v1/exports/appearances.ndjson?{query}");
        assert_eq!(ndjson(&app.get(&path).await.body).len(), expected, "{query}");
    }
}

#[tokio::test]
async fn csv_and_ndjson_tell_the_same_and_no_text_is_a_formula() {
    let app = TestApp::new().await;
    store_stories(&app).await;
    let names = |actors: &Value, field: &str| -> Vec<String> {
        let actors = actors.as_array().unwrap();
        actors.iter().map(|actor| actor[field].as_str().unwrap().to_owned()).collect()
    };
    let answer = app.get("/v1/exports/claims.csv").await;
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8; header=present");
    let text = std::str::from_utf8(&answer.body).unwrap();
    assert!(text.starts_with("id,text,language,status,reasons,"), "{text}");
    assert!(text.contains("\r\n"));
    assert!(text.contains(",\"'@East pier 3 is \"\"closed\"\", ever.\","), "{text}");
    let rows = csv(&answer.body);
    let claims = ndjson(&app.get("/v1/exports/claims.ndjson").await.body);
    assert_eq!(rows.len(), 6);
    assert_eq!(answer.header("x-claimtrail-rows"), "6");
    for (row, claim) in rows.iter().zip(&claims) {
        for field in [
            "id",
            "text",
            "language",
            "status",
            "recorded_at",
            "updated_at",
            "first_stated_at",
            "first_stated_precision",
            "last_stated_at",
        ] {
            assert_eq!(row[field], claim[field], "{field}");
        }
        for field in
            ["confidence", "check_worthiness", "appearances", "rebuttals", "documents", "outlets"]
        {
            let number: f64 = row[field].as_str().unwrap().parse().unwrap();
            assert_eq!(number as f32, claim[field].as_f64().unwrap() as f32, "{field}");
        }
        assert_eq!(items(&row["claimants"]), names(&claim["claimants"], "name"));
        assert_eq!(items(&row["claimant_ids"]), names(&claim["claimants"], "id"));
        assert_eq!(items(&row["denied_by"]), names(&claim["denied_by"], "name"));
        assert_eq!(items(&row["denied_by_ids"]), names(&claim["denied_by"], "id"));
        assert_eq!(items(&row["reasons"]), names(&claim["reasons"], "code"));
    }
    assert_eq!(items(&rows[1]["claimants"]), ["=Tom; Okafor", "Ilva Brandt"]);

    let span = |span: &Value| {
        format!("{}:{}-{}", span["field"].as_str().unwrap_or("text"), span["start"], span["end"])
    };
    let statements = ndjson(&app.get("/v1/exports/statements.ndjson").await.body);
    let rows = csv(&app.get("/v1/exports/statements.csv").await.body);
    for (row, statement) in rows.iter().zip(&statements) {
        let contents = statement["contents"].as_array().unwrap();
        assert_eq!(items(&row["contents"]), ["the east pier\nis closed", "ever; so"]);
        assert_eq!(items(&row["contents_at"]), contents.iter().map(span).collect::<Vec<_>>());
        assert_eq!(row["speaker"], "=Tom; Okafor");
        assert_eq!(row["document_title"], statement["document"]["title"]);
        assert_eq!(row["outlet_domain"], statement["document"]["outlet"]["domain"]);
        assert_eq!(row["revision_id"], statement["revision"]);
    }
    let rebuttals = ndjson(&app.get("/v1/exports/rebuttals.ndjson").await.body);
    let rows = csv(&app.get("/v1/exports/rebuttals.csv").await.body);
    for (row, rebuttal) in rows.iter().zip(&rebuttals) {
        assert_eq!(row["claim_text"], rebuttal["claim"]["text"]);
        assert_eq!(row["claim_status"], "denied");
        assert_eq!((&row["label"], &row["denier"]), (&json!("hoax"), &json!("Harbour Ministry")));
        assert_eq!(items(&row["cues"]), ["has denied"]);
        assert_eq!(row["cues_at"], span(&rebuttal["mentions"][0]["cue"]));
        assert_eq!(row["denied_words"], "");
    }
    let appearances = ndjson(&app.get("/v1/exports/appearances.ndjson").await.body);
    let body = app.get("/v1/exports/appearances.csv").await.body;
    assert!(String::from_utf8(body.clone()).unwrap().contains(",'-5 boats,text:"));
    let rows = csv(&body);
    for (row, appearance) in rows.iter().zip(&appearances) {
        assert_eq!(row["quote"], appearance["span"]["quote"]);
        assert_eq!(row["quote_at"], span(&appearance["span"]));
        assert_eq!(row["claim_id"], appearance["claim"]);
    }
    assert_eq!((statements.len(), rebuttals.len(), appearances.len()), (3, 3, 6));
    assert_eq!(rows.len(), 6);
}

#[tokio::test]
async fn an_empty_export_has_a_header_and_no_row() {
    let app = TestApp::new().await;
    for noun in Noun::ALL {
        let csv = app.get(&format!("/v1/exports/{}.csv", noun.as_str())).await;
        assert_eq!((csv.status.as_u16(), csv.header("x-claimtrail-rows")), (200, "0"));
        assert_eq!(String::from_utf8(csv.body).unwrap().lines().count(), 1);
        let ndjson = app.get(&format!("/v1/exports/{}.ndjson", noun.as_str())).await;
        assert_eq!((ndjson.status.as_u16(), ndjson.body.len()), (200, 0));
    }
}

#[tokio::test]
async fn many_rows_are_all_there_and_head_tells_how_many() {
    let app = TestApp::new().await;
    generated::claims(&app.client().await, 1, 1500, 0).await;
    let listed = app.walk("/v1/claims?limit=200").await;
    let answer = app.get("/v1/exports/claims.ndjson").await;
    assert_eq!(ndjson(&answer.body), listed);
    let rows = csv(&app.get("/v1/exports/claims.csv").await.body);
    let ids = |rows: &[Value]| rows.iter().map(|row| row["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&rows), ids(&listed));
    for query in ["", "?q=%22pier+7%22"] {
        let path = format!("/v1/exports/claims.csv{query}");
        let head = send(app.request(Method::HEAD, &path)).await;
        assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
        let rows = csv(&app.get(&path).await.body).len();
        assert_eq!(head.header("x-claimtrail-rows"), rows.to_string(), "{path}");
    }
    assert_eq!(listed.len(), 1500);
}

#[tokio::test]
async fn an_export_that_breaks_in_the_middle_does_not_look_whole() {
    let app = TestApp::new().await;
    let client = app.client().await;
    generated::claims(&client, 1, 1200, 0).await;
    // A reason that this version does not know, at the claim that comes last.
    let sql = "insert into claim_status_events (id, claim_id, status, reasons, rules)
               select gen_random_uuid(), id, 'unverified', '[{\"code\": \"weather\"}]', 'test'
                 from claims order by recorded_at limit 1";
    assert_eq!(client.execute(sql, &[]).await.unwrap(), 1);
    for format in ["csv", "ndjson"] {
        let request = app.request(Method::GET, &format!("/v1/exports/claims.{format}"));
        let mut response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["x-claimtrail-rows"], "1200");
        let mut lines = 0;
        let broken = loop {
            match response.chunk().await {
                Ok(Some(bytes)) => lines += bytes.iter().filter(|&&byte| byte == b'\n').count(),
                Ok(None) => break false,
                Err(_) => break true,
            }
        };
        assert!(broken, "{format}: {lines} lines, and a clean end");
        assert!(lines < 1200, "{format}: {lines}");
    }
    app.get("/healthz").await.expect(200);
}

/// Sessions of exports on the database of `client`.
async fn exporting(client: &tokio_postgres::Client) -> i64 {
    let sql = "select count(*) from pg_stat_activity
                where application_name = 'claimtrail export' and datname = current_database()";
    client.query_one(sql, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn exports_at_once_are_bounded_and_one_whose_reader_left_ends() {
    let app = TestApp::with(&["--max-exports", "1"]).await;
    let client = app.client().await;
    // More than the sockets between the two hold, so that the first export cannot end unread.
    generated::claims(&client, 1, 6000, 6000).await;
    let mut first = app.request(Method::GET, "/v1/exports/claims.ndjson").send().await.unwrap();
    assert_eq!(first.status(), 200);
    assert!(first.chunk().await.unwrap().is_some());
    assert_eq!(exporting(&client).await, 1);

    let second = app.get("/v1/exports/statements.csv").await;
    assert_eq!(second.status, 503);
    assert_eq!(second.problem()["type"], "/problems/too-many-exports");
    assert!(second.header("retry-after").parse::<u32>().unwrap() > 0);
    // A list is not an export.
    app.get("/v1/claims?limit=1").await.expect(200);

    drop(first);
    let asked = Instant::now();
    loop {
        let again = app.get("/v1/exports/statements.csv").await;
        if again.status == 200 && exporting(&client).await == 0 {
            break;
        }
        assert!(asked.elapsed() < PATIENCE, "{} {}", again.status, exporting(&client).await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn what_no_export_has_is_refused_by_name() {
    let app = TestApp::new().await;
    for (path, parameter) in [
        ("claims.csv?limit=10", "limit"),
        ("claims.ndjson?cursor=x", "cursor"),
        ("claims.csv?status=red", "status"),
        ("claims.csv?from=2026-03-02&to=2026-03-01", "to"),
        ("statements.csv?as_of=2026-03-02", "as_of"),
        ("rebuttals.ndjson?claim=7", "claim"),
        ("appearances.csv?min_confidence=2", "min_confidence"),
    ] {
        let answer = app.get(&format!("/v1/exports/{path}")).await;
        assert_eq!(answer.status, 400, "{path}");
        assert_eq!(answer.problem()["errors"][0]["parameter"], parameter, "{path}");
    }
    for path in ["claims.xml", "claims", "jobs.csv"] {
        let answer = app.get(&format!("/v1/exports/{path}")).await;
        assert_eq!(answer.problem()["type"], "/problems/unknown-route", "{path}");
    }
}

#[tokio::test]
async fn a_database_that_is_away_is_told_before_the_first_row() {
    let app = TestApp::without_postgres().await;
    let answer = app.get("/v1/exports/claims.csv").await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.problem()["type"], "/problems/database-unavailable");
}

/// The names of the parameters of a path.
pub fn parameters(document: &Value, path: &str) -> Vec<String> {
    let parameters = document["paths"][path]["get"]["parameters"].as_array().unwrap();
    parameters.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn exports_take_the_filters_of_their_lists() {
    let document = serde_json::to_value(document()).unwrap();
    for (noun, list) in [
        ("claims", "/v1/claims"),
        ("statements", "/v1/statements"),
        ("rebuttals", "/v1/rebuttals"),
        ("appearances", "/v1/claims/{id}/appearances"),
    ] {
        let mut filters = parameters(&document, list);
        filters.retain(|name| !["cursor", "limit", "id"].contains(&name.as_str()));
        for format in ["csv", "ndjson"] {
            let taken = parameters(&document, &format!("/v1/exports/{noun}.{format}"));
            for filter in &filters {
                assert!(taken.contains(filter), "{noun}.{format} does not take {filter}");
            }
        }
    }
}
