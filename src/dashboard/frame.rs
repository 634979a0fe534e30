//! The frame that every page stands in, also those that are written elsewhere.

use askama::Template;

use super::{Error, write};

/// Which of the frame's links a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Here {
    /// The newest claims and denials.
    Start,
    /// A text to be read.
    Paste,
    /// The documentation.
    Docs,
    /// None of them.
    Elsewhere,
}

impl Here {
    /// The links: address, words, and whether the page is the one.
    pub(super) fn links(self) -> [(&'static str, &'static str, bool); 3] {
        [
            ("/", "Claims", self == Here::Start),
            ("/paste", "Paste a text", self == Here::Paste),
            ("/docs", "API", self == Here::Docs),
        ]
    }
}

#[derive(Template)]
#[template(path = "plain.html")]
struct PlainPage<'p> {
    here: Here,
    title: &'p str,
    content: &'p str,
}

/// A page around `content`, which is HTML already.
///
/// # Errors
/// The template fails.
pub fn page(here: Here, title: &str, content: &str) -> Result<String, Error> {
    write(&PlainPage { here, title, content })
}
