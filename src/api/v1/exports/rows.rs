//! An export as it is written: counted first, then chunk by chunk.

use futures_util::stream::{self, LocalBoxStream, StreamExt, TryStreamExt};
use serde::Serialize;

use super::filters::Filter;
use crate::api::dto::claim::{Appearance, Claim};
use crate::api::dto::rebuttal::Rebuttal;
use crate::api::dto::statement::Statement;
use crate::api::problem::Problem;
use crate::export::csv::{self, Record};
use crate::export::{self, Format, Noun, ndjson};
use crate::store::exports::{self, Export};
use crate::store::{self, Snapshot};

/// The rows of an export, all of one moment.
pub struct Rows {
    /// How many there are.
    pub count: u64,
    /// They themselves, in order. A stream that ends without an error has given all of them.
    pub chunks: LocalBoxStream<'static, Result<Chunk, Failure>>,
}

/// Some rows, written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// Whole lines.
    pub bytes: Vec<u8>,
    /// How many rows they are; the header is none.
    pub rows: u64,
}

/// Why an export stopped in the middle.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The rows could not be read.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The rows could not be written.
    #[error(transparent)]
    Export(#[from] export::Error),
    /// Whoever reads took none for too long.
    #[error("the reader of the export stands still")]
    Stalled,
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Store(error) => error.into(),
            Failure::Export(_) | Failure::Stalled => Problem::internal(failure),
        }
    }
}

/// Counts the rows of `noun` that pass the filters of the list's parameters in `query` (form
/// encoded), and begins to read them.
///
/// # Errors
/// A parameter is refused, or a query fails.
pub async fn open(
    snapshot: Snapshot,
    noun: Noun,
    format: Format,
    query: &str,
) -> Result<Rows, Problem> {
    Ok(of(snapshot, &Filter::parse(noun, query)?, format).await?)
}

/// [`open`] with parameters that are read already.
pub(super) async fn of(
    snapshot: Snapshot,
    filter: &Filter,
    format: Format,
) -> Result<Rows, store::Error> {
    Ok(match filter {
        Filter::Claims(f) => written::<_, Claim>(exports::claims(snapshot, f).await?, format),
        Filter::Statements(f) => {
            written::<_, Statement>(exports::statements(snapshot, f).await?, format)
        }
        Filter::Rebuttals(f) => {
            written::<_, Rebuttal>(exports::rebuttals(snapshot, f).await?, format)
        }
        Filter::Appearances(f) => {
            written::<_, Appearance>(exports::appearances(snapshot, f).await?, format)
        }
    })
}

/// The rows of an export as `format` has them; `D` is their form in the API's lists.
fn written<V, D>(export: Export<V>, format: Format) -> Rows
where
    V: Record + 'static,
    D: From<V> + Serialize,
{
    let count = export.rows();
    let head = match format {
        Format::Csv => csv::header::<V>(),
        Format::Ndjson => Ok(Vec::new()),
    };
    let head = head.map(|bytes| Chunk { bytes, rows: 0 }).map_err(Failure::from);
    let chunks = stream::try_unfold(export, move |mut export| async move {
        let Some(views) = export.next().await? else { return Ok(None) };
        let rows = views.len() as u64;
        let bytes = match format {
            Format::Csv => csv::lines(&views)?,
            Format::Ndjson => ndjson::lines(views.into_iter().map(D::from))?,
        };
        Ok::<_, Failure>(Some((Chunk { bytes, rows }, export)))
    });
    let chunks = stream::iter([head]).chain(chunks);
    // An empty chunk says nothing, and in HTTP's chunked coding it would say "the end".
    let chunks = chunks.try_filter(|chunk| std::future::ready(!chunk.bytes.is_empty()));
    Rows { count, chunks: chunks.boxed_local() }
}
