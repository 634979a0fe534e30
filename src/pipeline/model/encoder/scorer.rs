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

    /// The number that each of `texts` gets, log odds of the trained answer; `None` for one without
    /// a word. Each gets the number that it gets alone.
    pub fn scores(
        &self,
        encoder: &SentenceEncoder,
        texts: &[&str],
        kernel: Kernel,
    ) -> Vec<Option<f32>> {
        let means = encoder.means_through(&self.upper, texts, kernel);
        means.into_iter().map(|mean| Some(dot(&mean?, &self.weights) + self.bias)).collect()
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

    fn score(text: &str, kernel: Kernel) -> Option<f32> {
        scorer().scores(SentenceEncoder::built_in(), &[text], kernel)[0]
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
        for Expected { text, score: theirs } in expected() {
            let mine = score(&text, Kernel::best()).expect("it has words");
            assert!((mine - theirs).abs() < 0.35, "{mine} {theirs}: {text}");
        }
    }

    #[test]
    fn a_text_has_the_same_score_among_others() {
        let texts: Vec<String> = expected().into_iter().map(|expected| expected.text).collect();
        let mut texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        texts.insert(1, " …");
        let together = scorer().scores(SentenceEncoder::built_in(), &texts, Kernel::best());
        let alone: Vec<_> = texts.iter().map(|text| score(text, Kernel::best())).collect();
        assert_eq!(together, alone);
        assert!(alone[0].is_some() && alone[1].is_none());
    }

    #[test]
    fn every_kernel_gives_the_same_bits() {
        let scores: Vec<u32> = Kernel::available()
            .into_iter()
            .filter_map(|kernel| score("Nobody at the dam was told.", kernel))
            .map(f32::to_bits)
            .collect();
        assert_eq!(scores.len(), Kernel::available().len());
        assert!(scores.iter().all(|score| *score == scores[0]));
    }

    #[test]
    fn a_text_without_a_word_has_no_score_and_a_broken_file_no_scorer() {
        assert_eq!(score(" …\n", Kernel::best()), None);
        let bytes = include_bytes!("checkworthiness.safetensors");
        for end in [0, 7, 1_000, bytes.len() - 1] {
            assert!(Scorer::read(&bytes[..end]).is_none(), "{end}");
        }
        // The whole sentence encoder has no head.
        assert!(Scorer::read(super::super::SENTENCE_WEIGHTS).is_none());
    }
}
