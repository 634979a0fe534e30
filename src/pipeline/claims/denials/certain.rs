//! Cues that need no model: plain enough to be taken, or to be left.

use std::ops::Range;

use super::cue::Cue;
use super::denier::phrases_in;
use super::extent::{is_negation, window};
use crate::pipeline::lexicon::denial::Family;
use crate::pipeline::lexicon::wording::lexicon;
use crate::pipeline::text::{PhraseKind, Reading, Tag};

/// What a plain rule says of a cue; `None` where it is for the model to judge. `cues` are all of the
/// text, in order of place.
pub fn judge(reading: &Reading, cue: &Cue, cues: &[Cue]) -> Option<bool> {
    let bounds = window(reading, cue.anchor)?;
    // "the call … a hoax": the noun, not the verb that calls something a name.
    let no_verb = cue.family == Family::Called
        && matches!(reading.tag(cue.core.start), Tag::Noun | Tag::Name);
    if opinion_of_a_thing(reading, cue)
        || no_verb
        || evidence_for(reading, cue, &bounds)
        || quality_of_a_thing(reading, cue)
        || withheld(reading, cue)
        || not_denied(reading, cue, &bounds)
        || object_of_another(reading, cue, cues)
    {
        return Some(false);
    }
    // "reports that … are entirely false"
    let label = matches!(
        reading.lower(cue.anchor),
        "false"
            | "untrue"
            | "baseless"
            | "unfounded"
            | "groundless"
            | "fabricated"
            | "bogus"
            | "fictitious"
            | "fake"
            | "hoax"
            | "true"
            | "incorrect"
    );
    let predicate =
        matches!(reading.lower(cue.tokens.start), "is" | "are" | "was" | "were" | "'s" | "'re");
    if label && predicate && matches!(cue.family, Family::Predicate | Family::Noun) {
        // By the word alone: "Reports" at the head of a sentence looks like a verb.
        let told =
            (bounds.start..cue.tokens.start).any(|token| lexicon().is_shell(reading.lower(token)));
        let asked =
            bounds.clone().any(|token| matches!(reading.lower(token), "?" | "if" | "whether"));
        let noun = matches!(reading.tag(cue.core.end), Tag::Noun | Tag::Name | Tag::Adjective);
        let made_up = matches!(
            reading.lower(cue.anchor),
            "fake" | "fabricated" | "fictitious" | "bogus" | "untrue"
        );
        if (told || made_up) && !asked && !noun {
            return Some(true);
        }
    }
    if called_a_hoax(reading, cue, &bounds) || fake_report(reading, cue, &bounds) {
        return Some(true);
    }
    // "‘I was never there,’ she said of the report"
    let quotation = reading.quotation_of(cue.anchor);
    let negates = matches!(cue.family, Family::Negation | Family::Predicate | Family::Noun);
    if quotation.is_some() && negates {
        let answers = bounds.clone().any(|token| {
            token > cue.anchor
                && reading.quotation_of(token) != quotation
                && matches!(reading.lower(token), "of" | "about" | "to")
                && reading
                    .phrase_of(token + 1)
                    .and_then(|number| reading.phrases.get(number))
                    .is_some_and(|phrase| {
                        phrase.tokens.start == token + 1
                            && lexicon().is_shell(reading.lower(phrase.head))
                    })
        });
        if answers {
            return Some(true);
        }
    }
    // "an earlier version of this story said that …"
    if cue.family == Family::Correction
        && matches!(reading.lower(cue.anchor), "earlier" | "previous")
        && reading.lower(cue.core.end) == "of"
        && reading.lower(cue.core.end + 1) == "this"
    {
        return Some(true);
    }
    None
}

