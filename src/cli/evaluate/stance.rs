//! Claims with headlines and what each headline does to its claim.

use serde::{Deserialize, Serialize};

use crate::pipeline::claims::stance::{Model, pair};

/// A claim and a headline about it.
#[derive(Deserialize)]
pub(super) struct Question {
    id: serde_json::Value,
    claim: String,
    headline: String,
}

/// What the headline does to the claim.
#[derive(Serialize)]
pub(super) struct Answer {
    id: serde_json::Value,
    stance: &'static str,
}

pub(super) fn answer(question: Question) -> Answer {
    let stance = Model::built_in().side(&pair(&question.claim, &question.headline));
    Answer { id: question.id, stance }
}
