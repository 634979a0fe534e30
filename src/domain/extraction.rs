//! What the pipeline gives for one document.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Actor, Claim, Statement};

macro_rules! indexes {
    ($($(#[$doc:meta])* $name:ident: $prefix:literal),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub usize);

        impl std::fmt::Display for $name {
            /// The id local to one answer, counted from 1.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0 + 1)
            }
        }
    )+};
}

indexes! {
    /// A place in [`Extraction::statements`]; shown as `s1`, `s2` …
    StatementIndex: "s",
    /// A place in [`Extraction::claims`]; shown as `c1`, `c2` …
    ClaimIndex: "c",
    /// A place in [`Extraction::actors`]; shown as `a1`, `a2` …
    ActorIndex: "a",
}

/// Why part of a document was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteCode {
    /// The extractor does not read this language; the extraction is empty.
    LanguageUnsupported,
    /// There is too little text to tell its language.
    LanguageUndetermined,
}

impl NoteCode {
    /// The word used in JSON and in Postgres.
    pub fn as_str(self) -> &'static str {
        match self {
            NoteCode::LanguageUnsupported => "language_unsupported",
            NoteCode::LanguageUndetermined => "language_undetermined",
        }
    }
}

/// Something a reader of the extraction should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// What kind of note.
    pub code: NoteCode,
    /// In words.
    pub detail: String,
}

/// Which extractor made an extraction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtractorInfo {
    /// Version of the rules and stages.
    pub version: String,
    /// Version of each trained model, by the seat it fills.
    pub models: BTreeMap<String, String>,
}

/// All that one document says, with the characters it stands on.
#[derive(Debug, Clone, PartialEq)]
pub struct Extraction {
    /// Attributions, in order of their first span.
    pub statements: Vec<Statement>,
    /// Claims with their appearances and denials, in order of first place.
    pub claims: Vec<Claim>,
    /// Actors, in order of first mention.
    pub actors: Vec<Actor>,
    /// What was left out and why.
    pub notes: Vec<Note>,
    /// Who extracted.
    pub extractor: ExtractorInfo,
}
