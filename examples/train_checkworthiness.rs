//! Trains the linear model in `src/pipeline/model/checkworthiness.bin` and makes
//! `src/pipeline/claims/checkworthy/odds.toml`.
//!
//! ```text
//! cargo run --release --example train_checkworthiness -- OUT.bin OUT.toml TRAIN.tsv [OTHER.tsv…]
//! ```
//!
//! The features are the program's own; only the learning is here: logistic loss by AdaGrad (Duchi,
//! Hazan and Singer 2011), the weights being the mean over the later epochs. Then a logistic curve
//! over what the models of other debates say of a sentence makes log odds of its number (Platt
//! 1999). The same input gives the same bytes.
//!
//! It prints how well both gears do on other tables: average precision, and F1 of those from 0.5 on.
//! The encoder is the program's own, made by `training/train_checkworthiness.py`.

use std::path::Path;

use anyhow::{Context as _, ensure};
use claimtrail::cli::evaluate::checkworthiness::{Row, rows};
use claimtrail::pipeline::claims::checkworthy::{BITS, Odds, encoded, features, linear};
use claimtrail::pipeline::model::{LinearModel, Seat};

/// Passes over the sentences; chosen by the folds.
const EPOCHS: usize = 8;
/// How far a first step goes; chosen by the folds.
const RATE: f32 = 0.1;
/// Folds of the trial. Sentences are numbered in the order of the debates; one fold is every fifth
/// stretch of so many numbers, about one debate, so that no speech is on both sides.
const FOLDS: usize = 5;
const STRETCH: usize = 1500;

/// Added to the log odds of both gears: on new speakers the models miss before they err. On
/// `dev-test` F1 of the encoder lies between 0.871 and 0.878 from 0 to 0.65 here, while its recall
/// grows from 0.815 to 0.880.
const LEAN: f64 = 0.3;

struct Example {
    fold: usize,
    features: Vec<u32>,
    worth: bool,
}

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [out, odds_out, train, others @ ..] = arguments.as_slice() else {
        anyhow::bail!("usage: train_checkworthiness OUT.bin OUT.toml TRAIN.tsv [OTHER.tsv…]");
    };
    let examples = examples_of(&labelled(train)?)?;
    let mut apart: Vec<(f32, bool)> = Vec::with_capacity(examples.len());
    for fold in 0..FOLDS {
        let (test, rest): (Vec<&Example>, Vec<&Example>) =
            examples.iter().partition(|example| example.fold == fold);
        let (_, seat) = fit(&rest)?;
        apart.extend(test.iter().map(|one| (linear(&seat, &one.features), one.worth)));
    }
    let worth = examples.iter().filter(|example| example.worth).count() as f64;
    // As if as many sentences deserved a check as do not: the sentences that the program scores
    // are claims already, and an editor would rather see one too many.
    let even = ((examples.len() as f64 - worth) / worth).ln() + LEAN;
    let [factor, summand] = curve(&apart);
    let odds = Odds { fast: [factor as f32, (summand + even) as f32], accurate: even as f32 };
    println!(
        "{} sentences, folds: average precision {:.4}",
        examples.len(),
        average_precision(&apart)
    );

    let all: Vec<&Example> = examples.iter().collect();
    let (bytes, seat) = fit(&all)?;
    for other in others {
        let (mut fast, mut accurate, mut both) = (Vec::new(), Vec::new(), Vec::new());
        for (row, worth) in labelled(other)? {
            let words = odds.fast[0] * linear(&seat, &features(&row.text)) + odds.fast[1];
            let score = encoded(&[row.text.as_str()]).into_iter().flatten().next();
            let meaning = score.unwrap_or(f32::MIN) + odds.accurate;
            fast.push((words, worth));
            accurate.push((meaning, worth));
            both.push((0.5 * (meaning + words), worth));
        }
        for (gear, scores) in [("fast", fast), ("accurate", accurate), ("mean", both)] {
            println!(
                "{other} {gear}: {} sentences, average precision {:.4}, F1 {:.4}",
                scores.len(),
                average_precision(&scores),
                f1(&scores)
            );
        }
    }
    std::fs::write(out, bytes).with_context(|| format!("cannot write {out}"))?;
    let text = format!(
        "# Made by examples/train_checkworthiness.rs; see checkworthiness.md.\n{}",
        toml::to_string(&odds)?
    );
    std::fs::write(odds_out, text).with_context(|| format!("cannot write {odds_out}"))
}

