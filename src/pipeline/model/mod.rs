//! Trained weights and their inference: knows numbers and labels only.

pub mod encoder;
mod linear;

pub use linear::{LinearModel, Seat, feature, feature_pair};
