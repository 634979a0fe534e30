//! The API over HTTP, as its callers meet it.

mod batch;
mod claims;
mod documents;
mod errors;
mod extract;
mod pages;
