//! `/metrics` is OpenMetrics, down to the letter, and counts what happened.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use serde_json::json;

use crate::support::app::TestApp;

/// One family as it is written: its kind and its samples by name and labels.
#[derive(Debug, Default)]
struct Family {
    kind: String,
    unit: Option<String>,
    samples: BTreeMap<String, f64>,
}

/// Suffixes that the samples of a kind may and must have.
fn suffixes(kind: &str) -> &'static [&'static str] {
    match kind {
        "counter" => &["_total"],
        "histogram" => &["_bucket", "_count", "_sum"],
        "info" => &["_info"],
        "gauge" => &[""],
        other => panic!("unknown kind {other}"),
    }
}

/// Reads the text, and refuses all that the format does.
fn parse(text: &str) -> BTreeMap<String, Family> {
    let name = "[a-zA-Z_:][a-zA-Z0-9_:]*";
    let label = r#"[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*""#;
    let sample = Regex::new(&format!(
        r"^({name})(?:\{{({label}(?:,{label})*)?\}})? (-?[0-9.e+-]+|\+Inf|NaN)$"
    ))
    .unwrap();
    let told = Regex::new(&format!("^# (TYPE|HELP|UNIT) ({name}) (.+)$")).unwrap();
    let body = text.strip_suffix("# EOF\n").expect("ends with # EOF");
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    let mut current = String::new();
    for line in body.lines() {
        if let Some(told) = told.captures(line) {
            if told[2] != current {
                current = told[2].to_owned();
                assert!(!families.contains_key(&current), "{current} stands in two places");
            }
            let family = families.entry(current.clone()).or_default();
            match &told[1] {
                "TYPE" => family.kind = told[3].to_owned(),
                "UNIT" => family.unit = Some(told[3].to_owned()),
                _ => assert!(told[3].ends_with('.'), "{line}"),
            }
            continue;
        }
        let sample = sample.captures(line).unwrap_or_else(|| panic!("not a sample: {line}"));
        let family = families.get_mut(&current).expect("a family before its samples");
        let suffix = sample[1].strip_prefix(&current).unwrap_or_else(|| panic!("{line}"));
        assert!(suffixes(&family.kind).contains(&suffix), "{line}");
        let labels = sample.get(2).map_or("", |labels| labels.as_str());
        let key = format!("{suffix}{{{labels}}}");
        let value = sample[3].parse().unwrap();
        assert!(family.samples.insert(key, value).is_none(), "twice: {line}");
    }
    for (name, family) in &families {
        assert!(!family.kind.is_empty(), "{name} has no type");
        assert!(name.starts_with("claimtrail_"), "{name}");
        assert!(!name.ends_with("_total"), "{name}");
        assert_eq!(family.unit.is_some(), name.ends_with("_seconds"), "{name}");
        if family.kind == "histogram" {
            check_histogram(name, family);
        }
    }
    families
}

