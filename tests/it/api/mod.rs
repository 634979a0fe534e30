//! The API over HTTP, as its callers meet it.

mod documents;
mod errors;
mod extract;
mod pages;
