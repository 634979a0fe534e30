//! Terms of many texts → the texts that share most with a query: BM25.
//!
//! Rare words are looked at first. Once what the frequent ones can still give is less than what the
//! best texts have already, only texts that hold a rare word are looked at further, as MaxScore does (Turtle
//! and Flood 1995). The answer is that of adding everything up.

use std::collections::HashMap;

use super::gone::Gone;
use crate::pipeline::matching::Shared;

/// How fast a term's repetition stops counting, and how much a text's length counts: Robertson and
/// Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with its usual values.
const SATURATION: f32 = 1.2;
const LENGTH: f32 = 0.75;

/// Texts among which a word is at least taken to be rare or not: among a handful every word is rare.
const FEWEST_TEXTS: usize = 1000;

/// What is taken off a bound before it excludes anything: sums in another order differ by less.
const ROUNDING: f32 = 1e-4;

/// The texts that hold a term.
#[derive(Debug, Default)]
struct Holders {
    /// In order.
    texts: Vec<u32>,
    /// How often each holds it; more than 255 times count as 255.
    counts: Vec<u8>,
    /// The most that a text holds it, and the fewest terms that such a text has.
    most: u8,
    shortest: u32,
}

impl Holders {
    /// Forgets texts; `lengths` are those of the texts that are left.
    fn forget(&mut self, gone: &Gone, lengths: &[u32]) {
        let Holders { texts, counts, most, shortest } = self;
        (*most, *shortest) = (0, u32::MAX);
        let mut kept = 0;
        for at in 0..texts.len() {
            let Some(place) = gone.place_of(texts[at]) else { continue };
            (texts[kept], counts[kept]) = (place, counts[at]);
            *most = (*most).max(counts[at]);
            *shortest = (*shortest).min(lengths[place as usize]);
            kept += 1;
        }
        texts.truncate(kept);
        counts.truncate(kept);
    }
}

/// Which texts hold which terms.
#[derive(Debug, Default)]
pub struct WordIndex {
    numbers: HashMap<String, u32>,
    holders: Vec<Holders>,
    /// The terms of all texts, of each text in order and each once.
    terms: Vec<u32>,
    /// How often the text holds each; as [`Holders::counts`].
    counts: Vec<u8>,
    /// Where each text's terms end among them.
    ends: Vec<usize>,
    /// For each text, how many terms it has, repetitions counted.
    lengths: Vec<u32>,
    total: u64,
}

/// A query's terms, as an index knows them.
#[derive(Debug)]
pub struct Asked {
    /// Known terms in order, each once, with their weights.
    known: Vec<(u32, f32)>,
    /// Weight of all terms, unknown ones too.
    weight: f32,
}

/// What BM25 makes of a term's count, for one state of an index.
#[derive(Debug, Clone, Copy)]
struct Measure {
    average: f32,
}

impl Measure {
    fn of(self, weight: f32, count: u8, length: u32) -> f32 {
        let count = f32::from(count);
        let length = 1.0 - LENGTH + LENGTH * length as f32 / self.average;
        weight * count * (SATURATION + 1.0) / (count + SATURATION * length)
    }
}

impl WordIndex {
    /// Adds a text; they are numbered from 0.
    pub fn add(&mut self, terms: &[String]) {
        let mut own: Vec<u32> = terms.iter().map(|term| self.number(term)).collect();
        own.sort_unstable();
        let counted: Vec<(u32, u8)> = own
            .chunk_by(|a, b| a == b)
            .map(|same| (same[0], u8::try_from(same.len()).unwrap_or(u8::MAX)))
            .collect();
        self.add_counted(&counted, terms.len() as u32);
    }

    fn number(&mut self, term: &str) -> u32 {
        if let Some(&number) = self.numbers.get(term) {
            return number;
        }
        let number = self.holders.len() as u32;
        self.numbers.insert(term.to_owned(), number);
        self.holders.push(Holders { shortest: u32::MAX, ..Holders::default() });
        number
    }

