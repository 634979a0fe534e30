//! The known claims in memory: by their words and by their meaning.
//!
//! It finds the few that a text could be about and tells how they were found; which of them it is,
//! if any, [`crate::pipeline::matching`] decides.

mod days;
mod families;
mod file;
mod gone;
mod keeper;
mod known;
mod meanings;
mod signs;
mod words;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use chrono::NaiveDate;

use days::Days;
pub use families::{Families, Linked, is_near, links_of};
pub use file::FileError;
use gone::Gone;
pub use keeper::{EVERY, Keeper};
pub use known::{Found, KnownClaims};
use meanings::{AskedMeaning, MeaningIndex};
pub use meanings::{Meaning, WIDTH};
use words::{Asked, WordIndex};

use crate::pipeline::matching::rank::STRONG;
use crate::pipeline::matching::{Evidence, Vector, Way, meaning, readable, signature, terms};

/// How many candidates each way finds.
const FOUND: usize = 50;

/// How many it finds of the claims that came up soon after a text.
const FOUND_BY_DAY: usize = 20;

/// Texts that are found by their words and by their meaning.
#[derive(Debug, Default)]
struct Texts {
    words: WordIndex,
    meanings: MeaningIndex,
}

/// Known claims, numbered from 0 in the order they were added.
#[derive(Debug, Default)]
pub struct ClaimIndex {
    claims: Texts,
    /// The same claims by their words and those of their context, and by their context's meaning;
    /// nothing in an index that was given no context.
    contexts: Option<Texts>,
    /// The day each came up, where that is known; nothing in an index that was given no context.
    days: Days,
}

/// A known claim with what else is said of it.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'e> {
    /// The claim's own sentence.
    pub claim: &'e str,
    /// Titles and other wordings; may be empty.
    pub context: &'e str,
    /// The day it came up, as that of its check.
    pub day: Option<NaiveDate>,
}

/// What a text is searched by.
struct Question<'q> {
    words: &'q [String],
    meaning: &'q Vector,
    /// Words of the names of who wrote it.
    author: &'q [String],
    /// The day it was written.
    day: Option<NaiveDate>,
}

