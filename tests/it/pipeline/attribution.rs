//! Statements: who said what, by which word.

use claimtrail::pipeline::attribution::{self, AttributedStatement};
use claimtrail::pipeline::text;
use proptest::prelude::*;

/// The statements of a text, each as `source | cue | content …`.
fn statements(text: &str) -> Vec<String> {
    let reading = text::read(text);
    attribution::find_statements(&reading).iter().map(|statement| show(text, statement)).collect()
}

fn show(text: &str, statement: &AttributedStatement) -> String {
    let mut parts = vec![
        statement.source.iter().map(|span| &text[span.clone()]).collect::<Vec<_>>().join(" … "),
        statement.cue.clone().map_or("", |span| &text[span]).to_owned(),
    ];
    parts.extend(statement.contents.iter().map(|span| text[span.clone()].to_owned()));
    parts.join(" | ")
}

#[test]
fn finds_a_clause_after_its_verb() {
    assert_eq!(
        statements("The harbour office said that the pier was safe."),
        ["The harbour office | said | that the pier was safe"]
    );
}

#[test]
fn finds_words_broken_by_the_speaker() {
    assert_eq!(
        statements("“The pier is safe,” the mayor said. “Nobody was hurt.”"),
        ["the mayor | said | “The pier is safe,” | “Nobody was hurt.”"]
    );
}

#[test]
fn finds_an_inverted_speaker() {
    assert_eq!(
        statements("“We never signed anything,” said Ilse Brandt, the harbourmaster."),
        ["Ilse Brandt, the harbourmaster | said | “We never signed anything,”"]
    );
}

#[test]
fn finds_according_to() {
    assert_eq!(
        statements("The ferry was empty, according to the coast guard."),
        ["the coast guard | according to | The ferry was empty"]
    );
}

#[test]
fn a_text_without_attribution_has_no_statement() {
    for text in ["The ferry left at noon.", "", "It rained all day and the harbour was closed."] {
        assert!(statements(text).is_empty(), "{text}");
    }
}

fn check(text: &str) {
    let reading = text::read(text);
    let mut last = 0;
    for statement in attribution::find_statements(&reading) {
        let spans = statement
            .source
            .iter()
            .chain(&statement.cue)
            .chain(&statement.contents)
            .chain(&statement.via);
        let mut first = usize::MAX;
        for span in spans {
            assert!(span.start < span.end, "{span:?}");
            assert!(text.get(span.clone()).is_some(), "{span:?} of {text:?}");
            first = first.min(span.start);
        }
        assert!(first >= last, "out of order in {text:?}");
        last = first;
        assert!((0.0..=1.0).contains(&statement.confidence));
        assert!(!statement.contents.is_empty());
    }
}

proptest! {
    #[test]
    fn every_span_fits_any_text(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn every_span_fits_any_prose(text in r#"(([“”‘’"':—.,?!\n]|[a-z]{1,6}|said|told|The mayor|according to|that|He|denied|[A-Z]{2,6}:|U\.S\.)[ ]?){0,60}"#) {
        check(&text);
    }
}

#[test]
fn long_and_strange_texts_come_to_an_end() {
    for unit in ["said ", "“said ", "he said that ", "A: ", "according to ", "x,", "— B. Osei\n\n"]
    {
        check(&unit.repeat(200_000 / unit.len()));
    }
}
