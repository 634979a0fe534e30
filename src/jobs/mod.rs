//! The queue and its workers: work that a request need not wait for.
//!
//! One file a job. A job is a row (see [`crate::store::jobs`]) until a [`Worker`] takes it; its
//! work, its result and the end of the row are one transaction.

pub mod add_feed;
pub mod correct;
pub mod extract_document;
pub mod fetch_document;
pub mod import_reviews;
mod patience;
pub mod poll_feed;
pub mod reprocess;
mod revising;
mod worker;

pub use patience::{PATIENCE, patiently};
pub use worker::{Worker, WorkerOptions};
