//! Who denies what: wide rules propose cues, trained judges decide and link.

pub mod anothers;
pub mod asked;
pub mod certain;
pub mod coordination;
pub mod cue;
pub mod denied;
pub mod denier;
pub mod extent;
pub mod features;
pub mod find;
pub mod judge;
pub mod model;
pub mod parts;
pub mod pointed;

pub use find::{Found, Passage, find};

use crate::pipeline::Gear;

/// The models that a gear asks, by version.
pub fn model(gear: Gear) -> &'static str {
    match gear {
        Gear::Fast => "linear-1",
        Gear::Accurate => asked::MODEL,
    }
}
