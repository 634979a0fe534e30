//! `evaluate`: predictions for the benchmarks.

use super::{claimtrail, stderr};

fn evaluate(lines: &str) -> (std::process::Output, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let (input, output) = (folder.path().join("in.jsonl"), folder.path().join("out.jsonl"));
    std::fs::write(&input, lines).expect("written");
    let result = claimtrail(&["evaluate", "attribution"])
        .arg("--in")
        .arg(&input)
        .arg("--out")
        .arg(&output)
        .output()
        .expect("the program runs");
    (result, std::fs::read_to_string(&output).unwrap_or_default())
}

#[test]
fn answers_in_the_order_of_the_questions_and_ignores_answers() {
    let (result, written) = evaluate(concat!(
        r#"{"id":"b","text":"It rained.","attributions":[{"source":[[0,2]],"cue":[[3,9]],"content":[]}]}"#,
        "\n\n",
        r#"{"id":"a","text":"“É só isso,” the mayor said."}"#,
        "\n",
    ));
    assert!(result.status.success(), "{}", stderr(&result));
    insta::assert_snapshot!(written, @r#"
    {"id":"b","attributions":[]}
    {"id":"a","attributions":[{"source":[[13,22]],"cue":[[23,27]],"content":[[0,12]]}]}
    "#);
}

#[test]
fn a_bad_line_is_named_by_its_number() {
    let (result, _) = evaluate("{\"id\":\"a\",\"text\":\"It rained.\"}\n{\"id\":\"b\"}\n");
    assert!(!result.status.success());
    assert!(stderr(&result).contains("in.jsonl:2: missing field `text`"), "{}", stderr(&result));
}
