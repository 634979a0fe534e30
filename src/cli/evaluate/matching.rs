//! Posts and the checked claims they could be about: the best twenty of each.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use anyhow::{Context, ensure};
use chrono::NaiveDate;
use serde::Deserialize;

use crate::index::{ClaimIndex, Entry};
use crate::pipeline::matching::Ranker;

/// Claims answered for each query.
const ANSWERED: usize = 20;

/// A checked claim.
#[derive(Debug, Deserialize)]
pub struct Checked {
    /// Its id.
    #[serde(rename = "vclaim_id")]
    pub id: String,
    /// The claim.
    #[serde(rename = "vclaim")]
    claim: String,
    title: Option<String>,
    subtitle: Option<String>,
    /// The day of the check, as "26 May 2015".
    date: Option<String>,
}

/// Known claims and their index.
pub struct Known {
    /// In the order of the file.
    pub claims: Vec<Checked>,
    /// Of the same numbers.
    pub index: ClaimIndex,
}

/// Reads checked claims, one JSON object a line.
///
/// # Errors
/// The file cannot be read, or a line is no claim: named by its number.
pub fn checked(path: &Path) -> anyhow::Result<Vec<Checked>> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut claims: Vec<Checked> = Vec::new();
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let place = || format!("{}:{}", path.display(), number + 1);
        let line = line.with_context(place)?;
        if !line.trim().is_empty() {
            claims.push(serde_json::from_str(&line).with_context(place)?);
        }
    }
    Ok(claims)
}

impl Checked {
    /// The claim's sentence.
    pub fn text(&self) -> &str {
        &self.claim
    }

    /// The day it was checked, if that is known.
    fn day(&self) -> Option<NaiveDate> {
        NaiveDate::parse_from_str(self.date.as_deref()?.trim(), "%d %B %Y").ok()
    }
}

impl Known {
    /// Claims with their titles and subtitles, indexed on so many threads.
    pub fn with_context(claims: Vec<Checked>, threads: usize) -> Known {
        let contexts: Vec<String> = claims
            .iter()
            .map(|claim| {
                let said = [claim.title.as_deref(), claim.subtitle.as_deref()];
                said.into_iter().flatten().collect::<Vec<_>>().join(". ")
            })
            .collect();
        let entries: Vec<Entry<'_>> = claims
            .iter()
            .zip(&contexts)
            .map(|(claim, context)| Entry { claim: &claim.claim, context, day: claim.day() })
            .collect();
        let index = ClaimIndex::with_context(&entries, threads);
        Known { claims, index }
    }

    /// Claims by their own sentence alone, as those of the service are known.
    pub fn of_claims(claims: Vec<Checked>, threads: usize) -> Known {
        let texts: Vec<&str> = claims.iter().map(|claim| claim.claim.as_str()).collect();
        let index = ClaimIndex::of_claims(&texts, threads);
        Known { claims, index }
    }
}

/// Reads a table without a header whose columns a tab parts, in CSV's quoting.
///
/// # Errors
/// The file cannot be read, or a line has less than `columns` columns: named by its number.
pub fn table(path: &Path, columns: usize) -> anyhow::Result<Vec<Vec<String>>> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b'\t')
        .has_headers(false)
        .flexible(true)
        .from_path(path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    let mut rows = Vec::new();
    for row in reader.records() {
        let row = row.with_context(|| path.display().to_string())?;
        let line = row.position().map_or(0, csv::Position::line);
        ensure!(
            row.len() >= columns,
            "{}:{line}: has {} of {columns} columns",
            path.display(),
            row.len()
        );
        rows.push(row.iter().map(str::to_owned).collect());
    }
    Ok(rows)
}

/// Answers the queries of `input`, those that `only` names where it is given, in their order.
pub(super) fn run(
    claims: &Path,
    input: &Path,
    only: Option<&Path>,
    output: &Path,
) -> anyhow::Result<()> {
    let wanted: Option<BTreeSet<String>> = match only {
        Some(only) => {
            Some(table(only, 1)?.into_iter().filter_map(|row| row.into_iter().next()).collect())
        }
        None => None,
    };
    let queries = table(input, 2)?;
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let known = Known::with_context(checked(claims)?, threads);
    let writer =
        File::create(output).with_context(|| format!("cannot write {}", output.display()))?;
    let mut writer = BufWriter::new(writer);
    let write = || format!("cannot write {}", output.display());
    for query in &queries {
        let [id, text, ..] = query.as_slice() else { continue };
        if wanted.as_ref().is_some_and(|wanted| !wanted.contains(id)) {
            continue;
        }
        for (number, score) in ranked(&known.index, text).into_iter().take(ANSWERED) {
            writeln!(writer, "{id}\t{}\t{score}", known.claims[number].id).with_context(write)?;
        }
    }
    writer.flush().with_context(write)
}

/// Candidates for `text` with how likely each is, the likeliest first; of equal ones the older.
fn ranked(index: &ClaimIndex, text: &str) -> Vec<(usize, f32)> {
    let (numbers, evidence): (Vec<usize>, Vec<_>) = index.candidates(text).into_iter().unzip();
    let scores = Ranker::trained().scores(&evidence);
    let mut ranked: Vec<(usize, f32)> = numbers.into_iter().zip(scores).collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    ranked
}
