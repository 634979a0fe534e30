//! How long the claim index needs for its candidates among many claims.
//!
//! ```text
//! cargo run --release --example scale -- CLAIMS.jsonl CLAIMS [QUERIES [SEED]]
//! ```
//!
//! CLAIMS.jsonl holds real wordings (`vclaim`, as for `claimtrail evaluate matching`); the first two
//! thousand are read for their meaning. From these CLAIMS claims are made by a generator with a seed:
//! the words of one wording up to a random place and those of another behind it, the two meanings
//! weighed by the words each gave, and a seventh of noise. Queries are made likewise by another seed. One
//! thread answers them. It prints the median and the 99th percentile in milliseconds, how many of the
//! twenty nearest meanings by comparing all rows are among the candidates, the median of comparing all rows
//! in the same sitting, how long a file of the index takes to be written and read, and the peak of memory.

use std::path::Path;
use std::time::Instant;

use claimtrail::cli::evaluate::matching::checked;
use claimtrail::domain::ClaimId;
use claimtrail::index::{KnownClaims, Meaning};
use claimtrail::pipeline::matching::{Vector, meaning, terms};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

/// Real wordings whose meaning is read.
const READ: usize = 2_000;
/// Nearest meanings that are to be found.
const NEAREST: usize = 20;
/// Claims added at once.
const AT_ONCE: usize = 10_000;
/// Length of the noise beside a meaning of length 1.
const NOISE: f32 = 0.15;

/// Wordings made of real ones.
struct Generator {
    real: Vec<(Vec<String>, Vector)>,
    random: StdRng,
}

impl Generator {
    fn next(&mut self) -> (String, Vector) {
        let [one, other] = [(); 2].map(|()| self.random.random_range(0..self.real.len()));
        let (words, meaning) = &self.real[one];
        let (others, other) = &self.real[other];
        let cut = self.random.random_range(1..=words.len());
        let rest = others.get(cut..).unwrap_or_default();
        let text = [&words[..cut], rest].concat().join(" ");
        let share = cut as f32 / (cut + rest.len()) as f32;
        let scale = NOISE * (12.0 / meaning.len() as f32).sqrt();
        let mut made: Vector = std::array::from_fn(|at| {
            let noise = scale * (self.random.random::<f32>() - 0.5);
            share * meaning[at] + (1.0 - share) * other[at] + noise
        });
        let length = made.iter().map(|x| x * x).sum::<f32>().sqrt();
        made.iter_mut().for_each(|x| *x /= length);
        (text, made)
    }
}

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, count, rest @ ..] = arguments.as_slice() else {
        anyhow::bail!("usage: scale CLAIMS.jsonl CLAIMS [QUERIES [SEED]]");
    };
    let count: usize = count.parse()?;
    let queries: usize = rest.first().map_or(Ok(200), |queries| queries.parse())?;
    let seed: u64 = rest.get(1).map_or(Ok(7), |seed| seed.parse())?;
    let real = checked(Path::new(path))?;
    let real: Vec<(Vec<String>, Vector)> = real
        .iter()
        .take(READ)
        .map(|claim| (claim.text().split_whitespace().map(str::to_owned).collect(), claim.text()))
        .filter(|(words, _): &(Vec<String>, &str)| !words.is_empty())
        .map(|(words, text)| (words, meaning(text)))
        .collect();
    let mut claims = Generator { real, random: StdRng::seed_from_u64(seed) };
    let known = KnownClaims::default();
    let begun = Instant::now();
    let mut rows = Vec::with_capacity(count);
    while rows.len() < count {
        // As the service takes up what it finds in its database.
        let page = AT_ONCE.min(count - rows.len());
        let page: Vec<(ClaimId, String, Meaning)> = (rows.len()..rows.len() + page)
            .map(|number| {
                let (text, vector) = claims.next();
                (id(number), text, Meaning::from(&vector))
            })
            .collect();
        known.add(page.iter().map(|(id, text, _)| (*id, text.clone())));
        known.set_meanings(page.iter().map(|(id, _, meaning)| (*id, *meaning)));
        rows.extend(page.into_iter().map(|(.., meaning)| meaning));
    }
    println!("{count} claims indexed in {:.1} s", begun.elapsed().as_secs_f64());

    let mut asked = Generator { real: claims.real, random: StdRng::seed_from_u64(seed + 1) };
    let (mut times, mut all_times, mut found, mut wanted) = (Vec::new(), Vec::new(), 0, 0);
    for number in 0..queries {
        let (text, vector) = asked.next();
        let words = terms(&text);
        let begun = Instant::now();
        let candidates = known.ask_by(&words, &vector);
        times.push(begun.elapsed().as_secs_f64() * 1e3);
        // Comparing all rows takes long; every fourth query tells enough.
        if number % 4 == 0 {
            let begun = Instant::now();
            let nearest = nearest(&rows, &vector);
            all_times.push(begun.elapsed().as_secs_f64() * 1e3);
            wanted += nearest.len();
            found += nearest
                .iter()
                .filter(|&&near| candidates.iter().any(|found| found.claim == id(near)))
                .count();
        }
    }
    println!(
        "{queries} queries: median {:.2} ms, 99th percentile {:.2} ms; recall@{NEAREST} {:.4}",
        at(&mut times, 0.5),
        at(&mut times, 0.99),
        f64::from(found as u32) / wanted.max(1) as f64
    );
    println!("comparing all meanings, without words: median {:.2} ms", at(&mut all_times, 0.5));
    let file = std::env::temp_dir().join(format!("claimtrail-scale-{}", std::process::id()));
    let begun = Instant::now();
    known.save(&file)?;
    let (saved, size) = (begun.elapsed().as_secs_f64(), std::fs::metadata(&file)?.len());
    drop(known);
    let begun = Instant::now();
    let loaded = KnownClaims::default().load(&file, |ids| ids.len() == count);
    let took = begun.elapsed().as_secs_f64();
    std::fs::remove_file(&file)?;
    anyhow::ensure!(loaded?.is_some_and(|unread| unread.is_empty()), "the file is not whole");
    println!("file of {} MB: written in {saved:.1} s, read in {took:.1} s", size / 1_000_000);
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        status.lines().filter(|line| line.starts_with("VmHWM")).for_each(|line| println!("{line}"));
    }
    Ok(())
}

/// The id of the claim of that number.
fn id(number: usize) -> ClaimId {
    ClaimId(uuid::Uuid::from_u128(number as u128 + 1))
}

/// The time below which that share of the queries took.
fn at(times: &mut [f64], share: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    times[((times.len() - 1) as f64 * share).round() as usize]
}

/// The rows nearest to a query, by comparing all.
fn nearest(rows: &[Meaning], query: &Vector) -> Vec<usize> {
    let close = |row: &Meaning| -> f32 {
        row.step * row.places.iter().zip(query).map(|(&a, b)| f32::from(a) * b).sum::<f32>()
    };
    let mut all: Vec<(usize, f32)> = rows.iter().map(close).enumerate().collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    all.into_iter().take(NEAREST).map(|(row, _)| row).collect()
}
