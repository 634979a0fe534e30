//! A short text → one number, by upper layers and a head that were trained for one question.

use super::layers::{Layer, WIDTH};
use super::matrix::Kernel;
use super::numbers::dot;
use super::sentences::SentenceEncoder;
use super::weights::Weights;

/// What stands on the lower layers of a [`SentenceEncoder`].
#[derive(Debug)]
pub struct Scorer {
    upper: Vec<Layer>,
    weights: Vec<f32>,
    bias: f32,
}

impl Scorer {
    /// Reads the weights; `None` where a part is missing or of another size.
    pub fn read(weights: &[u8]) -> Option<Scorer> {
        let file = Weights::open(weights)?;
        Some(Scorer {
            upper: file.layers()?,
            weights: file.numbers("head.weight", WIDTH)?,
            bias: *file.numbers("head.bias", 1)?.first()?,
        })
    }

    /// The number that `text` gets, log odds of the trained answer; `None` for a text without a
    /// word.
    pub fn score(&self, encoder: &SentenceEncoder, text: &str, kernel: Kernel) -> Option<f32> {
        let mean = encoder.mean_through(&self.upper, text, kernel)?;
        Some(dot(&mean, &self.weights) + self.bias)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::super::exact::Unrounded;
    use super::*;

    fn scorer() -> Scorer {
        Scorer::read(include_bytes!("checkworthiness.safetensors")).expect("the weights are whole")
    }

    /// What the training framework computed for one text with the same rounded weights.
    #[derive(Deserialize)]
    struct Expected {
        text: String,
        score: f32,
    }

    fn expected() -> Vec<Expected> {
        include_str!("checkworthiness_expected.jsonl")
            .lines()
            .map(|line| serde_json::from_str(line).expect("well formed"))
            .collect()
    }

    #[test]
    fn equals_the_training_framework_with_the_same_weights() {
        let (scorer, encoder) = (scorer(), SentenceEncoder::built_in());
        let mut exact = Unrounded::default();
        assert!(expected().len() > 5);
        for Expected { text, score } in expected() {
            let mean = encoder.mean_by(&scorer.upper, &text, &mut exact).expect("it has words");
            let mine = dot(&mean, &scorer.weights) + scorer.bias;
            assert!((mine - score).abs() < 1e-3, "{mine} {score}: {text}");
        }
    }

    #[test]
    fn rounding_the_activations_hardly_moves_a_score() {
        let (scorer, encoder) = (scorer(), SentenceEncoder::built_in());
        for Expected { text, score } in expected() {
            let mine = scorer.score(encoder, &text, Kernel::best()).expect("it has words");
            assert!((mine - score).abs() < 0.35, "{mine} {score}: {text}");
        }
    }

    #[test]
    fn every_kernel_gives_the_same_bits() {
        let (scorer, encoder) = (scorer(), SentenceEncoder::built_in());
        let scores: Vec<u32> = Kernel::available()
            .into_iter()
            .filter_map(|kernel| scorer.score(encoder, "Nobody at the dam was told.", kernel))
            .map(f32::to_bits)
            .collect();
        assert_eq!(scores.len(), Kernel::available().len());
        assert!(scores.iter().all(|score| *score == scores[0]));
    }

    #[test]
    fn a_text_without_a_word_has_no_score_and_a_broken_file_no_scorer() {
        assert_eq!(scorer().score(SentenceEncoder::built_in(), " …\n", Kernel::best()), None);
        let bytes = include_bytes!("checkworthiness.safetensors");
        for end in [0, 7, 1_000, bytes.len() - 1] {
            assert!(Scorer::read(&bytes[..end]).is_none(), "{end}");
        }
        // The whole sentence encoder has no head.
        assert!(Scorer::read(super::super::SENTENCE_WEIGHTS).is_none());
    }
}