/// "The picture turned out to be a hoax", "the hoax": a made-up story is called so by nobody who takes it
/// for true. Left to the model: where it is only asked or feared, what a name is put before as an insult
/// ("the Harlow hoax"), and the word as part of another thing ("hoax calls").
fn called_a_hoax(reading: &Reading, cue: &Cue, bounds: &Range<usize>) -> bool {
    if !matches!(reading.lower(cue.anchor), "hoax" | "hoaxes") || cue.family != Family::Noun {
        return false;
    }
    let open = bounds.clone().any(|token| {
        matches!(
            reading.lower(token),
            "?" | "if"
                | "whether"
                | "may"
                | "might"
                | "could"
                | "not"
                | "n't"
                | "possible"
                | "possibly"
        )
    });
    let insult = cue.anchor > bounds.start && reading.tag(cue.anchor - 1) == Tag::Name;
    // "calls" may be read as a verb here.
    let part = matches!(
        reading.tag(cue.anchor + 1),
        Tag::Noun | Tag::Name | Tag::VerbPresent | Tag::VerbBase
    );
    !open && !insult && !part
}

/// "The fake story first stood on a joke site": a made-up report, picture or post. "Fake news", a slogan
/// more often than a finding, and fake things that nobody reads are left to the model.
fn fake_report(reading: &Reading, cue: &Cue, bounds: &Range<usize>) -> bool {
    let made_up =
        matches!(reading.lower(cue.anchor), "fake" | "hoax" | "bogus" | "phony" | "fabricated");
    let next = cue.anchor + 1;
    let told =
        is_told(reading, next) && !matches!(reading.lower(next), "news" | "site" | "website");
    let determined = cue.anchor > bounds.start
        && matches!(reading.lower(cue.anchor - 1), "the" | "this" | "that" | "these" | "those");
    made_up && told && determined
}

/// "The study gives evidence that …": evidence that nobody says is missing speaks for a claim.
fn evidence_for(reading: &Reading, cue: &Cue, bounds: &Range<usize>) -> bool {
    cue.family == Family::Evidence
        && !(bounds.start.max(cue.anchor.saturating_sub(12))..bounds.end.min(cue.anchor + 8)).any(
            |token| {
                is_negation(reading, token)
                    || matches!(
                        reading.lower(token),
                        "without"
                            | "zero"
                            | "little"
                            | "scant"
                            | "lack"
                            | "lacks"
                            | "lacked"
                            | "lacking"
                            | "absence"
                            | "insufficient"
                            | "fail"
                            | "fails"
                            | "failed"
                            | "refused"
                            | "unable"
                            | "declined"
                            | "yet"
                            | "few"
                            | "any"
                            | "hardly"
                            | "unsupported"
                            | "despite"
                    )
            },
        )
}

/// "the wrong man", "a bogus contribution", "a discredited past": a thing of that quality, not a report.
fn quality_of_a_thing(reading: &Reading, cue: &Cue) -> bool {
    let next = cue.anchor + 1;
    cue.family == Family::Predicate
        && cue.core.len() == 1
        && matches!(reading.tag(next), Tag::Noun | Tag::Name)
        && !is_told(reading, next)
}

/// "was denied the job", "denied the family a loan", "denied her a second hearing": what is withheld from
/// somebody, not what is said to be untrue.
fn withheld(reading: &Reading, cue: &Cue) -> bool {
    if !is_deny(reading, cue.anchor) {
        return false;
    }
    let determined = |token: usize| {
        matches!(
            reading.lower(token),
            "the"
                | "a"
                | "an"
                | "any"
                | "this"
                | "that"
                | "his"
                | "her"
                | "its"
                | "their"
                | "another"
        )
    };
    let phrase_at = |token: usize| {
        reading
            .phrase_of(token)
            .and_then(|number| reading.phrases.get(number))
            .filter(|phrase| phrase.tokens.start == token)
    };
    // "was denied the day before" tells when; "denied the affair the paper reported" has a clause.
    let given = |token: usize| {
        determined(token)
            && phrase_at(token).is_some_and(|phrase| {
                let verb = reading.tag(phrase.tokens.end);
                !is_time(reading.lower(phrase.head)) && !verb.is_finite() && verb != Tag::Auxiliary
            })
    };
    let next = cue.core.end;
    let passive = cue.core.start > 0
        && (cue.core.start.saturating_sub(3)..cue.core.start).any(|token| {
            matches!(reading.lower(token), "is" | "are" | "was" | "were" | "be" | "been" | "being")
        });
    if passive && reading.lower(cue.anchor) == "denied" {
        // "bail was denied to both"
        return given(next) || reading.lower(next) == "to" && phrase_at(next + 1).is_some();
    }
    phrase_at(next).is_some_and(|taker| {
        let person = matches!(taker.kind, PhraseKind::Name | PhraseKind::Pronoun)
            || determined(next) && !lexicon().is_shell(reading.lower(taker.head));
        person && !is_time(reading.lower(taker.head)) && given(taker.tokens.end)
    })
}

