//! The trained seats of this stage: is it a denial, who denies, what is denied.

use std::sync::LazyLock;

use super::features::Features;
use crate::pipeline::model::{LinearModel, Seat};

/// Size of each table, as a power of two.
pub const BITS: u32 = 16;

/// The three models.
#[derive(Debug, Clone)]
pub struct Models {
    /// Whether a cue denies; its logistic is a probability.
    pub judge: Seat,
    /// Which candidate denies.
    pub denier: Seat,
    /// Which candidate is denied.
    pub denied: Seat,
}

impl Models {
    /// The seats of a file of weights; `None` where it is none.
    pub fn read(bytes: &[u8]) -> Option<Models> {
        let model = LinearModel::read(bytes)?;
        Some(Models {
            judge: model.seat(0)?.clone(),
            denier: model.seat(1)?.clone(),
            denied: model.seat(2)?.clone(),
        })
    }

    /// The weights of the program.
    pub fn built_in() -> &'static Models {
        static MODELS: LazyLock<Models> = LazyLock::new(|| {
            Models::read(include_bytes!("../../model/denials.bin")).expect("denials.bin is whole")
        });
        &MODELS
    }
}

/// The score a seat gives to a bag of features.
pub fn score(seat: &Seat, features: &Features) -> f32 {
    seat.score(features.hashes())
}

/// The probability behind a score.
pub fn logistic(score: f32) -> f32 {
    1.0 / (1.0 + (-score).exp())
}
