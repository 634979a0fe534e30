//! Trains the weights in `src/pipeline/matching`: `ranker.toml` for claims that are known with their
//! titles, `ranker_of_claims.toml` for claims known by their sentence alone.
//!
//! ```text
//! cargo run --release --example train_matching -- FOLDER CLAIMS.jsonl QUERIES.tsv TRAIN.qrels [DEV.qrels]
//! ```
//!
//! The candidates and their numbers are the program's own; only the learning is here. The weights
//! make the right claim's share of a softmax over a query's candidates large (ListNet with one right
//! answer; Cao et al. 2007), held down by their squares. Then a logistic curve over all candidates
//! makes odds of the sums (Platt 1999); each query counts there a second time with its right claims
//! taken out, since most of what a service is asked about it does not know. Where titles are known a query
//! is learnt from twice, as it stands and without the line that tells who wrote it and when: not every text
//! has one. The same input gives the same bytes.
//!
//! It prints MAP@5 of five folds, parted by claim and fitted without the fold, with a bootstrap interval, then of the whole,
//! and of the other queries where a second table names some, each as they stand and without their
//! signatures; and how many of the best candidates above a score are right, half of the queries having no
//! right claim.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, ensure};
use claimtrail::cli::evaluate::matching::{Known, checked, table};
use claimtrail::pipeline::matching::rank::{FEATURE_NAMES, FEATURES, features};
use claimtrail::pipeline::matching::{Evidence, Ranker, Way, signature};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

/// How strongly large weights are held down: the loss, in queries, of one that moves the sum by 1 where
/// its number moves by its deviation. Chosen by the folds.
const HELD_DOWN: f64 = 0.5;
/// Steps of descent; the loss no longer changes in its fourth figure by then.
const STEPS: usize = 400;
/// Folds of the trial.
const FOLDS: usize = 5;
/// Draws of the interval around their mean, and what they are drawn with.
const DRAWS: usize = 10_000;
const SEED: u64 = 7;

/// A query's candidates: their numbers, and which are right.
struct Query {
    fold: usize,
    /// The number of its right claim among those that are right.
    claim: usize,
    numbers: Vec<[f32; FEATURES]>,
    right: Vec<bool>,
    /// How many right claims there are, found or not.
    wanted: usize,
    /// The numbers of the wrong ones as they are without the right ones.
    without: Vec<[f32; FEATURES]>,
}

type Sums = [f64; FEATURES];

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [out, claims, queries, right, others @ ..] = arguments.as_slice() else {
        anyhow::bail!(
            "usage: train_matching FOLDER CLAIMS.jsonl QUERIES.tsv TRAIN.qrels [DEV.qrels]"
        );
    };
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let claims = checked(Path::new(claims))?;
    ensure!(!claims.is_empty(), "there is no claim");
    let known = Known::of_claims(claims, threads);
    println!("claims by their sentence alone");
    train(&known, &Path::new(out).join("ranker_of_claims.toml"), queries, right, others)?;
    println!("claims with their titles");
    let known = Known::with_context(known.claims, threads);
    train(&known, &Path::new(out).join("ranker.toml"), queries, right, others)
}

fn train(
    known: &Known,
    out: &Path,
    queries: &str,
    right: &str,
    others: &[String],
) -> anyhow::Result<()> {
    let sets = examples_of(known, Path::new(queries), Path::new(right))?;
    let all: Vec<&Query> = sets.iter().flat_map(|(_, examples)| examples).collect();
    let fits: Vec<Sums> = (0..FOLDS)
        .map(|fold| {
            let train: Vec<&Query> =
                all.iter().copied().filter(|query| query.fold != fold).collect();
            fit(&train)
        })
        .collect();
    let weights = fit(&all);
    for (name, examples) in &sets {
        let mut apart: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        for query in examples {
            apart.entry(query.claim).or_default().push(precision(query, &fits[query.fold]));
        }
        let whole: f64 = examples.iter().map(|query| precision(query, &weights)).sum();
        let count = examples.len() as f64;
        let apart: Vec<Vec<f64>> = apart.into_values().collect();
        let [low, high] = interval(&apart);
        println!(
            "{count} queries {name}, MAP@5 of {FOLDS} folds {:.4} (95 % of {DRAWS} draws of claims: {low:.4} to {high:.4}), of the whole {:.4}",
            apart.iter().flatten().sum::<f64>() / count,
            whole / count
        );
    }
    let ranker = Ranker { weights: weights.map(|w| w as f32), odds: odds(&all, &weights) };
    for other in others {
        for (name, queries) in examples_of(known, Path::new(queries), Path::new(other))? {
            let sum: f64 = queries.iter().map(|query| precision(query, &weights)).sum();
            let count = queries.len();
            println!("{other}: {count} queries {name}, MAP@5 {:.4}", sum / count as f64);
            tell_thresholds(&queries, &ranker);
        }
    }

    let mut text =
        String::from("# Made by examples/train_matching.rs; see matching.md. Weights of:\n");
    for (name, weight) in FEATURE_NAMES.iter().zip(&weights) {
        text.push_str(&format!("# {weight:8.3}  {name}\n"));
    }
    text.push_str(&toml::to_string(&ranker)?);
    std::fs::write(out, text).with_context(|| format!("cannot write {}", out.display()))
}

