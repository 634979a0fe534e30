//! A text → its meaning as a vector.

use std::sync::LazyLock;

use crate::pipeline::model::encoder::{Kernel, SentenceEncoder, Vector};

/// What `text` means: texts that say the same lie close, by cosine. All zeros without a word.
pub fn meaning(text: &str) -> Vector {
    static ENCODER: LazyLock<SentenceEncoder> = LazyLock::new(|| {
        SentenceEncoder::read(
            include_bytes!("../model/encoder/sentences.safetensors"),
            include_str!("../model/encoder/vocabulary.txt"),
        )
        .expect("the weights in the program are whole")
    });
    ENCODER.vector(text, Kernel::best())
}
