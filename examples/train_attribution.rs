//! Trains the weights in `src/pipeline/model/attribution.bin`.
//!
//! ```text
//! cargo run --release --example train_attribution -- TRAIN.jsonl OUT.bin [DEV.jsonl]
//! ```
//!
//! Lines are `{"text", "attributions": [{"source", "cue", "content"}]}` with lists of
//! `[start, end)` in code points. The features are the program's own, read through the stages it
//! runs; only the learning is here. The same input gives the same bytes: the order of the
//! examples is shuffled by a fixed generator, and all sums run in one thread.

use std::ops::Range;

use anyhow::Context as _;
use claimtrail::domain::CodePoints;
use claimtrail::pipeline::attribution::context::Context;
use claimtrail::pipeline::attribution::{content, cue, models::BITS, source};
use claimtrail::pipeline::model::{LinearModel, Seat};
use claimtrail::pipeline::text::{self, Reading};
use serde::Deserialize;

const EPOCHS: usize = 4;
const RATE: f32 = 0.08;
const L2: f32 = 3e-5;
/// Weights below this change no decision that matters, and would double the file.
const SMALLEST: f32 = 0.08;
/// A candidate is the right one where it shares this much of the union with the gold words.
const SOURCE_OVERLAP: f32 = 0.34;
const CONTENT_OVERLAP: f32 = 0.4;

#[derive(Deserialize)]
struct Article {
    text: String,
    attributions: Vec<Attribution>,
}

#[derive(Deserialize)]
struct Attribution {
    source: Vec<[i32; 2]>,
    cue: Vec<[i32; 2]>,
    content: Vec<[i32; 2]>,
}

/// Yes or no: features and answer.
type Binary = (Vec<u32>, bool);

/// One of several: features of each candidate and the place of the right one.
struct Ranking {
    candidates: Vec<Vec<u32>>,
    right: usize,
}

#[derive(Default)]
struct Examples {
    cue: Vec<Binary>,
    extent: Vec<Binary>,
    source: Vec<Ranking>,
    right: Vec<Ranking>,
    left: Vec<Ranking>,
}

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, train, out, rest @ ..] = arguments.as_slice() else {
        anyhow::bail!("usage: train_attribution TRAIN.jsonl OUT.bin [DEV.jsonl]");
    };
    let examples = read(train)?;
    let mut tables = vec![
        learn_binary(&examples.cue, BITS[0]),
        learn_binary(&examples.extent, BITS[1]),
        learn_ranking(&examples.source, BITS[2]),
        learn_ranking(&examples.right, BITS[3]),
        learn_ranking(&examples.left, BITS[4]),
    ];
    for weight in tables.iter_mut().flatten() {
        if weight.abs() < SMALLEST {
            *weight = 0.0;
        }
    }
    report("train", &tables, &examples);
    if let Some(dev) = rest.first() {
        report("dev", &tables, &read(dev)?);
    }
    let bytes = LinearModel::write(&tables);
    println!("{} bytes", bytes.len());
    std::fs::write(out, bytes).with_context(|| format!("cannot write {out}"))
}

/// The examples of all articles of a file.
fn read(path: &str) -> anyhow::Result<Examples> {
    let lines = std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
    let mut examples = Examples::default();
    for (number, line) in lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let article: Article =
            serde_json::from_str(line).with_context(|| format!("{path}:{}", number + 1))?;
        collect(&article, &mut examples);
    }
    Ok(examples)
}

