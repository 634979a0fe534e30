//! How far clauses and phrases reach, and small questions of a token.

use std::ops::Range;

use crate::pipeline::text::{Reading, Tag};

/// How many tokens on either side of a place are looked at: no sentence of prose is longer, and
/// what is no prose costs no more for it.
const REACH: usize = 120;

/// The part of a sentence around a token that is looked at.
pub fn window(reading: &Reading, at: usize) -> Option<Range<usize>> {
    let sentence = reading.sentences.get(reading.sentence_of(at))?;
    Some(clip(&sentence.tokens, at))
}

/// The part of some tokens around one of them.
pub fn clip(tokens: &Range<usize>, at: usize) -> Range<usize> {
    tokens.start.max(at.saturating_sub(REACH))..tokens.end.min(at + REACH)
}

pub(super) fn is_that(reading: &Reading, token: usize) -> bool {
    reading.lower(token) == "that"
        && !matches!(reading.tag(token + 1), Tag::Punctuation | Tag::VerbPast)
        && reading.tag(token) != Tag::Pronoun
}

pub(super) fn is_verb(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::VerbBase | Tag::VerbPresent | Tag::VerbPast | Tag::VerbParticiple | Tag::VerbIng
    )
}

pub(super) fn is_participle_use(reading: &Reading, verb: usize) -> bool {
    reading.tag(verb) == Tag::VerbParticiple
}

/// Whether a finite verb comes soon, so that the phrase before it is a subject.
pub(super) fn verb_follows(reading: &Reading, from: usize, end: usize) -> bool {
    let mut at = from;
    let stop = end.min(from + 7);
    while at < stop {
        match reading.tag(at) {
            Tag::VerbPast | Tag::VerbPresent | Tag::Auxiliary | Tag::Modal => return true,
            Tag::Adverb
            | Tag::Preposition
            | Tag::Determiner
            | Tag::Noun
            | Tag::Name
            | Tag::Adjective
            | Tag::Possessive
            | Tag::Number
            | Tag::Negation => at += 1,
            _ => return false,
        }
    }
    false
}

pub(super) fn is_negation(reading: &Reading, token: usize) -> bool {
    matches!(
        reading.lower(token),
        "not" | "n't" | "never" | "no" | "nothing" | "nobody" | "none" | "cannot" | "neither"
    )
}

/// Where a clause that begins at `at` is over: before a comment on it, or at the sentence's end.
pub fn clause_end(reading: &Reading, at: usize, end: usize) -> usize {
    let begun_in = reading.quotation_of(at);
    for token in at..end {
        let word = reading.lower(token);
        if token == at {
            continue;
        }
        match word {
            ";" | "—" | "–" | "..." | "…" | ":" => return token,
            "," | "-" | "”" | "\"" => {
                let next = reading.lower(token + 1);
                let comment = matches!(
                    next,
                    "which"
                        | "who"
                        | "saying"
                        | "calling"
                        | "insisting"
                        | "adding"
                        | "claiming"
                        | "arguing"
                        | "telling"
                        | "noting"
                        | "but"
                        | "although"
                        | "though"
                        | "while"
                        | "despite"
                        | "whereas"
                        | "describing"
                        | "dismissing"
                        | "labeling"
                        | "labelling"
                        | "something"
                        | "an"
                        | "allegations"
                        | "charges"
                        | "accusations"
                        | "claims"
                        | "even"
                        | "according"
                        | "yet"
                        | "so"
                        | "instead"
                        | "citing"
                        | "as"
                        | "blaming"
                        | "a"
                        | "he"
                        | "she"
                        | "they"
                );
                let verb = (token + 1..end.min(token + 8)).find(|&later| {
                    matches!(
                        reading.lemma(later),
                        "say" | "tell" | "write" | "report" | "add" | "insist" | "tweet" | "claim"
                    ) && is_verb(reading.tag(later))
                });
                let closes =
                    |verb: usize| verb + 1 >= end || reading.tag(verb + 1) == Tag::Punctuation;
                let speaks = verb.is_some_and(|verb| {
                    reading.quotation_of(token + 1) != begun_in || closes(verb)
                });
                if comment || speaks {
                    return token;
                }
                if matches!(word, "”" | "\"")
                    && begun_in.is_some()
                    && reading.quotation_of(token + 1) != begun_in
                {
                    return token;
                }
            }
            "and" | "but" => {
                let next = token + 1;
                let new_statement = is_verb(reading.tag(next))
                    && matches!(
                        reading.lemma(next),
                        "say"
                            | "call"
                            | "add"
                            | "insist"
                            | "tell"
                            | "claim"
                            | "accuse"
                            | "describe"
                            | "argue"
                            | "dismiss"
                            | "blame"
                    )
                    || matches!(reading.lower(next), "has" | "said" | "that" | "instead" | "also")
                        && reading.lower(next) != "that";
                if new_statement {
                    return token;
                }
            }
            "although" | "though" | "despite" | "whereas" | "amid" => return token,
            _ => {}
        }
    }
    end
}

/// Where words without a verb of their own are over, as what is denied goes on with what the denier did:
/// "any part in the sale | and warned that the port would close". At their end where nothing does.
pub(super) fn before_next_deed(reading: &Reading, tokens: &Range<usize>) -> usize {
    let begun_in = reading.quotation_of(tokens.start);
    for token in tokens.start + 1..tokens.end {
        let tag = reading.tag(token);
        // A verb of a relative clause may be joined with another: "the fire that killed two and hurt three".
        if tag.is_finite() || matches!(reading.lower(token), "that" | "which" | "who" | "whom") {
            break;
        }
        let joins = matches!(reading.lower(token), "and" | "but" | "yet")
            && reading.quotation_of(token) == begun_in;
        let next = || (token + 1..tokens.end).find(|&next| reading.tag(next) != Tag::Adverb);
        if joins && next().is_some_and(|next| reading.tag(next).is_finite()) {
            let comma = reading.lower(token - 1) == ",";
            return if comma { token - 1 } else { token };
        }
    }
    tokens.end
}

/// How far the phrases that hang on one reach.
pub(super) fn phrase_reach(reading: &Reading, from: usize, end: usize) -> usize {
    let mut at = from;
    while at < end {
        match reading.tag(at) {
            Tag::Preposition | Tag::To | Tag::Possessive | Tag::Quote => at += 1,
            Tag::Determiner
            | Tag::Adjective
            | Tag::Noun
            | Tag::Name
            | Tag::Number
            | Tag::Pronoun => at += 1,
            Tag::VerbIng if at > from && matches!(reading.tag(at - 1), Tag::Preposition) => at += 1,
            Tag::Conjunction
                if matches!(
                    reading.tag(at + 1),
                    Tag::Noun | Tag::Name | Tag::Adjective | Tag::Determiner | Tag::Possessive
                ) =>
            {
                at += 1
            }
            _ => break,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use crate::pipeline::Gear;
    use crate::pipeline::claims::passage_denials;

    #[test]
    fn what_the_denier_did_next_is_not_denied() {
        for (passage, denied) in [
            (
                "The mayor has denied any involvement in the sale of the harbour and warned Sunday that \
                 the port would close.",
                "any involvement in the sale of the harbour",
            ),
            (
                "The mayor has denied any involvement in the fire that killed two and hurt three.",
                "any involvement in the fire that killed two and hurt three",
            ),
        ] {
            let found = passage_denials(Gear::Accurate, passage);
            assert_eq!(found[0].denied.as_deref(), Some(denied));
        }
    }
}
