//! "The mayor and her deputy denied that A and that B": each who denies, and each thing that is denied.

use std::ops::Range;

use super::cue::Cue;
use super::denier::extended;
use super::extent::{clip, is_verb};
use crate::domain::states::{StateWord, state};
use crate::pipeline::lexicon::denial::Family;
use crate::pipeline::text::{NounPhrase, PhraseKind, Reading, Tag};

/// More deniers in one list than this are no list of deniers.
const MOST: usize = 6;

/// All who deny together with `denier` at `cue`, in order of place; itself alone where it stands in no list.
///
/// A list is told from two sentences ("he met Roth, and Brandt denied it") by its place: it is the subject
/// right before the cue and begins its clause, it follows "by", or it owns the denial ("Roth and Brandt's denials").
pub fn deniers(reading: &Reading, cue: &Cue, denier: &Range<usize>) -> Vec<Range<usize>> {
    let sentence = reading.sentence_of(cue.anchor);
    let Some(bounds) = reading.sentences.get(sentence).map(|s| clip(&s.tokens, cue.anchor)) else {
        return vec![denier.clone()];
    };
    let denier = &with_shared_head(reading, denier, &bounds);
    let alone = || vec![denier.clone()];
    if denier.start < bounds.start || bounds.end < denier.end {
        return alone();
    }
    let list = list_around(reading, denier, &bounds);
    let (Some(first), Some(last)) = (list.first(), list.last()) else { return alone() };
    if list.len() < 2 || list.len() > MOST || list.iter().any(|member| overlaps(member, &cue.core))
    {
        return alone();
    }
    let is_agent =
        before(reading, first.start, &bounds).is_some_and(|token| reading.lower(token) == "by");
    let is_subject = begins_clause(reading, first.start, &bounds)
        && last.end <= cue.core.start
        && (last.end..cue.core.start).all(|token| joins_verb(reading, token));
    if !is_agent && !is_subject && !owns(reading, first.start, last.end, cue, &bounds) {
        return alone();
    }
    list.into_iter().map(|member| without_both(reading, member)).collect()
}

/// "Danish and Norwegian officials", of which only the first word or the last two were taken for who denies.
fn with_shared_head(
    reading: &Reading,
    denier: &Range<usize>,
    bounds: &Range<usize>,
) -> Range<usize> {
    let is_people =
        |token: usize| matches!(state(reading.word(token)), Some((_, StateWord::People)));
    let (mut start, mut end) = (denier.start, denier.end);
    while is_people(start)
        && let Some(before) =
            (1..=2).filter_map(|width| start.checked_sub(width + 1)).find(|&before| {
                before >= bounds.start && parts(reading, before + 1..start) && is_people(before)
            })
    {
        start = before;
    }
    while is_people(end - 1)
        && let Some(next) = (1..=2)
            .map(|width| end + width)
            .find(|&next| next < bounds.end && parts(reading, end..next))
        && is_people(next)
        && let Some(phrase) = reading.phrase_of(next).and_then(|number| reading.phrases.get(number))
        && phrase.tokens.start == next
    {
        end = phrase.tokens.end;
    }
    // "the Danish and the Norwegian" end with no noun that they could share.
    if is_people(end - 1) { denier.clone() } else { start..end }
}

/// Whether the words from `first` to `last` own the noun that denies, and begin their clause or follow a verb of saying.
fn owns(reading: &Reading, first: usize, last: usize, cue: &Cue, bounds: &Range<usize>) -> bool {
    let mark = if reading.lower(last - 1) == "'s" { last - 1 } else { last };
    let told = before(reading, first, bounds).is_some_and(|token| {
        matches!(reading.lemma(token), "say" | "insist" | "argue" | "think" | "believe")
    });
    cue.family == Family::DenialNoun
        && matches!(reading.lower(mark), "'s" | "'" | "’" | "’s")
        && mark < cue.core.start
        && cue.core.start <= mark + 3
        && (told || begins_clause(reading, first, bounds))
}