fn collect(article: &Article, examples: &mut Examples) {
    let reading = text::read(&article.text);
    let context = Context::new(&reading);
    let points = CodePoints::new(&article.text);
    let mut features = Vec::new();
    let mut heads = vec![false; reading.tokens.len()];
    for attribution in &article.attributions {
        let words = tokens(&reading, &points, &attribution.cue);
        let (Some(&first), Some(&last)) = (words.first(), words.last()) else { continue };
        let Some(head) = head(&context, &words) else { continue };
        heads[head] = true;
        let cue = first..last + 1;
        if cue.len() > 12 {
            continue;
        }
        collect_extent(&context, head, &cue, examples);

        let gold = tokens(&reading, &points, &attribution.source);
        let mut candidates = Vec::new();
        source::candidates(&context, &cue, &mut candidates);
        let ranges = candidates.iter().map(|candidate| candidate.tokens.as_ref());
        let (best, overlap) = closest(&reading, &gold, ranges);
        // The content models see the source as it will be found, where it can be.
        let mut named = gold.first().zip(gold.last()).map(|(&first, &last)| first..last + 1);
        if overlap >= SOURCE_OVERLAP {
            named = candidates[best].tokens.clone();
            let candidates = candidates
                .iter()
                .map(|candidate| {
                    source::features(&context, head, &cue, candidate, &mut features);
                    features.clone()
                })
                .collect();
            examples.source.push(Ranking { candidates, right: best });
        }

        let gold = tokens(&reading, &points, &attribution.content);
        for right in [true, false] {
            let side: Vec<usize> = gold
                .iter()
                .copied()
                .filter(|&token| if right { token >= cue.end } else { token < cue.start })
                .collect();
            let mut candidates = Vec::new();
            if right {
                content::right_candidates(&context, &cue, named.as_ref(), &mut candidates);
            } else {
                content::left_candidates(&context, &cue, named.as_ref(), &mut candidates);
            }
            let ranges = candidates.iter().map(|candidate| candidate.tokens.as_ref());
            let (best, overlap) = closest(&reading, &side, ranges);
            if overlap < CONTENT_OVERLAP {
                continue;
            }
            let candidates = candidates
                .iter()
                .map(|candidate| {
                    let named = named.as_ref();
                    content::features(&context, head, &cue, named, candidate, right, &mut features);
                    features.clone()
                })
                .collect();
            let ranking = Ranking { candidates, right: best };
            if right { examples.right.push(ranking) } else { examples.left.push(ranking) }
        }
    }
    for (at, &is_head) in heads.iter().enumerate() {
        if cue::could_be_cue(&context, at) {
            cue::head_features(&context, at, &mut features);
            examples.cue.push((features.clone(), is_head));
        }
    }
}

fn collect_extent(context: &Context<'_>, head: usize, cue: &Range<usize>, examples: &mut Examples) {
    let sentence = context.sentence(head);
    let mut grown = head..head + 1;
    let mut features = Vec::new();
    while grown.end < sentence.end && grown.end - head <= cue::MAX_GROWTH {
        cue::extent_features(context, head, &grown, grown.end, &mut features);
        let more = grown.end < cue.end;
        examples.extent.push((features.clone(), more));
        if !more {
            break;
        }
        grown.end += 1;
    }
    while grown.start > sentence.start && head - grown.start < cue::MAX_GROWTH {
        cue::extent_features(context, head, &grown, grown.start - 1, &mut features);
        let more = grown.start > cue.start;
        examples.extent.push((features.clone(), more));
        if !more {
            break;
        }
        grown.start -= 1;
    }
}