/// "does not deny it", "few deny that", "nobody disputes": who does not deny says nothing.
fn not_denied(reading: &Reading, cue: &Cue, bounds: &Range<usize>) -> bool {
    let verb = is_deny(reading, cue.anchor)
        || matches!(
            reading.lower(cue.anchor),
            "dispute"
                | "disputes"
                | "disputed"
                | "refute"
                | "refutes"
                | "refuted"
                | "rebut"
                | "contest"
                | "contests"
                | "contested"
        );
    if !verb || cue.family != Family::Verb {
        return false;
    }
    let mut before = cue.core.start;
    while before > bounds.start {
        before -= 1;
        let word = reading.lower(before);
        if matches!(word, "not" | "n't" | "never" | "cannot") {
            return true;
        }
        let beside = matches!(
            word,
            "do" | "does"
                | "did"
                | "has"
                | "have"
                | "had"
                | "can"
                | "could"
                | "will"
                | "would"
                | "to"
                | "be"
                | "been"
                | "seriously"
                | "really"
                | "even"
                | "now"
                | "ever"
        ) || word.ends_with("ly");
        if !beside {
            break;
        }
    }
    // "refused to deny", "is unable to dispute"
    let refuses = matches!(
        reading.lower(before),
        "refuse"
            | "refuses"
            | "refused"
            | "refusing"
            | "decline"
            | "declines"
            | "declined"
            | "declining"
            | "unable"
    );
    if refuses && reading.lower(before + 1) == "to" {
        return true;
    }
    // The subject ends right before the verb: "few people in the trade deny".
    let subject = (before.saturating_sub(6).max(bounds.start)..=before).find(|&token| {
        matches!(reading.lower(token), "few" | "nobody" | "none" | "no" | "neither")
    });
    subject.is_some_and(|first| {
        let begins = first == bounds.start
            || matches!(reading.lower(first - 1), "," | "and" | "but" | "that" | "\"" | "“");
        begins
            && (first + 1..=before).all(|token| {
                reading.tag(token) != Tag::Punctuation && !reading.tag(token).is_finite()
            })
    })
}

/// "has denied the allegation", "falsely claimed", "the false claim": the word names what another cue
/// denies.
fn object_of_another(reading: &Reading, cue: &Cue, cues: &[Cue]) -> bool {
    if cue.family != Family::Noun || cue.label.is_some() {
        return false;
    }
    let phrase =
        reading.phrase_of(cue.anchor).and_then(|number| reading.phrases.get(number)).filter(
            |phrase| phrase.head == cue.anchor && lexicon().is_shell(reading.lower(cue.anchor)),
        );
    let before = &cues[..cues.partition_point(|other| other.anchor < cue.anchor)];
    before.iter().rev().take(4).any(|other| {
        other.core.end == cue.core.start
            || other.family == Family::Verb
                && phrase.is_some_and(|phrase| other.core.end == phrase.tokens.start)
    })
}

fn is_deny(reading: &Reading, token: usize) -> bool {
    matches!(reading.lower(token), "deny" | "denies" | "denied" | "denying")
}

fn is_time(word: &str) -> bool {
    matches!(
        word,
        "day"
            | "week"
            | "month"
            | "year"
            | "morning"
            | "afternoon"
            | "evening"
            | "night"
            | "time"
            | "moment"
            | "weekend"
    )
}