    /// Adds a text by its terms in order, each once, with how often it holds them.
    pub fn add_counted(&mut self, terms: &[(u32, u8)], length: u32) {
        let text = self.len() as u32;
        for &(term, count) in terms {
            let holders = &mut self.holders[term as usize];
            holders.texts.push(text);
            holders.counts.push(count);
            holders.most = holders.most.max(count);
            holders.shortest = holders.shortest.min(length);
            self.terms.push(term);
            self.counts.push(count);
        }
        self.ends.push(self.terms.len());
        self.lengths.push(length);
        self.total += u64::from(length);
    }

    /// Forgets texts, and the terms that no other text holds; the others are numbered anew, in their
    /// order, as if the forgotten ones had never been there.
    pub fn forget(&mut self, gone: &Gone) {
        let mut from = 0;
        let mut kept = 0;
        let mut ends = Vec::with_capacity(gone.left());
        for (text, &end) in (0..).zip(&self.ends) {
            if gone.place_of(text).is_some() {
                self.terms.copy_within(from..end, kept);
                self.counts.copy_within(from..end, kept);
                kept += end - from;
                ends.push(kept);
            } else {
                self.total -= u64::from(self.lengths[text as usize]);
            }
            from = end;
        }
        self.terms.truncate(kept);
        self.counts.truncate(kept);
        self.ends = ends;
        gone.leave(&mut self.lengths);
        // Terms keep their order, so those of each text stay in order, too.
        let mut places = Vec::with_capacity(self.holders.len());
        let mut terms = 0_u32;
        for holders in &mut self.holders {
            holders.forget(gone, &self.lengths);
            let is_held = !holders.texts.is_empty();
            places.push(is_held.then_some(terms));
            terms += u32::from(is_held);
        }
        self.holders.retain(|holders| !holders.texts.is_empty());
        self.numbers.retain(|_, number| match places[*number as usize] {
            Some(place) => {
                *number = place;
                true
            }
            None => false,
        });
        for term in &mut self.terms {
            // Each is held by the text that it stands in.
            *term = places[*term as usize].unwrap_or_default();
        }
    }

    /// Number of texts.
    pub fn len(&self) -> usize {
        self.lengths.len()
    }

    /// All terms, in the order of their numbers.
    pub fn vocabulary(&self) -> Vec<&str> {
        let mut terms = vec![""; self.holders.len()];
        for (term, &number) in &self.numbers {
            terms[number as usize] = term;
        }
        terms
    }

    /// Adds a term that no text holds yet; `None` if it is known.
    pub fn add_term(&mut self, term: &str) -> Option<()> {
        let known = self.holders.len();
        (self.number(term) as usize == known).then_some(())
    }

    /// A text's terms in order, each once, with how often it holds them, and how many these are together.
    pub fn counted(&self, text: u32) -> (impl Iterator<Item = (u32, u8)>, u32) {
        let place = self.place_of(text);
        let terms = self.terms[place.clone()].iter().copied();
        (terms.zip(self.counts[place].iter().copied()), self.lengths[text as usize])
    }

    fn place_of(&self, text: u32) -> std::ops::Range<usize> {
        let at = text as usize;
        at.checked_sub(1).map_or(0, |before| self.ends[before])..self.ends[at]
    }

    /// The terms of a text, in order.
    fn terms_of(&self, text: u32) -> &[u32] {
        &self.terms[self.place_of(text)]
    }

    /// How much a term tells that so many texts hold.
    fn weight(&self, texts: usize) -> f32 {
        weight_among(self.len(), texts)
    }

    /// How rare a term is that so many texts hold: 1 for one.
    fn rarity(&self, texts: usize) -> f32 {
        let all = self.len().max(FEWEST_TEXTS);
        weight_among(all, texts) / weight_among(all, 1)
    }

