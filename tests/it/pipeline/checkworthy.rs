//! How much a claim deserves a check.

use claimtrail::domain::Document;
use claimtrail::pipeline::claims::checkworthy::check_worthiness;
use claimtrail::pipeline::{Gear, extract_with};

/// What can be looked up, and matters.
const WORTH: &[&str] = &[
    "Unemployment in Ostrel fell by forty percent between 2019 and 2024.",
    "He voted against the harbour tax three times.",
    "We have created 120,000 jobs since the dam was built.",
    "The ministry spent 3 billion crowns on ferries that never sailed.",
    "Crime in Lorne is at its highest level in thirty years.",
];

/// Greetings, wishes, plans and opinions.
const NOT_WORTH: &[&str] = &[
    "Thank you all very much for coming tonight.",
    "I want to talk about that in a minute.",
    "Let me finish, please.",
    "I think we can do better than this.",
    "And may God bless the people of Ostrel.",
    "What would you say to her?",
];

#[test]
fn facts_are_worth_a_check_and_courtesies_are_not_in_both_gears() {
    for gear in [Gear::Fast, Gear::Accurate] {
        let score = |sentence| check_worthiness(gear, sentence).expect("it has words");
        for sentence in WORTH {
            assert!(score(sentence) >= 0.5, "{gear:?} {}: {sentence}", score(sentence));
        }
        for sentence in NOT_WORTH {
            assert!(score(sentence) < 0.5, "{gear:?} {}: {sentence}", score(sentence));
        }
    }
}

#[test]
fn any_text_gets_a_share_and_one_without_a_word_none() {
    let long = "The dam has cost 40 million crowns. ".repeat(2_000);
    for gear in [Gear::Fast, Gear::Accurate] {
        for text in [&long, "7", "Ωμέγα 水坝", &"a".repeat(100_000)] {
            let score = check_worthiness(gear, text).expect("it has words");
            assert!((0.0..=1.0).contains(&score), "{gear:?} {score}");
        }
        for text in ["", " \n", "…?!"] {
            assert_eq!(check_worthiness(gear, text), None, "{gear:?}");
        }
    }
}

#[test]
fn every_claim_of_an_extraction_carries_it_and_the_models_are_named() {
    let text = "Mayor Tessa Orlo said that the city had sold 300 ferries since 2020. \
                The port authority denied that it had taken a bribe.";
    let document = Document::from_text(text);
    for gear in [Gear::Fast, Gear::Accurate] {
        let extraction = extract_with(&document, gear);
        assert!(extraction.claims.len() >= 2, "{:?}", extraction.claims);
        for claim in &extraction.claims {
            assert_eq!(claim.check_worthiness, check_worthiness(gear, &claim.text));
            assert!(claim.check_worthiness.is_some());
        }
        assert!(extraction.extractor.models.contains_key("check_worthiness"));
    }
}
