//! The API over HTTP, as its callers meet it.

mod claims;
mod documents;
mod errors;
mod extract;
mod pages;
