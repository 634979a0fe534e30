//! JSON files: a list of objects, an object, or objects one after the other.

use claimtrail::ingest::archive::{Kind, Mark, open};

use super::{packed, read, told};

const ONE: &str =
    r#"{"url": "https://quay.test/1", "text": "The port [of \"Lorne\"] denied it: }]\\"}"#;
const TWO: &str = "{\n  \"url\": \"https://quay.test/2\",\r\n  \"text\": [\n    \"The port\",\n    \"denied it.\"\n  ]\n}";

const READ: [&str; 2] = [
    r#"https://quay.test/1: The port [of "Lorne"] denied it: }]\"#,
    "https://quay.test/2: The port⏎⏎denied it.",
];

#[test]
fn the_objects_of_a_list_and_those_one_after_the_other_are_the_documents() {
    for (before, between, after) in
        [("[", ",", "]"), ("\u{feff}\n [ ", "\n,\n", " ]\r\n"), ("", "", ""), ("", "\n\n", "\n")]
    {
        let file = [before, ONE, between, TWO, after].concat();
        let second = before.len() + ONE.len() + between.len();
        let expected = format!("byte {} {}\nbyte {second} {}", before.len(), READ[0], READ[1]);
        for bytes in [file.clone().into_bytes(), packed(file.as_bytes())] {
            assert_eq!(read(Kind::Json, &bytes), expected, "{file}");
        }
        // However the bytes come in.
        let drop_by_drop = std::io::BufReader::with_capacity(1, file.as_bytes());
        let mut archive = open(Kind::Json, drop_by_drop, 0, Mark::default(), None);
        assert_eq!(told(&mut *archive), expected, "{file}");
    }
    for empty in ["[]", " [ ] ", "", "\n"] {
        assert_eq!(read(Kind::Json, empty.as_bytes()), "", "{empty:?}");
    }
}

#[test]
fn what_is_no_document_costs_no_other() {
    let no_json = r#"{"text": nothing}"#;
    let list = format!(r#"[{ONE}, 7, "words", null, [1, {{"a": "]"}}], {no_json}, {TWO}]"#);
    let lines = read(Kind::Json, list.as_bytes());
    let lines: Vec<&str> = lines.lines().collect();
    assert_eq!(lines.len(), 7, "{lines:#?}");
    assert!(lines[0].ends_with(READ[0]) && lines[6].ends_with(READ[1]), "{lines:#?}");
    assert!(lines[1..6].iter().all(|line| line.contains(" refused: ")), "{lines:#?}");
    let long = format!(r#"[{{"text": "{}"}}, {ONE}]"#, "a".repeat(65 << 20));
    let told = read(Kind::Json, long.as_bytes());
    assert!(told.starts_with("byte 1 refused: the object is longer than"), "{told}");
    assert!(told.ends_with(READ[0]), "{told}");
}

#[test]
fn a_list_that_is_broken_is_read_up_to_there() {
    for (behind, reason) in [
        ("", "it ends before its list does"),
        (",", "it ends before its list does"),
        (" {}]", "a comma is missing in its list, before byte"),
        (",,{}]", "no object begins at byte"),
        (",]", "no object begins at byte"),
        ("] x", "something stands behind its list, at byte"),
    ] {
        let told = read(Kind::Json, format!("[{ONE}{behind}").as_bytes());
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines.len(), 2, "{told}");
        assert!(lines[0].ends_with(READ[0]), "{told}");
        assert!(lines[1].contains(&format!(" broken: {reason}")), "{behind}: {told}");
    }
    let cut = &ONE[..ONE.len() - 9];
    let told = read(Kind::Json, format!("[{cut}").as_bytes());
    assert!(told.starts_with("byte 1 refused: EOF while parsing a string"), "{told}");
    assert!(told.ends_with("broken: it ends before its list does"), "{told}");
}
