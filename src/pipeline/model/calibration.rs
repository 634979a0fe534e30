//! A model's share of certainty → how often what it finds is right: a line in log odds (Platt 1999).

/// One model's line.
pub struct Calibration {
    /// Factor of the log odds.
    pub slope: f32,
    /// Added to them.
    pub shift: f32,
}

impl Calibration {
    /// The chance that what has this share is right.
    pub fn chance(&self, share: f32) -> f32 {
        let share = share.clamp(1e-4, 1.0 - 1e-4);
        let odds = (share / (1.0 - share)).ln();
        1.0 / (1.0 + (-(self.slope * odds + self.shift)).exp())
    }
}