    /// A query's terms.
    pub fn ask(&self, terms: &[String]) -> Asked {
        let mut unique: Vec<&String> = terms.iter().collect();
        unique.sort_unstable();
        unique.dedup();
        let mut asked = Asked { known: Vec::new(), weight: 0.0 };
        for term in unique {
            let number = self.numbers.get(term).copied();
            let held = number.map_or(0, |number| self.holders[number as usize].texts.len());
            let weight = self.weight(held);
            asked.weight += weight;
            asked.known.extend(number.map(|number| (number, weight)));
        }
        asked.known.sort_unstable_by_key(|(number, _)| *number);
        asked
    }

    /// The texts that share most with a query, best first, at most `most`; of equal ones the first
    /// comes first.
    pub fn best(&self, asked: &Asked, most: usize) -> Vec<(u32, f32)> {
        let measure = self.measure();
        // The terms that can give most first, each with what all behind it can give together.
        let mut terms: Vec<(u32, f32, f32)> = asked
            .known
            .iter()
            .map(|&(term, weight)| {
                let holders = &self.holders[term as usize];
                (term, weight, measure.of(weight, holders.most, holders.shortest))
            })
            .collect();
        terms.sort_by(|a, b| b.2.total_cmp(&a.2).then(a.0.cmp(&b.0)));
        let mut left: f32 = terms.iter().map(|(_, _, bound)| bound).sum();
        let mut given = 0.0;
        let (mut scores, mut touched) = (vec![0.0_f32; self.len()], Vec::new());
        let mut terms = terms.into_iter();
        let mut limit = None;
        for (term, weight, bound) in terms.by_ref() {
            let holders = &self.holders[term as usize];
            for (&text, &count) in holders.texts.iter().zip(&holders.counts) {
                let score = &mut scores[text as usize];
                if *score == 0.0 {
                    touched.push(text);
                }
                *score += measure.of(weight, count, self.lengths[text as usize]);
            }
            (left, given) = (left - bound, given + bound);
            // What is found later cannot be better than these only if they can have enough by now.
            if left < given {
                limit = nth_best(&touched, &scores, most);
                if limit.is_some_and(|limit| left < limit * (1.0 - ROUNDING)) {
                    break;
                }
            }
        }
        let still = |text: &u32, left: f32, limit: Option<f32>, scores: &[f32]| {
            limit.is_none_or(|limit| scores[*text as usize] + left >= limit * (1.0 - ROUNDING))
        };
        touched.retain(|text| still(text, left.max(0.0), limit, &scores));
        touched.sort_unstable();
        for (term, weight, bound) in terms {
            let holders = &self.holders[term as usize];
            let mut from = 0;
            for &text in &touched {
                from += first_from(&holders.texts[from..], text);
                if holders.texts.get(from) == Some(&text) {
                    let length = self.lengths[text as usize];
                    scores[text as usize] += measure.of(weight, holders.counts[from], length);
                }
            }
            left -= bound;
            limit = nth_best(&touched, &scores, most);
            touched.retain(|text| still(text, left.max(0.0), limit, &scores));
        }
        let scored = |text: u32| (text, self.score(asked, text, measure));
        super::best(touched.into_iter().map(scored).collect(), most)
    }

    /// What BM25 makes of what one text shares with a query.
    pub fn score_of(&self, asked: &Asked, text: u32) -> f32 {
        self.score(asked, text, self.measure())
    }

    fn measure(&self) -> Measure {
        Measure { average: (self.total as f64 / self.len().max(1) as f64) as f32 }
    }

    /// What a text shares with a query, added up in the order of the terms.
    fn score(&self, asked: &Asked, text: u32, measure: Measure) -> f32 {
        let place = self.place_of(text);
        let (own, counts) = (&self.terms[place.clone()], &self.counts[place]);
        let length = self.lengths[text as usize];
        let shared = asked.known.iter().filter_map(|&(term, weight)| {
            let at = own.binary_search(&term).ok()?;
            Some(measure.of(weight, counts[at], length))
        });
        shared.sum()
    }

