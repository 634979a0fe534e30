//! The API over HTTP, as its callers meet it.

mod errors;
mod extract;
mod pages;
