//! Terms of many texts → the texts that share most with a query: BM25.

use std::collections::HashMap;

use crate::pipeline::matching::Shared;

/// How fast a term's repetition stops counting, and how much a text's length counts: Robertson and
/// Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with its usual values.
const SATURATION: f32 = 1.2;
const LENGTH: f32 = 0.75;

/// Which texts hold which terms.
#[derive(Debug, Default)]
pub struct WordIndex {
    numbers: HashMap<String, u32>,
    /// For each term, the texts that hold it, in order, and how often.
    texts: Vec<Vec<(u32, f32)>>,
    /// For each text, its terms in order, each once.
    terms: Vec<Vec<u32>>,
    /// For each text, how many terms it has, repetitions counted.
    lengths: Vec<f32>,
    total: f64,
}

/// A query's terms, as an index knows them.
#[derive(Debug)]
pub struct Asked {
    /// Known terms in order, each once, with their weights.
    known: Vec<(u32, f32)>,
    /// Weight of all terms, unknown ones too.
    weight: f32,
}

impl WordIndex {
    /// Adds a text; they are numbered from 0.
    pub fn add(&mut self, terms: &[String]) {
        let text = self.len() as u32;
        let mut own: Vec<u32> = Vec::with_capacity(terms.len());
        for term in terms {
            let number = match self.numbers.get(term) {
                Some(&number) => number,
                None => {
                    let number = self.texts.len() as u32;
                    self.numbers.insert(term.clone(), number);
                    self.texts.push(Vec::new());
                    number
                }
            };
            match self.texts[number as usize].last_mut() {
                Some((last, count)) if *last == text => *count += 1.0,
                _ => {
                    self.texts[number as usize].push((text, 1.0));
                    own.push(number);
                }
            }
        }
        own.sort_unstable();
        self.terms.push(own);
        self.lengths.push(terms.len() as f32);
        self.total += terms.len() as f64;
    }

    /// Number of texts.
    pub fn len(&self) -> usize {
        self.lengths.len()
    }

    /// How much a term tells that so many texts hold.
    fn weight(&self, texts: usize) -> f32 {
        let (all, texts) = (self.len() as f32, texts as f32);
        (1.0 + (all - texts + 0.5) / (texts + 0.5)).ln()
    }

    /// A query's terms.
    pub fn ask(&self, terms: &[String]) -> Asked {
        let mut unique: Vec<&String> = terms.iter().collect();
        unique.sort_unstable();
        unique.dedup();
        let mut asked = Asked { known: Vec::new(), weight: 0.0 };
        for term in unique {
            let number = self.numbers.get(term).copied();
            let weight = self.weight(number.map_or(0, |number| self.texts[number as usize].len()));
            asked.weight += weight;
            asked.known.extend(number.map(|number| (number, weight)));
        }
        asked.known.sort_unstable_by_key(|(number, _)| *number);
        asked
    }

    /// The texts that share most with a query, best first, at most `most`; of equal ones the first
    /// comes first.
    pub fn best(&self, asked: &Asked, most: usize) -> Vec<(u32, f32)> {
        let mut scores = vec![0.0_f32; self.len()];
        let average = (self.total / self.len().max(1) as f64) as f32;
        for &(term, weight) in &asked.known {
            for &(text, count) in &self.texts[term as usize] {
                let length = 1.0 - LENGTH + LENGTH * self.lengths[text as usize] / average;
                scores[text as usize] +=
                    weight * count * (SATURATION + 1.0) / (count + SATURATION * length);
            }
        }
        let found = (0_u32..).zip(scores).filter(|(_, score)| *score > 0.0).collect();
        super::best(found, most)
    }

    /// How much a query and a text share.
    pub fn shared(&self, asked: &Asked, text: u32) -> Shared {
        let terms = &self.terms[text as usize];
        let of_both: f32 = asked
            .known
            .iter()
            .filter(|(term, _)| terms.binary_search(term).is_ok())
            .map(|(_, weight)| weight)
            .sum();
        let own: f32 = terms.iter().map(|&term| self.weight(self.texts[term as usize].len())).sum();
        let share = |whole: f32| if whole > 0.0 { of_both / whole } else { 0.0 };
        Shared { of_claim: share(own), of_query: share(asked.weight) }
    }
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
    }

    #[test]
    fn shares_are_by_weight_and_count_unknown_words() {
        let index = index();
        let shared = |query: &str, text| index.shared(&index.ask(&terms(query)), text);
        assert_eq!(shared("ferry late", 1), Shared { of_claim: 1.0, of_query: 1.0 });
        assert_eq!(shared("mayor", 0), Shared::default());
        let rare = shared("mayor unheard", 2);
        assert!(rare.of_query > 0.0 && rare.of_query < 0.5, "{rare:?}");
        assert!(rare.of_claim > 0.5, "mayor is rarer than late: {rare:?}");
        assert_eq!(index.shared(&index.ask(&[]), 0), Shared::default());
    }
}
