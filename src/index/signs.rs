//! The signs of many vectors → the vectors that could lie next to a query.
//!
//! The angle between two vectors is told by how many of their numbers have another sign (Charikar 2002),
//! and better by how large the query's numbers are there. Neither is exact: whoever asks compares those
//! that are found with all their numbers. The signs are an eighth of the bytes, and counted in whole
//! words.

use super::gone::Gone;
use super::meanings::{Meaning, WIDTH};

/// Words of 64 signs of one vector.
const WORDS: usize = WIDTH / 64;

/// How many times as many as are found have their signs weighed.
///
/// Of the 20 nearest among 14,231 real claims, asked for by 400 posts, 0.995 are among the fifteenth part with the fewest
/// other signs, and 0.976 among the hundred and twentieth part when the signs are weighed.
const WEIGHED: usize = 8;

type Signs = [u64; WORDS];

/// The signs of vectors, in the order they were added.
#[derive(Debug, Default)]
pub struct SignIndex {
    rows: Vec<Signs>,
}

/// A bit for each number, set where it is above nought.
fn signs(places: impl Iterator<Item = bool>) -> Signs {
    let mut signs = [0; WORDS];
    for (at, above) in places.take(WIDTH).enumerate() {
        signs[at / 64] |= u64::from(above) << (at % 64);
    }
    signs
}

fn signs_of(meaning: &Meaning) -> Signs {
    signs(meaning.places.iter().map(|&place| place > 0))
}

impl SignIndex {
    /// Adds a vector; they are numbered from 0.
    pub fn add(&mut self, meaning: &Meaning) {
        self.rows.push(signs_of(meaning));
    }

    /// Puts a vector in the place of one that was added.
    ///
    /// # Panics
    /// None has this number.
    pub fn set(&mut self, number: u32, meaning: &Meaning) {
        self.rows[number as usize] = signs_of(meaning);
    }

    /// Forgets vectors; the others are numbered anew, in their order.
    pub fn forget(&mut self, gone: &Gone) {
        gone.leave(&mut self.rows);
    }

    /// The vectors that could lie next to the query, at most `most`, in order.
    pub fn nearest(&self, query: &[i16; WIDTH], most: usize) -> Vec<u32> {
        let near = self.of_fewest_differing(query, WEIGHED * most);
        if near.len() <= most {
            return near;
        }
        let weights = Weights::new(query);
        // Beside each other first: a processor waits for many rows at once, but for one while it weighs it.
        let signs: Vec<Signs> = near.iter().map(|&at| self.rows[at as usize]).collect();
        let mut weighed: Vec<(i32, u32)> =
            signs.iter().zip(near).map(|(signs, at)| (weights.of(signs), at)).collect();
        weighed.select_nth_unstable_by(most, |a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        weighed.truncate(most);
        let mut nearest: Vec<u32> = weighed.into_iter().map(|(_, number)| number).collect();
        nearest.sort_unstable();
        nearest
    }

    /// The vectors with the fewest signs that differ from the query's, at most `most`, in order; of
    /// equal ones the first.
    fn of_fewest_differing(&self, query: &[i16; WIDTH], most: usize) -> Vec<u32> {
        let query = signs(query.iter().map(|&x| x > 0));
        let mut differing = vec![0_u16; self.rows.len()];
        count(&self.rows, &query, &mut differing);
        let mut having = [0_usize; WIDTH + 1];
        for &differing in &differing {
            having[usize::from(differing)] += 1;
        }
        let (mut limit, mut below) = (0, 0);
        while limit < WIDTH && below + having[limit] <= most {
            below += having[limit];
            limit += 1;
        }
        // Of those at the limit as many as there is room for.
        let mut room = most - below.min(most);
        let mut nearest = Vec::with_capacity(most.min(self.rows.len()));
        for (number, &differing) in (0..).zip(&differing) {
            let differing = usize::from(differing);
            if differing < limit {
                nearest.push(number);
            } else if differing == limit && room > 0 {
                room -= 1;
                nearest.push(number);
            }
        }
        nearest
    }
}

/// What each byte of signs is worth to a query: the sum of its numbers, in sixteenths, where the sign is set.
/// So small that all of it stays in the processor's nearest cache.
struct Weights(Vec<[i16; 256]>);

impl Weights {
    fn new(query: &[i16; WIDTH]) -> Self {
        let sum = |numbers: &[i16], byte: usize| -> i16 {
            let set = numbers.iter().enumerate().filter(|(bit, _)| byte >> bit & 1 == 1);
            set.map(|(_, &x)| x >> 4).sum()
        };
        Weights(query.chunks(8).map(|eight| std::array::from_fn(|byte| sum(eight, byte))).collect())
    }

