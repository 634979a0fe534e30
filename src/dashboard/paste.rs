//! The page where a text is pasted and read; nothing of it is stored.

use askama::Template;

use super::document::notes;
use super::frame::Here;
use super::reading::{Shown, Words};
use super::words::counted;
use super::{Error, write};
use crate::domain::{Document, Extraction};

/// What stands in the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    /// The text or HTML.
    pub text: String,
    /// Whether it is HTML.
    pub html: bool,
    /// The headline, where given.
    pub title: String,
    /// Why it is refused; nothing where it is not.
    pub refused: Vec<String>,
}

#[derive(Template)]
#[template(path = "paste.html")]
struct FormPage<'p> {
    here: Here,
    form: &'p Form,
    limit: String,
}

/// The form, as it was sent where it is refused. `limit` is the longest text in bytes.
///
/// # Errors
/// The template fails.
pub fn form(form: &Form, limit: usize) -> Result<String, Error> {
    write(&FormPage { here: Here::Paste, form, limit: readable(limit) })
}

fn readable(bytes: usize) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KiB", bytes / 1024),
        _ => format!("{} MiB", bytes / 1_048_576),
    }
}

#[derive(Template)]
#[template(path = "reading.html")]
struct ReadingPage<'p> {
    here: Here,
    shown: Shown<'p>,
    language: &'p str,
    notes: Vec<(&'static str, &'p str)>,
    found: String,
    extractor: &'p str,
}

/// What a text says.
///
/// # Errors
/// The template fails.
pub fn reading(document: &Document, extraction: &Extraction) -> Result<String, Error> {
    let mut words = Words::of_extraction(document, extraction);
    let denials: usize = extraction.claims.iter().map(|claim| claim.denials.len()).sum();
    write(&ReadingPage {
        here: Here::Paste,
        shown: words.shown(),
        language: &document.language,
        notes: notes(extraction.notes.iter().map(|it| (it.code, it.detail.as_str()))),
        found: format!(
            "{}, {}, {}",
            counted(extraction.claims.len(), "claim"),
            counted(denials, "rebuttal"),
            counted(extraction.statements.len(), "statement"),
        ),
        extractor: &extraction.extractor.version,
    })
}