    /// How much a query and a text share.
    pub fn shared(&self, asked: &Asked, text: u32) -> Shared {
        let terms = self.terms_of(text);
        let both = asked.known.iter().filter(|(term, _)| terms.binary_search(term).is_ok());
        let of_both: f32 = both.clone().map(|(_, weight)| weight).sum();
        let rarities = both.map(|&(term, _)| self.rarity(self.holders[term as usize].texts.len()));
        let own: f32 =
            terms.iter().map(|&term| self.weight(self.holders[term as usize].texts.len())).sum();
        let share = |whole: f32| if whole > 0.0 { of_both / whole } else { 0.0 };
        Shared {
            of_claim: share(own),
            of_query: share(asked.weight),
            rarest: rarities.clone().fold(0.0, f32::max),
            rarities: rarities.sum(),
        }
    }
}

/// How much a term tells that so many of all texts hold.
fn weight_among(all: usize, texts: usize) -> f32 {
    let (all, texts) = (all as f32, texts as f32);
    (1.0 + (all - texts + 0.5) / (texts + 0.5)).ln()
}

/// The score that so many of these texts have at least, if there are as many.
fn nth_best(texts: &[u32], scores: &[f32], most: usize) -> Option<f32> {
    let nth = most.checked_sub(1).filter(|_| texts.len() >= most)?;
    let mut scores: Vec<f32> = texts.iter().map(|&text| scores[text as usize]).collect();
    let (_, score, _) = scores.select_nth_unstable_by(nth, |a, b| b.total_cmp(a));
    Some(*score)
}

