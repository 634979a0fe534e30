//! Who denies what, as the encoder reads it.

use std::fmt::Write as _;

use claimtrail::domain::Document;
use claimtrail::pipeline::claims::passage_denials;
use claimtrail::pipeline::{Gear, extract_with};

/// All denials as `denier | cue | claim`, a line each.
fn told(text: &str) -> String {
    passage_denials(Gear::Accurate, text).iter().fold(String::new(), |mut lines, denial| {
        let denier = denial.denier.as_deref().unwrap_or("-");
        let _ = writeln!(lines, "{denier} | {} | {}", denial.cue, denial.claim);
        lines
    })
}

#[test]
fn finds_denier_and_claim_around_the_cue_and_before_it() {
    for (text, expected) in [
        (
            "Mayor Tessa Orlo has denied reports that she sold the harbour to a casino.",
            "Mayor Tessa Orlo | has denied | Tessa Orlo sold the harbour to a casino.\n",
        ),
        (
            "The board of Varga Steel planned to close the Dunmore plant, the union said on Friday. \
             Varga Steel denied the claim.",
            "Varga Steel | denied | The board of Varga Steel planned to close the Dunmore plant.\n",
        ),
    ] {
        assert_eq!(told(text), expected, "{text}");
    }
}

#[test]
fn leaves_out_what_is_told_by_the_way() {
    assert_eq!(
        told("The county denied that the Orla bridge, which opened in May, had collapsed."),
        "The county | denied | The Orla bridge had collapsed.\n"
    );
}

#[test]
fn words_what_happened_to_somebody_from_a_noun_with_its_owner() {
    for (text, expected) in [
        (
            "Ilse Brandt was in Dunmore on Friday. Rumours of her arrest were false, the police said.",
            "the police | were false | Ilse Brandt was arrested.\n",
        ),
        (
            "The story of Ilse Brandt's arrest is a hoax, the police said.",
            "the police | is a hoax | Ilse Brandt was arrested.\n",
        ),
    ] {
        assert_eq!(told(text), expected, "{text}");
    }
}

#[test]
fn a_deed_is_the_deniers_own_unless_somebody_else_is_accused_of_it() {
    assert_eq!(
        told("Mayor Tessa Orlo rejected accusations by the union of taking bribes."),
        "Mayor Tessa Orlo | rejected | Tessa Orlo took bribes.\n"
    );
    let accused = told(
        "The union accused harbour master Ruben Haas of involvement in smuggling, charges that he \
         has denied.",
    );
    assert!(accused.ends_with("Ruben Haas was involved in smuggling.\n"), "{accused}");
}

#[test]
fn declining_to_comment_and_refusing_a_request_deny_nothing() {
    for text in [
        "Petra Lindqvist declined to comment on whether the well was dry.",
        "The council refused a request by the union to open its books.",
        "The minister neither confirmed nor denied that the talks had begun.",
    ] {
        assert_eq!(told(text), "", "{text}");
    }
}

#[test]
fn an_extraction_names_the_models_that_read_its_denials() {
    let document = Document::from_text("The palace denied that the well was dry.");
    let accurate = extract_with(&document, Gear::Accurate).extractor.models;
    let fast = extract_with(&document, Gear::Fast).extractor.models;
    assert_ne!(accurate["denials"], fast["denials"]);
    assert_ne!(accurate["attribution"], fast["attribution"]);
}
