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
    // The last digits of a confidence change with the weights.
    let (written, told) = written.split_once(r#","confidence":"#).expect("a confidence");
    let confidence: f32 = told.trim_end().trim_end_matches("}]}").parse().expect("a number");
    assert!(confidence > 0.5 && confidence < 1.0, "{told}");
    insta::assert_snapshot!(written, @r#"
    {"id":"b","attributions":[]}
    {"id":"a","attributions":[{"source":[[13,22]],"cue":[[23,27]],"content":[[0,12]]
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
    let written = std::fs::read_to_string(&output).expect("written");
    let mut answer: serde_json::Value = serde_json::from_str(&written).expect("one line of JSON");
    let confidence = answer["denials"][0]["confidence"].take().as_f64().expect("a number");
    assert!((0.75..1.0).contains(&confidence), "{confidence}");
    insta::assert_snapshot!(
        answer,
        @r#"{"denials":[{"claim":"Ruben Haas took a bribe from the port.","confidence":null,"cue":"denies","denied":"taking a bribe from the port","denier":"Ferry captain Ruben Haas","kind":"denial","via":null}],"id":"a"}"#
    );
}

/// Checked claims of our own wording.
const CHECKED: &str = r#"{"vclaim_id":"ferry","vclaim":"The ferry Aurora sank in Ostrel harbour.","title":"Did the Aurora sink?","subtitle":null}
{"vclaim_id":"mayor","vclaim":"The mayor of Ostrel has left the country.","title":"Where is the mayor?","subtitle":"He was seen at work."}
{"vclaim_id":"bread","vclaim":"Bread will cost twice as much from Monday.","title":"Bread prices"}
"#;

fn match_claims(
    claims: &str,
    queries: &str,
    only: Option<&str>,
) -> (std::process::Output, Vec<Vec<String>>) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    };
    let output = folder.path().join("out.tsv");
    let mut command = claimtrail(&["evaluate", "matching"]);
    command.arg("--claims").arg(file("claims.jsonl", claims));
    command.arg("--in").arg(file("queries.tsv", queries)).arg("--out").arg(&output);
    if let Some(only) = only {
        command.arg("--only").arg(file("only.tsv", only));
    }
    let result = command.output().expect("the program runs");
    let written = std::fs::read_to_string(&output).unwrap_or_default();
    let rows = written.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect();
    (result, rows)
}

#[test]
fn ranks_the_checked_claims_of_each_query_the_likeliest_first() {
    let (result, rows) = match_claims(
        CHECKED,
        "q1\t\"\"\"Ostrel's mayor\"\" fled abroad — Nobody (@nobody) May 3, 2026\"\nq2\tloaf prices to double next week\n",
        None,
    );
    assert!(result.status.success(), "{}", stderr(&result));
    let first = |query: &str| {
        let own: Vec<&Vec<String>> = rows.iter().filter(|row| row[0] == query).collect();
        let scores: Vec<f32> = own.iter().map(|row| row[2].parse().expect("a score")).collect();
        assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
        own[0][1].clone()
    };
    assert_eq!((first("q1").as_str(), first("q2").as_str()), ("mayor", "bread"));
}

#[test]
fn of_claims_alike_the_one_that_was_checked_soon_after_the_post_comes_first() {
    let claims: String = ["3 May 2019", "4 May 2026", "", "31 May 2027", "some day"]
        .iter()
        .enumerate()
        .map(|(at, date)| {
            let claim = "The dam at Kelm has broken.";
            format!("{{\"vclaim_id\":\"{at}\",\"vclaim\":\"{claim}\",\"date\":\"{date}\"}}\n")
        })
        .collect();
    let queries = "a\tThe Kelm dam broke! — Nobody (@nobody) May 2, 2026\n\
                   b\tThe Kelm dam broke! — Nobody (@nobody) May 30, 2027\n\
                   c\tThe Kelm dam broke!\n";
    let (result, rows) = match_claims(&claims, queries, None);
    assert!(result.status.success(), "{}", stderr(&result));
    let answered = |query: &str| -> Vec<String> {
        rows.iter().filter(|row| row[0] == query).map(|row| row[1].clone()).collect()
    };
    assert_eq!(answered("a")[0], "1");
    assert_eq!(answered("b")[0], "3");
    assert_eq!(answered("c"), ["0", "1", "2", "3", "4"], "without a day the older comes first");
}

#[test]
fn answers_only_the_queries_that_are_asked_for() {
    let queries = "q1\tthe ferry sank\nq2\tthe mayor left\nq3\tbread\n";
    let (_, rows) = match_claims(CHECKED, queries, Some("q3\t0\tbread\t1\nq1\t0\tferry\t1\n"));
    let mut asked: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
    asked.dedup();
    assert_eq!(asked, ["q1", "q3"], "in the order of the queries");
}

#[test]
fn a_bad_line_of_claims_or_queries_is_named_by_its_number() {
    let broken = format!("{CHECKED}{{\"vclaim_id\":\"x\"}}\n");
    let (result, _) = match_claims(&broken, "q1\tferry\n", None);
    assert!(!result.status.success());
    assert!(stderr(&result).contains("claims.jsonl:4"), "{}", stderr(&result));
    let (result, _) = match_claims(CHECKED, "q1\tferry\nq2\n", None);
    assert!(!result.status.success());
    assert!(stderr(&result).contains("queries.tsv:2"), "{}", stderr(&result));
}

fn check(table: &str, arguments: &[&str]) -> (std::process::Output, Vec<(String, f32)>) {
    let folder = tempfile::tempdir().expect("a folder");
    let (input, output) = (folder.path().join("in.tsv"), folder.path().join("out.tsv"));
    std::fs::write(&input, table).expect("written");
    let result = claimtrail(&["evaluate", "checkworthiness"])
        .env_remove("CLAIMTRAIL_GEAR")
        .args(arguments)
        .args(["--in".as_ref(), input.as_path(), "--out".as_ref(), output.as_path()])
        .output()
        .expect("the program runs");
    let written = std::fs::read_to_string(&output).unwrap_or_default();
    let score = |line: &str| {
        let (id, score) = line.split_once('\t').expect("two columns");
        (id.to_owned(), score.parse().expect("a number"))
    };
    (result, written.lines().map(score).collect())
}

/// Sentences of our own wording.
const SENTENCES: &str = "Sentence_id\tText\tclass_label\n\
     9\tThank you all for coming.\tYes\n\
     7\t\"The \"\"Aurora\"\" sank in 2019 and cost the city 3 million crowns.\"\tNo\n\
     5\tone\tNo6\ttwo\tNo\n\
     8\t…\tNo\n";

#[test]
fn scores_sentences_in_their_order_and_leaves_out_a_row_that_holds_two() {
    let (result, scores) = check(SENTENCES, &[]);
    assert!(result.status.success(), "{}", stderr(&result));
    assert!(stderr(&result).contains("in.tsv:4 has 5 of 3 columns"), "{}", stderr(&result));
    let ids: Vec<&str> = scores.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, ["9", "7", "8"]);
    assert!(scores[0].1 < 0.5 && scores[1].1 >= 0.5, "{scores:?}");
    assert_eq!(scores[2].1, 0.0, "no word, no claim");
}

#[test]
fn sentences_are_scored_by_the_gear_that_is_asked_for_accurate_unless_told_otherwise() {
    let (_, unasked) = check(SENTENCES, &[]);
    let (_, accurate) = check(SENTENCES, &["--gear", "accurate"]);
    let (_, fast) = check(SENTENCES, &["--gear", "fast"]);
    assert_eq!(unasked, accurate);
    assert_ne!(fast, accurate);
}

#[test]
fn a_table_without_a_sentence_is_refused() {
    let (result, _) = check("Sentence_id\tText\n", &[]);
    assert!(!result.status.success());
    assert!(stderr(&result).contains("holds no row"), "{}", stderr(&result));
}

#[test]
fn tells_what_a_headline_does_to_a_claim() {
    let folder = tempfile::tempdir().expect("a folder");
    let (input, output) = (folder.path().join("in.jsonl"), folder.path().join("out.jsonl"));
    let claim = "The ferry Aurora sank in Ostrel harbour";
    let lines: String = [
        "Ferry Aurora sinks in Ostrel harbour",
        "No, the ferry Aurora did not sink in Ostrel harbour: story is a hoax",
        "Did the ferry Aurora sink in Ostrel harbour?",
    ]
    .iter()
    .enumerate()
    .map(|(id, headline)| {
        format!(
            "{}\n",
            serde_json::json!({"id": id, "claim": claim, "headline": headline, "stance": "for"})
        )
    })
    .collect();
    std::fs::write(&input, lines).expect("written");
    let result = claimtrail(&["evaluate", "stance"])
        .args(["--in".as_ref(), input.as_path(), "--out".as_ref(), output.as_path()])
        .output()
        .expect("the program runs");
    assert!(result.status.success(), "{}", stderr(&result));
    insta::assert_snapshot!(std::fs::read_to_string(&output).expect("written"), @r#"
    {"id":0,"stance":"for"}
    {"id":1,"stance":"against"}
    {"id":2,"stance":"observing"}
    "#);
}

#[test]
fn texts_of_one_claim_come_together_and_the_agreement_with_the_right_claims_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let (input, output) = (folder.path().join("in.jsonl"), folder.path().join("out.jsonl"));
    let lines = [
        (1, "Ferry Aurora sinks in Ostrel harbour", "ferry", 6),
        (2, "Ostrel: ferry Aurora has sunk in the harbour", "ferry", 6),
        (3, "Bread to cost twice as much from Monday", "bread", 7),
        (4, "The dam at Kelm is about to break", "dam", 1),
    ]
    .map(|(id, headline, claim, fold)| {
        serde_json::json!({"id": id, "headline": headline, "claim": claim, "fold": fold})
            .to_string()
    });
    std::fs::write(&input, lines.join("\n")).expect("written");
    let evaluate = |folds: &str| {
        claimtrail(&["evaluate", "clustering", "--folds", folds])
            .args(["--in".as_ref(), input.as_path(), "--out".as_ref(), output.as_path()])
            .output()
            .expect("the program runs")
    };
    let result = evaluate("6-10");
    assert!(result.status.success(), "{}", stderr(&result));
    let told = String::from_utf8(result.stdout).expect("text");
    assert!(
        told.contains("claims: 3 texts, 2 found, B-cubed precision 1.0000, recall 1.0000"),
        "{told}"
    );
    let written = std::fs::read_to_string(&output).expect("written");
    let claim_of = |id: i32| {
        let answers = written.lines().map(|line| {
            serde_json::from_str::<serde_json::Value>(line).expect("an answer is JSON")
        });
        let mut answers = answers.filter(|answer| answer["id"] == id);
        answers.next().expect("each text is answered")["claim"].clone()
    };
    assert_eq!(claim_of(1), claim_of(2));
    assert_ne!(claim_of(1), claim_of(3));

    let result = evaluate("six");
    assert!(!result.status.success());
    assert!(stderr(&result).contains("\"six\" is no number"), "{}", stderr(&result));
}