impl ClaimIndex {
    /// Claims with what else is said of them, in their order; their meaning is read on so many
    /// threads (one at least).
    pub fn with_context(entries: &[Entry<'_>], threads: usize) -> Self {
        let claims: Vec<&str> = entries.iter().map(|entry| entry.claim).collect();
        let contexts: Vec<&str> = entries.iter().map(|entry| entry.context).collect();
        let mut all = Texts::default();
        for (entry, meaning) in entries.iter().zip(meanings(&contexts, threads)) {
            let mut words = terms(entry.claim);
            words.extend(terms(entry.context));
            all.words.add(&words);
            all.meanings.add(Some(&Meaning::from(&meaning)));
        }
        let days = Days::of(entries.iter().map(|entry| entry.day));
        ClaimIndex { contexts: Some(all), days, ..ClaimIndex::of_claims(&claims, threads) }
    }

    /// Claims alone; otherwise as [`ClaimIndex::with_context`].
    pub fn of_claims(claims: &[&str], threads: usize) -> Self {
        let mut index = ClaimIndex::default();
        for (claim, meaning) in claims.iter().zip(meanings(claims, threads)) {
            index.add(claim, Some(&Meaning::from(&meaning)));
        }
        index
    }

    /// Adds a claim without context; until its meaning is [set](Self::set_meaning) its words alone
    /// find it.
    pub fn add(&mut self, claim: &str, meaning: Option<&Meaning>) {
        self.add_terms(&terms(claim), meaning);
    }

    /// As [`ClaimIndex::add`], of a claim whose words have been read.
    fn add_terms(&mut self, terms: &[String], meaning: Option<&Meaning>) {
        self.claims.words.add(terms);
        self.claims.meanings.add(meaning);
    }

    /// Sets the meaning of the claim of this number.
    ///
    /// # Panics
    /// There is none.
    pub fn set_meaning(&mut self, number: u32, meaning: &Meaning) {
        self.claims.meanings.set(number, meaning);
    }

    /// Whether the meaning of the claim of this number is known.
    fn is_meant(&self, number: u32) -> bool {
        self.claims.meanings.vector(number).is_some()
    }

    /// The sum of the meanings of these claims, and of how many one is known.
    fn sum_of(&self, numbers: impl Iterator<Item = u32>) -> (Vector, usize) {
        let (mut sum, mut count) = ([0.0; WIDTH], 0);
        for vector in numbers.filter_map(|number| self.claims.meanings.vector(number)) {
            sum.iter_mut().zip(vector).for_each(|(sum, x)| *sum += x);
            count += 1;
        }
        (sum, count)
    }

    /// Forgets claims, as if they had never been added; the others are numbered anew, in their order.
    fn forget(&mut self, gone: &Gone) {
        for texts in [Some(&mut self.claims), self.contexts.as_mut()].into_iter().flatten() {
            texts.words.forget(gone);
            texts.meanings.forget(gone);
        }
        self.days.forget(gone);
    }

    /// Number of claims.
    pub fn len(&self) -> usize {
        self.claims.words.len()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a text's [signature] tells it more: where it was given context.
    pub fn reads_signatures(&self) -> bool {
        self.contexts.is_some()
    }

    /// The claims that `text` could be about, each with how it was found, in order of number.
    pub fn candidates(&self, text: &str) -> Vec<(usize, Evidence)> {
        let signed = signature(text);
        let author = signed.as_ref().map_or_else(Vec::new, |signed| terms(&signed.author));
        let read = readable(text);
        let text = if read.is_empty() { text } else { &read };
        self.find(&Question {
            words: &terms(text),
            meaning: &meaning(text),
            author: &author,
            day: signed.and_then(|signed| signed.day),
        })
    }

    /// As [`ClaimIndex::candidates`], of a text whose words and meaning have been read and of which
    /// nothing else is known.
    pub fn candidates_by(&self, words: &[String], meaning: &Vector) -> Vec<(usize, Evidence)> {
        self.find(&Question { words, meaning, author: &[], day: None })
    }

    fn find(&self, question: &Question<'_>) -> Vec<(usize, Evidence)> {
        let all = self.contexts.as_ref().map_or(&self.claims.words, |all| &all.words);
        let in_claim = self.claims.words.ask(question.words);
        let in_all = all.ask(question.words);
        let signed = all.ask(&[question.words, question.author].concat());
        let author = all.ask(question.author);
        let meaning = AskedMeaning::from(question.meaning);
        let close = |of: &Texts| of.meanings.nearest(&meaning, FOUND);
        let ways: [Vec<(u32, f32)>; Way::COUNT] = Way::ALL.map(|way| match way {
            Way::ClaimWords => self.claims.words.best(&in_claim, FOUND),
            Way::ClaimMeaning => close(&self.claims),
            _ if self.contexts.is_none() => Vec::new(),
            Way::AllWords => all.best(&in_all, FOUND),
            Way::ContextMeaning => self.contexts.as_ref().map(close).unwrap_or_default(),
            Way::SignedWords => all.best(&signed, FOUND),
            Way::Days => self.found_by_day(question.day, &signed, &meaning),
        });
        let mut found: BTreeMap<u32, Evidence> = BTreeMap::new();
        for (way, list) in Way::ALL.into_iter().zip(ways) {
            for (place, (claim, score)) in list.into_iter().enumerate() {
                let evidence = found.entry(claim).or_default();
                evidence.places[way as usize] = Some(place);
                evidence.scores[way as usize] = score;
            }
        }
        for (&claim, evidence) in &mut found {
            // Known of every claim, found that way or not.
            let [of_claim, of_context] = self.closeness(&meaning, claim);
            evidence.scores[Way::ClaimMeaning as usize] = of_claim;
            evidence.scores[Way::ContextMeaning as usize] = of_context;
            evidence.with_context = all.shared(&in_all, claim);
            evidence.alone = self.claims.words.shared(&in_claim, claim);
            if self.contexts.is_some() {
                evidence.signed = all.shared(&signed, claim);
                evidence.author = all.shared(&author, claim);
            }
            evidence.days = self.days.after(question.day, claim);
        }
        found.into_iter().map(|(claim, evidence)| (claim as usize, evidence)).collect()
    }

    /// How close a claim's meaning and that of its context are; 0 where there is none.
    fn closeness(&self, meaning: &AskedMeaning, claim: u32) -> [f32; 2] {
        let context = self.contexts.as_ref().map(|all| all.meanings.closeness(meaning, claim));
        [self.claims.meanings.closeness(meaning, claim), context.unwrap_or_default()]
    }

    /// The nearest of the claims that came up soon after a day, by words and meaning together.
    fn found_by_day(
        &self,
        day: Option<NaiveDate>,
        signed: &Asked,
        meaning: &AskedMeaning,
    ) -> Vec<(u32, f32)> {
        let Some(all) = &self.contexts else { return Vec::new() };
        let scored = self.days.soon_after(day).map(|claim| {
            let [of_claim, of_context] = self.closeness(meaning, claim);
            let words = all.words.score_of(signed, claim) / STRONG;
            (claim, words + 2.0 * of_claim.max(of_context))
        });
        best(scored.collect(), FOUND_BY_DAY)
    }
}

/// What each text means, read on so many threads.
fn meanings(texts: &[&str], threads: usize) -> Vec<Vector> {
    let share = texts.len().div_ceil(threads.max(1)).max(1);
    std::thread::scope(|scope| {
        let workers: Vec<_> = texts
            .chunks(share)
            .map(|part| scope.spawn(|| part.iter().map(|text| meaning(text)).collect::<Vec<_>>()))
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| match worker.join() {
                Ok(meanings) => meanings,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    })
}

/// The best `most` by score, best first; of equal ones that with the lower number comes first.
fn best(mut scores: Vec<(u32, f32)>, most: usize) -> Vec<(u32, f32)> {
    let order =
        |a: &(u32, f32), b: &(u32, f32)| -> Ordering { b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)) };
    if scores.len() > most {
        scores.select_nth_unstable_by(most, order);
        scores.truncate(most);
    }
    scores.sort_unstable_by(order);
    scores
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::matching::Ranker;

    const CLAIMS: [(&str, &str); 5] = [
        ("The ferry Aurora sank in Ostrel harbour.", "No, the Aurora did not sink"),
        ("The mayor of Ostrel has left the country.", "Where is the mayor?"),
        ("Bread will cost twice as much from Monday.", ""),
        ("The dam at Kelm is about to break.", "Dam rumours return each spring"),
        ("A vaccine makes keys stick to the arm.", ""),
    ];

    fn index(threads: usize) -> ClaimIndex {
        let entries: Vec<Entry<'_>> =
            CLAIMS.iter().map(|&(claim, context)| Entry { claim, context, day: None }).collect();
        ClaimIndex::with_context(&entries, threads)
    }

    fn likeliest(index: &ClaimIndex, text: &str) -> usize {
        let (numbers, evidence): (Vec<usize>, Vec<_>) = index.candidates(text).into_iter().unzip();
        let scores = Ranker::trained().scores(&evidence);
        let best = (0..numbers.len()).max_by(|&a, &b| scores[a].total_cmp(&scores[b]));
        numbers[best.expect("meaning finds something")]
    }

    #[test]
    fn a_claim_is_found_by_its_words_and_by_its_meaning() {
        let index = index(2);
        assert_eq!(likeliest(&index, "so the #AuroraFerry went down in the harbour??"), 0);
        assert_eq!(likeliest(&index, "Ostrel's mayor fled abroad last night"), 1);
        assert_eq!(likeliest(&index, "loaf prices to double next week"), 2);
        assert_eq!(likeliest(&index, "magnetic after the jab, spoons hold on their shoulder"), 4);
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("it is a day")
    }

    /// Thirty dams, each checked on another day of May, and what nobody but its author tells the name of.
    fn of_days() -> ClaimIndex {
        let claims: Vec<String> = (1..=30).map(|number| format!("Dam {number} broke.")).collect();
        let mut entries: Vec<Entry<'_>> = claims
            .iter()
            .zip(1..)
            .map(|(claim, at)| Entry {
                claim,
                context: "",
                day: NaiveDate::from_ymd_opt(2026, 5, at),
            })
            .collect();
        entries.push(Entry { claim: "Ilo Marn is ill.", context: "", day: None });
        ClaimIndex::with_context(&entries, 1)
    }

    fn evidence_of(index: &ClaimIndex, text: &str, claim: usize) -> Evidence {
        let found = index.candidates(text).into_iter().find(|(number, _)| *number == claim);
        found.expect("it is found").1
    }

    #[test]
    fn what_came_up_soon_after_a_post_is_likelier_than_what_was_there_before() {
        let index = of_days();
        let post = "the dam has broken! — Nadia Brandt (@brandt) May 20, 2026";
        assert!((18..=20).contains(&likeliest(&index, post)), "within a day of it");
        let days = |claim| evidence_of(&index, post, claim).days;
        assert_eq!((days(0), days(18), days(29)), (Some(-19), Some(-1), Some(10)));
        let by_day = |claim| evidence_of(&index, post, claim).places[Way::Days as usize];
        assert!(by_day(18).is_some() && by_day(29).is_some());
        assert_eq!(by_day(17), None, "two days before");
        let undated = evidence_of(&index, "the dam has broken!", 29);
        assert_eq!((undated.days, undated.places[Way::Days as usize]), (None, None));
    }

    #[test]
    fn a_claim_of_the_day_is_found_though_no_word_and_no_meaning_is_shared() {
        let mut entries: Vec<Entry<'_>> = Vec::new();
        let texts: Vec<String> = (0..200).map(|at| format!("The dam broke, {at} say.")).collect();
        entries.extend(texts.iter().map(|claim| Entry {
            claim,
            context: "",
            day: Some(day("2020-01-01")),
        }));
        let claim = "Tariffs on sugar double.";
        entries.push(Entry { claim, context: "", day: Some(day("2026-05-04")) });
        let index = ClaimIndex::with_context(&entries, 2);
        let found = |text: &str| index.candidates(text).iter().any(|(number, _)| *number == 200);
        assert!(found("The dam broke — Nadia Brandt (@brandt) May 3, 2026"));
        assert!(!found("The dam broke — Nadia Brandt (@brandt) March 3, 2026"));
        assert!(!found("The dam broke"));
    }

    #[test]
    fn a_claim_about_who_wrote_a_post_is_found_by_the_name_in_its_signature() {
        let index = of_days();
        let post = "never felt better, thanks for asking — Ilo Marn (@IloMarn) June 3, 2026";
        let evidence = evidence_of(&index, post, 30);
        assert_eq!(evidence.places[Way::SignedWords as usize], Some(0));
        assert!(evidence.author.rarest > 0.9, "{evidence:?}");
        assert!(evidence.signed.of_claim > evidence.with_context.of_claim, "{evidence:?}");
        assert_eq!(likeliest(&index, post), 30);
        let unsigned = evidence_of(&index, "never felt better, thanks for asking", 30);
        assert_eq!(unsigned.author, Default::default());
    }

    #[test]
    fn claims_known_by_their_sentence_alone_are_found_the_same_with_a_signature_and_without() {
        let index = ClaimIndex::of_claims(&["Ilo Marn is ill.", "The dam broke."], 1);
        let signed = index.candidates("the dam! — Ilo Marn (@IloMarn) June 3, 2026");
        assert_eq!(signed, index.candidates("the dam!"));
    }

    #[test]
    fn candidates_are_the_same_on_any_number_of_threads() {
        let text = "the Kelm dam will break";
        assert_eq!(index(1).candidates(text), index(3).candidates(text));
        assert_eq!(index(1).len(), CLAIMS.len());
    }

    #[test]
    fn nothing_is_found_where_nothing_is_known_and_a_text_without_words_breaks_nothing() {
        assert!(ClaimIndex::default().candidates("the dam").is_empty());
        assert!(ClaimIndex::default().is_empty());
        let found = index(1).candidates("…?!");
        assert!(found.iter().all(|(_, evidence)| evidence.scores == [0.0; Way::COUNT]));
    }

    #[test]
    fn of_equal_scores_the_older_comes_first() {
        assert_eq!(best(vec![(2, 1.0), (0, 1.0), (1, 2.0)], 2), [(1, 2.0), (0, 1.0)]);
    }
}
