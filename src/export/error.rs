//! What can go wrong while rows are written.

/// A failed step of an export.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A row has no CSV form.
    #[error("a row cannot be written as CSV")]
    Csv(#[from] csv::Error),
    /// A row has no JSON form.
    #[error("a row cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    /// The bytes could not be gathered.
    #[error("rows cannot be written")]
    Write(#[from] std::io::Error),
}
