//! The trained tagger: labels of words, and which words belong to which.

use std::ops::Range;
use std::sync::LazyLock;

use super::chain::{Chain, LABELS, Scores};
use super::layers::{Batch, Encoder, InBytes, Product, WIDTH};
use super::matrix::{Kernel, Matrix};
use super::numbers::{dot, softmax};
use super::weights::Weights;
use super::words::{Vocabulary, Words};

/// Numbers that a link is scored by.
const LINK: usize = 96;
/// Buckets of the signed distance in words.
const DISTANCES: usize = 33;

/// What a link joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// From a word of a cue to the words of its source; to itself where it has none.
    CueToSource,
    /// From a word of a content to the words of its cue.
    ContentToCue,
}

/// Encoder, label scores and link scores.
#[derive(Debug)]
pub struct Tagger {
    vocabulary: Vocabulary,
    encoder: Encoder,
    /// A row of weights for each label.
    emission: Vec<f32>,
    emission_bias: Scores,
    chain: Chain,
    /// Rows of both roles as they point, then as they are pointed at.
    links: Matrix,
    distance: [[f32; DISTANCES]; 2],
}

/// One window of words, tagged.
#[derive(Debug)]
pub struct Tagged<'t> {
    tagger: &'t Tagger,
    /// Label scores before the chain.
    pub emissions: Vec<Scores>,
    /// The best sequence of labels, by number.
    pub labels: Vec<u8>,
    /// Each word's share of each label.
    pub shares: Vec<Scores>,
    /// For each word, its rows of both roles as it points, then as it is pointed at.
    links: Vec<f32>,
}

impl Tagger {
    /// Reads the weights and the vocabulary they were trained with; `None` where a part is missing
    /// or of another size.
    pub fn read(weights: &[u8], vocabulary: &str) -> Option<Tagger> {
        let file = Weights::open(weights)?;
        let vocabulary = Vocabulary::new(vocabulary)?;
        let encoder = file.encoder()?;
        if encoder.vocabulary_size() != vocabulary.len() {
            return None;
        }
        let transition = file.numbers("transition", LABELS * LABELS)?;
        let distance = file.numbers("distance", 2 * DISTANCES)?;
        Some(Tagger {
            vocabulary,
            encoder,
            emission: file.numbers("emit.weight", LABELS * WIDTH)?,
            emission_bias: file.numbers("emit.bias", LABELS)?.try_into().ok()?,
            chain: Chain::new(
                transition.as_chunks::<LABELS>().0.try_into().ok()?,
                file.numbers("first", LABELS)?.try_into().ok()?,
            ),
            links: file.matrix("links", WIDTH, 4 * LINK)?,
            distance: distance.as_chunks::<DISTANCES>().0.try_into().ok()?,
        })
    }

