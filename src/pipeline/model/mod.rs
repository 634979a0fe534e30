//! Trained weights and their inference: knows numbers and labels only.

mod calibration;
mod linear;

pub use claimtrail_encoder as encoder;

pub use calibration::Calibration;
pub use linear::{LinearModel, Seat, feature, feature_pair};
