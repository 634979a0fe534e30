//! Trained weights and their inference: knows numbers and labels only.

mod linear;

pub use linear::{LinearModel, Seat, feature, feature_pair};
