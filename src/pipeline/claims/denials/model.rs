//! Three linear models over hashed features: is it a denial, who denies, what is denied.
//!
//! The weights are trained by [`super::training`] and lie beside this file with a card that tells
//! what they were trained on.

use std::sync::LazyLock;

use super::features::{BUCKETS, Features};

/// One weight a bucket, as bytes with a common scale.
#[derive(Debug, Clone)]
pub struct Linear {
    scale: f32,
    weights: Vec<i8>,
}

impl Linear {
    /// One that knows nothing.
    pub fn empty() -> Self {
        Linear { scale: 0.0, weights: vec![0; BUCKETS] }
    }

    /// Rounds weights to bytes.
    pub fn quantise(weights: &[f32]) -> Self {
        let most = weights.iter().fold(0f32, |most, weight| most.max(weight.abs()));
        let scale = if most > 0.0 { most / 127.0 } else { 1.0 };
        let bytes = weights.iter().map(|weight| (weight / scale).round() as i8).collect();
        Linear { scale, weights: bytes }
    }

    /// The sum of the weights of what the features name.
    pub fn score(&self, features: &Features) -> f32 {
        let sum: i32 = features
            .buckets()
            .iter()
            .map(|&bucket| i32::from(self.weights.get(bucket as usize).copied().unwrap_or(0)))
            .sum();
        sum as f32 * self.scale
    }
}

/// The three models.
#[derive(Debug, Clone)]
pub struct Models {
    /// Whether a cue denies; its logistic is a probability.
    pub judge: Linear,
    /// Which candidate denies.
    pub denier: Linear,
    /// Which candidate is denied.
    pub denied: Linear,
}

impl Models {
    /// Models that know nothing: a start for training.
    pub fn empty() -> Self {
        Models { judge: Linear::empty(), denier: Linear::empty(), denied: Linear::empty() }
    }

    /// The bytes of a model file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for linear in [&self.judge, &self.denier, &self.denied] {
            bytes.extend_from_slice(&linear.scale.to_le_bytes());
            bytes.extend(linear.weights.iter().map(|&weight| weight as u8));
        }
        bytes
    }

    /// Reads a model file; `None` where its size is wrong.
    pub fn from_bytes(bytes: &[u8]) -> Option<Models> {
        let one = 4 + BUCKETS;
        if bytes.len() != 3 * one {
            return None;
        }
        let mut parts = bytes.chunks_exact(one).map(|part| {
            let scale = f32::from_le_bytes([part[0], part[1], part[2], part[3]]);
            Linear { scale, weights: part[4..].iter().map(|&byte| byte as i8).collect() }
        });
        Some(Models { judge: parts.next()?, denier: parts.next()?, denied: parts.next()? })
    }

    /// The models this build carries.
    pub fn built_in() -> &'static Models {
        static MODELS: LazyLock<Models> = LazyLock::new(|| {
            Models::from_bytes(include_bytes!("denials.model"))
                .expect("denials.model is part of the build")
        });
        &MODELS
    }
}

/// The probability behind a score.
pub fn logistic(score: f32) -> f32 {
    1.0 / (1.0 + (-score).exp())
}
