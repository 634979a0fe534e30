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

#[test]
fn pages_are_read_from_their_folder_in_the_order_of_the_questions() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = |name: &str, html: &str| {
        std::fs::write(folder.path().join(name), html).expect("written");
    };
    page("empty.html", "<p></p>");
    page(
        "pier.html",
        "<html lang=en><title>Pier shut | The Quay</title><h1>Pier shut</h1>\
         <time datetime=2026-03-02T13:18:00+09:00>2 March</time><p class=byline>By Ida Moll</p>\
         <p>The harbour office of Sella denied on Monday that the pier had been sold to the line.</p>",
    );
    let (input, output) = (folder.path().join("in.jsonl"), folder.path().join("out.jsonl"));
    let ask = |lines: &str| {
        std::fs::write(&input, lines).expect("written");
        claimtrail(&["evaluate", "html"])
            .args(["--pages".as_ref(), folder.path()])
            .args(["--in".as_ref(), input.as_path(), "--out".as_ref(), output.as_path()])
            .output()
            .expect("the program runs")
    };
    let result = ask("{\"id\":\"pier\",\"url\":\"https://quay.test/a\"}\n{\"id\":\"empty\"}\n");
    assert!(result.status.success(), "{}", stderr(&result));
    insta::assert_snapshot!(std::fs::read_to_string(&output).expect("written"), @r#"
    {"id":"pier","title":"Pier shut","author":"Ida Moll","date":"2026-03-02T13:18:00+09:00","text":"The harbour office of Sella denied on Monday that the pier had been sold to the line.","language":"en"}
    {"id":"empty","title":null,"author":"","date":null,"text":"","language":null}
    "#);

    let result = ask("{\"id\":\"../pier\"}\n");
    assert!(!result.status.success());
    assert!(
        stderr(&result).contains("in.jsonl:1: \"../pier\" is no name of a page"),
        "{}",
        stderr(&result)
    );
}

#[test]
fn answers_who_denies_which_claim() {
    let folder = tempfile::tempdir().expect("a folder");
    let (input, output) = (folder.path().join("in.jsonl"), folder.path().join("out.jsonl"));
    let line =
        r#"{"id":"a","text":"Ferry captain Ruben Haas denies taking a bribe from the port."}"#;
    std::fs::write(&input, line).expect("written");
    let result = claimtrail(&["evaluate", "denials"])
        .arg("--in")
        .arg(&input)
        .arg("--out")
        .arg(&output)
        .output()
        .expect("the program runs");
    assert!(result.status.success(), "{}", stderr(&result));
    insta::assert_snapshot!(
        std::fs::read_to_string(&output).expect("written"),
        @r#"{"id":"a","denials":[{"cue":"denies","denier":"Ferry captain Ruben Haas","via":null,"denied":"taking a bribe from the port","claim":"Ruben Haas took a bribe from the port.","kind":"denial"}]}"#
    );
}