/// "both Roth" names Roth.
fn without_both(reading: &Reading, member: Range<usize>) -> Range<usize> {
    let both = reading.lower(member.start) == "both" && member.len() > 1;
    member.start + usize::from(both)..member.end
}

/// The token before a place; "both" there does not count.
fn before(reading: &Reading, at: usize, bounds: &Range<usize>) -> Option<usize> {
    (bounds.start..at).rev().find(|&token| reading.lower(token) != "both")
}

/// What may stand between a subject and the word that denies: "have both repeatedly".
fn joins_verb(reading: &Reading, token: usize) -> bool {
    matches!(reading.tag(token), Tag::Auxiliary | Tag::Modal | Tag::Adverb)
        || matches!(reading.lower(token), "both" | "all" | "each" | "," | "alike")
}

/// Whether a subject may begin at `at`: the sentence, its quotation or a clause in it begins there.
fn begins_clause(reading: &Reading, at: usize, bounds: &Range<usize>) -> bool {
    before(reading, at, bounds).is_none_or(|token| {
        reading.tag(token) == Tag::Quote
            || matches!(
                reading.lower(token),
                "that" | "but" | "while" | "though" | "although" | "because" | "after" | "before" | "since" | "when"
                    | "if" | "until" | "which" | ";" | ":" | "—" | "–"
            )
            // "On Monday, Roth and Brandt denied": what stands before has no verb that they could be objects of.
            || reading.lower(token) == ","
                && !(bounds.start..token).any(|token| is_verb(reading.tag(token)))
    })
}

/// The members of the list that some words stand in, in order of place; only these words where it is no list.
fn list_around(
    reading: &Reading,
    member: &Range<usize>,
    bounds: &Range<usize>,
) -> Vec<Range<usize>> {
    let mut list = vec![member.clone()];
    while list.len() <= MOST
        && let Some(next) = list.last().and_then(|last| next_member(reading, last, bounds))
    {
        list.push(next);
    }
    while list.len() <= MOST
        && let Some(previous) =
            list.first().and_then(|first| previous_member(reading, first, bounds))
    {
        list.insert(0, previous);
    }
    let joined = list.windows(2).any(|pair| is_joined(reading, &pair[0], &pair[1]));
    // "he met Roth, and Brandt denied it": of two a comma makes no list.
    let two_sentences = list.len() == 2 && reading.lower(list[0].end) == ",";
    if joined && !two_sentences && !shares_words(reading, &list) {
        without_descriptions(reading, list, member)
    } else {
        vec![member.clone()]
    }
}

fn is_joined(reading: &Reading, one: &Range<usize>, next: &Range<usize>) -> bool {
    (one.end..next.start).any(|token| matches!(reading.lower(token), "and" | "or"))
}

/// Whether the members may share words: "American and Mexican officials", "officials in Egypt and Russia".
fn shares_words(reading: &Reading, list: &[Range<usize>]) -> bool {
    list.windows(2).any(|pair| {
        let (one, next) = (&pair[0], &pair[1]);
        let hangs = one.clone().any(|token| reading.tag(token) == Tag::Preposition);
        let head = !is_name(reading, next)
            && one.len() == 1
            && matches!(reading.tag(next.start), Tag::Name | Tag::Adjective);
        hangs || head
    })
}

/// The list without what only says who a name beside it is: "Syria and its patron, Russia".
fn without_descriptions(
    reading: &Reading,
    list: Vec<Range<usize>>,
    member: &Range<usize>,
) -> Vec<Range<usize>> {
    let describes = |at: usize| {
        let beside = |other: usize, comma: usize| {
            list.get(other).is_some_and(|other| is_name(reading, other))
                && reading.lower(comma) == ","
        };
        let (own, first, last) = (&list[at], list[at].start, list[at].end);
        !is_name(reading, own) && (at > 0 && beside(at - 1, first - 1) || beside(at + 1, last))
    };
    let kept: Vec<Range<usize>> =
        (0..list.len()).filter(|&at| !describes(at)).map(|at| list[at].clone()).collect();
    // Who was taken for the denier stays one of them.
    if kept.contains(member) { kept } else { vec![member.clone()] }
}

