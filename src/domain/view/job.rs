//! Work under way as a reader sees it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::StoredDocument;
use crate::domain::{JobId, RequestId};

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Reads one document and stores what it says.
    ExtractDocument,
    /// Fetches one address, reads the document there and stores what it says.
    FetchDocument,
    /// Asks one feed what is new, and queues the fetching of it.
    PollFeed,
}

impl JobKind {
    /// The word used in JSON and in Postgres.
    pub fn as_str(self) -> &'static str {
        match self {
            JobKind::ExtractDocument => "extract_document",
            JobKind::FetchDocument => "fetch_document",
            JobKind::PollFeed => "poll_feed",
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

impl JobState {
    /// The states of a job that is not done.
    pub const LEFT: [JobState; 3] = [JobState::Queued, JobState::Running, JobState::Failed];
}

/// How much work is left.
#[derive(Debug, Clone, PartialEq)]
pub struct QueueDepth {
    /// Jobs in each state of [`JobState::LEFT`].
    pub jobs: Vec<(JobState, u64)>,
    /// How long the job that waits longest has been due; zero where none is.
    pub oldest_due: Duration,
}

/// What became of a job that was to be tried again.
#[derive(Debug, Clone, PartialEq)]
pub enum Retried {
    /// It is queued again.
    Queued(Box<JobView>),
    /// It had not failed, and is as it was.
    NotFailed(JobState),
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
    /// How often an attempt was cut short by the worker's end or a lost database.
    pub interruptions: i32,
    /// The document it gave, once done; polls give none.
    pub result: Option<StoredDocument>,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// The request that asked for it, if one did.
    pub request: Option<RequestId>,
    /// When it was asked for.
    pub recorded_at: DateTime<Utc>,
    /// Not tried before.
    pub run_after: DateTime<Utc>,
    /// When it was done or put aside.
    pub finished_at: Option<DateTime<Utc>>,
}
