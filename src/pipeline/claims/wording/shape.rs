//! What denied words are, where their first word misleads.

use std::ops::Range;

use super::Form;
use crate::pipeline::lexicon::wording::lexicon;
use crate::pipeline::text::{PhraseKind, Reading, Tag};

/// Tokens within which the noun stands that says that something is only charged.
const LONGEST_CHARGE: usize = 5;

/// The words to be worded and their form; `None` where they are a bare name, of which nobody denies that
/// there is one.
pub fn settled(
    reading: &Reading,
    tokens: Range<usize>,
    form: Form,
) -> Option<(Range<usize>, Form)> {
    if form == Form::Existence
        && let Some(phrase) = reading.phrase_of(tokens.start).and_then(|n| reading.phrases.get(n))
        && phrase.kind == PhraseKind::Name
        && !phrase.possessive
    {
        // "Ole Brandt Found Dead": a headline's capitals hide its verb.
        return (phrase.tokens.end + 1 < tokens.end).then_some((tokens, Form::Clause));
    }
    if !matches!(form, Form::Gerund | Form::Noun | Form::Had | Form::Existence) {
        return Some((tokens, form));
    }
    if let Some(deed) = charged_with(reading, &tokens) {
        let gerund = reading.tag(deed.end - 1) == Tag::VerbIng
            && lexicon().noun(reading.lower(deed.end - 1)).is_none();
        return Some((deed, if gerund { Form::Gerund } else { Form::Noun }));
    }
    let anothers = form == Form::Gerund && is_done_by_another(reading, &tokens);
    Some((tokens, if anothers { Form::Existence } else { form }))
}

/// "any such plans", "he said such a thing": what such plans are is told elsewhere.
pub fn points_back(reading: &Reading, tokens: &Range<usize>, form: Form) -> bool {
    let is_such = |token: usize| reading.lower(token) == "such" && reading.lower(token + 1) != "as";
    if matches!(form, Form::Noun | Form::Had | Form::Existence | Form::Real)
        && (tokens.start..tokens.end.min(tokens.start + 2)).any(is_such)
    {
        return true;
    }
    tokens.clone().any(|token| {
        let thing = if reading.lower(token + 1) == "a" { token + 2 } else { token + 1 };
        is_such(token) && matches!(reading.lower(thing), "thing" | "things") && thing < tokens.end
    })
}

/// "bribery allegations against him": what the allegations are of, where a noun or a gerund before them tells.
fn charged_with(reading: &Reading, tokens: &Range<usize>) -> Option<Range<usize>> {
    let head = (tokens.start..tokens.end.min(tokens.start + LONGEST_CHARGE))
        .take_while(|&token| is_in_phrase(reading.tag(token)))
        .find(|&token| lexicon().is_shell(reading.lower(token)))?;
    let deed = head.checked_sub(1).filter(|&deed| deed >= tokens.start)?;
    let names_deed = reading.tag(deed) == Tag::VerbIng
        || lexicon().noun(reading.lower(deed)).is_some() && reading.tag(deed) == Tag::Noun;
    names_deed.then_some(tokens.start..head)
}

fn is_in_phrase(tag: Tag) -> bool {
    matches!(tag, Tag::Determiner | Tag::Adjective | Tag::Adverb | Tag::Noun | Tag::VerbIng)
}

/// "wiretapping ordered by the mayor" is nobody's deed but the mayor's.
fn is_done_by_another(reading: &Reading, tokens: &Range<usize>) -> bool {
    let next = tokens.start + 1;
    next + 1 < tokens.end
        && matches!(reading.tag(next), Tag::VerbParticiple | Tag::VerbPast)
        && reading.lower(next + 1) == "by"
        && !matches!(reading.lower(tokens.start), "being" | "having")
}

#[cfg(test)]
mod tests {
    use crate::pipeline::Gear;
    use crate::pipeline::claims::passage_denials;

    fn claim(passage: &str) -> String {
        let found = passage_denials(Gear::Accurate, passage);
        found.into_iter().map(|denial| denial.claim).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn who_denies_allegations_denies_what_they_are_of() {
        assert_eq!(
            claim("The senator denied bribery allegations against him."),
            "The senator committed bribery."
        );
        assert_eq!(claim("Ostria denied meddling allegations."), "Ostria meddled.");
        // No deed stands before these.
        assert!(!claim("The senator denied the allegations.").contains("committed"));
    }

    #[test]
    fn what_another_did_is_not_the_denier_s_deed() {
        assert_eq!(
            claim("The minister denied wiretapping ordered by the former president."),
            "There was wiretapping ordered by the former president."
        );
        assert_eq!(
            claim("The minister denied wiretapping the former president."),
            "The minister wiretapped the former president."
        );
    }

    #[test]
    fn what_points_back_is_no_claim() {
        assert_eq!(claim("The company denied any such plans."), "");
        assert_eq!(claim("The company denied any plans."), "The company has plans.");
    }
}
