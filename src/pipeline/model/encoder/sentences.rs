//! A short text → one vector; texts that mean the same lie close to each other.

use std::sync::LazyLock;

use super::layers::{Batch, Encoder, Layer, Upper, WIDTH};
use super::matrix::Kernel;
use super::numbers::dot;
use super::weights::Weights;
use super::words::{Vocabulary, Words};

/// Pieces of a text that are looked at, its two marks included; what follows is left out.
///
/// The encoder was trained with 128; a claim has some 25.
const LONGEST: usize = 128;

/// Pieces of short texts that are read at once: enough that a processor has more to do with a layer's
/// weights than to fetch them.
const TOGETHER: usize = 192;

/// The weights of the one in the program.
pub static SENTENCE_WEIGHTS: &[u8] = include_bytes!("sentences.safetensors");

/// A direction in meaning; of length 1, or all zeros for a text without a word.
pub type Vector = [f32; WIDTH];

/// The mean of what an encoder makes of a text's pieces, as Sentence-BERT takes it (Reimers and
/// Gurevych 2019).
#[derive(Debug)]
pub struct SentenceEncoder {
    vocabulary: Vocabulary,
    encoder: Encoder,
}

impl SentenceEncoder {
    /// Reads the weights and the vocabulary they were trained with; `None` where a part is missing
    /// or of another size.
    pub fn read(weights: &[u8], vocabulary: &str) -> Option<SentenceEncoder> {
        let encoder = Weights::open(weights)?.encoder()?;
        let vocabulary = Vocabulary::new(vocabulary)?;
        (encoder.vocabulary_size() == vocabulary.len())
            .then_some(SentenceEncoder { vocabulary, encoder })
    }

    /// The one whose weights are in the program.
    pub fn built_in() -> &'static SentenceEncoder {
        static ENCODER: LazyLock<SentenceEncoder> = LazyLock::new(|| {
            SentenceEncoder::read(SENTENCE_WEIGHTS, include_str!("vocabulary.txt"))
                .expect("the weights in the program are whole")
        });
        &ENCODER
    }

    /// The vector of `text`.
    pub fn vector(&self, text: &str, kernel: Kernel) -> Vector {
        let pieces = self.pieces(text);
        if pieces.is_empty() {
            return [0.0; WIDTH];
        }
        mean(&self.encoder.encode(&batch([pieces]), kernel))
    }

    /// For each text the mean over the rows of its pieces, with `layers` in the place of as many
    /// last ones; `None` for one without a word.
    pub(super) fn means_through(
        &self,
        layers: &[Layer],
        texts: &[&str],
        kernel: Kernel,
    ) -> Vec<Option<Vector>> {
        let upper = Upper { layers, mark: None };
        let mut means = Vec::with_capacity(texts.len());
        let mut waiting: Vec<Vec<u32>> = Vec::new();
        for (number, text) in texts.iter().enumerate() {
            waiting.push(self.pieces(text));
            let pieces: usize = waiting.iter().map(Vec::len).sum();
            if pieces >= TOGETHER || number + 1 == texts.len() {
                let batch = batch(waiting.drain(..));
                let rows = self.encoder.encode_through(&upper, &batch, kernel);
                means.extend(middles(&rows, &batch.lengths));
            }
        }
        means
    }

    /// The same of one text by any product.
    #[cfg(test)]
    pub(super) fn mean_by(
        &self,
        layers: &[Layer],
        text: &str,
        product: &mut impl super::layers::Product,
    ) -> Option<Vector> {
        let upper = Upper { layers, mark: None };
        let batch = batch([self.pieces(text)]);
        let rows = self.encoder.pass_through(&upper, &batch, product, &mut Default::default());
        middles(&rows, &batch.lengths).next()?
    }

    /// A text's pieces between the two marks; none for a text without a letter or digit.
    fn pieces(&self, text: &str) -> Vec<u32> {
        if !text.contains(char::is_alphanumeric) {
            return Vec::new();
        }
        let words = Words::read(text, &self.vocabulary);
        let inside = words.words.iter().filter(|word| !word.span.is_empty());
        let mut pieces = vec![self.vocabulary.start()];
        pieces.extend(inside.flat_map(|word| &words.pieces[word.pieces.clone()]));
        pieces.truncate(LONGEST - 1);
        pieces.push(self.vocabulary.pause());
        pieces
    }
}

