//! A text → its meaning as a vector.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

use crate::pipeline::model::encoder::{Kernel, SENTENCE_WEIGHTS, SentenceEncoder, Vector};

/// Names the encoder of [`meaning`]: its vectors compare with each other and with no other's.
pub fn encoder() -> &'static str {
    static NAME: LazyLock<String> = LazyLock::new(|| {
        let digest = Sha256::digest(SENTENCE_WEIGHTS);
        let digest: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        format!("sentences-{digest}")
    });
    &NAME
}

/// What `text` means: texts that say the same lie close, by cosine. All zeros without a word.
pub fn meaning(text: &str) -> Vector {
    SentenceEncoder::built_in().vector(text, Kernel::best())
}
