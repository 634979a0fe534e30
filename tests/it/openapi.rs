//! The OpenAPI document as a whole, so that a reviewer sees every change of the API; and that the
//! service is what the document says.

use claimtrail::api::openapi::document;
use insta::assert_json_snapshot;
use reqwest::Method;
use serde_json::Value;

use crate::support::app::{TestApp, send};

#[test]
fn the_document_is_reviewed_as_a_whole() {
    assert_json_snapshot!(document());
}

/// Every operation, as method and path, with its description.
fn operations(document: &Value) -> Vec<(Method, String, &Value)> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method = method.to_uppercase().parse().unwrap();
            operations.push((method, path.clone(), operation));
        }
    }
    operations
}

#[test]
fn every_operation_is_described() {
    let document = serde_json::to_value(document()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let tags: Vec<_> =
        document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].clone()).collect();
    for (method, path, operation) in operations(&document) {
        let at = format!("{method} {path}");
        assert!(operation["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "{at}");
        assert!(tags.contains(&operation["tags"][0]), "{at}");
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with('2')), "{at}");
        for (status, response) in responses.iter().filter(|(status, _)| *status >= &"4".to_owned())
        {
            let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(schema, "#/components/schemas/Problem", "{at} {status}");
        }
        for status in ["421", "500"] {
            assert!(responses.contains_key(status), "{at} {status}");
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(
                parameter["description"].as_str().is_some_and(|words| !words.is_empty()),
                "{at} {}",
                parameter["name"]
            );
        }
    }
}

#[test]
fn every_shape_that_is_named_is_there_and_told() {
    let document = serde_json::to_value(document()).unwrap();
    let shapes = document["components"]["schemas"].as_object().unwrap();
    let mut left = vec![&document];
    while let Some(value) = left.pop() {
        match value {
            Value::Array(items) => left.extend(items),
            Value::Object(fields) => {
                if let Some(name) = fields.get("$ref").and_then(Value::as_str) {
                    let name = name.strip_prefix("#/components/schemas/").unwrap();
                    assert!(shapes.contains_key(name), "{name}");
                }
                left.extend(fields.values());
            }
            _ => {}
        }
    }
    for (name, shape) in shapes {
        for (field, content) in shape["properties"].as_object().into_iter().flatten() {
            // Where a field may be null, its words stand with the other choice.
            let choices = content["oneOf"].as_array().into_iter().flatten();
            let told =
                std::iter::once(content).chain(choices).any(|c| c["description"].is_string());
            assert!(told, "{name}.{field} has no description");
        }
    }
}

/// A path with something that could stand there for each of its parameters.
fn filled(path: &str) -> String {
    path.replace("{id}", "01890000-0000-7000-8000-000000000000")
        .replace("{slug}", "not-found")
        .replace("{number}", "1")
}

#[tokio::test]
async fn every_documented_operation_is_served_and_no_other() {
    let app = TestApp::new().await;
    let document = app.get("/openapi.json").await.expect(200);
    let operations = operations(&document);
    for (method, path, operation) in &operations {
        let path = filled(path);
        let answer = send(app.request(method.clone(), &path)).await;
        let status = answer.status.as_u16();
        assert!(
            operation["responses"].get(status.to_string()).is_some(),
            "{method} {path} answers {status}, which is not documented"
        );
        if answer.header("content-type") == "application/problem+json" {
            assert_ne!(answer.problem()["type"], "/problems/unknown-route", "{method} {path}");
        }
        for other in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let documented = operations
                .iter()
                .any(|(method, known, _)| *method == other && filled(known) == path);
            if !documented {
                let answer = send(app.request(other.clone(), &path)).await;
                assert_eq!(answer.status, 405, "{other} {path}");
                assert!(!answer.header("allow").contains(other.as_str()), "{other} {path}");
            }
        }
    }
}