/// The rows that people labelled.
fn labelled(path: &str) -> anyhow::Result<Vec<(Row, bool)>> {
    let rows = rows(Path::new(path))?;
    let labelled: Vec<(Row, bool)> =
        rows.into_iter().filter_map(|row| Some((row.worth?, row))).map(|(a, b)| (b, a)).collect();
    ensure!(labelled.iter().any(|(_, worth)| *worth), "{path}: no sentence is worth a check");
    Ok(labelled)
}

fn examples_of(rows: &[(Row, bool)]) -> anyhow::Result<Vec<Example>> {
    rows.iter()
        .map(|(row, worth)| {
            let number: usize =
                row.id.parse().with_context(|| format!("id {:?} is no number", row.id))?;
            Ok(Example {
                fold: number / STRETCH % FOLDS,
                features: features(&row.text),
                worth: *worth,
            })
        })
        .collect()
}

/// The file of weights, and the model as the program reads it.
fn fit(examples: &[&Example]) -> anyhow::Result<(Vec<u8>, Seat)> {
    let size = 1 << BITS;
    let (mut weights, mut squares) = (vec![0.0_f32; size], vec![1e-6_f32; size]);
    let (mut sums, mut summed) = (vec![0.0_f64; size], 0.0);
    for epoch in 0..EPOCHS {
        for number in shuffled(examples.len(), epoch as u64 + 1) {
            let example = examples[number];
            let length = (example.features.len().max(1) as f32).sqrt();
            let places = example.features.iter().map(|&feature| Seat::index(feature, BITS));
            let score = places.clone().map(|at| weights[at]).sum::<f32>() / length;
            let guess = 1.0 / (1.0 + (-score).exp());
            let slope = (guess - f32::from(u8::from(example.worth))) / length;
            for at in places {
                squares[at] += slope * slope;
                weights[at] -= RATE * slope / squares[at].sqrt();
            }
        }
        if 2 * epoch >= EPOCHS {
            sums.iter_mut().zip(&weights).for_each(|(sum, weight)| *sum += f64::from(*weight));
            summed += 1.0;
        }
    }
    let mean: Vec<f32> = sums.iter().map(|sum| (sum / summed) as f32).collect();
    let bytes = LinearModel::write(&[mean]);
    let seat = LinearModel::read(&bytes).and_then(|model| model.seat(0).cloned());
    Ok((bytes, seat.context("the weights cannot be read back")?))
}

/// An order that looks random and is always the same.
fn shuffled(count: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for index in (1..count).rev() {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        order.swap(index, (state >> 33) as usize % (index + 1));
    }
    order
}

/// Factor and summand that make log odds of numbers, by Newton's method.
fn curve(points: &[(f32, bool)]) -> [f64; 2] {
    let (mut factor, mut summand) = (0.0_f64, 0.0_f64);
    for _ in 0..50 {
        let (mut g, mut h) = ([0.0; 2], [1e-6, 0.0, 1e-6]);
        for &(x, right) in points {
            let x = f64::from(x);
            let guess = 1.0 / (1.0 + (-(factor * x + summand)).exp());
            let (off, spread) = (guess - f64::from(u8::from(right)), guess * (1.0 - guess));
            g = [g[0] + off * x, g[1] + off];
            h = [h[0] + spread * x * x, h[1] + spread * x, h[2] + spread];
        }
        let determinant = h[0] * h[2] - h[1] * h[1];
        factor -= (h[2] * g[0] - h[1] * g[1]) / determinant;
        summand -= (h[0] * g[1] - h[1] * g[0]) / determinant;
    }
    [factor, summand]
}

/// The mean of the precision at each right one, the highest score first; of equals the wrong ones.
fn average_precision(scores: &[(f32, bool)]) -> f64 {
    let mut order = scores.to_vec();
    order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let (mut hits, mut sum) = (0.0, 0.0);
    for (place, (_, right)) in order.iter().enumerate() {
        if *right {
            hits += 1.0;
            sum += hits / (place + 1) as f64;
        }
    }
    sum / f64::max(hits, 1.0)
}

/// F1 of those whose log odds are even or better.
fn f1(scores: &[(f32, bool)]) -> f64 {
    let found = scores.iter().filter(|(odds, _)| *odds >= 0.0).count();
    let right = scores.iter().filter(|(_, right)| *right).count();
    let both = scores.iter().filter(|(odds, right)| *odds >= 0.0 && *right).count();
    2.0 * both as f64 / (found + right).max(1) as f64
}
