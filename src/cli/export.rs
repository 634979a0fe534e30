//! `export`: stored claims, statements, rebuttals or appearances → a file or standard output.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use futures_util::StreamExt;
use url::form_urlencoded;

use super::database::Database;
use crate::api::problem::Problem;
use crate::api::v1::exports::{self, Rows};
use crate::config::{ExportConfig, ExportFormat, ExportNoun, GlobalConfig};
use crate::export::{Format, Noun};
use crate::store::Snapshot;

/// How often progress is logged.
const PROGRESS: Duration = Duration::from_secs(5);

/// Writes all rows that pass the filters, and says on standard error how many they are.
///
/// # Errors
/// A filter is refused, the database fails, or the file cannot be written; then it is not there.
pub async fn run(global: &GlobalConfig, config: &ExportConfig) -> anyhow::Result<()> {
    let out = config.out.as_deref().map(Unfinished::create).transpose()?;
    let database = Database::open(global).await?;
    let written = tokio::select! {
        written = export(database.url(), config, out) => written,
        _ = tokio::signal::ctrl_c() => Err(anyhow!("interrupted")),
    };
    let closed = database.close().await;
    eprintln!("claimtrail: {}", written?);
    closed
}

async fn export(
    url: &str,
    config: &ExportConfig,
    out: Option<Unfinished>,
) -> anyhow::Result<String> {
    let noun = noun(config.noun);
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(&config.filters);
    let snapshot = Snapshot::open(url).await?;
    let rows = exports::open(snapshot, noun, format(config), &query.finish())
        .await
        .map_err(told)
        .context("cannot export")?;
    let (count, noun) = (rows.count, noun.as_str());
    match out {
        Some(out) => {
            let path = out.path.clone();
            write(rows, &out.file).await.context("cannot write the file")?;
            out.finish()?;
            Ok(format!("{count} {noun} in {}", path.display()))
        }
        // Whoever reads has seen enough; that is no failure of ours.
        None => Ok(match write(rows, io::stdout().lock()).await? {
            true => format!("{count} {noun}"),
            false => format!("nobody reads on; not all of {count} {noun} were written"),
        }),
    }
}

/// Writes the rows; `false` where the reader at the other end left before the last.
async fn write(mut rows: Rows, out: impl Write) -> anyhow::Result<bool> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    let mut written = 0;
    let mut logged = Instant::now();
    while let Some(chunk) = rows.chunks.next().await {
        let chunk = chunk?;
        match out.write_all(&chunk.bytes) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(false),
            other => other?,
        }
        written += chunk.rows;
        if logged.elapsed() > PROGRESS {
            logged = Instant::now();
            tracing::info!("{written} of {} rows", rows.count);
        }
    }
    match out.flush() {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        other => Ok(other.map(|()| true)?),
    }
}

/// The problem with its cause: the one at the command line may know it.
fn told(problem: Problem) -> anyhow::Error {
    match problem.cause() {
        Some(cause) => anyhow!("{problem} ({cause})"),
        None => anyhow!("{problem}"),
    }
}

fn noun(noun: ExportNoun) -> Noun {
    match noun {
        ExportNoun::Claims => Noun::Claims,
        ExportNoun::Statements => Noun::Statements,
        ExportNoun::Rebuttals => Noun::Rebuttals,
        ExportNoun::Appearances => Noun::Appearances,
    }
}

fn format(config: &ExportConfig) -> Format {
    let ending = config.out.as_deref().and_then(Path::extension).and_then(|ending| ending.to_str());
    match (config.format, ending) {
        (Some(ExportFormat::Csv), _) => Format::Csv,
        (Some(ExportFormat::Ndjson), _) => Format::Ndjson,
        (None, Some(ending)) if ending.eq_ignore_ascii_case("csv") => Format::Csv,
        (None, _) => Format::Ndjson,
    }
}

/// A file that is not there under its name before it is whole; removed when dropped before.
struct Unfinished {
    path: PathBuf,
    part: PathBuf,
    file: File,
}

impl Unfinished {
    /// Begins the file beside its place, since a name can be changed only within a file system.
    fn create(path: &Path) -> anyhow::Result<Self> {
        let path = match fs::metadata(path) {
            Ok(found) if !found.is_file() => {
                bail!("{} is no file; leave --out away for standard output", path.display())
            }
            // A link stays a link to what is replaced.
            Ok(_) => fs::canonicalize(path)?,
            Err(_) => path.to_owned(),
        };
        let name = path.file_name().with_context(|| format!("{} has no name", path.display()))?;
        let name = format!(".{}.{}.part", name.to_string_lossy(), std::process::id());
        let part = path.with_file_name(name);
        let file = File::create_new(&part)
            .with_context(|| format!("cannot write to {}", part.display()))?;
        Ok(Unfinished { path, part, file })
    }

    /// Puts the file in its place once it is on the disk.
    fn finish(self) -> anyhow::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.part, &self.path)
            .with_context(|| format!("cannot write {}", self.path.display()))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Renamed already, where all went well.
        let _ = fs::remove_file(&self.part);
    }
}
