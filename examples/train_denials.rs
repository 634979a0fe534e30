//! Trains the weights in `src/pipeline/model/denials.bin`.
//!
//! ```text
//! cargo run --release --example train_denials -- OUT.bin TRAIN.jsonl…
//! ```
//!
//! Lines are `{"text", "denials": [{"cue", "denier", "claim"}]}`. The features are the program's
//! own, read through the stages it runs; only the learning is here. The same input gives the same
//! bytes: the order of the examples is shuffled by a fixed generator, and all sums run in one
//! thread.

use std::collections::BTreeMap;

use anyhow::Context as _;
use claimtrail::domain::Field;
use claimtrail::pipeline::claims::denials::cue::{self, Cue};
use claimtrail::pipeline::claims::denials::features::Features;
use claimtrail::pipeline::claims::denials::find::{Passage, best_denier};
use claimtrail::pipeline::claims::denials::model::{BITS, Models, logistic};
use claimtrail::pipeline::claims::denials::{denied, denier, judge};
use claimtrail::pipeline::claims::speech;
use claimtrail::pipeline::lexicon::denial::lexicon;
use claimtrail::pipeline::model::{LinearModel, Seat};
use claimtrail::pipeline::{attribution, resolution, text};

/// A passage with its denials as people see them.
#[derive(Debug, Clone)]
pub struct Labelled {
    /// The passage.
    pub text: String,
    /// Its denials.
    pub denials: Vec<Gold>,
}

/// One denial as people see it.
#[derive(Debug, Clone)]
pub struct Gold {
    /// The words that deny.
    pub cue: String,
    /// Who denies.
    pub denier: Option<String>,
    /// The denied proposition; empty where the passage does not tell it.
    pub claim: String,
}

/// Words of a text as the comparison knows them: lower case, without articles and marks.
pub fn tokens(text: &str) -> Vec<String> {
    let straight = text.to_lowercase().replace(['’', '‘'], "'").replace("'s ", " ");
    let straight = straight.strip_suffix("'s").unwrap_or(&straight);
    straight
        .split(|letter: char| !letter.is_alphanumeric() && letter != '.' && letter != ',')
        .map(|word| word.replace(['.', ','], ""))
        .filter(|word| !word.is_empty() && !matches!(word.as_str(), "a" | "an" | "the"))
        .collect()
}

