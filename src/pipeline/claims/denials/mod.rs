//! Who denies what: wide rules propose cues, trained judges decide and link.

pub mod certain;
pub mod cue;
pub mod denied;
pub mod denier;
pub mod extent;
pub mod features;
pub mod find;
pub mod judge;
pub mod model;

pub use find::{Found, Passage, find};
