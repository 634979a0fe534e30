//! `evaluate`: a benchmark's questions → predictions for its scorer, through the service's own code.

pub mod checkworthiness;
mod clustering;
mod html;
pub mod matching;
mod stance;

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::ops::Range;
use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::config::{EvaluateConfig, EvaluateKind};
use crate::domain::CodePoints;
use crate::pipeline::{Gear, attribution, claims, text};

/// Answers every line of the input, in its order.
///
/// # Errors
/// Where a file cannot be read or written, or a line is not a question: named by its number.
pub fn run(config: &EvaluateConfig) -> anyhow::Result<()> {
    match config.kind {
        EvaluateKind::Attribution => {
            let gear = config.gear.map_or(Gear::Accurate, Gear::from);
            each_line(&config.input, &config.output, |question| Ok(attributions(question, gear)))
        }
        EvaluateKind::Checkworthiness => {
            let gear = config.gear.map_or(Gear::Accurate, Gear::from);
            checkworthiness::run(&config.input, gear, &config.output)
        }
        EvaluateKind::Clustering => clustering::run(config),
        EvaluateKind::Denials => {
            let gear = config.gear.map_or(Gear::Accurate, Gear::from);
            each_line(&config.input, &config.output, |question| Ok(denials(question, gear)))
        }
        EvaluateKind::Html => {
            let pages = config.pages.as_deref().context("--pages names the folder of pages")?;
            each_line(&config.input, &config.output, |question| html::answer(pages, question))
        }
        EvaluateKind::Matching => {
            let claims = config.claims.as_deref().context("--claims names the checked claims")?;
            matching::run(claims, &config.input, config.only.as_deref(), &config.output)
        }
        EvaluateKind::Stance => {
            each_line(&config.input, &config.output, |question| Ok(stance::answer(question)))
        }
    }
}

/// A text to be read; whatever else the line holds is an answer and not looked at.
#[derive(Deserialize)]
struct Question {
    id: String,
    text: String,
}

/// Reads questions of type `Q` and writes what `answer` makes of each, one a line.
fn each_line<Q: serde::de::DeserializeOwned, A: Serialize>(
    input: &Path,
    output: &Path,
    answer: impl Fn(Q) -> anyhow::Result<A>,
) -> anyhow::Result<()> {
    let reader = File::open(input).with_context(|| format!("cannot read {}", input.display()))?;
    let writer =
        File::create(output).with_context(|| format!("cannot write {}", output.display()))?;
    let mut writer = BufWriter::new(writer);
    for (number, line) in BufReader::new(reader).lines().enumerate() {
        let place = || format!("{}:{}", input.display(), number + 1);
        let line = line.with_context(place)?;
        if line.trim().is_empty() {
            continue;
        }
        let question: Q = serde_json::from_str(&line).with_context(place)?;
        let answer = answer(question).with_context(place)?;
        serde_json::to_writer(&mut writer, &answer).with_context(place)?;
        writer.write_all(b"\n").with_context(place)?;
    }
    writer.flush().with_context(|| format!("cannot write {}", output.display()))
}

/// A span in code points: first, and one past the last.
type Points = [i32; 2];

#[derive(Serialize)]
struct AttributionAnswer {
    id: String,
    attributions: Vec<Attribution>,
}

#[derive(Serialize)]
struct Attribution {
    source: Vec<Points>,
    cue: Vec<Points>,
    content: Vec<Points>,
    confidence: f32,
}

/// The statements of a text as the corpus counts them: those with a cue that are not themselves
/// part of what another one says.
fn attributions(question: Question, gear: Gear) -> AttributionAnswer {
    let reading = text::read(&question.text);
    let points = CodePoints::new(&question.text);
    let locate = |span: &Range<usize>| -> Option<Points> {
        Some([points.code_point(span.start)?, points.code_point(span.end)?])
    };
    let attributions = attribution::find_statements_in(gear, &reading)
        .iter()
        .filter(|statement| statement.parent.is_none() && statement.cue.is_some())
        .map(|statement| Attribution {
            source: statement.source.iter().filter_map(locate).collect(),
            cue: statement.cue.iter().filter_map(locate).collect(),
            content: statement.contents.iter().filter_map(locate).collect(),
            confidence: statement.confidence,
        })
        .collect();
    AttributionAnswer { id: question.id, attributions }
}

#[derive(Serialize)]
struct DenialAnswer {
    id: String,
    denials: Vec<Denial>,
}

#[derive(Serialize)]
struct Denial {
    cue: String,
    denier: Option<String>,
    via: Option<String>,
    denied: Option<String>,
    claim: String,
    kind: &'static str,
    confidence: f32,
}

/// The denials of a passage, one for each denier and claim, each in the mention that words it.
fn denials(question: Question, gear: Gear) -> DenialAnswer {
    let denials = claims::passage_denials(gear, &question.text)
        .into_iter()
        .map(|denial| Denial {
            cue: denial.cue,
            denier: denial.denier,
            via: denial.via,
            denied: denial.denied,
            claim: denial.claim,
            kind: denial.kind,
            confidence: denial.confidence,
        })
        .collect();
    DenialAnswer { id: question.id, denials }
}