    /// The one whose weights are in the program.
    pub fn built_in() -> &'static Tagger {
        static TAGGER: LazyLock<Tagger> = LazyLock::new(|| {
            Tagger::read(include_bytes!("attribution.safetensors"), include_str!("vocabulary.txt"))
                .expect("the weights in the program are whole")
        });
        &TAGGER
    }

    /// The words of a text, and the windows that are tagged together: at most `budget` pieces each.
    pub fn words(&self, text: &str, budget: usize) -> (Words, Vec<Range<usize>>) {
        let words = Words::read(text, &self.vocabulary);
        let windows = words.windows(&self.vocabulary, budget);
        (words, windows)
    }

    /// The encoder below the labels.
    pub(super) fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// Tags one window of words.
    pub fn tag(&self, words: &Words, window: Range<usize>, kernel: Kernel) -> Tagged<'_> {
        let rows = self.encoder.encode(&self.batch(words, window), kernel);
        self.tagged(&rows, &mut InBytes::new(kernel))
    }

    /// A window of words with its marks; the first piece of each word is asked for.
    pub(super) fn batch(&self, words: &Words, window: Range<usize>) -> Batch {
        let mut pieces = vec![self.vocabulary.start()];
        let mut quoted = vec![false];
        let mut first = Vec::with_capacity(window.len());
        for word in &words.words[window] {
            first.push(pieces.len());
            pieces.extend_from_slice(&words.pieces[word.pieces.clone()]);
            quoted.resize(pieces.len(), word.quoted);
        }
        pieces.push(self.vocabulary.pause());
        quoted.push(false);
        Batch { lengths: vec![pieces.len()], pieces, quoted, asked: Some(first) }
    }

    /// Labels and links from the encoder's rows for each word.
    pub(super) fn tagged(&self, rows: &[f32], product: &mut impl Product) -> Tagged<'_> {
        let emissions: Vec<Scores> = rows
            .chunks_exact(WIDTH)
            .map(|row| {
                std::array::from_fn(|label| {
                    dot(row, &self.emission[label * WIDTH..(label + 1) * WIDTH])
                        + self.emission_bias[label]
                })
            })
            .collect();
        let mut links = Vec::new();
        product.multiply(&self.links, rows, &mut links);
        Tagged {
            tagger: self,
            labels: self.chain.best(&emissions),
            shares: self.chain.shares(&emissions),
            emissions,
            links,
        }
    }
}

impl Tagged<'_> {
    /// How strongly `word` points to each word of the window, before it is made shares.
    pub fn link_scores(&self, role: Role, word: usize) -> Vec<f32> {
        let number = match role {
            Role::CueToSource => 0,
            Role::ContentToCue => 1,
        };
        let row = |word: usize, side: usize| {
            let start = (word * 4 + 2 * side + number) * LINK;
            &self.links[start..start + LINK]
        };
        let factor = 1.0 / (LINK as f32).sqrt();
        let pointing = row(word, 0);
        (0..self.labels.len())
            .map(|other| {
                dot(pointing, row(other, 1)) * factor
                    + self.tagger.distance[number][bucket(word, other)]
            })
            .collect()
    }

    /// The share that `word` gives to each word of the window; they sum to 1.
    pub fn link_shares(&self, role: Role, word: usize) -> Vec<f32> {
        let mut scores = self.link_scores(role, word);
        softmax(&mut scores);
        scores
    }
}