/// Whether words name somebody; "Marn's agent" does not, whoever Marn is.
fn is_name(reading: &Reading, tokens: &Range<usize>) -> bool {
    let first = reading.phrase_of(tokens.start).and_then(|number| reading.phrases.get(number..));
    first
        .and_then(|phrases| {
            let whole =
                |phrase: &&NounPhrase| !phrase.possessive || phrase.tokens.end >= tokens.end;
            phrases.iter().find(whole)
        })
        .is_some_and(|phrase| phrase.kind == PhraseKind::Name && phrase.tokens.start < tokens.end)
}

/// Whether these are only the words that part members: ",", "and", ", and".
fn parts(reading: &Reading, tokens: Range<usize>) -> bool {
    let words: Vec<&str> = tokens.map(|token| reading.lower(token)).collect();
    matches!(words.as_slice(), [","] | ["and" | "or"] | [",", "and" | "or"])
}

fn next_member(
    reading: &Reading,
    last: &Range<usize>,
    bounds: &Range<usize>,
) -> Option<Range<usize>> {
    (1..=2).find_map(|width| {
        let start = last.end + width;
        if start >= bounds.end || !parts(reading, last.end..start) {
            return None;
        }
        let phrase = reading.phrases.get(reading.phrase_of(start)?)?;
        (phrase.tokens.start == start && can_deny(reading, phrase.kind, phrase.head))
            .then(|| extended(reading, phrase, bounds.end))
    })
}

fn previous_member(
    reading: &Reading,
    first: &Range<usize>,
    bounds: &Range<usize>,
) -> Option<Range<usize>> {
    (1..=2).find_map(|width| {
        let end = first.start.checked_sub(width)?;
        if end <= bounds.start || !parts(reading, end..first.start) {
            return None;
        }
        // The phrase that reaches to here, be it by what hangs on it: "a spokesman for the dairy".
        (0..=3)
            .scan(end, |at, _| {
                let phrase = reading.phrases.get(reading.phrase_of(at.checked_sub(1)?)?)?;
                *at = phrase.tokens.start.saturating_sub(1);
                Some(phrase)
            })
            .take_while(|phrase| phrase.tokens.start >= bounds.start)
            .filter(|phrase| {
                can_deny(reading, phrase.kind, phrase.head)
                    && extended(reading, phrase, end).end == end
            })
            .last()
            .map(|phrase| phrase.tokens.start..end)
    })
}

/// Whether a phrase of this kind may name one who denies.
fn can_deny(reading: &Reading, kind: PhraseKind, head: usize) -> bool {
    kind != PhraseKind::Number
        && !matches!(
            reading.lower(head),
            "others" | "more" | "it" | "that" | "this" | "which" | "all" | "both"
        )
}