/// Between what the mean over all queries lies in 95 of 100 draws of as many claims with their queries
/// (Efron's bootstrap): queries of one claim are near copies, so they are drawn together.
fn interval(claims: &[Vec<f64>]) -> [f64; 2] {
    let mut random = StdRng::seed_from_u64(SEED);
    let mut means: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let drawn = (0..claims.len()).map(|_| &claims[random.random_range(0..claims.len())]);
            let (sum, count) = drawn.flatten().fold((0.0, 0.0), |(s, n), x| (s + x, n + 1.0));
            sum / f64::max(count, 1.0)
        })
        .collect();
    means.sort_by(f64::total_cmp);
    [0.025, 0.975].map(|share| means[((DRAWS - 1) as f64 * share).round() as usize])
}

/// Prints, for some scores, how many best candidates reach it and are right.
fn tell_thresholds(queries: &[Query], ranker: &Ranker) {
    let best = |numbers: &[[f32; FEATURES]]| {
        numbers
            .iter()
            .map(|numbers| ranker.score(numbers))
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
    };
    let mut answers: Vec<(f32, bool)> = Vec::new();
    for query in queries {
        answers.extend(best(&query.numbers).map(|(at, score)| (score, query.right[at])));
        answers.extend(best(&query.without).map(|(_, score)| (score, false)));
    }
    for least in [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95] {
        let reached: Vec<bool> =
            answers.iter().filter(|(score, _)| *score >= least).map(|(_, right)| *right).collect();
        let right = reached.iter().filter(|right| **right).count();
        println!(
            "  from {least:.2}: precision {:.3}, recall {:.3}",
            right as f64 / reached.len().max(1) as f64,
            right as f64 / queries.len().max(1) as f64
        );
    }
}

/// The queries as they stand and, where signatures are read, without them.
fn examples_of(
    known: &Known,
    queries: &Path,
    right: &Path,
) -> anyhow::Result<Vec<(&'static str, Vec<Query>)>> {
    let mut answers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in table(right, 3)? {
        answers.entry(row[0].clone()).or_default().insert(row[2].clone());
    }
    let texts: BTreeMap<String, String> =
        table(queries, 2)?.into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    // Queries of one claim go into one fold: they are near copies of each other.
    let claims: BTreeSet<&String> = answers.values().filter_map(|ids| ids.first()).collect();
    let numbers: BTreeMap<&String, usize> =
        claims.into_iter().enumerate().map(|(number, id)| (id, number)).collect();
    let examples_by = |read: fn(&str) -> &str| -> anyhow::Result<Vec<Query>> {
        let queries = answers.iter().map(|(query, ids)| {
            let text = texts.get(query).with_context(|| format!("there is no query {query}"))?;
            let text = read(text);
            let (found, evidence): (Vec<usize>, Vec<_>) =
                known.index.candidates(text).into_iter().unzip();
            let right: Vec<bool> =
                found.iter().map(|&claim| ids.contains(&known.claims[claim].id)).collect();
            let wrong: Vec<Evidence> = evidence
                .iter()
                .zip(&right)
                .filter(|(_, right)| !**right)
                .map(|(e, _)| *e)
                .collect();
            let claim = ids.first().and_then(|id| numbers.get(id)).copied().unwrap_or_default();
            Ok(Query {
                fold: claim % FOLDS,
                claim,
                numbers: features(&evidence),
                right,
                wanted: ids.len(),
                without: features(&without_gaps(wrong)),
            })
        });
        queries.collect()
    };
    let mut sets = vec![("as they stand", examples_by(|text| text)?)];
    if known.index.reads_signatures() {
        sets.push(("without signatures", examples_by(unsigned)?));
    }
    Ok(sets)
}

fn unsigned(text: &str) -> &str {
    signature(text).map_or(text, |signed| signed.said)
}

/// Candidates of which some were taken out: those behind them move up.
fn without_gaps(mut candidates: Vec<Evidence>) -> Vec<Evidence> {
    for way in 0..Way::COUNT {
        let mut found: Vec<usize> =
            (0..candidates.len()).filter(|&at| candidates[at].places[way].is_some()).collect();
        found.sort_by_key(|&at| candidates[at].places[way]);
        for (place, at) in found.into_iter().enumerate() {
            candidates[at].places[way] = Some(place);
        }
    }
    candidates
}

