//! A claim and a text that speaks of it → what the text does to the claim.

mod features;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

pub use features::{NUMBER_NAMES, NUMBERS, Pair, contents, negates, pair};

use crate::pipeline::model::{LinearModel, Seat};

/// Size of each table of weights, as a power of two.
pub const BITS: u32 = 16;

/// The sides that the model knows, in the order of its weights, as the Emergent data names them.
pub const SIDES: [&str; 3] = ["for", "against", "observing"];

/// Weights of the numbers of a pair, as `numbers.toml` holds them: a row for each side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Weights {
    /// Of each number of [`NUMBER_NAMES`].
    pub numbers: [[f32; NUMBERS]; SIDES.len()],
    /// Added.
    pub bias: [f32; SIDES.len()],
}

/// Weighs a text's words and what it shares with the claim.
#[derive(Debug, Clone)]
pub struct Model {
    sides: [Seat; SIDES.len()],
    /// How rare each word is: the square of its inverse document frequency.
    rarity: Seat,
    weights: Weights,
}

impl Model {
    /// Reads the weights of words and those of numbers; `None` where one is not whole.
    pub fn read(words: &[u8], numbers: &str) -> Option<Model> {
        let words = LinearModel::read(words)?;
        let seat = |number| words.seat(number).cloned();
        Some(Model {
            sides: [seat(0)?, seat(1)?, seat(2)?],
            rarity: seat(3)?,
            weights: toml::from_str(numbers).ok()?,
        })
    }

    /// The weights of the program.
    pub fn built_in() -> &'static Model {
        static MODEL: LazyLock<Model> = LazyLock::new(|| {
            Model::read(include_bytes!("../../model/stance.bin"), include_str!("numbers.toml"))
                .expect("the weights in the program are whole")
        });
        &MODEL
    }

    /// How likely each side is, in the order of [`SIDES`]; they sum to 1.
    pub fn shares(&self, pair: &Pair) -> [f32; SIDES.len()] {
        let rarity = self.rarity.score(&pair.words);
        let length = if rarity > 0.0 { rarity.sqrt() } else { 1.0 };
        let sums: [f32; SIDES.len()] = std::array::from_fn(|side| {
            let numbers = pair.numbers.iter().zip(&self.weights.numbers[side]);
            self.sides[side].score(&pair.words) / length
                + numbers.map(|(x, weight)| x * weight).sum::<f32>()
                + self.weights.bias[side]
        });
        let most = sums.iter().copied().fold(f32::MIN, f32::max);
        let parts = sums.map(|sum| (sum - most).exp());
        let whole: f32 = parts.iter().sum();
        parts.map(|part| part / whole)
    }

    /// The likeliest side.
    pub fn side(&self, pair: &Pair) -> &'static str {
        let shares = self.shares(pair);
        let best = (0..SIDES.len()).max_by(|&a, &b| shares[a].total_cmp(&shares[b]));
        SIDES[best.unwrap_or_default()]
    }
}

/// Whether a text ends in a question.
pub fn asks(text: &str) -> bool {
    text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '”' | '’' | '\'' | ')'))
        .ends_with('?')
}
