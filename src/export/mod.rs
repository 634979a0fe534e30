//! Domain values → rows of a file: CSV for spreadsheets and data frames, NDJSON for programs.
//!
//! The columns of a table are told in [`tables`], the form of its cells in [`csv`]. Which columns
//! of the database may be in an export at all stands in `columns.toml`, with the export columns
//! that come from each.

pub mod csv;
mod error;
pub mod ndjson;
pub mod tables;

use std::str::FromStr;

pub use error::Error;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180 with a header line.
    Csv,
    /// One JSON object a line.
    Ndjson,
}

impl Format {
    /// The ending of a file's name, without a dot.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Ndjson => "ndjson",
        }
    }

    /// The media type, as HTTP names it.
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Csv => "text/csv; charset=utf-8; header=present",
            Format::Ndjson => "application/x-ndjson",
        }
    }
}

/// What is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noun {
    /// Propositions with who asserts and denies them.
    Claims,
    /// Attributions.
    Statements,
    /// What speaks against claims.
    Rebuttals,
    /// Where claims stand.
    Appearances,
}

impl Noun {
    /// All of them.
    pub const ALL: [Noun; 4] = [Noun::Claims, Noun::Statements, Noun::Rebuttals, Noun::Appearances];

    /// The word for it, as in the address of its list.
    pub fn as_str(self) -> &'static str {
        match self {
            Noun::Claims => "claims",
            Noun::Statements => "statements",
            Noun::Rebuttals => "rebuttals",
            Noun::Appearances => "appearances",
        }
    }
}

impl FromStr for Noun {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Noun::ALL.into_iter().find(|noun| noun.as_str() == word).ok_or_else(|| {
            let known: Vec<&str> = Noun::ALL.iter().map(|noun| noun.as_str()).collect();
            format!("is none of {}", known.join(", "))
        })
    }
}
