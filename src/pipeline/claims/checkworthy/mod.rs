//! A sentence → how much it deserves a check, 0..1.

mod features;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

pub use features::features;

use crate::pipeline::Gear;
use crate::pipeline::model::encoder::{Kernel, Scorer, SentenceEncoder};
use crate::pipeline::model::{LinearModel, Seat};

/// Size of the linear model's table, as a power of two.
pub const BITS: u32 = 18;

/// What makes odds of the models' numbers, as `odds.toml` holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Odds {
    /// Of the linear model alone: factor and summand.
    pub fast: [f32; 2],
    /// Of the encoder: summand.
    pub accurate: f32,
}

/// The version of the models that answer in a gear.
pub fn model(gear: Gear) -> &'static str {
    match gear {
        Gear::Fast => "linear-1",
        Gear::Accurate => "minilm-l6-checkthat-2",
    }
}

/// The number that the linear model gives to a sentence's features.
pub fn linear(seat: &Seat, features: &[u32]) -> f32 {
    seat.score(features) / (features.len().max(1) as f32).sqrt()
}

/// The number that the encoder gives to each sentence; `None` for one without a word.
pub fn encoded(sentences: &[&str]) -> Vec<Option<f32>> {
    static SCORER: LazyLock<Scorer> = LazyLock::new(|| {
        Scorer::read(include_bytes!("../../model/encoder/checkworthiness.safetensors"))
            .expect("the weights in the program are whole")
    });
    SCORER.scores(SentenceEncoder::built_in(), sentences, Kernel::best())
}

/// How much `sentence` deserves a check; `None` where it has no word. From 0.5 on a person would
/// rather have it checked than not.
///
/// [`Gear::Fast`] asks a linear model, [`Gear::Accurate`] the encoder.
pub fn check_worthiness(gear: Gear, sentence: &str) -> Option<f32> {
    check_worthinesses(gear, &[sentence]).pop()?
}

/// The same of many sentences, which the encoder reads sooner together than one by one.
pub fn check_worthinesses(gear: Gear, sentences: &[&str]) -> Vec<Option<f32>> {
    static LINEAR: LazyLock<Seat> = LazyLock::new(|| {
        LinearModel::read(include_bytes!("../../model/checkworthiness.bin"))
            .and_then(|model| model.seat(0).cloned())
            .expect("the weights in the program are whole")
    });
    static ODDS: LazyLock<Odds> =
        LazyLock::new(|| toml::from_str(include_str!("odds.toml")).expect("odds.toml is whole"));
    let odds: Vec<Option<f32>> = match gear {
        Gear::Fast => sentences
            .iter()
            .map(|sentence| {
                sentence
                    .contains(char::is_alphanumeric)
                    .then(|| ODDS.fast[0] * linear(&LINEAR, &features(sentence)) + ODDS.fast[1])
            })
            .collect(),
        Gear::Accurate => {
            encoded(sentences).into_iter().map(|score| Some(score? + ODDS.accurate)).collect()
        }
    };
    odds.into_iter().map(|odds| Some(1.0 / (1.0 + (-odds?).exp()))).collect()
}
