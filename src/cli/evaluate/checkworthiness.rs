//! Sentences and how much each deserves a check.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, ensure};

use crate::pipeline::Gear;
use crate::pipeline::claims::checkworthy;

/// A sentence of the benchmark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// The sentence.
    pub text: String,
    /// Whether people found it worth a check; `None` where the table does not say.
    pub worth: Option<bool>,
}

/// Reads a table of id, sentence and, where there is a third column, Yes or No, parted by tabs; its
/// first row names the columns.
///
/// A row of another length is left out with a warning: the task's own training table has one line
/// that holds two sentences.
///
/// # Errors
/// The file cannot be read, or holds no sentence.
pub fn rows(path: &Path) -> anyhow::Result<Vec<Row>> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b'\t')
        .flexible(true)
        .from_path(path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    let columns = reader.headers().with_context(|| path.display().to_string())?.len();
    let mut rows = Vec::new();
    for row in reader.records() {
        let row = row.with_context(|| path.display().to_string())?;
        let (Some(id), Some(text), true) = (row.get(0), row.get(1), row.len() == columns) else {
            let line = row.position().map_or(0, csv::Position::line);
            tracing::warn!("{}:{line} has {} of {columns} columns", path.display(), row.len());
            continue;
        };
        let worth = match row.get(2) {
            Some("Yes") => Some(true),
            Some("No") => Some(false),
            _ => None,
        };
        rows.push(Row { id: id.to_owned(), text: text.to_owned(), worth });
    }
    ensure!(!rows.is_empty(), "{} holds no row of id and sentence", path.display());
    Ok(rows)
}

/// Scores every sentence of `input`, in its order.
pub(super) fn run(input: &Path, gear: Gear, output: &Path) -> anyhow::Result<()> {
    let rows = rows(input)?;
    let write = || format!("cannot write {}", output.display());
    let mut writer = BufWriter::new(File::create(output).with_context(write)?);
    for row in rows {
        // A sentence without a word states nothing.
        let score = checkworthy::check_worthiness(gear, &row.text).unwrap_or_default();
        writeln!(writer, "{}\t{score}", row.id).with_context(write)?;
    }
    writer.flush().with_context(write)
}
