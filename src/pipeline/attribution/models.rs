//! The trained seats of attribution.

use std::sync::LazyLock;

use crate::pipeline::model::{LinearModel, Seat};

/// How much the certainty of the source and of the content weighs beside that of the cue.
pub const SOURCE_POWER: f32 = 1.0;
/// See [`SOURCE_POWER`].
pub const CONTENT_POWER: f32 = 1.0;

/// Table sizes, as powers of two, in the order of the seats.
pub const BITS: [u32; 5] = [18, 16, 18, 18, 18];

/// One linear model for each question.
#[derive(Debug, Clone)]
pub struct Models {
    /// Is this token the head of a cue?
    pub cue: Seat,
    /// Does the cue take in this word?
    pub extent: Seat,
    /// Is this the source?
    pub source: Seat,
    /// Is this the content to the right of the cue?
    pub right: Seat,
    /// Is this the content to the left?
    pub left: Seat,
}

impl Models {
    /// The seats of a file of weights.
    pub fn read(bytes: &[u8]) -> Option<Models> {
        let model = LinearModel::read(bytes)?;
        Some(Models {
            cue: model.seat(0)?.clone(),
            extent: model.seat(1)?.clone(),
            source: model.seat(2)?.clone(),
            right: model.seat(3)?.clone(),
            left: model.seat(4)?.clone(),
        })
    }
}

/// The weights of the program.
pub fn models() -> &'static Models {
    static MODELS: LazyLock<Models> = LazyLock::new(|| {
        Models::read(include_bytes!("../model/attribution.bin")).expect("attribution.bin is whole")
    });
    &MODELS
}
