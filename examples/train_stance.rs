//! Trains the weights in `src/pipeline/model/stance.bin` and `src/pipeline/claims/stance/numbers.toml`.
//!
//! ```text
//! cargo run --release --example train_stance -- OUT.bin OUT.toml TRAIN.jsonl [PREDICTIONS.jsonl]
//! ```
//!
//! Lines are `{"id", "fold", "claim", "headline", "stance"}`. What a pair is judged by is the
//! program's own; only the learning is here: a softmax over the sides, held down by the squares of
//! the weights. A text's words are weighed by how rare they are and brought to length 1 (TF-IDF),
//! the numbers to deviation 1. The same input gives the same bytes.
//!
//! PREDICTIONS gets, for every line, what the model of the other folds says: the figure of how good
//! it is with claims it has not seen. Each fold's model has its own word weights, rounded as the
//! program's are.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead as _, BufReader};

use anyhow::{Context as _, ensure};
use claimtrail::pipeline::claims::stance::{
    BITS, Model, NUMBER_NAMES, NUMBERS, Pair, SIDES, Weights, pair,
};
use claimtrail::pipeline::model::{LinearModel, Seat};
use serde::Deserialize;

/// How strongly large weights are held down: the loss, in pairs, of a weight of 1, halved.
const HELD_DOWN: f64 = 1.25;
/// What a number's deviation counts beside a text's words, whose squares sum to 1.
const NUMBER_SCALE: f64 = 0.25;
/// Steps of descent; the loss no longer changes in its fourth figure by then.
const STEPS: usize = 300;

#[derive(Deserialize)]
struct Line {
    id: serde_json::Value,
    fold: u32,
    claim: String,
    headline: String,
    stance: String,
}

/// A line as the learning sees it.
struct Example {
    fold: u32,
    pair: Pair,
    side: usize,
}

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [out, numbers, train, predictions @ ..] = arguments.as_slice() else {
        anyhow::bail!("usage: train_stance OUT.bin OUT.toml TRAIN.jsonl [PREDICTIONS.jsonl]");
    };
    let (ids, examples) = read(train)?;
    if let Some(predictions) = predictions.first() {
        let mut sides = vec![""; examples.len()];
        let folds: BTreeSet<u32> = examples.iter().map(|example| example.fold).collect();
        for fold in folds {
            let others: Vec<&Example> = examples.iter().filter(|one| one.fold != fold).collect();
            let (words, weights) = fit(&others);
            let model = Model::read(&words, &toml::to_string(&weights)?).context("no model")?;
            for (side, example) in sides.iter_mut().zip(&examples) {
                if example.fold == fold {
                    *side = model.side(&example.pair);
                }
            }
        }
        let right =
            sides.iter().zip(&examples).filter(|(side, one)| **side == SIDES[one.side]).count();
        println!(
            "{} pairs, out of fold {:.4} right",
            sides.len(),
            right as f64 / sides.len() as f64
        );
        let mut text = String::new();
        for (id, side) in ids.iter().zip(sides) {
            text.push_str(&format!("{}\n", serde_json::json!({"id": id, "stance": side})));
        }
        std::fs::write(predictions, text).with_context(|| format!("cannot write {predictions}"))?;
    }
    let all: Vec<&Example> = examples.iter().collect();
    let (words, weights) = fit(&all);
    let mut text = String::from(
        "# Made by examples/train_stance.rs; see stance.md. Weights for, against, observing:\n",
    );
    for (at, name) in NUMBER_NAMES.iter().enumerate() {
        let [a, b, c] = [0, 1, 2].map(|side| weights.numbers[side][at]);
        text.push_str(&format!("# {a:7.3} {b:7.3} {c:7.3}  {name}\n"));
    }
    text.push_str(&toml::to_string(&weights)?);
    std::fs::write(out, words).with_context(|| format!("cannot write {out}"))?;
    std::fs::write(numbers, text).with_context(|| format!("cannot write {numbers}"))
}

fn read(path: &str) -> anyhow::Result<(Vec<serde_json::Value>, Vec<Example>)> {
    let file = File::open(path).with_context(|| format!("cannot read {path}"))?;
    let (mut ids, mut examples) = (Vec::new(), Vec::new());
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let place = || format!("{path}:{}", number + 1);
        let line = line.with_context(place)?;
        if line.trim().is_empty() {
            continue;
        }
        let line: Line = serde_json::from_str(&line).with_context(place)?;
        let side = SIDES.iter().position(|side| *side == line.stance);
        examples.push(Example {
            fold: line.fold,
            pair: pair(&line.claim, &line.headline),
            side: side.with_context(|| format!("{}: no side {:?}", place(), line.stance))?,
        });
        ids.push(line.id);
    }
    ensure!(!examples.is_empty(), "there is no line in {path}");
    Ok((ids, examples))
}

