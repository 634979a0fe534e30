//! Work under way, on the wire.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::document::StoredDocument;
use super::words;
use crate::domain::view;

/// One piece of work.
#[derive(Debug, Serialize, ToSchema)]
pub struct Job {
    /// UUIDv7.
    pub id: Uuid,
    /// What it does.
    #[schema(value_type = words::JobKind)]
    pub kind: view::JobKind,
    /// Where it stands.
    #[schema(value_type = words::JobState)]
    pub state: view::JobState,
    /// How often it was tried.
    pub attempts: i32,
    /// How often it will be.
    pub max_attempts: i32,
    /// How often an attempt was cut short by the worker's end or a lost database. Such an attempt
    /// is not counted above, twenty times at most.
    pub interruptions: i32,
    /// The document it gave, once done; a poll of a feed gives none.
    pub result: Option<StoredDocument>,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// The request that asked for it, by the id its answer carries in `x-request-id`.
    pub request_id: Option<Uuid>,
    /// When it was asked for.
    pub recorded_at: DateTime<Utc>,
    /// It is not tried before.
    pub run_after: DateTime<Utc>,
    /// When it was done or put aside; null before.
    pub finished_at: Option<DateTime<Utc>>,
}

impl From<view::JobView> for Job {
    fn from(job: view::JobView) -> Self {
        Job {
            id: job.id.0,
            kind: job.kind,
            state: job.state,
            attempts: job.attempts,
            max_attempts: job.max_attempts,
            interruptions: job.interruptions,
            result: job.result.map(Into::into),
            error: job.error,
            request_id: job.request.map(|request| request.0),
            recorded_at: job.recorded_at,
            run_after: job.run_after,
            finished_at: job.finished_at,
        }
    }
}
