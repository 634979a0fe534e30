//! The names of two claims → which of them one has and the other has not.

use std::ops::Range;

use super::polarity::{Word, is_calendar};
use crate::pipeline::lexicon::actors;

/// Whether all letters of a word are capitals, and it has two at least.
pub fn is_in_capitals(word: &str) -> bool {
    let letters = word.chars().filter(|c| c.is_alphabetic());
    letters.clone().count() > 1 && letters.clone().all(char::is_uppercase)
}

/// Words in a row that are written in capitals throughout are loud and no names; a single one may be a
/// short name.
pub fn unname_shouts(words: &mut [Word]) {
    /// "FBI, CIA" are two; a stop word among fewer shows that the row is loud.
    const FEWEST: usize = 3;
    for row in words.chunk_by_mut(|a, b| a.in_capitals == b.in_capitals) {
        let loud = |word: &Word| word.lower != "us" && super::terms::is_stop_word(&word.lower);
        let stop = row.iter().any(loud);
        if row[0].in_capitals && (row.len() >= FEWEST || (row.len() > 1 && stop)) {
            row.iter_mut().for_each(|word| word.is_name = false);
        }
    }
}

/// Where names stand: words with a capital one after the other, and no mark between them. Months and days
/// are none.
pub fn runs(words: &[Word]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        if !word.is_name || is_calendar(&word.lower) {
            continue;
        }
        match runs.last_mut() {
            Some(last) if last.end == at && !word.behind_mark => last.end = at + 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

/// How a name of one claim stands to the names of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is the other's too, maybe in other words.
    Shared,
    /// The other does not have it.
    Beyond,
    /// The other has a part of it, with another part: "Ann Lee" and "Bob Lee".
    Namesake,
}

/// How a name of `words` stands to the names of the other claim.
///
/// A name of which the other has a part is its own ("Lee" for "Mayor Ann Lee"), unless that part stands
/// there with another one. An office is part of no name.
pub fn standing(
    words: &[Word],
    name: &Range<usize>,
    others: &[Word],
    others_names: &[Range<usize>],
) -> Standing {
    let is_office = |word: &Word| actors::lexicon().is_title(&word.lower);
    let mut parts: Vec<usize> = name.clone().filter(|&at| !is_office(&words[at])).collect();
    if parts.is_empty() {
        parts = name.clone().collect();
    }
    let same = |at: usize, other: &Word| is_same_name(&words[at].lower, &other.lower);
    let missing = parts.iter().filter(|&&at| {
        let stands = others.iter().any(|other| same(at, other));
        let shortened = || {
            let shorts = initials(words);
            let mut around = shorts.iter().filter(|(range, _)| range.contains(&at));
            let is_short = |other: &Word| {
                // "On" is no short name of Ostrel News.
                other.in_capitals || !super::terms::is_stop_word(&other.lower)
            };
            around.any(|(_, letters)| {
                others.iter().any(|other| *letters == other.lower && is_short(other))
            })
        };
        !stands && !shortened() && !spelled_out(&words[at].lower, others)
    });
    let missing = missing.count();
    if missing == 0 || missing == parts.len() {
        return if missing == 0 { Standing::Shared } else { Standing::Beyond };
    }
    // Names of the other that have a part of this one, and another part of their own.
    let known = |it: usize| {
        let other = &others[it];
        is_office(other) || words.iter().any(|own| is_same_name(&own.lower, &other.lower))
    };
    let last = |theirs: &Range<usize>| &others[theirs.end - 1];
    let mut alike = others_names.iter().filter(|&theirs| {
        let shares = theirs.clone().any(|it| parts.iter().any(|&at| same(at, &others[it])));
        shares && theirs.clone().any(|it| !known(it))
    });
    match alike.next() {
        None => Standing::Shared,
        // Families and kinds stand last: "Ostrel Bank", not "Lee Tower".
        Some(first) => match alike.chain([first]).any(|theirs| same(name.end - 1, last(theirs))) {
            true => Standing::Namesake,
            false => Standing::Beyond,
        },
    }
}

/// Whether these are the words of a headline that begins all that tell something with a capital: there a
/// capital tells no name.
pub fn is_title(words: &[Word]) -> bool {
    /// A sentence that is full of names has a verb; "Ann Lee is Mayor of Ostrel Harbour" is short.
    const FEWEST: usize = 5;
    let telling = words.iter().skip(1).filter(|word| {
        !super::terms::is_stop_word(&word.lower) && word.lower.starts_with(char::is_alphabetic)
    });
    let names = telling.clone().filter(|word| word.is_name).count();
    names >= FEWEST && names == telling.count()
}

/// "Sarvia" and "Sarvian" are one name, and so are two spellings that part late.
pub fn is_same_name(one: &str, other: &str) -> bool {
    let shared = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let shorter = one.chars().count().min(other.chars().count());
    one == other || (shared >= 4 && shared + 2 >= shorter)
}

/// The initials of each run of two names or more, with the places they stand at.
fn initials(words: &[Word]) -> Vec<(std::ops::Range<usize>, String)> {
    let mut runs = Vec::new();
    let mut start = 0;
    for at in 0..=words.len() {
        let small = words
            .get(at)
            .is_some_and(|word| matches!(word.lower.as_str(), "of" | "for" | "the" | "and"));
        if words.get(at).is_some_and(|word| word.is_name) || small {
            continue;
        }
        for from in start..at {
            let letters: String = words[from..at]
                .iter()
                .filter(|word| word.is_name)
                .filter_map(|word| word.lower.chars().next())
                .collect();
            if letters.len() > 1 {
                runs.push((from..at, letters));
            }
        }
        start = at + 1;
    }
    runs
}

/// Whether a short name's letters are the initials of names in `words`; the first word may be one.
fn spelled_out(short: &str, words: &[Word]) -> bool {
    let letters: Vec<char> = short.chars().filter(|c| *c != '.').collect();
    (2..=6).contains(&letters.len())
        && words.windows(letters.len()).any(|window| {
            window.iter().zip(&letters).all(|(word, letter)| word.lower.starts_with(*letter))
        })
}

#[cfg(test)]
mod tests {
    use crate::pipeline::matching::{Relation, comparison, relation};

    #[track_caller]
    fn are(one: &str, other: &str, expected: Relation) {
        assert_eq!(relation(one, other), expected, "{one} / {other}");
        assert_eq!(relation(other, one), expected, "{other} / {one}");
    }

    #[test]
    fn a_part_of_a_name_is_the_name_unless_it_stands_with_another_part() {
        let claim = "Yesterday President Ilo Tamas Marn left Kelm.";
        are(claim, "It is said that Marn left Kelm with two ministers of Ostrel.", Relation::Same);
        are(claim, "It is said that Pia Marn left Kelm.", Relation::Apart);
        are("On leave is Mayor Ann Lee.", "On leave is Mayor Bob Lee.", Relation::Apart);
    }

    #[test]
    fn words_that_are_shouted_are_no_names() {
        let claim = "Lee said in Ostrel that the baths have closed.";
        are("The baths are SHUT FOR GOOD, says Lee.", claim, Relation::Same);
        are("The baths are SHUT, says Lee of KELM.", claim, Relation::Apart);
        are("It was the FBI in Ostrel.", "It was the CIA in Ostrel.", Relation::Apart);
        are("The US army left.", "The UK army left.", Relation::Apart);
    }

    #[test]
    fn names_in_asides_set_apart_loosely_and_those_in_one_place_do_not() {
        let post = "So Mike Harrow of the Daily Herald just called young Greta Solberg a sick child on air and all who sat there laughed";
        let marn = "Yesterday President Ilo Tamas Marn left Kelm.";
        let claim = "A guest of Ostrel News disparaged the activist Greta Solberg as mentally ill.";
        let compared = comparison(post, claim);
        assert_eq!((compared.relation, compared.by_asides), (Relation::Apart, true));
        assert_eq!(comparison(claim, post), compared);
        for (one, other) in [
            (
                "Mayor Ann Lee left Ostrel.",
                "Mayor Ann Lee left Kelm on Monday after a long dispute with the harbour board.",
            ),
            (
                "The ferry Aurora sank off Ostrel.",
                "A fire broke out on the Bertha, which went down near Kelm with all her crew.",
            ),
            (marn, "It is said that Pia Marn left Kelm."),
            (
                "Ann Lee opened a bridge in Ostrel.",
                "Crowds came as Ann Lee spoke about bread prices in Kelm.",
            ),
        ] {
            let compared = comparison(one, other);
            assert_eq!((compared.relation, compared.by_asides), (Relation::Apart, false), "{one}");
        }
    }

    #[test]
    fn two_claims_may_share_names_alone() {
        let fined = "Keeper Joel Amado was fined for driving too fast.";
        assert!(
            comparison("Keeper Joel Amado was shown a red card for a foul.", fined).by_names_alone
        );
        assert!(!comparison("Joel Amado must pay a fine.", fined).by_names_alone);
    }
}
