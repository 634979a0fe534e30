//! The resources below `/v1`, one file a noun.

pub mod actor_curation;
pub mod actors;
pub mod batch;
pub mod claims;
pub mod corrections;
pub mod curation;
pub mod documents;
pub mod exports;
pub mod extract;
pub mod feeds;
pub mod incoming;
pub mod jobs;
pub mod links;
pub mod matching;
mod merging;
pub mod outlets;
mod parting;
pub mod rebuttals;
pub mod redaction;
pub mod reviews;
pub mod revisions;
pub mod statements;
