//! Which step failed on the way from bytes to a document.

/// Why something is not a document.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// More than [`MAX_BYTES`](super::MAX_BYTES).
    #[error("{bytes} bytes are too many: at most {limit} are read")]
    TooLarge {
        /// What came.
        bytes: usize,
        /// What is allowed.
        limit: usize,
    },
    /// Nothing is left to read.
    #[error("there is no text in it")]
    Empty,
    /// The bytes are no text in any encoding that is tried.
    #[error("this is not text: {controls} of {characters} characters are control characters")]
    NotText {
        /// Control characters and replacement characters.
        controls: usize,
        /// All characters.
        characters: usize,
    },
    /// The caller named an encoding that nobody knows.
    #[error("unknown charset {0:?}")]
    UnknownCharset(String),
    /// Elements stand inside each other too deeply.
    #[error("elements are nested more than {limit} deep")]
    TooDeep {
        /// What is allowed.
        limit: usize,
    },
    /// The page has more elements and texts than an article needs.
    #[error("the page has more than {limit} nodes")]
    TooManyNodes {
        /// What is allowed.
        limit: usize,
    },
    /// The page is a wide tree at a great depth.
    #[error("too many elements of the page stand deep inside each other")]
    TooMuchNesting,
    /// No part of the page reads like an article.
    #[error("no article was found in the page")]
    NoArticle,
    /// The HTML reader gave up.
    #[error("the page could not be read")]
    Page(#[source] Option<std::io::Error>),
    /// The time of publication is none.
    #[error("{value:?} is not a time of publication: {reason}")]
    Published {
        /// As given.
        value: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The address is none that a document can have.
    #[error("{value:?} is not an address of a document: {reason}")]
    Url {
        /// As given.
        value: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The language is no BCP 47 tag.
    #[error("{0:?} is not a language tag")]
    Language(String),
}
