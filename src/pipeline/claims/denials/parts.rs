//! Denied words → the things they deny: a clause for each "that", a noun for each doing.

use std::ops::Range;

use crate::pipeline::lexicon::wording::lexicon;
use crate::pipeline::text::{PhraseKind, Reading, Tag};

/// A clause has at least so many tokens: a subject, a verb and something of them.
const SHORTEST_CLAUSE: usize = 3;

/// The clauses of denied words, where each has its own "that": "the well was dry and that the mayor knew".
/// The words as they are where there is one.
pub fn clauses(reading: &Reading, denied: &Range<usize>) -> Vec<Range<usize>> {
    let mut cuts = Vec::new();
    for token in denied.clone() {
        if !matches!(reading.lower(token), "and" | "or" | "but" | "nor")
            || reading.lower(token + 1) != "that"
            || token + 2 >= denied.end
            || reading.quotation_of(token) != reading.quotation_of(denied.start)
        {
            continue;
        }
        let comma = token.checked_sub(1).filter(|&token| reading.lower(token) == ",");
        cuts.push((comma.unwrap_or(token), token + 2));
    }
    let mut found = Vec::new();
    let mut start = denied.start;
    for (end, next) in cuts {
        // "scholars hold that A and that B" is one thing that is said of scholars.
        let embeds = (start..end).any(|token| reading.lower(token) == "that");
        if !embeds && is_clause(reading, &(start..end)) && is_clause(reading, &(next..denied.end)) {
            found.push(start..end);
            start = next;
        }
    }
    found.push(start..denied.end);
    found
}

/// The nouns of doing in denied words, where one verb cannot word both: "collusion and any obstruction". The words as
/// they are where one can ("assault and harassment" were both committed) or where what stands after "and" is no
/// such noun.
pub fn doings(reading: &Reading, denied: &Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = denied.start;
    for token in denied.clone() {
        if !matches!(reading.lower(token), "and" | "or" | "nor")
            || reading.quotation_of(token) != reading.quotation_of(denied.start)
        {
            continue;
        }
        let comma = token.checked_sub(1).filter(|&token| reading.lower(token) == ",");
        let (one, next) = (start..comma.unwrap_or(token), token + 1..denied.end);
        let verbs = (doing(reading, &one), doing(reading, &next));
        if let (Some(first), Some(second)) = verbs
            && first != second
            && second != "had"
        {
            found.push(one);
            start = token + 1;
        }
    }
    found.push(start..denied.end);
    found
}

/// The verb of the noun of doing that words begin with; that of having for a thing ("the affairs").
fn doing(reading: &Reading, tokens: &Range<usize>) -> Option<&'static str> {
    let phrase = reading.phrases.get(reading.phrase_of(tokens.start)?)?;
    let whole = phrase.tokens.start == tokens.start && phrase.head < tokens.end;
    let finite = tokens.clone().any(|token| reading.tag(token).is_finite());
    if !whole || finite || phrase.kind != PhraseKind::Common {
        return None;
    }
    let head = reading.lower(phrase.head);
    let thing = reading.lower(tokens.start) == "the" && phrase.tokens.end == tokens.end;
    match lexicon().noun(head) {
        Some(rule) => Some(rule.verb.as_str()),
        None => (thing && !lexicon().is_shell(head)).then_some("had"),
    }
}

/// A subject and a verb that tells a time.
fn is_clause(reading: &Reading, tokens: &Range<usize>) -> bool {
    tokens.len() >= SHORTEST_CLAUSE
        && (tokens.start + 1..tokens.end).any(|token| {
            matches!(
                reading.tag(token),
                Tag::VerbPast | Tag::VerbPresent | Tag::Auxiliary | Tag::Modal
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::claims::passage_denials;
    use crate::pipeline::{Gear, text};

    /// The clauses of all of a passage behind its first "that".
    fn parts(passage: &str) -> Vec<&str> {
        let reading = text::read(passage);
        let that = (0..reading.tokens.len()).find(|&token| reading.lower(token) == "that");
        let end = reading.tokens.len() - 1;
        clauses(&reading, &(that.expect("a that") + 1..end))
            .into_iter()
            .map(|tokens| &passage[reading.span(tokens).expect("words")])
            .collect()
    }

    #[test]
    fn clauses_with_their_own_that_are_denied_one_by_one() {
        assert_eq!(
            parts("She denied that the well was dry, or that the mayor had known it."),
            ["the well was dry", "the mayor had known it"]
        );
    }

    #[test]
    fn what_is_said_of_somebody_else_stays_whole() {
        for whole in [
            "the scholars hold that the moon is hollow and that it rings",
            "the well was dry and the mayor knew",
            "the mayor knew this and that",
        ] {
            assert_eq!(parts(&format!("She denied that {whole}.")), [whole]);
        }
    }

    #[test]
    fn doings_that_take_two_verbs_are_two_denials() {
        let claims = |passage: &str| -> Vec<String> {
            let found = passage_denials(Gear::Fast, passage);
            found.into_iter().map(|denial| denial.claim).collect()
        };
        assert_eq!(
            claims("Ilo Marn has denied any collusion with Ostria and any obstruction of justice."),
            ["Ilo Marn colluded with Ostria.", "Ilo Marn committed obstruction of justice."]
        );
        assert_eq!(
            claims("Ilo Marn has denied the affairs and any wrongdoing."),
            ["Ilo Marn had the affairs.", "Ilo Marn committed wrongdoing."]
        );
        assert_eq!(
            claims("The league denied assault and harassment."),
            ["The league committed assault and harassment."]
        );
    }

    #[test]
    fn each_of_several_deniers_denies_a_deed_of_his_own() {
        let found =
            passage_denials(Gear::Fast, "Ilo Marn and Piet Roth have denied taking the money.");
        let claims: Vec<_> = found.iter().map(|denial| denial.claim.as_str()).collect();
        assert_eq!(claims, ["Ilo Marn took the money.", "Piet Roth took the money."]);
    }
}
