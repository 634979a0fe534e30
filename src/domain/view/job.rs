//! Work under way as a reader sees it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::StoredDocument;
use crate::domain::JobId;

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Reads one document and stores what it says.
    ExtractDocument,
}

impl JobKind {
    /// The word used in JSON and in Postgres.
    pub fn as_str(self) -> &'static str {
        match self {
            JobKind::ExtractDocument => "extract_document",
        }
    }
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Waiting for a worker, or for its next attempt.
    Queued,
    /// A worker has it.
    Running,
    /// Finished.
    Done,
    /// Put aside after its last attempt.
    Failed,
}

impl JobState {
    /// The word used in JSON and in Postgres.
    pub fn as_str(self) -> &'static str {
        match self {
            JobState::Queued => "queued",
            JobState::Running => "running",
            JobState::Done => "done",
            JobState::Failed => "failed",
        }
    }
}

/// One piece of work.
#[derive(Debug, Clone, PartialEq)]
pub struct JobView {
    /// Which one.
    pub id: JobId,
    /// What it does.
    pub kind: JobKind,
    /// Where it stands.
    pub state: JobState,
    /// How often it was tried.
    pub attempts: i32,
    /// How often it will be.
    pub max_attempts: i32,
    /// What it gave, once done.
    pub result: Option<StoredDocument>,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// When it was asked for.
    pub recorded_at: DateTime<Utc>,
    /// Not tried before.
    pub run_after: DateTime<Utc>,
    /// When it was done or put aside.
    pub finished_at: Option<DateTime<Utc>>,
}
