//! A small BERT encoder with eight-bit weights and its heads, in plain Rust.
//!
//! [`Tagger`] turns a text's words into labels and links. The same text gives the same bits on any
//! number of threads and on any processor: matrix products are exact sums of integers, and all
//! other sums are taken in one fixed order.

mod chain;
mod layers;
mod matrix;
mod numbers;
mod tagger;
mod words;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use chain::{LABELS, Scores};
pub use matrix::Kernel;
pub use tagger::{Role, Tagged, Tagger};
pub use words::{Word, Words};