/// Texts' pieces, to be read at once.
fn batch(texts: impl IntoIterator<Item = Vec<u32>>) -> Batch {
    let mut batch = Batch::default();
    for pieces in texts {
        batch.lengths.push(pieces.len());
        batch.pieces.extend(pieces);
    }
    batch.quoted.resize(batch.pieces.len(), false);
    batch
}

/// The mean of each text's rows; `None` for one without a row.
fn middles(rows: &[f32], lengths: &[usize]) -> impl Iterator<Item = Option<Vector>> {
    let mut rest = rows;
    lengths.iter().map(move |&count| {
        let (rows, after) = rest.split_at(count * WIDTH);
        rest = after;
        (count > 0).then(|| sum(rows).map(|x| x / count as f32))
    })
}

/// The sum of rows.
fn sum(rows: &[f32]) -> Vector {
    let mut sum = [0.0_f32; WIDTH];
    for row in rows.chunks_exact(WIDTH) {
        for (sum, x) in sum.iter_mut().zip(row) {
            *sum += x;
        }
    }
    sum
}

/// The mean of rows, made one long.
fn mean(rows: &[f32]) -> Vector {
    let mut sum = sum(rows);
    let length = dot(&sum, &sum).sqrt();
    if length > 0.0 {
        sum.iter_mut().for_each(|x| *x /= length);
    }
    sum
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::super::exact::{Unrounded, farthest};
    use super::*;

    static ENCODER: LazyLock<&'static SentenceEncoder> = LazyLock::new(SentenceEncoder::built_in);

    /// What the training framework computed for one text with the same rounded weights.
    #[derive(Deserialize)]
    struct Expected {
        text: String,
        vector: Vec<f32>,
    }

    fn expected() -> Vec<Expected> {
        include_str!("sentences_expected.jsonl")
            .lines()
            .map(|line| serde_json::from_str(line).expect("well formed"))
            .collect()
    }

    #[test]
    fn equals_the_training_framework_with_the_same_weights() {
        let expected = expected();
        assert!(!expected.is_empty());
        for Expected { text, vector } in expected {
            let batch = batch([ENCODER.pieces(&text)]);
            let mine = mean(&ENCODER.encoder.pass(&batch, &mut Unrounded::default()));
            assert!(farthest(&mine, &vector) < 1e-3, "{text}");
        }
    }

    #[test]
    fn rounding_the_activations_hardly_turns_a_vector() {
        for Expected { text, vector } in expected().into_iter().take(6) {
            let rounded = ENCODER.vector(&text, Kernel::best());
            let cosine: f32 = rounded.iter().zip(&vector).map(|(a, b)| a * b).sum();
            assert!(cosine > 0.99, "{cosine}: {text}");
        }
    }

    #[test]
    fn every_kernel_gives_the_same_bits() {
        let vectors: Vec<Vector> = Kernel::available()
            .into_iter()
            .map(|kernel| ENCODER.vector("Nobody at the dam was told.", kernel))
            .collect();
        assert!(vectors.iter().all(|vector| *vector == vectors[0]));
    }

    #[test]
    fn a_text_without_a_word_means_nothing_and_a_long_one_is_cut() {
        assert_eq!(ENCODER.vector(" \n ", Kernel::best()), [0.0; WIDTH]);
        let long = "The dam is whole. ".repeat(1_000);
        assert_eq!(ENCODER.pieces(&long).len(), LONGEST);
    }

    #[test]
    fn the_same_said_otherwise_lies_closer_than_something_else() {
        let vector = |text| ENCODER.vector(text, Kernel::best());
        let one = vector("The mayor has left the country.");
        let same = vector("The city's mayor fled abroad.");
        let other = vector("Bread will cost more from Monday.");
        assert!(dot(&one, &same) > dot(&one, &other) + 0.2);
    }
}
