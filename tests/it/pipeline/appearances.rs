//! Titles and questions as places where a claim of the document stands.

use claimtrail::domain::{Document, Field, Stance};
use claimtrail::pipeline::extract;

const SALE: &str = "Mayor Tessa Orlo sold the old harbour to a casino last year, \
                    the watchdog group Clear Water said on Monday. ";

const SHORT: &str = "Mayor Orlo sold the old harbour to a casino, \
                     the watchdog group Clear Water said on Monday. ";

/// The places of the claim about the sale that no rule of assertion or denial found: the field, the
/// stance and the words.
fn places(title: Option<&str>, text: &str) -> Vec<(Field, Stance, String)> {
    let mut document = Document::from_text(text);
    document.title = title.map(str::to_owned);
    let extraction = extract(&document);
    let claim = extraction.claims.iter().find(|claim| claim.text.contains("harbour"));
    let claim = claim.unwrap_or_else(|| panic!("no claim in {:?}", extraction.claims));
    claim
        .appearances
        .iter()
        .filter(|place| place.statement.is_none())
        .map(|place| (place.span.field, place.stance, document.quote(place.span).to_owned()))
        .collect()
}

#[test]
fn a_question_in_the_text_questions_the_claim() {
    let whole = "Did Mayor Orlo sell the old harbour to a casino?";
    let part = "whether Mayor Orlo sold the old harbour to the casino";
    for (sentence, words) in [
        (whole.to_owned(), whole),
        (format!("Prosecutors examine {part}, in which case she would lose her office."), part),
    ] {
        let expected = [(Field::Text, Stance::Questions, words.to_owned())];
        assert_eq!(places(None, &format!("{SHORT}{sentence}")), expected, "{sentence}");
    }
}

#[test]
fn what_asks_something_else_or_asks_nothing_questions_no_claim() {
    for other in [
        "Did Mayor Orlo sell her car?",
        "The council has to decide whether to sell the old harbour to a casino.",
        "Whether Mayor Orlo sold the old harbour to a casino or not is all the same to the gulls.",
        "Why?",
        "Mayor Orlo and the old harbour are known to the casino.",
    ] {
        assert_eq!(places(None, &format!("{SHORT}{other}")), [], "{other}");
    }
}

#[test]
fn a_title_takes_the_side_it_takes() {
    let title = |title: &str| {
        let found = places(Some(title), SALE);
        assert!(found.iter().all(|(field, _, words)| *field == Field::Title && words == title));
        found.first().map(|(_, stance, _)| *stance)
    };
    for (words, stance) in [
        ("Mayor Orlo sold old harbour to casino last year", Some(Stance::Asserts)),
        ("No, Mayor Orlo did not sell old harbour to a casino last year", Some(Stance::Denies)),
        ("Did Mayor Orlo sell old harbour to a casino last year?", Some(Stance::Questions)),
        (
            "Mayor Orlo reportedly sold old harbour to casino last year: source",
            Some(Stance::Reports),
        ),
        ("Gulls return to Ostrel", None),
        ("Mayor Orlo opens old market", None),
    ] {
        assert_eq!(title(words), stance, "{words}");
    }
}

#[test]
fn a_title_does_not_assert_what_its_text_denies() {
    let text = "The city hall of Ostrel denied that Tessa Orlo had sold the old harbour.";
    let found = places(Some("Tessa Orlo sold the old harbour"), text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].1, Stance::Reports);
}

#[test]
fn a_not_that_is_the_claim_s_own_is_no_denial_of_it() {
    let text = "The port authority said on Monday that 12 of the 40 cranes at the old harbour will not be mended before 2030.";
    let found = places(Some("12 of 40 cranes at old harbour will not be mended before 2030"), text);
    assert!(found.iter().all(|(_, stance, _)| *stance == Stance::Reports), "{found:?}");
    assert!(!found.is_empty());
}

#[test]
fn claims_stay_in_the_order_of_their_first_places() {
    let mut document = Document::from_text(
        "Ferry captain Ruben Haas said the ferry Aurora had lost two engines in a storm. \
         Mayor Tessa Orlo said the new library had cost the city forty million crowns.",
    );
    document.title = Some("Did the new library cost the city forty million crowns?".to_owned());
    let extraction = extract(&document);
    let firsts: Vec<_> = extraction.claims.iter().map(|claim| claim.appearances[0].span).collect();
    assert!(firsts.is_sorted(), "{firsts:?}");
    assert_eq!(firsts[0].field, Field::Title);
    assert_eq!(extraction.claims[0].appearances[0].stance, Stance::Questions);
}