fn sum(numbers: &[f32; FEATURES], weights: &Sums) -> f64 {
    numbers.iter().zip(weights).map(|(&x, weight)| f64::from(x) * weight).sum()
}

/// Descends with Adam over all queries at once (Kingma and Ba 2015).
fn fit(queries: &[&Query]) -> Sums {
    let spread = spread(queries);
    let (mut weights, mut mean, mut square) = ([0.0; FEATURES], [0.0; FEATURES], [0.0; FEATURES]);
    // The numbers are of different sizes; each weight is learnt for its number's deviation.
    let unscaled = |weights: &Sums| -> Sums { std::array::from_fn(|at| weights[at] / spread[at]) };
    for step in 1..=STEPS {
        let mut gradient = weights.map(|weight| 2.0 * HELD_DOWN * weight);
        for query in queries {
            let right = query.right.iter().filter(|right| **right).count() as f64;
            if right == 0.0 {
                continue;
            }
            let sums: Vec<f64> =
                query.numbers.iter().map(|numbers| sum(numbers, &unscaled(&weights))).collect();
            let most = sums.iter().copied().fold(f64::MIN, f64::max);
            let parts: Vec<f64> = sums.iter().map(|sum| (sum - most).exp()).collect();
            let whole: f64 = parts.iter().sum();
            for ((numbers, part), &is_right) in query.numbers.iter().zip(parts).zip(&query.right) {
                let off = part / whole - if is_right { 1.0 / right } else { 0.0 };
                for ((gradient, &x), spread) in gradient.iter_mut().zip(numbers).zip(&spread) {
                    *gradient += off * f64::from(x) / spread;
                }
            }
        }
        let rate = 0.1 * (1.0 - (step - 1) as f64 / STEPS as f64);
        for at in 0..FEATURES {
            mean[at] = 0.9 * mean[at] + 0.1 * gradient[at];
            square[at] = 0.99 * square[at] + 0.01 * gradient[at] * gradient[at];
            let first = mean[at] / (1.0 - 0.9_f64.powi(step as i32));
            let second = square[at] / (1.0 - 0.99_f64.powi(step as i32));
            weights[at] -= rate * first / (second.sqrt() + 1e-9);
        }
    }
    unscaled(&weights)
}

/// The deviation of each number over all candidates.
fn spread(queries: &[&Query]) -> Sums {
    let (mut sums, mut squares, mut count) = ([0.0; FEATURES], [0.0; FEATURES], 0.0);
    for numbers in queries.iter().flat_map(|query| &query.numbers) {
        count += 1.0;
        for (at, &x) in numbers.iter().enumerate() {
            sums[at] += f64::from(x);
            squares[at] += f64::from(x) * f64::from(x);
        }
    }
    std::array::from_fn(|at| {
        let mean = sums[at] / count;
        (squares[at] / count - mean * mean).max(0.0).sqrt() + 1e-9
    })
}

/// Factor and summand that make log odds of sums, by Newton's method over all candidates.
fn odds(queries: &[&Query], weights: &Sums) -> [f32; 2] {
    let points: Vec<(f64, f64)> = queries
        .iter()
        .flat_map(|query| {
            let with = query.numbers.iter().zip(query.right.iter().copied());
            with.chain(query.without.iter().map(|numbers| (numbers, false)))
        })
        .map(|(numbers, right)| (sum(numbers, weights), f64::from(u8::from(right))))
        .collect();
    let (mut factor, mut summand) = (0.0_f64, 0.0_f64);
    for _ in 0..50 {
        let (mut g, mut h) = ([0.0; 2], [1e-6, 0.0, 1e-6]);
        for &(x, y) in &points {
            let p = 1.0 / (1.0 + (-(factor * x + summand)).exp());
            let (off, spread) = (p - y, p * (1.0 - p));
            g = [g[0] + off * x, g[1] + off];
            h = [h[0] + spread * x * x, h[1] + spread * x, h[2] + spread];
        }
        let determinant = h[0] * h[2] - h[1] * h[1];
        factor -= (h[2] * g[0] - h[1] * g[1]) / determinant;
        summand -= (h[0] * g[1] - h[1] * g[0]) / determinant;
    }
    [factor as f32, summand as f32]
}

/// Average precision among the first five.
fn precision(query: &Query, weights: &Sums) -> f64 {
    let mut order: Vec<usize> = (0..query.numbers.len()).collect();
    let sums: Vec<f64> = query.numbers.iter().map(|numbers| sum(numbers, weights)).collect();
    order.sort_by(|&a, &b| sums[b].total_cmp(&sums[a]).then(a.cmp(&b)));
    let (mut hits, mut precision) = (0.0, 0.0);
    for (place, &candidate) in order.iter().take(5).enumerate() {
        if query.right[candidate] {
            hits += 1.0;
            precision += hits / (place + 1) as f64;
        }
    }
    precision / query.wanted.min(5) as f64
}
