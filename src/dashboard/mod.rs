//! Stored claims, documents and fresh extractions → pages for people.
//!
//! Reads the same views of the store as the API and writes whole HTML pages: no script, nothing
//! from elsewhere, every word of a document escaped by the templates. HTTP stays with
//! [`crate::api`], which answers with what stands here.

use askama::Template;

use crate::store;

pub mod actor;
mod anchor;
pub mod claim;
pub mod document;
pub mod frame;
mod marks;
mod passage;
pub mod paste;
pub mod problem;
mod reading;
pub mod start;
mod trail;
mod words;

/// The style of every page.
pub const STYLE: &str = include_str!("style.css");

/// The sign in a browser's tab, as SVG.
pub const ICON: &str = include_str!("icon.svg");

/// Why a page cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What it shows cannot be read.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The cursor is not one of the list of denials, on a page with two lists.
    #[error("the cursor of the denials is refused")]
    Denials(#[source] store::Error),
    /// The template failed.
    #[error("a page could not be written")]
    Render(#[from] askama::Error),
}

/// Writes a page.
fn write(page: &impl Template) -> Result<String, Error> {
    Ok(page.render()?)
}