    /// In loops of fixed length: as one chain of all bytes it takes twenty times as long.
    fn of(&self, signs: &Signs) -> i32 {
        let mut sum = 0;
        for (eight, word) in self.0.chunks_exact(8).zip(signs) {
            for (worth, byte) in eight.iter().zip(word.to_le_bytes()) {
                sum += i32::from(worth[usize::from(byte)]);
            }
        }
        sum
    }
}

/// How many signs of each vector differ from the query's.
fn count(rows: &[Signs], query: &Signs, differing: &mut [u16]) {
    #[cfg(target_arch = "x86_64")]
    {
        // Wider instructions are not faster: memory is the limit.
        if is_x86_feature_detected!("popcnt") {
            // SAFETY: the processor has it.
            return unsafe { count_by_words(rows, query, differing) };
        }
    }
    count_plainly(rows, query, differing);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "popcnt")]
fn count_by_words(rows: &[Signs], query: &Signs, differing: &mut [u16]) {
    count_plainly(rows, query, differing);
}

/// The compiler makes of it what the caller's instructions allow.
#[inline(always)]
fn count_plainly(rows: &[Signs], query: &Signs, differing: &mut [u16]) {
    for (row, differing) in rows.iter().zip(differing) {
        let mut count = 0;
        for (word, query) in row.iter().zip(query) {
            count += (word ^ query).count_ones();
        }
        *differing = count as u16;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Query = [i16; WIDTH];

    fn query(of: usize) -> Query {
        std::array::from_fn(|at| {
            (((at * at + 1) as f32 * (of as f32 + 0.3)).sin() * 30_000.0) as i16
        })
    }

    fn meaning(query: &Query) -> Meaning {
        Meaning::from(&query.map(f32::from))
    }

    fn index(vectors: &[Query]) -> SignIndex {
        let mut index = SignIndex::default();
        vectors.iter().for_each(|vector| index.add(&meaning(vector)));
        index
    }

    /// In how many places the signs differ. Bytes know no number below half a step.
    fn differing(one: &Query, other: &Query) -> i64 {
        let places = meaning(one).places;
        places.iter().zip(other).filter(|&(&one, &other)| (one > 0) != (other > 0)).count() as i64
    }

    fn expected(vectors: &[Query], most: usize, key: impl Fn(&Query) -> i64) -> Vec<u32> {
        let mut order: Vec<u32> = (0..vectors.len() as u32).collect();
        order.sort_by_cached_key(|&number| (key(&vectors[number as usize]), number));
        order.truncate(most);
        order.sort_unstable();
        order
    }

    #[test]
    fn those_with_the_fewest_other_signs_are_found_and_of_equal_ones_the_first() {
        // Each stands there twice, so that the limit falls between equal ones.
        let vectors: Vec<_> = (0..61).map(|of| query(of / 2)).collect();
        let index = index(&vectors);
        for query in [query(3), query(77), vectors[60]] {
            for most in [0, 1, 2, 7, 60, 61, 500] {
                let found = index.of_fewest_differing(&query, most);
                assert_eq!(found, expected(&vectors, most, |one| differing(one, &query)), "{most}");
            }
        }
    }

    #[test]
    fn of_those_the_ones_are_found_that_agree_where_the_query_is_large() {
        let vectors: Vec<_> = (0..61).map(|of| query(of / 2)).collect();
        let index = index(&vectors);
        for query in [query(3), query(77), vectors[60]] {
            let against = |one: &Query| {
                let places = meaning(one).places;
                let set = (0..WIDTH).filter(|&at| places[at] > 0);
                -set.map(|at| i64::from(query[at] >> 4)).sum::<i64>()
            };
            for most in [8, 17, 40, 61, 500] {
                let found = index.nearest(&query, most);
                assert_eq!(found, expected(&vectors, most, against), "{most}");
            }
        }
        assert!(index.nearest(&query(1), 0).is_empty());
    }

    #[test]
    fn a_vector_put_in_anothers_place_is_found_there() {
        let mut index = index(&[query(1), query(2), query(3)]);
        index.set(1, &meaning(&query(9)));
        assert_eq!(index.nearest(&query(9), 1), [1]);
    }

    #[test]
    fn every_way_of_counting_counts_the_same() {
        let index = index(&(0..40).map(query).collect::<Vec<_>>());
        let query = signs(query(5).iter().map(|&x| x > 0));
        let (mut plain, mut best) = (vec![0; 40], vec![1; 40]);
        count_plainly(&index.rows, &query, &mut plain);
        count(&index.rows, &query, &mut best);
        assert_eq!(plain, best);
    }
}
