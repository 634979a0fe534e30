//! A small BERT encoder with eight-bit weights and its heads, in plain Rust.
//!
//! [`Tagger`] turns a text's words into labels and links, [`SentenceEncoder`] a short text into one
//! vector, [`Scorer`] into one number. The same text gives the same bits on any number of threads
//! and on any processor: products of matrices and of attention are exact sums of integers, and all
//! other sums are taken in one fixed order.

mod attention;
mod chain;
mod cue_reader;
#[cfg(test)]
mod exact;
mod layers;
mod matrix;
mod numbers;
mod scorer;
mod sentences;
mod tagger;
mod weights;
#[cfg(target_arch = "x86_64")]
mod wide;
mod words;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use chain::{LABELS, Scores};
pub use cue_reader::{CueRead, CueReader, Part};
pub use matrix::Kernel;
pub use scorer::Scorer;
pub use sentences::{SENTENCE_WEIGHTS, SentenceEncoder, Vector};
pub use tagger::{Role, Tagged, Tagger};
pub use words::{Word, Words};
