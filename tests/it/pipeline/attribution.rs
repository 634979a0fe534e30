//! Statements: who said what, by which word.

use claimtrail::domain::CueKind;
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

fn read(text: &str) -> Vec<AttributedStatement> {
    attribution::find_statements(&text::read(text))
}

#[test]
fn one_speaker_says_a_quotation_of_three_paragraphs() {
    let text = "“We checked the pier,” Harbourmaster Ilse Brandt said. “Nothing was there.\n\n“The report is a hoax.\n\n“Please go home.”";
    let found = read(text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(&text[found[0].source[0].clone()], "Harbourmaster Ilse Brandt");
    assert_eq!(&text[found[0].contents[1].clone()], &text[text.find("“Nothing").unwrap_or(0)..]);
}

#[test]
fn a_nickname_in_marks_is_part_of_the_source() {
    assert_eq!(
        statements("“No ship came,” said a docker who is known as “Lefty.”"),
        ["a docker who is known as “Lefty.” | said | “No ship came,”"]
    );
}

#[test]
fn a_dash_or_a_colon_names_the_speaker() {
    let text = "“The claim has no basis.” — Deputy Minister R. Osei";
    assert_eq!(statements(text), ["Deputy Minister R. Osei | — | “The claim has no basis.”"]);
    assert_eq!(read(text)[0].cue_kind, CueKind::Byline);
    assert_eq!(
        statements("And from Judge P. Lindqvist:\n\n“I never met him.”"),
        ["Judge P. Lindqvist | : | “I never met him.”"]
    );
}

#[test]
fn a_free_quotation_has_no_speaker() {
    let found = read("Mara met Tom at the gate. “It was staged.” Tom nodded.");
    assert_eq!(found.len(), 1);
    assert!(found[0].source.is_empty() && found[0].cue.is_none());
    assert!(found[0].confidence < 0.5);
}

#[test]
fn tiny_quotations_have_no_speaker_and_empty_ones_are_none() {
    let found = read("\"No.\"\n\n\"Why.\"");
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|statement| statement.source.is_empty()));
    for text in ["\"\"=", "“”", "\""] {
        assert!(read(text).is_empty(), "{text}");
    }
}

#[test]
fn single_marks_with_apostrophes_are_one_quotation() {
    assert_eq!(
        statements("The spokesman called it ‘a stitch-up that wasn’t ours’ on Friday."),
        ["The spokesman | called | it ‘a stitch-up that wasn’t ours’"]
    );
}

#[test]
fn a_relayed_quotation_stands_in_its_parent() {
    let text = "The clerk said: “Our chief told me ‘the list is a fake’ and left.”";
    let found = read(text);
    assert_eq!(
        statements(text),
        [
            "The clerk | said: | “Our chief told me ‘the list is a fake’ and left.”",
            "Our chief | told | ‘the list is a fake’",
        ]
    );
    assert_eq!(found[1].parent, Some(0));
}

#[test]
fn a_label_on_the_screen_is_no_speaker() {
    assert_eq!(
        statements("TEXT: Poll: 40 percent yes, 35 no RIVERA: I would not rely on it."),
        ["RIVERA | : | I would not rely on it."]
    );
}

#[test]
fn notes_and_offices_beside_a_speaker_are_not_words_said() {
    let text =
        "LI (through translator): We never signed. DR. AMARA OKE, WARD HEAD (ph): Nor did we.";
    assert_eq!(statements(text), ["LI | : | We never signed.", "DR. AMARA OKE | : | Nor did we."]);
    let found = read(text);
    assert_eq!(&text[found[0].notes[0].clone()], "through translator");
    assert_eq!(found[1].role.clone().map(|span| &text[span]), Some("WARD HEAD"));
    assert_eq!(&text[found[1].notes[0].clone()], "ph");
}

#[test]
fn the_outlet_that_was_told_relays() {
    let text = "The harbour office told the Quay News that the pier was safe.";
    let found = read(text);
    assert_eq!(found[0].via.clone().map(|span| &text[span]), Some("the Quay News"));
    let text = "The mayor told the council that the pier was safe.";
    assert_eq!(read(text)[0].via, None);
}

#[test]
fn a_claim_in_reported_speech_stands_in_its_parent() {
    let text = "The clerk said that the mayor had denied that the bridge was closed.";
    let found = read(text);
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[1].parent, Some(0));
    assert_eq!(found[1].cue.clone().map(|span| &text[span]), Some("had denied"));
}

#[test]
fn a_text_without_attribution_has_no_statement() {
    for text in ["The ferry left at noon.", "", "It rained all day and the harbour was closed."] {
        assert!(statements(text).is_empty(), "{text}");
    }
}

fn check(text: &str) {
    let reading = text::read(text);
    let found = attribution::find_statements(&reading);
    let mut last = 0;
    for (number, statement) in found.iter().enumerate() {
        let AttributedStatement { source, cue, contents, via, role, notes, .. } = statement;
        for span in source.iter().chain(cue).chain(contents).chain(via).chain(role).chain(notes) {
            assert!(span.start < span.end, "{span:?}");
            assert!(text.get(span.clone()).is_some(), "{span:?} of {text:?}");
        }
        let first = source.iter().chain(cue).chain(contents).map(|span| span.start).min();
        assert!(first >= Some(last), "out of order in {text:?}");
        last = first.unwrap_or(last);
        assert!((0.0..=1.0).contains(&statement.confidence));
        assert!(!contents.is_empty());
        assert!(statement.parent.is_none_or(|parent| parent < number));
        if let (Some(cue), Some(head)) = (cue, statement.cue_head) {
            assert!(cue.contains(&reading.tokens[head].start), "{text:?}");
        }
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
        check(&unit.repeat(60_000 / unit.len()));
    }
}