fn overlaps(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

#[cfg(test)]
mod tests {
    use super::super::cue;
    use super::*;
    use crate::pipeline::claims::passage_denials;
    use crate::pipeline::{Gear, text};

    /// The words of all who deny with those who are told at the cue of this rule.
    fn all(passage: &str, denier: &str) -> Vec<String> {
        let reading = text::read(passage);
        let cues = cue::propose(&reading);
        let cue = cues.iter().find(|cue| cue.rule == "deny").expect("a cue");
        let start = passage.find(denier).expect("the denier's words");
        let tokens = reading.token_at(start)..reading.token_at(start + denier.len() - 1) + 1;
        let words = |tokens: Range<usize>| {
            reading.span(tokens).map(|span| passage[span].to_owned()).unwrap_or_default()
        };
        deniers(&reading, cue, &tokens).into_iter().map(words).collect()
    }

    #[test]
    fn peoples_that_share_a_noun_are_one_denier() {
        for passage in [
            "Danish and Norwegian officials denied that the well was dry.",
            "On Monday, Danish and Norwegian officials have both denied it.",
        ] {
            for denier in ["Danish", "Norwegian officials"] {
                assert_eq!(all(passage, denier), ["Danish and Norwegian officials"], "{passage}");
            }
        }
        assert_eq!(
            all("Roth and Norwegian officials denied it.", "Norwegian officials"),
            ["Norwegian officials"]
        );
    }

    #[test]
    fn who_own_a_denial_together_deny_each() {
        let passage =
            |said: &str| format!("{said} Marn and Mayor Roth's denials spare them trouble.");
        for said in ["The palace says", ""] {
            let found = passage_denials(Gear::Fast, passage(said).trim());
            let deniers: Vec<_> =
                found.iter().filter_map(|denial| denial.denier.as_deref()).collect();
            assert_eq!(deniers, ["Marn", "Mayor Roth"], "{said}");
        }
    }

    #[test]
    fn an_agent_beside_his_name_is_one_denier() {
        assert_eq!(
            all("Both the league and Marn's agent, Piet Roth, denied it.", "the league"),
            ["the league", "Piet Roth"]
        );
        assert_eq!(
            all("It fell after both the league and the club denied it.", "the club"),
            ["the league", "the club"]
        );
    }

    #[test]
    fn each_member_of_a_list_denies() {
        let pairs = "Anna Marsh and inspector Jon Roth both denied that the well was dry.";
        assert_eq!(all(pairs, "Anna Marsh"), ["Anna Marsh", "inspector Jon Roth"]);
        assert_eq!(all(pairs, "inspector Jon Roth"), ["Anna Marsh", "inspector Jon Roth"]);
        let three =
            "The council, the harbour office and the dairy have repeatedly denied the report.";
        assert_eq!(all(three, "the dairy"), ["The council", "the harbour office", "the dairy"]);
        let both = "Both Marsh and Roth denied that the well was dry.";
        assert_eq!(all(both, "Roth"), ["Marsh", "Roth"]);
        let agents = "That the well was dry was denied by Marsh and Roth on Monday.";
        assert_eq!(all(agents, "Marsh"), ["Marsh", "Roth"]);
    }

    #[test]
    fn who_stands_near_is_no_member() {
        for (passage, denier) in [
            ("Marsh met Roth, and Brandt denied that the deal was signed.", "Brandt"),
            ("Anna Marsh, the mayor, denied that the well was dry.", "Anna Marsh"),
            ("Marsh spoke with Roth and Brandt denied that the deal was signed.", "Brandt"),
            ("Officials in Ostrova and Lindmark denied that the deal was signed.", "Lindmark"),
        ] {
            assert_eq!(all(passage, denier), [denier], "{passage}");
        }
    }

    #[test]
    fn who_a_name_is_makes_no_member() {
        let passage = "Ostrova and its patron, Lindmark, denied that the dam had burst.";
        assert_eq!(all(passage, "Ostrova"), ["Ostrova", "Lindmark"]);
    }

    #[test]
    fn a_passage_has_a_denial_for_each_denier_and_clause() {
        let passage =
            "Anna Marsh and Jon Roth denied that the dam had burst and that the mayor was drunk.";
        let found: Vec<(Option<String>, String)> = passage_denials(Gear::Fast, passage)
            .into_iter()
            .map(|denial| (denial.denier, denial.claim))
            .collect();
        let expected = ["Anna Marsh", "Jon Roth"].map(|denier| {
            ["The dam had burst.", "The mayor was drunk."]
                .map(|claim| (Some(denier.to_owned()), claim.to_owned()))
        });
        assert_eq!(found.len(), 4);
        assert!(expected.iter().flatten().all(|one| found.contains(one)), "{found:?}");
    }
}