/// Classes grow, and the last one holds all.
fn check_histogram(name: &str, family: &Family) {
    let le = Regex::new(r#"le="([^"]+)",?"#).unwrap();
    let mut series: BTreeMap<String, Vec<(f64, f64)>> = BTreeMap::new();
    for (key, value) in &family.samples {
        let Some(labels) = key.strip_prefix("_bucket") else { continue };
        let end = le.captures(labels).unwrap_or_else(|| panic!("{name}{key}"))[1].parse().unwrap();
        series.entry(le.replace(labels, "").replace(",}", "}")).or_default().push((end, *value));
    }
    for (labels, mut classes) in series {
        classes.sort_by(|a, b| a.0.total_cmp(&b.0));
        assert!(classes.windows(2).all(|pair| pair[0].1 <= pair[1].1), "{name}{labels}");
        let last = classes.last().unwrap();
        assert_eq!(last.0, f64::INFINITY, "{name}{labels}");
        assert_eq!(family.samples[&format!("_count{labels}")], last.1, "{name}{labels}");
    }
}

async fn metrics(app: &TestApp) -> BTreeMap<String, Family> {
    let answer = app.get("/metrics").await;
    assert_eq!(answer.status, 200);
    let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!(answer.header("content-type"), media_type);
    parse(&String::from_utf8(answer.body).unwrap())
}

/// Other tests of the same process count too, so that only growth can be told.
fn grown(
    (before, after): (&BTreeMap<String, Family>, &BTreeMap<String, Family>),
    family: &str,
    sample: &str,
) -> f64 {
    let value = |of: &BTreeMap<String, Family>| {
        of.get(family).and_then(|family| family.samples.get(sample)).copied().unwrap_or(0.0)
    };
    value(after) - value(before)
}

#[tokio::test]
async fn the_metrics_are_openmetrics_and_count_requests_documents_and_jobs() {
    let app = TestApp::new().await;
    let before = metrics(&app).await;
    for n in 0..3 {
        let text = format!("The Harbour Ministry has denied that pier {n} is closed.");
        app.post("/v1/documents?wait=true", &json!({"text": text})).await.expect(201);
    }
    app.post("/v1/documents", &json!({"text": "The mill burns."})).await.expect(202);
    app.post("/v1/documents", &json!({"text": "The mill burns down."})).await.expect(202);
    app.work().await;
    app.post("/v1/documents", &json!({"text": "The mill stands."})).await.expect(202);
    app.get("/v1/claims/not-an-id?q=secret").await.expect(400);
    app.get("/secret/path").await.expect(404);

    let after = metrics(&app).await;
    let change = (&before, &after);
    let posted = r#"_total{method="POST",route="/v1/documents",status="201"}"#;
    assert!(grown(change, "claimtrail_http_requests", posted) >= 3.0);
    let refused = r#"_total{method="GET",route="/v1/claims/{id}",status="400"}"#;
    assert!(grown(change, "claimtrail_http_requests", refused) >= 1.0);
    let nowhere = r#"_total{method="GET",route="none",status="404"}"#;
    assert!(grown(change, "claimtrail_http_requests", nowhere) >= 1.0);
    let took = r#"_count{method="POST",route="/v1/documents"}"#;
    assert!(grown(change, "claimtrail_http_request_duration_seconds", took) >= 6.0);
    let created = r#"_total{outcome="created"}"#;
    assert!(grown(change, "claimtrail_documents_stored", created) >= 5.0);
    let done = r#"_total{kind="extract_document",end="done"}"#;
    assert!(grown(change, "claimtrail_job_attempts", done) >= 2.0);
    assert!(grown(change, "claimtrail_extraction_duration_seconds", "_count{}") >= 5.0);
    assert!(grown(change, "claimtrail_extraction_words", "_total{}") >= 3.0 * 10.0 + 7.0);

    // These are of this service's own database.
    let queue = &after["claimtrail_queue_jobs"].samples;
    let expected = [("queued", 1.0), ("running", 0.0), ("failed", 0.0)];
    for (state, count) in expected {
        assert_eq!(queue[&format!("{{state=\"{state}\"}}")], count, "{state}");
    }
    assert_eq!(after["claimtrail_postgres_up"].samples["{}"], 1.0);
    assert_eq!(after["claimtrail_pool_connections_limit"].samples["{pool=\"requests\"}"], 16.0);
    assert!(after["claimtrail_queue_oldest_due_seconds"].samples["{}"] >= 0.0);
    let version = format!("_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"));
    assert_eq!(after["claimtrail_build"].samples[&version], 1.0);

    let text = String::from_utf8(app.get("/metrics").await.body).unwrap();
    assert!(!text.contains("secret"), "{text}");
}

#[tokio::test]
async fn no_label_of_a_request_comes_from_its_sender() {
    let app = TestApp::new().await;
    let document = app.get("/openapi.json").await.expect(200);
    let known: BTreeSet<String> = document["paths"].as_object().unwrap().keys().cloned().collect();
    for n in 0..20 {
        let method = reqwest::Method::from_bytes(format!("WORD{n}").as_bytes()).unwrap();
        crate::support::app::send(app.request(method, &format!("/{n}/v1/claims"))).await;
        app.get(&format!("/v1/claims/{n}/timeline")).await;
        app.get(&format!("/problems/{n}")).await;
    }
    let route = Regex::new(r#"method="([^"]*)",route="([^"]*)""#).unwrap();
    for key in metrics(&app).await["claimtrail_http_requests"].samples.keys() {
        let labels = route.captures(key).unwrap_or_else(|| panic!("{key}"));
        assert!(!labels[1].starts_with("WORD"), "{key}");
        assert!(known.contains(&labels[2]) || &labels[2] == "none", "{key}");
    }
}

#[test]
#[should_panic(expected = "not a sample")]
fn the_reader_refuses_what_is_not_of_the_format() {
    parse("# HELP claimtrail_a A.\n# TYPE claimtrail_a gauge\nclaimtrail_a{b=\"c} 1\n# EOF\n");
}
