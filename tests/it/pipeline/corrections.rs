//! Notes in which an outlet corrects itself: the rules, and what is linked to what.

use std::collections::BTreeSet;

use claimtrail::domain::{
    ActorKind, ClaimId, CorrectionKind, Document, Extraction, Field, RebuttalKind, Stance,
};
use claimtrail::pipeline::corrections::{Earlier, Touched, apply, find, find_in, link};
use claimtrail::pipeline::lexicon::corrections::lexicon;

use crate::support::builders::Story;

#[test]
fn every_rule_finds_its_examples_and_leaves_its_counterexamples() {
    let mut ids = BTreeSet::new();
    for rule in &lexicon().rules {
        assert!(ids.insert(&rule.id), "{} is there twice", rule.id);
        assert!(!rule.examples.is_empty() && !rule.counterexamples.is_empty(), "{}", rule.id);
        for language in &rule.languages {
            assert!(["en", "de", "fr", "es"].contains(&language.as_str()), "{language}");
            for example in &rule.examples {
                let (open, close) = (example.find('[').unwrap(), example.find(']').unwrap());
                let text = example.replacen(['[', ']'], "", 2);
                // Where it begins a sentence, it is found behind another one too.
                let notes = find_in(&text, Field::Text, language);
                let note = notes.first().unwrap_or_else(|| panic!("{}: {example}", rule.id));
                assert_eq!(note.rule, rule.id, "{example}");
                let cue = note.place.unwrap().cue;
                assert_eq!(&text[cue.range()], &example[open + 1..close], "{}", rule.id);
                assert_eq!(note.words, text.trim_end(), "{}", rule.id);
                let behind = format!("It rained all day on the pier.\n\n{text}");
                assert_eq!(find_in(&behind, Field::Text, language).len(), 1, "{behind}");
            }
            for text in &rule.counterexamples {
                assert_eq!(find_in(text, Field::Text, language), [], "{}", rule.id);
            }
        }
    }
}

/// What the notes of a text touch of the claims that stood before.
fn touched(text: &str, earlier: &[Earlier]) -> Vec<Vec<Touched>> {
    let document = Document::from_text(text);
    let extraction = Story::without_url(text).extraction;
    link(&document, &extraction, &find(&document), earlier)
}

fn nothing() -> Vec<Vec<Touched>> {
    vec![Vec::new()]
}

fn earlier(text: &str, changed: bool) -> Earlier {
    Earlier { id: ClaimId::new(), text: text.to_owned(), told: true, changed }
}

#[test]
fn a_note_touches_the_claim_it_is_about_and_no_other() {
    let claims = [
        earlier("The ferry Mirelle sank off Lorne.", false),
        earlier("The ferry Mirelle carried forty gulls.", false),
        earlier("Mayor Ilse Brandt closed the pier.", false),
    ];
    let note = "An earlier version of this article said that the ferry Mirelle had sunk off Lorne.";
    assert_eq!(touched(note, &claims), [[Touched::Earlier(0)]]);
    let note = "Correction: Mayor Ilse Brandt never closed the pier.";
    assert_eq!(touched(note, &claims), [[Touched::Earlier(2)]]);
    // Of the same ship, and of nothing that was claimed.
    let note = "An earlier version of this article misstated the age of the ferry Mirelle.";
    assert_eq!(touched(note, &claims), nothing());
    let note = "Correction: The photograph shows another harbour.";
    assert_eq!(touched(note, &claims), nothing());
    let note = "Clarification: The ferry Mirelle sank off Lorne.";
    assert_eq!(touched(note, &claims), nothing());
}

#[test]
fn a_changed_sentence_is_evidence_and_two_alike_are_none() {
    let note = "Correction: The ferry was late, not lost.";
    let text = "The ferry Mirelle was lost off Lorne on Monday.";
    assert_eq!(touched(note, &[earlier(text, false)]), nothing());
    assert_eq!(touched(note, &[earlier(text, true)]), [[Touched::Earlier(0)]]);
    let alike = [
        earlier("The ferry was lost at noon.", true),
        earlier("The ferry was lost at dawn.", true),
    ];
    assert_eq!(touched(note, &alike), nothing());
}

#[test]
fn a_retraction_touches_what_the_report_told() {
    let mut denied = earlier("Gulls voted.", false);
    denied.told = false;
    let claims = [earlier("The ferry sank.", false), denied, earlier("The pier is shut.", false)];
    let note = "This article has been retracted. Its main source was forged.";
    assert_eq!(touched(note, &claims), [[Touched::Earlier(0), Touched::Earlier(2)]]);
}

#[test]
fn what_stands_inside_a_note_is_the_outlets_rebuttal_and_nobodys_claim() {
    let text = "The ferry is late.\n\nAn earlier version of this article wrongly said the ferry had sunk off Lorne.";
    let mut story = Story::without_url(text);
    story.document.outlet = Some("Lorne Courier".to_owned());
    let voice = story.actor("An earlier version", None);
    story
        .claim("The ferry sank off Lorne.")
        .appears(Stance::Asserts, "the ferry had sunk off Lorne")
        .claimed_by(voice)
        .debunked("wrongly", "wrong");
    let notes = find(&story.document);
    assert_eq!(notes[0].kind, CorrectionKind::Correction);
    let touched = link(&story.document, &story.extraction, &notes, &[]);
    assert_eq!(touched, [[Touched::Here(0)]]);
    let mut extraction: Extraction = story.extraction.clone();
    apply(&story.document, &mut extraction, &notes, &[], &touched);
    let claim = &extraction.claims[0];
    assert_eq!(claim.claimants, []);
    assert_eq!(claim.appearances.len(), 1);
    assert_eq!(claim.appearances[0].stance, Stance::Denies);
    assert_eq!(story.document.quote(claim.appearances[0].span), "the ferry had sunk off Lorne");
    let [denial] = claim.denials.as_slice() else { panic!("{:?}", claim.denials) };
    assert_eq!(denial.kind, RebuttalKind::Correction);
    let outlet = &extraction.actors[denial.denier.unwrap().0];
    assert_eq!((outlet.name.as_str(), outlet.kind), ("Lorne Courier", Some(ActorKind::Outlet)));
    assert_eq!(
        story.document.quote(denial.mentions[0].cue),
        "An earlier version of this article wrongly said"
    );
}
