//! The API over HTTP, as its callers meet it.

mod actors;
mod as_of;
mod batch;
mod claims;
mod corrections;
mod documents;
mod edits;
mod errors;
pub mod exports;
mod extract;
mod extractions;
mod feeds;
mod fetching;
mod jobs;
mod links;
mod matching;
mod merges;
mod metrics;
mod pages;
mod put_right;
mod redaction;
mod removals;
mod reviews;
