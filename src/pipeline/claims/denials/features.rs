//! Named features as hashed numbers: what the linear models weigh.

use crate::pipeline::lexicon::hash_bytes;
use crate::pipeline::model::feature;

/// A bag of hashed features.
#[derive(Debug, Clone, Default)]
pub struct Features {
    hashes: Vec<u32>,
    buffer: String,
}

impl Features {
    /// An empty bag.
    pub fn new() -> Self {
        let mut features = Features::default();
        features.add("bias", "");
        features
    }

    /// Adds `name=value`.
    pub fn add(&mut self, name: &str, value: &str) {
        self.push(&[name, "=", value]);
    }

    /// Adds `name=a,b`.
    pub fn add2(&mut self, name: &str, a: &str, b: &str) {
        self.push(&[name, "=", a, ",", b]);
    }

    /// Adds `name=a,b,c`.
    pub fn add3(&mut self, name: &str, a: &str, b: &str, c: &str) {
        self.push(&[name, "=", a, ",", b, ",", c]);
    }

    fn push(&mut self, parts: &[&str]) {
        self.buffer.clear();
        for part in parts {
            self.buffer.push_str(part);
        }
        self.hashes.push(feature(0, hash_bytes(self.buffer.as_bytes())));
    }

    /// The hashes, in the order they were added; one may stand twice.
    pub fn hashes(&self) -> &[u32] {
        &self.hashes
    }
}
