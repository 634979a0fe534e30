//! Wire types: what the API reads and answers, apart from the domain.

pub mod actor;
pub mod batch;
pub mod claim;
pub mod correction;
pub mod curation;
pub mod document;
pub mod extraction;
pub mod feed;
pub mod job;
pub mod link;
pub mod list;
pub mod matching;
pub mod new_document;
pub mod rebuttal;
pub mod review;
pub mod statement;
pub mod words;
