//! Prints the cues that the rules propose, for training the reader of cues.
//!
//! ```text
//! cargo run --release --example propose_cues < news-train.jsonl > cues.jsonl
//! ```
//!
//! Lines in are `{"id", "text"}`, lines out `{"id", "cues": [[first, end], …]}` in code points, `end`
//! one past the last.

use anyhow::Context as _;
use claimtrail::domain::CodePoints;
use claimtrail::pipeline::claims::denials::cue;
use claimtrail::pipeline::text;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Passage {
    id: String,
    text: String,
}

#[derive(Serialize)]
struct Proposed {
    id: String,
    cues: Vec<[i32; 2]>,
}

fn main() -> anyhow::Result<()> {
    for (number, line) in std::io::stdin().lines().enumerate() {
        let line = line?;
        let passage: Passage =
            serde_json::from_str(&line).with_context(|| format!("line {}", number + 1))?;
        let reading = text::read(&passage.text);
        let points = CodePoints::new(&passage.text);
        let cues = cue::propose(&reading)
            .into_iter()
            .filter_map(|cue| reading.span(cue.tokens))
            .filter_map(|span| Some([points.code_point(span.start)?, points.code_point(span.end)?]))
            .collect();
        println!("{}", serde_json::to_string(&Proposed { id: passage.id, cues })?);
    }
    Ok(())
}
