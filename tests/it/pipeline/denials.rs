//! Who denies what: every rule with its examples, and what the parts of a denial are.

use claimtrail::domain::Document;
use claimtrail::pipeline::claims::passage_denials;
use claimtrail::pipeline::lexicon::denial::lexicon;
use claimtrail::pipeline::{Gear, extract};

/// The first denial as `denier | cue | claim`.
fn first(text: &str) -> String {
    passage_denials(Gear::Fast, text).first().map_or_else(String::new, |denial| {
        let denier = denial.denier.as_deref().unwrap_or("-");
        format!("{denier} | {} | {}", denial.cue, denial.claim)
    })
}

#[test]
fn every_rule_finds_its_examples_and_leaves_its_counterexamples_alone() {
    let mut wrong = Vec::new();
    let mut expect = |id: &str, sentence: &str, denies: bool| {
        if passage_denials(Gear::Fast, sentence).is_empty() == denies {
            wrong.push(format!("{id}: {sentence}"));
        }
    };
    for rule in &lexicon().cues {
        assert!(!rule.examples.is_empty(), "{} has no example", rule.id);
        assert!(!rule.counterexamples.is_empty(), "{} has no counterexample", rule.id);
        rule.examples.iter().for_each(|sentence| expect(&rule.id, sentence, true));
        rule.counterexamples.iter().for_each(|sentence| expect(&rule.id, sentence, false));
    }
    for rule in &lexicon().exclusions {
        assert!(!rule.examples.is_empty(), "{} has no example", rule.id);
        assert!(!rule.counterexamples.is_empty(), "{} has no counterexample", rule.id);
        rule.examples.iter().for_each(|sentence| expect(&rule.id, sentence, false));
        rule.counterexamples.iter().for_each(|sentence| expect(&rule.id, sentence, true));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn names_the_speaker_for_a_pronoun() {
    assert_eq!(
        first("Mayor Tessa Orlo has denied reports that she sold the harbour to a casino."),
        "Mayor Tessa Orlo | has denied | Tessa Orlo sold the harbour to a casino."
    );
}

#[test]
fn gives_a_gerund_its_subject_and_tense() {
    assert_eq!(
        first("Ferry captain Ruben Haas denies taking a bribe from the port."),
        "Ferry captain Ruben Haas | denies | Ruben Haas took a bribe from the port."
    );
}

#[test]
fn turns_a_denied_first_person_round() {
    assert_eq!(
        first(
            "“We had nothing to do with the fire,” the chief of the plant said of the accusation that it had set it."
        ),
        "the chief of the plant | nothing to do with | The chief of the plant had something to do with the fire."
    );
}

#[test]
fn the_helper_of_a_negation_goes_with_it() {
    assert_eq!(
        first("“I do not own the boat,” Oskar Lind said of the report that he owned it."),
        "Oskar Lind | not | Oskar Lind owns the boat."
    );
}

#[test]
fn finds_the_charge_behind_a_plea() {
    assert_eq!(
        first("Banker Rolf Amsel pleaded not guilty to charges that he robbed his own bank."),
        "Banker Rolf Amsel | pleaded not guilty | Rolf Amsel robbed his own bank."
    );
}

#[test]
fn the_authors_own_voice_has_no_denier() {
    let denials =
        passage_denials(Gear::Fast, "The story that the old bridge had collapsed was a hoax.");
    assert_eq!(denials.len(), 1);
    assert_eq!((denials[0].denier.as_deref(), denials[0].kind), (None, "debunk"));
    assert_eq!(denials[0].claim, "The old bridge had collapsed.");
}

#[test]
fn a_text_without_a_denial_has_none() {
    for text in [
        "",
        "No.",
        "The ferry left at nine.",
        "“”",
        "denied",
        "The guards denied the family entry for a night.",
    ] {
        assert_eq!(passage_denials(Gear::Fast, text), [], "{text}");
    }
}

/// Kinds and labels of the denials in a text, in order.
fn kinds_and_labels(text: &str) -> Vec<(&'static str, Option<String>)> {
    let extraction = extract(&Document::from_text(text));
    extraction
        .claims
        .iter()
        .flat_map(|claim| &claim.denials)
        .map(|denial| (denial.kind.as_str(), denial.label.clone()))
        .collect()
}

#[test]
fn an_outlet_retracts_and_a_person_corrects() {
    assert_eq!(
        kinds_and_labels(
            "The Harbour Post has retracted its report that Minister Ilva Brandt had fled to Tharn."
        ),
        [("retraction", None)]
    );
    assert_eq!(
        kinds_and_labels(
            "Opposition lawmaker Petra Lank retracted her claim that Ilva Brandt had fled to Tharn."
        ),
        [("correction", None)]
    );
}

#[test]
fn a_word_that_only_names_what_is_denied_is_no_label() {
    let labels = |text| {
        kinds_and_labels(text).into_iter().filter_map(|(_, label)| label).collect::<Vec<_>>()
    };
    assert_eq!(
        labels("The conspiracy theory that the tower was built on a grave is false."),
        ["conspiracy theory"]
    );
    assert_eq!(labels("The claim that the moon is made of glass is a myth."), ["myth"]);
    assert_eq!(
        labels("The mayor denied the rumour that the bridge had been sold."),
        Vec::<String>::new()
    );
}

#[test]
fn the_verdict_is_not_part_of_the_claim() {
    for (text, claim) in [
        ("The claim that the moon is made of glass is a myth.", "The moon is made of glass."),
        (
            "The ministry said claims indicating the bank had closed were entirely false.",
            "The bank had closed.",
        ),
    ] {
        let denials = passage_denials(Gear::Fast, text);
        assert!(denials.iter().any(|denial| denial.claim == claim), "{denials:#?}");
    }
}

#[test]
fn a_story_called_a_hoax_is_denied_and_an_insult_is_not() {
    for text in [
        "The picture of the burning lighthouse turned out to be an elaborate hoax.",
        "Thousands shared the fake photo of the burning lighthouse on Sunday.",
    ] {
        assert!(!passage_denials(Gear::Fast, text).is_empty(), "{text}");
    }
    for text in [
        "Police asked whether the call about the lighthouse might be a hoax.",
        "Two pupils were fined for hoax calls to the fire brigade.",
        "He was stopped at the border with a fake passport.",
    ] {
        assert_eq!(passage_denials(Gear::Fast, text), [], "{text}");
    }
}

#[test]
fn what_a_false_report_is_of_is_denied_and_never_asserted() {
    for (text, claim) in [
        (
            "Moorland Rail told the Lorne Courier that reports of a crash were a hoax.",
            "There was a crash.",
        ),
        (
            "Moorland Rail told the Lorne Courier that reports of a crash were \"a hoax\".",
            "There was a crash.",
        ),
        (
            "Moorland Rail said reports of a train crash near Lorne were false.",
            "There was a train crash near Lorne.",
        ),
    ] {
        let extraction = extract(&Document::from_text(text));
        let claims: Vec<_> = extraction.claims.iter().map(|claim| claim.text.as_str()).collect();
        assert_eq!(claims, [claim], "{text}");
        assert_eq!(extraction.claims[0].claimants, [], "{text}");
        assert_eq!(extraction.claims[0].denials.len(), 1, "{text}");
    }
}

#[test]
fn evidence_for_a_claim_and_the_quality_of_a_thing_deny_nothing() {
    for text in [
        "The survey gives evidence that the harbour is sinking, as Pia Storm had claimed.",
        "Police said that they had arrested the wrong man and that the true culprit was at large.",
        "The fund was fined for bogus contributions to the mayor's campaign.",
    ] {
        assert_eq!(passage_denials(Gear::Fast, text), [], "{text}");
    }
    for text in [
        "There is no evidence that the harbour is sinking, as Pia Storm had claimed.",
        "The inquiry dismissed the bogus claim that the mayor had sold the harbour.",
    ] {
        assert!(!passage_denials(Gear::Fast, text).is_empty(), "{text}");
    }
}

#[test]
fn a_claim_is_a_sentence_with_a_subject_and_a_verb() {
    for text in [
        "For other debunked claims about the harbour, the site limits how many people see those posts.",
        "“I am sick of people like you using language that’s loud, that’s not true!” the deputy said.",
    ] {
        for denial in
            passage_denials(Gear::Fast, text).iter().filter(|denial| !denial.claim.is_empty())
        {
            assert!(denial.claim.starts_with(char::is_alphanumeric), "{denial:?}");
        }
    }
}

/// How many denials a text holds, in both gears.
fn counts(text: &str) -> [usize; 2] {
    [Gear::Fast, Gear::Accurate].map(|gear| passage_denials(gear, text).len())
}

#[test]
fn what_a_spokesman_denies_is_said_of_the_body_he_speaks_for() {
    for (passage, claim) in [
        (
            "A spokesman for the embassy denied that it was planning to close the consulate.",
            "The embassy was planning to close the consulate.",
        ),
        (
            "The ministry's spokeswoman denied that it had sold the ships.",
            "The ministry had sold the ships.",
        ),
        ("“We never sold the data,” a spokesman for the bank said.", "The bank sold the data."),
        (
            "A spokesman for Korvath Mills denied dumping oil in the Lenne.",
            "Korvath Mills dumped oil in the Lenne.",
        ),
        // Said of herself.
        (
            "A spokeswoman for the firm denied that she had been paid by a rival.",
            "A spokeswoman for the firm had been paid by a rival.",
        ),
    ] {
        let found = passage_denials(Gear::Fast, passage);
        let claims: Vec<&str> = found.iter().map(|denial| denial.claim.as_str()).collect();
        assert_eq!(claims, [claim], "{passage}");
    }
    let near = "Anna Marsh denied that the dam had burst. A spokesman for the embassy in Lisbon denied that it was planning to open a casino.";
    for gear in [Gear::Fast, Gear::Accurate] {
        let found = passage_denials(gear, near);
        let claim = found.last().map(|denial| denial.claim.as_str());
        assert_eq!(claim, Some("The embassy in Lisbon was planning to open a casino."), "{gear:?}");
    }
}

#[test]
fn a_spokesman_repeats_the_denial_of_the_body_he_speaks_for() {
    let repeated = "The embassy in Lisbon has denied that it was planning to open a casino. “The story is fabricated,” said a spokesman for the embassy in Lisbon.";
    let another = "The embassy in Lisbon has denied that it was planning to open a casino. “The story is fabricated,” said a spokesman for the harbour board.";
    assert_eq!(counts(repeated), [1, 1]);
    assert_eq!(counts(another), [2, 2]);
}

#[test]
fn somebody_described_twice_denies_once() {
    let one = "An official at the Danish consulate in York denied that it was planning to sell the wharf. The official at the Danish consulate denied the claim again.";
    let two = "An official at the Danish consulate in York denied that it was planning to sell the wharf. The official at the harbour board denied the claim again.";
    assert_eq!(counts(one), [1, 1]);
    assert_eq!(counts(two), [2, 2]);
}

#[test]
fn vague_repetitions_by_one_voice_are_one_denial() {
    assert_eq!(counts("The report is fake. There is no truth to the report.")[1], 1);
    assert_eq!(counts("The report is fake. Mayor Tessa Orlo denied the report.")[0], 2);
}

#[test]
fn wrongdoing_is_committed_and_several_camps_exist() {
    let claim = |text: &str| {
        passage_denials(Gear::Accurate, text).first().map(|denial| denial.claim.clone())
    };
    assert_eq!(
        claim("The mayor has denied the existence of the camps."),
        Some("The camps exist.".to_owned())
    );
    assert_eq!(
        first("Lind has denied any wrongdoing in the sale."),
        "Lind | has denied | Lind committed wrongdoing in the sale."
    );
    assert_eq!(first("Lind denied wrongdoing."), "Lind | denied | Lind committed wrongdoing.");
    assert_eq!(
        first("Palestinians denied any ties to the firm."),
        "Palestinians | denied | Palestinians have ties to the firm."
    );
}

#[test]
fn words_added_in_brackets_stand_by_themselves() {
    assert_eq!(
        first("Lind denied that a [second] bridge had been planned."),
        "Lind | denied | A second bridge had been planned."
    );
}

/// A stage of more than linear cost would not come to an end in a test.
#[test]
fn a_name_of_sixty_thousand_initials_is_read_in_linear_time() {
    assert!(passage_denials(Gear::Fast, &"A. ".repeat(60_000)).is_empty());
}
