//! Scores of labels → the best sequence of labels, and each word's share of each label.

use super::numbers::exp;

/// Labels of the attribution tagger.
pub const LABELS: usize = 7;

/// A score for each label of one word.
pub type Scores = [f32; LABELS];

/// A linear chain over labels: what may follow what, and how gladly.
#[derive(Debug)]
pub struct Chain {
    transition: [Scores; LABELS],
    first: Scores,
    /// The same as factors.
    transition_factor: [Scores; LABELS],
    first_factor: Scores,
}

impl Chain {
    /// A chain of the given scores; what is forbidden has a score far below zero.
    pub fn new(transition: [Scores; LABELS], first: Scores) -> Chain {
        Chain {
            transition,
            first,
            transition_factor: transition.map(|row| row.map(exp)),
            first_factor: first.map(exp),
        }
    }

    /// The best labels of the words, by number.
    pub fn best(&self, words: &[Scores]) -> Vec<u8> {
        let Some((head, tail)) = words.split_first() else { return Vec::new() };
        let mut scores: Scores = std::array::from_fn(|label| self.first[label] + head[label]);
        let mut before = Vec::with_capacity(tail.len());
        for word in tail {
            let mut from = [0_u8; LABELS];
            let mut next = [0.0; LABELS];
            for label in 0..LABELS {
                let mut best = f32::MIN;
                for (previous, &score) in scores.iter().enumerate() {
                    let sum = score + self.transition[previous][label];
                    if sum > best {
                        best = sum;
                        from[label] = previous as u8;
                    }
                }
                next[label] = best + word[label];
            }
            before.push(from);
            scores = next;
        }
        let mut label = 0;
        for candidate in 1..LABELS {
            if scores[candidate] > scores[label] {
                label = candidate;
            }
        }
        let mut labels = vec![label as u8];
        for from in before.iter().rev() {
            label = usize::from(from[label]);
            labels.push(label as u8);
        }
        labels.reverse();
        labels
    }

    /// The share of every label at every word, over all sequences; each word's sum to 1.
    pub fn shares(&self, words: &[Scores]) -> Vec<Scores> {
        let factors: Vec<Scores> = words
            .iter()
            .map(|scores| {
                let largest = scores.iter().copied().fold(f32::MIN, f32::max);
                scores.map(|score| exp(score - largest))
            })
            .collect();
        let mut forward: Vec<Scores> = Vec::with_capacity(words.len());
        for word in &factors {
            let reached = match forward.last() {
                None => self.first_factor,
                Some(last) => std::array::from_fn(|label| {
                    (0..LABELS).map(|from| last[from] * self.transition_factor[from][label]).sum()
                }),
            };
            forward.push(scaled(std::array::from_fn(|label| reached[label] * word[label])));
        }
        let mut backward: Scores = [1.0; LABELS];
        for at in (0..words.len()).rev() {
            forward[at] = scaled(std::array::from_fn(|label| forward[at][label] * backward[label]));
            let word = &factors[at];
            backward = scaled(std::array::from_fn(|from| {
                (0..LABELS)
                    .map(|to| self.transition_factor[from][to] * word[to] * backward[to])
                    .sum()
            }));
        }
        forward
    }
}

/// The same proportions with the sum 1.
fn scaled(values: Scores) -> Scores {
    let sum: f32 = values.iter().sum();
    let inverse = 1.0 / sum.max(f32::MIN_POSITIVE);
    values.map(|value| value * inverse)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEVER: f32 = -1e4;

    /// Label 2 may only follow labels 1 and 2; label 1 is dear.
    fn chain() -> Chain {
        let mut transition = [[0.0; LABELS]; LABELS];
        let mut first = [0.0; LABELS];
        for (from, row) in transition.iter_mut().enumerate() {
            if from != 1 && from != 2 {
                row[2] = NEVER;
            }
            row[1] = -0.5;
        }
        first[2] = NEVER;
        Chain::new(transition, first)
    }

    fn word(label: usize, score: f32) -> Scores {
        let mut scores = [0.0; LABELS];
        scores[label] = score;
        scores
    }

    /// All sequences of three words, one by one.
    fn by_hand(chain: &Chain, words: &[Scores; 3]) -> (Vec<u8>, Vec<Scores>) {
        let (mut best, mut best_score, mut total) = (Vec::new(), f64::MIN, 0.0);
        let mut sums = [[0.0_f64; LABELS]; 3];
        for number in 0..LABELS.pow(3) {
            let labels = [number % LABELS, number / LABELS % LABELS, number / LABELS / LABELS];
            let mut score = f64::from(chain.first[labels[0]]);
            for (at, &label) in labels.iter().enumerate() {
                score += f64::from(words[at][label]);
                if at > 0 {
                    score += f64::from(chain.transition[labels[at - 1]][label]);
                }
            }
            if score > best_score {
                best_score = score;
                best = labels.iter().map(|&label| label as u8).collect();
            }
            total += score.exp();
            for (at, &label) in labels.iter().enumerate() {
                sums[at][label] += score.exp();
            }
        }
        (best, sums.iter().map(|sums| sums.map(|sum| (sum / total) as f32)).collect())
    }

    #[test]
    fn finds_the_sequence_and_the_shares_that_counting_all_finds() {
        let chain = chain();
        for words in [
            [word(0, 0.0), word(2, 3.0), word(2, 1.0)],
            [word(2, 5.0), word(2, 2.0), word(4, 0.5)],
            [word(1, 0.2), word(6, 4.0), word(2, 4.0)],
        ] {
            let (best, shares) = by_hand(&chain, &words);
            assert_eq!(chain.best(&words), best);
            for (mine, counted) in chain.shares(&words).iter().zip(&shares) {
                for label in 0..LABELS {
                    assert!((mine[label] - counted[label]).abs() < 1e-5, "{mine:?} {counted:?}");
                }
            }
        }
    }

    #[test]
    fn a_window_without_words_has_no_labels() {
        assert!(chain().best(&[]).is_empty());
        assert!(chain().shares(&[]).is_empty());
    }
}
