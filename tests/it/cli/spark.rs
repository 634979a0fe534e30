//! The extractor inside Apache Spark, run by `benches/spark`: the same check with fewer articles.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;

/// Articles where none are given; enough for some tasks to be done and others not when an executor is
/// killed.
const ARTICLES: usize = 240;

/// Articles of one shape and different words, some with an address, some with the address of another.
fn archive() -> String {
    (0..ARTICLES)
        .map(|number| {
            let town = ["Lorne", "Tharn", "Kelm"][number % 3];
            let text = format!(
                "Harbour master Dana Orrin said on Monday that pier {number} in {town} had sunk. The Harbour \
                 Board of {town} denied that pier {number} had sunk and called the report \"a hoax\".\n\nA \
                 fisherman told the {town} Courier that he had seen nothing. \"The pier stands,\" he said."
            );
            let mut article = json!({"id": number.to_string(), "title": format!("Pier {number}"), "text": text});
            if !number.is_multiple_of(7) {
                let address = if number.is_multiple_of(50) { number - 1 } else { number };
                article["url"] = json!(format!("https://courier.test/{address}"));
            }
            article.to_string() + "\n"
        })
        .collect()
}

/// Two workers, one of which loses its executor; NDJSON and Parquet; loaded twice, beside an ingest.
#[test]
#[ignore = "needs Java, and a Python with pyspark and pyarrow: benches/README.md, Inside Apache Spark"]
fn a_cluster_extracts_what_one_process_does_and_a_killed_executor_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let articles = env::var("CLAIMTRAIL_TEST_ARTICLES").unwrap_or_else(|_| {
        let path = folder.path().join("articles.ndjson");
        std::fs::write(&path, archive()).unwrap();
        path.to_str().unwrap().to_owned()
    });
    let python = env::var("CLAIMTRAIL_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let bench = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/spark");
    let run = Command::new(python)
        .arg(bench)
        .args([&articles, "--binary", env!("CARGO_BIN_EXE_claimtrail"), "--partitions", "12"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{told}\n{}", String::from_utf8_lossy(&run.stderr));
    for proof in [
        "Spark, 2 workers: ",
        "killed executor ",
        "Spark with an executor killed: ",
        "Spark over Parquet: ",
        "the same rows: ",
    ] {
        assert!(told.contains(proof), "{proof} is missing in {told}");
    }
}
