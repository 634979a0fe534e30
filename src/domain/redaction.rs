//! Text that was removed on request.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::DocumentId;

/// What is left of a document whose text was removed on request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    /// The id that the document had.
    pub document: DocumentId,
    /// Why its text was removed.
    pub reason: String,
    /// Who removed it.
    pub redacted_by: String,
    /// When.
    pub recorded_at: DateTime<Utc>,
    /// When it was lifted, so that the address may be stored again; the text does not come back.
    pub lifted_at: Option<DateTime<Utc>>,
}