/// The bucket of the distance from one word to another: exact to four words, then two buckets for
/// each doubling.
fn bucket(from: usize, to: usize) -> usize {
    let distance = from.abs_diff(to);
    let size =
        if distance <= 4 { distance } else { (1 + (distance * distance).ilog2() as usize).min(16) };
    if to > from { 16 + size } else { 16 - size }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::super::exact::{Unrounded, farthest};
    use super::*;

    static TAGGER: LazyLock<&'static Tagger> = LazyLock::new(Tagger::built_in);

    /// What the training framework computed for one text with the same rounded weights.
    #[derive(Deserialize)]
    struct Expected {
        text: String,
        emissions: Vec<Scores>,
        /// For each role: the scores of the first, the middle and the last word.
        links: [Vec<Vec<f32>>; 2],
    }

    fn expected() -> Vec<Expected> {
        include_str!("expected.jsonl")
            .lines()
            .map(|line| serde_json::from_str(line).expect("well formed"))
            .collect()
    }

    fn unrounded<'t>(tagger: &'t Tagger, words: &Words, exact: &mut Unrounded) -> Tagged<'t> {
        let batch = tagger.batch(words, 0..words.words.len());
        let rows = tagger.encoder.pass(&batch, exact);
        tagger.tagged(&rows, exact)
    }

    #[test]
    fn equals_the_training_framework_with_the_same_weights() {
        assert_eq!(expected().len(), 200);
        let mut weights = Unrounded::default();
        for expected in expected() {
            let (words, windows) = TAGGER.words(&expected.text, 512);
            assert_eq!(windows.len(), 1);
            let tagged = unrounded(&TAGGER, &words, &mut weights);
            assert_eq!(tagged.emissions.len(), expected.emissions.len(), "{}", expected.text);
            for (mine, theirs) in tagged.emissions.iter().zip(&expected.emissions) {
                assert!(farthest(mine, theirs) < 1e-3, "{}", expected.text);
            }
            let last = expected.emissions.len() - 1;
            let mut asked = vec![0, expected.emissions.len() / 2, last];
            asked.dedup();
            for (role, theirs) in
                [Role::CueToSource, Role::ContentToCue].into_iter().zip(&expected.links)
            {
                for (&word, theirs) in asked.iter().zip(theirs) {
                    assert!(
                        farthest(&tagged.link_scores(role, word), theirs) < 1e-3,
                        "{}",
                        expected.text
                    );
                }
            }
        }
    }

    #[test]
    fn rounding_the_activations_keeps_nearly_every_label() {
        let (mut same, mut all) = (0, 0);
        let mut weights = Unrounded::default();
        for expected in expected().into_iter().step_by(20) {
            let (words, windows) = TAGGER.words(&expected.text, 512);
            let exact = unrounded(&TAGGER, &words, &mut weights);
            let rounded = TAGGER.tag(&words, windows[0].clone(), Kernel::best());
            all += exact.labels.len();
            same += exact.labels.iter().zip(&rounded.labels).filter(|(a, b)| a == b).count();
        }
        assert!(same * 100 >= all * 97, "{same} of {all}");
    }

    #[test]
    fn every_kernel_gives_the_same_bits() {
        let (words, windows) = TAGGER.words("Nobody at the dam was told, she said.", 512);
        let tagged: Vec<Tagged<'_>> = Kernel::available()
            .into_iter()
            .map(|kernel| TAGGER.tag(&words, windows[0].clone(), kernel))
            .collect();
        for other in &tagged[1..] {
            assert_eq!(tagged[0].emissions, other.emissions);
            assert_eq!(tagged[0].links, other.links);
        }
    }

    /// Prints the figures that `training/README.md` gives.
    #[test]
    #[ignore = "a measurement: cargo test --release -p claimtrail-encoder each_kernel_reads -- --ignored --nocapture"]
    fn each_kernel_reads_more_words_a_second_than_the_slower_ones() {
        let text =
            "Nobody at the dam was told, she said, and nobody would have asked. ".repeat(120);
        let (words, windows) = TAGGER.words(&text, 192);
        let speeds: Vec<f64> = Kernel::available()
            .into_iter()
            .map(|kernel| {
                let seconds = |_| {
                    let begun = std::time::Instant::now();
                    for window in &windows {
                        TAGGER.tag(&words, window.clone(), kernel);
                    }
                    begun.elapsed().as_secs_f64()
                };
                let best = (0..3).map(seconds).fold(f64::MAX, f64::min);
                let speed = text.split_whitespace().count() as f64 / best;
                println!("{kernel:?}: {speed:.0} words a second");
                speed
            })
            .collect();
        assert!(speeds.is_sorted(), "{speeds:?}");
    }

    #[test]
    fn a_file_with_a_part_missing_is_refused() {
        let file = include_bytes!("attribution.safetensors");
        assert!(Tagger::read(&file[..file.len() - 1], include_str!("vocabulary.txt")).is_none());
        assert!(Tagger::read(file, "[UNK]\n[CLS]\n[SEP]\n").is_none());
    }

    #[test]
    fn buckets_are_exact_near_and_double_far() {
        let sizes: Vec<usize> =
            [0, 1, 4, 5, 6, 8, 11, 12, 16, 500].iter().map(|&to| bucket(0, to)).collect();
        assert_eq!(sizes, [16, 17, 20, 21, 22, 23, 23, 24, 25, 32]);
        assert_eq!((bucket(5, 4), bucket(900, 0)), (15, 0));
    }
}