/// How many of `texts`, which are in order, come before `text`: found in steps that double.
fn first_from(texts: &[u32], text: u32) -> usize {
    let mut step = 1;
    while texts.get(step - 1).is_some_and(|&known| known < text) {
        step *= 2;
    }
    let (from, to) = (step / 2, step.min(texts.len()));
    from + texts[from..to].partition_point(|&known| known < text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    fn index() -> WordIndex {
        let mut index = WordIndex::default();
        for text in ["ferry sank harbour", "ferry late", "mayor late late", "harbour ferry sank"] {
            index.add(&terms(text));
        }
        index
    }

    #[test]
    fn the_text_that_shares_most_comes_first_and_of_equal_ones_the_older() {
        let index = index();
        let found = |query: &str| -> Vec<u32> {
            index.best(&index.ask(&terms(query)), 10).into_iter().map(|(text, _)| text).collect()
        };
        assert_eq!(found("harbour sank"), [0, 3]);
        assert_eq!(found("late mayor"), [2, 1]);
        assert_eq!(found("ferry"), [1, 0, 3], "a short text says it more strongly");
        assert!(found("nothing known").is_empty());
        assert_eq!(index.best(&index.ask(&terms("ferry")), 1).len(), 1);
        assert!(index.best(&index.ask(&terms("ferry")), 0).is_empty());
    }

    /// A thousand texts of words that are the more frequent the lower their number is, and with a word
    /// that stands in nearly all.
    fn many() -> WordIndex {
        let mut random = 7_u32;
        let mut next = |below: u32| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 8) % below
        };
        let mut index = WordIndex::default();
        for _ in 0..1_000 {
            let words = 2 + next(9);
            let mut text: Vec<String> = (0..words)
                .map(|_| {
                    let most = 1 + next(300);
                    format!("w{}", next(most))
                })
                .collect();
            if next(10) > 0 {
                text.push("all".to_owned());
            }
            index.add(&text);
        }
        index
    }

    #[test]
    fn leaving_out_what_cannot_be_among_the_best_gives_what_adding_all_up_gives() {
        let index = many();
        for number in 0..200 {
            let query = format!("w{} w{} w{} w0 all w{}", number, number / 2, number % 7, 299);
            let asked = index.ask(&terms(&query));
            let all = (0..index.len() as u32)
                .map(|text| (text, index.score(&asked, text, index.measure())))
                .filter(|(_, score)| *score > 0.0);
            for most in [1, 10, 50] {
                let expected = super::super::best(all.clone().collect(), most);
                assert_eq!(index.best(&asked, most), expected, "{query}");
            }
        }
    }

    #[test]
    fn what_is_forgotten_was_never_there() {
        let mut index = many();
        let texts = index.len() as u32;
        let stays = |text: u32| text % 7 != 3 && !(100..400).contains(&text);
        let mut expected = WordIndex::default();
        let vocabulary: Vec<String> = index.vocabulary().into_iter().map(str::to_owned).collect();
        for text in (0..texts).filter(|&text| stays(text)) {
            let (counted, _) = index.counted(text);
            let words = counted.flat_map(|(term, times)| {
                std::iter::repeat_n(vocabulary[term as usize].clone(), times.into())
            });
            expected.add(&words.collect::<Vec<_>>());
        }
        index.forget(&Gone::of(texts as usize, |text| !stays(text)));
        assert_eq!((index.len(), index.total), (expected.len(), expected.total));
        let sorted = |index: &WordIndex| {
            let mut all: Vec<String> = index.vocabulary().into_iter().map(str::to_owned).collect();
            all.sort();
            all
        };
        assert_eq!(sorted(&index), sorted(&expected));
        let told = |index: &WordIndex, query: &str| -> Vec<(u32, i32)> {
            let found = index.best(&index.ask(&terms(query)), 40).into_iter();
            let mut found: Vec<(u32, i32)> =
                found.map(|(text, score)| (text, (1e3 * score).round() as i32)).collect();
            // Terms are added up in another order, so that equal ones may change places.
            found.sort_by_key(|&(text, score)| (-score, text));
            found
        };
        for number in 0..200 {
            let query = format!("w{} w{} w0 all", number, number / 3);
            let (own, others) = (told(&index, &query), told(&expected, &query));
            let scores = |found: &[(u32, i32)]| found.iter().map(|it| it.1).collect::<Vec<_>>();
            assert_eq!(scores(&own), scores(&others), "{query}");
            for (text, score) in own.iter().take_while(|it| it.1 > own[own.len() - 1].1) {
                assert!(others.contains(&(*text, *score)), "{query}: {text}");
            }
        }
        index.forget(&Gone::of(index.len(), |_| true));
        assert!(
            index.vocabulary().is_empty() && index.holders.is_empty() && index.terms.is_empty()
        );
        index.add(&terms("ferry sank"));
        assert_eq!(told(&index, "ferry").len(), 1);
    }

    #[test]
    fn a_place_is_found_among_any_number_of_texts() {
        let texts: Vec<u32> = (0..100).map(|at| at * 3).collect();
        for length in [0, 1, 2, 3, 17, 100] {
            for text in 0..310 {
                let expected = texts[..length].partition_point(|&known| known < text);
                assert_eq!(first_from(&texts[..length], text), expected, "{text} of {length}");
            }
        }
    }

    #[test]
    fn shares_are_by_weight_and_count_unknown_words() {
        let index = index();
        let shared = |query: &str, text| index.shared(&index.ask(&terms(query)), text);
        let all = shared("ferry late", 1);
        assert_eq!((all.of_claim, all.of_query), (1.0, 1.0));
        assert_eq!(shared("mayor", 0), Shared::default());
        let rare = shared("mayor unheard", 2);
        assert!(rare.of_query > 0.0 && rare.of_query < 0.5, "{rare:?}");
        assert!(rare.of_claim > 0.5, "mayor is rarer than late: {rare:?}");
        assert_eq!(index.shared(&index.ask(&[]), 0), Shared::default());
    }

    #[test]
    fn a_word_is_rare_by_how_many_texts_have_it_and_as_among_a_thousand_at_least() {
        let index = index();
        let shared = |query: &str, text| index.shared(&index.ask(&terms(query)), text);
        let (mayor, late) = (shared("mayor", 2), shared("late", 2));
        assert_eq!(mayor.rarest, 1.0);
        assert!(late.rarest < 1.0 && late.rarest > 0.8, "{late:?}");
        let both = shared("the mayor is late", 2);
        assert_eq!(both.rarest, 1.0);
        assert!((both.rarities - mayor.rarities - late.rarities).abs() < 1e-6, "{both:?}");
    }
}