/// How much two texts share: token F1; 1 for two empty ones.
pub fn overlap(a: &str, b: &str) -> f32 {
    let (a, b) = (tokens(a), tokens(b));
    if a.is_empty() || b.is_empty() {
        return f32::from(u8::from(a == b));
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for word in &a {
        *counts.entry(word).or_default() += 1;
    }
    let mut shared = 0;
    for word in &b {
        if let Some(count) = counts.get_mut(word.as_str()).filter(|count| **count > 0) {
            *count -= 1;
            shared += 1;
        }
    }
    2.0 * shared as f32 / (a.len() + b.len()) as f32
}

/// Weights under training.
struct Trainer {
    weights: Vec<f32>,
    squares: Vec<f32>,
    /// Sums of the weights over all steps, kept lazily: bucket → sum, and the step it was taken at.
    sums: Vec<f32>,
    taken: Vec<f32>,
    steps: f32,
    rate: f32,
    decay: f32,
}

impl Trainer {
    fn new(rate: f32, decay: f32) -> Self {
        let zeros = || vec![0.0; 1 << BITS];
        Trainer {
            weights: zeros(),
            squares: zeros(),
            sums: zeros(),
            taken: zeros(),
            steps: 0.0,
            rate,
            decay,
        }
    }

    /// The mean of the weights over all steps: steadier than the last ones.
    fn finish(mut self) -> Vec<f32> {
        for bucket in 0..(1 << BITS) {
            self.sums[bucket] += self.weights[bucket] * (self.steps - self.taken[bucket]);
        }
        let steps = self.steps.max(1.0);
        self.sums.iter().map(|sum| sum / steps).collect()
    }

    fn score(&self, features: &Features) -> f32 {
        features.hashes().iter().map(|&hash| self.weights[Seat::index(hash, BITS)]).sum()
    }

    fn step(&mut self, features: &Features, gradient: f32) {
        self.steps += 1.0;
        for &hash in features.hashes() {
            let bucket = Seat::index(hash, BITS);
            self.sums[bucket] += self.weights[bucket] * (self.steps - self.taken[bucket]);
            self.taken[bucket] = self.steps;
            let slope = gradient + self.decay * self.weights[bucket];
            self.squares[bucket] += slope * slope;
            self.weights[bucket] -= self.rate * slope / (self.squares[bucket] + 1e-6).sqrt();
        }
    }
}

/// A list of candidates of which some are right.
struct Choice {
    features: Vec<Features>,
    right: Vec<f32>,
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

fn train_choices(choices: &[Choice], epochs: usize, rate: f32, decay: f32) -> Vec<f32> {
    let mut trainer = Trainer::new(rate, decay);
    for epoch in 0..epochs {
        for index in shuffled(choices.len(), epoch as u64 + 1) {
            let choice = &choices[index];
            let scores: Vec<f32> =
                choice.features.iter().map(|features| trainer.score(features)).collect();
            let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let exponents: Vec<f32> = scores.iter().map(|score| (score - most).exp()).collect();
            let all: f32 = exponents.iter().sum();
            let good: f32 = exponents.iter().zip(&choice.right).map(|(e, right)| e * right).sum();
            for ((features, e), right) in choice.features.iter().zip(&exponents).zip(&choice.right)
            {
                let wanted = if good > 0.0 { e * right / good } else { 0.0 };
                let gradient = e / all - wanted;
                if gradient.abs() > 1e-4 {
                    trainer.step(features, gradient);
                }
            }
        }
    }
    trainer.finish()
}

fn train_judge(examples: &[(Features, bool)], epochs: usize, rate: f32, decay: f32) -> Vec<f32> {
    let mut trainer = Trainer::new(rate, decay);
    for epoch in 0..epochs {
        for index in shuffled(examples.len(), epoch as u64 + 77) {
            let (features, denies) = &examples[index];
            let guess = logistic(trainer.score(features));
            trainer.step(features, guess - f32::from(u8::from(*denies)));
        }
    }
    trainer.finish()
}

/// Whether the cue shares a word that means something with the annotated one.
pub fn matches(reading: &text::Reading, cue: &Cue, gold: &Gold) -> bool {
    let weak = [
        "is", "are", "was", "were", "be", "been", "has", "have", "had", "do", "does", "did", "it",
        "its", "this", "that", "these", "those", "there", "to", "of", "in", "as", "by", "on", "at",
        "for", "from", "with", "and", "or", "but", "he", "she", "they", "we", "i", "you", "his",
        "her", "their", "our", "your", "my", "a", "an", "the",
    ];
    reading.text.match_indices(gold.cue.as_str()).any(|(start, words)| {
        let end = start + words.len();
        cue.tokens.clone().any(|token| {
            reading.tokens.get(token).is_some_and(|place| {
                place.is_word()
                    && place.start < end
                    && start < place.end
                    && !weak.contains(&reading.lower(token))
            })
        })
    })
}

/// How often the lexicon's own sentences are seen: few against thousands of passages.
const SENTENCES: usize = 3;

/// What the lexicon's sentences tell the judge: the cue of a rule denies in its examples, and nothing
/// does in its counterexamples.
fn lexicon_examples() -> Vec<(Features, bool)> {
    let mut examples = Vec::new();
    for rule in &lexicon().cues {
        let told = rule.examples.iter().map(|sentence| (sentence, true));
        for (sentence, denies) in told.chain(rule.counterexamples.iter().map(|s| (s, false))) {
            let reading = text::read(sentence);
            let said = speech::of(&reading, &attribution::find_statements(&reading));
            let cues = cue::propose(&reading);
            for cue in cues.iter().filter(|cue| !denies || cue.rule == rule.id) {
                for _ in 0..SENTENCES {
                    examples.push((judge::features(&reading, cue, &cues, &said), denies));
                }
            }
        }
    }
    examples
}

/// Trains the three models on `passages`; `speeches` gives the statements of a passage.
pub fn train(passages: &[Labelled]) -> Option<Vec<u8>> {
    let mut examples = lexicon_examples();
    let mut deniers = Vec::new();
    for passage in passages {
        let reading = text::read(&passage.text);
        let said = speech::of(&reading, &attribution::find_statements(&reading));
        let cues = cue::propose(&reading);
        for cue in &cues {
            let gold = passage.denials.iter().find(|gold| matches(&reading, cue, gold));
            examples.push((judge::features(&reading, cue, &cues, &said), gold.is_some()));
            let Some(gold) = gold else { continue };
            let wanted = gold.denier.as_deref().unwrap_or("");
            let candidates = denier::candidates(&reading, cue, &said);
            let right: Vec<f32> = candidates
                .iter()
                .map(|candidate| {
                    let words = candidate
                        .tokens
                        .clone()
                        .and_then(|tokens| reading.span(tokens))
                        .map_or("", |span| &reading.text[span]);
                    let shared = overlap(words, wanted);
                    if shared >= 0.5 { shared * shared } else { 0.0 }
                })
                .collect();
            if right.iter().any(|&right| right > 0.0) {
                deniers.push(Choice {
                    features: candidates.into_iter().map(|candidate| candidate.features).collect(),
                    right,
                });
            }
        }
    }
    let judge = train_judge(&examples, 4, 0.05, 0.0);
    let denier = train_choices(&deniers, 10, 0.12, 1e-2);
    let first = LinearModel::write(&[judge.clone(), denier.clone(), vec![0.0; 1 << BITS]]);
    let models = Models::read(&first)?;
    let mut denieds = Vec::new();
    for passage in passages {
        let reading = text::read(&passage.text);
        let said = speech::of(&reading, &attribution::find_statements(&reading));
        let resolution = resolution::resolve(&[(Field::Text, &reading)]);
        let known = Passage::new(Field::Text, &reading, &resolution, &said);
        for cue in cue::propose(&reading) {
            let Some(gold) = passage.denials.iter().find(|gold| matches(&reading, &cue, gold))
            else {
                continue;
            };
            let denier = best_denier(&known, &models, &cue);
            let candidates = denied::candidates(&reading, &cue, &said);
            let right: Vec<f32> = candidates
                .iter()
                .map(|candidate| match &candidate.tokens {
                    None => f32::from(u8::from(gold.claim.is_empty())),
                    Some(_) => known.claim(&cue, denier.as_ref(), candidate).map_or(0.0, |claim| {
                        let shared = overlap(&claim, &gold.claim);
                        if shared >= 0.6 { shared } else { 0.0 }
                    }),
                })
                .collect();
            if right.iter().any(|&right| right > 0.0) {
                denieds.push(Choice {
                    features: candidates.into_iter().map(|candidate| candidate.features).collect(),
                    right,
                });
            }
        }
    }
    let denied = train_choices(&denieds, 4, 0.05, 0.0);
    Some(LinearModel::write(&[judge, denier, denied]))
}

#[derive(serde::Deserialize)]
struct Line {
    text: String,
    denials: Vec<LineDenial>,
}

#[derive(serde::Deserialize)]
struct LineDenial {
    cue: String,
    denier: Option<String>,
    claim: Option<String>,
}

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let output = arguments.next().context("usage: train_denials OUT.bin TRAIN.jsonl…")?;
    let mut passages = Vec::new();
    for file in arguments {
        let lines =
            std::fs::read_to_string(&file).with_context(|| format!("cannot read {file}"))?;
        for (number, line) in lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty())
        {
            let line: Line =
                serde_json::from_str(line).with_context(|| format!("{file}:{}", number + 1))?;
            let denials = line.denials.into_iter().map(|denial| Gold {
                cue: denial.cue,
                denier: denial.denier,
                claim: denial.claim.unwrap_or_default(),
            });
            passages.push(Labelled { text: line.text, denials: denials.collect() });
        }
    }
    let weights = train(&passages).context("the first two models could not be read back")?;
    std::fs::write(&output, weights).with_context(|| format!("cannot write {output}"))
}