/// Whether a word names something that is told or shown: a report, a picture, a post.
fn is_told(reading: &Reading, token: usize) -> bool {
    lexicon().is_shell(reading.lower(token))
        || matches!(
            reading.lower(token),
            "article"
                | "articles"
                | "image"
                | "images"
                | "information"
                | "news"
                | "photo"
                | "photos"
                | "picture"
                | "pictures"
                | "post"
                | "posts"
                | "quote"
                | "statement"
                | "statements"
                | "tweet"
                | "tweets"
                | "video"
                | "videos"
                | "website"
                | "site"
        )
}

/// "called the play absurd": a taste, unless what is called so is a report.
fn opinion_of_a_thing(reading: &Reading, cue: &Cue) -> bool {
    let taste = matches!(
        reading.lower(cue.anchor),
        "absurd"
            | "ridiculous"
            | "outrageous"
            | "laughable"
            | "ludicrous"
            | "wrong"
            | "nonsense"
            | "garbage"
            | "rubbish"
    );
    if cue.family != Family::Called || !taste {
        return false;
    }
    let object = phrases_in(reading, &(cue.core.start + 1..cue.anchor)).next();
    object.is_some_and(|phrase| {
        phrase.kind == PhraseKind::Common
            && !lexicon().is_shell(reading.lower(phrase.head))
            && phrase.tokens.len() > 1
    })
}

#[cfg(test)]
mod tests {
    use super::super::cue::propose;
    use super::*;
    use crate::pipeline::text;

    /// What the rules say of the cue whose anchor is `word`.
    fn judged(text: &str, word: &str) -> Option<bool> {
        let reading = text::read(text);
        let cues = propose(&reading);
        let cue = cues.iter().find(|cue| reading.lower(cue.anchor) == word);
        judge(&reading, cue.unwrap_or_else(|| panic!("{word} in {text}")), &cues)
    }

    #[test]
    fn what_is_withheld_from_somebody_is_not_denied() {
        for text in [
            "Some were denied the solace they sought.",
            "Mr. Orlo denied Mr. Haas a clear victory with his last vote.",
            "The court denied her a second hearing.",
            "The governor denied the state any money.",
            "The bank denied the family a mortgage.",
            "Bail was denied to both men.",
        ] {
            assert_eq!(judged(text, "denied"), Some(false), "{text}");
        }
        for text in [
            "The report was denied the day before.",
            "The envoy denied the affair the paper had described.",
            "Mr. Orlo denied the bribe.",
            "She denied it the same night.",
            "He denied his role in the sale.",
            "The ministry denied the accusations the union made.",
        ] {
            assert_eq!(judged(text, "denied"), None, "{text}");
        }
    }

    #[test]
    fn who_does_not_deny_denies_nothing() {
        for (text, word) in [
            ("Few observers deny the failure of the plan.", "deny"),
            ("Nobody at the dam denied that the gate was open.", "denied"),
            ("He does not want to talk about this, but he doesn't deny it.", "deny"),
            ("The mayor has never seriously disputed that the well was dry.", "disputed"),
            ("The clerk refused to deny calling him a fool.", "deny"),
        ] {
            assert_eq!(judged(text, word), Some(false), "{text}");
        }
        for (text, word) in [
            ("There was no meeting, and the mayor denied that there was one.", "denied"),
            ("The mayor, who had no driver, denied the trip.", "denied"),
            ("He did not go and denied that he had planned to.", "denied"),
        ] {
            assert_eq!(judged(text, word), None, "{text}");
        }
    }

    #[test]
    fn a_noun_for_what_another_cue_denies_is_no_second_denial() {
        assert_eq!(judged("The coach has denied the allegation.", "allegation"), Some(false));
        assert_eq!(judged("The palace rejects the latest claims.", "claims"), Some(false));
        assert_eq!(
            judged("The union falsely claimed that the well was dry.", "claimed"),
            Some(false)
        );
        assert_eq!(judged("He made the false claim that the well was dry.", "claim"), Some(false));
        assert_eq!(judged("The coach spoke of the allegation.", "allegation"), None);
        assert_eq!(judged("The coach has denied that the allegation was new.", "allegation"), None);
    }
}
