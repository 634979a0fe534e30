//! The pages over HTTP, as a browser meets them.

mod claim;
mod document;
mod errors;
mod page;
mod paste;
mod start;
