//! Batches on the wire: a line for a document in, a line for what became of it out.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::new_document::NewDocument;
use super::words;
use crate::api::problem::ProblemBody;
use crate::domain::view::{StoreOutcome, StoredDocument};

/// One line of a batch: a document, and what the sender calls it.
#[derive(ToSchema)]
#[schema(as = NewDocumentLine)]
#[expect(dead_code, reason = "only described; lines are read as their fields come")]
pub struct NewDocumentLine {
    #[schema(inline)]
    #[serde(flatten)]
    document: NewDocument,
    /// The sender's own name for the document, a string or a number; repeated in the answer and not stored.
    id: Option<Value>,
}

/// One line of the answer to a batch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum BatchLine {
    /// The document of a line is stored.
    Stored(StoredLine),
    /// The page at the address of a line is to be fetched; a job has it.
    Queued(QueuedLine),
    /// The document of a line is not stored; the lines around it are not touched by that.
    Refused(RefusedLine),
    /// The last line of every answer that was not cut off.
    End(EndLine),
}

/// The document of a line is stored, with all it says.
#[derive(Debug, Serialize, ToSchema)]
pub struct StoredLine {
    /// Number of the line in the body, from 1; empty lines count and are not answered.
    pub line: u64,
    /// `id` of the line, where it had one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Value>,
    /// Its resource is `/v1/documents/{id}`.
    pub document: Uuid,
    /// Its live revision.
    pub revision: Uuid,
    /// Whether it is new, has new words, or was known as it is.
    #[schema(value_type = words::StoreOutcome)]
    pub outcome: StoreOutcome,
}

impl StoredLine {
    /// The answer for the document of line `line`.
    pub fn new(line: u64, id: Option<Value>, stored: &StoredDocument) -> Self {
        StoredLine {
            line,
            id,
            document: stored.document.0,
            revision: stored.revision.0,
            outcome: stored.outcome,
        }
    }
}

/// The page at the address of a line is to be fetched, which is durable.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueuedLine {
    /// Number of the line in the body, from 1.
    pub line: u64,
    /// `id` of the line, where it had one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Value>,
    /// Its resource is `/v1/jobs/{id}`, which tells what came of it.
    pub job: Uuid,
}

/// The document of a line is not stored.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefusedLine {
    /// Number of the line in the body, from 1.
    pub line: u64,
    /// `id` of the line, where it had one that could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Value>,
    /// Why; its pointers point into the line.
    pub error: ProblemBody,
}

/// How the batch ended.
#[derive(Debug, Serialize, ToSchema)]
pub struct EndLine {
    /// What became of the lines.
    pub summary: BatchSummary,
}

/// What became of the lines of a batch.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct BatchSummary {
    /// Lines answered for.
    pub lines: u64,
    /// New documents.
    pub created: u64,
    /// New revisions of known documents.
    pub revised: u64,
    /// Documents that were known as they are.
    pub unchanged: u64,
    /// Addresses that jobs are to fetch.
    pub queued: u64,
    /// Lines that were refused.
    pub refused: u64,
    /// Whether the body was read to its end.
    pub complete: bool,
    /// Why not, where it was not. Every line answered for before holds; send the batch again for the rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ProblemBody>,
}

impl BatchSummary {
    /// Counts a stored document.
    pub fn count(&mut self, outcome: StoreOutcome) {
        self.lines += 1;
        match outcome {
            StoreOutcome::Created => self.created += 1,
            StoreOutcome::Revised => self.revised += 1,
            // The addresses of lines are fetched by jobs, so nothing is found to be removed here.
            StoreOutcome::Unchanged | StoreOutcome::Removed => self.unchanged += 1,
        }
    }

    /// Counts an address that a job has.
    pub fn count_queued(&mut self) {
        self.lines += 1;
        self.queued += 1;
    }

    /// Counts a refused line.
    pub fn count_refused(&mut self) {
        self.lines += 1;
        self.refused += 1;
    }
}
