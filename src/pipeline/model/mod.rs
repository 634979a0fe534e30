//! Trained weights and their inference: knows numbers and labels only.

mod calibration;
pub mod encoder;
mod linear;

pub use calibration::Calibration;
pub use linear::{LinearModel, Seat, feature, feature_pair};
