//! Every rule that lies as data finds its examples and leaves its counterexamples alone.

use std::collections::BTreeSet;
use std::ops::Range;

use claimtrail::pipeline::attribution::{self, rules::rules};
use claimtrail::pipeline::text;

/// One marked statement: its source, cue and contents.
#[derive(Debug, Default, PartialEq, Eq)]
struct Marked {
    source: Vec<Range<usize>>,
    cue: Vec<Range<usize>>,
    contents: Vec<Range<usize>>,
}

/// The text without its marks, and every marked part in order.
fn unmark(marked: &str) -> (String, Vec<(String, Range<usize>)>) {
    let mut text = String::new();
    let mut parts = Vec::new();
    let mut rest = marked;
    while let Some(open) = rest.find('[') {
        text.push_str(&rest[..open]);
        let close = open + rest[open..].find(']').expect("a mark closes");
        let (label, words) = rest[open + 1..close].split_once(' ').expect("a label and words");
        let start = text.len();
        text.push_str(words);
        parts.push((label.to_owned(), start..text.len()));
        rest = &rest[close + 1..];
    }
    text.push_str(rest);
    (text, parts)
}

/// The statements of an example. A second source or cue begins the next one, and so does content
/// in a paragraph of its own.
fn statements(text: &str, parts: Vec<(String, Range<usize>)>) -> Vec<Marked> {
    let mut all = vec![Marked::default()];
    let mut before = 0;
    for (label, span) in parts {
        let last = all.last().expect("never empty");
        let next = match label.as_str() {
            "source" => !last.source.is_empty(),
            "cue" => !last.cue.is_empty(),
            _ => !last.cue.is_empty() && text[before..span.start].contains("\n\n"),
        };
        before = span.end;
        if next {
            all.push(Marked::default());
        }
        let last = all.last_mut().expect("never empty");
        match label.as_str() {
            "source" => last.source.push(span),
            "cue" => last.cue.push(span),
            "content" => last.contents.push(span),
            other => panic!("no part is called {other}"),
        }
    }
    all
}

#[test]
fn every_attribution_rule_finds_its_examples() {
    let mut failures = Vec::new();
    for rule in &rules().rules {
        for example in &rule.examples {
            let (text, parts) = unmark(example);
            let reading = text::read(&text);
            let found: Vec<_> = attribution::find_statements(&reading)
                .into_iter()
                .filter(|statement| statement.parent.is_none())
                .collect();
            let named = found.iter().any(|statement| statement.rule == rule.id);
            let words: Vec<Marked> = found
                .iter()
                .map(|statement| Marked {
                    source: statement.source.clone(),
                    cue: statement.cue.iter().cloned().collect(),
                    contents: statement.contents.clone(),
                })
                .collect();
            if !named || words != statements(&text, parts) {
                failures.push(format!("{}: {example}\n    found {found:?}", rule.id));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_attribution_rule_leaves_its_counterexamples_alone() {
    for rule in &rules().rules {
        for text in &rule.counterexamples {
            let found = attribution::find_statements(&text::read(text));
            assert!(
                found.iter().all(|statement| statement.rule != rule.id),
                "{} found something in: {text}\n{found:?}",
                rule.id
            );
        }
    }
}

#[test]
fn every_attribution_rule_has_examples_counterexamples_and_an_id_of_its_own() {
    let mut ids = BTreeSet::new();
    for rule in &rules().rules {
        assert!(!rule.examples.is_empty(), "{}", rule.id);
        assert!(!rule.counterexamples.is_empty(), "{}", rule.id);
        assert!(!rule.what.is_empty(), "{}", rule.id);
        assert!(ids.insert(rule.id.clone()), "{} twice", rule.id);
    }
}

#[test]
fn every_statement_names_a_rule_of_the_file() {
    let ids: BTreeSet<&str> = rules().rules.iter().map(|rule| rule.id.as_str()).collect();
    for rule in &rules().rules {
        for text in rule
            .examples
            .iter()
            .map(|example| unmark(example).0)
            .chain(rule.counterexamples.clone())
        {
            for statement in attribution::find_statements(&text::read(&text)) {
                assert!(ids.contains(statement.rule), "{}", statement.rule);
            }
        }
    }
}
