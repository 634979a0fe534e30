//! The past as it is asked for today, against the answers that were given then.

use serde_json::Value;

use crate::support::app::TestApp;
use crate::support::histories::{history, take};

/// Steps of one history.
const STEPS: u32 = 14;

/// Every answer about claims, by its address without `as_of`, in order.
async fn answers(app: &TestApp, at: Option<&str>) -> Vec<(String, Value)> {
    let ask = async |path: &str| {
        let sign = if path.contains('?') { '&' } else { '?' };
        let query = at.map_or(String::new(), |at| format!("{sign}as_of={at}"));
        app.get(&format!("{path}{query}")).await
    };
    let mut answers = Vec::new();
    for list in ["?limit=200", "?sort=most_denied&limit=200", "?status=debunked", "?q=pier"] {
        let path = format!("/v1/claims{list}");
        // A cursor keeps the filters, and so the moment that was asked for.
        let answer = ask(&path).await.expect(200);
        answers.push((path, answer["items"].clone()));
    }
    for path in ["/v1/rebuttals?limit=200", "/v1/reviews?limit=200", "/v1/corrections?limit=200"] {
        answers.push((path.to_owned(), ask(path).await.expect(200)["items"].clone()));
    }
    let export = String::from_utf8(ask("/v1/exports/claims.ndjson").await.body).unwrap();
    answers.push(("export".to_owned(), Value::from(export)));
    let known = app.client().await;
    let at = at.map_or("infinity", |at| at);
    let known = known
        .query(
            "select id::text from claims where recorded_at <= $1::text::timestamptz order by id",
            &[&at],
        )
        .await
        .unwrap();
    for row in known {
        let id: &str = row.get(0);
        for part in ["", "/timeline", "/appearances", "/rebuttals"] {
            let path = format!("/v1/claims/{id}{part}");
            answers.push((path.clone(), ask(&path).await.expect(200)));
        }
    }
    answers
}

/// The time, once everything before it is in the past.
fn now() -> String {
    let now = chrono::Utc::now();
    while chrono::Utc::now() <= now {}
    now.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

async fn the_past_stays_as_it_was(seed: u64) {
    let app = TestApp::new().await;
    let mut told = Vec::new();
    let steps = history(seed, STEPS);
    for (number, step) in steps.iter().enumerate() {
        take(&app.pool(), &steps, step)
            .await
            .unwrap_or_else(|error| panic!("{seed}: {step:?}: {error}"));
        let at = now();
        told.push((number, at, answers(&app, None).await));
    }
    for (number, at, expected) in told {
        let found = answers(&app, Some(&at)).await;
        assert_eq!(found.len(), expected.len(), "seed {seed}, step {number}");
        for ((path, found), (_, expected)) in found.into_iter().zip(expected) {
            assert_eq!(found, expected, "seed {seed}, step {number}, {path} at {at}");
        }
    }
}

#[tokio::test]
async fn a_past_moment_is_answered_as_it_was_whatever_came_later() {
    let many = std::env::var("CLAIMTRAIL_HISTORIES").ok().and_then(|many| many.parse().ok());
    for seed in 0..many.unwrap_or(2) {
        the_past_stays_as_it_was(seed).await;
    }
}