/// The tokens that spans of code points touch.
fn tokens(reading: &Reading<'_>, points: &CodePoints<'_>, spans: &[[i32; 2]]) -> Vec<usize> {
    let mut found = Vec::new();
    for &[start, end] in spans {
        let Some(bytes) = points.bytes(start..end) else { continue };
        let first = reading.token_at(bytes.start);
        found.extend(
            (first..reading.tokens.len())
                .take_while(|&token| reading.tokens[token].start < bytes.end),
        );
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The word of a cue that carries it: "according", else its last verb, else its last cue noun.
fn head(context: &Context<'_>, words: &[usize]) -> Option<usize> {
    let reading = context.reading;
    if let Some(&word) = words.iter().find(|&&word| reading.lower(word) == "according") {
        return Some(word);
    }
    let known = |word: &usize| context.cues[*word] != Default::default();
    let verb = |word: &usize| reading.tag(*word).is_verb();
    let mut possible = words.iter().copied().filter(|&word| cue::could_be_cue(context, word)).rev();
    let mut rest = possible.clone();
    let mut nouns = possible.clone();
    possible
        .find(|word| verb(word) && known(word))
        .or_else(|| rest.find(verb))
        .or_else(|| nouns.find(known))
        .or_else(|| words.iter().copied().rfind(|&word| cue::could_be_cue(context, word)))
}

/// The candidate that shares most with the gold words, and how much of the union that is.
fn closest<'c>(
    reading: &Reading<'_>,
    gold: &[usize],
    candidates: impl Iterator<Item = Option<&'c Range<usize>>>,
) -> (usize, f32) {
    let is_word = |token: &usize| reading.tokens[*token].is_word();
    let gold: Vec<usize> = gold.iter().copied().filter(is_word).collect();
    let mut best = (0, -1.0);
    for (number, candidate) in candidates.enumerate() {
        let overlap = match candidate {
            None => f32::from(u8::from(gold.is_empty())),
            Some(range) => {
                let words = range.clone().filter(is_word).count();
                let shared = gold.iter().filter(|token| range.contains(*token)).count();
                shared as f32 / (words + gold.len() - shared).max(1) as f32
            }
        };
        if overlap > best.1 {
            best = (number, overlap);
        }
    }
    best
}

/// AdaGrad over one table.
struct Learner {
    weights: Vec<f32>,
    squares: Vec<f32>,
    sum: Vec<f32>,
    bits: u32,
}

impl Learner {
    fn new(bits: u32) -> Self {
        let size = 1 << bits;
        Learner { weights: vec![0.0; size], squares: vec![1e-3; size], sum: vec![0.0; size], bits }
    }

    fn score(&self, features: &[u32]) -> f32 {
        score(&self.weights, self.bits, features)
    }

    fn update(&mut self, features: &[u32], error: f32) {
        if error.abs() < 1e-3 {
            return;
        }
        for &feature in features {
            let at = Seat::index(feature, self.bits);
            let gradient = error + L2 * self.weights[at];
            self.squares[at] += gradient * gradient;
            self.weights[at] -= RATE * gradient / self.squares[at].sqrt();
        }
    }

    /// Runs the epochs; the weights are the mean of those after each epoch but the first.
    fn run(mut self, examples: usize, mut learn: impl FnMut(&mut Learner, usize)) -> Vec<f32> {
        for epoch in 0..EPOCHS {
            for at in shuffled(examples, epoch as u64 + 1) {
                learn(&mut self, at);
            }
            if epoch > 0 {
                for (sum, weight) in self.sum.iter_mut().zip(&self.weights) {
                    *sum += weight / (EPOCHS - 1) as f32;
                }
            }
        }
        self.sum
    }
}

fn score(weights: &[f32], bits: u32, features: &[u32]) -> f32 {
    features.iter().map(|&feature| weights[Seat::index(feature, bits)]).sum()
}

fn shuffled(count: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut state = seed;
    for at in (1..count).rev() {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        order.swap(at, (state >> 33) as usize % (at + 1));
    }
    order
}

fn learn_binary(examples: &[Binary], bits: u32) -> Vec<f32> {
    Learner::new(bits).run(examples.len(), |learner, at| {
        let (features, answer) = &examples[at];
        let probability = 1.0 / (1.0 + (-learner.score(features)).exp());
        learner.update(features, probability - f32::from(u8::from(*answer)));
    })
}

fn learn_ranking(examples: &[Ranking], bits: u32) -> Vec<f32> {
    Learner::new(bits).run(examples.len(), |learner, at| {
        let Ranking { candidates, right } = &examples[at];
        let scores: Vec<f32> = candidates.iter().map(|features| learner.score(features)).collect();
        let largest = scores.iter().copied().fold(f32::MIN, f32::max);
        let total: f32 = scores.iter().map(|score| (score - largest).exp()).sum();
        for (number, features) in candidates.iter().enumerate() {
            let probability = (scores[number] - largest).exp() / total;
            learner.update(features, probability - f32::from(u8::from(number == *right)));
        }
    })
}

fn report(name: &str, tables: &[Vec<f32>], examples: &Examples) {
    for (seat, binary) in [("cue", &examples.cue), ("extent", &examples.extent)].iter().enumerate()
    {
        let (mut hits, mut found, mut gold) = (0, 0, 0);
        for (features, answer) in binary.1 {
            let yes = score(&tables[seat], BITS[seat], features) > 0.0;
            hits += u32::from(yes && *answer);
            found += u32::from(yes);
            gold += u32::from(*answer);
        }
        let f1 = 2.0 * f64::from(hits) / f64::from(found + gold).max(1.0);
        println!("{name} {}: F1 {f1:.3} of {gold} in {}", binary.0, binary.1.len());
    }
    let rankings =
        [("source", &examples.source), ("right", &examples.right), ("left", &examples.left)];
    for (seat, (label, rankings)) in rankings.iter().enumerate() {
        let seat = seat + 2;
        let right = rankings
            .iter()
            .filter(|ranking| {
                let scores: Vec<f32> = ranking
                    .candidates
                    .iter()
                    .map(|features| score(&tables[seat], BITS[seat], features))
                    .collect();
                scores.iter().all(|&score| score <= scores[ranking.right])
            })
            .count();
        println!(
            "{name} {label}: right {:.3} of {}",
            right as f64 / rankings.len().max(1) as f64,
            rankings.len()
        );
    }
}