/// The file of word weights, and the weights of numbers.
fn fit(examples: &[&Example]) -> (Vec<u8>, Weights) {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for example in examples {
        for &word in &example.pair.words {
            *counts.entry(Seat::index(word, BITS)).or_default() += 1;
        }
    }
    let rarity: BTreeMap<usize, f64> = counts
        .iter()
        .map(|(&bucket, &count)| {
            (bucket, ((1 + examples.len()) as f64 / (1 + count) as f64).ln() + 1.0)
        })
        .collect();
    let buckets: Vec<usize> = counts.keys().copied().collect();
    let place: BTreeMap<usize, usize> =
        buckets.iter().enumerate().map(|(place, &bucket)| (bucket, place)).collect();
    let (mean, deviation) = spread(examples);
    // Words first, then numbers, then 1 for the bias.
    let width = buckets.len() + NUMBERS + 1;
    let rows: Vec<Vec<(usize, f64)>> = examples
        .iter()
        .map(|example| {
            let words = example.pair.words.iter().map(|&word| Seat::index(word, BITS));
            let mut row: Vec<(usize, f64)> =
                words.map(|bucket| (place[&bucket], rarity[&bucket])).collect();
            let length = row.iter().map(|(_, x)| x * x).sum::<f64>().sqrt();
            row.iter_mut().for_each(|(_, x)| *x /= length);
            row.extend((0..NUMBERS).map(|at| {
                let x = f64::from(example.pair.numbers[at]) - mean[at];
                (buckets.len() + at, x / deviation[at] * NUMBER_SCALE)
            }));
            row.push((width - 1, 1.0));
            row
        })
        .collect();
    let sides: Vec<usize> = examples.iter().map(|example| example.side).collect();
    let weights = descend(&rows, &sides, width);
    let mut tables = vec![vec![0.0_f32; 1 << BITS]; SIDES.len() + 1];
    for (&bucket, &place) in &place {
        for side in 0..SIDES.len() {
            tables[side][bucket] = (weights[side * width + place] * rarity[&bucket]) as f32;
        }
        tables[SIDES.len()][bucket] = (rarity[&bucket] * rarity[&bucket]) as f32;
    }
    let number = |side: usize, at: usize| {
        weights[side * width + buckets.len() + at] * NUMBER_SCALE / deviation[at]
    };
    let bias = |side: usize| {
        let shifted: f64 = (0..NUMBERS).map(|at| number(side, at) * mean[at]).sum();
        (weights[(side + 1) * width - 1] - shifted) as f32
    };
    let weights = Weights {
        numbers: std::array::from_fn(|side| std::array::from_fn(|at| number(side, at) as f32)),
        bias: std::array::from_fn(bias),
    };
    (LinearModel::write(&tables), weights)
}

/// The mean and the deviation of each number.
fn spread(examples: &[&Example]) -> ([f64; NUMBERS], [f64; NUMBERS]) {
    let count = examples.len() as f64;
    let number = |at: usize| examples.iter().map(move |one| f64::from(one.pair.numbers[at]));
    let mean: [f64; NUMBERS] = std::array::from_fn(|at| number(at).sum::<f64>() / count);
    let deviation = std::array::from_fn(|at| {
        let squares: f64 = number(at).map(|x| (x - mean[at]).powi(2)).sum();
        (squares / count).sqrt() + 1e-9
    });
    (mean, deviation)
}

/// Descends with Adam over all rows at once (Kingma and Ba 2015); the bias is not held down.
fn descend(rows: &[Vec<(usize, f64)>], sides: &[usize], width: usize) -> Vec<f64> {
    let size = SIDES.len() * width;
    let mut weights = vec![0.0_f64; size];
    let (mut mean, mut square) = (vec![0.0; size], vec![0.0; size]);
    for step in 1..=STEPS {
        let mut gradient: Vec<f64> = weights
            .iter()
            .enumerate()
            .map(|(at, weight)| if at % width == width - 1 { 0.0 } else { HELD_DOWN * weight })
            .collect();
        for (row, &right) in rows.iter().zip(sides) {
            let sums: [f64; SIDES.len()] = std::array::from_fn(|side| {
                row.iter().map(|&(at, x)| weights[side * width + at] * x).sum()
            });
            let most = sums.iter().copied().fold(f64::MIN, f64::max);
            let parts = sums.map(|sum| (sum - most).exp());
            let whole: f64 = parts.iter().sum();
            for (side, part) in parts.iter().enumerate() {
                let off = part / whole - f64::from(u8::from(side == right));
                for &(at, x) in row {
                    gradient[side * width + at] += off * x;
                }
            }
        }
        let rate = 0.1 * (1.0 - (step - 1) as f64 / STEPS as f64);
        for at in 0..size {
            mean[at] = 0.9 * mean[at] + 0.1 * gradient[at];
            square[at] = 0.99 * square[at] + 0.01 * gradient[at] * gradient[at];
            let first = mean[at] / (1.0 - 0.9_f64.powi(step as i32));
            let second = square[at] / (1.0 - 0.99_f64.powi(step as i32));
            weights[at] -= rate * first / (second.sqrt() + 1e-9);
        }
    }
    weights
}
