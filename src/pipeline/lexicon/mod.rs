//! Word lists and rules as data, and the loader that types them.
//!
//! The data lies beside this file as TOML and is part of the program; it is read once, on first
//! use. A fault in it is a fault of the build, which the tests find, never one of the input.

pub mod actors;
pub mod corrections;
pub mod denial;
mod hash;
pub mod inflection;
pub mod people;
pub mod polarity;
pub mod stance;
pub mod wording;
mod words;

pub use hash::{FastMap, hash_bytes};
pub use words::{Classes, WordEntry, Words, words};
